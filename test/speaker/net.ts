/**
 * Several minds on a segment that exists in memory: time, loss, partitions and crashes as a test wants them.
 *
 * Heartbeats and announcements take one millisecond; every node has MACs of its own. Timers fire when they are due; "rechecked" comes at once, for nothing ever waits
 * in a socket here. Everything is deterministic.
 */
import type { Ip } from "../../src/base/ip.ts";
import type { Mac } from "../../src/base/mac.ts";
import type { PlannedAddress } from "../../src/speaker/addresses.ts";
import type { HoldingChange } from "../../src/speaker/holdings.ts";
import type { LinkFacts } from "../../src/speaker/links.ts";
import { Speaker, type SpeakerEffect, type SpeakerEvent } from "../../src/speaker/speaker.ts";

type Untimed<E> = E extends unknown ? Omit<E, "nowMs"> : never;

export const ETH0: LinkFacts = {
  ...{ index: 2, name: "eth0", mac: "02:00:00:00:00:01" as Mac, ethernet: true, up: true },
  ...{ carrier: true, broadcast: true, noArp: false, masterIndex: null, linkLocalIpv6: "fe80::1" },
  addresses: [],
};

export class SimNode {
  readonly name: string;
  speaker: Speaker | null = null;
  dueMs = Infinity;
  readonly held = new Set<Ip>();
  /** Whom it took for dead, and when. */
  readonly lost: { readonly node: string; readonly atMs: number }[] = [];
  readonly changes: (HoldingChange & { readonly atMs: number })[] = [];

  constructor(name: string) {
    this.name = name;
  }
}

/** In the air at once: more than any number of nodes here has to say within a millisecond. */
const STORM = 2000;

/** Within a millisecond: what is due again and again in the same moment keeps a core busy for nothing. */
const TURNS_MAX = 1000;

interface Flight {
  readonly atMs: number;
  readonly to: string;
  readonly event: Untimed<SpeakerEvent>;
}

export class Net {
  nowMs = 0;
  readonly nodes: readonly SimNode[];
  /** "a>b": what a sends does not reach b. */
  readonly cuts = new Set<string>();
  /** Who said that it is back after others had taken over from it. */
  readonly rejoined: string[] = [];
  /** Announcements heard on the segment: for tests of order. */
  readonly announced: { readonly node: string; readonly ip: Ip; readonly atMs: number }[] = [];
  /** Questions on the wire. */
  readonly asked: { readonly node: string; readonly ip: Ip; readonly atMs: number }[] = [];
  #flights: Flight[] = [];
  #stalled: string | null = null;
  readonly #arrives = (flight: Flight) => flight.to !== this.#stalled;
  #plan = new Map<Ip, PlannedAddress>();
  #generation = 0;
  #incarnation = 1;

  constructor(names: readonly string[]) {
    this.nodes = names.map((name) => new SimNode(name));
  }

  node(name: string): SimNode {
    const node = this.nodes.find((each) => each.name === name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Starts a speaker with the plan as it is. */
  start(name: string, links: readonly LinkFacts[] = [ETH0]): void {
    const node = this.node(name);
    node.speaker = new Speaker({
      ...{ node: name, incarnation: this.#incarnation++ },
      ...{ intervalMs: 50, detectionMs: 330, leaveMs: 200, reannounceIntervalMs: 0 },
    });
    this.feed(node, { kind: "links", links });
    const nodes = this.nodes.map((each) => ({ node: each.name, addresses: [each.name] }));
    this.feed(node, { kind: "nodes", nodes });
    this.tell(node);
    this.feed(node, { kind: "start" });
  }

  crash(name: string): void {
    const node = this.node(name);
    node.speaker = null;
    node.dueMs = Infinity;
    node.held.clear();
  }

  /** A newer plan, told to those that run but for some. @param holder who had the addresses before, by their status */
  replan(
    ranks: Readonly<Record<string, readonly string[]>>,
    deaf: readonly string[] = [],
    holder: string | null = null,
  ): void {
    this.#generation++;
    for (const [address, rank] of Object.entries(ranks)) {
      const plan = { address: address as Ip, rank, generation: this.#generation };
      this.#plan.set(plan.address, { ...plan, interfaces: [], holder });
    }
    for (const node of this.nodes) if (!deaf.includes(node.name)) this.tell(node);
  }

  /**
   * The whole plan, to one that may have missed some.
   *
   * @param late addresses that are written later in the same pass: they come when `tell` is called again
   */
  tell(node: SimNode, late: readonly string[] = []): void {
    // As the status says it, where everybody has said what it holds.
    const holderOf = (address: Ip) => this.holders(address)[0] ?? null;
    const told = [...this.#plan.values()].filter(({ address }) => !late.includes(address));
    const upserts = told.map((plan) => ({
      ...plan,
      holder: plan.holder ?? holderOf(plan.address),
    }));
    this.feed(node, {
      kind: "plan",
      change: { upserts, removals: [], generation: this.#generation },
    });
  }

  rankOf(address: string): readonly string[] {
    return this.#plan.get(address as Ip)?.rank ?? [];
  }

  partition(groups: readonly (readonly string[])[]): void {
    this.cuts.clear();
    const groupOf = (name: string) => groups.findIndex((group) => group.includes(name));
    for (const { name: a } of this.nodes) {
      for (const { name: b } of this.nodes)
        if (groupOf(a) !== groupOf(b)) this.cuts.add(`${a}>${b}`);
    }
  }

  feed(node: SimNode, event: Untimed<SpeakerEvent>): void {
    const { speaker } = node;
    if (speaker === null) return;
    const own = event.kind === "links" ? { ...event, links: this.#own(node, event.links) } : event;
    const effects = speaker.step({ ...own, nowMs: this.nowMs });
    for (const effect of effects) this.#perform(node, effect);
  }

  /** Lets time pass. */
  run(forMs: number): void {
    const endMs = this.nowMs + forMs;
    let [turns, turnsAtMs] = [0, this.nowMs];
    for (;;) {
      if (this.nowMs > turnsAtMs) [turns, turnsAtMs] = [0, this.nowMs];
      if (++turns > TURNS_MAX) throw new Error(`no time passes at ${this.nowMs} ms`);
      const timers = this.nodes.map((node) => node.dueMs);
      const flights = this.#flights.filter(this.#arrives).map((flight) => flight.atMs);
      const nextMs = Math.min(...timers, ...flights);
      if (nextMs > endMs) break;
      this.nowMs = Math.max(this.nowMs, nextMs);
      this.#deliver();
      for (const node of this.nodes) {
        if (node.dueMs > this.nowMs) continue;
        node.dueMs = Infinity;
        this.feed(node, { kind: "timer" });
      }
    }
    this.nowMs = endMs;
  }

  /** One process stands still: what is sent to it waits in its socket. */
  stall(name: string, forMs: number): void {
    const node = this.node(name);
    const { dueMs } = node;
    node.dueMs = Infinity;
    this.#stalled = name;
    this.run(forMs);
    this.#stalled = null;
    node.dueMs = dueMs;
  }

  /** Who answers for it now, in the order of the nodes. */
  holders(address: string): string[] {
    return this.nodes.filter((node) => node.held.has(address as Ip)).map((node) => node.name);
  }

  #deliver(): void {
    const isDue = (flight: Flight) => flight.atMs <= this.nowMs && this.#arrives(flight);
    const due = this.#flights.filter(isDue);
    this.#flights = this.#flights.filter((flight) => !isDue(flight));
    for (const { to, event } of due) this.feed(this.node(to), event);
  }

  #send(from: SimNode, to: string, event: Untimed<SpeakerEvent>): void {
    if (this.cuts.has(`${from.name}>${to}`)) return;
    if (this.#flights.length > STORM) throw new Error(`a storm of frames at ${this.nowMs} ms`);
    this.#flights.push({ atMs: this.nowMs + 1, to, event });
  }

  #own(node: SimNode, links: readonly LinkFacts[]): LinkFacts[] {
    const number = String(this.nodes.indexOf(node)).padStart(2, "0");
    return links.map((link) => ({
      ...link,
      mac:
        link.mac === null
          ? null
          : (`${link.mac.slice(0, 12)}${number}${link.mac.slice(14)}` as Mac),
    }));
  }

  #perform(node: SimNode, effect: SpeakerEffect): void {
    if (effect.kind === "set-timer") node.dueMs = effect.atMs;
    if (effect.kind === "rejoined") this.rejoined.push(node.name);
    if (effect.kind === "recheck") this.feed(node, { kind: "rechecked" });
    if (effect.kind === "send-frame" && effect.what !== "poke") {
      const { linkIndex, frame, what, ip } = effect;
      const said = { node: node.name, ip, atMs: this.nowMs };
      if (what === "announcement") this.announced.push(said);
      if (what === "question") this.asked.push(said);
      for (const { name } of this.nodes) {
        if (name !== node.name) this.#send(node, name, { kind: "frame", linkIndex, bytes: frame });
      }
    }
    if (effect.kind === "send-heartbeat") {
      const { heartbeat } = effect;
      for (const to of effect.to) this.#send(node, to, { kind: "heartbeat", heartbeat });
    }
    if (effect.kind === "judged" && effect.verdict === "lost") {
      node.lost.push({ node: effect.node, atMs: this.nowMs });
    }
    if (effect.kind !== "holding") return;
    const { change } = effect;
    node.changes.push({ ...change, atMs: this.nowMs });
    if (change.gained) node.held.add(change.address);
    else node.held.delete(change.address);
  }
}
