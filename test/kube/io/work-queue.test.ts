import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { pino } from "pino";
import type { WorkQueueOptions } from "../../../src/kube/io/work-queue.ts";
import { startWorkQueue } from "../../../src/kube/io/work-queue.ts";

const log = pino({ level: "silent" });
const backoff = { baseMs: 10, maxMs: 20 };

function started(concurrency: number, work: WorkQueueOptions["work"]) {
  return startWorkQueue({ name: "test", concurrency, work, log, backoff, random: () => 0 });
}

describe("startWorkQueue", () => {
  it("works on so many keys at a time and no more, all of them", async () => {
    const done: string[] = [];
    let [running, most] = [0, 0];
    const queue = started(3, async (key) => {
      most = Math.max(most, (running += 1));
      await sleep(2);
      running -= 1;
      done.push(key);
    });
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
    for (const key of keys) queue.add(key);
    await queue.idle();
    expect([most, done.toSorted()]).to.deep.equal([3, keys.toSorted()]);
    await queue.stop();
  });

  it("repeats what failed, and comes again when asked to", async () => {
    const runs: string[] = [];
    let resolve: () => void = () => undefined;
    const third = new Promise<void>((done) => (resolve = done));
    const queue = started(1, async (key) => {
      await Promise.resolve();
      runs.push(key);
      if (runs.length === 1) throw new Error("the first time it fails");
      if (runs.length === 2) return { againAfterMs: 5 };
      resolve();
      return undefined;
    });
    queue.add("a");
    await third;
    await queue.idle();
    expect(runs).to.deep.equal(["a", "a", "a"]);
    await queue.stop();
  });

  it("comes to a key that was due while all hands were full", async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((done) => (release = done));
    const runs: string[] = [];
    const queue = started(1, async (key) => {
      runs.push(key);
      if (key === "slow") await gate;
    });
    queue.add("slow");
    queue.addAfter("due", 1);
    await sleep(5);
    release();
    while (runs.length < 2) await sleep(1);
    expect(runs).to.deep.equal(["slow", "due"]);
    await queue.stop();
  });

  it("stops: aborts what runs, waits for it, takes nothing more", async () => {
    const runs: string[] = [];
    const queue = started(1, async (key, signal) => {
      runs.push(key);
      await new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => {
          resolve();
        });
      });
      runs.push("ended");
    });
    queue.add("a");
    queue.add("b");
    while (runs.length === 0) await sleep(1);
    await queue.stop();
    queue.add("c");
    await sleep(5);
    expect(runs).to.deep.equal(["a", "ended"]);
  });
});
