/** Things that wait for their time, the earliest first: a binary heap. Pure. */
export class DelayHeap<T> {
  readonly #entries: { readonly atMs: number; readonly value: T }[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** When the earliest is due, or null when nothing waits. */
  get nextAtMs(): number | null {
    return this.#entries[0]?.atMs ?? null;
  }

  push(atMs: number, value: T): void {
    let at = this.#entries.push({ atMs, value }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#atMs(parent) <= this.#atMs(at)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** @returns the earliest if it is due at `nowMs`, taken out; else undefined */
  pop(nowMs: number): T | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.atMs > nowMs) return undefined;
    const last = this.#entries.pop();
    if (last !== undefined && last !== first) {
      this.#entries[0] = last;
      this.#sink();
    }
    return first.value;
  }

  #sink(): void {
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const least = this.#atMs(left + 1) < this.#atMs(left) ? left + 1 : left;
      if (this.#atMs(least) >= this.#atMs(at)) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #atMs(at: number): number {
    return this.#entries[at]?.atMs ?? Infinity;
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#entries[a], this.#entries[b]];
    if (x === undefined || y === undefined) return;
    this.#entries[a] = y;
    this.#entries[b] = x;
  }
}
