/**
 * The book of a node's BGP sessions: since when each is up or is not, how it last ended, and what of it is worth an Event. Pure.
 *
 * A session that is tried in vain passes through states all the time, and fails for the same reason again and again: neither is
 * news. Written down is what a person would ask: is it up, since when, and if not, why not.
 * Neighbours: ../bgp/session.ts speaks; ../bgp/resource.ts has the words; report-pace.ts says when they are written.
 */
import { compareText } from "../base/hash.ts";
import type { Ip, IpFamily } from "../base/ip.ts";
import type { BfdState } from "../bgp/bfd-report.ts";
import { isPlanned } from "../bgp/causes.ts";
import type { Agreement } from "../bgp/handshake.ts";
import { isLive } from "../bgp/leg.ts";
import type { OutRib } from "../bgp/out-rib.ts";
import { hostOf, type BgpPeer } from "../bgp/peer.ts";
import { familyOfPrefix, type Prefix } from "../bgp/prefix.ts";
import {
  cutSessions,
  cutText,
  type Negotiated,
  type NodeBGPStatusBody,
  type SessionEntry,
} from "../bgp/resource.ts";
import type { Session } from "../bgp/session.ts";
import type { SessionEnd, SessionNews } from "../bgp/session-events.ts";
import { MESSAGE_BYTES_MAX } from "../bgp/wire/message.ts";
import { isoSeconds } from "../kube/patches.ts";

/** What the book reads in a session. */
export type SessionFacts = Pick<Session, "peer" | "agreement"> & {
  readonly rib: Pick<OutRib, "toldCount" | "wanted" | "wantedCountIn" | "heldBack">;
  readonly counters: { readonly prefixesReceived: number };
};

/** What there is to be told of a session, as an Event on its peer. */
export interface SessionTale {
  readonly type: "Normal" | "Warning";
  readonly reason: "BGPSessionUp" | "BGPSessionDown" | "BGPSessionFailed";
  readonly message: string;
}

/** What is known of a peer, session or not. */
export type ConfiguredPeer = Pick<
  BgpPeer,
  "key" | "interface" | "port" | "vrf" | "ourAsn" | "theirAsn"
> & {
  /** Null: it is unnumbered, and nobody was found. */
  readonly address: Ip | null;
};

/** What keeps a peer from being as the manifests say. */
export type PeerProblem = readonly [key: string, problem: string];

export interface BookWorld {
  readonly sessions: ReadonlyMap<string, SessionFacts>;
  readonly isGated: boolean;
  readonly nowMs: number;
}

interface Known {
  isUp: boolean;
  sinceMs: number;
  end: { readonly atMs: number; readonly end: Omit<SessionEnd, "atMs"> } | null;
  bfd: BfdState | null;
  /** Reasons that were told since it was up. */
  readonly told: Set<string>;
}

/** As many different ways to fail are told until it is up once more. */
const REASONS_TOLD_MAX = 8;

export class SessionBook {
  readonly #node: string;
  readonly #known = new Map<string, Known>();
  readonly #problems = new Map<string, { readonly peer: ConfiguredPeer; problem: string }>();

  constructor(node: string) {
    this.#node = node;
  }

  /** @param models all peers of this node */
  setProblems(models: Iterable<ConfiguredPeer>, problems: readonly PeerProblem[]): void {
    this.#problems.clear();
    for (const peer of models) {
      const own = problems.filter(([key]) => key === peer.key).map(([, problem]) => problem);
      if (own.length > 0) this.#problems.set(peer.key, { peer, problem: own.join("; ") });
    }
  }

  bfd(key: string, state: BfdState, nowMs: number): void {
    this.#of(key, nowMs).bfd = state;
  }

  /** @returns what is worth an Event */
  hear(
    { peer, state }: Pick<Session, "peer" | "state">,
    news: SessionNews,
    nowMs: number,
  ): SessionTale | null {
    const known = this.#of(peer.key, nowMs);
    switch (news.kind) {
      case "state":
        return null;
      case "up":
        Object.assign(known, { isUp: true, sinceMs: nowMs });
        known.told.clear();
        return this.#tale("Normal", "BGPSessionUp", {
          ...{ peer, verb: "is up" },
          why: `AS ${news.agreement.theirAsn}, ${news.agreement.families.join(" and ")}`,
        });
      case "down":
        Object.assign(known, { isUp: false, sinceMs: nowMs });
        known.end = { atMs: nowMs, end: news.end };
        known.told.add(news.end.reason);
        return this.#tale(isPlanned(news.end) ? "Normal" : "Warning", "BGPSessionDown", {
          ...{ peer, verb: "is down", why: whyOf(news.end) },
        });
      case "failed":
        // Of two connections one has given way, and the other goes on: that is no end.
        return isLive({ state }) ? null : this.#failed(known, { peer, end: news.end, nowMs });
    }
  }

  /** @returns what the node's object should say */
  report({ sessions, isGated, nowMs }: BookWorld): NodeBGPStatusBody {
    this.#forgetAllBut(sessions);
    const entries = [
      ...[...sessions].map(([key, facts]) => this.#entryOf(key, facts, nowMs)),
      ...[...this.#problems.values()]
        .filter(({ peer }) => !sessions.has(peer.key))
        .map(({ peer, problem }) => this.#heldEntry(peer, problem, nowMs)),
    ].sort((a, b) => compareText(a.peer, b.peer));
    const down = entries.find(({ state }) => state !== "Established");
    return {
      established: `${entries.filter(({ state }) => state === "Established").length}/${entries.length}`,
      gate: isGated ? "Closed" : "Open",
      ...(down === undefined ? {} : { trouble: cutText(troubleOf(down)) }),
      sessions: cutSessions(entries),
    };
  }

  #failed(
    known: Known,
    { peer, end, nowMs }: { peer: BgpPeer; end: SessionEnd; nowMs: number },
  ): SessionTale | null {
    const { reason } = end;
    if (known.end?.end.reason !== reason) known.end = { atMs: nowMs, end };
    if (isPlanned(end) || known.told.has(reason) || known.told.size >= REASONS_TOLD_MAX) {
      return null;
    }
    known.told.add(reason);
    const why = whyOf(end);
    return this.#tale("Warning", "BGPSessionFailed", { peer, verb: "does not come up", why });
  }

  #of(key: string, nowMs: number): Known {
    let known = this.#known.get(key);
    if (known === undefined) {
      known = { isUp: false, sinceMs: nowMs, end: null, bfd: null, told: new Set() };
      this.#known.set(key, known);
    }
    return known;
  }

  #forgetAllBut(sessions: ReadonlyMap<string, SessionFacts>): void {
    for (const key of this.#known.keys()) {
      if (!sessions.has(key) && !this.#problems.has(key)) this.#known.delete(key);
    }
  }

  #tale(
    type: SessionTale["type"],
    reason: SessionTale["reason"],
    { peer, verb, why }: { peer: BgpPeer; verb: string; why: string },
  ): SessionTale {
    const message = `${this.#node}: the session with ${placeOf(peer)} ${verb}: ${why}`;
    return { type, reason, message };
  }

  #entryOf(key: string, facts: SessionFacts, nowMs: number): SessionEntry {
    const { peer, agreement, rib, counters } = facts;
    const known = this.#of(key, nowMs);
    const problem = this.#problems.get(key)?.problem;
    const { wanted, heldBack } = wantedIn(rib, peer);
    return {
      ...endsOf(peer, agreement),
      state: known.isUp ? "Established" : "Down",
      since: isoSeconds(known.sinceMs),
      ...(problem === undefined ? {} : { problem: cutText(problem) }),
      ...{ announced: rib.toldCount, wanted },
      ...(heldBack.length === 0 ? {} : { heldBack }),
      receivedPrefixes: counters.prefixesReceived,
      ...(peer.bfdProfile === null || known.bfd === null ? {} : { bfd: BFD_WORDS[known.bfd] }),
      ...(agreement === null ? {} : { negotiated: negotiatedIn(agreement) }),
      ...(known.end === null ? {} : { lastEnd: lastEndOf(known.end) }),
    };
  }

  #heldEntry(peer: ConfiguredPeer, problem: string, nowMs: number): SessionEntry {
    const known = this.#of(peer.key, nowMs);
    if (known.isUp) Object.assign(known, { isUp: false, sinceMs: nowMs });
    return {
      ...endsOf(peer, null),
      ...{ state: "Held", since: isoSeconds(known.sinceMs), problem: cutText(problem) },
      ...{ announced: 0, wanted: 0, receivedPrefixes: 0 },
    };
  }
}

const BFD_WORDS = { up: "Up", down: "Down", "admin-down": "AdminDown" } as const;

/** `10.0.0.254 port 179`. */
function placeOf(peer: BgpPeer): string {
  return `${hostOf(peer)} port ${peer.port}`;
}

function whyOf({ reason, remedy }: Omit<SessionEnd, "atMs">): string {
  return remedy === null ? reason : `${reason}. ${remedy}.`;
}

function troubleOf({ peer, problem, lastEnd }: SessionEntry): string {
  return `${peer}: ${problem ?? lastEnd?.reason ?? "no answer yet"}`;
}

function endsOf(peer: ConfiguredPeer, agreement: Agreement | null) {
  const { key, port, vrf, ourAsn, theirAsn: wanted } = peer;
  const theirAsn = agreement?.theirAsn ?? (wanted === "internal" ? ourAsn : wanted);
  return {
    ...{ peer: key, address: hostOf(peer), port, ourAsn },
    ...(vrf === null ? {} : { vrf }),
    ...(theirAsn === "external" ? {} : { theirAsn }),
  };
}

function negotiatedIn(agreement: Agreement): Negotiated {
  const { families, theirIdentifier, holdTimeMs, wire, restart } = agreement;
  return {
    ...{ families: [...families], routerId: theirIdentifier },
    holdTimeSeconds: holdTimeMs / 1000,
    fourOctetAs: wire.asnBytes === 4,
    routeRefresh: agreement.takesRefresh,
    extendedNextHop: agreement.takesIpv6NextHops,
    extendedMessages: agreement.messageBytesMax > MESSAGE_BYTES_MAX,
    ...(restart === null ? {} : { gracefulRestartSeconds: restart.seconds }),
    restartOverNotification: restart?.overNotification === true,
  };
}

function lastEndOf({ atMs, end }: NonNullable<Known["end"]>) {
  const { by, reason, remedy } = end;
  const what = { at: isoSeconds(atMs), by, reason: cutText(reason) };
  return remedy === null ? what : { ...what, remedy: cutText(remedy) };
}

/**
 * What is wanted of the families that the peer is for: that it is told nothing of another is as it should be.
 * Why one is held back is a matter of the family: one prefix of it speaks for all.
 */
function wantedIn(rib: SessionFacts["rib"], { families }: BgpPeer) {
  const heldBack = families.flatMap((family) => {
    const sample = rib.wantedCountIn([family]) > 0 ? firstOf(rib, family) : undefined;
    const reason = sample === undefined ? null : rib.heldBack(sample);
    return reason === null ? [] : [{ family, reason }];
  });
  return { wanted: rib.wantedCountIn(families), heldBack };
}

function firstOf({ wanted }: SessionFacts["rib"], family: IpFamily): Prefix | undefined {
  for (const prefix of wanted.keys()) if (familyOfPrefix(prefix) === family) return prefix;
  return undefined;
}
