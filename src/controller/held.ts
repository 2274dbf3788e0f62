/**
 * Since when nobody holds an address, as far as the cluster tells. Pure: told the time.
 *
 * An address is held where its VirtualIP names a holder whose speaker is heard of. A speaker that has not renewed its Lease when it
 * should have was heard of last at its last renewal: it may have ended right after. All that are lost together are in doubt before the
 * first of them is past any usual limit. While no speaker is heard of, nothing is held against any: then the API server is away.
 * Of mode BGP every node announces the address, and it counts as held.
 * A class, mutated in place: it remembers since when.
 * Neighbours: nodes.ts has the Leases; ../dns/record-sets.ts says what follows.
 */
import { parseIp, type Ip } from "../base/ip.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";
import { hearsSpeakers, SILENCE_MS_MAX, type Hearing } from "./looking.ts";
import { nodeOf, type Presence } from "./nodes.ts";

/** After a silence of all: each speaker has renewed its Lease by then. */
const LOOK_MS = 8000;

export interface HeldWorld {
  readonly virtualIps: readonly VirtualIP[];
  readonly presences: readonly Presence[];
  readonly hearing: Hearing;
}

export interface Look {
  /** Of some address it is not as at the look before. */
  readonly hasChanged: boolean;
  /** When to look again though nothing changed. */
  readonly againAtMs: number;
}

export class Held {
  #sinceMs: ReadonlyMap<string, number> = new Map();

  /** @returns since when nobody holds it, in milliseconds of `nowMs`; null: somebody does */
  sinceMs(ip: Ip): number | null {
    return this.#sinceMs.get(ip) ?? null;
  }

  look({ virtualIps, presences, hearing }: HeldWorld, nowMs: number): Look {
    const hears = hearsSpeakers(hearing, { nowMs, lookTimeMs: LOOK_MS });
    const byNode = new Map(presences.map((presence) => [nodeOf(presence), presence]));
    const before = this.#sinceMs;
    const now = new Map<string, number>();
    for (const { spec, status } of virtualIps) {
      const ip = parseIp(spec.address);
      if (ip === undefined || spec.mode === "BGP") continue;
      const presence = byNode.get(status?.holder ?? "");
      const isSilent = presence !== undefined && hears && silentAtMs(presence) <= nowMs;
      if (presence !== undefined && !isSilent) continue;
      now.set(ip, before.get(ip) ?? presence?.heardAtMs ?? nowMs);
    }
    this.#sinceMs = now;
    const hasChanged = now.size !== before.size || [...now.keys()].some((ip) => !before.has(ip));
    const times = presences.map(silentAtMs).filter((atMs) => atMs > nowMs);
    return { hasChanged, againAtMs: hears ? Math.min(nowMs + LOOK_MS, ...times) : nowMs + LOOK_MS };
  }
}

function silentAtMs({ heardAtMs }: Presence): number {
  return heardAtMs + SILENCE_MS_MAX;
}
