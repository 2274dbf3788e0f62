/**
 * `spreadlb speaker`: its flags.
 */
import type { Command } from "commander";
import {
  addServerFlags,
  flag,
  parseFile,
  parseNodeName,
  parsePort,
  type ServerFlags,
} from "./command-line.ts";

export interface SpeakerFlags extends ServerFlags {
  readonly nodeName: string;
  readonly heartbeatPort: number;
  readonly stateDir?: string;
}

export function addSpeaker(program: Command, run: (flags: SpeakerFlags) => Promise<void>): void {
  const command = program
    .command("speaker")
    .description("Answer on this node for the addresses that it holds: ARP, NDP, heartbeats.");
  addServerFlags(command, 7473)
    .addOption(
      flag("--node-name <name>", "the name of this node in Kubernetes")
        .argParser(parseNodeName)
        .makeOptionMandatory(),
    )
    .addOption(
      flag("--heartbeat-port <port>", "UDP port on which speakers hear each other")
        .default(7946)
        .argParser(parsePort),
    )
    .addOption(
      flag(
        "--state-dir <dir>",
        "keep the last plan here, to start from it without the API server",
      ).argParser(parseFile),
    )
    .action(() => run(command.opts()));
}
