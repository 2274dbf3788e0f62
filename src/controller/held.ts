/**
 * Since when nobody holds an address, as far as the cluster tells. Pure: told the time.
 *
 * An address is held where its VirtualIP names a holder whose speaker is heard of. A speaker that has not renewed its Lease when it
 * should have was heard of last at its last renewal: it may have ended right after. All that are lost together are in doubt before the
 * first of them is past any usual limit, and where no holder is heard of any more, as while the API server is away, names stay as they
 * are. When the first of those is heard of again, the others begin anew: each of them has the time to be heard of, too.
 * An address that a Service's status lists and no VirtualIP has is held by nobody, too: somebody deleted it, and it is made anew.
 * Of mode BGP every node announces the address, and it counts as held.
 * A class, mutated in place: it remembers since when.
 * Neighbours: nodes.ts has the Leases; ../dns/record-sets.ts says what follows.
 */
import { parseIp, type Ip } from "../base/ip.ts";
import type { Service } from "../kube/types.ts";
import { PRESENCE_RENEW_MS } from "../multi-ip/presence.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";
import { SILENCE_MS_MAX } from "./looking.ts";
import { nodeOf, type Presence } from "./nodes.ts";

/** Between two looks while some address is in doubt: a Lease that is renewed late is no news by itself. */
const DOUBT_INTERVAL_MS = 1000;

const NEVER = Number.NEGATIVE_INFINITY;

export interface HeldWorld {
  readonly services: readonly Service[];
  readonly virtualIps: readonly VirtualIP[];
  readonly presences: readonly Presence[];
}

export interface Look {
  /** Of some address it is not as at the look before. */
  readonly hasChanged: boolean;
  /** When to look again though nothing changed; null: at the next change. */
  readonly againAtMs: number | null;
}

export class Held {
  #sinceMs: ReadonlyMap<string, number> = new Map();
  /** Of all holders, when the last sign of life was. */
  #heardAtMs = NEVER;

  /** @returns since when nobody holds it, in milliseconds of `nowMs`; null: somebody does */
  sinceMs(ip: Ip): number | null {
    return this.#sinceMs.get(ip) ?? null;
  }

  look({ services, virtualIps, presences }: HeldWorld, nowMs: number): Look {
    const byNode = new Map(presences.map((presence) => [nodeOf(presence), presence]));
    const before = this.#dated(virtualIps, byNode, nowMs);
    const now = new Map<string, number>();
    const claimed = new Set<Ip>();
    for (const { spec, status } of virtualIps) {
      const ip = parseIp(spec.address);
      if (ip === undefined) continue;
      claimed.add(ip);
      if (spec.mode === "BGP") continue;
      const presence = byNode.get(status?.holder ?? "");
      if (presence !== undefined && silentAtMs(presence) > nowMs) continue;
      now.set(ip, before.get(ip) ?? presence?.heardAtMs ?? nowMs);
    }
    const isInDoubt = now.size > 0;
    for (const { status } of services) {
      for (const { ip: text = "" } of status?.loadBalancer?.ingress ?? []) {
        const ip = parseIp(text);
        if (ip !== undefined && !claimed.has(ip)) now.set(ip, before.get(ip) ?? nowMs);
      }
    }
    const known = this.#sinceMs;
    this.#sinceMs = now;
    const isOther = ([ip, sinceMs]: readonly [string, number]) => known.get(ip) !== sinceMs;
    const times = presences.map(silentAtMs).filter((atMs) => atMs > nowMs);
    if (isInDoubt) times.push(nowMs + DOUBT_INTERVAL_MS);
    return {
      hasChanged: now.size !== known.size || [...now].some(isOther),
      againAtMs: times.length === 0 ? null : Math.min(...times),
    };
  }

  /** @returns the times of before; of those that fell silent together with all others, anew, now that one is heard of */
  #dated(
    virtualIps: readonly VirtualIP[],
    byNode: ReadonlyMap<string, Presence>,
    nowMs: number,
  ): ReadonlyMap<string, number> {
    const holders = new Set(virtualIps.flatMap(({ status }) => status?.holder ?? []));
    const heard = [...holders].flatMap((node) => byNode.get(node)?.heardAtMs ?? []);
    const lastMs = this.#heardAtMs;
    this.#heardAtMs = Math.max(lastMs, ...heard);
    const wasSilent = lastMs !== NEVER && this.#heardAtMs - lastMs > SILENCE_MS_MAX;
    if (!wasSilent) return this.#sinceMs;
    const isOfAll = (sinceMs: number) => sinceMs >= lastMs - SILENCE_MS_MAX;
    const all = [...this.#sinceMs].map(([ip, sinceMs]): [string, number] => [
      ip,
      isOfAll(sinceMs) ? nowMs + PRESENCE_RENEW_MS : sinceMs,
    ]);
    return new Map(all);
  }
}

function silentAtMs({ heardAtMs }: Presence): number {
  return heardAtMs + SILENCE_MS_MAX;
}
