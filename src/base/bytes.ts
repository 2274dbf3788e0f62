/**
 * A cursor over bytes in network order, for codecs. Pure.
 *
 * A reader is made after the length was checked: reading past the end is our own bug and asserts.
 */
import assert from "node:assert/strict";
import { ipFromBytes, type Ip } from "./ip.ts";
import { MAC_BYTES, macFromBytes, type Mac } from "./mac.ts";

export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#offset;
  }

  take(count: number): Uint8Array {
    assert(count <= this.left, "reads past the end: the codec did not check the length");
    this.#offset += count;
    return this.#bytes.subarray(this.#offset - count, this.#offset);
  }

  /** What was read before, or means nothing. */
  skip(count: number): void {
    assert(count <= this.left, "reads past the end: the codec did not check the length");
    this.#offset += count;
  }

  u8(): number {
    return this.uint(1);
  }

  u16(): number {
    return this.uint(2);
  }

  u32(): number {
    return this.uint(4);
  }

  /** @param size bytes, at most 6: what a double holds exactly */
  uint(size: number): number {
    assert(size <= this.left, "reads past the end: the codec did not check the length");
    let value = 0;
    // A heartbeat of a hundred nodes is a hundred of these: no view of the bytes for each.
    for (const end = this.#offset + size; this.#offset < end; this.#offset++) {
      value = value * 256 + (this.#bytes[this.#offset] ?? 0);
    }
    return value;
  }

  mac(): Mac {
    return macFromBytes(this.take(MAC_BYTES));
  }

  ipv4(): Ip {
    return ipFromBytes(this.take(4));
  }

  ipv6(): Ip {
    return ipFromBytes(this.take(16));
  }
}

/** The mirror of the reader, for messages whose length is known before they are written. */
export class ByteWriter {
  readonly bytes: Uint8Array;
  #offset = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
  }

  /** @param size bytes, at most 6 */
  uint(value: number, size: number): void {
    assert(isUint(value, size), `${value} > ${size} B`);
    assert(this.#offset + size <= this.bytes.length, "writes past the end");
    for (let i = this.#offset + size - 1, rest = value; i >= this.#offset; i--) {
      this.bytes[i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    this.#offset += size;
  }

  put(part: Uint8Array): void {
    this.bytes.set(part, this.#offset);
    this.#offset += part.length;
  }
}

/** Joins the parts of a message. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** @returns the value in `size` bytes, network order; size at most 6 */
export function uintBytes(value: number, size: number): Uint8Array {
  const w = new ByteWriter(size);
  w.uint(value, size);
  return w.bytes;
}

function isUint(value: number, size: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value < 256 ** size;
}
