/**
 * Since when nobody holds an address, as far as the cluster tells. Pure: told the time.
 *
 * An address is held where its VirtualIP names a holder whose speaker is heard of. A speaker that has not renewed its Lease when it
 * should have was heard of last at its last renewal: it may have ended right after. That it is the speaker that is silent, and not the API
 * server, shows another holder who is heard of when the first should have been: until then its addresses count as held. When holders are
 * heard of again after a silence of all, or any speaker is, those that were not yet begin anew: each has the time to be heard of, too.
 * A Lease that was there when we began to look says nothing until it changes: whether its address is held is not known, for its node may be gone.
 * An address that a Service's status lists and no VirtualIP has is held by nobody, too: somebody deleted it, and it is made anew.
 * Of mode BGP every node announces the address, and it counts as held.
 * A class, mutated in place: it remembers since when.
 * Neighbours: nodes.ts has the Leases; ../dns/record-sets.ts says what follows.
 */
import { parseIp, type Ip } from "../base/ip.ts";
import type { Service } from "../kube/types.ts";
import { PRESENCE_RENEW_MS } from "../multi-ip/presence.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";
import { SILENCE_MS_MAX, type Hearing } from "./looking.ts";
import { nodeOf, type Presence } from "./nodes.ts";

/** Between two looks while some address is in doubt: a Lease that is renewed late is no news by itself. */
const DOUBT_INTERVAL_MS = 1000;

const NEVER = Number.NEGATIVE_INFINITY;

export interface HeldWorld {
  readonly services: readonly Service[];
  readonly virtualIps: readonly VirtualIP[];
  readonly presences: readonly Presence[];
  /** Of all speakers: also of the time before we looked. */
  readonly hearing: Hearing;
}

export interface Look {
  /** Of some address it is not as at the look before. */
  readonly hasChanged: boolean;
  /** When to look again though nothing changed; null: at the next change. */
  readonly againAtMs: number | null;
}

export class Held {
  #sinceMs: ReadonlyMap<string, number> = new Map();
  #unheardSinceMs: ReadonlyMap<string, number> = new Map();
  /** Of all holders, when the last sign of life was. */
  #heardAtMs = NEVER;
  /** Of all holders together, the last: from shortly before it began. */
  #silence: { readonly fromMs: number; readonly endedMs: number } | null = null;

  /** @returns since when nobody holds it, in milliseconds of `nowMs`; null: somebody does */
  sinceMs(ip: Ip): number | null {
    return this.#sinceMs.get(ip) ?? null;
  }

  /** @returns since when we wait for its holder's first sign of life; null: it has given one, or there is no holder with a Lease */
  unheardSinceMs(ip: Ip): number | null {
    return this.#unheardSinceMs.get(ip) ?? null;
  }

  look({ services, virtualIps, presences, hearing }: HeldWorld, nowMs: number): Look {
    const byNode = new Map(presences.map((presence) => [nodeOf(presence), presence]));
    this.#hear(virtualIps, byNode, nowMs);
    const before = this.#sinceMs;
    let isSomeSilent = false;
    const now = new Map<string, number>();
    const unheard = new Map<string, number>();
    const claimed = new Set<Ip>();
    for (const { spec, status } of virtualIps) {
      const ip = parseIp(spec.address);
      if (ip === undefined) continue;
      claimed.add(ip);
      if (spec.mode === "BGP") continue;
      const presence = byNode.get(status?.holder ?? "");
      if (presence?.isUnheard === true) unheard.set(ip, presence.heardAtMs);
      if (presence !== undefined && silentAtMs(presence) > nowMs) continue;
      isSomeSilent = true;
      if (presence !== undefined && silentAtMs(presence) > this.#heardAtMs) continue;
      const sinceMs = presence === undefined ? nowMs : this.#lastHeardMs(presence, hearing);
      now.set(ip, before.get(ip) ?? sinceMs);
    }
    for (const { status } of services) {
      for (const { ip: text = "" } of status?.loadBalancer?.ingress ?? []) {
        const ip = parseIp(text);
        if (ip !== undefined && !claimed.has(ip)) now.set(ip, before.get(ip) ?? nowMs);
      }
    }
    const isSame = isEqualMap(this.#sinceMs, now) && isEqualMap(this.#unheardSinceMs, unheard);
    this.#sinceMs = now;
    this.#unheardSinceMs = unheard;
    const times = presences.map(silentAtMs).filter((atMs) => atMs > nowMs);
    if (isSomeSilent) times.push(nowMs + DOUBT_INTERVAL_MS);
    return {
      hasChanged: !isSame,
      againAtMs: times.length === 0 ? null : Math.min(...times),
    };
  }

  /** Where all holders were silent and one is heard of: whoever fell silent with them begins anew. */
  #hear(
    virtualIps: readonly VirtualIP[],
    byNode: ReadonlyMap<string, Presence>,
    nowMs: number,
  ): void {
    const holders = new Set(virtualIps.flatMap(({ status }) => status?.holder ?? []));
    const heard = [...holders].flatMap((node) => byNode.get(node)?.heardAtMs ?? []);
    const lastMs = this.#heardAtMs;
    this.#heardAtMs = Math.max(lastMs, ...heard);
    if (lastMs === NEVER || this.#heardAtMs - lastMs <= SILENCE_MS_MAX) return;
    const fromMs = lastMs - SILENCE_MS_MAX;
    this.#silence = { fromMs, endedMs: nowMs };
    const all = [...this.#sinceMs].map(([ip, sinceMs]): [string, number] => [
      ip,
      sinceMs >= fromMs ? nowMs + PRESENCE_RENEW_MS : sinceMs,
    ]);
    this.#sinceMs = new Map(all);
  }

  #lastHeardMs({ heardAtMs }: Presence, { silenceEndedMs }: Hearing): number {
    const { fromMs, endedMs } = this.#silence ?? { fromMs: heardAtMs, endedMs: NEVER };
    const ends =
      heardAtMs >= fromMs ? [endedMs, silenceEndedMs ?? NEVER] : [silenceEndedMs ?? NEVER];
    const endMs = Math.max(...ends);
    return heardAtMs < endMs ? endMs + PRESENCE_RENEW_MS : heardAtMs;
  }
}

function isEqualMap(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

function silentAtMs({ heardAtMs }: Presence): number {
  return heardAtMs + SILENCE_MS_MAX;
}
