/**
 * Who is alive: scripts of events, each with the whole of what follows.
 */
import { expect } from "chai";
import fc from "fast-check";
import { idOf } from "../../src/speaker/ids.ts";
import {
  Liveness,
  type LivenessEffect,
  type UnsignedHeartbeat,
} from "../../src/speaker/liveness.ts";
import { nextIncarnation } from "../../src/speaker/ourselves.ts";
import { FENCE_EVERYTHING, fenceAt, listenTo, newPeer } from "../../src/speaker/peers.ts";

const [A, B, C] = [idOf("a"), idOf("b"), idOf("c")];
const OPTIONS = { node: "a", incarnation: 1000, intervalMs: 100, detectionMs: 300 };
const ADDRESSES = ["b", "c"].map((node) => ({
  ...{ node, addresses: [`addr-${node}`], lingering: false },
}));

function heartbeat(sender: string, more: Partial<UnsignedHeartbeat> = {}): UnsignedHeartbeat {
  return {
    ...{ sender: idOf(sender), leaving: false, starting: false, isolated: false },
    ...{ gated: false, intervalMs: 100, detectionMs: 300, macs: [] },
    ...{
      incarnation: 1,
      sequence: 1,
      fence: 0,
      planGeneration: 0,
      inServiceSeconds: 100,
      yields: 0,
    },
    ...{ heard: [], lost: [], links: [{ link: 7, fence: 0 }] },
    ...more,
  };
}

/** One a with the peers b and c, serving, both heard at 900 ms with sequence 9. */
function serving(): {
  a: Liveness;
  say: (
    sender: string,
    nowMs: number,
    more?: Partial<UnsignedHeartbeat>,
  ) => readonly LivenessEffect[];
} {
  const a = new Liveness(OPTIONS);
  const sequence = new Map<string, number>();
  const say = (sender: string, nowMs: number, more: Partial<UnsignedHeartbeat> = {}) => {
    const next = (sequence.get(sender) ?? 0) + 1;
    sequence.set(sender, next);
    return a.step({
      kind: "heard",
      heartbeat: heartbeat(sender, { sequence: next, heard: [A], ...more }),
      nowMs,
    });
  };
  a.step({ kind: "plan", generation: 5, nowMs: 0 });
  a.step({ kind: "peers", peers: ADDRESSES, nowMs: 0 });
  a.step({ kind: "start", nowMs: 0 });
  for (let nowMs = 20; nowMs <= 900; nowMs += 20) {
    if (a.dueMs <= nowMs) a.step({ kind: "timer", nowMs });
    a.step({ kind: "rechecked", nowMs });
    if (nowMs % 100 === 0) for (const sender of ["b", "c"]) say(sender, nowMs, { heard: [A] });
  }
  for (const nowMs of [920, 940]) if (a.dueMs <= nowMs) a.step({ kind: "timer", nowMs });
  expect(a.serving).to.equal(true);
  return { a, say };
}

/** Timers run when they are due, and nothing comes in. */
function hearNobody(a: Liveness, fromMs: number, toMs: number): void {
  for (let nowMs = fromMs; nowMs <= toMs; nowMs++) {
    if (a.dueMs <= nowMs) a.step({ kind: "timer", nowMs });
    a.step({ kind: "rechecked", nowMs });
  }
}

const kinds = (effects: readonly LivenessEffect[]) => effects.map((effect) => effect.kind);
const sent = (effects: readonly LivenessEffect[]) =>
  effects.flatMap((effect) => (effect.kind === "send" ? [effect.heartbeat] : []));

describe("speaker: liveness: one that left, and may be back", () => {
  const peers = (lingering: boolean) =>
    ADDRESSES.map((peer) => ({ ...peer, lingering: lingering && peer.node === "b" }));
  const rows = [
    { name: "shares an address again: waited for", left: true, lingered: true, alive: true },
    { name: "shared one all the time: gone", left: true, lingered: false, alive: false },
    { name: "was lost, not stopped: gone", left: false, lingered: true, alive: false },
  ] as const;

  for (const { name, left, lingered, alive } of rows) {
    it(name, () => {
      const { a, say } = serving();
      if (left) say("b", 950, { leaving: true });
      for (let nowMs = 951; nowMs < 2000; nowMs++) {
        if (nowMs % 100 === 0) say("c", nowMs, { heard: [A] });
        hearNobody(a, nowMs, nowMs);
      }
      expect(a.viewOf("b", [])?.alive).to.equal(false);
      if (lingered) a.step({ kind: "peers", peers: peers(true), nowMs: 2000 });
      a.step({ kind: "plan", generation: 6, nowMs: 2000 });
      a.step({ kind: "peers", peers: peers(false), nowMs: 2000 });
      const { fence } = a.peer("b") ?? {};
      expect(a.peer("b")?.dead).to.equal(!alive);
      expect(a.peer("b")?.imposedFence === 0 && fence === 0).to.equal(alive);
    });
  }
});

describe("speaker: liveness: starting", () => {
  it("a new life has a greater number than the one before, which had stood still, by whatever clock", () => {
    expect(nextIncarnation(1_700_000_000_000, undefined)).to.equal(1_700_000_000_000);
    expect(nextIncarnation(1_700_000_000_000, 1_600_000_000_000)).to.equal(1_700_000_000_000);
    const { a, say } = serving();
    say("b", 5000);
    const late = [...a.step({ kind: "timer", nowMs: 5000 }), ...say("b", 9000)];
    const [last = Infinity] = sent(late)
      .map(({ incarnation }) => incarnation)
      .reverse();
    expect(last).to.equal(OPTIONS.incarnation + 2);
    expect(nextIncarnation(5, OPTIONS.incarnation)).to.be.greaterThan(last);
  });

  it("lives that were too short to be saved have different numbers, each greater than the one before", () => {
    const saved = 1_700_000_000_000;
    const numbers = [400, 800, 1200].map((laterMs) => nextIncarnation(saved + laterMs, saved));
    expect(numbers).to.deep.equal([saved + 400, saved + 800, saved + 1200]);
  });

  it("says at once that it starts, holds nothing, and serves after the detection time and one more look", () => {
    const a = new Liveness(OPTIONS);
    a.step({ kind: "peers", peers: ADDRESSES, nowMs: 0 });
    a.step({ kind: "plan", generation: 5, nowMs: 0 });
    const [first] = sent(a.step({ kind: "start", nowMs: 0 }));
    expect(first).to.deep.equal(
      heartbeat("a", {
        ...{ starting: true, incarnation: 1000, fence: FENCE_EVERYTHING },
        ...{ planGeneration: 5, inServiceSeconds: 0, links: [] },
      }),
    );
    for (const nowMs of [100, 200])
      expect(kinds(a.step({ kind: "timer", nowMs }))).to.deep.equal(["send"]);
    expect(kinds(a.step({ kind: "timer", nowMs: 300 }))).to.deep.equal(["recheck", "send"]);
    expect(a.serving).to.equal(false);
    const effects = a.step({ kind: "rechecked", nowMs: 300 });
    expect(a.serving).to.equal(true);
    expect(effects.filter((effect) => effect.kind !== "send")).to.deep.equal([
      { kind: "judged", node: "b", verdict: "lost" },
      { kind: "judged", node: "c", verdict: "lost" },
      { kind: "changed", nodes: ["b", "c", "a"] },
    ]);
    expect(a.fence).to.equal(fenceAt(5));
  });

  it("fences itself at what its peers know, where they know more", () => {
    const a = new Liveness(OPTIONS);
    a.step({ kind: "peers", peers: ADDRESSES, nowMs: 0 });
    a.step({ kind: "start", nowMs: 0 });
    const fence = fenceAt(7, 3);
    a.step({ kind: "heard", nowMs: 50, heartbeat: heartbeat("b", { planGeneration: 7, fence }) });
    a.step({ kind: "timer", nowMs: 300 });
    a.step({ kind: "rechecked", nowMs: 300 });
    expect(a.fence).to.equal(fenceAt(7, 4));
  });
});

describe("speaker: liveness: serving", () => {
  it("sends every interval, to the addresses of all peers, and lists whom it hears", () => {
    const { a } = serving();
    const [effect, ...more] = a.step({ kind: "timer", nowMs: 1000 });
    expect(more).to.deep.equal([]);
    if (effect?.kind !== "send") return expect.fail("sends nothing");
    expect(effect.to.map((peer) => peer.addresses)).to.deep.equal([["addr-b"], ["addr-c"]]);
    expect(effect.heartbeat).to.deep.equal(
      heartbeat("a", {
        ...{ incarnation: 1000, sequence: effect.heartbeat.sequence, fence: fenceAt(5) },
        ...{ planGeneration: 5, inServiceSeconds: 0, heard: [B, C], links: [] },
      }),
    );
    expect(a.dueMs).to.equal(1100);
  });

  it("an expiry is looked at once more, and is void when something was still in the socket", () => {
    const { a, say } = serving();
    for (const nowMs of [1000, 1100]) {
      a.step({ kind: "timer", nowMs });
      say("c", nowMs);
    }
    expect(kinds(a.step({ kind: "timer", nowMs: 1200 }))).to.deep.equal(["recheck", "send"]);
    say("b", 1201);
    expect(a.step({ kind: "rechecked", nowMs: 1202 })).to.deep.equal([]);
    expect(a.peer("b")?.dead).to.equal(false);
  });

  it("silent for the detection time, and nothing in the socket: dead, and told at once", () => {
    const { a, say } = serving();
    for (const nowMs of [1000, 1100]) {
      a.step({ kind: "timer", nowMs });
      say("c", nowMs);
    }
    a.step({ kind: "timer", nowMs: 1199 });
    expect(a.peer("b")?.dead).to.equal(false);
    a.step({ kind: "timer", nowMs: 1200 });
    const effects = a.step({ kind: "rechecked", nowMs: 1221 });
    expect(effects.filter((effect) => effect.kind !== "send")).to.deep.equal([
      { kind: "judged", node: "b", verdict: "lost" },
      { kind: "doubted" },
      { kind: "changed", nodes: ["b"] },
    ]);
    expect(sent(effects).map(({ heard, lost }) => ({ heard, lost }))).to.deep.equal([
      { heard: [C], lost: [B] },
    ]);
  });

  it("one that is heard by a third lives on, until the third says otherwise", () => {
    const { a, say } = serving();
    for (const nowMs of [1000, 1100, 1200]) {
      a.step({ kind: "timer", nowMs });
      say("c", nowMs, { heard: [A, B] });
    }
    expect(a.step({ kind: "rechecked", nowMs: 1201 })).to.deep.equal([]);
    expect(a.peer("b")?.state).to.equal("silent");
    expect(a.peer("b")?.dead).to.equal(false);
    expect(say("c", 1300, { heard: [A] })).to.deep.include({ kind: "changed", nodes: ["b"] });
    expect(a.peer("b")?.dead).to.equal(true);
  });

  it("one that says it leaves is dead at once, whoever else hears it", () => {
    const { a, say } = serving();
    say("c", 950, { heard: [A, B] });
    expect(say("b", 960, { leaving: true })).to.deep.include({
      ...{ kind: "judged", node: "b", verdict: "left" },
    });
    expect(a.peer("b")?.dead).to.equal(true);
  });

  it("a process that was late itself accuses nobody", () => {
    const { a } = serving();
    expect(kinds(a.step({ kind: "timer", nowMs: 5000 }))).to.deep.equal(["send"]);
    expect([a.peer("b")?.dead, a.peer("c")?.dead]).to.deep.equal([false, false]);
    expect(a.dueMs).at.most(5300);
  });

  it("the same where a datagram that lay waiting comes before the timer; and it begins a new life", () => {
    const { a, say } = serving();
    const late = [...say("b", 5000), ...a.step({ kind: "timer", nowMs: 5000 })];
    a.step({ kind: "rechecked", nowMs: 5000 });
    expect(sent(late).map(({ incarnation }) => incarnation)).to.deep.equal([1001]);
    expect([a.peer("b")?.dead, a.peer("c")?.dead]).to.deep.equal([false, false]);
    hearNobody(a, 5001, 5320);
    expect(a.peer("c")?.dead).to.equal(true);
  });

  it("however often it is late, a death is known after the detection time of its own running time", () => {
    const { a, say } = serving();
    // Of every 100 ms it runs 40: c is heard whenever it runs, b not any more.
    let nowMs = 940;
    for (; nowMs < 3000 && a.peer("b")?.dead === false; nowMs += 100) {
      say("c", nowMs);
      for (let ranMs = 0; ranMs <= 40; ranMs += 10) {
        if (a.dueMs <= nowMs + ranMs) a.step({ kind: "timer", nowMs: nowMs + ranMs });
        a.step({ kind: "rechecked", nowMs: nowMs + ranMs });
      }
    }
    expect(nowMs).to.be.within(1300, 940 + 300 / 0.4 + 100);
    expect(a.peer("c")?.dead).to.equal(false);
  });

  it("whatever happens, it asks to be woken when the first silence may be too long, and not later", () => {
    const peersWhen = {
      "without c": ADDRESSES.slice(0, 1),
      "with d": [...ADDRESSES, { node: "d", addresses: ["addr-d"], lingering: false }],
    };
    const happening = fc.record({
      what: fc.constantFrom(
        ...(["b", "c", "d", "timer", "rechecked", "gate", "plan"] as const),
        ...(["without c", "with d"] as const),
      ),
      pauseMs: fc.integer({ min: 0, max: 200 }),
    });
    const check = (
      happenings: readonly (typeof happening extends fc.Arbitrary<infer T> ? T : never)[],
    ) => {
      const { a, say } = serving();
      let [nowMs, generation, isRechecking] = [940, 5, false];
      const apply = (what: (typeof happenings)[number]["what"]) => {
        if (what === "b" || what === "c" || what === "d") return say(what, nowMs);
        if (what === "plan") return a.step({ kind: "plan", generation: ++generation, nowMs });
        if (what === "gate") return a.step({ kind: "gate", open: nowMs % 2 === 0, nowMs });
        if (what === "timer" || what === "rechecked") return a.step({ kind: what, nowMs });
        return a.step({ kind: "peers", peers: peersWhen[what], nowMs });
      };
      for (const { what, pauseMs } of happenings) {
        nowMs += pauseMs;
        const asksToRecheck = kinds(apply(what)).includes("recheck");
        isRechecking = asksToRecheck || (isRechecking && what !== "rechecked");
        const waitedFor = [...a.peers.values()].filter(({ state }) => state !== "silent");
        const soonestMs = Math.min(...waitedFor.map(({ deadlineMs }) => deadlineMs));
        if (!isRechecking) expect(a.dueMs).at.most(soonestMs);
      }
    };
    fc.assert(fc.property(fc.array(happening, { maxLength: 30 }), check), { numRuns: 500 });
  });

  it("after a long stall the next heartbeats are waited for: the machine may have stood still", () => {
    const { a, say } = serving();
    const stalledUntilMs = 60_000;
    const step = (kind: "timer" | "rechecked", nowMs: number) => a.step({ kind, nowMs });
    step("timer", stalledUntilMs);
    step("rechecked", stalledUntilMs);
    for (let ms = 0; ms < 250; ms += 50) step("timer", stalledUntilMs + ms);
    say("c", stalledUntilMs + 240);
    expect([a.peer("b")?.dead, a.peer("c")?.dead]).to.deep.equal([false, false]);
    for (let ms = 250; ms <= 700; ms += 50) {
      step("timer", stalledUntilMs + ms);
      step("rechecked", stalledUntilMs + ms);
      say("c", stalledUntilMs + ms);
    }
    expect([a.peer("b")?.dead, a.peer("c")?.dead]).to.deep.equal([true, false]);
  });

  it("a peer that stands still for 200 ms of 330, one heartbeat before that lost, is not accused", () => {
    const options = { node: "a", incarnation: 1, intervalMs: 50, detectionMs: 330 };
    const a = new Liveness(options);
    a.step({ kind: "peers", peers: ADDRESSES.slice(0, 1), nowMs: 0 });
    a.step({ kind: "start", nowMs: 0 });
    let sequence = 0;
    const run = (fromMs: number, toMs: number, silent: boolean) => {
      for (let nowMs = fromMs; nowMs < toMs; nowMs += 10) {
        if (a.dueMs <= nowMs) a.step({ kind: "timer", nowMs });
        a.step({ kind: "rechecked", nowMs });
        if (silent || nowMs % 50 !== 0) continue;
        const times = { intervalMs: 50, detectionMs: 330, sequence: ++sequence };
        a.step({ kind: "heard", heartbeat: heartbeat("b", times), nowMs });
      }
    };
    run(0, 1000, false);
    // Heard at 950; 1000 is lost; from 1049 to 1249 it stands still.
    run(1000, 1250, true);
    run(1250, 2000, false);
    expect(a.peer("b")).to.include({ dead: false, state: "heard" });
    expect(a.isolated).to.equal(false);
  });

  it("one that lingers is believed as long as it speaks, and its silence is nobody's news", () => {
    const { a, say } = serving();
    const [b, c] = ADDRESSES;
    if (b === undefined || c === undefined) return expect.fail("two peers");
    a.step({ kind: "peers", peers: [{ ...b, lingering: true }, c], nowMs: 950 });
    say("b", 960);
    expect(a.peer("b")?.dead).to.equal(false);
    const effects: LivenessEffect[] = [];
    for (let nowMs = 961; nowMs < 1400; nowMs++) {
      if (nowMs % 100 === 0) say("c", nowMs);
      if (a.dueMs <= nowMs) effects.push(...a.step({ kind: "timer", nowMs }));
      effects.push(...a.step({ kind: "rechecked", nowMs }));
    }
    expect(a.peer("b")).to.include({ state: "silent", dead: true });
    expect(effects.filter(({ kind }) => kind === "judged")).to.deep.equal([]);
    expect(a.isolated).to.equal(false);
    a.step({ kind: "peers", peers: [b, c], nowMs: 1400 });
    say("b", 1410);
    expect(a.peer("b")).to.include({ state: "heard", dead: false, imposedFence: 0 });
    expect(sent(a.step({ kind: "timer", nowMs: a.dueMs })).map(({ lost }) => lost)).to.deep.equal([
      [],
    ]);
  });

  it("isolated: it hears nobody although there are peers", () => {
    const { a } = serving();
    for (const nowMs of [1000, 1100, 1200]) a.step({ kind: "timer", nowMs });
    a.step({ kind: "rechecked", nowMs: 1200 });
    expect(a.isolated).to.equal(true);
    expect(sent(a.step({ kind: "timer", nowMs: 1220 }))[0]?.isolated).to.equal(true);
  });
});

describe("speaker: liveness: fences", () => {
  it("declared dead by one whom it hears: fenced at the newest plan of both", () => {
    const { a, say } = serving();
    const effects = say("b", 950, { lost: [A], planGeneration: 8 });
    expect(a.fence).to.equal(fenceAt(8));
    expect(effects).to.deep.include({ kind: "changed", nodes: ["a"] });
    expect(sent(effects)[0]?.fence).to.equal(fenceAt(8));
  });

  it("declared dead at its own fence by one that it heard all the time: it was mute, and stands behind that one", () => {
    const { a, say } = serving();
    say("b", 950, { lost: [A], planGeneration: 5, fence: fenceAt(5, 2) });
    expect(a.fence).to.equal(fenceAt(5, 3));
    say("b", 960, { lost: [A], planGeneration: 5, fence: fenceAt(5, 2) });
    expect(a.fence).to.equal(fenceAt(5, 3));
    say("c", 970, { lost: [A], planGeneration: 5, fence: fenceAt(5, 255) });
    expect(a.fence).to.equal(fenceAt(5, 255));
  });

  it("declared dead by one that has not heard it since it began: who was lost is who it was before", () => {
    const { a, say } = serving();
    const d = { node: "d", addresses: ["addr-d"], lingering: false };
    a.step({ kind: "peers", peers: [...ADDRESSES, d], nowMs: 930 });
    say("d", 950, { lost: [A], heard: [], planGeneration: 8 });
    expect(a.fence).to.equal(fenceAt(5));
    say("d", 960, { heard: [A] });
    say("d", 970, { lost: [A], planGeneration: 8 });
    expect(a.fence).to.equal(fenceAt(8));
  });

  it("declared dead by one that was alone: the other was away, not we", () => {
    const { a, say } = serving();
    say("b", 950, { lost: [A], planGeneration: 8, isolated: true });
    expect(a.fence).to.equal(fenceAt(5));
  });

  it("alone, then hears one that was there all the time: it was we, and nobody is accused", () => {
    const { a, say } = serving();
    a.step({ kind: "plan", generation: 6, nowMs: 950 });
    hearNobody(a, 950, 1200);
    const effects = say("b", 1300, { heard: [] });
    expect(a.fence).to.equal(fenceAt(6));
    expect(sent(effects)[0]?.lost).to.deep.equal([]);
    expect([a.peer("b")?.dead, a.peer("c")?.dead]).to.deep.equal([false, false]);
  });

  it("alone, then hears one that has heard it all the time: nobody took over, and it stands where it stood", () => {
    const { a, say } = serving();
    a.step({ kind: "plan", generation: 6, nowMs: 950 });
    hearNobody(a, 950, 1200);
    say("b", 1300, { heard: [A] });
    expect(a.fence).to.equal(fenceAt(5));
    expect([a.peer("b")?.dead, a.peer("c")?.dead]).to.deep.equal([false, false]);
  });

  it("it stood still for longer than the detection time: it begins a new life, and believes also one that is alone", () => {
    const { a, say } = serving();
    const told = sent(a.step({ kind: "timer", nowMs: 2000 }));
    expect(told.map(({ incarnation }) => incarnation)).to.deep.equal([OPTIONS.incarnation + 1]);
    say("b", 2001, { lost: [A], planGeneration: 8, isolated: true });
    expect(a.fence).to.equal(fenceAt(8));
  });

  it("it stood still for less: it is who it was", () => {
    const { a, say } = serving();
    const told = sent(a.step({ kind: "timer", nowMs: 1100 }));
    expect(told.map(({ incarnation }) => incarnation)).to.deep.equal([OPTIONS.incarnation]);
    say("b", 1101, { lost: [A], planGeneration: 8, isolated: true });
    expect(a.fence).to.equal(fenceAt(5));
  });

  it("alone, then hears one that has just started: it was the other", () => {
    const { a, say } = serving();
    a.step({ kind: "plan", generation: 6, nowMs: 950 });
    hearNobody(a, 950, 1200);
    say("b", 1300, { incarnation: 2, sequence: 1, starting: true, fence: FENCE_EVERYTHING });
    expect(a.fence).to.equal(fenceAt(5));
    expect(a.peer("c")?.dead).to.equal(true);
  });

  it("one back from the dead is fenced by us until it says that it knows", () => {
    const { a, say } = serving();
    for (const nowMs of [1000, 1100, 1200]) {
      a.step({ kind: "timer", nowMs });
      say("c", nowMs);
    }
    a.step({ kind: "rechecked", nowMs: 1200 });
    a.step({ kind: "plan", generation: 6, nowMs: 1210 });
    const heardAgain = say("b", 1300);
    expect(a.viewOf("b", [7])?.fenceGeneration).to.equal(6 + 255 / 256);
    expect(sent(heardAgain)[0]?.lost).to.deep.equal([B]);
    const acknowledged = say("b", 1350, { fence: fenceAt(6) });
    expect(sent(acknowledged)[0]?.lost).to.deep.equal([]);
    expect(a.viewOf("b", [7])?.fenceGeneration).to.equal(6);
  });
});

describe("speaker: liveness: what is not believed", () => {
  const { a } = serving();
  const rows = [
    { name: "our own, come back", more: heartbeat("a", { sequence: 99 }), want: "heartbeat-own" },
    { name: "no peer's", more: heartbeat("z", { sequence: 99 }), want: "heartbeat-unknown-node" },
    {
      name: "the last one again",
      more: heartbeat("b", { sequence: 9 }),
      want: "heartbeat-replayed",
    },
    { name: "an older one", more: heartbeat("b", { sequence: 3 }), want: "heartbeat-replayed" },
    {
      name: "one of an earlier life",
      more: heartbeat("b", { incarnation: 0, sequence: 99 }),
      want: "heartbeat-replayed",
    },
  ];
  for (const { name, more, want } of rows) {
    it(`${name}: ${want}`, () => {
      const effects = a.step({ kind: "heard", heartbeat: more, nowMs: 950 });
      expect(effects[0]).to.deep.equal({ kind: "fault", name: want });
      expect(effects.slice(1).every(({ kind }) => kind === "met")).to.equal(true);
      expect(a.peer("b")?.deadlineMs).to.equal(1200);
    });
  }

  it("a later life begins with any sequence", () => {
    const peer = newPeer({ node: "b", id: B, addresses: [], deadlineMs: 0, awaited: false });
    listenTo(peer, heartbeat("b", { incarnation: 5, sequence: 100 }), {
      ...{ nowMs: 0, detectionMs: 300 },
    });
    const later = heartbeat("b", { incarnation: 6, sequence: 1 });
    expect(listenTo(peer, later, { nowMs: 100, detectionMs: 300 })).not.to.equal("replayed");
  });
});

describe("speaker: liveness: who gave way", () => {
  it("says at once that it gave something up, and goes on saying so", () => {
    const { a } = serving();
    const [told] = sent(a.step({ kind: "yielded", nowMs: 960 }));
    expect(told?.yields).to.equal(1);
    a.step({ kind: "yielded", nowMs: 961 });
    const later = sent(a.step({ kind: "timer", nowMs: a.dueMs }));
    expect(later.map(({ yields }) => yields)).to.deep.equal([2]);
  });

  const doubted = (effects: readonly LivenessEffect[]) =>
    effects.filter(({ kind }) => kind === "doubted").length;
  const rejoined = (effects: readonly LivenessEffect[]) =>
    effects.filter(({ kind }) => kind === "rejoined").length;

  it("a peer that gave something up: what is held is announced again, once", () => {
    const { say } = serving();
    expect(doubted(say("b", 960, { yields: 1 }))).to.equal(1);
    expect(doubted(say("b", 980, { yields: 1 }))).to.equal(0);
    expect(doubted(say("b", 990, { yields: 0xffff }))).to.equal(1);
    expect(doubted(say("b", 995, { yields: 0 }))).to.equal(1);
  });

  it("a peer that is given up, and one that is back: what is held is announced again", () => {
    const { a, say } = serving();
    const effects: LivenessEffect[] = [];
    for (let nowMs = 901; nowMs < 1400; nowMs++) {
      if (nowMs % 100 === 0) say("c", nowMs);
      if (a.dueMs <= nowMs) effects.push(...a.step({ kind: "timer", nowMs }));
      effects.push(...a.step({ kind: "rechecked", nowMs }));
    }
    expect(doubted(effects)).to.equal(1);
    expect(doubted(say("b", 1410, { incarnation: 2, sequence: 1, starting: true }))).to.equal(1);
    say("c", 1420, { leaving: true });
    expect(doubted(say("c", 1500, { incarnation: 2, sequence: 1, starting: true }))).to.equal(0);
  });

  it("says that it is back where a peer that had given it up no longer does; to be given up as such is no return", () => {
    const { say } = serving();
    say("c", 950, { planGeneration: 1, lost: [A] });
    expect(rejoined(say("b", 960, { lost: [A] }))).to.equal(0);
    expect(rejoined(say("b", 970, { lost: [A] }))).to.equal(0);
    expect(rejoined(say("b", 980, { lost: [] }))).to.equal(1);
    expect(rejoined(say("b", 990, { lost: [] }))).to.equal(0);
  });

  it("is not back by what a peer says of its former life, which ended with its start", () => {
    const { say } = serving();
    say("b", 950, { incarnation: 2, starting: true, heard: [A], lost: [A] });
    expect(rejoined(say("b", 960, { incarnation: 2, heard: [A], lost: [] }))).to.equal(0);
  });

  it("is back where all had ceased to hear it, whether or not they counted on it", () => {
    const { say } = serving();
    say("b", 950, { heard: [A] });
    say("c", 950, { heard: [A] });
    expect(rejoined(say("b", 960, { heard: [] }))).to.equal(0);
    expect(rejoined(say("b", 970, { heard: [A] }))).to.equal(0);
    say("b", 980, { heard: [] });
    say("c", 980, { heard: [] });
    expect(rejoined(say("c", 990, { heard: [A] }))).to.equal(1);
    expect(rejoined(say("b", 990, { heard: [A] }))).to.equal(0);
  });

  it("is back, and holds nothing against those it had lost, though a plan named another peer while it was alone", () => {
    const { a, say } = serving();
    for (let nowMs = 901; nowMs < 1400; nowMs++) {
      if (a.dueMs <= nowMs) a.step({ kind: "timer", nowMs });
      a.step({ kind: "rechecked", nowMs });
    }
    expect(a.isolated).to.equal(true);
    const peer = (node: string) => ({ node, addresses: [], lingering: false });
    a.step({ kind: "peers", peers: ["b", "c", "d"].map(peer), nowMs: 1400 });
    expect(a.isolated).to.equal(true);
    say("d", 1405, { heard: [] });
    const effects = say("b", 1410, { heard: [C] });
    expect(rejoined(effects)).to.equal(1);
    expect(a.peer("c")?.imposedFence).to.equal(0);
  });

  it("is not back where a peer starts anew, and hears nobody at first", () => {
    const { say } = serving();
    for (const node of ["b", "c"] as const) {
      say(node, 950, { heard: [A] });
      say(node, 960, { incarnation: 2, starting: true, heard: [] });
    }
    expect(rejoined(say("b", 970, { incarnation: 2, heard: [A] }))).to.equal(0);
  });

  it("whether a peer hears us is news: who waits for that decides anew", () => {
    const { say } = serving();
    const news = [{ kind: "informed", nodes: ["b"] }];
    expect(say("b", 960, { heard: [] })).to.deep.equal(news);
    expect(say("b", 970, { heard: [] })).to.deep.equal([]);
    expect(say("b", 980, { heard: [A] })).to.deep.equal(news);
  });

  it("a peer that has started anew counts from nothing", () => {
    const { say } = serving();
    say("b", 960, { yields: 4 });
    expect(doubted(say("b", 980, { yields: 0, incarnation: 2 }))).to.equal(0);
  });
});
