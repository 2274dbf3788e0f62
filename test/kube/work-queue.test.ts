import { expect } from "chai";
import fc from "fast-check";
import { backoffMs } from "../../src/kube/backoff.ts";
import { DelayHeap } from "../../src/kube/delay-heap.ts";
import { WorkQueue } from "../../src/kube/work-queue.ts";

const backoff = { baseMs: 100, maxMs: 1000 };

describe("WorkQueue", () => {
  it("gives each key once, in the order of the first add", () => {
    const queue = new WorkQueue({ concurrency: 4 });
    for (const key of ["b", "a", "b", "c", "a"]) queue.add(key);
    expect([queue.take(0), queue.take(0), queue.take(0), queue.take(0)]).to.deep.equal([
      "b",
      "a",
      "c",
      null,
    ]);
  });

  it("runs a key once more when there was news while it ran, and not before it has ended", () => {
    const queue = new WorkQueue({ concurrency: 4 });
    queue.add("a");
    expect(queue.take(0)).to.equal("a");
    queue.add("a");
    queue.add("a");
    expect(queue.take(0)).to.equal(null);
    queue.succeeded("a");
    expect(queue.take(0)).to.equal("a");
    queue.succeeded("a");
    expect([queue.take(0), queue.depth]).to.deep.equal([null, 0]);
  });

  it("brings a key that failed back ever later, up to the bound, until it succeeds", () => {
    const queue = new WorkQueue({ concurrency: 4, backoff });
    queue.add("a");
    const delays: number[] = [];
    for (let nowMs = 0; delays.length < 6;) {
      expect(queue.take(nowMs)).to.equal("a");
      const { atMs } = queue.failed("a", nowMs, 0);
      delays.push(atMs - nowMs);
      expect([queue.take(atMs - 1), queue.nextAtMs]).to.deep.equal([null, atMs]);
      nowMs = atMs;
    }
    expect(delays).to.deep.equal([100, 200, 400, 800, 1000, 1000]);
    expect(queue.take(99_999)).to.equal("a");
    queue.succeeded("a");
    queue.add("a");
    queue.take(0);
    expect(queue.failed("a", 0, 0)).to.deep.equal({ failures: 1, atMs: 100 });
  });

  it("runs a waiting key at once when there is news, and then not again", () => {
    const queue = new WorkQueue({ concurrency: 4, backoff });
    queue.addAt("a", 5000);
    queue.add("a");
    expect(queue.take(0)).to.equal("a");
    queue.succeeded("a");
    expect([queue.take(6000), queue.nextAtMs]).to.deep.equal([null, null]);
  });

  it("runs so many at a time, and does not wake for a key that is due while all hands are full", () => {
    const queue = new WorkQueue({ concurrency: 2 });
    for (const key of ["a", "b", "c"]) queue.add(key);
    queue.addAt("due", 5);
    expect([queue.take(0), queue.take(0), queue.take(9)]).to.deep.equal(["a", "b", null]);
    expect(queue.nextAtMs).to.equal(null);
    queue.succeeded("a");
    expect([queue.nextAtMs, queue.take(9), queue.take(9)]).to.deep.equal([5, "c", null]);
    queue.succeeded("b");
    expect(queue.take(9)).to.equal("due");
  });

  it("keeps the earliest of several times", () => {
    const queue = new WorkQueue({ concurrency: 4 });
    queue.addAt("a", 500);
    queue.addAt("a", 300);
    queue.addAt("a", 400);
    expect([queue.take(299), queue.take(300), queue.take(9999)]).to.deep.equal([null, "a", null]);
  });

  it("never runs a key twice at once and never loses news, whatever happens", () => {
    const key = fc.constantFrom("a", "b", "c", "d");
    const act = fc.oneof(
      fc.record({ kind: fc.constant("add" as const), key }),
      fc.record({ kind: fc.constant("later" as const), key, ms: fc.nat(300) }),
      fc.record({ kind: fc.constant("take" as const) }),
      fc.record({ kind: fc.constant("succeed" as const), key }),
      fc.record({ kind: fc.constant("fail" as const), key }),
      fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(300) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        const queue = new WorkQueue({ concurrency: 4, backoff });
        const running = new Set<string>();
        const owed = new Set<string>(); // Keys with news since they were last taken, or that failed.
        let nowMs = 0;
        const take = (): boolean => {
          const taken = queue.take(nowMs);
          if (taken === null) return false;
          expect(running.has(taken), `${taken} runs already`).to.equal(false);
          expect(owed.has(taken), `${taken} has a reason to run`).to.equal(true);
          running.add(taken);
          owed.delete(taken);
          return true;
        };
        for (const each of acts) {
          if (each.kind === "pass") nowMs += each.ms;
          else if (each.kind === "take") take();
          else if (each.kind === "add" || each.kind === "later") {
            if (each.kind === "add") queue.add(each.key);
            else queue.addAt(each.key, nowMs + each.ms);
            owed.add(each.key);
          } else if (running.delete(each.key)) {
            if (each.kind === "succeed") queue.succeeded(each.key);
            else {
              queue.failed(each.key, nowMs, 0.5);
              owed.add(each.key);
            }
          }
        }
        for (const left of running) queue.succeeded(left);
        running.clear();
        nowMs += 10_000;
        while (take());
        expect([...owed]).to.deep.equal([]);
        for (const left of running) queue.succeeded(left);
        expect([queue.depth, queue.nextAtMs]).to.deep.equal([0, null]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("DelayHeap", () => {
  it("gives what is due, the earliest first, like a sorted list", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.nat(60), (times, nowMs) => {
        const heap = new DelayHeap<number>();
        for (const atMs of times) heap.push(atMs, atMs);
        const got: number[] = [];
        for (let next = heap.pop(nowMs); next !== undefined; next = heap.pop(nowMs)) got.push(next);
        const sorted = times.toSorted((a, b) => a - b);
        expect(got).to.deep.equal(sorted.filter((atMs) => atMs <= nowMs));
        expect(heap.nextAtMs).to.equal(sorted.find((atMs) => atMs > nowMs) ?? null);
        expect(heap.size).to.equal(times.length - got.length);
      }),
    );
  });
});

describe("backoffMs", () => {
  const rows = [
    { failures: 1, random: 0, want: 100 },
    { failures: 1, random: 1, want: 50 },
    { failures: 3, random: 0.5, want: 300 },
    { failures: 5, random: 0, want: 1000 },
    { failures: 10_000, random: 0, want: 1000 },
    { failures: 0, random: 0, want: 100 },
  ];
  for (const { failures, random, want } of rows) {
    it(`failure ${failures}, random ${random}: ${want} ms`, () => {
      expect(backoffMs(failures, random, backoff)).to.equal(want);
    });
  }
});
