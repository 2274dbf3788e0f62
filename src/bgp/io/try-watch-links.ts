/** Watches interfaces for what can do without: where the kernel refuses, that is said, and whoever asked goes on and may ask again. */
import type { Logger } from "pino";
import { SystemCallError } from "../../linux/errno.ts";
import {
  watchLinks,
  type LinkMonitor,
  type LinkMonitorOptions,
} from "../../linux/io/link-monitor.ts";

/** @returns undefined where they cannot be watched now, as where the process has too many open files */
export function tryWatchLinks(
  log: Logger,
  onLinks: LinkMonitorOptions["onLinks"],
): LinkMonitor | undefined {
  const onFault = (fault: string) => {
    log.warn({ fault }, "interfaces could not be read");
  };
  try {
    return watchLinks({ onLinks, onFault });
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    log.warn({ error: error.message }, "interfaces cannot be watched: their changes go unseen");
    return undefined;
  }
}
