/** A session against random peers: whatever they say, and whenever, it keeps its house in order. */
import { expect } from "chai";
import fc from "fast-check";
import { plainAnnouncement } from "../../src/bgp/announcement.ts";
import type { Prefix } from "../../src/bgp/prefix.ts";
import { notification } from "../../src/bgp/wire/notification.ts";
import { encodeMessage, type SendableMessage } from "../../src/bgp/wire/message.ts";
import { ends, GRACEFUL, Stage, theirOpen } from "./stage.ts";
import * as any from "./wire/arbitrary.ts";

const WIRE = { asnBytes: 4, isExternal: true } as const;
const say = (message: SendableMessage) => encodeMessage(message, WIRE);

const lines = fc.oneof(
  fc.constantFrom("192.0.2.254", "1.1.1.1").map((identifier) => say(theirOpen({ identifier }))),
  fc.constant(say(theirOpen({ capabilities: [GRACEFUL] }))),
  any.open.map((open) => say(open)),
  fc.constant(say({ kind: "keepalive" })),
  fc.tuple(any.uint8, any.uint8).map(([code, subcode]) => say(notification(code, subcode))),
  fc.constant(say({ kind: "route-refresh", afi: 1, subtype: 0, safi: 1 })),
  any.update.map((update) => say({ kind: "update", ...update })),
  fc
    .tuple(fc.integer({ min: 1, max: 5 }), any.bytes(60))
    .map(([type, body]) =>
      Buffer.concat([Buffer.alloc(16, 0xff), Uint8Array.of(0, 0, type), body]),
    ),
);

/** What happens next, as far as it can at that moment. */
const moves = fc.oneof(
  fc.record({ kind: fc.constant("say" as const), message: lines, which: fc.nat(9) }),
  fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(100_000) }),
  fc.record({
    kind: fc.constantFrom(
      "connect" as const,
      "accept" as const,
      "lose" as const,
      "written" as const,
    ),
    which: fc.nat(9),
  }),
  fc.record({ kind: fc.constantFrom("start" as const, "stop" as const, "drain" as const) }),
  fc.record({ kind: fc.constant("route" as const), last: any.uint8 }),
  fc.record({ kind: fc.constant("establish" as const) }),
);
type Move = typeof moves extends fc.Arbitrary<infer M> ? M : never;

/** Keeps account of the connections as the hands would. */
class Play {
  readonly stage = new Stage({ gracefulRestartSeconds: 60 });
  readonly open = new Set<string>();
  readonly #dialling = new Set<string>();
  #accepted = 0;
  #ups = 0;

  move(move: Move): void {
    const { stage } = this;
    const pick = (all: ReadonlySet<string>, which: number) => [...all][which % (all.size || 1)];
    switch (move.kind) {
      case "say": {
        const connection = pick(this.open, move.which) ?? "dialled-0";
        this.#note(stage.step({ kind: "message", connection, message: move.message }));
        return;
      }
      case "pass":
        this.#note(stage.pass(move.ms).map((line) => line.replace(/^\d+ /, "")));
        return;
      case "connect": {
        const connection = pick(this.#dialling, move.which);
        if (connection === undefined) return;
        this.#dialling.delete(connection);
        this.open.add(connection);
        this.#note(stage.step({ kind: "connected", connection, ends }));
        return;
      }
      case "accept": {
        const connection = `accepted-${++this.#accepted}`;
        this.open.add(connection);
        this.#note(stage.step({ kind: "accepted", connection, ends }));
        return;
      }
      case "lose": {
        const connection = pick(this.open, move.which) ?? pick(this.#dialling, move.which);
        if (connection === undefined) return;
        this.open.delete(connection);
        this.#dialling.delete(connection);
        this.#note(stage.step({ kind: "disconnected", connection, error: "ECONNRESET" }));
        return;
      }
      case "written": {
        const connection = pick(this.open, move.which) ?? "dialled-0";
        this.#note(stage.step({ kind: "written", connection }));
        return;
      }
      case "start":
        if (stage.session.state === "idle") this.#note(stage.step({ kind: "start" }));
        return;
      case "stop":
        this.#note(stage.step({ kind: "stop", how: "shutdown", text: "" }));
        expect(stage.session.state).to.equal("idle");
        expect(this.open.size + this.#dialling.size).to.equal(0);
        return;
      case "drain":
        this.#note(stage.step({ kind: "drain", isDraining: true }));
        return;
      case "route": {
        const announce = [plainAnnouncement(`203.0.113.${move.last}/32` as Prefix)];
        this.#note(stage.step({ kind: "routes", changes: { announce, withdraw: [] } }));
        return;
      }
      case "establish":
        for (const connection of this.#dialling) {
          this.move({ kind: "connect", which: 0 });
          for (const message of [say(theirOpen()), say({ kind: "keepalive" })]) {
            this.#note(stage.step({ kind: "message", connection, message }));
          }
        }
    }
  }

  #note(lines: readonly string[]): void {
    for (const line of lines) {
      const [verb, connection = ""] = line.split(" ");
      if (verb === "dial") this.#dialling.add(connection);
      if (verb === "send" || verb === "tell") {
        expect(this.open.has(connection), `${line}: on a connection that is open`).to.equal(true);
      }
      if (verb === "close") {
        const known = this.open.delete(connection) || this.#dialling.delete(connection);
        expect(known, `${line}: once`).to.equal(true);
      }
      if (verb === "up") this.#ups++;
      if (verb === "down:") this.#ups--;
      expect(this.#ups, `${line}: one session at most`).to.be.within(0, 1);
      expect(this.open.size + this.#dialling.size, "two connections at most").to.be.at.most(2);
    }
    expect(this.#ups === 1).to.equal(this.stage.session.state === "established");
  }
}

describe("bgp session against random peers", () => {
  it("never throws, has one session at most, and speaks on open connections alone", () => {
    fc.assert(
      fc.property(fc.array(moves, { maxLength: 60 }), (all) => {
        const play = new Play();
        play.move({ kind: "start" });
        for (const move of all) play.move(move);
        play.move({ kind: "stop" });
        expect(play.stage.pass(3_600_000)).to.deep.equal([]);
      }),
      { numRuns: 200 },
    );
  });

  it("and whatever was before, a right peer that dials finds a session within the connect time", () => {
    fc.assert(
      fc.property(fc.array(moves, { maxLength: 30 }), (all) => {
        const play = new Play();
        play.move({ kind: "start" });
        for (const move of all) if (move.kind !== "stop") play.move(move);
        play.move({ kind: "pass", ms: 100_000 });
        for (let i = 0; i < 20 && play.stage.session.state !== "established"; i++) {
          play.move({ kind: "pass", ms: 5000 });
          play.move({ kind: "establish" });
        }
        expect(play.stage.session.state).to.equal("established");
      }),
      { numRuns: 600 },
    );
  });
});
