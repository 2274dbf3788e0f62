/**
 * Who is alive, who may hold what: from heartbeats heard and not heard. Pure: told the time, never asks.
 *
 * Read first: docs/heartbeat.md. In short: a node silent for the detection time is dead unless somebody whom we hear hears it; one
 * that was declared dead, heard nobody, or starts, fences itself at the newest plan known: it takes nothing back (docs/decisions/0006-fences.md).
 * Never believed: an expiry before the sockets were read once more, and any expiry while we were stalled ourselves. After a
 * stall the datagrams that lay waiting may come before the timer: whatever is first tells how long it was.
 * A class, mutated in place: 100 peers send 500 heartbeats a second, which are not worth a copy each. What it says is a
 * function of the events it was given, and of nothing else.
 * Neighbours: peers.ts is one peer's record; speaker.ts acts on the changes; io/worker.ts feeds the events.
 */
import type { NodeView } from "../multi-ip/holder.ts";
import { idOf } from "./ids.ts";
import type {
  LivenessEffect,
  LivenessEvent,
  LivenessOptions,
  UnsignedHeartbeat,
} from "./liveness-events.ts";
import type { WantedPeer } from "./membership.ts";
import { Muteness } from "./muteness.ts";
import { Ourselves } from "./ourselves.ts";
import {
  excuse,
  fenceAt,
  knowsItsFence,
  linkFenceBehind,
  listenTo,
  newPeer,
  noteDeath,
  noteLead,
  noteRegard,
  soonestDeadlineMs,
  turnBehind,
  isExpired,
  type Peer,
  verdictOn,
  viewOfPeer,
} from "./peers.ts";
import { Rounds } from "./rounds.ts";
import { Vouching } from "./vouching.ts";
import type { Id } from "./wire/heartbeat.ts";

export type * from "./liveness-events.ts";

/** What a timer is late by is not worth a thought below this. */
const LATENESS_MS_MIN = 5;

export class Liveness {
  readonly #own: Ourselves;
  readonly #rounds: Rounds;
  readonly #vouching = new Vouching();
  readonly #muteness = new Muteness();
  readonly #peers = new Map<Id, Peer>();
  readonly #byName = new Map<string, Peer>();
  #startEndsMs = Infinity;
  #rechecking = false;
  /** Nobody who is not silent is so before this: looked for anew after each beat, not after each heartbeat. */
  #soonestDeadlineMs = -Infinity;
  /** When we last ran again after we stood still for a detection time. */
  #stalledAtMs = -Infinity;
  /** When we heard nobody last, until it was found whose absence that was. */
  #aloneMs = -Infinity;
  #effects: LivenessEffect[] = [];
  readonly #changed = new Set<string>();

  constructor(options: LivenessOptions) {
    this.#own = new Ourselves(options);
    this.#rounds = new Rounds(options);
  }

  /** True once we have listened for the detection time: nothing is held before, nothing after leaving began. */
  get serving(): boolean {
    return this.#own.phase === "serving";
  }

  get isolated(): boolean {
    return this.#own.isolated;
  }

  get fence(): number {
    return this.#own.fence;
  }

  /** Of the newest plan that we know. */
  get generation(): number {
    return this.#own.generation;
  }

  /** What an interface is fenced at that returns now. */
  linkFence(link: Id, nowMs: number): number {
    return linkFenceBehind(this.#peers.values(), { link, generation: this.generation, nowMs });
  }

  get peers(): ReadonlyMap<Id, Readonly<Peer>> {
    return this.#peers;
  }

  peer(node: string): Readonly<Peer> | undefined {
    return this.#byName.get(node);
  }

  /** True where the node has said that it cannot forward. */
  isGated(node: string): boolean {
    return node === this.#own.node ? this.#own.gated : this.peer(node)?.gated === true;
  }

  /** When the next "timer" is wanted; Infinity: never. */
  get dueMs(): number {
    const startEndsMs = this.#own.phase === "starting" ? this.#startEndsMs : Infinity;
    const due = Math.min(this.#rounds.dueMs, startEndsMs);
    if (this.#rechecking) return this.#rounds.dueMs; // the answer comes as an event
    if (this.#own.phase === "idle") return Infinity;
    if (this.#soonestDeadlineMs < due)
      this.#soonestDeadlineMs = soonestDeadlineMs(this.#peers.values());
    return Math.min(due, this.#soonestDeadlineMs);
  }

  /**
   * What an address with these interfaces may expect of a node.
   *
   * @param links ids of the interfaces of which any one will do, see links.ts
   * @returns undefined for a node of which nothing is known
   */
  viewOf(node: string, links: readonly Id[]): NodeView | undefined {
    if (node === this.#own.node) return this.#own.viewOf(links);
    const peer = this.#byName.get(node);
    return peer === undefined ? undefined : viewOfPeer(peer, links);
  }

  /** Moves by one event. @returns what to do, in order; the array is the caller's */
  step(event: LivenessEvent): readonly LivenessEffect[] {
    this.#effects = [];
    if (event.kind !== "rechecked") this.#noteStall(event.nowMs);
    this.#apply(event);
    if (event.kind !== "heard") this.#soonestDeadlineMs = -Infinity;
    if (this.#changed.size > 0) {
      this.#effects.push({ kind: "changed", nodes: [...this.#changed] });
      this.#changed.clear();
      this.#rounds.promptly(event.nowMs);
    }
    if (this.#rounds.dueMs <= event.nowMs && this.#own.phase !== "idle") this.#send(event.nowMs);
    return this.#effects;
  }

  #apply(event: LivenessEvent): void {
    const { nowMs } = event;
    switch (event.kind) {
      case "start":
        this.#start(nowMs);
        return;
      case "peers":
        this.#setPeers(event.peers, nowMs);
        return;
      case "heard":
        this.#heard(event.heartbeat, nowMs);
        return;
      case "timer":
        this.#timer(nowMs);
        return;
      case "rechecked":
        this.#rechecked(nowMs);
        return;
      case "plan":
        if (event.generation <= this.#own.generation) return;
        this.#own.generation = event.generation;
        for (const peer of this.#peers.values()) noteLead(peer, event.generation, nowMs);
        this.#rounds.promptly(nowMs);
        return;
      case "links":
        this.#own.links = event.links;
        this.#changed.add(this.#own.node);
        return;
      case "macs":
        this.#own.macs = event.macs;
        this.#rounds.promptly(nowMs);
        return;
      case "gate":
        if (this.#own.gated !== event.open) return;
        this.#own.gated = !event.open;
        // While it was closed others took over: it is as if we had been away.
        if (event.open && this.serving) this.#fenceSelf(nowMs);
        if (event.open) this.#rejoined();
        this.#changed.add(this.#own.node);
        return;
      case "yielded":
        this.#own.yields = (this.#own.yields + 1) % 0x10000;
        this.#rounds.promptly(nowMs);
        return;
      case "leave":
        this.#own.phase = "leaving";
        this.#rounds.toAll(nowMs, Infinity);
        return;
    }
  }

  #start(nowMs: number): void {
    if (this.#own.phase !== "idle") return;
    this.#own.phase = "starting";
    this.#startEndsMs = nowMs + this.#own.detectionMs;
    this.#rounds.toAll(nowMs, this.#startEndsMs);
    for (const peer of this.#peers.values()) peer.deadlineMs = this.#startEndsMs;
  }

  #setPeers(wanted: readonly WantedPeer[], nowMs: number): void {
    const names = new Set(wanted.map((peer) => peer.node));
    for (const peer of this.#peers.values()) if (!names.has(peer.node)) this.#forget(peer);
    for (const { node, addresses, lingering } of wanted) {
      const peer = this.#byName.get(node) ?? this.#addPeer(node, addresses, nowMs);
      peer.addresses = addresses;
      // It may be back since, and have had nothing to tell us: a plan that counts on it knows better.
      if (peer.lingering && !lingering && peer.left) {
        const deadlineMs = nowMs + this.#own.detectionMs;
        Object.assign(peer, { state: "unjudged", left: false, imposedFence: 0, deadlineMs });
      }
      peer.lingering = lingering;
    }
    this.#rounds.setPeers(this.#peers.values());
    this.#judgeAll(nowMs);
  }

  #forget(peer: Peer): void {
    this.#peers.delete(peer.id);
    this.#vouching.delete(peer.id);
    this.#byName.delete(peer.node);
    this.#changed.add(peer.node);
  }

  #addPeer(node: string, addresses: readonly string[], nowMs: number): Peer {
    const awaited = this.#own.phase === "idle" || this.#own.phase === "starting";
    const deadlineMs = nowMs + this.#own.detectionMs;
    const peer = newPeer({ node, id: idOf(node), addresses, deadlineMs, awaited });
    this.#peers.set(peer.id, peer);
    this.#byName.set(node, peer);
    this.#changed.add(node);
    return peer;
  }

  /** We should have run before, and did not. */
  #noteStall(nowMs: number): void {
    const latenessMs = nowMs - this.dueMs;
    if (latenessMs < LATENESS_MS_MIN) return;
    const { intervalMs, detectionMs } = this.#own;
    if (latenessMs >= detectionMs) {
      this.#stalledAtMs = nowMs;
      this.#own.beginAnew(nowMs);
    }
    const stall = { nowMs, latenessMs, intervalMs, detectionMs };
    for (const peer of this.#peers.values()) excuse(peer, stall);
    this.#soonestDeadlineMs = -Infinity;
  }

  #timer(nowMs: number): void {
    const expired = soonestDeadlineMs(this.#peers.values()) <= nowMs;
    const startEnds = this.#own.phase === "starting" && this.#startEndsMs <= nowMs;
    if (this.#rechecking || !(expired || startEnds)) return;
    this.#rechecking = true;
    this.#effects.push({ kind: "recheck" });
  }

  #rechecked(nowMs: number): void {
    if (!this.#rechecking) return;
    this.#rechecking = false;
    for (const peer of this.#peers.values()) {
      if (!isExpired(peer, nowMs)) continue;
      peer.state = "silent";
      this.#vouching.delete(peer.id);
    }
    this.#judgeAll(nowMs);
    if (this.#own.phase === "starting" && this.#startEndsMs <= nowMs) {
      this.#fenceSelf(nowMs);
      this.#own.phase = "serving";
    }
  }

  #heard(heartbeat: UnsignedHeartbeat, nowMs: number): void {
    if (heartbeat.sender === this.#own.id) {
      this.#effects.push({ kind: "fault", name: "heartbeat-own" });
      return;
    }
    const peer = this.#peers.get(heartbeat.sender);
    if (peer === undefined) {
      this.#effects.push({ kind: "fault", name: "heartbeat-unknown-node" });
      this.#effects.push({ kind: "met", id: heartbeat.sender });
      return;
    }
    const before = listenTo(peer, heartbeat, { nowMs, detectionMs: this.#own.detectionMs });
    if (before === "replayed") {
      this.#effects.push({ kind: "fault", name: "heartbeat-replayed" });
      return;
    }
    this.#soonestDeadlineMs = Math.min(this.#soonestDeadlineMs, peer.deadlineMs);
    noteLead(peer, this.#own.generation, nowMs);
    if (before.differs) this.#changed.add(peer.node);
    const regard = noteRegard(peer, heartbeat, this.#own.id);
    if (regard.doubted || before.yielded) this.#effects.push({ kind: "doubted" });
    if (before.yielded) this.#effects.push({ kind: "gave-way", node: peer.node });
    if (regard.informed || before.informed)
      this.#effects.push({ kind: "informed", nodes: [peer.node] });
    if ((regard.informed && this.#muteness.ends(this.#peers.values())) || regard.takenBack)
      this.#rejoined();
    if (this.#own.isolated) this.#aloneMs = nowMs;
    const vouches = this.#vouch(peer);
    if (before.differs || vouches) this.#judgeAll(nowMs);
    const wasAlone = !this.#own.isolated && nowMs - this.#aloneMs <= this.#own.detectionMs;
    if (wasAlone && before.ourAbsence) this.#cameBack(peer, nowMs);
    this.#standBehind(peer, heartbeat, nowMs);
  }

  /** @returns whether its word is another than before */
  #vouch(peer: Peer): boolean {
    if (peer.state === "heard") return this.#vouching.put(peer.id, peer.heard);
    this.#vouching.delete(peer.id);
    return true;
  }

  /**
   * Somebody whom we hear has given our addresses away, at a plan that our fence does not cover. If we heard it all the
   * time, it serves on and we were mute: of two fenced at one plan it stands before us. One that hears nobody may be deaf
   * itself, unless we know that we stood still for so long.
   */
  #standBehind(peer: Peer, heartbeat: UnsignedHeartbeat, nowMs: number): void {
    const { isolated, lost, planGeneration } = heartbeat;
    if (!this.serving || !peer.heardUs || !lost.includes(this.#own.id)) return;
    if (isolated && nowMs - this.#stalledAtMs > this.#own.detectionMs) return;
    const known = Math.max(this.#own.generation, planGeneration);
    const behind = peer.imposedFence > 0 ? fenceAt(known) : turnBehind(peer.fence, known);
    if (this.#own.fence >= behind) return;
    this.#fenceSelf(nowMs, behind);
    if (peer.lostUs) this.#rejoined();
  }

  /**
   * It was we who heard nobody, for the first peer heard was there all the time: what we believed is void. Where it has
   * heard us meanwhile nobody with it took over what is ours, and who else did says so (`#standBehind`).
   */
  #cameBack(first: Peer, nowMs: number): void {
    this.#aloneMs = -Infinity;
    for (const peer of this.#peers.values()) {
      if (peer.imposedFence > 0) this.#changed.add(peer.node);
      peer.imposedFence = 0;
      if (peer === first || peer.state !== "silent" || peer.left) continue;
      peer.state = "unjudged";
      peer.deadlineMs = nowMs + this.#own.detectionMs;
    }
    this.#judgeAll(nowMs);
    if (this.serving && !first.hearsUs) this.#fenceSelf(nowMs);
    this.#rejoined();
  }

  #fenceSelf(nowMs: number, atLeast = 0): void {
    this.#own.fenceBehind(this.#peers.values(), nowMs, atLeast);
    this.#changed.add(this.#own.node);
  }

  #rejoined(): void {
    if (this.serving) this.#effects.push({ kind: "rejoined" });
  }

  /** Brings `dead` of every peer in line with who is heard and who vouches, and notes what changed. */
  #judgeAll(nowMs: number): void {
    let [isolated, doubted] = [this.#peers.size > 0, false];
    for (const peer of this.#peers.values()) {
      const silent = peer.state === "silent";
      // One that the plan names anew has not been heard: it ends no isolation.
      if (peer.state === "heard" || !(silent || this.#own.isolated)) isolated = false;
      peer.vouchedFor = silent && !peer.left && this.#isVouchedFor(peer, nowMs);
      if (noteDeath(peer, this.#own.generation)) {
        if (!peer.lingering)
          this.#effects.push({ kind: "judged", node: peer.node, verdict: verdictOn(peer) });
        doubted ||= peer.lost && this.serving;
        this.#changed.add(peer.node);
      }
      if (knowsItsFence(peer)) {
        peer.imposedFence = 0;
        this.#changed.add(peer.node);
      }
    }
    // What those claimed on their side, or in their last moment, is believed by who heard it.
    if (doubted) this.#effects.push({ kind: "doubted" });
    if (isolated !== this.#own.isolated) this.#rounds.promptly(nowMs);
    this.#own.isolated = isolated;
  }

  /** Where it may be about to die all are told, for a while at every beat, whom we hear: so all know when the last one does. */
  #isVouchedFor(peer: Peer, nowMs: number): boolean {
    if (!peer.suspected && this.#vouching.isSuspect(peer.id)) {
      peer.suspected = true;
      this.#rounds.insist(nowMs, nowMs + this.#own.detectionMs);
    }
    return this.#vouching.of(peer.id) > 0;
  }

  #send(nowMs: number): void {
    const to = this.#rounds.next(nowMs);
    if (to.length === 0) return;
    const heartbeat = this.#own.heartbeat(this.#peers.values(), this.#rounds.intervalMs, nowMs);
    this.#effects.push({ kind: "send", heartbeat, to });
  }
}
