/**
 * One node's mind: plan, peers, interfaces and frames in; what to send, whom to tell, what is held out. Pure.
 *
 * Read first: the H-rules in docs/architecture.md, docs/heartbeat.md.
 * Who holds an address is a function of plan and living (multi-ip/holder.ts), asked anew only for addresses that
 * an event can change. A class, mutated in place, see liveness.ts.
 * Neighbours: liveness.ts, holdings.ts, announcer.ts, responder.ts decide their parts; io/worker.ts performs.
 */
import type { Ip } from "../base/ip.ts";
import type { AddressRecord, PlannedAddress } from "./addresses.ts";
import { Announcer, type Announcement, type AnnouncerOptions } from "./announcer.ts";
import { claimIn } from "./claims.ts";
import { Guard, type GuardEffect } from "./guard.ts";
import { Holdings, type HoldingEffect } from "./holdings.ts";
import { Interfaces } from "./interfaces.ts";
import type { LinkFacts } from "./links.ts";
import {
  Liveness,
  type LivenessEffect,
  type LivenessEvent,
  type LivenessOptions,
  type PeerVerdict,
  type UnsignedHeartbeat,
} from "./liveness.ts";
import type { PeerAddress } from "./peers.ts";
import { Membership } from "./membership.ts";
import { poke } from "./poke.ts";
import { announcementFrames, readFrame, respond } from "./responder.ts";
import { ETHER_TYPE_ARP, ETHER_TYPE_IPV6 } from "./wire/ethernet.ts";
import type { LinkReport } from "./wire/heartbeat.ts";

export interface PlanChange {
  readonly upserts: readonly PlannedAddress[];
  readonly removals: readonly Ip[];
  /** The newest generation of all addresses, also of those that are not for this node. */
  readonly generation: number;
}

export type SpeakerEvent =
  | { readonly kind: "plan"; readonly change: PlanChange; readonly nowMs: number }
  /** The plan is complete, nodes are known, sockets open: from here on we listen, then serve. */
  | { readonly kind: "start"; readonly nowMs: number }
  /** All nodes of the cluster; those that share a rank with us become peers. */
  | { readonly kind: "nodes"; readonly nodes: readonly PeerAddress[]; readonly nowMs: number }
  | { readonly kind: "links"; readonly links: readonly LinkFacts[]; readonly nowMs: number }
  /** `bytes` are read before `step` returns, and not kept. */
  | {
      readonly kind: "frame";
      readonly linkIndex: number;
      readonly bytes: Uint8Array;
      readonly nowMs: number;
    }
  /** Signed and checked. */
  | { readonly kind: "heartbeat"; readonly heartbeat: UnsignedHeartbeat; readonly nowMs: number }
  | { readonly kind: "rechecked"; readonly nowMs: number }
  /** Whether this node can forward: see gate.ts. */
  | { readonly kind: "gate"; readonly open: boolean; readonly nowMs: number }
  | { readonly kind: "timer"; readonly nowMs: number }
  | { readonly kind: "leave"; readonly nowMs: number };

export type SpeakerEffect =
  | HoldingEffect
  | GuardEffect
  | {
      readonly kind: "send-frame";
      readonly what: "answer" | "announcement" | "poke";
      readonly etherType: number;
      readonly linkIndex: number;
      readonly frame: Uint8Array;
      readonly ip: Ip;
    }
  | {
      readonly kind: "send-heartbeat";
      readonly heartbeat: UnsignedHeartbeat;
      readonly to: readonly string[];
    }
  /** Read every datagram that waits, then say "rechecked". */
  | { readonly kind: "recheck" }
  /** Replaces the timer before; Infinity: none is wanted. */
  | { readonly kind: "set-timer"; readonly atMs: number }
  | {
      readonly kind: "frame-fault" | "frame-ignored" | "heartbeat-fault";
      readonly name: string;
    }
  | { readonly kind: "judged"; readonly node: string; readonly verdict: PeerVerdict }
  /** Others took over from this node, which is back: for a while it is not to be trusted with more than it holds. */
  | { readonly kind: "rejoined" }
  /** Handed over, silent: the process may end. */
  | { readonly kind: "left" };

export interface SpeakerOptions extends LivenessOptions, AnnouncerOptions {
  /** From the first "leaving" until silence: the others take over meanwhile. */
  readonly leaveMs: number;
  /** Between two questions on the wire, see verifier.ts; none or 0: nothing is verified. */
  readonly verifyIntervalMs?: number;
}

export class Speaker {
  readonly #options: SpeakerOptions;
  readonly #liveness: Liveness;
  readonly #announcer: Announcer;
  readonly #holdings: Holdings;
  readonly #guard: Guard;
  readonly #membership: Membership;
  readonly #interfaces: Interfaces;
  #heardMs = -Infinity;
  #beat = 0;
  #leaveAtMs = Infinity;
  #left = false;
  #timerMs = Infinity;
  #effects: SpeakerEffect[] = [];

  constructor(options: SpeakerOptions) {
    this.#options = options;
    this.#liveness = new Liveness(options);
    this.#membership = new Membership(options.node);
    this.#interfaces = new Interfaces(options.node, 2 * options.intervalMs);
    this.#announcer = new Announcer(options);
    this.#holdings = new Holdings({
      node: options.node,
      intervalMs: options.intervalMs,
      liveness: this.#liveness,
      announcer: this.#announcer,
      linksOf: (record) => this.#interfaces.serving(record),
      emit: (effect) => this.#effects.push(effect),
      yielded: (nowMs) => {
        this.#live({ kind: "yielded", nowMs });
      },
      guard: {
        mayUse: (record, nowMs) => this.#guard.mayUse(record, nowMs),
        forget: (address) => {
          this.#guard.forget(address);
        },
        released: (address) => {
          this.#guard.released(address);
        },
        question: (address) => {
          this.#guard.question(address);
        },
      },
    });
    this.#guard = new Guard(
      {
        node: options.node,
        liveness: this.#liveness,
        addresses: this.#holdings.addresses,
        linksOf: (record) => this.#interfaces.serving(record),
        links: () => this.#interfaces.usable,
        decide: (record, nowMs) => {
          this.#decide(record, nowMs);
        },
        announcedBy: (record, node, nowMs) => {
          this.#holdings.announcedBy(record, node, nowMs);
        },
        emit: (effect) => this.#effects.push(effect),
      },
      {
        verifyIntervalMs: options.verifyIntervalMs ?? 0,
        doubleMs: options.detectionMs + options.intervalMs,
      },
    );
  }

  /** For metrics and readiness. */
  get liveness(): Pick<Liveness, "peers" | "serving" | "isolated" | "fence"> {
    return this.#liveness;
  }

  get heldCount(): number {
    return this.#holdings.addresses.held.size;
  }

  /** Moves by one event. @returns what to do, in order; the array is the caller's */
  step(event: SpeakerEvent): readonly SpeakerEffect[] {
    this.#effects = [];
    if (this.#left) return this.#effects;
    if (event.kind === "frame") {
      this.#frame(event);
      return this.#effects;
    }
    if (event.kind === "timer") this.#timerMs = Infinity;
    this.#apply(event);
    const hasMet = this.#membership.takeMet();
    if (this.#holdings.addresses.takeNodesChanged() || hasMet) this.#setPeers(event.nowMs);
    if (this.#leaveAtMs === Infinity) this.#guard.due(event.nowMs);
    if (this.#leaveAtMs <= event.nowMs) this.#leave();
    this.#announce(event.nowMs);
    this.#setTimer();
    return this.#effects;
  }

  #apply(event: Exclude<SpeakerEvent, { readonly kind: "frame" }>): void {
    const { nowMs } = event;
    switch (event.kind) {
      case "plan":
        this.#plan(event.change, nowMs);
        return;
      case "nodes":
        this.#membership.setNodes(event.nodes);
        this.#setPeers(nowMs);
        return;
      case "links":
        this.#setLinks(event.links, nowMs);
        return;
      case "heartbeat":
        this.#heardMs = nowMs;
        this.#live({ kind: "heard", heartbeat: event.heartbeat, nowMs });
        return;
      case "leave":
        this.#leaveAtMs = nowMs + this.#options.leaveMs;
        this.#live(event);
        return;
      case "timer":
        this.#live(event);
        if (this.#leaveAtMs === Infinity) this.#holdings.waited(nowMs);
        return;
      case "start":
      case "gate":
      case "rechecked":
        this.#live(event);
        return;
    }
  }

  #plan({ upserts, removals, generation }: PlanChange, nowMs: number): void {
    this.#live({ kind: "plan", generation, nowMs });
    for (const address of removals) this.#holdings.remove(address);
    const records = upserts
      .filter((plan) => this.#concerns(plan))
      .map((plan) => this.#holdings.put(plan, nowMs));
    this.#setPeers(nowMs);
    this.#reportLinks(nowMs);
    for (const record of records) this.#decide(record, nowMs);
    this.#holdings.outplanned.informed(nowMs);
  }

  /** Ours to hold, or ours to hand over: what was handed over is told of once more, and is nothing to us. */
  #concerns({ rank, address }: PlannedAddress): boolean {
    return rank.includes(this.#options.node) || this.#holdings.addresses.get(address) !== undefined;
  }

  #setPeers(nowMs: number): void {
    const peers = this.#membership.peers(this.#holdings.addresses.nodes());
    this.#live({ kind: "peers", peers, nowMs });
  }

  #setLinks(facts: readonly LinkFacts[], nowMs: number): void {
    this.#interfaces.set(facts);
    const macs = this.#interfaces.takeMacs();
    if (macs !== null) this.#live({ kind: "macs", macs, nowMs });
    const isBehind = this.#reportLinks(nowMs)?.some(({ fence }) => fence > 0) ?? false;
    if (this.#interfaces.isBack && isBehind && this.#liveness.serving)
      this.#effects.push({ kind: "rejoined" });
    this.#holdings.followLinks(nowMs);
  }

  /** @returns what the others are told now, where it is news */
  #reportLinks(nowMs: number): readonly LinkReport[] | null {
    const links = this.#interfaces.takeReports(this.#holdings.addresses.namedInterfaces(), {
      ...{ nowMs, heardMs: this.#heardMs },
      fenceOf: (link) => this.#liveness.linkFence(link, nowMs),
    });
    if (links !== null) this.#live({ kind: "links", links, nowMs });
    return links;
  }

  /** Gives an event to the part that knows who is alive, and does what it says. */
  #live(event: LivenessEvent): void {
    const wasServing = this.#liveness.serving;
    const effects = this.#liveness.step(event);
    for (const effect of effects) this.#perform(effect, event.nowMs);
    const begins = this.#liveness.serving && !wasServing;
    if (!begins) return;
    for (const record of this.#holdings.addresses.all()) this.#decide(record, event.nowMs);
  }

  #perform(effect: LivenessEffect, nowMs: number): void {
    const { addresses } = this.#holdings;
    switch (effect.kind) {
      case "recheck":
      case "judged":
      case "rejoined":
        this.#effects.push(effect);
        return;
      case "fault":
        this.#effects.push({ kind: "heartbeat-fault", name: effect.name });
        return;
      case "send": {
        const to: string[] = [];
        for (const { addresses } of effect.to)
          if (addresses[0] !== undefined) to.push(addresses[0]);
        this.#effects.push({ kind: "send-heartbeat", heartbeat: effect.heartbeat, to });
        this.#poke();
        return;
      }
      case "changed":
        for (const node of effect.nodes) {
          for (const record of addresses.ofNode(node)) this.#decide(record, nowMs);
        }
        // The node that they wait for, or that answers for them, may be none of our peers any more.
        this.#decideOpen(nowMs);
        return;
      case "doubted":
        this.#holdings.announceAgain(nowMs);
        return;
      case "met":
        this.#membership.meet(effect.id);
        return;
      case "gave-way":
        this.#holdings.outplanned.gaveWay(effect.node, nowMs);
        return;
      case "informed":
        this.#decideOpen(nowMs);
        return;
    }
  }

  #poke(): void {
    const question = poke(this.#liveness.peers.values(), this.#interfaces.usable, ++this.#beat);
    if (question !== null) this.#effects.push({ kind: "send-frame", what: "poke", ...question });
  }

  /** While leaving, what is held is answered until the end: the others take it over meanwhile. */
  #decide(record: AddressRecord, nowMs: number): void {
    if (this.#leaveAtMs === Infinity) this.#holdings.decide(record, nowMs);
  }

  #decideOpen(nowMs: number): void {
    if (this.#leaveAtMs === Infinity) this.#holdings.informed(nowMs);
  }

  #leave(): void {
    this.#holdings.releaseAll("speaker-stopped");
    this.#left = true;
    this.#effects.push({ kind: "left" });
  }

  #announce(nowMs: number): void {
    const framesOf = ({ ip, round }: Announcement) => (round > 0 && !ip.includes(":") ? 2 : 1);
    for (const { ip, linkIndex, round } of this.#announcer.due(nowMs, framesOf)) {
      const mac = this.#interfaces.byIndex(linkIndex)?.mac;
      if (mac === undefined) continue;
      const etherType = ip.includes(":") ? ETHER_TYPE_IPV6 : ETHER_TYPE_ARP;
      for (const frame of announcementFrames(ip, mac, round)) {
        const what = "announcement";
        this.#effects.push({ kind: "send-frame", what, etherType, linkIndex, frame, ip });
      }
    }
  }

  #frame({ linkIndex, bytes, nowMs }: Extract<SpeakerEvent, { readonly kind: "frame" }>): void {
    const link = this.#interfaces.byIndex(linkIndex);
    const isListening = this.#guard.listening || this.#holdings.outplanned.size > 0;
    if (link === undefined || (this.heldCount === 0 && !isListening)) return;
    const read = readFrame(bytes);
    const claim = read.kind === "fault" ? null : claimIn(read);
    // Whoever leaves is being succeeded: the others announce what it still holds, as they should.
    if (claim !== null && this.#leaveAtMs === Infinity && this.#guard.heard(claim, link, nowMs)) {
      this.#setTimer();
    }
    const holdingOf = (ip: Ip) => this.#holdings.holdingOf(ip, linkIndex);
    const answer = respond(read, { mac: link.mac, holdingOf });
    if (answer.kind === "reply") {
      const { ip, etherType, frame } = answer;
      this.#effects.push({ kind: "send-frame", what: "answer", etherType, linkIndex, frame, ip });
    } else if (answer.kind === "fault") {
      this.#effects.push({ kind: "frame-fault", name: answer.name });
    } else {
      this.#effects.push({ kind: "frame-ignored", name: answer.reason });
    }
  }

  #setTimer(): void {
    const ours = Math.min(this.#announcer.dueMs, this.#liveness.dueMs);
    // Who leaves decides nothing any more, and waits for nothing but the end.
    const isLeaving = this.#leaveAtMs < Infinity;
    const others = isLeaving ? this.#leaveAtMs : Math.min(this.#holdings.dueMs, this.#guard.dueMs);
    const due = this.#left ? Infinity : Math.min(ours, others);
    if (due === this.#timerMs) return;
    this.#timerMs = due;
    this.#effects.push({ kind: "set-timer", atMs: due });
  }
}
