/** One change at a time: a Service that is made, an endpoint that goes, until the router's kernel has it. */
import { setTimeout as sleep } from "node:timers/promises";
import { podAddresses } from "../../lab/plan.ts";
import {
  ENDPOINT_SLICES,
  SERVICES,
  type EndpointSlice,
  type Service,
} from "../../src/kube/types.ts";
import { service } from "../../test/e2e/spread-cluster.ts";
import type { BgpWorld } from "./world.ts";

/** Between two trials, so that none waits with the last one's changes; and never in step with anything. */
const PAUSE_MS_MIN = 150;
const PAUSE_MS_MORE = 100;

/** Milliseconds to the router's kernel. */
export interface Reaction {
  /** From the moment at which the API server was asked for it. */
  readonly fromAskedMs: number;
  /** From its answer. */
  readonly fromAnsweredMs: number;
}

/** Service made: its address by all nodes. */
export async function serviceMade(world: BgpWorld, trial: number): Promise<Reaction> {
  const { watch, client, hops } = world;
  const name = `made-${trial}`;
  const reaction = await timed(
    watch.until(() => watch.countOf(hops) === 1, { what: "all next hops of a new Service" }),
    () => client.create(SERVICES, service(name, { spec: familySpec(world) }) as Service),
  );
  const gone = watch.until(() => watch.routes.size === 0, { what: "the route's end" });
  await client.delete(SERVICES, { name, namespace: "default" });
  await gone;
  await pause();
  return reaction;
}

/** Of a Service's spec: that its address is of the family of the sessions. */
export function familySpec({ family }: BgpWorld): object {
  return { ipFamilies: [family === "ipv4" ? "IPv4" : "IPv6"] };
}

const LOCAL = { name: "local", namespace: "default" };

/** A Service whose traffic stays local, with an endpoint on each node that the bench itself says. */
export async function makeLocal(world: BgpWorld): Promise<void> {
  const { watch, client, hops } = world;
  const done = watch.until(() => watch.countOf(hops) === 1, { what: "a local Service" });
  await client.create(ENDPOINT_SLICES, slice(world, null));
  const spec = { ...familySpec(world), externalTrafficPolicy: "Local", selector: undefined };
  await client.create(SERVICES, service(LOCAL.name, { spec }) as Service);
  await done;
}

/** One endpoint is gone: its node is no next hop. Then it is back. */
export async function endpointGone(world: BgpWorld, trial: number): Promise<Reaction> {
  const { watch, client, hops, cluster } = world;
  const { nodes } = cluster.lab.plan;
  const node = nodes[trial % nodes.length]?.name ?? "";
  const put = (without: string | null) =>
    client.patch(ENDPOINT_SLICES, LOCAL, slice(world, without), { kind: "merge" });
  const left = world.hopsWithout(node);
  const reaction = await timed(
    watch.until(() => watch.countOf(left) === 1, { what: "a next hop's end" }),
    () => put(node),
  );
  const back = watch.until(() => watch.countOf(hops) === 1, { what: "a next hop's return" });
  await put(null);
  await back;
  await pause();
  return reaction;
}

function slice({ cluster, family }: BgpWorld, without: string | null): EndpointSlice {
  const nodes = cluster.lab.plan.nodes.filter(({ name }) => name !== without);
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...LOCAL, labels: { "kubernetes.io/service-name": LOCAL.name } },
    addressType: family === "ipv4" ? "IPv4" : "IPv6",
    ports: [{ port: 8080, protocol: "TCP" }],
    endpoints: nodes.map((node) => ({
      addresses: [podAddresses(node, 0)[family]],
      conditions: { ready: true, serving: true },
      nodeName: node.name,
    })),
  } as EndpointSlice;
}

async function timed(done: Promise<number>, act: () => Promise<unknown>): Promise<Reaction> {
  const askedMs = Date.now();
  await act();
  const answeredMs = Date.now();
  const atMs = await done;
  return { fromAskedMs: atMs - askedMs, fromAnsweredMs: atMs - answeredMs };
}

function pause(): Promise<void> {
  return sleep(PAUSE_MS_MIN + Math.random() * PAUSE_MS_MORE);
}
