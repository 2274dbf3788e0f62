/**
 * The keys of heartbeats as their Secret has them: the newest, and the one before, which others may still sign with.
 *
 * Neighbours: ../key-rotation.ts says which of them signs.
 */
import type { Logger } from "pino";
import type { Secret } from "../../kube/types.ts";

export const KEY_SECRET = "spreadlb-heartbeat";
const KEY_BYTES_MIN = 16;

export class KeyRing {
  readonly #log: Logger;
  /** In base64, the newest first. */
  #keys: readonly string[];

  constructor(keys: readonly string[], log: Logger) {
    this.#keys = keys;
    this.#log = log;
  }

  get texts(): readonly string[] {
    return this.#keys;
  }

  get keys(): readonly Uint8Array[] {
    return this.#keys.map((key) => Uint8Array.from(Buffer.from(key, "base64")));
  }

  /** @returns whether it has a new key */
  take(secret: Secret): boolean {
    const key = secret.data?.["key"] ?? "";
    if (key === this.#keys[0]) return false;
    if (Buffer.from(key, "base64").length < KEY_BYTES_MIN) {
      this.#log.warn({ secret: KEY_SECRET }, "the heartbeat key is too short; not used");
      return false;
    }
    this.#keys = [key, ...this.#keys].slice(0, 2);
    return true;
  }
}
