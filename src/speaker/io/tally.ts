/**
 * Counts by label between two reports: cheap enough for every frame.
 */

export class Tally {
  #counts = new Map<string, number>();

  add(label: string): void {
    this.#counts.set(label, (this.#counts.get(label) ?? 0) + 1);
  }

  /** @returns what was counted since the call before */
  take(): [string, number][] {
    if (this.#counts.size === 0) return [];
    const counts = [...this.#counts];
    this.#counts = new Map();
    return counts;
  }
}
