import { expect } from "chai";
import fc from "fast-check";
import type { LeaseEffect, LeaseEvent, LeaseRecord, LeaseState } from "../../src/kube/lease.ts";
import { LEASE_TIMES, leadsAt, newLease, stepLease } from "../../src/kube/lease.ts";
import { microTime } from "../../src/kube/micro-time.ts";

type Bare = LeaseEvent extends infer E ? (E extends unknown ? Omit<E, "nowMs"> : never) : never;

interface Row {
  readonly atMs: number;
  readonly event: Bare;
  readonly want: readonly LeaseEffect[];
}

const record = (holder: string, version: number, transitions = 0): LeaseRecord => ({
  resourceVersion: String(version),
  holder,
  durationMs: 3000,
  renewTime: `renewed ${version}`,
  acquireTime: `acquired by ${holder}`,
  transitions,
});
const write = (
  holder: string,
  resourceVersion: string | null,
  more: Partial<LeaseEffect & { kind: "write" }> = {},
): LeaseEffect => ({
  kind: "write",
  resourceVersion,
  holder,
  durationMs: holder === "" ? 1000 : 3000,
  acquireTime: null,
  transitions: 0,
  ...more,
});
const read: LeaseEffect = { kind: "read" };
const started: LeaseEffect = { kind: "started" };
const lost: LeaseEffect = { kind: "lost" };
const released: LeaseEffect = { kind: "released" };
const timer = (atMs: number): LeaseEffect => ({ kind: "set-timer", atMs });
const leader = (identity: string): LeaseEffect => ({ kind: "leader", identity });
const ours = { acquireTime: "acquired by me" };

/** Leading since a write sent at 10 ms; the next renewal is due at 510. */
const leading: readonly Row[] = [
  { atMs: 0, event: { kind: "start" }, want: [read] },
  { atMs: 10, event: { kind: "read", record: null }, want: [write("me", null)] },
  {
    atMs: 20,
    event: { kind: "written", record: record("me", 1) },
    want: [leader("me"), started, timer(510)],
  },
];

const scripts: readonly { readonly name: string; readonly rows: readonly Row[] }[] = [
  {
    name: "where there is no Lease, it is made and renewed every half second",
    rows: [
      ...leading,
      { atMs: 510, event: { kind: "timer" }, want: [write("me", "1", ours), timer(2010)] },
      { atMs: 530, event: { kind: "written", record: record("me", 2) }, want: [timer(1010)] },
      { atMs: 1010, event: { kind: "timer" }, want: [write("me", "2", ours), timer(2510)] },
    ],
  },
  {
    name: "a candidate waits for as long as the record changes, and takes it 3 s after the last change",
    rows: [
      { atMs: 0, event: { kind: "start" }, want: [read] },
      {
        atMs: 5,
        event: { kind: "read", record: record("other", 1) },
        want: [leader("other"), timer(500)],
      },
      { atMs: 2900, event: { kind: "timer" }, want: [read] },
      { atMs: 2905, event: { kind: "read", record: record("other", 2) }, want: [timer(3400)] },
      { atMs: 5900, event: { kind: "timer" }, want: [read] },
      { atMs: 5904, event: { kind: "read", record: record("other", 2) }, want: [timer(6400)] },
      { atMs: 6400, event: { kind: "timer" }, want: [read] },
      {
        atMs: 6405,
        event: { kind: "read", record: record("other", 2) },
        want: [write("me", "2", { transitions: 1 })],
      },
      {
        atMs: 6410,
        event: { kind: "written", record: record("me", 3, 1) },
        want: [leader("me"), started, timer(6905)],
      },
    ],
  },
  {
    name: "a Lease that was given back is taken at once",
    rows: [
      { atMs: 0, event: { kind: "start" }, want: [read] },
      {
        atMs: 5,
        event: { kind: "read", record: record("", 7, 4) },
        want: [write("me", "7", { transitions: 5 })],
      },
    ],
  },
  {
    name: "a watch that shows it given back is believed by reading, at once",
    rows: [
      { atMs: 0, event: { kind: "start" }, want: [read] },
      {
        atMs: 5,
        event: { kind: "read", record: record("other", 1) },
        want: [leader("other"), timer(500)],
      },
      { atMs: 50, event: { kind: "given-back" }, want: [read] },
      {
        atMs: 55,
        event: { kind: "read", record: record("", 2) },
        want: [leader(""), write("me", "2", { transitions: 1 })],
      },
    ],
  },
  {
    name: "given back while a request is in flight, which may know nothing of it: read again after that",
    rows: [
      { atMs: 0, event: { kind: "start" }, want: [read] },
      { atMs: 4, event: { kind: "given-back" }, want: [] },
      {
        atMs: 5,
        event: { kind: "read", record: record("other", 1) },
        want: [leader("other"), timer(5)],
      },
      { atMs: 5, event: { kind: "timer" }, want: [read] },
    ],
  },
  {
    name: "who leads, or has stopped, is not concerned by what a watch shows late",
    rows: [
      ...leading,
      { atMs: 30, event: { kind: "given-back" }, want: [] },
      { atMs: 510, event: { kind: "timer" }, want: [write("me", "1", ours), timer(2010)] },
    ],
  },
  {
    name: "who comes second to take it stays a candidate",
    rows: [
      { atMs: 0, event: { kind: "start" }, want: [read] },
      { atMs: 5, event: { kind: "read", record: null }, want: [write("me", null)] },
      { atMs: 9, event: { kind: "failed" }, want: [timer(505)] },
      { atMs: 505, event: { kind: "timer" }, want: [read] },
      {
        atMs: 509,
        event: { kind: "read", record: record("other", 1) },
        want: [leader("other"), timer(1005)],
      },
    ],
  },
  {
    name: "a leader that cannot renew reads, tries again every half second, and stops at the deadline",
    rows: [
      ...leading,
      { atMs: 510, event: { kind: "timer" }, want: [write("me", "1", ours), timer(2010)] },
      { atMs: 511, event: { kind: "failed" }, want: [read, timer(2010)] },
      { atMs: 512, event: { kind: "failed" }, want: [timer(1011)] },
      { atMs: 1011, event: { kind: "timer" }, want: [write("me", "1", ours), timer(2010)] },
      { atMs: 2010, event: { kind: "timer" }, want: [lost] },
      { atMs: 2011, event: { kind: "failed" }, want: [timer(2011)] },
      { atMs: 2011, event: { kind: "timer" }, want: [read] },
    ],
  },
  {
    name: "a renewal whose answer comes late counts from when it was sent",
    rows: [
      ...leading,
      { atMs: 510, event: { kind: "timer" }, want: [write("me", "1", ours), timer(2010)] },
      { atMs: 1500, event: { kind: "written", record: record("me", 2) }, want: [timer(1500)] },
      { atMs: 1500, event: { kind: "timer" }, want: [write("me", "2", ours), timer(2510)] },
      { atMs: 2510, event: { kind: "timer" }, want: [lost] },
    ],
  },
  {
    name: "a write that had its effect though its answer was lost is found by reading",
    rows: [
      ...leading,
      { atMs: 510, event: { kind: "timer" }, want: [write("me", "1", ours), timer(2010)] },
      { atMs: 900, event: { kind: "failed" }, want: [read, timer(2010)] },
      {
        atMs: 905,
        event: { kind: "read", record: record("me", 2) },
        want: [write("me", "2", ours), timer(2010)],
      },
      { atMs: 910, event: { kind: "written", record: record("me", 3) }, want: [timer(1405)] },
    ],
  },
  {
    name: "a leader that reads another's name stops",
    rows: [
      ...leading,
      { atMs: 510, event: { kind: "timer" }, want: [write("me", "1", ours), timer(2010)] },
      { atMs: 511, event: { kind: "failed" }, want: [read, timer(2010)] },
      {
        atMs: 512,
        event: { kind: "read", record: record("other", 2, 1) },
        want: [leader("other"), lost, timer(1011)],
      },
    ],
  },
  {
    name: "a stop gives the Lease back, and nothing follows",
    rows: [
      ...leading,
      { atMs: 100, event: { kind: "release" }, want: [write("", "1")] },
      {
        atMs: 110,
        event: { kind: "written", record: record("", 2) },
        want: [leader(""), released],
      },
      { atMs: 600, event: { kind: "timer" }, want: [] },
    ],
  },
  {
    name: "a stop during a renewal waits for its answer, to know the version",
    rows: [
      ...leading,
      { atMs: 510, event: { kind: "timer" }, want: [write("me", "1", ours), timer(2010)] },
      { atMs: 511, event: { kind: "release" }, want: [] },
      { atMs: 520, event: { kind: "written", record: record("me", 2) }, want: [write("", "2")] },
      {
        atMs: 525,
        event: { kind: "written", record: record("", 3) },
        want: [leader(""), released],
      },
    ],
  },
  {
    name: "a stop during a renewal that fails reads what is there, and gives it back",
    rows: [
      ...leading,
      { atMs: 510, event: { kind: "timer" }, want: [write("me", "1", ours), timer(2010)] },
      { atMs: 511, event: { kind: "release" }, want: [] },
      { atMs: 900, event: { kind: "failed" }, want: [read] },
      { atMs: 905, event: { kind: "read", record: record("me", 2) }, want: [write("", "2")] },
      {
        atMs: 910,
        event: { kind: "written", record: record("", 3) },
        want: [leader(""), released],
      },
    ],
  },
  {
    name: "a stop that fails twice leaves the Lease to expire",
    rows: [
      ...leading,
      { atMs: 100, event: { kind: "release" }, want: [write("", "1")] },
      { atMs: 200, event: { kind: "failed" }, want: [read] },
      { atMs: 300, event: { kind: "failed" }, want: [released] },
    ],
  },
  {
    name: "a candidate that stops leaves the leader's Lease alone",
    rows: [
      { atMs: 0, event: { kind: "start" }, want: [read] },
      { atMs: 1, event: { kind: "release" }, want: [] },
      {
        atMs: 5,
        event: { kind: "read", record: record("other", 1) },
        want: [leader("other"), released],
      },
    ],
  },
];

describe("stepLease", () => {
  for (const { name, rows } of scripts) {
    it(name, () => {
      let state = newLease("me");
      rows.forEach(({ atMs, event, want }, index) => {
        const out = stepLease(state, { ...event, nowMs: atMs });
        expect(out.effects, `step ${index}: ${event.kind}`).to.deep.equal(want);
        state = out.state;
      });
    });
  }

  it("never has two leaders at once, whatever is lost, late, or suspended, and with whatever clocks", () => {
    const step = fc.record({
      who: fc.nat(2),
      passMs: fc.constantFrom(0, 1, 50, 200, 500, 1000, 3500),
      fate: fc.constantFrom(
        "arrives",
        "arrives",
        "arrives",
        "lost",
        "answer-lost",
        "waits",
        "asleep",
        "told",
      ),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const server = new LeaseServer();
        const candidates = ["a", "b", "c"].map((name, index) => new Candidate(name, index * 1e6));
        let nowMs = 0;
        let everLed = false;
        for (const { who, passMs, fate } of steps) {
          nowMs += passMs;
          candidates[who]?.move(nowMs, server, fate);
          const leaders = candidates.filter((candidate) => candidate.leads(nowMs));
          expect(leaders.length).to.be.lessThan(2);
          everLed ||= leaders.length === 1;
        }
        for (let turn = 0; turn < 300; turn += 1) {
          nowMs += 50;
          for (const candidate of candidates) candidate.move(nowMs, server, "arrives");
          const leaders = candidates.filter((candidate) => candidate.leads(nowMs));
          expect(leaders.length).to.be.lessThan(2);
          everLed ||= leaders.length === 1;
        }
        expect(candidates.filter((candidate) => candidate.leads(nowMs))).to.have.length(1);
        expect(everLed).to.equal(true);
      }),
      { numRuns: 1000 },
    );
  });
});

/** One Lease with optimistic locking. */
class LeaseServer {
  record: LeaseRecord | null = null;
  #version = 0;

  write(effect: LeaseEffect & { readonly kind: "write" }): LeaseRecord | null {
    if ((this.record?.resourceVersion ?? null) !== effect.resourceVersion) return null;
    const version = String((this.#version += 1));
    this.record = {
      resourceVersion: version,
      holder: effect.holder,
      durationMs: effect.durationMs,
      renewTime: version,
      acquireTime: effect.acquireTime ?? version,
      transitions: effect.transitions,
    };
    return this.record;
  }
}

/** One candidate with a clock of its own epoch; its requests have the fate they are given. */
class Candidate {
  readonly #epochMs: number;
  #state: LeaseState;
  #request: (LeaseEffect & { readonly kind: "read" | "write" }) | null = null;
  #timerMs = Infinity;
  #starting = true;

  constructor(name: string, epochMs: number) {
    this.#epochMs = epochMs;
    this.#state = newLease(name, LEASE_TIMES);
  }

  leads(nowMs: number): boolean {
    return leadsAt(this.#state, nowMs + this.#epochMs);
  }

  move(nowMs: number, server: LeaseServer, fate: string): void {
    if (fate === "asleep") return;
    if (this.#starting) this.#feed({ kind: "start" }, nowMs);
    this.#starting = false;
    // Whenever it comes: a watch may be late.
    if (fate === "told") this.#feed({ kind: "given-back" }, nowMs);
    const request = this.#request;
    if (request !== null && fate !== "waits") {
      this.#request = null;
      this.#feed(answerOf(request, server, fate), nowMs);
    }
    if (nowMs + this.#epochMs < this.#timerMs) return;
    this.#timerMs = Infinity;
    this.#feed({ kind: "timer" }, nowMs);
  }

  #feed(event: Bare, nowMs: number): void {
    const out = stepLease(this.#state, { ...event, nowMs: nowMs + this.#epochMs });
    this.#state = out.state;
    for (const effect of out.effects) {
      if (effect.kind === "set-timer") this.#timerMs = effect.atMs;
      if (effect.kind !== "read" && effect.kind !== "write") continue;
      expect(this.#request, "one request at a time").to.equal(null);
      this.#request = effect;
    }
  }
}

function answerOf(
  request: LeaseEffect & { readonly kind: "read" | "write" },
  server: LeaseServer,
  fate: string,
): Bare {
  if (fate === "lost") return { kind: "failed" };
  const arrives = fate === "arrives" || fate === "told";
  if (request.kind === "read") {
    return arrives ? { kind: "read", record: server.record } : { kind: "failed" };
  }
  const record = server.write(request);
  return record === null || fate === "answer-lost"
    ? { kind: "failed" }
    : { kind: "written", record };
}

describe("microTime", () => {
  const rows = [
    { epochMs: 1795222265274, want: "2026-11-21T00:51:05.274000Z" },
    { epochMs: 1795222265274.25, want: "2026-11-21T00:51:05.274250Z" },
    { epochMs: 0, want: "1970-01-01T00:00:00.000000Z" },
  ];
  for (const { epochMs, want } of rows) {
    it(want, () => expect(microTime(epochMs)).to.equal(want));
  }
});
