/**
 * Messages: the header and four sections, octets to values and back. Pure.
 *
 *   +----+----+--------+----+----+----+----+-----+-------+
 *   |        ID        | QR | Op | AA TC RD RA Z | RCODE |   2 + 2
 *   +------------------+----+----+---------------+-------+
 *   | QDCOUNT/ZOCOUNT | ANCOUNT/PRCOUNT | NSCOUNT/UPCOUNT | ARCOUNT |   4 × 2
 *   +-----------------------------------------------------+
 *
 * Read first: RFC 1035 section 4.1, RFC 2136 section 2 (what the sections of an UPDATE are), RFC 8945 section 5.1 (TSIG stands last).
 * Left out on purpose: EDNS. Our UPDATEs need none, and an answer that is too long for 512 octets is fetched over TCP.
 */
import { ByteReader, concatBytes, uintBytes } from "../../base/bytes.ts";
import { decoded, fault, type Decoded } from "../../base/decoded.ts";
import type { DnsName } from "../name.ts";
import { decodeName, encodeName } from "./name.ts";
import { CLASS, decodeRecord, TYPE, type ResourceRecord } from "./record.ts";

export const OPCODE = { QUERY: 0, UPDATE: 5 };
export const HEADER_BYTES = 12;
/** RFC 1035 section 4.2.1: without EDNS. */
export const UDP_BYTES_MAX = 512;
/** RFC 1035 section 4.2.2: what two octets of length can say. */
export const TCP_BYTES_MAX = 65_535;

const FLAG = { response: 0x8000, authoritative: 0x0400, truncated: 0x0200, recursion: 0x0100 };
const QUESTION_BYTES = 4;

/** Of an UPDATE: the zone, and SOA as its type. */
export interface Question {
  readonly name: DnsName;
  readonly typeCode: number;
  readonly class: number;
}

export interface DnsMessage {
  readonly id: number;
  readonly isResponse: boolean;
  readonly opcode: number;
  readonly isAuthoritative: boolean;
  readonly isTruncated: boolean;
  readonly rcode: number;
  readonly questions: readonly Question[];
  /** Of an UPDATE: the prerequisites. */
  readonly answers: readonly ResourceRecord[];
  /** Of an UPDATE: the changes. */
  readonly authorities: readonly ResourceRecord[];
  /** Without the TSIG. */
  readonly additionals: readonly ResourceRecord[];
  /** The record that stands last, and where it begins; its data is for tsig.ts to read. */
  readonly tsig: { readonly record: ResourceRecord; readonly start: number } | null;
}

/** Every octet of it is accounted for: what stands behind the last record is a fault, too. */
export function decodeMessage(bytes: Uint8Array): Decoded<DnsMessage> {
  if (bytes.length < HEADER_BYTES) return fault("dns-too-short");
  const r = new ByteReader(bytes);
  const [id, flags] = [r.u16(), r.u16()];
  const [questionCount, ...recordCounts] = [r.u16(), r.u16(), r.u16(), r.u16()] as const;
  let at = HEADER_BYTES;
  const questions: Question[] = [];
  while (questions.length < questionCount) {
    const name = decodeName(bytes, at);
    if (!name.ok) return name;
    at = name.value.end + QUESTION_BYTES;
    if (bytes.length < at) return fault("dns-question-cut-off");
    const q = new ByteReader(bytes.subarray(name.value.end));
    questions.push({ name: name.value.name, typeCode: q.u16(), class: q.u16() });
  }
  const sections: ResourceRecord[][] = [];
  let lastStart = at;
  for (const count of recordCounts) {
    const records: ResourceRecord[] = [];
    while (records.length < count) {
      const record = decodeRecord(bytes, at);
      if (!record.ok) return record;
      lastStart = at;
      at = record.value.end;
      records.push(record.value.record);
    }
    sections.push(records);
  }
  if (at !== bytes.length) return fault("dns-trailing-octets");
  const [answers = [], authorities = [], additionals = []] = sections;
  const last = additionals.at(-1);
  const tsig = last?.typeCode === TYPE.TSIG ? { record: last, start: lastStart } : null;
  if (tsig !== null) additionals.pop();
  if (sections.flat().some(({ typeCode }) => typeCode === TYPE.TSIG)) {
    return fault("dns-tsig-not-last"); // RFC 8945 section 5.1: one, and the last.
  }
  return decoded({
    id,
    isResponse: (flags & FLAG.response) !== 0,
    opcode: (flags >> 11) & 0xf,
    isAuthoritative: (flags & FLAG.authoritative) !== 0,
    isTruncated: (flags & FLAG.truncated) !== 0,
    rcode: flags & 0xf,
    ...{ questions, answers, authorities, additionals, tsig },
  });
}

export interface Request {
  readonly id: number;
  readonly opcode: number;
  /** Of a question to a resolver. */
  readonly wantsRecursion?: boolean;
  readonly question: Question;
  /** Each one encoded. */
  readonly answers?: readonly Uint8Array[];
  readonly authorities?: readonly Uint8Array[];
}

export function encodeRequest(request: Request): Uint8Array {
  const { id, opcode, question, wantsRecursion, answers = [], authorities = [] } = request;
  const flags = (opcode << 11) | (wantsRecursion ? FLAG.recursion : 0);
  const counts = [1, answers.length, authorities.length, 0];
  return concatBytes(
    uintBytes(id, 2),
    uintBytes(flags, 2),
    ...counts.map((count) => uintBytes(count, 2)),
    encodeName(question.name),
    uintBytes(question.typeCode, 2),
    uintBytes(question.class, 2),
    ...answers,
    ...authorities,
  );
}

/** @param type which records of the name are asked for */
export function questionOf(name: DnsName, type: "A" | "AAAA" | "TXT" | "SOA"): Question {
  return { name, typeCode: TYPE[type], class: CLASS.IN };
}
