/**
 * Runs `spreadlb why`: fetches, finds what is meant, says it, leaves.
 */
import { ENDPOINT_SLICES, LEASES, NODES, SERVICES } from "../../kube/types.ts";
import { explainAddress, explainService } from "../../multi-ip/explain.ts";
import { VIRTUAL_IPS } from "../../multi-ip/kind.ts";
import { PRESENCE_LABEL } from "../../multi-ip/presence.ts";
import { EXIT_FAILED, type Output } from "../command-line.ts";
import { viewServices } from "../status-view.ts";
import { findSubject } from "../subject.ts";
import { explainPools, factsOfAddress, factsOfService, type Cluster } from "../why-view.ts";
import type { WhyFlags } from "../why.ts";
import { withCluster, type Cluster as Connection } from "./cluster.ts";
import { listManifests } from "./manifests.ts";

/** @returns the exit status: 1 where there is no such address or Service */
export async function runCommand(
  subject: string,
  { flags, output }: { readonly flags: WhyFlags; readonly output: Output },
): Promise<number> {
  const fetched = await withCluster(flags, (api) => fetchFacts(api, flags.metallbNamespace));
  const cluster = { ...fetched, ignoreExcludeLabel: flags.ignoreExcludeLb };
  const services = viewServices(cluster);
  const found = findSubject(subject, { ...cluster, services }, flags.namespace);
  switch (found.kind) {
    case "unknown":
      output.err(`spreadlb: ${found.sentence}\n`);
      return EXIT_FAILED;
    case "address": {
      const facts = factsOfAddress(found.virtualIp, cluster);
      say({ facts, words: join(explainAddress(facts), explainPools([facts])) }, { flags, output });
      return 0;
    }
    case "service": {
      const facts = factsOfService(found.service, cluster);
      say(
        { facts, words: join(explainService(facts), explainPools(facts.addresses)) },
        { flags, output },
      );
      return 0;
    }
  }
}

/** Paragraphs. */
function join(first: string, more: readonly string[]): string {
  return [first, ...more].join("\n\n");
}

function say(
  answer: { readonly facts: object; readonly words: string },
  { flags, output }: { readonly flags: WhyFlags; readonly output: Output },
): void {
  output.out(
    flags.output === "json" ? `${JSON.stringify(answer, null, 2)}\n` : `${answer.words}\n`,
  );
}

/** All that decides where addresses are. */
export async function fetchFacts(
  cluster: Pick<Connection, "list">,
  metallbNamespace: string,
): Promise<Cluster> {
  const [virtualIps, services, nodes, leases, slices, manifests] = await Promise.all([
    cluster.list(VIRTUAL_IPS),
    cluster.list(SERVICES),
    cluster.list(NODES),
    cluster.list(LEASES, PRESENCE_LABEL),
    cluster.list(ENDPOINT_SLICES),
    listManifests(cluster, metallbNamespace),
  ]);
  return { ...manifests, virtualIps, services, nodes, leases, slices, nowMs: Date.now() };
}
