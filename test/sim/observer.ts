/**
 * One who asks all the time and sees who answers: turns what happens into facts for the rules.
 *
 * It knows what no speaker knows: everything. Who answers is taken from what the minds say that they hold; client.ts
 * asks them by real frames now and then, and compares.
 */
import { PROBES, PROBE_INTERVAL_MS } from "../../src/speaker/detection.ts";
import { GAIN_WAIT_MS } from "../../src/speaker/handover.ts";
import type { HoldingChange } from "../../src/speaker/holdings.ts";
import { Hearing } from "./hearing.ts";
import type { Answering, Fact, Stretch } from "./rules/fact.ts";
import { wrongOf } from "./rules/wrong.ts";
import { isToldOf, newTracked, type Tracked } from "./tracked.ts";
import type { Segment } from "./segment.ts";
import type { SimNode } from "./node.ts";
import type { Settings } from "./settings.ts";

/** From the first question to the first use of an address that nobody has used. */
const PROBING_MS = PROBES * PROBE_INTERVAL_MS + 20;
/** Faults after which addresses may move that no node with the fault answered for. */
const JOINS: ReadonlySet<string> = new Set([
  "partition",
  "mend",
  "serves",
  "goes on",
  "heard",
  "met",
]);

export interface ObserverWorld {
  readonly settings: Settings;
  readonly segment: Segment;
  readonly nodes: () => readonly SimNode[];
  readonly nowMs: () => number;
  /** How late a heartbeat may be. */
  readonly delayMaxMs: number;
  /** Whether the API has a VirtualIP of that name. */
  readonly exists: (name: string) => boolean;
  /** A stranger has it: nobody begins to use it. */
  readonly isSquatted: (address: string) => boolean;
  /** What the API has for its rank. */
  readonly rankOf: (name: string) => readonly string[];
  readonly tell: (fact: Fact) => void;
}

export class Observer {
  readonly #world: ObserverWorld;
  readonly #hearing: Hearing;
  readonly #tracked = new Map<string, Tracked>();
  readonly #returnedMs: Float64Array;
  readonly #returnGeneration: Float64Array;
  readonly #wellSinceMs: Float64Array;
  #dirty = false;

  constructor(world: ObserverWorld) {
    this.#world = world;
    this.#hearing = new Hearing(world);
    const { nodeCount } = world.settings;
    this.#returnedMs = new Float64Array(nodeCount).fill(-Infinity);
    this.#returnGeneration = new Float64Array(nodeCount);
    this.#wellSinceMs = new Float64Array(nodeCount).fill(-Infinity);
  }

  get addresses(): readonly string[] {
    return [...this.#tracked.keys()];
  }

  /** Detection, an interval, and what the network takes. */
  boundMs(sinceMs: number): number {
    const { intervalMs, detectionMs } = this.#world.settings;
    const lost = this.#world.segment.longestRunSince(sinceMs - detectionMs);
    return detectionMs * 1.002 + intervalMs * (1 + lost) + 2 * this.#world.delayMaxMs + 5;
  }

  /** The API has this address now. */
  meet(address: string, name: string, bornGeneration: number): void {
    const known = this.#tracked.get(address);
    if (known !== undefined) {
      known.fault = { atMs: this.#world.nowMs(), kind: "new" };
      const bornMs = this.#world.nowMs();
      Object.assign(known, { toldOf: 0, bornGeneration, bornMs, isNew: true });
      return;
    }
    const nowMs = this.#world.nowMs();
    const born = { address, name, bornGeneration, bornMs: nowMs };
    const { nodeCount } = this.#world.settings;
    this.#tracked.set(address, newTracked(born, { nodeCount, newMs: nowMs + PROBING_MS }));
  }

  /** Nobody else has it any more, or no node might have it until now: it is new once more. */
  renewed(address: string): void {
    const tracked = this.#tracked.get(address);
    if (tracked === undefined) return;
    this.#close();
    tracked.fault = { atMs: this.#world.nowMs() + PROBING_MS, kind: "new" };
    this.#dirty = true;
  }

  /** Something happened to these nodes: their addresses have the bound from now. */
  fault(kind: string, nodes: number): void {
    const nowMs = this.#world.nowMs();
    this.#close();
    const recently = nowMs - this.boundMs(nowMs);
    for (const tracked of this.#tracked.values()) {
      // Who is about to take over may count on a node that dies meanwhile, or on its word: the bound begins anew.
      const isWrong = tracked.open.some(({ wrongSinceMs }) => wrongSinceMs < nowMs);
      const isUnderWay = isWrong || nowMs < tracked.fault.atMs + this.boundMs(tracked.fault.atMs);
      let concerned = JOINS.has(kind) || (tracked.held & nodes) !== 0 || isUnderWay;
      for (let i = 0; i < tracked.endedMs.length && !concerned; i++) {
        concerned = ((nodes >> i) & 1) === 1 && (tracked.endedMs[i] ?? 0) > recently;
      }
      // Or whom the newest plan names, and who has not taken over yet.
      const [first] = this.#world.rankOf(tracked.name);
      concerned ||= first !== undefined && ((nodes >> (Number(first.slice(1)) - 1)) & 1) === 1;
      // What is heard again after a partition is that partition's mend.
      const isMend = kind === "heard" && tracked.fault.kind === "partition";
      // Nobody has used it yet, as far as the others can have heard: whoever begins asks first whether it is free.
      const isUnheard = tracked.isNew || nowMs - tracked.usedMs <= this.#world.delayMaxMs;
      const atMs = isUnheard ? nowMs + PROBING_MS : nowMs;
      if (concerned) tracked.fault = { atMs, kind: isMend ? "partition" : kind };
    }
    for (let i = 0; i < this.#wellSinceMs.length; i++) {
      if ((nodes >> i) & 1) this.#wellSinceMs[i] = nowMs;
    }
    this.#dirty = true;
  }

  /** Its interface is lost: what the plan says from here on is said of a node without it. */
  lostLink(node: SimNode): void {
    this.#returnGeneration[node.index] = node.generation;
  }

  /** Its interface is back. */
  returnedLink(node: SimNode): void {
    this.#returnedMs[node.index] = this.#world.nowMs();
  }

  /** These nodes are back: what they gain by a plan that is known by now, they take by themselves. */
  returned(nodes: number): void {
    const all = this.#world.nodes();
    for (const node of all) {
      if (!((nodes >> node.index) & 1)) continue;
      const piece = this.#hearing.pieceOf(node.index);
      const peers = all.filter((each) => (piece >> each.index) & 1 && each.running);
      this.#returnedMs[node.index] = this.#world.nowMs();
      this.#returnGeneration[node.index] = Math.max(...peers.map((each) => each.generation), 0);
    }
  }

  /** Its gate is open: nobody gave it up, so that no plan is known to it but what it knows. */
  opened(node: SimNode): void {
    this.#returnedMs[node.index] = this.#world.nowMs();
    this.#returnGeneration[node.index] = node.generation;
  }

  gainedMs(address: string, node: number): number {
    return this.#tracked.get(address)?.gainedMs[node] ?? -Infinity;
  }

  wellSinceMs(node: number): number {
    return this.#wellSinceMs[node] ?? -Infinity;
  }

  planned(node: SimNode): void {
    this.#close();
    for (const tracked of this.#tracked.values()) {
      const isStop = node.leaving && (tracked.held >> node.index) & 1;
      const isTold = isToldOf(tracked, node);
      if (isStop || isTold) tracked.plannedMs = this.#world.nowMs();
      const bit = 1 << node.index;
      if (isTold && !(tracked.toldOf & bit) && tracked.fault.kind === "new") {
        tracked.fault = { atMs: this.#world.nowMs() + PROBING_MS, kind: "new" };
      }
      if (isTold) tracked.toldOf |= bit;
    }
    this.#dirty = true;
  }

  changed(): void {
    this.#dirty = true;
  }

  holding(node: SimNode, change: HoldingChange): void {
    const tracked = this.#tracked.get(change.address);
    if (tracked === undefined) return;
    const nowMs = this.#world.nowMs();
    const bit = 1 << node.index;
    const piece = this.#hearing.pieceOf(node.index);
    const rank = node.told.get(tracked.name)?.rank ?? [];
    const others = this.#answering(tracked, piece & ~bit, rank);
    const kind = change.gained ? "gained" : "released";
    this.#world.tell({
      ...{ kind, address: change.address, node: node.index, atMs: nowMs, reason: change.reason },
      ...{ generation: change.generation, others, fault: tracked.fault },
      able: this.#able(tracked, piece & ~bit),
      whole: this.#hearing.isWhole(piece),
      alone: piece === bit || this.#hearing.isDeaf(node.index),
      level: this.#returnGeneration.every((at, i) => i === node.index || at >= change.generation),
      returnedMs: this.#returnedMs[node.index] ?? 0,
      returnGeneration: this.#returnGeneration[node.index] ?? 0,
      boundMs: this.boundMs(tracked.fault.atMs),
    });
    if (change.gained) {
      if (tracked.isNew) tracked.usedMs = nowMs;
      tracked.isNew = false;
      tracked.held |= bit;
      tracked.gainedMs[node.index] = nowMs;
    } else this.#ended(tracked, node.index);
    this.#dirty = true;
  }

  announced(node: SimNode, address: string): void {
    const tracked = this.#tracked.get(address);
    if (tracked === undefined) return;
    tracked.announcedMs[node.index] = this.#world.nowMs();
    this.#world.tell({ kind: "announced", address, node: node.index, atMs: this.#world.nowMs() });
  }

  /** Its process is no more. */
  died(node: SimNode): void {
    for (const tracked of this.#tracked.values()) {
      if ((tracked.held >> node.index) & 1) this.#ended(tracked, node.index);
    }
    this.#dirty = true;
  }

  /** Who answers a client on that piece. */
  answersOn(address: string, piece: number): number {
    const tracked = this.#tracked.get(address);
    return tracked === undefined ? 0 : this.#answers(tracked) & piece;
  }

  /** What is planned no more is steady for nobody: who has not heard of that yet answers on. */
  steadySinceMs(address: string): number {
    const tracked = this.#tracked.get(address);
    if (tracked === undefined || !this.#world.exists(tracked.name)) return Infinity;
    return Math.max(tracked.fault.atMs, ...tracked.gainedMs, ...tracked.endedMs);
  }

  /** After every event: nothing to do where nothing changed. */
  look(): void {
    if (!this.#dirty) return;
    this.#close();
    this.#dirty = false;
    const nowMs = this.#world.nowMs();
    const pieces = this.#hearing.pieces();
    const hearing = pieces.map((piece) => this.#hearing.isHearing(piece));
    const whole = pieces.map((piece) => this.#hearing.isWhole(piece));
    for (const tracked of this.#tracked.values()) {
      tracked.open = pieces.map((piece, i) => {
        const answers = this.#answers(tracked) & piece;
        const able = this.#able(tracked, piece);
        const before = tracked.open.find((stretch) => stretch.piece === piece);
        // Until now nobody might, and it is no plan's fault that nobody does.
        const { isNew } = tracked;
        if (before?.able === 0 && able !== 0 && answers === 0 && !isNew) {
          tracked.fault = { atMs: nowMs, kind: "able" };
        }
        const unknown = nowMs < this.#knownByMs(tracked, piece);
        const wrong = wrongOf({ answers, able }) !== null;
        const wrongSinceMs = wrong ? Math.min(before?.wrongSinceMs ?? nowMs, nowMs) : Infinity;
        const plansDiffer = this.#plansDiffer(tracked, piece);
        return {
          ...{ fromMs: nowMs, piece, answers, able, wrongSinceMs, plansDiffer },
          ...this.#forwarding(piece),
          ...{ hearing: hearing[i] !== false && !unknown, whole: whole[i] ?? true },
        };
      });
    }
  }

  end(): void {
    this.#close();
  }

  #close(): void {
    const toMs = this.#world.nowMs();
    for (const tracked of this.#tracked.values()) {
      const { address, fault, plannedMs } = tracked;
      for (const stretch of tracked.open) {
        if (stretch.fromMs >= toMs) continue;
        const boundMs = stretch.wrongSinceMs < toMs ? this.boundMs(fault.atMs) : 0;
        this.#world.tell({ kind: "stretch", ...stretch, address, toMs, fault, plannedMs, boundMs });
      }
      tracked.open = tracked.open.map((stretch) => ({ ...stretch, fromMs: toMs }));
    }
  }

  #ended(tracked: Tracked, node: number): void {
    tracked.held &= ~(1 << node);
    tracked.endedMs[node] = this.#world.nowMs();
  }

  #answers({ held }: Tracked): number {
    let mask = 0;
    if (held === 0) return mask;
    for (const node of this.#world.nodes()) {
      if ((held >> node.index) & 1 && node.running && !node.paused && node.carrier) {
        mask |= 1 << node.index;
      }
    }
    return mask;
  }

  /** Nobody is, for an address that the API has no more; nor who knows an older plan of it than another that runs. */
  #able(tracked: Tracked, piece: number): number {
    const { name } = tracked;
    let mask = 0;
    if (!this.#world.exists(name)) return mask;
    if (tracked.held === 0 && this.#world.isSquatted(tracked.address)) return mask;
    const running = this.#world
      .nodes()
      .filter(({ index, serving, paused }) => (piece >> index) & 1 && serving && !paused);
    const knownOf = (node: SimNode) => node.told.get(name)?.generation ?? -1;
    const newest = Math.max(-1, ...running.map(knownOf));
    for (const node of running) {
      if (node.leaving || !node.carrier || knownOf(node) < newest) continue;
      if (node.told.get(name)?.rank.includes(node.name) === true) mask |= 1 << node.index;
    }
    return mask;
  }

  #forwarding(piece: number): Pick<Stretch, "forwarding" | "forwardingKnownMs"> {
    let [forwarding, forwardingKnownMs] = [0, -Infinity];
    for (const { index, kubeProxy } of this.#world.nodes()) {
      if (!((piece >> index) & 1)) continue;
      if (kubeProxy.answer === "healthy") forwarding |= 1 << index;
      forwardingKnownMs = Math.max(forwardingKnownMs, kubeProxy.knownMs);
    }
    return { forwarding, forwardingKnownMs };
  }

  #plansDiffer({ name }: Tracked, piece: number): boolean {
    let [least, most] = [Infinity, -Infinity];
    for (const node of this.#world.nodes()) {
      if (!((piece >> node.index) & 1) || !node.running) continue;
      const generation = node.told.get(name)?.generation;
      if (generation === undefined) continue;
      least = Math.min(least, generation);
      most = Math.max(most, generation);
    }
    return least < most;
  }

  /** On this piece nobody has answered for it yet. */
  #isUnused({ isNew, bornMs, gainedMs }: Tracked, piece: number): boolean {
    return isNew || gainedMs.every((atMs, i) => !((piece >> i) & 1) || atMs < bornMs);
  }

  /**
   * Some nodes that are to answer for a new address have not been told of it: each is waited for.
   *
   * @returns until when nobody need answer
   */
  #knownByMs(tracked: Tracked, piece: number): number {
    if (!this.#isUnused(tracked, piece)) return -Infinity;
    const rank = this.#world.rankOf(tracked.name);
    const untold = this.#world.nodes().filter((node) => {
      if (!((piece >> node.index) & 1) || !node.running) return false;
      return rank.includes(node.name) && !isToldOf(tracked, node);
    });
    const { atMs } = tracked.fault;
    return untold.length === 0
      ? -Infinity
      : atMs + untold.length * GAIN_WAIT_MS + this.boundMs(atMs);
  }

  #answering(tracked: Tracked, mask: number, rank: readonly string[]): Answering[] {
    const answers = this.#answers(tracked) & mask;
    const list: Answering[] = [];
    for (let node = 0; node < tracked.gainedMs.length; node++) {
      if (!((answers >> node) & 1)) continue;
      list.push({
        node,
        sinceMs: tracked.gainedMs[node] ?? 0,
        announcedMs: tracked.announcedMs[node] ?? 0,
        wellSinceMs: this.#wellSinceMs[node] ?? 0,
        ranked: rank.includes(this.#world.nodes()[node]?.name ?? ""),
        mute: this.#hearing.isMute(node),
        deaf: this.#hearing.isDeaf(node),
        leaving: this.#world.nodes()[node]?.leaving ?? false,
        gated: this.#world.nodes()[node]?.gated ?? false,
        returnGeneration: this.#returnGeneration[node] ?? 0,
      });
    }
    return list;
  }
}
