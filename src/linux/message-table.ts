/**
 * What sendmmsg and recvmmsg take: an array of `struct mmsghdr`, each with one `struct iovec`. Pure.
 *
 * Read first: sendmmsg(2), recvmsg(2). 64-bit machines, little-endian; sizes and offsets are compared with the C headers by a test.
 * It holds addresses of memory: whoever fills it keeps what they point to, and never moves it.
 * Neighbours: io/datagram-socket.ts fills it.
 */
const HEADER_BYTES = 64;
const VECTOR_BYTES = 16;
/** In `struct mmsghdr`. */
const OFFSET = {
  name: 0,
  nameLength: 8,
  vector: 16,
  vectorCount: 24,
  control: 32,
  controlLength: 40,
  flags: 48,
  length: 56,
};

const MSG_TRUNC = 0x20;

/** Where something lies. */
export interface Place {
  readonly address: bigint;
  readonly length: number;
}

export class MessageTable {
  /** The headers, then the vectors. */
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #count: number;

  /** @param addressOf the address of bytes that lie outside of the heap, as those of a table do */
  constructor(count: number, addressOf: (bytes: Uint8Array) => bigint) {
    this.bytes = new Uint8Array(new ArrayBuffer(count * (HEADER_BYTES + VECTOR_BYTES)));
    this.#view = new DataView(this.bytes.buffer);
    this.#count = count;
    const vectors = addressOf(this.bytes) + BigInt(count * HEADER_BYTES);
    for (let i = 0; i < count; i++) {
      const header = i * HEADER_BYTES;
      this.#view.setBigUint64(header + OFFSET.vector, vectors + BigInt(i * VECTOR_BYTES), true);
      this.#view.setBigUint64(header + OFFSET.vectorCount, 1n, true);
    }
  }

  /** The other end's address; unless it is set, none. */
  setName(index: number, { address, length }: Place): void {
    const header = index * HEADER_BYTES;
    this.#view.setBigUint64(header + OFFSET.name, address, true);
    this.#view.setUint32(header + OFFSET.nameLength, length, true);
  }

  /** Room for what the kernel says beside a message; unless it is set, none. To be set again for each that comes. */
  setControl(index: number, { address, length }: Place): void {
    const header = index * HEADER_BYTES;
    this.#view.setBigUint64(header + OFFSET.control, address, true);
    this.#view.setBigUint64(header + OFFSET.controlLength, BigInt(length), true);
  }

  /** Of what came beside a message. */
  controlLengthOf(index: number): number {
    return this.#view.getUint32(index * HEADER_BYTES + OFFSET.controlLength, true);
  }

  /** The bytes to send, or the room for those that come. */
  setData(index: number, { address, length }: Place): void {
    const vector = this.#count * HEADER_BYTES + index * VECTOR_BYTES;
    this.#view.setBigUint64(vector, address, true);
    this.#view.setBigUint64(vector + 8, BigInt(length), true);
  }

  /** Of a message that came. */
  lengthOf(index: number): number {
    return this.#view.getUint32(index * HEADER_BYTES + OFFSET.length, true);
  }

  /** There was no room for the end of it. */
  isCutOff(index: number): boolean {
    return (this.#view.getUint32(index * HEADER_BYTES + OFFSET.flags, true) & MSG_TRUNC) !== 0;
  }

  /** The table from a message on. */
  from(index: number): Uint8Array {
    return index === 0 ? this.bytes : this.bytes.subarray(index * HEADER_BYTES);
  }
}
