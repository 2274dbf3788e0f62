/**
 * What this node holds: asks anew who the holder is, and gains, releases or waits. Pure.
 *
 * Everything that follows from a gain starts here: membership in groups, announcements, the report.
 * A class, mutated in place, see liveness.ts.
 * Neighbours: addresses.ts keeps the records; turns.ts says whose turn it is, handover.ts whether it is time; speaker.ts
 * says when to ask.
 */
import type { Ip } from "../base/ip.ts";
import type { MoveReason } from "../multi-ip/move-reason.ts";
import {
  Addresses,
  linkIdsOn,
  type AddressRecord,
  type PlannedAddress,
  type WaitingFor,
} from "./addresses.ts";
import type { Announcer } from "./announcer.ts";
import { answerOn, type GroupEffect } from "./answering.ts";
import type { Guard } from "./guard.ts";
import { ASK_AFTER_MS, ASK_BATCH_INTERVAL_MS, ASK_BATCH_MAX, handover } from "./handover.ts";
import type { UsableLink } from "./links.ts";
import type { Liveness } from "./liveness.ts";
import { reasonOf } from "./reason.ts";
import type { Holding } from "./responder.ts";
import { Outplanned } from "./outplanned.ts";
import { Turns } from "./turns.ts";

/** A change of what this node holds. */
export interface HoldingChange {
  readonly address: Ip;
  readonly from: string | null;
  readonly to: string | null;
  /** True: we answer from now on. False: we do not any more; whoever gained it says more. */
  readonly gained: boolean;
  readonly generation: number;
  readonly reason: MoveReason;
}

export type HoldingEffect =
  | GroupEffect
  | { readonly kind: "holding"; readonly change: HoldingChange }
  /** Still ours, by a newer plan. */
  | { readonly kind: "kept"; readonly address: Ip; readonly generation: number };

/** What a decision is made from. */
export interface HoldingsWorld {
  readonly node: string;
  /** Between two heartbeats. */
  readonly intervalMs: number;
  readonly liveness: Pick<Liveness, "serving" | "generation" | "peer" | "viewOf" | "isGated">;
  readonly announcer: Announcer;
  /** Where the address may be answered now. */
  readonly linksOf: (record: AddressRecord) => readonly UsableLink[];
  readonly emit: (effect: HoldingEffect) => void;
  /** Something was given up at once that another holds. */
  readonly yielded: (nowMs: number) => void;
  readonly guard: Pick<Guard, "mayUse" | "forget" | "released" | "question">;
}

/** After a gain from another node whose MACs we do not know: it is falling silent, and its word is no stranger's. */
const STRANGERS_GRACE_MS = 1000;

/** Between two questions whether another answers, at most. */
const ASK_INTERVAL_MS_MAX = 5000;

/** Who began to announce before that has told everybody for the last time. */
const ANNOUNCED_MS = 1000;

export class Holdings {
  readonly addresses = new Addresses();
  readonly #world: HoldingsWorld;
  readonly #turns: Turns;
  readonly outplanned: Outplanned;

  constructor(world: HoldingsWorld) {
    this.#world = world;
    this.#turns = new Turns(world);
    this.outplanned = new Outplanned({
      ...world,
      question: ({ plan }) => {
        world.guard.question(plan.address);
      },
    });
  }

  /** When `waited` is to be called; Infinity: never. */
  get dueMs(): number {
    let due = this.outplanned.dueMs;
    for (const { waiting } of this.addresses.waiting) {
      if (waiting !== null) due = Math.min(due, waiting.untilMs);
    }
    return due;
  }

  holdingOf(ip: Ip, linkIndex: number): Holding {
    const record = this.addresses.get(ip);
    if (record === undefined) return "not-ours";
    if (record.heldGeneration === null) return "not-holding";
    return record.links.some((link) => link.index === linkIndex) ? "held" : "wrong-interface";
  }

  /** The address is no longer in the plan. */
  remove(address: Ip): void {
    const record = this.addresses.get(address);
    if (record === undefined) return;
    if (record.heldGeneration !== null) this.#release(record, null, "plan");
    this.#world.guard.forget(address);
    this.outplanned.forget(record);
    this.addresses.delete(record);
  }

  /** @returns the record under the new plan: whose it was by a newer one than before does not count any more */
  put(plan: PlannedAddress, nowMs: number): AddressRecord {
    const record = this.addresses.put(plan, nowMs);
    this.outplanned.forget(record);
    return record;
  }

  releaseAll(reason: MoveReason): void {
    for (const record of this.addresses.held) this.#release(record, null, reason);
  }

  /** Interfaces came or went: what is held is answered on those that are. */
  followLinks(nowMs: number): void {
    for (const record of this.addresses.held) {
      this.#answerOn(record, this.#world.linksOf(record), nowMs);
    }
  }

  /**
   * A node is heard again that may have answered for what we hold, on its side of a partition: clients that heard it
   * announce an address go on sending to it until somebody announces otherwise. What it answered for is a matter of the
   * plan that it knew, so that no address is left out.
   */
  announceAgain(nowMs: number): void {
    for (const record of this.addresses.held) this.#announceAgain(record, nowMs);
  }

  #announceAgain({ plan: { address }, links }: AddressRecord, nowMs: number): void {
    for (const link of links) this.#world.announcer.again(address, link.index, nowMs);
  }

  /** A peer says on the wire that an address is its own: where we wait to give it up, or to begin, we wait for that. */
  announcedBy(record: AddressRecord, node: string, nowMs: number): void {
    const before = record.announced?.node === node ? record.announced : null;
    const { liveness } = this.#world;
    const generation = liveness.peer(node)?.planGeneration ?? 0;
    // What is written in one pass has one number, and comes piece by piece: of this address we may know less than it does.
    const isAhead = generation >= liveness.generation && generation > record.plan.generation;
    const isAwaited = record.waiting !== null || record.passedOver.has(node);
    const rightly = before?.rightly === true || isAhead || isAwaited;
    record.announced = { node, atMs: before?.atMs ?? nowMs, rightly, generation, lastMs: nowMs };
    if (record.waiting?.what === "news") record.holder = node;
    const isLeft = this.outplanned.heard(record, node, nowMs);
    if (!isAwaited && !isLeft) {
      this.#contradict(record, { node, before, nowMs });
      return;
    }
    const { waiting } = record;
    if (waiting?.what === "answer" || waiting?.what === "release") {
      if (this.#turns.passOverFor(node, record)) this.addresses.passing.add(record);
    }
    this.decide(record, nowMs);
  }

  /** For those that waited long enough, the other side had its time. */
  waited(nowMs: number): void {
    for (const record of this.outplanned.due(nowMs)) this.decide(record, nowMs);
    let asked = 0;
    for (const record of this.addresses.waiting) {
      if (record.waiting === null || record.waiting.untilMs > nowMs) continue;
      switch (record.waiting.what) {
        case "news":
          // Somebody may answer of whom we do not know it.
          if (record.hadHolder && record.waiting.asked === 0) {
            this.#ask(record, { ofBatch: asked++, forMs: this.#world.intervalMs / 2, nowMs });
          } else this.#passOver(record, nowMs);
          continue;
        case "answer": {
          const forMs = Math.min(ASK_AFTER_MS * 2 ** record.waiting.asked, ASK_INTERVAL_MS_MAX);
          this.#ask(record, { ofBatch: asked++, forMs, nowMs });
          continue;
        }
        case "gain":
        case "release": {
          const next = this.#turns.holderOf(record);
          if (record.waiting.what === "release") this.#handOver(record, next, nowMs);
          else if (this.#world.guard.mayUse(record, nowMs))
            this.#gain(record, this.#world.linksOf(record), nowMs);
          else {
            this.#stopWaiting(record);
            continue;
          }
          this.#decided(record, next);
        }
      }
    }
  }

  /** The node that should answer, and may not know it, has had its time. */
  #passOver(record: AddressRecord, nowMs: number): void {
    this.#stopWaiting(record);
    const slow = this.#turns.holderOf(record);
    if (slow !== null) record.passedOver.add(slow);
    this.addresses.passing.add(record);
    this.decide(record, nowMs);
  }

  /** Asks on the wire whether another answers, and waits. */
  #ask(
    record: AddressRecord,
    when: { readonly ofBatch: number; readonly forMs: number; readonly nowMs: number },
  ): void {
    const { ofBatch, forMs, nowMs } = when;
    const { what, asked } = record.waiting ?? { what: "answer" as const, asked: 0 };
    if (ofBatch >= ASK_BATCH_MAX) {
      record.waiting = { what, untilMs: nowMs + ASK_BATCH_INTERVAL_MS, asked };
      return;
    }
    record.waiting = { what, untilMs: nowMs + forMs, asked: asked + 1 };
    this.#world.guard.question(record.plan.address);
  }

  /** Asks who the holder is, now that something changed that it depends on. */
  decide(record: AddressRecord, nowMs: number): void {
    if (!this.addresses.has(record)) return;
    const { node, liveness } = this.#world;
    this.outplanned.review(record);
    const able = liveness.serving;
    const next = able ? this.#turns.holderOf(record) : null;
    const holding = record.heldGeneration !== null;
    const patienceMs = next === null ? 0 : this.#turns.patienceMs(next, record);
    if (patienceMs > 0) {
      const isNew = record.waiting?.what !== "news";
      if (isNew) this.#wait(record, "news", record.hadHolder ? nowMs : nowMs + patienceMs);
      return;
    }
    const mine = next === node;
    const links = mine || holding ? this.#world.linksOf(record) : [];
    const { generation } = record.plan;
    const verdict = handover({
      ...{ mine, holding },
      able: able && (mine || links.length > 0),
      replanned:
        record.passedOver.size > 0 ||
        record.givenTo !== null ||
        record.isOpen ||
        generation > (record.heldGeneration ?? record.decidedGeneration),
      yielding: liveness.isGated(node),
      other: this.#turns.otherSide(mine ? record.holder : next, record),
    });
    if (verdict.kind === "wait") {
      this.#wait(record, verdict.what, nowMs + verdict.forMs);
      if (verdict.what === "gain") this.#world.guard.mayUse(record, nowMs); // Asks meanwhile.
      return;
    }
    // What nobody of ours has held is asked for on the wire first; the answer brings us here again.
    if (verdict.kind !== "gain") this.#world.guard.forget(record.plan.address);
    else if (!this.#world.guard.mayUse(record, nowMs)) return;
    if (verdict.kind === "gain") this.#gain(record, links, nowMs);
    if (verdict.kind === "release") this.#giveUp(record, next, nowMs);
    if (verdict.kind === "keep" && this.#mayBeBelievedOfAnother(record)) {
      record.announced = null;
      this.#announceAgain(record, nowMs);
    }
    if (able) this.#decided(record, next);
  }

  /** Peers know a newer plan than before. */
  informed(nowMs: number): void {
    for (const record of new Set([...this.addresses.waiting, ...this.addresses.passing])) {
      this.decide(record, nowMs);
    }
  }

  /** Who answers by an older plan hears of us on the wire alone. */
  #contradict(
    record: AddressRecord,
    { node, before, nowMs }: { node: string; before: AddressRecord["announced"]; nowMs: number },
  ): void {
    const peer = this.#world.liveness.peer(node);
    const isBehind = peer !== undefined && peer.planGeneration < record.plan.generation;
    if (record.heldGeneration === null || record.waiting !== null || !isBehind) return;
    if (before === null || nowMs - before.lastMs >= ANNOUNCED_MS)
      this.#announceAgain(record, nowMs);
  }

  #wait(record: AddressRecord, what: WaitingFor, untilMs: number): void {
    // What is about to be another's is announced by the other alone.
    if (what === "release" && record.waiting?.what !== "release") {
      for (const { index } of record.links) {
        this.#world.announcer.lost(record.plan.address, index);
      }
    }
    const since = record.waiting;
    // Who waits for a moment keeps it, for to be asked again must not put it off.
    const keeps = since?.what === what && untilMs < Infinity;
    const asked = since?.what === what ? since.asked : 0;
    record.waiting = { what, untilMs: keeps ? Math.min(since.untilMs, untilMs) : untilMs, asked };
    this.addresses.waiting.add(record);
  }

  #stopWaiting(record: AddressRecord): void {
    record.waiting = null;
    this.addresses.waiting.delete(record);
  }

  #decided(record: AddressRecord, holder: string | null): void {
    this.#stopWaiting(record);
    // Who may not know that it should answers when it does; until then who answered before is the holder.
    const isSure = holder === null || !this.#turns.mayNotKnow(holder, record);
    if (isSure) record.holder = holder;
    record.hadHolder ||= isSure && holder !== null;
    record.decidedGeneration = record.plan.generation;
    record.isOpen = holder === this.#world.node && this.#turns.isOpen(record);
    for (const node of record.passedOver) {
      if (!this.#turns.mayNotKnow(node, record)) record.passedOver.delete(node);
    }
    if (isSure && record.passedOver.size === 0 && record.givenTo === null)
      this.addresses.passing.delete(record);
    else this.addresses.passing.add(record);
    if (isSure) this.addresses.settle(record);
    const { address, generation } = record.plan;
    if (record.heldGeneration !== null && record.heldGeneration !== generation) {
      record.heldGeneration = generation;
      this.#world.emit({ kind: "kept", address, generation });
    }
    // A plan without us in the rank is kept only as long as we answer by an older one.
    const needed = record.heldGeneration !== null || record.plan.rank.includes(this.#world.node);
    if (!needed) this.addresses.delete(record);
  }

  /** The move is off, and the successor may have announced the address already; or who did cannot answer any more. */
  #mayBeBelievedOfAnother(record: AddressRecord): boolean {
    const { waiting, announced } = record;
    if (waiting?.what === "release" || waiting?.what === "answer") return true;
    if (announced === null) return false;
    const { node } = announced;
    return this.#world.liveness.viewOf(node, linkIdsOn(record, node))?.alive !== true;
  }

  #gain(record: AddressRecord, links: readonly UsableLink[], nowMs: number): void {
    const { address, generation } = record.plan;
    const [from, to] = [record.holder, this.#world.node];
    const reason = reasonOf(record, to, this.#world);
    record.heldGeneration = generation;
    record.heldSinceMs = nowMs;
    record.announced = null;
    const isKnown = from === null || (this.#world.liveness.peer(from)?.macs.length ?? 0) > 0;
    record.strangersFromMs = isKnown ? nowMs : nowMs + STRANGERS_GRACE_MS;
    this.addresses.held.add(record);
    this.addresses.unproven.delete(record);
    this.#world.guard.forget(address);
    this.#answerOn(record, links, nowMs);
    const change = { address, from, to, gained: true, generation, reason };
    this.#world.emit({ kind: "holding", change });
  }

  /**
   * The successor's announcements go on for some seconds. Where they are long over, or where it answers by an older plan
   * and does not begin just now, two have answered.
   */
  #handOver(record: AddressRecord, to: string | null, nowMs: number): void {
    const { announced } = record;
    this.#release(record, to, reasonOf(record, to, this.#world));
    const peer = announced === null ? undefined : this.#world.liveness.peer(announced.node);
    const begins = (peer?.planGeneration ?? 0) >= record.plan.generation;
    const isFresh = announced !== null && nowMs - announced.atMs < ANNOUNCED_MS;
    if (!(begins && isFresh)) this.#world.yielded(nowMs);
  }

  /** Where two answered, clients may believe either: who answers on is told to say so again. */
  #giveUp(record: AddressRecord, to: string | null, nowMs: number): void {
    const reason = reasonOf(record, to, this.#world);
    this.#release(record, to, reason);
    const two = reason === "partition-mended" || reason === "returned-after-loss";
    // Who hears nobody that could have it does not know that another answers, by the plan that it reads just now.
    const isCutOff = to === null && reason === "plan";
    if (two || isCutOff) this.#world.yielded(nowMs);
  }

  #release(record: AddressRecord, to: string | null, reason: MoveReason): void {
    const { address, generation } = record.plan;
    record.heldGeneration = null;
    this.addresses.held.delete(record);
    this.#world.guard.released(address);
    this.#answerOn(record, [], 0);
    const change = { address, from: this.#world.node, to, gained: false, generation, reason };
    this.#world.emit({ kind: "holding", change });
  }

  #answerOn(record: AddressRecord, links: readonly UsableLink[], nowMs: number): void {
    const { announcer, emit } = this.#world;
    answerOn(record, links, { announcer, emit, nowMs });
  }
}
