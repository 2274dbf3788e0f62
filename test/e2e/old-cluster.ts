/** What the walks of docs/migrate-from-*.md do to a cluster that another load balancer serves, whichever it is. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { SpreadCluster } from "./spread-cluster.ts";

const PROGRAM = join(import.meta.dirname, "../../bin/spreadlb");
const SECRETS = "/api/v1/namespaces/spreadlb-system/secrets";

/** `spreadlb migrate`: what it prints, and its status. */
export async function dryRun({ lab }: SpreadCluster, source: "metallb" | "deckhouse") {
  const argv = ["migrate", source, "--kubeconfig", lab.kubeconfig];
  const child = spawn(PROGRAM, argv, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close") as Promise<[number]>;
  const said = await text(child.stdout);
  return { said, status: (await ended)[0] };
}

/** The status of a Service, as the old load balancer wrote it. */
export async function leaveStatus(
  { lab }: SpreadCluster,
  name: string,
  left: { readonly addresses: readonly string[]; readonly conditions?: readonly object[] },
): Promise<void> {
  const { addresses, conditions = [] } = left;
  await lab.api("PATCH", `/api/v1/namespaces/default/services/${name}/status`, {
    status: { conditions, loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } },
  });
}

/** Our speakers on all nodes with the key of their heartbeats and, when all are heard of, the controller. */
export async function startOurs(cluster: SpreadCluster): Promise<void> {
  await cluster.lab.api("APPLY", `${SECRETS}/spreadlb-heartbeat`, {
    ...{ apiVersion: "v1", kind: "Secret" },
    metadata: { name: "spreadlb-heartbeat", namespace: "spreadlb-system" },
    data: { key: Buffer.alloc(32, 7).toString("base64") },
  });
  for (const { name } of cluster.lab.plan.nodes) await cluster.startSpeaker(name);
  await cluster.untilSpeakersAreHeardOf();
  await cluster.startController();
}
