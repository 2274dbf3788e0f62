/**
 * `spreadlb dns`: its argument and flags.
 *
 * Neighbours: dns-view.ts finds and words; io/dns.ts fetches, asks the name servers and prints.
 */
import type { Command } from "commander";
import { addConnectionFlags, flag, type ConnectionFlags } from "./command-line.ts";

export interface DnsFlags extends ConnectionFlags {
  readonly lookup: boolean;
  readonly output?: "json" | "wide";
}

export function addDns(
  program: Command,
  run: (name: string | undefined, flags: DnsFlags) => Promise<void>,
): void {
  const command = program
    .command("dns")
    .description("Say which names are wanted and which are published, what differs, and why.")
    .argument("[name]", "this name alone; without it: all");
  addConnectionFlags(command)
    .addOption(flag("--no-lookup", "do not ask the name servers what they have"))
    .addOption(flag("-o, --output <format>", "all addresses, or data").choices(["wide", "json"]))
    .action((name: string | undefined) => run(name, command.opts()));
}
