/**
 * The MACs of TSIG, by node:crypto.
 *
 * Read first: RFC 8945 section 4.3 and 5.3.
 * Neighbours: ../wire/tsig.ts says over which octets; ../judge.ts asks whether an answer's is right.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import {
  algorithmName,
  appendTsig,
  FUDGE_SECONDS,
  signedOctets,
  type TsigKey,
} from "../wire/tsig.ts";

export function macOf({ algorithm, secret }: TsigKey, octets: Uint8Array): Uint8Array {
  return createHmac(algorithm.replace("hmac-", ""), secret).update(octets).digest();
}

/** In the same time wherever the first difference is. */
export function isMacOf(key: TsigKey, octets: Uint8Array, mac: Uint8Array): boolean {
  const right = macOf(key, octets);
  return right.length === mac.length && timingSafeEqual(right, mac);
}

export interface Signed {
  readonly bytes: Uint8Array;
  /** The answer's MAC is made over it, too. */
  readonly mac: Uint8Array;
}

/** @param timeSignedSeconds since 1970 */
export function sign(message: Uint8Array, key: TsigKey, timeSignedSeconds: number): Signed {
  const unsigned = {
    ...{ keyName: key.name, algorithm: algorithmName(key.algorithm), timeSignedSeconds },
    ...{ fudgeSeconds: FUDGE_SECONDS, error: 0, other: new Uint8Array() },
  };
  const mac = macOf(key, signedOctets(message, unsigned, null));
  const originalId = ((message[0] ?? 0) << 8) | (message[1] ?? 0);
  return { bytes: appendTsig(message, { ...unsigned, mac, originalId }), mac };
}
