/**
 * Runs `spreadlb status`: fetches, shows, leaves.
 */
import { ApiError } from "../../kube/api-error.ts";
import { NODES, SERVICES, type Node } from "../../kube/types.ts";
import { VIRTUAL_IPS } from "../../multi-ip/kind.ts";
import type { Output } from "../command-line.ts";
import { drainedNodes } from "../drain-view.ts";
import {
  drainedLine,
  statusRows,
  viewServices,
  waitingLines,
  type ServiceView,
} from "../status-view.ts";
import type { StatusFlags } from "../status.ts";
import { renderTable } from "../table.ts";
import { withCluster } from "./cluster.ts";
import { bold } from "./terminal.ts";

/** @returns the exit status; an empty cluster is no failure */
export async function runCommand(flags: StatusFlags, output: Output): Promise<number> {
  const world = await withCluster(flags, async (cluster) => {
    const [virtualIps, services, nodes] = await Promise.all([
      cluster.list(VIRTUAL_IPS),
      cluster.list(SERVICES),
      cluster.list(NODES).catch(nothingIfRefused),
    ]);
    return { virtualIps, services, drained: drainedNodes(nodes) };
  });
  const namespace = flags.allNamespaces === true ? undefined : flags.namespace;
  const services = viewServices({ ...world, namespace });
  const { drained } = world;
  if (flags.output === "json") {
    output.out(`${JSON.stringify({ services, drained }, null, 2)}\n`);
    return 0;
  }
  printTable(services, { wide: flags.output === "wide", output });
  if (drained.length > 0) output.out(`\n${drainedLine(drained, Date.now())}`);
  return 0;
}

/** Who may see Services need not be allowed to see nodes. */
function nothingIfRefused(error: unknown): readonly Node[] {
  if (error instanceof ApiError && error.status === 403) return [];
  throw error;
}

function printTable(
  services: readonly ServiceView[],
  { wide, output }: { readonly wide: boolean; readonly output: Output },
): void {
  if (services.length === 0) {
    output.err("No Service has or awaits an address of ours.\n");
    return;
  }
  const text = renderTable(statusRows(services, { wide, nowMs: Date.now() }));
  const headEnd = text.indexOf("\n");
  output.out(bold(text.slice(0, headEnd)) + text.slice(headEnd));
  const waiting = waitingLines(services);
  if (waiting.length > 0) output.out(`\n${waiting.join("")}`);
}
