/**
 * A failure that a person meets on the command line: one sentence, then the exit status.
 */
import { access, constants } from "node:fs/promises";
import { BalancerError } from "../../base/errors.ts";
import { ApiError } from "../../kube/api-error.ts";
import { EXIT_FAILED, EXIT_USAGE } from "../command-line.ts";

/** Ends the program with one sentence and a status; anything else thrown is a bug and shows its stack. */
export class CommandFailure extends Error {
  readonly exitStatus: number;

  constructor(sentence: string, exitStatus: number = EXIT_FAILED) {
    super(sentence);
    this.name = "CommandFailure";
    this.exitStatus = exitStatus;
  }
}

/**
 * Says what ended a command.
 *
 * @returns the text for stderr and the exit status
 */
export function describeFailure(error: unknown): {
  readonly text: string;
  readonly status: number;
} {
  if (error instanceof CommandFailure) {
    return { text: `spreadlb: ${error.message}\n`, status: error.exitStatus };
  }
  if (error instanceof BalancerError || error instanceof ApiError) {
    return { text: `spreadlb: ${error.message.replaceAll(/\s+/g, " ")}\n`, status: EXIT_FAILED };
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `spreadlb: a bug, please report it: ${trace}\n`, status: EXIT_FAILED };
}

/** @throws CommandFailure (wrong usage) where the kubeconfig is not there or not ours to read */
export async function mustBeReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
  } catch {
    throw new CommandFailure(
      `the kubeconfig "${file}" cannot be read; name another with --kubeconfig`,
      EXIT_USAGE,
    );
  }
}
