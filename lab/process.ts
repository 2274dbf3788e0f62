/**
 * Programs that the lab runs: started by argv, ended by their own id, dead when their parent dies.
 *
 * Long-running programs write to a log file, so they hold neither a pipe nor the event loop: a test
 * run that ends, in whatever way, takes them along (PR_SET_PDEATHSIG, set by setpriv).
 * Neighbours: guardian.ts removes the files and namespaces that a dead parent leaves.
 */

import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { HopelessError, waitFor, type WaitOptions } from "./wait.ts";

export interface StartOptions {
  /** How error messages and the log file name it. */
  readonly name: string;
  readonly logFile: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Keeps stdin and stdout as pipes; the log file then gets only stderr. */
  readonly pipes?: boolean;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** All programs of this process that may still run: for an end in haste (shutdown.ts). */
export const runningProcesses = new Set<LabProcess>();

/** A program that runs until stopped. */
export class LabProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor(child: ChildProcess, pid: number, options: StartOptions) {
    this.name = options.name;
    this.pid = pid;
    this.logFile = options.logFile;
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once("exit", () => {
        runningProcesses.delete(this);
        resolve();
      });
    });
    runningProcesses.add(this);
    child.unref();
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** "status 1" or "signal SIGKILL"; null while it runs. */
  get ending(): string | null {
    if (this.#child.signalCode !== null) return `signal ${this.#child.signalCode}`;
    return this.#child.exitCode === null ? null : `status ${this.#child.exitCode}`;
  }

  log(): string {
    return readFileSync(this.logFile, "utf8");
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#child.kill(signal);
  }

  /** Stops it for that long, as a virtual machine that is moved would be, and lets it go on. */
  async pause(ms: number): Promise<void> {
    this.signal("SIGSTOP");
    await sleep(ms);
    this.signal("SIGCONT");
  }

  /** Resolves when the program has ended, whoever ended it. */
  async ended(): Promise<void> {
    this.#child.ref();
    await this.#ended;
  }

  /** Ends it: `signal` first, SIGKILL after the grace time. No error when it has ended already. */
  async stop(signal: NodeJS.Signals = "SIGTERM", graceMs = 5000): Promise<void> {
    if (!this.running) return;
    this.signal(signal);
    const timer = setTimeout(() => {
      this.signal("SIGKILL");
    }, graceMs);
    // A stopped (SIGSTOP) process sees no other signal than SIGKILL until it goes on.
    if (signal !== "SIGKILL") this.signal("SIGCONT");
    await this.ended();
    clearTimeout(timer);
  }

  /** Like waitFor, but gives up at once, with the end of its log, when this program ends. */
  async until<T>(
    probe: () => Promise<T | undefined | null | false>,
    options: WaitOptions,
  ): Promise<T> {
    const checked = () => {
      if (this.running) return probe();
      const tail = this.log().trimEnd().split("\n").slice(-8).join("\n  ");
      throw new HopelessError(
        `${this.name} ended with ${this.ending ?? "?"} before ${options.what}; its log ends:\n  ${tail}`,
      );
    };
    return waitFor(checked, options);
  }
}

/** Asked after the kernel was told to kill it with its parent: that may have died before. */
const IF_PARENT_LIVES = '[ "$PPID" = "$1" ] || exit 0; shift; exec "$@"';

/** @returns how to start the program so that it dies with its parent, also where that dies before the program has begun */
export function tiedTo(parent: number, argv: readonly string[]): [string, ...string[]] {
  const asking = ["sh", "-c", IF_PARENT_LIVES, "sh", String(parent)];
  return ["setpriv", "--pdeathsig", "KILL", "--", ...asking, ...argv];
}

/** Starts a program that runs until stopped, or until this process dies. */
export async function start(argv: readonly string[], options: StartOptions): Promise<LabProcess> {
  const log = openSync(options.logFile, "a");
  const [program, ...rest] = tiedTo(process.pid, argv);
  const child = spawn(program, rest, {
    stdio: options.pipes ? ["pipe", "pipe", log] : ["ignore", log, log],
    env: { ...process.env, ...options.environment },
    detached: true, // Ctrl-C on the terminal is for us alone: we end our children in order.
  });
  closeSync(log);
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  if (child.pid === undefined) throw new Error(`${options.name} did not start`);
  return new LabProcess(child, child.pid, options);
}

/** A program ended with another status than 0. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly status: number | null;
  readonly stderr: string;

  constructor(argv: readonly string[], status: number | null, stderr: string) {
    const shown = argv.join(" ").slice(0, 200);
    super(`"${shown}" ended with status ${status ?? "none"}: ${stderr.trim().slice(-2000)}`);
    this.status = status;
    this.stderr = stderr;
  }
}

/** Runs a program to its end and returns what it wrote to stdout. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const [program = "", ...rest] = argv;
  const child = spawn(program, rest, {
    env: { ...process.env, ...options.environment },
    stdio: ["pipe", "pipe", "pipe"],
    timeout: options.timeoutMs ?? 60_000,
    killSignal: "SIGKILL",
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  child.stdin.on("error", () => undefined); // EPIPE: it ended without reading; the status tells.
  child.stdin.end(options.stdin ?? "");
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (status !== 0) throw new CommandError(argv, status, Buffer.concat(err).toString());
  return Buffer.concat(out).toString();
}
