/**
 * `spreadlb status`: its flags.
 *
 * Neighbours: status-view.ts turns objects into rows; io/status.ts fetches and prints.
 */
import type { Command } from "commander";
import { addClientFlags, flag, type ClientFlags } from "./command-line.ts";

export interface StatusFlags extends ClientFlags {
  readonly allNamespaces?: boolean;
  readonly output?: "json" | "wide";
}

export function addStatus(program: Command, run: (flags: StatusFlags) => Promise<void>): void {
  const command = program
    .command("status")
    .description("List Services, their addresses, the node that holds each, and since when.");
  addClientFlags(command)
    .addOption(flag("-A, --all-namespaces", "Services of all namespaces: this is the default"))
    .addOption(flag("-o, --output <format>", "more columns, or data").choices(["wide", "json"]))
    .action(() => run(command.opts()));
}
