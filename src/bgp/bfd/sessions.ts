/**
 * All BFD sessions of a node: whose packet is this, who is wanted. Pure: told the time, never asks.
 *
 * Read first: RFC 5880 section 6.3 (demultiplexing), RFC 5881 (single hop), RFC 5883 (multihop).
 * A session is found by the discriminator that we gave it; only the first packet, which cannot know it, by addresses.
 * Neighbours: session.ts is one session; io/bfd-plane.ts performs.
 */
import { type Decoded, decoded, fault } from "../../base/decoded.ts";
import { stableHash } from "../../base/hash.ts";
import type { Ip } from "../../base/ip.ts";
import { BfdSession } from "./session.ts";
import type { SessionEvent, SessionTimer, StateChange } from "./session-events.ts";
import type { BfdProfile } from "./timing.ts";
import { type ControlPacket, decodeControlPacket, type OwnPacket } from "./wire/control-packet.ts";

/** Between neighbours (RFC 5881), or over routers in between (RFC 5883). */
export type Hops = "single" | "multiple";

/** Between whom a session is; two of the same are one. */
export interface Endpoints {
  readonly theirAddress: Ip;
  /** Null: whichever the kernel takes to reach them. */
  readonly ourAddress: Ip | null;
  /** Through this interface only; without it a link-local address means nothing. */
  readonly interface: string | null;
  readonly vrf: string | null;
  readonly hops: Hops;
}

export interface WantedSession {
  readonly endpoints: Endpoints;
  readonly profile: BfdProfile;
  /** Over several hops: packets that have come further are not believed. Of neighbours it is 255, always. */
  readonly minimumTtl: number;
}

/** A packet as it came. The bytes are not kept. */
export interface Datagram {
  readonly bytes: Uint8Array;
  readonly from: Ip;
  readonly to: Ip;
  /** Null where the interface is gone again. */
  readonly interface: string | null;
  readonly vrf: string | null;
  readonly hops: Hops;
  /** TTL, or hop limit. */
  readonly ttl: number;
}

export type SessionsEvent =
  /** All that are wanted from now on; who is not among them is stopped. */
  | { readonly kind: "want"; readonly sessions: readonly WantedSession[]; readonly nowMs: number }
  | { readonly kind: "datagram"; readonly datagram: Datagram; readonly nowMs: number }
  | {
      readonly kind: "timer";
      readonly discriminator: number;
      readonly timer: SessionTimer;
      readonly nowMs: number;
    };

/** `discriminator`: of which session. */
export type SessionsEffect =
  | { readonly kind: "open"; readonly discriminator: number; readonly endpoints: Endpoints }
  | { readonly kind: "send"; readonly discriminator: number; readonly packet: OwnPacket }
  | {
      readonly kind: "set-timer";
      readonly discriminator: number;
      readonly timer: SessionTimer;
      readonly atMs: number;
    }
  | {
      readonly kind: "clear-timer";
      readonly discriminator: number;
      readonly timer: SessionTimer;
    }
  | (StateChange & { readonly discriminator: number })
  /** A packet of it was taken: for counting. */
  | { readonly kind: "heard"; readonly discriminator: number }
  | { readonly kind: "close"; readonly discriminator: number }
  /** A datagram that is none of ours, by the name of what is wrong. */
  | { readonly kind: "fault"; readonly name: string };

/** What neighbours send with, and what tells that no router has forwarded it (RFC 5881 section 5). */
export const TTL_MAX = 255;

interface Entry {
  readonly session: BfdSession;
  readonly endpoints: Endpoints;
  minimumTtl: number;
}

/** @returns the same text for the same endpoints */
export function endpointsKey({
  hops,
  vrf,
  interface: link,
  ourAddress,
  theirAddress,
}: Endpoints): string {
  return [hops, vrf ?? "", link ?? "", ourAddress ?? "", theirAddress].join(" ");
}

export class BfdSessions {
  readonly #entries = new Map<number, Entry>();
  readonly #byEndpoints = new Map<string, Entry>();
  readonly #secret: string;
  #made = 0;
  #effects: SessionsEffect[] = [];

  /** @param secret what chance begins with: who has it knows the discriminators, which nobody else should (RFC 5880 section 9) */
  constructor(secret: string) {
    this.#secret = secret;
  }

  session(discriminator: number): BfdSession | undefined {
    return this.#entries.get(discriminator)?.session;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Moves by one event. @returns what to do, in order; the array is the caller's */
  step(event: SessionsEvent): readonly SessionsEffect[] {
    this.#effects = [];
    if (event.kind === "want") this.#want(event.sessions, event.nowMs);
    else if (event.kind === "timer") {
      const entry = this.#entries.get(event.discriminator);
      if (entry !== undefined) this.#feed(entry, event);
    } else this.#receive(event.datagram, event.nowMs);
    return this.#effects;
  }

  #want(sessions: readonly WantedSession[], nowMs: number): void {
    const wanted = new Map<string, WantedSession>();
    for (const session of sessions) {
      const key = endpointsKey(session.endpoints);
      wanted.set(key, strictest(wanted.get(key) ?? session, session));
    }
    for (const [key, entry] of this.#byEndpoints) {
      if (!wanted.has(key)) this.#feed(entry, { kind: "stop", nowMs });
    }
    for (const [key, { endpoints, profile, minimumTtl }] of wanted) {
      const entry = this.#byEndpoints.get(key) ?? this.#add(key, endpoints, profile);
      entry.minimumTtl = minimumTtl;
      if (!isSameProfile(entry.session.profile, profile)) {
        this.#feed(entry, { kind: "profile", profile, nowMs });
      }
      this.#feed(entry, { kind: "start", nowMs });
    }
  }

  #add(key: string, endpoints: Endpoints, profile: BfdProfile): Entry {
    let discriminator = 0;
    while (discriminator === 0 || this.#entries.has(discriminator)) {
      discriminator = stableHash(`${this.#secret} ${this.#made++}`);
    }
    const seed = stableHash(`jitter ${this.#secret} ${this.#made}`) || 1;
    const session = new BfdSession({ discriminator, profile, seed });
    const entry = { session, endpoints, minimumTtl: TTL_MAX };
    this.#entries.set(discriminator, entry);
    this.#byEndpoints.set(key, entry);
    this.#effects.push({ kind: "open", discriminator, endpoints });
    return entry;
  }

  #receive(datagram: Datagram, nowMs: number): void {
    const judged = this.#judge(datagram);
    if (!judged.ok) {
      this.#effects.push({ kind: "fault", name: judged.fault });
      return;
    }
    const { entry, packet } = judged.value;
    this.#effects.push({ kind: "heard", discriminator: entry.session.discriminator });
    this.#feed(entry, { kind: "packet", packet, nowMs });
  }

  /** RFC 5880 section 6.8.6, up to where the session is known. */
  #judge(datagram: Datagram): Decoded<{ readonly entry: Entry; readonly packet: ControlPacket }> {
    const { hops, ttl } = datagram;
    if (hops === "single" && ttl !== TTL_MAX) return fault("bfd-forwarded");
    const read = decodeControlPacket(datagram.bytes);
    if (!read.ok) return read;
    const { yourDiscriminator } = read.value;
    const isFirst = yourDiscriminator === 0;
    const entry = isFirst ? this.#find(datagram) : this.#entries.get(yourDiscriminator);
    if (entry === undefined) return fault(isFirst ? "bfd-unknown-peer" : "bfd-unknown-session");
    // A packet for a neighbour's session must not come in by the port that takes any TTL.
    if (entry.endpoints.hops !== hops) return fault("bfd-other-port");
    if (hops === "multiple" && ttl < entry.minimumTtl) return fault("bfd-from-too-far");
    return decoded({ entry, packet: read.value });
  }

  /** By addresses: the session that says most of where it is. */
  #find({ hops, vrf, from, to, interface: link }: Datagram): Entry | undefined {
    for (const onLink of link === null ? [null] : [link, null]) {
      for (const ourAddress of [to, null]) {
        const endpoints = { hops, vrf, interface: onLink, ourAddress, theirAddress: from };
        const entry = this.#byEndpoints.get(endpointsKey(endpoints));
        if (entry !== undefined) return entry;
      }
    }
    return undefined;
  }

  #feed(entry: Entry, event: SessionEvent): void {
    const { discriminator } = entry.session;
    for (const effect of entry.session.step(event)) {
      if (effect.kind !== "closed") this.#effects.push({ ...effect, discriminator });
      else {
        this.#entries.delete(discriminator);
        this.#byEndpoints.delete(endpointsKey(entry.endpoints));
        this.#effects.push({ kind: "close", discriminator });
      }
    }
  }
}

/** Two that want one session: it notices what either would have noticed, and believes what both believe. */
function strictest(a: WantedSession, b: WantedSession): WantedSession {
  const of = (key: "desiredMinTxUs" | "requiredMinRxUs" | "detectMultiplier") =>
    Math.min(a.profile[key], b.profile[key]);
  return {
    endpoints: a.endpoints,
    minimumTtl: Math.max(a.minimumTtl, b.minimumTtl),
    profile: {
      desiredMinTxUs: of("desiredMinTxUs"),
      requiredMinRxUs: of("requiredMinRxUs"),
      detectMultiplier: of("detectMultiplier"),
      isPassive: a.profile.isPassive && b.profile.isPassive,
    },
  };
}

function isSameProfile(a: BfdProfile, b: BfdProfile): boolean {
  return (
    a.desiredMinTxUs === b.desiredMinTxUs &&
    a.requiredMinRxUs === b.requiredMinRxUs &&
    a.detectMultiplier === b.detectMultiplier &&
    a.isPassive === b.isPassive
  );
}
