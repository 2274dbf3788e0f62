/** A node that hears nobody keeps quiet until the API server shows that it is the last one. */
import { expect } from "chai";
import {
  stepTestimony,
  testimonyOf,
  type TestimonyEffect,
  type TestimonyEvent,
} from "../../src/speaker/testimony.ts";

const quiet = [{ kind: "keep-quiet" }, { kind: "list-leases" }] as const;
const look = [{ kind: "set-timer", afterMs: 2000 }] as const;
const speak = [{ kind: "speak" }] as const;
const list = [{ kind: "list-leases" }] as const;

const leases = (nowMs: number, renewals: Readonly<Record<string, string>>): TestimonyEvent => ({
  kind: "leases",
  renewals: new Map(Object.entries(renewals)),
  nowMs,
});

interface Script {
  readonly name: string;
  readonly steps: readonly {
    readonly event: TestimonyEvent;
    readonly want: readonly TestimonyEffect[];
  }[];
}

const scripts: readonly Script[] = [
  {
    name: "the only speaker that there is speaks at once",
    steps: [
      { event: { kind: "isolated" }, want: quiet },
      { event: leases(0, { n1: "10:00" }), want: speak },
    ],
  },
  {
    name: "the last one alive speaks when nobody has renewed for 12 s",
    steps: [
      { event: { kind: "isolated" }, want: quiet },
      { event: leases(0, { n1: "10:00", n2: "10:00" }), want: look },
      { event: { kind: "timer" }, want: list },
      { event: leases(11_999, { n1: "10:10", n2: "10:00" }), want: look },
      { event: { kind: "timer" }, want: list },
      { event: leases(12_000, { n1: "10:10", n2: "10:00" }), want: speak },
    ],
  },
  {
    name: "one that was cut off stays quiet as long as others renew",
    steps: [
      { event: { kind: "isolated" }, want: quiet },
      { event: leases(0, { n2: "10:00" }), want: look },
      { event: leases(11_000, { n2: "10:05" }), want: look },
      { event: leases(22_000, { n2: "10:05" }), want: look },
      { event: leases(23_000, { n2: "10:05" }), want: speak },
    ],
  },
  {
    name: "a Lease that is new was renewed",
    steps: [
      { event: { kind: "isolated" }, want: quiet },
      { event: leases(0, { n2: "10:00" }), want: look },
      { event: leases(12_000, { n2: "10:00", n3: "10:11" }), want: look },
    ],
  },
  {
    name: "an API server that did not answer has said nothing: the time runs anew",
    steps: [
      { event: { kind: "isolated" }, want: quiet },
      { event: leases(0, { n2: "10:00" }), want: look },
      { event: { kind: "unanswered" }, want: look },
      { event: leases(12_000, { n2: "10:00" }), want: look },
    ],
  },
  {
    name: "one that hears others again speaks after it has given up what is theirs",
    steps: [
      { event: { kind: "isolated" }, want: quiet },
      { event: { kind: "heard" }, want: [{ kind: "set-timer", afterMs: 500 }] },
      { event: leases(100, { n2: "10:00" }), want: [] },
      { event: { kind: "timer" }, want: speak },
      { event: { kind: "timer" }, want: [] },
    ],
  },
  {
    name: "one that hears others and never was quiet has nothing to do",
    steps: [{ event: { kind: "heard" }, want: [] }],
  },
];

describe("speaker: testimony", () => {
  for (const { name, steps } of scripts) {
    it(name, () => {
      let state = testimonyOf("n1");
      for (const { event, want } of steps) {
        const out = stepTestimony(state, event);
        expect(out.effects, JSON.stringify(event)).to.deep.equal(want);
        state = out.state;
      }
    });
  }
});
