/**
 * The tag of heartbeats: HMAC-SHA256, truncated (RFC 2104 section 5), and the ids of keys.
 *
 * Neighbours: ../wire/heartbeat.ts says over which bytes.
 */
import { timingSafeEqual } from "node:crypto";
import { concatBytes } from "../../base/bytes.ts";
import type { UnsignedHeartbeat } from "../liveness.ts";
import {
  claimedKeyId,
  decodeHeartbeat,
  encodeHeartbeat,
  envelopeFault,
  ListMemory,
  TAG_BYTES,
} from "../wire/heartbeat.ts";
import { KeyedHash } from "./keyed-hash.ts";

export type Verified =
  | { readonly ok: true; readonly heartbeat: UnsignedHeartbeat }
  | { readonly ok: false; readonly fault: string };

interface Key {
  readonly id: number;
  readonly hash: KeyedHash;
}

export class Signer {
  #keys: readonly Key[] = [];
  readonly #lists = new ListMemory();

  /** @param secrets the first signs, each is accepted */
  setKeys(secrets: readonly Uint8Array[]): void {
    this.#keys = secrets.map((secret) => {
      const hash = new KeyedHash(secret);
      return { id: keyIdOf(hash), hash };
    });
  }

  get ready(): boolean {
    return this.#keys.length > 0;
  }

  /** @returns the datagram; undefined without a key */
  seal(heartbeat: UnsignedHeartbeat): Uint8Array | undefined {
    const [key] = this.#keys;
    if (key === undefined) return undefined;
    const signed = encodeHeartbeat({ ...heartbeat, keyId: key.id });
    return concatBytes(signed, tagOf(key.hash, signed));
  }

  /** Nothing but the id of the key is read before the tag was found right. @param bytes of which nothing is kept */
  open(bytes: Uint8Array): Verified {
    const wrong = envelopeFault(bytes);
    if (wrong !== null) return { ok: false, fault: wrong };
    const keyId = claimedKeyId(bytes);
    const key = this.#keys.find((known) => known.id === keyId);
    if (key === undefined) return { ok: false, fault: "heartbeat-unknown-key" };
    const signedBytes = bytes.length - TAG_BYTES;
    const tag = tagOf(key.hash, bytes.subarray(0, signedBytes));
    if (!timingSafeEqual(tag, bytes.subarray(signedBytes))) {
      return { ok: false, fault: "heartbeat-bad-tag" };
    }
    const read = decodeHeartbeat(bytes, this.#lists);
    return read.ok ? { ok: true, heartbeat: read.value } : read;
  }
}

function tagOf(hash: KeyedHash, signed: Uint8Array): Uint8Array {
  return hash.of(signed).subarray(0, TAG_BYTES);
}

/** Tells keys apart, and nothing about them. */
function keyIdOf(hash: KeyedHash): number {
  const id = Buffer.from("spreadlb heartbeat key id");
  return Buffer.from(hash.of(id)).readUInt32BE(0);
}
