/**
 * How often sessions were reset between two looks, by what speakers count: no reset is too short to be seen.
 *
 * A session that begins anew sends an OPEN, and a speaker that begins anew says since when it runs.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { SpreadCluster } from "../../test/e2e/spread-cluster.ts";

/** The speaker looks at its sessions' counters once a second. */
export const COUNTED_MS = 1500;

interface Seen {
  readonly isUp: boolean;
  readonly opens: number;
  /** When the speaker's process began. */
  readonly speakerSince: number;
}

/** By node and router: `n1 10.0.0.254:179`. */
export type Sessions = ReadonlyMap<string, Seen>;

export async function lookAtSessions(cluster: SpreadCluster): Promise<Sessions> {
  await sleep(COUNTED_MS);
  const all = await Promise.all(
    cluster.lab.plan.nodes.map(async ({ name }) => {
      const { status, body, error } = await cluster.ask(name, "/metrics");
      const sessions = [...sessionsIn(body)];
      if (status !== 200 || sessions.length === 0) {
        throw new Error(`${name} says nothing of sessions: status ${status}, ${error}`);
      }
      return sessions.map(([peer, seen]) => [`${name} ${peer}`, seen] as const);
    }),
  );
  return new Map(all.flat());
}

/** @param metrics a speaker's, as Prometheus reads them */
export function sessionsIn(metrics: string): Sessions {
  const speakerSince = Number(/^process_start_time_seconds (\S+)$/m.exec(metrics)?.[1]);
  const valuesOf = (name: string) =>
    new Map(
      [...metrics.matchAll(new RegExp(`^${name}{peer="([^"]*)".*} (\\S+)$`, "gm"))].map(
        ([, peer = "", value]) => [peer, Number(value)],
      ),
    );
  const opens = valuesOf("metallb_bgp_opens_sent");
  return new Map(
    [...valuesOf("metallb_bgp_session_up")].map(([peer, up]) => [
      peer,
      { isUp: up === 1, opens: opens.get(peer) ?? 0, speakerSince },
    ]),
  );
}

/** @returns how often sessions of the first look were begun anew until the second one, or have ended */
export function resetsBetween(before: Sessions, after: Sessions): number {
  let resets = 0;
  for (const [name, was] of before) {
    const now = after.get(name);
    if (now === undefined) resets++;
    else if (now.speakerSince !== was.speakerSince) resets += Math.max(1, now.opens);
    else resets += Math.max(now.isUp ? 0 : 1, now.opens - was.opens);
  }
  return resets;
}
