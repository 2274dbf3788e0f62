/** Many Services at once, and a speaker that is restarted with them. */
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeClient } from "../../src/kube/io/client.ts";
import { SERVICES, type Service } from "../../src/kube/types.ts";
import { service } from "../../test/e2e/spread-cluster.ts";
import { familySpec } from "./changes.ts";
import { COUNTED_MS } from "./resets.ts";
import type { BgpWorld } from "./world.ts";

const CREATES_AT_ONCE = 32;
const WAIT_MS_MAX = 180_000;
export const RESTARTED = "n4";
const UPDATES = "metallb_bgp_updates_total";

export interface Crowd {
  readonly services: number;
  readonly createSeconds: number;
  /** From the API server's last answer until the router has all, by all nodes. */
  readonly routedMs: number;
  /** By session. */
  readonly updates: readonly number[];
}

/** Resolves with the API server's last answer. @param spec of each, beside the usual one */
export async function createCrowd(client: KubeClient, count: number, spec = {}): Promise<void> {
  const names = Array.from({ length: count }, (_, i) => crowdName(i));
  const createAll = async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      await client.create(SERVICES, service(name, { spec }) as Service, { timeoutMs: WAIT_MS_MAX });
    }
  };
  await Promise.all(Array.from({ length: CREATES_AT_ONCE }, createAll));
}

export function crowdName(number: number): string {
  return `crowd-${number}`;
}

/** @param count to be made; the router has `before` addresses already */
export async function crowd(world: BgpWorld, count: number): Promise<Crowd> {
  const { watch, client, hops } = world;
  const sentBefore = await world.counted(UPDATES);
  const before = watch.countOf(hops);
  const done = watch.until(() => watch.countOf(hops) === before + count, {
    ...{ what: "all Services in the router", timeoutMs: WAIT_MS_MAX },
  });
  const beganMs = Date.now();
  await createCrowd(client, count, familySpec(world));
  const createdMs = Date.now();
  const routedMs = (await done) - createdMs;
  await sleep(COUNTED_MS);
  const sent = await world.counted(UPDATES);
  return {
    services: count,
    createSeconds: (createdMs - beganMs) / 1000,
    routedMs,
    updates: sent.map((value, i) => value - (sentBefore[i] ?? 0)),
  };
}

/** A speaker stops, and begins anew. @returns from the start of its process until all addresses go by its node again */
export async function restarted(world: BgpWorld): Promise<number> {
  const { watch, hops, cluster } = world;
  const count = watch.countOf(hops);
  const left = world.hopsWithout(RESTARTED);
  const gone = watch.until(() => watch.countOf(left) === count, { what: "the end of its routes" });
  await cluster.speakers.get(RESTARTED)?.stop("SIGTERM");
  await gone;
  const back = watch.until(() => watch.countOf(hops) === count, { what: "all of its routes" });
  const beganMs = Date.now();
  await cluster.startSpeaker(RESTARTED);
  return (await back) - beganMs;
}
