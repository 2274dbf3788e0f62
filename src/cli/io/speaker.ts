/**
 * Runs `spreadlb speaker`.
 */
import { createMetrics } from "../../metrics/io/metrics.ts";
import { runSpeaker } from "../../speaker/io/run.ts";
import type { SpeakerFlags } from "../speaker.ts";
import { mustBeReadable } from "./failure.ts";
import { serve } from "./serve.ts";

/** Handing over takes a heartbeat interval and a gratuitous ARP; the kubelet grants more than this. */
const STOP_MS_MAX = 2000;

/** @returns the exit status */
export async function runCommand(flags: SpeakerFlags, version: string): Promise<number> {
  if (flags.kubeconfig !== undefined) await mustBeReadable(flags.kubeconfig);
  const metrics = createMetrics("speaker", { version });
  return serve({
    component: "speaker",
    version,
    httpPort: flags.httpPort,
    logLevel: flags.logLevel,
    metrics,
    stopMsMax: STOP_MS_MAX,
    start: (log) => runSpeaker(flags, log, metrics),
  });
}
