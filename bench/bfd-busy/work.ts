/** What keeps a machine and a speaker busy: programs that compute without end, and announcements that change all the time. */
import { availableParallelism } from "node:os";
import { start, type LabProcess } from "../../lab/process.ts";
import { SERVICES } from "../../src/kube/types.ts";
import { metallb } from "../../test/e2e/spread-cluster.ts";
import { randomFrom } from "../../test/random.ts";
import { CHANGES } from "../bgp/churn.ts";
import { crowdName } from "../bgp/crowd.ts";
import { NODES_ASN } from "../bgp/world.ts";
import type { Scene } from "./scene.ts";

const PROGRAMS_A_CPU = 2;
const CHANGES_AT_ONCE = 4;
const WAIT_MS_MAX = 60_000;

/** Twice as many as there are CPUs, at the priority of any other program. */
export async function startHogs(): Promise<LabProcess[]> {
  const hogs: LabProcess[] = [];
  for (let i = 0; i < PROGRAMS_A_CPU * availableParallelism(); i++) {
    const options = { name: "busy", logFile: "/dev/null" };
    hogs.push(await start([process.execPath, "-e", "for (;;) Math.random();"], options));
  }
  return hogs;
}

export interface Changed {
  /** Of one Service each. */
  readonly services: number;
  /** Of what all of them are announced with. */
  readonly all: number;
}

/** Services at random, one by one, and all of them at once by their community, until then. */
export async function change(
  { client, cluster }: Scene,
  { services, untilMs }: { readonly services: number; readonly untilMs: number },
): Promise<Changed> {
  const random = randomFrom(services);
  const done = { services: 0, all: 0 };
  const ones = async () => {
    while (Date.now() < untilMs) {
      const name = crowdName(Math.floor(random() * services));
      const to = CHANGES[Math.floor(random() * CHANGES.length)] ?? {};
      const waiting = { kind: "merge", timeoutMs: WAIT_MS_MAX } as const;
      await client.patch(SERVICES, { name, namespace: "default" }, to, waiting);
      done.services++;
    }
  };
  const all = async () => {
    while (Date.now() < untilMs) {
      const communities = [`${NODES_ASN}:${1 + (done.all % 2)}`];
      await cluster.apply(metallb("BGPAdvertisement", "all", { communities }));
      done.all++;
    }
  };
  await Promise.all([all(), ...Array.from({ length: CHANGES_AT_ONCE }, ones)]);
  return done;
}
