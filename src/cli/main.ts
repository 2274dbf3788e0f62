/**
 * The program `spreadlb`: reads the command line, loads the one command that is asked for, and exits with its status.
 *
 * Commands are loaded late on purpose: a speaker never loads the controller, and `--help` loads neither.
 */
import { CommanderError, type Command } from "commander";
import { addBgp } from "./bgp.ts";
import { createProgram, EXIT_USAGE, usageSentence, type Output } from "./command-line.ts";
import { addController } from "./controller.ts";
import { addDns } from "./dns.ts";
import { addDrain, addUndrain } from "./drain.ts";
import { addLint } from "./lint.ts";
import { addMigrate } from "./migrate.ts";
import { addSpeaker } from "./speaker.ts";
import { addStatus } from "./status.ts";
import { VERSION } from "./version.ts";
import { addWhy } from "./why.ts";

/** @returns the exit status, once all output is written */
export async function main(argv: readonly string[], output: Output): Promise<number> {
  let status = 0;
  const program = createProgram(VERSION, output);
  addController(program, async (flags) => {
    status = await (await import("./io/controller.ts")).runCommand(flags, VERSION);
  });
  addSpeaker(program, async (flags) => {
    status = await (await import("./io/speaker.ts")).runCommand(flags, VERSION);
  });
  addStatus(program, async (flags) => {
    status = await (await import("./io/status.ts")).runCommand(flags, output);
  });
  addWhy(program, async (subject, flags) => {
    status = await (await import("./io/why.ts")).runCommand(subject, { flags, output });
  });
  addBgp(program, async (question, flags) => {
    status = await (await import("./io/bgp.ts")).runCommand(question, { flags, output });
  });
  addDns(program, async (name, flags) => {
    status = await (await import("./io/dns.ts")).runCommand(name, { flags, output });
  });
  addDrain(program, async (node, flags) => {
    status = await (await import("./io/drain.ts")).runDrain(node, { flags, output });
  });
  addUndrain(program, async (node, flags) => {
    status = await (await import("./io/drain.ts")).runUndrain(node, { flags, output });
  });
  addLint(program, async (files, flags) => {
    status = await (await import("./io/lint.ts")).runCommand(files, { flags, output });
  });
  addMigrate(program, async (source, file, flags) => {
    const { runCommand } = await import("./io/migrate.ts");
    status = await runCommand(source, { file, flags, output });
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return status;
  } catch (error) {
    return await explain(error, { program, argv, output });
  }
}

interface Attempt {
  readonly program: Command;
  readonly argv: readonly string[];
  readonly output: Output;
}

async function explain(error: unknown, { program, argv, output }: Attempt): Promise<number> {
  if (error instanceof CommanderError) {
    const name = program.commands.find((command) => argv.includes(command.name()))?.name() ?? "";
    const sentence = usageSentence(error, name);
    if (sentence === null) return 0;
    output.err(`${sentence}\n`);
    return EXIT_USAGE;
  }
  const { describeFailure } = await import("./io/failure.ts");
  const { text, status } = describeFailure(error);
  output.err(text);
  return status;
}
