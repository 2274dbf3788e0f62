/**
 * `spreadlb controller`: its flags.
 */
import type { Command } from "commander";
import {
  addServerFlags,
  flag,
  ignoreExcludeLbFlag,
  parseMilliseconds,
  parsePortOrNone,
  type ServerFlags,
} from "./command-line.ts";

export interface ControllerFlags extends ServerFlags {
  readonly webhookPort: number;
  readonly identity?: string;
  readonly settlingTimeMs: number;
  readonly moveIntervalMs: number;
  readonly lbClass: string;
  readonly ignoreExcludeLb: boolean;
}

export function addController(
  program: Command,
  run: (flags: ControllerFlags) => Promise<void>,
): void {
  const command = program
    .command("controller")
    .description(
      "Choose addresses and nodes for every Service of a class; replicas elect a leader.",
    );
  addServerFlags(command, 7472)
    .addOption(
      flag(
        "--webhook-port <port>",
        "checks what people write, and converts BGPPeers, for the API server; 0: does not",
      )
        .default(9443)
        .argParser(parsePortOrNone),
    )
    .addOption(
      flag("--identity <name>", "the name of this replica in the lease; without it: host name"),
    )
    .addOption(
      flag(
        "--settling-time-ms <ms>",
        "how long the nodes have to stay the same before addresses move without need",
      )
        .default(60_000)
        .argParser(parseMilliseconds()),
    )
    .addOption(
      flag("--move-interval-ms <ms>", "between two moves without need in the whole cluster")
        .default(1000)
        .argParser(parseMilliseconds()),
    )
    .addOption(
      flag(
        "--lb-class <name>",
        "MetalLB's pools serve Services that name this loadBalancerClass, and no others; without it: those that name none",
      ).default(""),
    )
    .addOption(
      ignoreExcludeLbFlag(
        "nodes with the label node.kubernetes.io/exclude-from-external-load-balancers answer as others do",
      ),
    )
    .action(() => run(command.opts()));
}
