/** The client's probe and the observer's watch (tools/), as running things that answer questions. */

import { createInterface } from "node:readline";
import type { LabProcess } from "./process.ts";
import { waitFor } from "./wait.ts";

export interface Silence {
  readonly fromMs: number;
  readonly toMs: number;
  readonly ms: number;
  /** It was not over when it was reported. */
  readonly open: boolean;
}

export interface ProbedAddress {
  readonly address: string;
  readonly attempts: number;
  readonly ok: number;
  readonly failures: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly connectMsMax: number;
  readonly longestSilence: Silence;
  /** The longest silence less what the probe itself was late meanwhile. */
  readonly longestProven: Silence;
  /** By the starts of attempts: from the first that failed to the first after it that did not. */
  readonly longestLoss: { readonly fromMs: number; readonly ms: number; readonly attempts: number };
  /** Attempts that began in this window and failed. */
  readonly lost: number;
  /** Since the last connection that succeeded. */
  readonly openMs: number;
  /** Those of 50 ms and more. */
  readonly silences: readonly Silence[];
}

export interface ProbeWindow {
  readonly kind: "window" | "report" | "final";
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** The longest time that the probe itself was late: below it, a silence proves nothing. */
  readonly pauseMsMax: number;
  readonly addresses: readonly ProbedAddress[];
  /** Of a client that rotates over all addresses: what it lost, from its first attempt that failed to its last. */
  readonly rotation?: { readonly attempts: number; readonly lost: number; readonly ms: number };
}

export interface WatchedAddress {
  readonly address: string;
  /** Who answered in the last round. */
  readonly macs: readonly string[];
  readonly roundsNone: number;
  readonly roundsOne: number;
  readonly roundsMany: number;
  readonly noneMsMax: number;
  readonly manyMsMax: number;
}

export interface WatchChange {
  readonly kind: "change";
  readonly atMs: number;
  readonly address: string;
  readonly macs: readonly string[];
}

export interface WatchReport {
  readonly kind: "report" | "final";
  readonly atMs: number;
  readonly rounds: number;
  readonly addresses: readonly WatchedAddress[];
}

/** A program that takes lines on stdin and answers each with one JSON line; others it says unasked. */
export class Asked<Answer, Unasked = never> {
  readonly process: LabProcess;
  readonly #answers: Answer[] = [];
  readonly unasked: Unasked[] = [];

  constructor(process: LabProcess) {
    this.process = process;
    if (process.stdout === null) throw new Error(`${process.name} has no stdout pipe`);
    createInterface({ input: process.stdout }).on("line", (line) => {
      const value = JSON.parse(line) as { kind: string };
      if (value.kind === "change") this.unasked.push(value as Unasked);
      else this.#answers.push(value as Answer);
    });
  }

  async ask(line: string): Promise<Answer> {
    this.#answers.length = 0;
    this.process.stdin?.write(`${line}\n`);
    return waitFor(() => this.#answers.shift(), {
      what: `${this.process.name} to answer "${line}"`,
      timeoutMs: 5000,
      intervalMs: 5,
    });
  }

  async stop(): Promise<Answer> {
    const last = await this.ask("quit");
    await this.process.ended();
    return last;
  }
}

/** One that counts in windows. */
export class Marked<Window> extends Asked<Window> {
  /** Ends the window and begins one of that name; returns the ended one. */
  mark(name: string): Promise<Window> {
    return this.ask(`mark ${name}`);
  }
}

/** One that also tells the window so far, and goes on with it. */
export class Reporting<Window> extends Marked<Window> {
  report(): Promise<Window> {
    return this.ask("report");
  }
}

/** Connects to every address all the time. Times are milliseconds since 1970. */
export class Probe extends Reporting<ProbeWindow> {}

/** Asks all the time who has the addresses. */
export class Watch extends Asked<WatchReport, WatchChange> {
  /** Every change of who answers, since the start. */
  get changes(): readonly WatchChange[] {
    return this.unasked;
  }

  report(): Promise<WatchReport> {
    return this.ask("report");
  }
}
