import { expect } from "chai";
import type { EventFact, EventJob } from "../../src/kube/events.ts";
import { cutNote, EventCorrelator, QUEUE_MAX, SERIES_MS } from "../../src/kube/events.ts";
import { RateBucket } from "../../src/kube/rate-bucket.ts";

interface Words {
  readonly note?: string;
  readonly type?: EventFact["type"];
}

function fact(name: string, { note = "a note", type = "Normal" }: Words = {}): EventFact {
  const regarding = { kind: "Service", namespace: "default", name };
  return { regarding, type, reason: "AddressesAssigned", note, action: "AssignAddresses" };
}

/** Takes all there is at this time, as if the API server accepted each under its own name. */
function drain(correlator: EventCorrelator, nowMs: number): string[] {
  const sent: string[] = [];
  for (let job = correlator.take(nowMs); job !== null; job = correlator.take(nowMs)) {
    sent.push(sentence(job));
    if (job.kind === "create")
      correlator.created(job.series, `event-of-${String(job.fact.regarding.name)}`);
  }
  return sent;
}

function sentence(job: EventJob): string {
  const about = `${String(job.fact.regarding.name)}: ${job.fact.note}`;
  return job.kind === "create" ? `create ${about}` : `count ${job.count} on ${job.name}, ${about}`;
}

describe("EventCorrelator", () => {
  it("creates once, then counts what happens again", () => {
    const correlator = new EventCorrelator();
    correlator.observe(fact("web"), 0);
    expect(drain(correlator, 0)).to.deep.equal(["create web: a note"]);
    correlator.observe(fact("web"), 1000);
    expect(drain(correlator, 1000)).to.deep.equal(["count 2 on event-of-web, web: a note"]);
    correlator.observe(fact("web", { note: "another" }), 1000);
    expect(drain(correlator, 1000)).to.deep.equal(["create web: another"]);
  });

  it("tells the sum of what happened while it waited", () => {
    const correlator = new EventCorrelator();
    for (let n = 0; n < 5; n += 1) correlator.observe(fact("web"), n);
    expect(drain(correlator, 5)).to.deep.equal([
      "create web: a note",
      "count 5 on event-of-web, web: a note",
    ]);
  });

  it("takes no more from the object's bucket for what waits anyway", () => {
    const correlator = new EventCorrelator();
    for (let n = 0; n < 20; n += 1) correlator.observe(fact("web"), 0);
    drain(correlator, 0);
    correlator.observe(fact("web", { note: "another" }), 0);
    expect(drain(correlator, 0)).to.deep.equal(["create web: another"]);
  });

  it("begins a new series after ten minutes of quiet", () => {
    const correlator = new EventCorrelator();
    correlator.observe(fact("web"), 0);
    drain(correlator, 0);
    correlator.observe(fact("web"), SERIES_MS - 1);
    expect(drain(correlator, SERIES_MS - 1)).to.deep.equal([
      "count 2 on event-of-web, web: a note",
    ]);
    correlator.observe(fact("web"), 2 * SERIES_MS);
    expect(drain(correlator, 2 * SERIES_MS)).to.deep.equal(["create web: a note"]);
  });

  it("lets an object that flaps speak ten times, then twice a minute, and others as before", () => {
    const correlator = new EventCorrelator(1000);
    const sent: string[] = [];
    for (let n = 0; n < 30; n += 1) {
      correlator.observe(fact("flapping", { note: `note ${n}` }), 0);
      sent.push(...drain(correlator, 0));
    }
    expect([sent.length, correlator.dropped]).to.deep.equal([10, 20]);
    correlator.observe(fact("quiet"), 0);
    expect(drain(correlator, 0)).to.deep.equal(["create quiet: a note"]);
    correlator.observe(fact("flapping", { note: "later" }), 29_000);
    expect(drain(correlator, 29_000)).to.deep.equal([]);
    correlator.observe(fact("flapping", { note: "later still" }), 31_000);
    expect(drain(correlator, 31_000)).to.deep.equal(["create flapping: later still"]);
  });

  it("keeps the count of a series while the object's bucket is empty", () => {
    const correlator = new EventCorrelator(1000);
    for (let n = 0; n < 20; n += 1) {
      correlator.observe(fact("web"), 0);
      drain(correlator, 0);
    }
    expect(correlator.dropped).to.equal(0);
    correlator.observe(fact("web"), 60_000);
    expect(drain(correlator, 60_000)).to.deep.equal(["count 21 on event-of-web, web: a note"]);
  });

  it("sends no more than the rate, whatever comes", () => {
    const correlator = new EventCorrelator(20);
    for (let n = 0; n < 1000; n += 1) correlator.observe(fact(`web-${n}`), 0);
    expect(drain(correlator, 0)).to.have.length(20);
    expect(correlator.nextAtMs(0)).to.equal(50);
    expect(drain(correlator, 50)).to.have.length(1);
    expect(drain(correlator, 1050)).to.have.length(20);
    expect([correlator.dropped, correlator.queued]).to.deep.equal([0, 959]);
  });

  it("drops the oldest Normal first when there is no room, and counts it", () => {
    const correlator = new EventCorrelator(QUEUE_MAX + 100);
    correlator.observe(fact("oldest-warning", { type: "Warning" }), 0);
    for (let n = 0; n < QUEUE_MAX; n += 1) correlator.observe(fact(`web-${n}`), 0);
    correlator.observe(fact("newest"), 0);
    const sent = drain(correlator, 0);
    expect([sent[0], sent[1], sent.at(-1)]).to.deep.equal([
      "create oldest-warning: a note",
      "create web-2: a note",
      "create newest: a note",
    ]);
    expect([sent.length, correlator.dropped]).to.deep.equal([QUEUE_MAX, 2]);
  });

  it("drops the oldest Warning where there is nothing else", () => {
    const correlator = new EventCorrelator(QUEUE_MAX + 100);
    for (let n = 0; n <= QUEUE_MAX; n += 1) {
      correlator.observe(fact(`web-${n}`, { type: "Warning" }), 0);
    }
    expect(drain(correlator, 0)[0]).to.equal("create web-1: a note");
  });

  it("sends what was postponed again, and begins anew after what was refused", () => {
    const correlator = new EventCorrelator();
    correlator.observe(fact("web"), 0);
    const first = correlator.take(0);
    correlator.postponed(first?.series ?? "");
    expect(correlator.take(0)).to.deep.equal(first);
    correlator.lost(first?.series ?? "");
    expect([correlator.take(0), correlator.dropped]).to.deep.equal([null, 1]);
    correlator.observe(fact("web"), 1);
    expect(correlator.take(1)?.kind).to.equal("create");
  });
});

describe("cutNote", () => {
  const rows = [
    { name: "short text stays", note: "häuser", want: "häuser" },
    { name: "1024 bytes stay", note: "x".repeat(1024), want: "x".repeat(1024) },
    { name: "1025 bytes are cut", note: "x".repeat(1025), want: `${"x".repeat(1021)}…` },
    { name: "no character is cut in two", note: "ä".repeat(600), want: `${"ä".repeat(510)}…` },
    { name: "nor one of four bytes", note: "😀".repeat(300), want: `${"😀".repeat(255)}…` },
  ];
  for (const { name, note, want } of rows) {
    it(name, () => {
      expect(cutNote(note)).to.equal(want);
      expect(Buffer.byteLength(cutNote(note))).to.be.at.most(1024);
    });
  }
});

describe("RateBucket", () => {
  it("gives the burst at once and then one per interval, never more than the burst", () => {
    const bucket = new RateBucket({ burst: 2, perSecond: 10 });
    const takes = (nowMs: number) => [bucket.take(nowMs), bucket.take(nowMs), bucket.take(nowMs)];
    expect(takes(0)).to.deep.equal([true, true, false]);
    expect(bucket.nextAtMs(0)).to.equal(100);
    expect(takes(100)).to.deep.equal([true, false, false]);
    expect(takes(99_999)).to.deep.equal([true, true, false]);
  });
});
