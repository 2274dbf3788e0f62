/**
 * A whole mind with a stranger on its segment: before first use, while it holds, and when it asks.
 */
import { expect } from "chai";
import { parseIp, type Ip } from "../../src/base/ip.ts";
import type { Mac } from "../../src/base/mac.ts";
import { announcementFrames, readFrame } from "../../src/speaker/responder.ts";
import { Speaker, type SpeakerEffect, type SpeakerEvent } from "../../src/speaker/speaker.ts";
import type { UsableLink } from "../../src/speaker/links.ts";
import { probeOn, questionOn } from "../../src/speaker/questions.ts";
import { claimIn } from "../../src/speaker/claims.ts";
import { idOf } from "../../src/speaker/ids.ts";
import { ETH0 } from "./net.ts";

type Untimed<E> = E extends unknown ? Omit<E, "nowMs"> : never;

const ip = (text: string): Ip => parseIp(text) ?? expect.fail(text);
const [X, X6] = [ip("192.0.2.1"), ip("2001:db8::1")];
const OURS = "02:00:00:00:00:01" as Mac;
const PEER = "02:00:00:00:00:0b" as Mac;
const STRANGER = "02:00:00:00:00:99" as Mac;
const LINKS = [
  {
    ...ETH0,
    addresses: [
      { ip: ip("192.0.2.101"), prefixLength: 24 },
      { ip: ip("fe80::1"), prefixLength: 64 },
    ],
  },
];

interface PlanChange {
  readonly rank?: string[];
  readonly holder?: string;
  readonly unknownToB?: boolean;
}

/** Node "a" among peers that are alive from the start, its time and what it did. */
class World {
  nowMs = 0;
  readonly speaker: Speaker;
  readonly log: string[] = [];
  #dueMs = Infinity;
  #sequence = 0;
  #peerHears = true;
  #generationOfB = 1;
  generation = 1;

  constructor(options: { readonly verifyIntervalMs?: number } = {}) {
    this.speaker = new Speaker({
      ...{ node: "a", incarnation: 1, intervalMs: 50, detectionMs: 330, leaveMs: 200 },
      ...{ reannounceIntervalMs: 0, ...options },
    });
    this.feed({ kind: "links", links: LINKS });
    this.feed({ kind: "nodes", nodes: [{ node: "b", addresses: ["192.0.2.102"] }] });
  }

  feed(event: Untimed<SpeakerEvent>): void {
    for (const effect of this.speaker.step({ ...event, nowMs: this.nowMs })) this.#perform(effect);
  }

  plan(address: Ip, change: PlanChange = {}): void {
    const { rank = ["a", "b"], holder = null, unknownToB = false } = change;
    if (!unknownToB) this.#generationOfB = this.generation + 1;
    const plan = { address, rank, generation: ++this.generation, interfaces: [], holder };
    const { generation } = this;
    this.feed({ kind: "plan", change: { upserts: [plan], removals: [], generation } });
  }

  start(): void {
    this.feed({ kind: "start" });
    this.run(400);
    this.log.length = 0;
  }

  /** Node b goes silent. */
  loseB(): void {
    this.#peerHears = false;
  }

  run(forMs: number): void {
    for (const endMs = this.nowMs + forMs; this.nowMs < endMs; this.nowMs += 10) {
      if (this.nowMs % 50 === 0 && this.#peerHears) this.#heartbeat();
      for (let i = 0; i < 100 && this.#dueMs <= this.nowMs; i++) {
        this.#dueMs = Infinity;
        this.feed({ kind: "timer" });
      }
    }
  }

  frames(frames: readonly Uint8Array[]): void {
    for (const bytes of frames) this.feed({ kind: "frame", linkIndex: 2, bytes });
  }

  /** Someone says to everybody that it has the address. */
  announces(mac: Mac, address: Ip): void {
    this.frames(announcementFrames(address, mac, 1));
  }

  #heartbeat(): void {
    const sequence = ++this.#sequence;
    const heartbeat = {
      ...{ sender: idOf("b"), leaving: false, starting: false, isolated: false, gated: false },
      ...{ incarnation: 1, sequence, fence: 0, planGeneration: this.#generationOfB },
      ...{ inServiceSeconds: 0, yields: 0, intervalMs: 50, detectionMs: 330 },
      ...{ heard: [idOf("a")], lost: [] },
      links: ["IPv4 *", "IPv6 *"].map((name) => ({ link: idOf(name), fence: 0 })),
      macs: [PEER],
    };
    this.feed({ kind: "heartbeat", heartbeat });
  }

  #perform(effect: SpeakerEffect): void {
    const at = `${this.nowMs}`;
    if (effect.kind === "set-timer") this.#dueMs = effect.atMs;
    if (effect.kind === "recheck") this.feed({ kind: "rechecked" });
    if (effect.kind === "holding" && effect.change.gained) {
      this.log.push(`${at} gained ${effect.change.reason}`);
    }
    if (effect.kind === "holding" && !effect.change.gained) this.log.push(`${at} lost`);
    if (effect.kind === "join-group" || effect.kind === "leave-group") {
      this.log.push(`${at} ${effect.kind}`);
    }
    if (effect.kind === "conflict") {
      const { mac, node, use } = effect.sighting;
      this.log.push(`${at} conflict ${node ?? mac} ${use}`);
    }
    if (effect.kind === "verified") {
      const { result, expected } = effect.verification;
      this.log.push(`${at} verified ${expected} ${result}`);
    }
    if (effect.kind === "send-frame" && effect.what !== "poke") {
      this.log.push(`${at} ${effect.what}`);
    }
  }

  /** What was logged, without the first so many ms. */
  of(...kinds: readonly string[]): string[] {
    return this.log.filter((line) => kinds.some((kind) => line.split(" ")[1] === kind));
  }
}

const stranger: UsableLink = {
  ...{ index: 2, name: "eth0", mac: STRANGER, usual: true, families: ["IPv4", "IPv6"] },
  addresses: [
    { ip: X, prefixLength: 24 },
    { ip: X6, prefixLength: 64 },
  ],
};

describe("speaker: before first use", () => {
  it("IPv4: three probes, then it is held and announced", () => {
    const world = new World();
    world.start();
    world.plan(X);
    world.run(350);
    expect(world.log).to.deep.equal([
      ...["400 probe", "500 probe", "600 probe", "700 gained first", "700 announcement"],
    ]);
  });

  it("IPv6: in the group of the address while it is probed, to hear others who ask", () => {
    const world = new World();
    world.start();
    world.plan(X6);
    world.run(350);
    expect(world.log).to.deep.equal([
      ...["400 join-group", "400 probe", "500 probe", "600 probe"],
      ...["700 leave-group", "700 join-group", "700 gained first", "700 announcement"],
    ]);
  });

  it("its status says that somebody held it: at once", () => {
    const world = new World();
    world.start();
    world.plan(X, { holder: "b" });
    world.run(60);
    expect(world.of("probe")).to.deep.equal([]);
    expect(world.of("gained").length).to.equal(1);
  });

  for (const address of [X, X6]) {
    it(`a failover of what was announced asks nobody (${address})`, () => {
      const world = new World();
      world.start();
      world.plan(address, { rank: ["b", "a"] });
      world.run(200);
      world.announces(PEER, address);
      world.loseB();
      world.run(400);
      expect(world.of("probe")).to.deep.equal([]);
      expect(world.of("gained").map((line) => line.slice(4))).to.deep.equal(["gained node-lost"]);
    });

    it(`who should have held it and was never heard to may have found a stranger: asked for (${address})`, () => {
      const world = new World();
      world.start();
      world.plan(address, { rank: ["b", "a"] });
      world.run(200);
      world.announces(STRANGER, address);
      world.loseB();
      world.run(400);
      expect(world.of("probe")).not.to.deep.equal([]);
      world.announces(STRANGER, address);
      world.run(400);
      expect(world.of("gained")).to.deep.equal([]);
      expect(world.of("conflict").length).to.equal(1);
    });

    it(`planned to us while the other does not know: asked for before we begin without it (${address})`, () => {
      const world = new World();
      world.start();
      world.plan(address, { rank: ["b", "a"] });
      world.run(200);
      world.plan(address, { ...{ rank: ["a", "b"] }, unknownToB: true });
      world.run(1600);
      expect(world.of("probe").length).to.equal(3);
      expect(world.of("gained").length).to.equal(1);
    });
  }

  const claims: readonly { name: string; frames: readonly Uint8Array[]; address: Ip }[] = [
    { name: "announces it", frames: announcementFrames(X, STRANGER, 0), address: X },
    { name: "advertises it", frames: announcementFrames(X6, STRANGER, 0), address: X6 },
    {
      name: "probes for it too, on and on",
      frames: Array<Uint8Array>(4).fill(probeOn(stranger, X).frame),
      address: X,
    },
    {
      name: "probes for it too, on and on (IPv6)",
      frames: Array<Uint8Array>(4).fill(probeOn(stranger, X6).frame),
      address: X6,
    },
    { name: "asks from it", frames: [questionOn(stranger, ip("192.0.2.77")).frame], address: X },
    {
      name: "solicits from it",
      frames: [questionOn(stranger, ip("2001:db8::77")).frame],
      address: X6,
    },
  ];
  for (const { name, frames, address } of claims) {
    it(`a stranger ${name}: not gained, said so, tried again; gained when it is gone`, () => {
      const world = new World();
      world.start();
      world.plan(address);
      world.run(150);
      world.frames(frames);
      world.run(1100);
      world.frames(frames);
      expect(world.of("gained")).to.deep.equal([]);
      expect(world.of("conflict").length).to.equal(2);
      expect(world.of("conflict")[0]).to.equal(`550 conflict ${STRANGER} wanted`);
      world.run(3000);
      expect(world.of("gained").length).to.equal(1);
      expect(world.speaker.heldCount).to.equal(1);
    });
  }

  for (const address of [X, X6]) {
    it(`a stranger probes for it once (${address}): nobody has it; asked for anew, and gained`, () => {
      const world = new World();
      world.start();
      world.plan(address);
      world.run(150);
      world.frames([probeOn(stranger, address).frame]);
      world.run(800);
      expect(world.of("gained", "conflict")).to.deep.equal(["950 gained first"]);
    });
  }

  it("a peer that answers is no conflict: what one of ours has is taken over at once", () => {
    const world = new World();
    world.start();
    world.plan(X);
    world.run(150);
    world.announces(PEER, X);
    world.run(10);
    expect(world.of("gained", "conflict")).to.deep.equal(["550 gained first"]);
  });

  it("a peer that probes as well takes nothing from us", () => {
    const world = new World();
    world.start();
    world.plan(X);
    world.run(150);
    world.frames([probeOn({ ...stranger, mac: PEER }, X).frame]);
    world.run(300);
    expect(world.of("gained").length).to.equal(1);
  });

  it("planned away, or deleted, while it is probed: no probe more", () => {
    for (const end of [
      (world: World) => {
        world.plan(X, { rank: ["b", "a"] });
      },
      (world: World) => {
        const change = { upserts: [], removals: [X], generation: world.generation };
        world.feed({ kind: "plan", change });
      },
      (world: World) => {
        world.feed({ kind: "leave" });
      },
    ]) {
      const world = new World();
      world.start();
      world.plan(X);
      world.run(150);
      end(world);
      world.run(1000);
      expect(world.log.filter((line) => !line.endsWith("probe"))).to.deep.equal([]);
      expect(world.of("probe").length).to.equal(2);
    }
  });
});

describe("speaker: a stranger beside the holder", () => {
  function holding(): World {
    const world = new World();
    world.start();
    world.plan(X);
    world.run(5000);
    expect(world.speaker.heldCount).to.equal(1);
    world.log.length = 0;
    return world;
  }

  it("is told of with every claim, and answered by one announcement in 10 s", () => {
    const world = holding();
    for (let i = 0; i < 12; i++) {
      world.announces(STRANGER, X);
      world.run(1000);
    }
    expect(world.of("conflict").length).to.equal(24); // both forms of gratuitous ARP
    expect(world.of("announcement")).to.deep.equal(["5400 announcement", "15400 announcement"]);
    expect(world.speaker.heldCount).to.equal(1);
  });

  it("its probe is answered, and is no conflict", () => {
    const world = holding();
    world.frames([probeOn(stranger, X).frame]);
    expect(world.log).to.deep.equal([`${world.nowMs} answer`]);
  });

  it("our own other interface is no stranger", () => {
    const world = holding();
    const eth1 = { ...ETH0, index: 3, name: "eth1", mac: "02:00:00:00:00:02" as Mac };
    world.feed({ kind: "links", links: [...LINKS, eth1] });
    world.announces("02:00:00:00:00:02" as Mac, X);
    world.announces(OURS, X);
    expect(world.of("conflict")).to.deep.equal([]);
  });

  it("a peer for a moment is a move; for longer than H2 allows it is told of, and not answered", () => {
    const world = holding();
    world.announces(PEER, X);
    world.run(380);
    world.announces(PEER, X);
    expect(world.of("conflict")).to.deep.equal([]);
    world.run(10);
    world.announces(PEER, X);
    expect(world.of("conflict")[0]).to.contain("conflict b held");
    expect(world.of("announcement")).to.deep.equal([]);
  });

  it("after a take-over from a node whose MACs are known, a stranger is one at once", () => {
    const world = new World();
    world.start();
    world.plan(X, { rank: ["b", "a"] });
    world.run(100);
    world.loseB();
    world.run(400);
    world.log.length = 0;
    world.announces(PEER, X);
    expect(world.of("conflict")).to.deep.equal([]);
    world.announces(STRANGER, X);
    expect(world.of("conflict").length).to.equal(2);
  });

  it("in the second after a take-over from a node that was never heard, nobody is", () => {
    const world = new World();
    world.start();
    world.plan(X, { rank: ["a", "b"], holder: "c" });
    world.log.length = 0;
    world.announces(STRANGER, X);
    expect(world.of("conflict")).to.deep.equal([]);
    world.run(1000);
    world.announces(STRANGER, X);
    expect(world.of("conflict").length).to.equal(2);
  });

  it("while it leaves it defends nothing", () => {
    const world = holding();
    world.feed({ kind: "leave" });
    world.announces(STRANGER, X);
    expect(world.of("conflict", "announcement")).to.deep.equal([]);
  });
});

describe("speaker: asks on the wire", () => {
  /** Frames come back for every question, from these. */
  function asked(answers: readonly Mac[], rank = ["b", "a"]): World {
    const world = new World({ verifyIntervalMs: 1000 });
    world.start();
    world.plan(X, { rank, holder: rank[0] ?? "" });
    const until = world.nowMs + 12_000;
    let seen = 0;
    while (world.nowMs < until) {
      world.run(10);
      if (world.of("question").length === seen) continue;
      seen = world.of("question").length;
      for (const mac of answers) world.frames(announcementFrames(X, mac, 0));
    }
    return world;
  }
  const results = (world: World) => [
    ...new Set(world.of("verified").map((line) => line.split(" ").slice(2).join(" "))),
  ];

  const rows = [
    { name: "the holder answers", answers: [PEER], want: ["b ok"] },
    { name: "nobody", answers: [], want: ["b silent"] },
    { name: "a stranger alone", answers: [STRANGER], want: ["b stranger"] },
    { name: "both", answers: [PEER, STRANGER], want: ["b several"] },
  ];
  for (const { name, answers, want } of rows) {
    it(`${name}: ${want.join()}`, () => expect(results(asked(answers))).to.deep.equal(want));
  }

  it("of its own: nobody else", () => {
    const world = asked([], ["a", "b"]);
    expect(results(world)).to.deep.equal(["a ok"]);
  });

  it("an address for which only a stranger answered is probed before it is taken over", () => {
    const world = asked([STRANGER]);
    world.loseB();
    world.run(500);
    expect(world.of("probe").length).to.be.greaterThan(0);
  });

  it("where the holder answers beside the stranger, it is taken over at once", () => {
    const world = asked([PEER, STRANGER]);
    world.loseB();
    world.run(500);
    expect(world.of("probe")).to.deep.equal([]);
    expect(world.of("gained").length).to.equal(1);
  });

  it("alone, it asks nobody: what it cannot hear it does not judge", () => {
    const world = asked([PEER]);
    world.loseB();
    world.run(1000);
    const before = world.of("question").length;
    world.run(5000);
    expect(world.of("question").length).to.equal(before);
  });
});

describe("speaker: what a frame claims", () => {
  const rows = [
    { name: "ARP probe", frame: probeOn(stranger, X).frame, want: { ip: X, how: "wants" } },
    {
      name: "ARP request",
      frame: questionOn(stranger, ip("192.0.2.77")).frame,
      want: { ip: X, how: "has" },
    },
    {
      name: "gratuitous ARP",
      frame: announcementFrames(X, STRANGER, 0)[0],
      want: { ip: X, how: "has" },
    },
    { name: "NS from ::", frame: probeOn(stranger, X6).frame, want: { ip: X6, how: "wants" } },
    {
      name: "NS from an address",
      frame: questionOn(stranger, ip("2001:db8::77")).frame,
      want: { ip: X6, how: "has" },
    },
    { name: "NA", frame: announcementFrames(X6, STRANGER, 0)[0], want: { ip: X6, how: "has" } },
  ];
  for (const { name, frame, want } of rows) {
    it(`${name}: ${want.how}`, () => {
      const read = readFrame(frame ?? new Uint8Array());
      if (read.kind === "fault") expect.fail(read.name);
      expect(claimIn(read)).to.deep.equal({ ...want, mac: STRANGER });
    });
  }
});
