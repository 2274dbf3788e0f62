/**
 * Whom a node asks about, what the answers mean, and when a fault is believed.
 */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import type { Mac } from "../../src/base/mac.ts";
import {
  ANSWER_MS,
  SUSPECT_INTERVAL_MS,
  Verifier,
  type Verification,
  type VerifierWorld,
} from "../../src/speaker/verifier.ts";

const X = "192.0.2.1" as Ip;
const [A, B, C, STRANGER] = ["0a", "0b", "0c", "99"].map(
  (last) => `02:00:00:00:00:${last}` as Mac,
) as [Mac, Mac, Mac, Mac];
const NODES = new Map<Mac, string>([
  [A, "a"],
  [B, "b"],
  [C, "c"],
]);

function world(change: Partial<VerifierWorld> = {}): VerifierWorld {
  return {
    node: "a",
    addresses: () => [X],
    expectedOf: () => "b",
    verifiersOf: () => ["a"],
    nodeOf: (mac) => NODES.get(mac) ?? null,
    ...change,
  };
}

interface Story {
  readonly asked: { readonly ip: Ip; readonly atMs: number }[];
  readonly found: (Verification & { readonly atMs: number })[];
}

/** @param answersOf who answers to the nth question, from 0 */
function run(
  verifier: Verifier,
  untilMs: number,
  answersOf: (n: number, ip: Ip) => readonly Mac[],
): Story {
  const story: Story = { asked: [], found: [] };
  verifier.start(0);
  for (;;) {
    const nowMs = verifier.dueMs;
    if (nowMs > untilMs) return story;
    for (const effect of verifier.due(nowMs)) {
      if (effect.kind === "verified") {
        story.found.push({ ...effect.verification, atMs: nowMs });
        continue;
      }
      for (const mac of answersOf(story.asked.length, effect.ip)) verifier.answered(effect.ip, mac);
      story.asked.push({ ip: effect.ip, atMs: nowMs });
    }
  }
}

describe("speaker: verification", () => {
  const other = (mac: Mac) => ({ mac, node: NODES.get(mac) ?? null });
  const rows = [
    { name: "the right one answers", expected: "b", answers: [B], result: "ok", others: [] },
    { name: "nobody", expected: "b", answers: [], result: "silent", others: [] },
    { name: "another node", expected: "b", answers: [C], result: "wrong-node", others: [C] },
    {
      name: "a stranger",
      expected: "b",
      answers: [STRANGER],
      result: "stranger",
      others: [STRANGER],
    },
    {
      name: "the right one and a stranger",
      expected: "b",
      answers: [B, STRANGER],
      result: "several",
      others: [STRANGER],
    },
    {
      name: "two nodes, neither right",
      expected: "b",
      answers: [C, STRANGER],
      result: "several",
      others: [C, STRANGER],
    },
    { name: "of our own: nobody else", expected: "a", answers: [], result: "ok", others: [] },
    {
      name: "of our own: a stranger beside us",
      expected: "a",
      answers: [STRANGER],
      result: "several",
      others: [STRANGER],
    },
    {
      name: "of our own: our other interface hears us",
      expected: "a",
      answers: [A],
      result: "ok",
      others: [],
    },
  ];
  for (const { name, expected, answers, result, others } of rows) {
    it(`${name}: ${result}`, () => {
      const verifier = new Verifier(1000, world({ expectedOf: () => expected }));
      const [first] = run(verifier, 2500, () => answers).found;
      expect({ ...first, atMs: 0 }).to.deep.equal({
        ...{ ip: X, result, expected, others: others.map(other), atMs: 0 },
      });
    });
  }

  it("an odd result is asked for twice more, at once; one right answer among them clears it", () => {
    const verifier = new Verifier(60_000, world());
    const story = run(verifier, 60_000, (n) => (n === 2 ? [B] : []));
    const [first = { atMs: 0 }] = story.asked;
    expect(story.asked.map(({ atMs }) => atMs - first.atMs)).to.deep.equal([
      ...[0, ANSWER_MS, 2 * ANSWER_MS],
    ]);
    expect(story.found.map(({ result }) => result)).to.deep.equal(["ok"]);
  });

  it("what moves while it is asked for is not judged", () => {
    let holder = "b";
    const verifier = new Verifier(60_000, world({ expectedOf: () => holder }));
    const story = run(verifier, 60_000, () => {
      holder = "c";
      return [];
    });
    expect([story.asked.length, story.found.length]).to.deep.equal([1, 0]);
  });

  it("a fault is asked for again after 10 s, however many other addresses wait; then no more", () => {
    const addresses = Array.from({ length: 200 }, (_, i) => `10.0.0.${i}` as Ip);
    const bad = addresses[7];
    const verifier = new Verifier(1000, world({ addresses: () => addresses }));
    const story = run(verifier, 60_000, (n, ip) => (ip === bad && n < 20 ? [] : [B]));
    const found = story.found.filter(({ ip }) => ip === bad);
    expect(found.map(({ result }) => result)).to.deep.equal(["silent", "ok"]);
    const [first, second] = found;
    const laterMs = (second?.atMs ?? 0) - (first?.atMs ?? 0);
    expect(laterMs).within(SUSPECT_INTERVAL_MS, SUSPECT_INTERVAL_MS + 3000);
  });

  it("of the nodes of a rank each is the verifier in its turn, and every address is asked for", () => {
    const addresses = Array.from({ length: 90 }, (_, i) => `10.0.0.${i}` as Ip);
    const rank = ["a", "b", "c"];
    const counts = rank.map((node) => {
      const verifiersOf = () => rank;
      const verifier = new Verifier(1000, world({ node, addresses: () => addresses, verifiersOf }));
      return run(verifier, 90_000, () => [B]).asked;
    });
    const perAddress = addresses.map(
      (ip) => counts.flat().filter((question) => question.ip === ip).length,
    );
    // Three nodes with a question a second each: 270 questions in 90 s, for 90 addresses.
    for (const asked of counts) expect(asked.length).within(85, 90);
    expect(Math.min(...perAddress)).to.be.greaterThan(0);
    expect(Math.max(...perAddress)).to.be.below(10);
  });

  it("an interval of 0: nothing is asked", () => {
    expect(run(new Verifier(0, world()), 1e6, () => []).asked).to.deep.equal([]);
  });

  it("stopped in the middle of a question: no verdict", () => {
    const verifier = new Verifier(1000, world());
    verifier.start(0);
    const askedMs = verifier.dueMs;
    expect(verifier.due(askedMs)).to.deep.equal([{ kind: "ask", ip: X }]);
    verifier.stop();
    expect([verifier.dueMs, verifier.due(askedMs + ANSWER_MS)]).to.deep.equal([Infinity, []]);
  });
});
