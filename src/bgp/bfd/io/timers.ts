/**
 * Timers by key that are put off again and again: a packet every few milliseconds puts off the end of its session.
 *
 * Putting one off costs a number; the engine's timer fires when it was to fire first, and looks again.
 * Neighbour: bfd-plane.ts.
 */

interface Entry {
  atMs: number;
  /** When the engine's timer fires; undefined: there is none. */
  firesMs: number;
  handle: NodeJS.Timeout | undefined;
}

export class Timers<Key> {
  readonly #entries = new Map<Key, Entry>();
  readonly #onDue: (key: Key) => void;

  /** @param onDue it is the time, or a little later; the timer is gone */
  constructor(onDue: (key: Key) => void) {
    this.#onDue = onDue;
  }

  /** @param atMs by performance.now() */
  set(key: Key, atMs: number): void {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { atMs, firesMs: Infinity, handle: undefined };
      this.#entries.set(key, entry);
    }
    entry.atMs = atMs;
    if (atMs < entry.firesMs) this.#arm(key, entry);
  }

  clear(key: Key): void {
    clearTimeout(this.#entries.get(key)?.handle);
    this.#entries.delete(key);
  }

  close(): void {
    for (const { handle } of this.#entries.values()) clearTimeout(handle);
    this.#entries.clear();
  }

  #arm(key: Key, entry: Entry): void {
    clearTimeout(entry.handle);
    entry.firesMs = entry.atMs;
    const delayMs = Math.max(0, Math.ceil(entry.atMs - performance.now()));
    entry.handle = setTimeout(() => {
      entry.firesMs = Infinity;
      // The engine counts whole milliseconds, from a moment that may lie behind: it may be early.
      if (performance.now() < entry.atMs) {
        this.#arm(key, entry);
        return;
      }
      this.#entries.delete(key);
      this.#onDue(key);
    }, delayMs);
  }
}
