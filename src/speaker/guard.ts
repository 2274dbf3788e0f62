/**
 * Who else says that an address of the plan is its own: before we use one, while we hold it, and when we ask. Pure.
 *
 * Read first: rule H6 in docs/architecture.md. The MACs of our own nodes are known from their heartbeats; everybody else
 * is a stranger. What a node that we do not hear yet may say is no stranger's word, so nothing is believed while an
 * address changes hands.
 * A class, mutated in place, see liveness.ts.
 * Neighbours: detection.ts, defence.ts and verifier.ts decide their parts; speaker.ts tells it of time and frames.
 */
import type { Ip } from "../base/ip.ts";
import type { Mac } from "../base/mac.ts";
import { linkIdsOn, type AddressRecord, type Addresses } from "./addresses.ts";
import type { Claim } from "./claims.ts";
import { Defence } from "./defence.ts";
import { Detection } from "./detection.ts";
import type { UsableLink } from "./links.ts";
import type { Liveness } from "./liveness.ts";
import { probeOn, questionOn, type Question } from "./questions.ts";
import { announcementFrames } from "./responder.ts";
import { Verifier, type Verification } from "./verifier.ts";
import { ETHER_TYPE_ARP, ETHER_TYPE_IPV6 } from "./wire/ethernet.ts";
import { solicitedNodeGroup } from "./wire/ndp.ts";

/** Somebody else, seen to say that an address is its own. */
export interface Sighting {
  readonly ip: Ip;
  readonly mac: Mac;
  /** One of ours; null: a stranger. */
  readonly node: string | null;
  readonly interface: string;
  /** "held": we answer for it too. "wanted": we should, and do not begin. */
  readonly use: "held" | "wanted";
}

export type GuardEffect =
  | ({ readonly kind: "send-frame"; readonly what: GuardFrame } & Question)
  | { readonly kind: "join-group" | "leave-group"; readonly linkIndex: number; readonly group: Ip }
  | { readonly kind: "conflict"; readonly sighting: Sighting }
  | { readonly kind: "verified"; readonly verification: Verification };

type GuardFrame = "probe" | "question" | "announcement";

export interface GuardWorld {
  readonly node: string;
  readonly liveness: Pick<Liveness, "peers" | "peer" | "serving" | "isolated" | "viewOf">;
  readonly addresses: Addresses;
  readonly linksOf: (record: AddressRecord) => readonly UsableLink[];
  /** All interfaces of this node: one hears another where both are on a segment. */
  readonly links: () => readonly UsableLink[];
  /** Found free: decide anew. */
  readonly decide: (record: AddressRecord, nowMs: number) => void;
  /** A peer has announced what we hold, or wait for it to hold. */
  readonly announcedBy: (record: AddressRecord, node: string, nowMs: number) => void;
  readonly emit: (effect: GuardEffect) => void;
}

export interface GuardOptions {
  /** Between two questions of this node; 0: nothing is verified. */
  readonly verifyIntervalMs: number;
  /** So long two of our own may answer for one address: rule H2. */
  readonly doubleMs: number;
}

export class Guard {
  readonly #world: GuardWorld;
  readonly #options: GuardOptions;
  readonly #detection = new Detection();
  readonly #defence = new Defence();
  readonly #verifier: Verifier;
  /** Where we are in the solicited-node group of an address that is probed. */
  readonly #groups = new Map<Ip, readonly number[]>();

  constructor(world: GuardWorld, options: GuardOptions) {
    this.#world = world;
    this.#options = options;
    this.#verifier = new Verifier(options.verifyIntervalMs, {
      node: world.node,
      addresses: () => world.addresses.ips(),
      expectedOf: (ip) => this.#expectedOf(ip),
      verifiersOf: (ip) => this.#verifiersOf(ip),
      nodeOf: (mac) => this.#nodeOf(mac),
    });
  }

  get dueMs(): number {
    return Math.min(this.#detection.dueMs, this.#verifier.dueMs);
  }

  /** Whether frames matter though nothing is held. */
  get listening(): boolean {
    const { addresses } = this.#world;
    if (this.#detection.listening || this.#verifier.asking) return true;
    return addresses.waiting.size + addresses.unproven.size > 0;
  }

  /**
   * Nobody is asked about what one of ours has answered for: failover, planned moves and returns wait for nothing.
   *
   * @returns false: not known to be free; the answer calls for another decision
   */
  mayUse(record: AddressRecord, nowMs: number): boolean {
    const isOurs = !this.#world.addresses.unproven.has(record);
    return isOurs || this.#detection.mayUse(record.plan.address, nowMs);
  }

  /** Not ours to begin with, or begun. */
  forget(address: Ip): void {
    if (this.#detection.drop(address)) this.#leaveGroup(address);
  }

  released(address: Ip): void {
    this.#defence.drop(address);
  }

  /** @returns whether `dueMs` may be another */
  heard({ ip, mac, how }: Claim, link: UsableLink, nowMs: number): boolean {
    const record = this.#world.addresses.get(ip);
    if (record === undefined) return false;
    const node = this.#nodeOf(mac);
    if (node === this.#world.node) return false;
    if (how === "has") this.#verifier.answered(ip, mac);
    if (how === "has" && node !== null) this.#world.addresses.unproven.delete(record);
    const seen = { ip, mac, node, interface: link.name };
    if (this.#detection.isProbing(ip)) return this.#heardOfWanted(record, seen, { how, nowMs });
    if (record.heldGeneration !== null && how === "has") {
      this.#heardOfHeld(record, seen, { link, nowMs });
    } else if (isExpected(record) && node !== null && how === "has") {
      this.#world.announcedBy(record, node, nowMs);
    }
    return record.waiting !== null || (node !== null && how === "has");
  }

  /** Whether a peer answers for it shows in what is heard. */
  question(ip: Ip): void {
    this.#send("question", ip, questionOn);
  }

  /** Performs what is due. */
  due(nowMs: number): void {
    const { liveness, addresses } = this.#world;
    for (const effect of this.#detection.due(nowMs)) {
      const record = addresses.get(effect.ip);
      if (record === undefined) continue;
      if (effect.kind === "free") this.#world.decide(record, nowMs);
      else this.#probe(record);
    }
    if (liveness.serving && !liveness.isolated) this.#verifier.start(nowMs);
    else this.#verifier.stop();
    for (const effect of this.#verifier.due(nowMs)) {
      if (effect.kind === "verified") this.#verified(effect.verification);
      else this.question(effect.ip);
    }
  }

  /** What only a stranger answers for, is none of ours yet, whoever should have it. */
  #verified(verification: Verification): void {
    const { ip, result, expected } = verification;
    const { addresses, node } = this.#world;
    const record = addresses.get(ip);
    if (record !== undefined && expected !== node) {
      if (result === "ok") addresses.unproven.delete(record);
      if (result === "stranger") addresses.unproven.add(record);
    }
    this.#world.emit({ kind: "verified", verification });
  }

  /**
   * RFC 5227 section 2.1.1: an answer, an announcement, or probes of another that go on. What one of ours answers for is no
   * stranger's: it is taken over as anything that one of ours had, for that one gives way to us as soon as it hears us.
   */
  #heardOfWanted(
    record: AddressRecord,
    seen: Omit<Sighting, "use">,
    { how, nowMs }: { readonly how: Claim["how"]; readonly nowMs: number },
  ): boolean {
    if (seen.node !== null) {
      if (how === "wants") return false;
      record.hadHolder = true;
      this.#world.decide(record, nowMs);
      return true;
    }
    if (how === "wants" && this.#detection.contested(seen.ip, nowMs)) return true;
    this.#detection.taken(seen.ip, nowMs);
    this.#leaveGroup(seen.ip);
    this.#world.emit({ kind: "conflict", sighting: { ...seen, use: "wanted" } });
    return true;
  }

  #heardOfHeld(
    record: AddressRecord,
    seen: Omit<Sighting, "use">,
    { link, nowMs }: { readonly link: UsableLink; readonly nowMs: number },
  ): void {
    const { ip, mac, node } = seen;
    if (node !== null) this.#world.announcedBy(record, node, nowMs);
    // While an address is handed over, the other one announces it, as it should.
    if (record.waiting !== null) return;
    if (node === null) {
      if (nowMs < record.strangersFromMs) return;
      if (this.#defence.claimed(ip, nowMs)) this.#announce(ip, link);
    } else {
      const allowedMs = this.#options.doubleMs;
      if (!this.#defence.doubled(ip, node, { nowMs, allowedMs })) return;
    }
    const sighting: Sighting = { ip, mac, node, interface: seen.interface, use: "held" };
    this.#world.emit({ kind: "conflict", sighting });
  }

  #announce(ip: Ip, { index: linkIndex, mac }: UsableLink): void {
    const etherType = ip.includes(":") ? ETHER_TYPE_IPV6 : ETHER_TYPE_ARP;
    for (const frame of announcementFrames(ip, mac, 0)) {
      const what = "announcement";
      this.#world.emit({ kind: "send-frame", what, etherType, linkIndex, frame, ip });
    }
  }

  #probe(record: AddressRecord): void {
    const ip = record.plan.address;
    if (record.family === "IPv6" && !this.#groups.has(ip)) {
      const indexes = this.#world.linksOf(record).map(({ index }) => index);
      this.#groups.set(ip, indexes);
      this.#group("join-group", ip, indexes);
    }
    this.#send("probe", ip, probeOn);
  }

  #leaveGroup(ip: Ip): void {
    this.#group("leave-group", ip, this.#groups.get(ip) ?? []);
    this.#groups.delete(ip);
  }

  #group(kind: "join-group" | "leave-group", ip: Ip, indexes: readonly number[]): void {
    const group = solicitedNodeGroup(ip);
    for (const linkIndex of indexes) this.#world.emit({ kind, linkIndex, group });
  }

  #send(what: GuardFrame, ip: Ip, make: (link: UsableLink, target: Ip) => Question): void {
    const record = this.#world.addresses.get(ip);
    if (record === undefined) return;
    for (const link of this.#world.linksOf(record)) {
      this.#world.emit({ kind: "send-frame", what, ...make(link, ip) });
    }
  }

  /** The node, this one or a peer, that has said that the MAC is its own. */
  #nodeOf(mac: Mac): string | null {
    const { node, links, liveness } = this.#world;
    if (links().some((link) => link.mac === mac)) return node;
    for (const peer of liveness.peers.values()) if (peer.macs.includes(mac)) return peer.node;
    return null;
  }

  /** Only of a holder that we hear, that holds for good, and whose MACs we know. */
  #expectedOf(ip: Ip): string | null {
    const { node, addresses, liveness } = this.#world;
    const record = addresses.get(ip);
    if (record === undefined || record.waiting !== null) return null;
    if (record.heldGeneration !== null) return node;
    const peer = record.holder === null ? undefined : liveness.peer(record.holder);
    const isKnown = peer?.state === "heard" && !peer.starting && peer.macs.length > 0;
    return isKnown ? peer.node : null;
  }

  #verifiersOf(ip: Ip): readonly string[] {
    const { addresses, liveness } = this.#world;
    const record = addresses.get(ip);
    if (record === undefined) return [];
    return record.plan.rank.filter(
      (node) => liveness.viewOf(node, linkIdsOn(record, node))?.alive === true,
    );
  }
}

/** Whether another has it decides whether we do. */
function isExpected({ waiting, givenTo }: AddressRecord): boolean {
  return waiting?.what === "news" || givenTo !== null;
}
