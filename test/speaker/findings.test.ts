/**
 * What is written of a stranger and of a silent holder, when it is taken back, and of what people get an Event.
 */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import type { Mac } from "../../src/base/mac.ts";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";
import { Findings, NOT_SEEN_MS, SAY_AGAIN_MS } from "../../src/speaker/findings.ts";
import type { Verification } from "../../src/speaker/verifier.ts";

const NAME = "192-0-2-1";
const IP = "192.0.2.1" as Ip;
const STRANGER = "02:00:00:00:00:99" as Mac;
const NOW_MS = Date.parse("2026-11-21T10:00:00Z");
const SIGHTING = { ip: IP, mac: STRANGER, node: null, interface: "eth0", use: "held" } as const;
const SILENT: Verification = { ip: IP, result: "silent", expected: "n2", others: [] };

/** One object, and speakers that watch it and write to it. */
class World {
  object: VirtualIP = {
    metadata: { name: NAME },
    spec: {
      ...{ address: IP, services: [], pool: null, class: null, mode: "L2" },
      ...{ interfaces: [], rank: ["n1", "n2"], generation: 1 },
    },
    status: { holder: "n1" },
  };
  readonly events: string[] = [];
  readonly speakers: ReadonlyMap<string, Findings>;

  constructor(names: readonly string[]) {
    this.speakers = new Map(names.map((name) => [name, new Findings(name)]));
  }

  of(name: string): Findings {
    return this.speakers.get(name) ?? expect.fail(name);
  }

  /** A tick of every speaker. @returns what was written, by whom */
  tick(nowMs: number): string[] {
    const written: string[] = [];
    for (const [name, findings] of this.speakers) {
      for (const due of findings.due(nowMs, () => this.object)) {
        expect(due).to.equal(NAME);
        for (const { condition, event } of findings.writes(this.object, nowMs)) {
          const { type, status, reason } = condition;
          written.push(`${name}: ${type} ${status} ${reason}`);
          if (event !== null) this.events.push(`${event.type} ${event.reason}`);
          const others = (this.object.status?.conditions ?? []).filter((one) => one.type !== type);
          this.object = {
            ...this.object,
            status: { ...this.object.status, conditions: [...others, condition] },
          };
          for (const each of this.speakers.values()) each.look(NAME, this.object, nowMs);
        }
      }
    }
    return written;
  }

  message(wanted: string): string {
    return this.object.status?.conditions?.find(({ type }) => type === wanted)?.message ?? "";
  }
}

describe("speaker: findings", () => {
  it("a stranger beside the holder: the condition names its MAC, the interface and when it was seen; one Event", () => {
    const world = new World(["n1"]);
    world.of("n1").sighted(NAME, SIGHTING, NOW_MS);
    expect(world.tick(NOW_MS)).to.deep.equal(["n1: Conflict True Stranger"]);
    expect(world.message("Conflict")).to.equal(
      "02:00:00:00:00:99, the MAC of none of our nodes, answers for it beside node n1 on eth0" +
        "; last seen at 2026-11-21T10:00:00Z",
    );
    expect(world.events).to.deep.equal(["Warning AddressConflict"]);
  });

  it("seen again and again by two: said again every 20 s, by one of them, with no Event more", () => {
    const world = new World(["n1", "n2"]);
    const written: string[] = [];
    for (let ms = 0; ms <= 60_000; ms += 1000) {
      world.of("n1").sighted(NAME, SIGHTING, NOW_MS + ms);
      world.of("n2").sighted(NAME, { ...SIGHTING, interface: "eth1" }, NOW_MS + ms);
      written.push(...world.tick(NOW_MS + ms).map((line) => `${ms / 1000} ${line}`));
    }
    expect(written).to.deep.equal([
      "0 n1: Conflict True Stranger",
      "20 n1: Conflict True Stranger",
      "40 n1: Conflict True Stranger",
      "60 n1: Conflict True Stranger",
    ]);
    expect(world.events).to.deep.equal(["Warning AddressConflict"]);
    expect(SAY_AGAIN_MS).to.equal(20_000);
  });

  it("not seen for a minute: over, said once, with an Event", () => {
    const world = new World(["n1", "n2"]);
    world.of("n1").sighted(NAME, SIGHTING, NOW_MS);
    world.tick(NOW_MS);
    expect(world.tick(NOW_MS + NOT_SEEN_MS - 1)).to.deep.equal([]);
    expect(world.tick(NOW_MS + NOT_SEEN_MS)).to.deep.equal(["n1: Conflict False NotSeen"]);
    expect(world.tick(NOW_MS + 2 * NOT_SEEN_MS)).to.deep.equal([]);
    expect(world.events).to.deep.equal(["Warning AddressConflict", "Normal ConflictOver"]);
  });

  it("whoever saw it has died: the node that should answer takes it back, nobody else does", () => {
    const world = new World(["n2", "n1"]);
    const dead = new Findings("n3");
    dead.sighted(NAME, SIGHTING, NOW_MS);
    const [write] = dead.writes(world.object, NOW_MS);
    world.object = {
      ...world.object,
      status: { holder: "n1", conditions: [write?.condition ?? expect.fail("nothing")] },
    };
    for (const each of world.speakers.values()) each.look(NAME, world.object, NOW_MS);
    expect(world.tick(NOW_MS + NOT_SEEN_MS)).to.deep.equal(["n1: Conflict False NotSeen"]);
  });

  it("one still sees it while another has not for a minute: it stays", () => {
    const world = new World(["n1", "n2"]);
    world.of("n1").sighted(NAME, SIGHTING, NOW_MS);
    const written: string[] = [];
    for (let ms = 0; ms <= 180_000; ms += 10_000) {
      world.of("n2").sighted(NAME, SIGHTING, NOW_MS + ms);
      written.push(...world.tick(NOW_MS + ms));
    }
    expect(written.filter((line) => line.includes("False"))).to.deep.equal([]);
  });

  it("first used after the probes had no answer: over at once", () => {
    const world = new World(["n1"]);
    world.of("n1").sighted(NAME, { ...SIGHTING, use: "wanted" }, NOW_MS);
    world.tick(NOW_MS);
    expect(world.message("Conflict")).to.contain("has it, so node n1 does not begin to answer");
    world.of("n1").foundFree(NAME);
    expect(world.tick(NOW_MS + 2000)).to.deep.equal(["n1: Conflict False NotSeen"]);
    world.of("n1").sighted(NAME, SIGHTING, NOW_MS + 3000);
    expect(world.tick(NOW_MS + 3000)).to.deep.equal(["n1: Conflict True Stranger"]);
  });

  it("another stranger than before is another Event", () => {
    const world = new World(["n1"]);
    world.of("n1").sighted(NAME, SIGHTING, NOW_MS);
    world.tick(NOW_MS);
    const other = { ...SIGHTING, mac: "02:00:00:00:00:98" as Mac };
    world.of("n1").sighted(NAME, other, NOW_MS + SAY_AGAIN_MS);
    world.tick(NOW_MS + SAY_AGAIN_MS);
    expect(world.events).to.deep.equal(["Warning AddressConflict", "Warning AddressConflict"]);
  });

  it("two of our own: reason TwoNodes", () => {
    const world = new World(["n1"]);
    world.of("n1").sighted(NAME, { ...SIGHTING, node: "n2" }, NOW_MS);
    expect(world.tick(NOW_MS)).to.deep.equal(["n1: Conflict True TwoNodes"]);
    expect(world.message("Conflict")).to.match(
      /^Node n2 \(02:.*99\) answers for it beside node n1/,
    );
  });

  const others = [{ mac: STRANGER, node: null }];
  const verdicts = [
    { name: "silent", verification: SILENT, want: ["n1: Verified False Silent"] },
    {
      name: "another node",
      verification: { ...SILENT, result: "wrong-node", others: [{ mac: STRANGER, node: "n3" }] },
      want: ["n1: Verified False WrongNode"],
    },
    {
      name: "a stranger alone",
      verification: { ...SILENT, result: "stranger", others },
      want: ["n1: Conflict True Stranger", "n1: Verified False NotAlone"],
    },
    {
      name: "a stranger too",
      verification: { ...SILENT, result: "several", others },
      want: ["n1: Conflict True Stranger", "n1: Verified False NotAlone"],
    },
    {
      name: "a stranger beside ourselves",
      verification: { ...SILENT, result: "several", others, expected: "n1" },
      want: ["n1: Conflict True Stranger", "n1: Verified False NotAlone"],
    },
    {
      name: "right",
      verification: { ...SILENT, result: "ok" },
      want: ["n1: Verified True Answered"],
    },
    {
      name: "nobody beside ourselves, which shows nothing of ourselves",
      verification: { ...SILENT, result: "ok", expected: "n1" },
      want: [],
    },
  ] as const;
  for (const { name, verification, want } of verdicts) {
    it(`verified: ${name}`, () => {
      const world = new World(["n1"]);
      world.of("n1").verified(NAME, verification, NOW_MS);
      expect(world.tick(NOW_MS)).to.deep.equal(want);
      world.of("n1").verified(NAME, verification, NOW_MS + 1000);
      expect(world.tick(NOW_MS + 1000)).to.deep.equal([]);
    });
  }

  it("right from the beginning is no Event; wrong, then right: one each", () => {
    const world = new World(["n1", "n3"]);
    const right: Verification = { ...SILENT, result: "ok" };
    for (const [name, verification] of [
      ["n1", right],
      ["n3", SILENT],
      ["n1", SILENT],
      ["n1", right],
    ] as const) {
      world.of(name).verified(NAME, verification, NOW_MS);
      world.tick(NOW_MS);
    }
    expect(world.events).to.deep.equal(["Warning AddressSilent", "Normal AddressVerified"]);
  });

  it("verified, then a stranger as well, then verified: a stranger's Event is the conflict's", () => {
    const world = new World(["n1"]);
    const right: Verification = { ...SILENT, result: "ok" };
    for (const verification of [right, { ...SILENT, result: "several", others } as const, right]) {
      world.of("n1").verified(NAME, verification, NOW_MS);
      world.tick(NOW_MS);
    }
    expect(world.events).to.deep.equal(["Warning AddressConflict", "Normal AddressVerified"]);
    expect(world.message("Verified")).to.equal(
      "Its holder answers for it on the wire, and nobody else",
    );
  });

  it("what became of the object meanwhile is forgotten with it", () => {
    const world = new World(["n1"]);
    world.of("n1").sighted(NAME, SIGHTING, NOW_MS);
    world.of("n1").look(NAME, undefined, NOW_MS);
    expect(world.tick(NOW_MS)).to.deep.equal([]);
  });
});
