/**
 * The book of BFD on a node: what of it is worth an Event. Pure.
 *
 * That it is down ends a session, or does not where the router has turned it off (RFC 5882 section 4.1): people look for it by its name either
 * way. That it does not come up nobody else says: the session is up, and only the hold time notices a path that falls silent.
 * Neighbours: session-book.ts is the same of sessions; ../bgp/bfd-report.ts is what is heard of; io/bgp-eyes.ts tells.
 */
import type { BfdReport, BfdState } from "../bgp/bfd-report.ts";
import { hostOf, type BgpPeer } from "../bgp/peer.ts";
import type { Session } from "../bgp/session.ts";
import { bfdPaths } from "./bgp-peers.ts";

/** What there is to be told of a path, as an Event on its peer. */
export interface BfdTale {
  readonly type: "Normal" | "Warning";
  readonly reason: "BFDSessionUp" | "BFDSessionDown" | "BFDSessionFailed";
  readonly message: string;
}

type SessionFacts = Pick<Session, "peer" | "state">;

interface Known {
  /** As BFD has said last; null: nothing that counts. */
  state: BfdState | null;
  /** When the session was first seen to be up without it. */
  waitsSinceMs: number | null;
  /** Ways to fail that were told since it was up. */
  readonly told: Set<string>;
}

/** Both ends say hello once a second (RFC 5880 section 6.8.3), and need three to be up. */
const WAIT_MS = 10_000;
/** As many different ways to fail are told until it is up once more. */
const REASONS_TOLD_MAX = 8;

const REMEDIES: Readonly<Record<string, string>> = {
  "detection-time-expired": "See whether the router runs and the path to it is whole",
  "neighbor-signaled-down":
    "See whether it has begun anew, or hears nothing of this node: packets must pass both ways",
};

export class BfdBook {
  readonly #node: string;
  readonly #known = new Map<string, Known>();
  #troubles: ReadonlyMap<string, string> = new Map();

  constructor(node: string) {
    this.#node = node;
  }

  /** @param troubles by peer, of those whose BFD can neither send nor hear: why, and what can be done */
  setTroubles(troubles: ReadonlyMap<string, string>): void {
    this.#troubles = troubles;
  }

  /** @returns what is worth an Event */
  hear(peer: BgpPeer, { state, diagnostic }: Omit<BfdReport, "peer">): BfdTale | null {
    if (peer.bfdProfile === null) {
      this.forget(peer.key);
      return null;
    }
    const known = this.#of(peer.key);
    const wasUp = known.state === "up";
    // Nobody knows of the path that is watched now: what was known is of another one.
    known.state = state === "admin-down" && diagnostic === "none" ? null : state;
    if (state === "up") {
      known.told.clear();
      return wasUp ? null : this.#tale("Normal", "BFDSessionUp", peer, "is up");
    }
    if (!wasUp || known.state === null) return null;
    if (state === "down") {
      const what = sentences(`is down: ${diagnostic}`, REMEDIES[diagnostic]);
      return this.#tale("Warning", "BFDSessionDown", peer, what);
    }
    const off =
      "is turned off by the router: until it is on again, the hold time alone ends a session";
    return this.#tale("Normal", "BFDSessionDown", peer, off);
  }

  /** There is no such peer now. */
  forget(peer: string): void {
    this.#known.delete(peer);
  }

  /** To be asked every second or so. @returns what does not come up, each time once, by peer */
  look(
    sessions: ReadonlyMap<string, SessionFacts>,
    nowMs: number,
  ): readonly (readonly [peer: string, tale: BfdTale])[] {
    for (const key of this.#known.keys()) if (!sessions.has(key)) this.#known.delete(key);
    return [...sessions].flatMap(([key, facts]) => {
      if (facts.peer.bfdProfile === null) {
        this.forget(key);
        return [];
      }
      const failure = this.#failureOf(facts, nowMs);
      const { told } = this.#of(key);
      if (failure === null || told.has(failure) || told.size >= REASONS_TOLD_MAX) return [];
      told.add(failure);
      return [[key, this.#tale("Warning", "BFDSessionFailed", facts.peer, failure)]];
    });
  }

  #failureOf({ peer, state }: SessionFacts, nowMs: number): string | null {
    const known = this.#of(peer.key);
    const trouble = this.#troubles.get(peer.key);
    // Who turned it off has ended the session since, and may come back without it: that is told anew.
    if (state !== "established" && known.state === "admin-down") known.state = null;
    const isDown = known.state === null || known.state === "down";
    const waits = state === "established" && isDown && trouble === undefined;
    known.waitsSinceMs = waits ? (known.waitsSinceMs ?? nowMs) : null;
    if (trouble !== undefined) return `can neither send nor hear: ${trouble}`;
    if (known.waitsSinceMs === null || nowMs - known.waitsSinceMs < WAIT_MS) return null;
    const isFar = bfdPaths([peer]).some(({ hops }) => hops === "multiple");
    const how = isFar ? "several hops (UDP port 4784)" : "one hop (UDP port 3784)";
    return sentences(
      "does not come up, and the session is without it",
      `See that the router watches this node, over ${how}, and that nothing in between drops that`,
    );
  }

  #of(key: string): Known {
    let known = this.#known.get(key);
    if (known === undefined) {
      known = { state: null, waitsSinceMs: null, told: new Set() };
      this.#known.set(key, known);
    }
    return known;
  }

  #tale(type: BfdTale["type"], reason: BfdTale["reason"], peer: BgpPeer, what: string): BfdTale {
    return { type, reason, message: `${this.#node}: BFD with ${hostOf(peer)} ${what}` };
  }
}

function sentences(what: string, remedy: string | undefined): string {
  return remedy === undefined ? what : `${what}. ${remedy}.`;
}
