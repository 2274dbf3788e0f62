/**
 * How many of the nodes that we hear hear a node: counted once for all, so that a judgement costs a look, not a search. Pure.
 *
 * Neighbours: liveness.ts judges.
 */
import { isEqualList } from "../base/lists.ts";
import type { Id } from "./wire/heartbeat.ts";

/** Where this part of us, one in so many, does not hear a node, it may be about to be given up. */
const SUSPECT_SHARE = 8;

export class Vouching {
  readonly #lists = new Map<Id, readonly Id[]>();
  readonly #counts = new Map<Id, number>();

  /** How many nodes we hear. */
  get hearing(): number {
    return this.#lists.size;
  }

  /** How many of them hear this one. */
  of(id: Id): number {
    return this.#counts.get(id) ?? 0;
  }

  /** Whether a node that we do not hear is unheard by so many that it is perhaps dead. */
  isSuspect(id: Id): boolean {
    const all = this.hearing + 1; // and we
    return (all - this.of(id)) * SUSPECT_SHARE >= all;
  }

  /** We hear a node. @returns whether it hears others than before */
  put(voucher: Id, heard: readonly Id[]): boolean {
    const before = this.#lists.get(voucher);
    if (before !== undefined && isEqualList(before, heard)) return false;
    this.delete(voucher);
    this.#lists.set(voucher, heard);
    for (const id of heard) this.#counts.set(id, this.of(id) + 1);
    return true;
  }

  /** We hear it no more: its word counts for nothing. */
  delete(voucher: Id): void {
    for (const id of this.#lists.get(voucher) ?? []) {
      const count = this.of(id) - 1;
      if (count > 0) this.#counts.set(id, count);
      else this.#counts.delete(id);
    }
    this.#lists.delete(voucher);
  }
}
