/**
 * `spreadlb drain` and `spreadlb undrain`: their argument and flags.
 *
 * Neighbours: drain-view.ts says how far a drain is; io/drain.ts marks and waits.
 */
import type { Command } from "commander";
import {
  addConnectionFlags,
  flag,
  ignoreExcludeLbFlag,
  metallbNamespaceFlag,
  parseNodeName,
  parseSeconds,
  type ConnectionFlags,
} from "./command-line.ts";

export interface DrainFlags extends ConnectionFlags {
  readonly ignoreExcludeLb: boolean;
  readonly metallbNamespace: string;
  readonly timeout: number;
  readonly wait: boolean;
}

const DRAIN_SECONDS_DEFAULT = 60;

export function addDrain(
  program: Command,
  run: (node: string, flags: DrainFlags) => Promise<void>,
): void {
  const command = program
    .command("drain")
    .description("Move all addresses of a node to other nodes, and keep them away until undrain.")
    .argument("<node>", "the name of the node in Kubernetes", parseNodeName);
  addConnectionFlags(command)
    .addOption(ignoreExcludeLbFlag("as the controller was given it"))
    .addOption(metallbNamespaceFlag())
    .addOption(
      flag(
        "--timeout <seconds>",
        "how long to wait for the last address to leave",
        "SPREADLB_DRAIN_TIMEOUT",
      )
        .default(DRAIN_SECONDS_DEFAULT)
        .argParser(parseSeconds),
    )
    .addOption(flag("--no-wait", "mark the node and leave", "SPREADLB_DRAIN_NO_WAIT"))
    .action((node: string) => run(node, command.opts()));
}

export function addUndrain(
  program: Command,
  run: (node: string, flags: ConnectionFlags) => Promise<void>,
): void {
  const command = program
    .command("undrain")
    .description("Let a node have addresses again: it gets some after the settling time.")
    .argument("<node>", "the name of the node in Kubernetes", parseNodeName);
  addConnectionFlags(command).action((node: string) => run(node, command.opts()));
}
