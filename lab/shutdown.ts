/** The end in haste: Ctrl-C may come at any moment, also while things are being started. */

import { waitingGuardians } from "./guardian.ts";
import { runningProcesses } from "./process.ts";

/**
 * Ends every program of the lab that this process started and removes every namespace and file.
 * Whoever waits for them gets errors; the caller is about to end this process.
 */
export async function stopEverything(): Promise<void> {
  while (runningProcesses.size > 0 || waitingGuardians.size > 0) {
    await Promise.all([...runningProcesses].map((process) => process.stop("SIGKILL")));
    await Promise.all([...waitingGuardians].map((guardian) => guardian.clean()));
  }
}

const INTERRUPTED = 130;

/** For programs of which nobody needs the end in good order: Ctrl-C ends all that they started, then themselves. */
export function stopOnSignals(last: () => void = () => undefined): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      void stopEverything().then(() => {
        last();
        process.exit(INTERRUPTED);
      });
    });
  }
}
