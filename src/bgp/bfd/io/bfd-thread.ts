/**
 * Starts the thread of BFD.
 *
 * Neighbours: worker.ts runs in it; protocol.ts is the language.
 */
import {
  startSocketThread,
  type SocketThreadEvents,
  type ThreadHost,
} from "../../../linux/io/socket-thread.ts";
import type { WantedSession } from "../sessions.ts";
import type { BfdCommand, BfdThreadReport } from "./protocol.ts";

export interface BfdThread {
  /** All sessions from now on; who is left out is told that this is no failure. */
  want(sessions: readonly WantedSession[]): void;
  /** Tells every peer so, closes the sockets and ends it. */
  terminate(): Promise<void>;
}

/** It keeps a record per session: a thousand are 2 MB. */
const HEAP_MB_MAX = 48;
/** Small, so that what is young is collected often and each time in less than a millisecond. */
const YOUNG_HEAP_MB_MAX = 1;

/** @param host one that has not made way for other threads; without it the caller */
export function startBfdThread(
  events: SocketThreadEvents<BfdThreadReport>,
  host?: ThreadHost,
): BfdThread {
  const thread = startSocketThread<BfdCommand, BfdThreadReport>(
    {
      name: "bfd",
      program: {
        bundled: new URL("./bfd-worker.js", import.meta.url),
        written: new URL("./worker.ts", import.meta.url),
      },
      data: {},
      resourceLimits: {
        maxOldGenerationSizeMb: HEAP_MB_MAX,
        maxYoungGenerationSizeMb: YOUNG_HEAP_MB_MAX,
      },
      close: { kind: "close" },
    },
    events,
    host,
  );
  return {
    want: (sessions) => {
      thread.post({ kind: "want", sessions });
    },
    terminate: () => thread.terminate(),
  };
}
