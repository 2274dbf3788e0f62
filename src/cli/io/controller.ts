/**
 * Runs `spreadlb controller`.
 */
import { hostname } from "node:os";
import { runController } from "../../controller/io/run.ts";
import { createMetrics } from "../../metrics/io/metrics.ts";
import type { ControllerFlags } from "../controller.ts";
import { mustBeReadable } from "./failure.ts";
import { serve } from "./serve.ts";

/** The lease is given back at once, or the other replica waits for it to run out; the webhook answers for 3 s more. */
const STOP_MS_MAX = 6000;

/** @returns the exit status */
export async function runCommand(flags: ControllerFlags, version: string): Promise<number> {
  if (flags.kubeconfig !== undefined) await mustBeReadable(flags.kubeconfig);
  const metrics = createMetrics("controller", { version });
  const { identity = hostname(), settlingTimeMs, moveIntervalMs, lbClass } = flags;
  const ignoreExcludeLabel = flags.ignoreExcludeLb;
  const plan = { settlingTimeMs, moveIntervalMs, lbClass, ignoreExcludeLabel };
  return serve({
    component: "controller",
    version,
    httpPort: flags.httpPort,
    logLevel: flags.logLevel,
    metrics,
    stopMsMax: STOP_MS_MAX,
    start: (log) => runController({ ...flags, identity, plan }, log, metrics),
  });
}
