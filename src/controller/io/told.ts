/**
 * Which problems were told of objects that have no condition of ours: a restart forgets, and tells once more.
 */

/** What is forgotten beyond is told again. */
const TOLD_MAX = 10_000;

export class Told {
  readonly #sentences = new Map<string, readonly string[]>();

  get all(): ReadonlyMap<string, readonly string[]> {
    return this.#sentences;
  }

  /** @param sentences all that is wrong now */
  set(key: string, sentences: readonly string[]): void {
    this.#sentences.delete(key);
    if (sentences.length > 0) this.#sentences.set(key, sentences);
    const [oldest] = this.#sentences.keys();
    if (this.#sentences.size > TOLD_MAX && oldest !== undefined) this.#sentences.delete(oldest);
  }
}
