/**
 * Whose turn it is to answer for an address, and whether that one knows it: not all know the same plan at once. Pure.
 *
 * Heartbeats say which plan a node knows. Who knows an older one may know nothing of an address, or name another, who names
 * it in turn: then nobody answers. So who may not know is waited for as long as another answers; where that one is lost,
 * the segment is asked who answers, and after half an interval it is passed over until it knows, or shows that it answers.
 * Neighbours: holdings.ts asks; ../multi-ip/holder.ts has the rule for those who know.
 */
import { holderOf } from "../multi-ip/holder.ts";
import { linkIdsOn, type AddressRecord } from "./addresses.ts";
import { GAIN_WAIT_MS, type OtherSide } from "./handover.ts";
import type { Liveness } from "./liveness.ts";

export interface TurnsWorld {
  /** This node. */
  readonly node: string;
  /** Between two heartbeats. */
  readonly intervalMs: number;
  readonly liveness: Pick<Liveness, "peer" | "viewOf">;
}

export class Turns {
  readonly #world: TurnsWorld;

  constructor(world: TurnsWorld) {
    this.#world = world;
  }

  /** Where all that could are passed over, the first of them: who answers, answers until that one knows. */
  holderOf(record: AddressRecord): string | null {
    const { plan, passedOver, givenTo } = record;
    if (givenTo !== null) return givenTo;
    const viewOf = (node: string) => this.#world.liveness.viewOf(node, linkIdsOn(record, node));
    if (passedOver.size === 0) return holderOf(plan, viewOf);
    const next = holderOf(plan, (node) => {
      const view = viewOf(node);
      const isPassed = passedOver.has(node) && this.mayNotKnow(node, record);
      return view !== undefined && isPassed ? { ...view, alive: false } : view;
    });
    return next ?? holderOf(plan, viewOf);
  }

  /** Who knows an older plan may know nothing of the address, or name another. What it announces it knows. */
  mayNotKnow(node: string, { plan, announced }: AddressRecord): boolean {
    const peer = this.#world.liveness.peer(node);
    if (peer === undefined || peer.dead || announced?.node === node) return false;
    return peer.planGeneration < plan.generation;
  }

  /** Another answers in place of those that should and may not know: it is between us and that other. @returns whether so */
  passOverFor(node: string, record: AddressRecord): boolean {
    const { passedOver } = record;
    const before = passedOver.size;
    let next = this.holderOf(record);
    while (next !== null && next !== node && !passedOver.has(next)) {
      if (!this.mayNotKnow(next, record)) break;
      passedOver.add(next);
      next = this.holderOf(record);
    }
    return passedOver.size > before;
  }

  /** Who is ranked before us and has not read the plan names no interface for it yet, as one that has none. */
  isOpen(record: AddressRecord): boolean {
    const { rank } = record.plan;
    const before = rank.slice(0, Math.max(0, rank.indexOf(this.#world.node)));
    return before.some((node) => this.mayNotKnow(node, record));
  }

  /** @returns how long to wait for a word of the node that should answer, before another does; 0: not at all */
  patienceMs(next: string, record: AddressRecord): number {
    const { node, intervalMs } = this.#world;
    const { holder, hadHolder, passedOver } = record;
    if (passedOver.has(next) || !this.mayNotKnow(next, record)) return 0;
    if (holder === null) return hadHolder ? intervalMs / 2 : GAIN_WAIT_MS;
    const isThere =
      holder === node ? record.heldGeneration !== null : this.#isAlive(holder, record);
    return isThere ? 0 : intervalMs / 2;
  }

  /** What another node knows, to which an address goes or from which it comes. */
  otherSide(node: string | null, record: AddressRecord): OtherSide {
    const { plan, announced } = record;
    if (node === null || node === this.#world.node) return "none";
    const peer = this.#world.liveness.peer(node);
    // Who has lost the interface answers no more, whatever it knows.
    if (peer === undefined || !this.#isAlive(node, record)) return "none";
    // Its heartbeats may not reach us: what it does shows what it knows.
    if (announced?.node === node && announced.rightly) return "announced";
    if (peer.planGeneration < plan.generation) return "uninformed";
    if (record.passedOver.has(node)) return "passed";
    // One that has given us up answers for what is ours.
    const learns = peer.state === "heard" && (peer.hearsUs || peer.doubtsUs);
    return learns ? "informed" : "deaf";
  }

  #isAlive(node: string, record: AddressRecord): boolean {
    return this.#world.liveness.viewOf(node, linkIdsOn(record, node))?.alive === true;
  }
}
