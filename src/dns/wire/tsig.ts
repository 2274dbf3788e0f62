/**
 * TSIG: what stands at the end of a signed message, and over which octets the MAC is made. Pure: the hands make it and check it.
 *
 *   +----------------+-------------+-------+----------+-----+-------------+-------+-----------+------------+
 *   | algorithm name | time signed | fudge | MAC size | MAC | original ID | error | other len | other data |
 *   +----------------+-------------+-------+----------+-----+-------------+-------+-----------+------------+
 *        variable          6           2        2       …         2           2         2           …
 *
 * Read first: RFC 8945 sections 4.2 (the record), 4.3 (what is signed), 5.2 and 5.3 (errors), 5.2.2.1 (truncation).
 * Decided: MACs are never truncated, neither ours nor theirs. HMAC-MD5 is left out: RFC 8945 section 6, "MUST NOT" be used.
 * Neighbours: ../judge.ts says what follows; ../io/mac.ts computes.
 */
import { ByteReader, concatBytes, uintBytes } from "../../base/bytes.ts";
import { decoded, fault, type Decoded } from "../../base/decoded.ts";
import type { DnsName } from "../name.ts";
import { HEADER_BYTES, type DnsMessage } from "./message.ts";
import { decodeName, encodeName } from "./name.ts";
import { CLASS, encodeRecord, TYPE } from "./record.ts";

/** Each with the length of its MAC: RFC 8945 section 6. */
export const MAC_BYTES = {
  "hmac-sha1": 20,
  "hmac-sha224": 28,
  "hmac-sha256": 32,
  "hmac-sha384": 48,
  "hmac-sha512": 64,
} as const;

export type TsigAlgorithm = keyof typeof MAC_BYTES;

export interface TsigKey {
  readonly name: DnsName;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Uint8Array;
}

/** RFC 8945 section 3, "TSIG errors". */
export const TSIG_ERROR = { badSignature: 16, badKey: 17, badTime: 18, badTruncation: 22 };

/** RFC 8945 section 10: recommended. */
export const FUDGE_SECONDS = 300;

export interface Tsig {
  readonly keyName: DnsName;
  readonly algorithm: DnsName;
  /** Since 1970. */
  readonly timeSignedSeconds: number;
  readonly fudgeSeconds: number;
  readonly mac: Uint8Array;
  readonly originalId: number;
  readonly error: number;
  /** Of BADTIME: the server's time. */
  readonly other: Uint8Array;
}

/** @returns an algorithm's name as messages have it */
export function algorithmName(algorithm: TsigAlgorithm): DnsName {
  return algorithm as string as DnsName;
}

const FIXED_BYTES = 16;

export function decodeTsig({ record }: NonNullable<DnsMessage["tsig"]>): Decoded<Tsig> {
  // RFC 8945 section 4.2. TTL and class are signed as these, so others would not be found out later.
  if (record.class !== CLASS.ANY || record.ttlSeconds !== 0 || record.data.type !== "other") {
    return fault("tsig-bad-record");
  }
  const { octets } = record.data;
  const algorithm = decodeName(octets, 0);
  if (!algorithm.ok) return fault("tsig-bad-algorithm");
  const r = new ByteReader(octets.subarray(algorithm.value.end));
  if (r.left < FIXED_BYTES) return fault("tsig-cut-off");
  const [timeSignedSeconds, fudgeSeconds, macBytes] = [r.uint(6), r.u16(), r.u16()];
  if (r.left < macBytes + 6) return fault("tsig-cut-off");
  const [mac, originalId, error, otherBytes] = [r.take(macBytes), r.u16(), r.u16(), r.u16()];
  if (r.left !== otherBytes) return fault("tsig-bad-length");
  return decoded({
    ...{ keyName: record.name, algorithm: algorithm.value.name, timeSignedSeconds, fudgeSeconds },
    ...{ mac, originalId, error, other: r.take(otherBytes) },
  });
}

/** @returns the message with the TSIG behind it, and one more in ARCOUNT */
export function appendTsig(message: Uint8Array, tsig: Tsig): Uint8Array {
  const data = concatBytes(
    encodeName(tsig.algorithm),
    uintBytes(tsig.timeSignedSeconds, 6),
    uintBytes(tsig.fudgeSeconds, 2),
    uintBytes(tsig.mac.length, 2),
    tsig.mac,
    uintBytes(tsig.originalId, 2),
    uintBytes(tsig.error, 2),
    uintBytes(tsig.other.length, 2),
    tsig.other,
  );
  const head = { name: tsig.keyName, typeCode: TYPE.TSIG, class: CLASS.ANY, ttlSeconds: 0 };
  const whole = concatBytes(message, encodeRecord(head, data));
  whole.set(uintBytes(additionalCount(message) + 1, 2), ADDITIONAL_COUNT_AT);
  return whole;
}

const ADDITIONAL_COUNT_AT = 10;

function additionalCount(message: Uint8Array): number {
  return new ByteReader(message.subarray(ADDITIONAL_COUNT_AT, HEADER_BYTES)).u16();
}

/** @returns the message as it was before it was signed: without the TSIG, with the ID of then */
export function withoutTsig(whole: Uint8Array, start: number, originalId: number): Uint8Array {
  const message = Uint8Array.from(whole.subarray(0, start)); // `slice` of a Buffer would be no copy.
  message.set(uintBytes(originalId, 2), 0);
  message.set(uintBytes(additionalCount(whole) - 1, 2), ADDITIONAL_COUNT_AT);
  return message;
}

/**
 * Over what the MAC is made: RFC 8945 section 4.3.
 *
 * @param message without the TSIG
 * @param requestMac of an answer: the MAC of what is answered; null of a request
 */
export function signedOctets(
  message: Uint8Array,
  tsig: Omit<Tsig, "mac" | "originalId">,
  requestMac: Uint8Array | null,
): Uint8Array {
  return concatBytes(
    ...(requestMac === null ? [] : [uintBytes(requestMac.length, 2), requestMac]), // Section 4.3.1
    message, // 4.3.2
    encodeName(tsig.keyName), // 4.3.3, and so are all that follow.
    uintBytes(CLASS.ANY, 2),
    uintBytes(0, 4),
    encodeName(tsig.algorithm),
    uintBytes(tsig.timeSignedSeconds, 6),
    uintBytes(tsig.fudgeSeconds, 2),
    uintBytes(tsig.error, 2),
    uintBytes(tsig.other.length, 2),
    tsig.other,
  );
}

const SERVER_TIME_BYTES = 6;

/** @returns seconds since 1970 by the server's clock, where a BADTIME says so: RFC 8945 section 5.2.3 */
export function serverTimeSeconds({ other }: Tsig): number | null {
  return other.length === SERVER_TIME_BYTES ? new ByteReader(other).uint(SERVER_TIME_BYTES) : null;
}
