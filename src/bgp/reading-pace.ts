/**
 * How fast one peer is read: so that a flood of messages costs a share of one core, and the other peers' sessions none of their time.
 * Pure: a class, mutated in place, told the time.
 *
 * What is not read waits in the kernel, and then at the peer, whose window closes. A full table of a million prefixes is read in a
 * second to half a minute, by how its messages are packed; and nothing that is read is lost, so no hold time ends of it.
 * Neighbours: io/connection.ts stops reading, and goes on.
 */

/** What reading a message is to take at least: about five times what it costs. */
const MESSAGE_MS = 0.1;
/** The same of what the kernel hands over at once, be it one octet: that costs more than a message does. */
const CHUNK_MS = 0.2;
const BYTES_PER_MS = 8192;
/** Up to so much is read at once. */
export const BURST_MS = 50;

export class ReadingPace {
  #paidUntilMs = -Infinity;
  #owedMs = 0;

  /** Octets have come, whatever they are. */
  chunk(): void {
    this.#owedMs += CHUNK_MS;
  }

  /** A message was read. */
  read(bytes: number): void {
    this.#owedMs += MESSAGE_MS + bytes / BYTES_PER_MS;
  }

  /** @returns for how long nothing more is to be read; 0: reading may go on */
  pauseMs(nowMs: number): number {
    this.#paidUntilMs = Math.max(nowMs, this.#paidUntilMs) + this.#owedMs;
    this.#owedMs = 0;
    const aheadMs = this.#paidUntilMs - nowMs;
    return aheadMs > BURST_MS ? aheadMs : 0;
  }
}
