/** Of two sides that both reach the API server one speaks; a death is told of at once. */
import { expect } from "chai";
import { companyOf, type Company } from "../../src/speaker/company.ts";
import {
  stepTestimony,
  testimonyOf,
  type TestimonyEffect,
  type TestimonyEvent,
} from "../../src/speaker/testimony.ts";

const quiet = { kind: "keep-quiet" } as const;
const speak = { kind: "speak" } as const;
const list = { kind: "list-leases" } as const;
const gather = { kind: "set-timer", afterMs: 200 } as const;
const giveUp = { kind: "set-timer", afterMs: 500 } as const;
const look = { kind: "set-timer", afterMs: 2000 } as const;
const lookSeldom = { kind: "set-timer", afterMs: 15_000 } as const;

const timer: TestimonyEvent = { kind: "timer" };
const company = (alive: string, lost: string): TestimonyEvent => ({
  kind: "company",
  company: namesIn(alive, lost),
});
const namesIn = (alive: string, lost: string): Company => ({
  alive: alive.split(" ").filter(Boolean),
  lost: lost.split(" ").filter(Boolean),
});
const leases = (nowMs: number, renewals: Readonly<Record<string, string>>): TestimonyEvent => ({
  kind: "leases",
  renewals: new Map(Object.entries(renewals)),
  nowMs,
});

interface Script {
  readonly name: string;
  readonly node?: string;
  readonly steps: readonly (readonly [TestimonyEvent, readonly TestimonyEffect[]])[];
}

const scripts: readonly Script[] = [
  {
    name: "the only speaker that there is speaks as soon as it has looked: the others have no Lease",
    steps: [
      [company("", "n2"), [quiet, gather]],
      [timer, [list]],
      [leases(0, { n1: "10:00" }), [speak, lookSeldom]],
    ],
  },
  {
    name: "the last one alive speaks when nobody has renewed for 12 s",
    steps: [
      [company("", "n2"), [quiet, gather]],
      [timer, [list]],
      [leases(0, { n1: "10:00", n2: "10:00" }), [look]],
      [timer, [list]],
      [leases(11_999, { n1: "10:10", n2: "10:00" }), [look]],
      [leases(12_000, { n1: "10:10", n2: "10:00" }), [speak, lookSeldom]],
    ],
  },
  {
    name: "of three, two that lose one speak after a moment, whether it is dead or not",
    steps: [
      [company("n2", "n3"), [quiet, gather]],
      [timer, [speak, list]],
      [leases(0, { n3: "10:00" }), [lookSeldom]],
      [timer, [list]],
      [leases(15_000, { n3: "10:00" }), []],
    ],
  },
  {
    name: "of three, the one that is cut off keeps quiet as long as the others renew",
    node: "n3",
    steps: [
      [company("", "n1 n2"), [quiet, gather]],
      [timer, [list]],
      [leases(0, { n2: "10:00", n1: "10:01" }), [look]],
      [leases(5000, { n2: "10:05", n1: "10:01" }), [look]],
      [leases(13_000, { n2: "10:05", n1: "10:01" }), [look]],
      [leases(17_000, { n2: "10:05", n1: "10:01" }), [speak, lookSeldom]],
    ],
  },
  {
    name: "who has spoken, for the others were dead, keeps quiet when they renew again",
    node: "n3",
    steps: [
      [company("", "n1 n2"), [quiet, gather]],
      [timer, [list]],
      [leases(0, { n2: "10:00" }), [look]],
      [leases(12_000, { n2: "10:00" }), [speak, lookSeldom]],
      [leases(27_000, { n2: "10:20" }), [quiet, look]],
    ],
  },
  {
    name: "the others are lost one after another, within a moment: nothing is said in between",
    steps: [
      [company("n2 n4 n5", "n3"), [quiet, gather]],
      [company("n2", "n3 n4 n5"), [gather]],
      [timer, [list]],
      [leases(0, { n3: "10:00", n4: "10:00", n5: "10:00" }), [look]],
    ],
  },
  {
    name: "of two equal sides the one with the smallest name speaks",
    steps: [
      [company("n4", "n2 n3"), [quiet, gather]],
      [timer, [speak, list]],
    ],
  },
  {
    name: "of two equal sides the other one keeps quiet",
    node: "n3",
    steps: [
      [company("n4", "n1 n2"), [quiet, gather]],
      [timer, [list]],
    ],
  },
  {
    name: "one of two, alone: the smallest name speaks when it has seen that the other lives",
    steps: [
      [company("", "n2"), [quiet, gather]],
      [timer, [list]],
      [leases(0, { n2: "10:00" }), [look]],
      [leases(4000, { n2: "10:05" }), [speak, lookSeldom]],
    ],
  },
  {
    name: "the dead of long ago do not count when others are lost",
    steps: [
      [company("n2 n3", "n4"), [quiet, gather]],
      [timer, [speak, list]],
      [leases(0, { n4: "10:00" }), [lookSeldom]],
      [leases(15_000, { n4: "10:00" }), []],
      [company("n2", "n3 n4"), [quiet, gather]],
      [timer, [speak, list]],
    ],
  },
  {
    name: "an API server that did not answer has said nothing: the time of the others runs anew",
    steps: [
      [company("", "n2"), [quiet, gather]],
      [timer, [list]],
      [leases(0, { n2: "10:00" }), [look]],
      [{ kind: "unanswered" }, [look]],
      [leases(12_000, { n2: "10:00" }), [look]],
      [leases(24_000, { n2: "10:00" }), [speak, lookSeldom]],
      [{ kind: "unanswered" }, [lookSeldom]],
    ],
  },
  {
    name: "one that hears others again speaks after it has given up what is theirs",
    steps: [
      [company("", "n2 n3"), [quiet, gather]],
      [timer, [list]],
      [company("n2 n3", ""), [giveUp]],
      [leases(100, { n2: "10:00" }), []],
      [{ kind: "unanswered" }, []],
      [timer, [speak]],
    ],
  },
  {
    name: "who is dropped from the ranks has lost them all the same, until their Leases say that they are dead",
    node: "n3",
    steps: [
      [company("", "n1 n2"), [quiet, gather]],
      [company("", ""), [giveUp]],
      [timer, [list]],
      [leases(0, { n1: "10:00", n2: "10:00" }), [look]],
      [leases(12_000, { n1: "10:00", n2: "10:10" }), [look]],
      [company("n2", ""), [giveUp]],
      [timer, [speak]],
    ],
  },
  {
    name: "the larger side speaks on when it hears the others again",
    steps: [
      [company("n2", "n3"), [quiet, gather]],
      [timer, [speak, list]],
      [company("n2 n3", ""), [giveUp]],
      [timer, []],
    ],
  },
];

describe("speaker: testimony", () => {
  for (const { name, steps, node = "n1" } of scripts) {
    it(name, () => {
      let state = testimonyOf(node);
      for (const [event, want] of steps) {
        const out = stepTestimony(state, event);
        expect(out.effects, JSON.stringify(event)).to.deep.equal(want);
        state = out.state;
      }
    });
  }

  it("company: who stopped of itself is not lost, who lingers or is not judged yet is nobody", () => {
    const heard = {
      ...({ state: "heard", lingering: false, dead: false, left: false } as const),
    };
    const silent = { ...heard, state: "silent", dead: true } as const;
    const peers = [
      { ...silent, node: "n5" },
      { ...heard, node: "n4" },
      { ...silent, node: "vouched", dead: false },
      { ...silent, node: "n3" },
      { ...silent, node: "stopped", left: true },
      { ...silent, node: "lingers", lingering: true },
      { ...heard, node: "visits", lingering: true },
      { ...heard, state: "unjudged", node: "unjudged" } as const,
    ];
    expect(companyOf(peers)).to.deep.equal(namesIn("n4 visits vouched", "n3 n5"));
  });
});
