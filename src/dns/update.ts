/**
 * An UPDATE of one zone: what must be true of it, and what is to change. Pure.
 *
 * Read first: RFC 2136 sections 2.4 (prerequisites), 2.5 (changes) and 3.4.2 (how a server obeys).
 * A server does all of it or nothing. Its order: deletions and additions as they stand here. To change a TTL, delete the RRset and add
 * its records: what a server makes of a record that is there with another TTL differs.
 * Left out on purpose: deleting all RRsets of a name. What others have there, an MX say, is not ours.
 */
import { decoded, fault, type Decoded } from "../base/decoded.ts";
import { isWithin, type DnsName } from "./name.ts";
import { encodeRequest, OPCODE, TCP_BYTES_MAX } from "./wire/message.ts";
import {
  CLASS,
  encodeData,
  encodeRecord,
  TTL_SECONDS_MAX,
  TYPE,
  type OwnData,
  type OwnType,
} from "./wire/record.ts";

export type Prerequisite =
  /** It has a record of any type. */
  | { readonly kind: "name-in-use"; readonly name: DnsName }
  | { readonly kind: "name-not-in-use"; readonly name: DnsName }
  | { readonly kind: "rrset-exists"; readonly name: DnsName; readonly type: OwnType }
  | {
      readonly kind: "rrset-missing";
      readonly name: DnsName;
      readonly type: OwnType | "CNAME" | "NS" | "DNAME";
    }
  /** It has these records and no others of the type, whatever their TTL. At least one, all of one type. */
  | { readonly kind: "rrset-is"; readonly name: DnsName; readonly records: readonly OwnData[] };

export type Change =
  | {
      readonly kind: "add";
      readonly name: DnsName;
      readonly ttlSeconds: number;
      readonly data: OwnData;
    }
  /** No error where it is not there; of both deletions. */
  | { readonly kind: "delete-record"; readonly name: DnsName; readonly data: OwnData }
  | { readonly kind: "delete-rrset"; readonly name: DnsName; readonly type: OwnType };

export interface Update {
  readonly zone: DnsName;
  readonly prerequisites: readonly Prerequisite[];
  readonly changes: readonly Change[];
}

/** A record as it goes into a section; null has empty RDATA, which only classes ANY and NONE may have. */
interface Line {
  readonly name: DnsName;
  readonly typeCode: number;
  readonly class: number;
  readonly ttlSeconds: number;
  readonly data: OwnData | null;
}

/**
 * @param id of the message: hard to guess
 * @returns the message without a TSIG, or why there is none: a name outside the zone, an RRset without or of mixed records, a TTL or
 *   a TXT that cannot be written, more than a message takes
 */
export function encodeUpdate(update: Update, id: number): Decoded<Uint8Array> {
  const { zone, prerequisites, changes } = update;
  if (!prerequisites.every(isRrsetWhole)) return fault("update-bad-rrset");
  const answers = encodeLines(zone, prerequisites.flatMap(prerequisiteLines));
  if (!answers.ok) return answers;
  const authorities = encodeLines(zone, changes.map(changeLine));
  if (!authorities.ok) return authorities;
  const message = encodeRequest({
    ...{ id, opcode: OPCODE.UPDATE },
    question: { name: zone, typeCode: TYPE.SOA, class: CLASS.IN }, // Section 2.3: the zone.
    answers: answers.value,
    authorities: authorities.value,
  });
  return message.length > TCP_BYTES_MAX ? fault("update-too-large") : decoded(message);
}

function isRrsetWhole(prerequisite: Prerequisite): boolean {
  if (prerequisite.kind !== "rrset-is") return true;
  return new Set(prerequisite.records.map(({ type }) => type)).size === 1;
}

/** Section 2.4: the class says what is meant, the TTL is zero. */
function prerequisiteLines(prerequisite: Prerequisite): Line[] {
  const { name } = prerequisite;
  const line = (classCode: number, typeCode: number, data: OwnData | null = null): Line => ({
    ...{ name, typeCode, class: classCode, ttlSeconds: 0, data },
  });
  switch (prerequisite.kind) {
    case "rrset-exists":
      return [line(CLASS.ANY, TYPE[prerequisite.type])]; // Section 2.4.1
    case "rrset-is":
      return prerequisite.records.map((data) => line(CLASS.IN, TYPE[data.type], data)); // 2.4.2
    case "rrset-missing":
      return [line(CLASS.NONE, TYPE[prerequisite.type])]; // 2.4.3
    case "name-in-use":
      return [line(CLASS.ANY, TYPE.ANY)]; // 2.4.4
    case "name-not-in-use":
      return [line(CLASS.NONE, TYPE.ANY)]; // 2.4.5
  }
}

/** Section 2.5. */
function changeLine(change: Change): Line {
  const { name } = change;
  switch (change.kind) {
    case "add": {
      const { data, ttlSeconds } = change;
      return { name, typeCode: TYPE[data.type], class: CLASS.IN, ttlSeconds, data }; // 2.5.1
    }
    case "delete-rrset":
      return {
        ...{ name, typeCode: TYPE[change.type], class: CLASS.ANY }, // 2.5.2
        ...{ ttlSeconds: 0, data: null },
      };
    case "delete-record": {
      const { data } = change;
      return { name, typeCode: TYPE[data.type], class: CLASS.NONE, ttlSeconds: 0, data }; // 2.5.4
    }
  }
}

function encodeLines(zone: DnsName, lines: readonly Line[]): Decoded<Uint8Array[]> {
  const encoded: Uint8Array[] = [];
  for (const { data, ...head } of lines) {
    if (!isWithin(head.name, zone)) return fault("update-outside-zone");
    if (!isTtl(head.ttlSeconds)) return fault("update-bad-ttl");
    const octets = data === null ? decoded(new Uint8Array()) : encodeData(data);
    if (!octets.ok) return octets;
    encoded.push(encodeRecord(head, octets.value));
  }
  return decoded(encoded);
}

function isTtl(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= 0 && seconds <= TTL_SECONDS_MAX;
}
