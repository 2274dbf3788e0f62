/**
 * `spreadlb why`: its argument and flags.
 *
 * Neighbours: ../multi-ip/explain.ts finds the words; io/why.ts fetches and prints.
 */
import type { Command } from "commander";
import {
  addClientFlags,
  flag,
  ignoreExcludeLbFlag,
  metallbNamespaceFlag,
  type ClientFlags,
} from "./command-line.ts";

export interface WhyFlags extends ClientFlags {
  readonly metallbNamespace: string;
  readonly ignoreExcludeLb: boolean;
  readonly output?: "json";
}

export function addWhy(
  program: Command,
  run: (subject: string, flags: WhyFlags) => Promise<void>,
): void {
  const command = program
    .command("why")
    .description(
      "Say in a paragraph why an address is where it is: class or pool, rank, who is alive, last move.",
    )
    .argument("<address|service>", "an address, namespace/name of a Service, or its name with -n");
  addClientFlags(command)
    .addOption(metallbNamespaceFlag())
    .addOption(ignoreExcludeLbFlag("as the controller was given it"))
    .addOption(flag("-o, --output <format>", "data instead of words").choices(["json"]))
    .action((subject: string) => run(subject, command.opts()));
}
