/**
 * The tag of heartbeats: HMAC-SHA256, truncated (RFC 2104 section 5), and the ids of keys.
 *
 * Neighbours: ../wire/heartbeat.ts says over which bytes.
 */
import { timingSafeEqual } from "node:crypto";
import { concatBytes } from "../../base/bytes.ts";
import { KeyRotation } from "../key-rotation.ts";
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
  readonly #rotation = new KeyRotation();
  readonly #lists = new ListMemory();

  /** @param secrets the newest first; each is accepted, and the newest signs once everybody has it */
  setKeys(secrets: readonly Uint8Array[]): void {
    this.#rotation.begin();
    this.#keys = secrets.map((secret) => {
      const hash = new KeyedHash(secret);
      return { id: keyIdOf(hash), hash };
    });
  }

  get ready(): boolean {
    return this.#keys.length > 0;
  }

  /** @returns the datagram; undefined without a key */
  seal(heartbeat: UnsignedHeartbeat, nowMs: number): Uint8Array | undefined {
    const [newest, before] = this.#keys;
    const hasNewerKey = before !== undefined && !this.#rotation.isComplete(nowMs);
    const key = hasNewerKey ? before : newest;
    if (key === undefined) return undefined;
    const signed = encodeHeartbeat({ ...heartbeat, keyId: key.id, hasNewerKey });
    return concatBytes(signed, tagOf(key.hash, signed));
  }

  /** Nothing but the id of the key is read before the tag was found right. @param bytes of which nothing is kept */
  open(bytes: Uint8Array, nowMs: number): Verified {
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
    if (!read.ok) return read;
    const { sender, hasNewerKey } = read.value;
    this.#rotation.heard(sender, hasNewerKey || key === this.#keys[0], nowMs);
    return { ok: true, heartbeat: read.value };
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
