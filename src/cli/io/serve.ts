/**
 * The life of a program that stays: log, http server, start, signals, stop within a deadline.
 *
 * The first SIGTERM or SIGINT asks the program to stop, the second ends it at once. The log is written
 * synchronously, so that nothing is lost at the end; a reader of the log that went away is no reason to stop.
 */
import { pino, type Logger } from "pino";
import type { Exposition } from "../../metrics/io/metrics.ts";
import { EXIT_FAILED, type LogLevel } from "../command-line.ts";
import { startHttpServer } from "./http-server.ts";

/** What controller and speaker give back once started. */
export interface Running {
  stop(): Promise<void>;
  ready(): boolean;
  /** What is still missing; where it is not offered, a plain "not ready" is shown. */
  reasons?(): readonly string[];
}

export interface ServeJob {
  readonly component: "controller" | "speaker";
  readonly version: string;
  readonly httpPort: number;
  readonly logLevel: LogLevel;
  readonly metrics: Exposition;
  readonly stopMsMax: number;
  readonly start: (log: Logger) => Promise<Running>;
}

/** Runs until a signal; @returns the exit status */
export async function serve(job: ServeJob): Promise<number> {
  const log = createLog(job.component, job.logLevel);
  dieInTheLog(log);
  const signalled = firstSignal();
  let running: Running | null = null;
  const http = await startHttpServer({
    port: job.httpPort,
    metrics: job.metrics,
    missing: () => missingIn(running),
  });
  log.info({ version: job.version, httpPort: http.port, pid: process.pid }, "starting");
  const starting = job.start(log).then((started) => (running = started));
  const signal = await Promise.race([signalled, starting.then(() => signalled)]);
  log.info({ signal }, "stopping");
  const clean = await within(
    job.stopMsMax,
    starting.then((started) => started.stop()),
  );
  await within(HTTP_CLOSE_MS_MAX, http.close());
  log.info({ clean }, "stopped");
  return clean ? 0 : EXIT_FAILED;
}

const HTTP_CLOSE_MS_MAX = 200;

function createLog(component: string, level: LogLevel): Logger {
  const destination = pino.destination({ dest: 1, sync: true });
  destination.on("error", () => undefined); // EPIPE: the reader is gone, the addresses still need us
  return pino(
    { level, base: { component }, timestamp: pino.stdTimeFunctions.isoTime },
    destination,
  );
}

/** A bug ends the process, for its restart is the remedy; its last words are a line of the log. */
function dieInTheLog(log: Logger): void {
  const die = (err: unknown): never => {
    log.fatal({ err }, "a bug ended this process");
    process.exit(EXIT_FAILED);
  };
  process.on("uncaughtException", die);
  process.on("unhandledRejection", die);
}

/** Resolves at the first signal; the second one exits with the status that shells expect. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let count = 0;
    const onSignal = (signal: NodeJS.Signals, number: number): void => {
      count += 1;
      if (count > 1) process.exit(128 + number);
      resolve(signal);
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
}

function missingIn(running: Running | null): readonly string[] {
  if (running === null) return ["starting"];
  if (running.ready()) return [];
  return running.reasons?.() ?? ["the program has not caught up with the API server yet"];
}

/** @returns false where the work failed or took longer */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const done = work.then(
    () => true,
    () => false,
  );
  const outcome = await Promise.race([done, late]);
  clearTimeout(timer);
  return outcome;
}
