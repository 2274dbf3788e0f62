/**
 * The tag of heartbeats: HMAC-SHA256, truncated (RFC 2104 section 5), and the ids of keys.
 *
 * Neighbours: ../wire/heartbeat.ts says over which bytes.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { concatBytes } from "../../base/bytes.ts";
import type { UnsignedHeartbeat } from "../liveness.ts";
import { decodeHeartbeat, encodeHeartbeat, TAG_BYTES } from "../wire/heartbeat.ts";

export type Verified =
  | { readonly ok: true; readonly heartbeat: UnsignedHeartbeat }
  | { readonly ok: false; readonly fault: string };

interface Key {
  readonly id: number;
  readonly secret: Uint8Array;
}

export class Signer {
  #keys: readonly Key[] = [];

  /** @param secrets the first signs, each is accepted */
  setKeys(secrets: readonly Uint8Array[]): void {
    this.#keys = secrets.map((secret) => ({ id: keyIdOf(secret), secret }));
  }

  get ready(): boolean {
    return this.#keys.length > 0;
  }

  /** @returns the datagram; undefined without a key */
  seal(heartbeat: UnsignedHeartbeat): Uint8Array | undefined {
    const [key] = this.#keys;
    if (key === undefined) return undefined;
    const signed = encodeHeartbeat({ ...heartbeat, keyId: key.id });
    return concatBytes(signed, tagOf(key.secret, signed));
  }

  open(bytes: Uint8Array): Verified {
    const sealed = decodeHeartbeat(bytes);
    if (!sealed.ok) return sealed;
    const { heartbeat, signed, tag } = sealed.value;
    const key = this.#keys.find((known) => known.id === heartbeat.keyId);
    if (key === undefined) return { ok: false, fault: "heartbeat-unknown-key" };
    if (!timingSafeEqual(tag, tagOf(key.secret, signed))) {
      return { ok: false, fault: "heartbeat-bad-tag" };
    }
    return { ok: true, heartbeat };
  }
}

function tagOf(secret: Uint8Array, signed: Uint8Array): Uint8Array {
  return createHmac("sha256", secret).update(signed).digest().subarray(0, TAG_BYTES);
}

/** Tells keys apart, and nothing about them. */
function keyIdOf(secret: Uint8Array): number {
  return createHmac("sha256", secret).update("spreadlb heartbeat key id").digest().readUInt32BE(0);
}
