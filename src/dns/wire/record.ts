/**
 * Resource records: octets to values and back. Pure.
 *
 *   +------------+------+-------+-----+----------+---------+
 *   |    name    | type | class | TTL | RDLENGTH |  RDATA  |
 *   +------------+------+-------+-----+----------+---------+
 *     variable      2       2      4       2       RDLENGTH
 *
 * Read first: RFC 1035 sections 3.2.1 and 3.3, RFC 3596 section 2.2 (AAAA), RFC 2136 section 2.4 (classes ANY and NONE, RDATA that is empty).
 * Types that we have no use for keep their octets: they are skipped, never guessed at.
 */
import { Buffer } from "node:buffer";
import { ByteReader, concatBytes, uintBytes } from "../../base/bytes.ts";
import { decoded, fault, type Decoded } from "../../base/decoded.ts";
import { ipFromBytes, ipToBytes, type Ip } from "../../base/ip.ts";
import type { DnsName } from "../name.ts";
import { decodeName, encodeName } from "./name.ts";

/** IANA, "Resource Record (RR) TYPEs". */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  TXT: 16,
  AAAA: 28,
  DNAME: 39,
  TSIG: 250,
  ANY: 255,
};
export const CLASS = { IN: 1, NONE: 254, ANY: 255 };

/** What we write into zones. */
export type OwnType = "A" | "AAAA" | "TXT";

export type OwnData =
  | { readonly type: "A" | "AAAA"; readonly address: Ip }
  /** Each character is one octet, U+0000 to U+00FF, up to 255 in a string; at least one string. */
  | { readonly type: "TXT"; readonly strings: readonly string[] };

export interface SoaData {
  readonly type: "SOA";
  /** The primary's name. */
  readonly primary: DnsName;
  readonly serial: number;
}

export type RecordData =
  | OwnData
  | SoaData
  /** Of another type or class than those that we read. */
  | { readonly type: "other"; readonly octets: Uint8Array };

export interface ResourceRecord {
  readonly name: DnsName;
  readonly typeCode: number;
  readonly class: number;
  /** As it stands there. */
  readonly ttlSeconds: number;
  readonly data: RecordData;
}

export interface RecordAt {
  readonly record: ResourceRecord;
  readonly end: number;
}

const FIXED_BYTES = 10;
const TXT_STRING_BYTES_MAX = 255;
const SOA_NUMBERS_BYTES = 20;
/** RFC 2181 section 8: more than this counts as zero. */
export const TTL_SECONDS_MAX = 2 ** 31 - 1;

export function decodeRecord(message: Uint8Array, start: number): Decoded<RecordAt> {
  const owner = decodeName(message, start);
  if (!owner.ok) return owner;
  if (message.length < owner.value.end + FIXED_BYTES) return fault("dns-record-cut-off");
  const r = new ByteReader(message.subarray(owner.value.end));
  const [typeCode, classCode, ttlSeconds, dataBytes] = [r.u16(), r.u16(), r.u32(), r.u16()];
  const dataStart = owner.value.end + FIXED_BYTES;
  const end = dataStart + dataBytes;
  if (message.length < end) return fault("dns-record-cut-off");
  const data =
    classCode === CLASS.IN
      ? decodeData(typeCode, message, dataStart, end)
      : decoded({ type: "other", octets: message.subarray(dataStart, end) } as const);
  if (!data.ok) return data;
  const { name } = owner.value;
  return decoded({
    record: { name, typeCode, class: classCode, ttlSeconds, data: data.value },
    end,
  });
}

function decodeData(
  typeCode: number,
  message: Uint8Array,
  start: number,
  end: number,
): Decoded<RecordData> {
  const octets = message.subarray(start, end);
  if (typeCode === TYPE.A || typeCode === TYPE.AAAA) {
    const type = typeCode === TYPE.A ? "A" : "AAAA";
    if (octets.length !== (type === "A" ? 4 : 16)) return fault("dns-address-bad-length");
    return decoded({ type, address: ipFromBytes(octets) });
  }
  if (typeCode === TYPE.TXT) return decodeTxt(octets);
  if (typeCode === TYPE.SOA) return decodeSoa(message, start, end);
  return decoded({ type: "other", octets });
}

function decodeTxt(octets: Uint8Array): Decoded<RecordData> {
  const strings: string[] = [];
  for (let at = 0; at < octets.length;) {
    const length = octets[at] ?? 0;
    const string = octets.subarray(at + 1, at + 1 + length);
    if (string.length < length) return fault("dns-txt-cut-off");
    strings.push(Buffer.from(string).toString("latin1"));
    at += 1 + length;
  }
  if (strings.length === 0) return fault("dns-txt-empty");
  return decoded({ type: "TXT", strings });
}

function decodeSoa(message: Uint8Array, start: number, end: number): Decoded<RecordData> {
  const primary = decodeName(message.subarray(0, end), start);
  if (!primary.ok) return primary;
  const mailbox = decodeName(message.subarray(0, end), primary.value.end);
  if (!mailbox.ok) return mailbox;
  const at = mailbox.value.end;
  if (end - at !== SOA_NUMBERS_BYTES) return fault("dns-soa-bad-length");
  const serial = new ByteReader(message.subarray(at)).u32();
  return decoded({ type: "SOA", primary: primary.value.name, serial });
}

/** What a record has beside its data, which is in octets already. */
export interface RecordHead {
  readonly name: DnsName;
  readonly typeCode: number;
  readonly class: number;
  readonly ttlSeconds: number;
}

export function encodeRecord(head: RecordHead, data: Uint8Array): Uint8Array {
  return concatBytes(
    encodeName(head.name),
    uintBytes(head.typeCode, 2),
    uintBytes(head.class, 2),
    uintBytes(head.ttlSeconds, 4),
    uintBytes(data.length, 2),
    data,
  );
}

/** @returns the RDATA; a fault where a TXT has no string, one that is too long, or what is no octet */
export function encodeData(data: OwnData): Decoded<Uint8Array> {
  if (data.type !== "TXT") return decoded(ipToBytes(data.address));
  if (data.strings.length === 0) return fault("txt-empty");
  if (data.strings.some((string) => string.length > TXT_STRING_BYTES_MAX)) {
    return fault("txt-string-too-long");
  }
  if (data.strings.some((string) => /[^\x00-\xff]/.test(string))) return fault("txt-not-octets");
  return decoded(
    concatBytes(
      ...data.strings.flatMap((string) => [
        Uint8Array.of(string.length),
        Buffer.from(string, "latin1"),
      ]),
    ),
  );
}
