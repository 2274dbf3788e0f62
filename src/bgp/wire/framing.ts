/**
 * Cuts what a connection brings into messages. Pure: mutated in place, a function of the bytes.
 *
 * Holds less than one message between two calls, so a peer that says half of one costs no more than that.
 * Neighbours: message.ts reads headers and messages; ../io/connection.ts brings the bytes.
 */
import { concatBytes } from "../../base/bytes.ts";
import type { BgpDecoded } from "./faults.ts";
import { decodeHeader, HEADER_BYTES, type Limits } from "./message.ts";

export class Framing {
  #rest: Uint8Array = new Uint8Array();

  /** How many octets wait for the rest of their message. */
  get waiting(): number {
    return this.#rest.length;
  }

  /** @param bytes the caller's no longer */
  add(bytes: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? bytes : concatBytes(this.#rest, bytes);
  }

  /** @returns the next message with its header; null where it is not whole yet; or why none can follow any more */
  next(limits: Limits): BgpDecoded<Uint8Array> | null {
    if (this.#rest.length < HEADER_BYTES) return this.#wait();
    const length = decodeHeader(this.#rest, limits);
    if (!length.ok) return length;
    if (this.#rest.length < length.value) return this.#wait();
    const value = this.#rest.subarray(0, length.value);
    this.#rest = this.#rest.subarray(length.value);
    return { ok: true, value };
  }

  /** What waits is copied, so that the memory in which it came is free. */
  #wait(): null {
    this.#rest = this.#rest.slice();
    return null;
  }
}
