/**
 * BFD for BGP, on the main thread: paths in, verdicts out. The thread is started with the first path.
 *
 * Neighbours: ../paths.ts decides what is wanted and told; bfd-thread.ts starts the thread.
 */
import type { BFDProfileSpec } from "../../../classes/metallb/bfd-profile.ts";
import type { ThreadHost } from "../../../linux/io/socket-thread.ts";
import type { BfdPath, BfdReport } from "../../bfd-report.ts";
import {
  planWatch,
  tellJoinersAndLeavers,
  verdictOf,
  type Verdict,
  type WatchPlan,
} from "../paths.ts";
import { startBfdThread, type BfdThread } from "./bfd-thread.ts";
import type { BfdThreadReport, SessionCounters } from "./protocol.ts";

export interface BfdWatchEvents {
  readonly onReport: (report: BfdReport) => void;
  /** `troubles` is another. */
  readonly onTroubles: () => void;
  /** Every second, of each session, also of one that nobody watches any more, as long as it has last words; and when it ends. */
  readonly onCounters: (counters: SessionCounters, isWatched: boolean) => void;
  /** Datagrams that were none of ours, by the name of what is wrong with them. */
  readonly onFault: (name: string, count: number) => void;
  /** The thread ended, by an error or because it was to: without BFD nobody notices what has become of a peer. */
  readonly onEnd: (error: Error | null) => void;
}

export class BfdWatch {
  readonly #events: BfdWatchEvents;
  readonly #host: ThreadHost | undefined;
  #thread: BfdThread | undefined;
  #peersOf: WatchPlan["peersOf"] = new Map();
  /** By session, of those that are watched. */
  readonly #verdicts = new Map<string, Verdict>();
  /** By session, also of those that are not watched any more: one that is soon again has the same sockets. */
  readonly #troubles = new Map<string, string>();

  /** @param host of the thread: a process whose main thread makes way has another start it */
  constructor(events: BfdWatchEvents, host?: ThreadHost) {
    this.#events = events;
    this.#host = host;
  }

  /** By peer, of those whose session can neither send nor hear: why. It is tried again every second. */
  get troubles(): ReadonlyMap<string, string> {
    return new Map(
      [...this.#troubles].flatMap(([session, message]) =>
        this.#watchers(session).map((peer): [string, string] => [peer, message]),
      ),
    );
  }

  /**
   * All paths from now on; a session that is there already goes on.
   *
   * @returns which of them are not watched, or not as their profile says
   */
  watch(
    paths: readonly BfdPath[],
    profiles: ReadonlyMap<string, BFDProfileSpec>,
  ): Pick<WatchPlan, "withoutProfile" | "refused"> {
    const { sessions, peersOf, withoutProfile, refused } = planWatch(paths, profiles);
    const before = this.#peersOf;
    this.#peersOf = peersOf;
    for (const key of this.#verdicts.keys()) if (!peersOf.has(key)) this.#verdicts.delete(key);
    for (const report of tellJoinersAndLeavers(before, peersOf, this.#verdicts)) {
      this.#events.onReport(report);
    }
    if (sessions.length > 0) this.#thread ??= this.#start();
    this.#thread?.want(sessions);
    return { withoutProfile, refused };
  }

  /** Tells every peer that this is no failure, and ends the thread. */
  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  #start(): BfdThread {
    const { onEnd } = this.#events;
    const onReport = (report: BfdThreadReport) => {
      this.#hear(report);
    };
    return startBfdThread({ onReport, onEnd }, this.#host);
  }

  #hear(report: BfdThreadReport): void {
    if (report.kind === "open") return;
    if (report.kind === "counters") {
      for (const [name, count] of report.faults) this.#events.onFault(name, count);
      for (const counters of report.sessions) {
        this.#events.onCounters(counters, this.#watchers(counters.session).length > 0);
      }
      return;
    }
    const peers = this.#watchers(report.session);
    if (report.kind === "trouble") {
      this.#hearTrouble(report.session, report.message);
      return;
    }
    const verdict = verdictOf(report);
    if (verdict === undefined || peers.length === 0) return;
    this.#verdicts.set(report.session, verdict);
    for (const peer of peers) this.#events.onReport({ peer, ...verdict });
  }

  #hearTrouble(session: string, message: string | null): void {
    if (message === (this.#troubles.get(session) ?? null)) return;
    if (message === null) this.#troubles.delete(session);
    else this.#troubles.set(session, message);
    if (this.#watchers(session).length > 0) this.#events.onTroubles();
  }

  #watchers(session: string): readonly string[] {
    return this.#peersOf.get(session) ?? [];
  }
}
