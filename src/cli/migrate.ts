/**
 * `spreadlb migrate`: its arguments and flags.
 *
 * Neighbours: migrate-plan.ts finds what would become of a cluster, migrate-view.ts says it; io/migrate.ts fetches and prints.
 */
import { Argument, type Command } from "commander";
import {
  addConnectionFlags,
  flag,
  ignoreExcludeLbFlag,
  metallbNamespaceFlag,
  parseFile,
  type ConnectionFlags,
} from "./command-line.ts";

export const MIGRATE_SOURCES = ["configmap", "metallb", "deckhouse"] as const;
export type MigrateSource = (typeof MIGRATE_SOURCES)[number];

export interface MigrateFlags extends ConnectionFlags {
  readonly metallbNamespace: string;
  readonly lbClass: string;
  readonly ignoreExcludeLb: boolean;
  readonly output?: "json";
}

export function addMigrate(
  program: Command,
  run: (source: MigrateSource, file: string | undefined, flags: MigrateFlags) => Promise<void>,
): void {
  const command = program
    .command("migrate")
    .description(
      "Say what becomes of MetalLB's or Deckhouse's Services, and what needs a hand; writes nothing.",
    )
    .addArgument(
      new Argument(
        "<source>",
        "configmap: MetalLB before 0.13, printed as its CRs; metallb, deckhouse: what runs in the cluster",
      ).choices(MIGRATE_SOURCES),
    )
    .argument("[file]", "of configmap: the file; without it: the cluster's own", parseFile);
  addConnectionFlags(command)
    .addOption(metallbNamespaceFlag())
    .addOption(
      flag("--lb-class <name>", "as the controller will be given it")
        .default("")
        .argParser((text) => text),
    )
    .addOption(ignoreExcludeLbFlag("as the controller will be given it"))
    .addOption(flag("-o, --output <format>", "data instead of words").choices(["json"]))
    .action((source: MigrateSource, file: string | undefined) => run(source, file, command.opts()));
}
