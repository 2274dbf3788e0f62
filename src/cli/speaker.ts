/**
 * `spreadlb speaker`: its flags.
 */
import { InvalidArgumentError, type Command } from "commander";
import { GATE_OFF } from "../speaker/gate.ts";
import { WORKER_DEFAULTS } from "../speaker/io/protocol.ts";
import {
  addServerFlags,
  flag,
  ignoreExcludeLbFlag,
  parseFile,
  parseMilliseconds,
  parseNodeName,
  parsePort,
  parsePortOrNone,
  type ServerFlags,
} from "./command-line.ts";

export interface SpeakerFlags extends ServerFlags {
  readonly nodeName: string;
  readonly heartbeatPort: number;
  readonly heartbeatIntervalMs: number;
  readonly detectionTimeMs: number;
  readonly reannounceIntervalMs: number;
  readonly gate: string;
  readonly ignoreExcludeLb: boolean;
  readonly verifyIntervalMs: number;
  readonly bgpListenPort: number;
  readonly stateDir?: string;
}

const [INTERVAL_MS_MIN, INTERVAL_MS_MAX] = [20, 1000];
const DETECTION_MS_MAX = 10_000;
/** One heartbeat may be lost, and the next be late by half an interval. */
const INTERVALS_MIN = 2.5;

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
      flag("--heartbeat-interval-ms <ms>", "how often a speaker is heard, 20 to 1000")
        .default(WORKER_DEFAULTS.intervalMs)
        .argParser(parseMilliseconds(INTERVAL_MS_MIN, INTERVAL_MS_MAX)),
    )
    .addOption(
      flag(
        "--detection-time-ms <ms>",
        "how long one is not heard that is dead, 2.5 intervals to 10000",
      )
        .default(WORKER_DEFAULTS.detectionMs)
        .argParser(parseMilliseconds(INTERVALS_MIN * INTERVAL_MS_MIN, DETECTION_MS_MAX)),
    )
    .addOption(
      flag(
        "--reannounce-interval-ms <ms>",
        "announce what is held again this often, 1000 or more; 0: only when it is gained",
      )
        .default(WORKER_DEFAULTS.reannounceIntervalMs)
        .argParser(parseReannounceInterval),
    )
    .addOption(
      flag("--gate <url|off>", "answer only where this says 200: kube-proxy's health endpoint")
        .default(GATE_URL)
        .argParser(parseGate),
    )
    .addOption(
      flag(
        "--verify-interval-ms <ms>",
        "how often to ask on the wire whether one right node answers; 0: never",
      )
        .default(WORKER_DEFAULTS.verifyIntervalMs)
        .argParser(parseMilliseconds()),
    )
    .addOption(
      flag("--bgp-listen-port <port>", "TCP port on which routers may dial this node; 0: none")
        .default(0)
        .argParser(parsePortOrNone),
    )
    .addOption(
      ignoreExcludeLbFlag(
        "as the controller was given it: announce to routers also where this node has the label",
      ),
    )
    .addOption(
      flag(
        "--state-dir <dir>",
        "keep the last plan here, to start from it without the API server",
      ).argParser(parseFile),
    )
    .action(() => {
      const flags = command.opts<SpeakerFlags>();
      mustSurviveOneLoss(command, flags);
      return run(flags);
    });
}

/** kube-proxy's own default for `--healthz-bind-address`. */
const GATE_URL = "http://127.0.0.1:10256/healthz";
const REANNOUNCE_MS_MIN = 1000;
const REANNOUNCE_MS_MAX = 86_400_000;

function parseReannounceInterval(text: string): number {
  return text === "0" ? 0 : parseMilliseconds(REANNOUNCE_MS_MIN, REANNOUNCE_MS_MAX)(text);
}

function parseGate(text: string): string {
  if (text === GATE_OFF) return text;
  if (URL.canParse(text) && new URL(text).protocol === "http:") return text;
  throw new InvalidArgumentError(`It is an http:// URL such as ${GATE_URL}, or off`);
}

function mustSurviveOneLoss(command: Command, flags: SpeakerFlags): void {
  const { heartbeatIntervalMs, detectionTimeMs } = flags;
  const leastMs = Math.ceil(INTERVALS_MIN * heartbeatIntervalMs);
  if (detectionTimeMs >= leastMs) return;
  command.error(
    `error: a detection time of ${detectionTimeMs} ms is too short for an interval of ${heartbeatIntervalMs} ms: give --detection-time-ms ${leastMs} or more`,
  );
}
