/**
 * Runs `spreadlb status`: fetches, shows, leaves.
 */
import { SERVICES } from "../../kube/types.ts";
import { VIRTUAL_IPS } from "../../multi-ip/kind.ts";
import type { Output } from "../command-line.ts";
import { statusRows, viewServices, waitingLines, type ServiceView } from "../status-view.ts";
import type { StatusFlags } from "../status.ts";
import { renderTable } from "../table.ts";
import { withCluster } from "./cluster.ts";
import { bold } from "./terminal.ts";

/** @returns the exit status; an empty cluster is no failure */
export async function runCommand(flags: StatusFlags, output: Output): Promise<number> {
  const world = await withCluster(flags, async (cluster) => {
    const [virtualIps, services] = await Promise.all([
      cluster.list(VIRTUAL_IPS),
      cluster.list(SERVICES),
    ]);
    return { virtualIps, services };
  });
  const namespace = flags.allNamespaces === true ? undefined : flags.namespace;
  const services = viewServices({ ...world, namespace });
  if (flags.output === "json") output.out(`${JSON.stringify({ services }, null, 2)}\n`);
  else printTable(services, { wide: flags.output === "wide", output });
  return 0;
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
