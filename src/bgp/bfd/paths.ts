/**
 * From the paths that BGP wants watched to sessions, and from what becomes of a session to what its peers are told. Pure.
 *
 * Read first: RFC 5882 section 3.2 (what a session that was stopped on purpose means), section 4.2 (several who watch one path).
 * Neighbours: ../bfd-report.ts is BGP's side of it; sessions.ts is ours; io/bfd-watch.ts carries both.
 */
import type { BFDProfileSpec } from "../../classes/metallb/bfd-profile.ts";
import type { BfdPath, BfdReport } from "../bfd-report.ts";
import { readProfile, type ReadProfile } from "./profile.ts";
import type { StateChange } from "./session-events.ts";
import { endpointsKey, type WantedSession } from "./sessions.ts";

export interface WatchPlan {
  readonly sessions: readonly WantedSession[];
  /** Who watches a session, by its key. */
  readonly peersOf: ReadonlyMap<string, readonly string[]>;
  /** Peers whose profile does not exist: they go without BFD. */
  readonly withoutProfile: readonly BfdPath[];
  /** Peers whose profile asks for what is not done, see profile.ts; the rest of it counts. */
  readonly refused: readonly (BfdPath & ReadProfile["refused"][number])[];
}

/** @param profiles by name; a path with the name "" takes the defaults */
export function planWatch(
  paths: readonly BfdPath[],
  profiles: ReadonlyMap<string, BFDProfileSpec>,
): WatchPlan {
  const peersOf = new Map<string, string[]>();
  const [sessions, withoutProfile, refused]: [
    WantedSession[],
    BfdPath[],
    WatchPlan["refused"][number][],
  ] = [[], [], []];
  for (const path of paths) {
    const spec = path.profile === "" ? {} : profiles.get(path.profile);
    if (spec === undefined) {
      withoutProfile.push(path);
      continue;
    }
    const read = readProfile(spec);
    refused.push(...read.refused.map((one) => ({ ...path, ...one })));
    const { theirAddress, ourAddress, interface: link, vrf, hops } = path;
    const endpoints = { theirAddress, ourAddress, interface: link, vrf, hops };
    sessions.push({ endpoints, profile: read.profile, minimumTtl: read.minimumTtl });
    const key = endpointsKey(endpoints);
    peersOf.set(key, [...(peersOf.get(key) ?? []), path.peer]);
  }
  return { sessions, peersOf, withoutProfile, refused };
}

/** What is known of a session, as those who watch it were told. */
export type Verdict = Omit<BfdReport, "peer">;

/** Nobody watches the path any more, or nobody knows yet: what was known of it counts no longer. */
const FORGOTTEN: Verdict = { state: "admin-down", diagnostic: "none" };

/**
 * A session outlives those who watch it: who joins has missed its reports, and who leaves hears of none.
 *
 * @param verdicts the last of each session
 * @returns what peers are to be told that watch another session than before, or none
 */
export function tellJoinersAndLeavers(
  before: WatchPlan["peersOf"],
  now: WatchPlan["peersOf"],
  verdicts: ReadonlyMap<string, Verdict>,
): BfdReport[] {
  const [watched, watches] = [sessionOfEach(before), sessionOfEach(now)];
  return [...new Set([...watched.keys(), ...watches.keys()])].flatMap((peer) => {
    const [old, young] = [watched.get(peer), watches.get(peer)];
    if (old === young) return [];
    const verdict = young === undefined ? undefined : verdicts.get(young);
    if (verdict === undefined && old === undefined) return [];
    return [{ peer, ...(verdict ?? FORGOTTEN) }];
  });
}

function sessionOfEach(peersOf: WatchPlan["peersOf"]): ReadonlyMap<string, string> {
  return new Map([...peersOf].flatMap(([key, peers]) => peers.map((peer) => [peer, key])));
}

/** @returns what those who watch are told; undefined: it is no news to them */
export function verdictOf({ to, cause }: StateChange): Verdict | undefined {
  if (to === "Up") return { state: "up", diagnostic: "none" };
  switch (cause) {
    case "silence":
      return { state: "down", diagnostic: "detection-time-expired" };
    case "peer-down":
      return { state: "down", diagnostic: "neighbor-signaled-down" };
    case "peer-admin-down":
    case "stopped":
      return { state: "admin-down", diagnostic: "administratively-down" };
    case "handshake":
    case "started":
      return undefined;
  }
}
