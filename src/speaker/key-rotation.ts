/**
 * When a new key signs: once everybody whom we hear has it. Pure.
 *
 * Speakers read the new key at different times, and one that has lost the API server not at all for a while: who signed with it at
 * once would be silence to them. So a new key is accepted at once, the one before signs on, and each says that it has a newer one.
 * Read first: docs/heartbeat.md.
 * Neighbours: io/signer.ts asks.
 */
import type { Id } from "./wire/heartbeat.ts";

/** Who was silent for so long is waited for no more: longer than any detection time. */
export const AWAITED_MS = 10_000;

interface Evidence {
  has: boolean;
  heardMs: number;
}

export class KeyRotation {
  readonly #evidence = new Map<Id, Evidence>();

  /** There is a new key: of nobody is it known that he has it. */
  begin(): void {
    for (const evidence of this.#evidence.values()) evidence.has = false;
  }

  /** A heartbeat was right. @param has it is signed with our newest key, or says that its sender has a newer one */
  heard(sender: Id, has: boolean, nowMs: number): void {
    const known = this.#evidence.get(sender);
    if (known === undefined) {
      this.#evidence.set(sender, { has, heardMs: nowMs });
      return;
    }
    known.has = has;
    known.heardMs = nowMs;
  }

  /** @returns whether everybody whom we hear has our newest key */
  isComplete(nowMs: number): boolean {
    for (const [sender, { has, heardMs }] of this.#evidence) {
      if (heardMs + AWAITED_MS <= nowMs) this.#evidence.delete(sender);
      else if (!has) return false;
    }
    return true;
  }
}
