/**
 * The leader's loop: news, a pass of the plan, its writes, their answers, which are news again.
 *
 * News is gathered for a moment, so that a burst costs one pass. A write that is under way is not planned again;
 * one that failed waits for its time, while the plan for its object stays up to date.
 * Neighbours: ../plan.ts decides everything; perform.ts sends.
 */
import type { Logger } from "pino";
import { startWorkQueue, type RunningWorkQueue } from "../../kube/io/work-queue.ts";
import { isoSeconds } from "../../kube/patches.ts";
import { emptyMemory, type PlanMemory } from "../memory.ts";
import { plan, type Plan, type PlanOptions } from "../plan.ts";
import type { VirtualIP } from "../../multi-ip/resource.ts";
import type { Snapshot } from "../world.ts";
import { writeKey, type Write } from "../writes.ts";
import { Alarm } from "./alarm.ts";

/** From the first news to the pass. */
const GATHER_MS = 5;
/** Between the beginnings of two passes; one that takes long is followed by a rest twice as long. */
const PASS_INTERVAL_MS = 50;
const MAY_NOT_WRITE_MS = 200;
const PASS_SHARE = 3;
const WRITES_MAX = 16;
const BACKOFF = { baseMs: 200, maxMs: 30_000 } as const;

export interface PassesOptions {
  readonly snapshot: () => Omit<Snapshot, "claiming">;
  readonly perform: (write: Write) => Promise<"done" | "conflict" | "gone">;
  /** False as soon as another may lead: then nothing is written any more. */
  readonly mayWrite: () => boolean;
  readonly onPass: (plan: Plan, durationMs: number) => void;
  readonly onWrite: (write: Write, outcome: "ok" | "conflict" | "gone" | "error") => void;
  readonly plan: PlanOptions;
  readonly log: Logger;
}

export class Passes {
  readonly #options: PassesOptions;
  readonly #queue: RunningWorkQueue;
  /** What the newest pass wants written, by object; what is under way is taken out. */
  #wanted = new Map<string, Write>();
  readonly #underWay = new Set<string>();
  readonly #failed = new Set<string>();
  /** Creations that were sent, until their outcome is known; one that failed may have been done all the same. */
  readonly #claiming = new Map<string, VirtualIP>();
  #memory: PlanMemory = emptyMemory(Math.floor(Date.now() / 1000));
  readonly #alarm = new Alarm(() => {
    this.#pass();
  });
  #notBeforeMs = 0;
  #isStopped = false;

  constructor(options: PassesOptions) {
    const { log } = options;
    this.#options = options;
    this.#queue = startWorkQueue({
      name: "writes",
      concurrency: WRITES_MAX,
      work: (key) => this.#write(key),
      log,
      backoff: BACKOFF,
    });
  }

  /** Something changed: there will be a pass soon. */
  news(): void {
    this.#alarm.by(Math.max(performance.now() + GATHER_MS, this.#notBeforeMs));
  }

  /** Begins nothing new; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#alarm.off();
    this.#wanted.clear();
    await this.#queue.stop();
  }

  #pass(): void {
    if (this.#isStopped) return;
    const nowMs = performance.now();
    // A renewal that is late may still come: what woke us is not forgotten over it.
    if (!this.#options.mayWrite()) {
      this.#alarm.by(nowMs + MAY_NOT_WRITE_MS);
      return;
    }
    const clock = { nowMs, nowIso: isoSeconds(Date.now()) };
    const snapshot = { ...this.#options.snapshot(), claiming: [...this.#claiming.values()] };
    const made = plan(snapshot, this.#memory, { ...this.#options.plan, ...clock });
    const durationMs = performance.now() - nowMs;
    this.#notBeforeMs = nowMs + Math.max(PASS_INTERVAL_MS, PASS_SHARE * durationMs);
    this.#memory = made.memory;
    this.#enqueue(made.writes);
    this.#options.onPass(made, durationMs);
    if (made.wakeAtMs !== null) this.#alarm.by(Math.max(made.wakeAtMs, this.#notBeforeMs));
  }

  #enqueue(writes: readonly Write[]): void {
    this.#wanted = new Map();
    for (const write of writes) {
      const key = writeKey(write);
      if (this.#underWay.has(key)) continue;
      this.#wanted.set(key, write);
      if (!this.#failed.has(key)) this.#queue.add(key);
    }
  }

  async #write(key: string): Promise<void> {
    this.#failed.delete(key);
    const write = this.#wanted.get(key);
    if (write === undefined) this.#claiming.delete(key);
    if (write === undefined || this.#isStopped || !this.#options.mayWrite()) return;
    this.#wanted.delete(key);
    this.#underWay.add(key);
    if (write.kind === "create-virtual-ip") this.#claiming.set(key, write.object);
    try {
      const outcome = await this.#options.perform(write);
      this.#claiming.delete(key);
      this.#options.onWrite(write, outcome === "done" ? "ok" : outcome);
    } catch (error) {
      this.#options.onWrite(write, "error");
      this.#failed.add(key);
      throw error;
    } finally {
      this.#underWay.delete(key);
      this.news();
    }
  }
}
