/**
 * Bytes of a watch in, whole lines out: one JSON text per line, cut anywhere on the way. Pure.
 *
 * Each byte is looked at once and copied at most once more, however many chunks a line comes in.
 * Neighbours: io/client.ts feeds it.
 */

/** etcd refuses objects over 1.5 MiB; whatever is longer than this is no watch. */
export const LINE_BYTES_MAX = 16 * 1024 * 1024;

const NEWLINE = 0x0a;

/** A class, because it keeps the beginning of a line between two chunks. */
export class LineSplitter {
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  readonly #decoder = new TextDecoder();

  /** @returns the lines that this chunk ends, without their newline; empty lines are left out */
  push(chunk: Uint8Array): { readonly lines: readonly string[]; readonly tooLong: boolean } {
    const lines: string[] = [];
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      const line = this.#join(chunk.subarray(from, to));
      if (line !== "") lines.push(line);
      from = to + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
    return { lines, tooLong: this.#bytes > LINE_BYTES_MAX };
  }

  #keep(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }

  #join(last: Uint8Array): string {
    if (this.#pieces.length === 0) return this.#decoder.decode(last);
    this.#keep(last);
    const whole = new Uint8Array(this.#bytes);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [];
    this.#bytes = 0;
    return this.#decoder.decode(whole);
  }
}
