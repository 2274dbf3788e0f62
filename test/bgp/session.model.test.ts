/**
 * A session against random peers on random networks, beside a model of it (session-model.ts): after each step both have done the same,
 * are in the same state, and the same timer is the next to expire.
 *
 * What peers say is made here octet by octet, each line with what it means: neither our encoder nor our decoder tells the model anything.
 * A history that fails is shortened and printed with its seed: `MODEL_SEED=N npx mocha test/bgp/session.model.test.ts` plays all of them
 * again. `MODEL_HISTORIES=N` plays more.
 */
import { expect } from "chai";
import fc from "fast-check";
import type { Ip } from "../../src/base/ip.ts";
import type { MessageFault } from "../../src/bgp/wire/faults.ts";
import { seedOf } from "../random.ts";
import { SessionModel, type Meaning, type ModelPeer, type TheirOffer } from "./session-model.ts";
import { ends, Stage } from "./stage.ts";

const SEED = seedOf("MODEL_SEED");
const HISTORIES = Number(process.env["MODEL_HISTORIES"] ?? 2000);
const MOVES_MAX = 60;
const PEER = "10.0.0.2";
const OUR_IDENTIFIER = "192.0.2.1";
const OUR_ASN = 64512;
const OTHER_ASN = 64513;

interface Line {
  readonly name: string;
  readonly means: Meaning;
  readonly hex: string;
}

const hexOf = (value: number, octets: number) => value.toString(16).padStart(2 * octets, "0");
/** RFC 4271 section 4.1. */
const message = (type: number, body: string) =>
  "ff".repeat(16) + hexOf(19 + body.length / 2, 2) + hexOf(type, 1) + body;
const identifierHex = (identifier: string) =>
  identifier.split(".").reduce((hex, octet) => hex + hexOf(Number(octet), 1), "");
/** RFC 4271 section 4.2, its parameters left to the caller. */
const openHex = (asn: number, holdSeconds: number, identifier: string, parameters: string) =>
  hexOf(asn, 2) + hexOf(holdSeconds, 2) + identifierHex(identifier) + parameters;
const parametersHex = (parameters: string) => hexOf(parameters.length / 2, 1) + parameters;
const capabilitiesHex = (capabilities: string) => `02${parametersHex(capabilities)}`;
const IPV4_UNICAST = "010400010001";
/** IPv4 with labels: nothing of ours. */
const LABELS = "010400010080";
/** RFC 4724 section 3, RFC 8538 section 2: 120 s; without and with the N bit. */
const RESTART: Readonly<Record<TheirOffer["restarts"], string>> = {
  never: "",
  "over silence": "40020078",
  "over NOTIFICATIONs too": "40024078",
};

function offer(name: string, more: Partial<TheirOffer>): Line {
  const means: TheirOffer = {
    ...{ kind: "open", isForUs: true, asn: OTHER_ASN, identifier: "192.0.2.254" },
    ...{ holdSeconds: 90, restarts: "never" },
    ...more,
  };
  const { isForUs, asn, holdSeconds, identifier, restarts } = means;
  const capabilities = capabilitiesHex((isForUs ? IPV4_UNICAST : LABELS) + RESTART[restarts]);
  const body = openHex(asn, holdSeconds, identifier, parametersHex(capabilities));
  return { name, means, hex: message(1, `04${body}`) };
}

function wrong(name: string, [code, subcode]: readonly [number, number], hex: string): Line {
  return { name, means: { kind: "wrong", code, subcode }, hex };
}

function plainOpen(more: {
  readonly version?: number;
  readonly hold?: number;
  readonly identifier?: string;
  readonly end?: string;
}): string {
  const { version = 4, hold = 90, identifier = "192.0.2.254", end = "00" } = more;
  return message(1, hexOf(version, 1) + openHex(OTHER_ASN, hold, identifier, end));
}

/** Of which a session may be made, by the AS of who says it: the identifiers of one AS differ. */
const RIGHT: ReadonlyMap<number, readonly Line[]> = new Map(
  [OTHER_ASN, OUR_ASN].map((asn) => [
    asn,
    [
      offer(`an OPEN of AS ${asn}, its identifier higher than ours`, { asn }),
      offer(`an OPEN of AS ${asn}, its identifier lower than ours`, {
        asn,
        identifier: "10.0.0.1",
      }),
      offer(`an OPEN of AS ${asn} without a hold time`, { asn, holdSeconds: 0 }),
      offer(`an OPEN of AS ${asn} with a short hold time`, { asn, holdSeconds: 4 }),
      offer(`an OPEN of AS ${asn}, which keeps routes over silence`, {
        ...{ asn, restarts: "over silence" },
      }),
      offer(`an OPEN of AS ${asn}, which keeps routes over NOTIFICATIONs`, {
        ...{ asn, restarts: "over NOTIFICATIONs too" },
      }),
      offer(`an OPEN of AS ${asn}, which keeps routes over them, and never falls silent`, {
        ...{ asn, restarts: "over NOTIFICATIONs too", holdSeconds: 0 },
      }),
    ],
  ]),
);
const OFFERS: readonly Line[] = [
  ...[...RIGHT.values()].flat(),
  ...[OTHER_ASN, OUR_ASN].map((asn) =>
    offer(`an OPEN of AS ${asn}, its identifier ours`, { asn, identifier: OUR_IDENTIFIER }),
  ),
  offer("an OPEN of a stranger", { asn: 64999 }),
  offer("an OPEN without a family of ours", { isForUs: false }),
];
const KEEPALIVE: Line = { name: "a KEEPALIVE", means: { kind: "keepalive" }, hex: message(4, "") };
const OTHERS: readonly Line[] = [
  { name: "an UPDATE", means: { kind: "update" }, hex: message(2, "00000000") },
  {
    name: "an UPDATE with an ORIGIN that there is not",
    means: { kind: "update-with-faults" },
    hex: message(2, "0000000440010107"),
  },
  { name: "a ROUTE-REFRESH", means: { kind: "route-refresh" }, hex: message(5, "00010001") },
  ...["0604", "0201", "0400", "ffff"].map((body): Line => {
    return { name: `NOTIFICATION ${body}`, means: { kind: "notification" }, hex: message(3, body) };
  }),
  wrong("an OPEN cut short in its parameters", [2, 0], plainOpen({ end: "0302ff00" })),
  wrong("an OPEN of version 3", [2, 1], plainOpen({ version: 3 })),
  wrong("an OPEN with identifier 0", [2, 3], plainOpen({ identifier: "0.0.0.0" })),
  wrong("an OPEN with authentication", [2, 4], plainOpen({ end: "03010100" })),
  wrong("an OPEN with a hold time of 2 s", [2, 6], plainOpen({ hold: 2 })),
  wrong("an UPDATE whose lists end nowhere", [3, 1], message(2, "00ff0000")),
  wrong("an UPDATE with a well-known attribute nobody knows", [3, 2], message(2, "00000003406300")),
  wrong("an UPDATE with a prefix of 33 bits", [3, 10], message(2, "0000000021c633640100")),
];
const HEADERS: readonly (readonly [MessageFault, number])[] = [
  ["bgp-not-synchronized", 1],
  ["bgp-bad-length", 2],
  ["bgp-unknown-type", 3],
];

const which = fc.nat(3);
const say = (lines: readonly Line[]) =>
  fc.record({ kind: fc.constant("say" as const), line: fc.constantFrom(...lines), which });
const moves = fc.oneof(
  { weight: 4, arbitrary: say(OFFERS) },
  { weight: 4, arbitrary: say([KEEPALIVE]) },
  { weight: 3, arbitrary: say(OTHERS) },
  {
    weight: 1,
    arbitrary: fc.record({
      ...{ kind: fc.constant("header" as const), header: fc.constantFrom(...HEADERS), which },
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(12_000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(100_000) }),
  },
  /** To the moment at which the next timer expires, or the one before. */
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("to-timer" as const), isBefore: fc.boolean() }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      ...{ kind: fc.constantFrom("connect" as const, "accept" as const), which },
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("lose" as const), which }) },
  /** A right peer comes, or is reached, and goes so far: its connection, its OPEN, its KEEPALIVE. */
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("come" as const),
      by: fc.constantFrom("connect" as const, "accept" as const),
      words: fc.nat(2),
      ...{ line: fc.nat(6), which },
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("stop" as const),
      how: fc.constantFrom(
        ...(["shutdown", "deconfigured", "changed", "restart", "restart"] as const),
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("start" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("bfd" as const),
      state: fc.constantFrom("up" as const, "down" as const, "admin-down" as const),
    }),
  },
);
type Move = typeof moves extends fc.Arbitrary<infer M> ? M : never;

const peers: fc.Arbitrary<ModelPeer> = fc.record({
  ourAsn: fc.constant(OUR_ASN),
  theirAsn: fc.constantFrom(OTHER_ASN, OTHER_ASN, OUR_ASN),
  ourIdentifier: fc.constant(OUR_IDENTIFIER),
  holdSeconds: fc.constantFrom(9, 9, 90, 3, 0),
  keepaliveSeconds: fc.constantFrom(null, null, 1),
  connectRetryMs: fc.constantFrom(10_000, 5000, 1000),
  isPassive: fc.constantFrom(false, false, false, true),
  restarts: fc.constantFrom(true, true, false),
});

/** What has been seen in all histories, so that nobody takes silence for agreement. */
const seen = new Map<string, number>();
const note = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);

/** Plays one history, and keeps account of the connections as the hands would. */
class Play {
  readonly #peer: ModelPeer;
  readonly #stage: Stage;
  readonly #model: SessionModel;
  /** In every other history the session is woken after each step, which shows the next timer; in the others it has to ask in time. */
  readonly #isProbed: boolean;
  readonly #dialling = new Set<string>();
  readonly #open = new Set<string>();
  #isWanted = false;
  #accepted = 0;
  #isUp = false;

  constructor(peer: ModelPeer, isProbed: boolean) {
    this.#peer = peer;
    const { ourAsn, theirAsn, holdSeconds, keepaliveSeconds, connectRetryMs } = peer;
    this.#stage = new Stage({
      ...{ address: PEER as Ip, ourAsn, theirAsn, routerId: OUR_IDENTIFIER as Ip },
      ...{ holdTimeSeconds: holdSeconds, keepaliveSeconds, connectRetryMs },
      ...{ passive: peer.isPassive, families: ["IPv4"] },
      gracefulRestartSeconds: peer.restarts ? 60 : null,
    });
    this.#model = new SessionModel(peer);
    this.#isProbed = isProbed;
  }

  move(move: Move): void {
    switch (move.kind) {
      case "say":
        this.#say(pick(this.#open, move.which), move.line);
        return;
      case "come": {
        const byUs = move.by === "connect" ? pick(this.#dialling, move.which) : undefined;
        const connection = byUs ?? `accepted-${this.#accepted + 1}`;
        this.move({ kind: byUs === undefined ? "accept" : "connect", which: move.which });
        const open = RIGHT.get(this.#peer.theirAsn)?.[move.line];
        if (move.words > 0 && open !== undefined) this.#say(connection, open);
        if (move.words > 1) this.#say(connection, KEEPALIVE);
        return;
      }
      case "header": {
        const connection = pick(this.#open, move.which);
        if (connection === undefined) return;
        const [fault, subcode] = move.header;
        const means = { kind: "wrong", code: 1, subcode } as const;
        this.#both(
          "header",
          () => this.#stage.step({ kind: "bad-header", connection, fault, data: new Uint8Array() }),
          () => this.#model.step({ kind: "message", connection, means }, this.#stage.nowMs),
        );
        return;
      }
      case "pass":
        this.#pass(this.#stage.nowMs + move.ms);
        return;
      case "to-timer": {
        const dueMs = this.#model.dueMs - (move.isBefore ? 1 : 0);
        if (dueMs < Infinity) this.#pass(Math.max(this.#stage.nowMs, dueMs));
        return;
      }
      case "connect": {
        const connection = pick(this.#dialling, move.which);
        if (connection === undefined) return;
        this.#dialling.delete(connection);
        this.#open.add(connection);
        this.#connection("connected", connection);
        return;
      }
      case "accept": {
        const connection = `accepted-${++this.#accepted}`;
        this.#open.add(connection);
        this.#connection("accepted", connection);
        return;
      }
      case "lose": {
        const connection = pick(new Set([...this.#open, ...this.#dialling]), move.which);
        if (connection === undefined) return;
        this.#open.delete(connection);
        this.#dialling.delete(connection);
        this.#both(
          "disconnected",
          () => this.#stage.step({ kind: "disconnected", connection, error: "ECONNRESET" }),
          () => this.#model.step({ kind: "disconnected", connection }, this.#stage.nowMs),
        );
        return;
      }
      case "start":
        if (this.#isWanted) return;
        this.#isWanted = true;
        this.#both(
          "start",
          () => this.#stage.step({ kind: "start" }),
          () => this.#model.step({ kind: "start" }, this.#stage.nowMs),
        );
        return;
      case "stop":
        this.#isWanted = false;
        this.#both(
          `stop: ${move.how}`,
          () => this.#stage.step({ kind: "stop", how: move.how, text: "" }),
          () => this.#model.step({ kind: "stop", how: move.how }, this.#stage.nowMs),
        );
        return;
      case "bfd": {
        const report = { peer: "tor", state: move.state, diagnostic: "" };
        this.#both(
          `BFD ${move.state}`,
          () => this.#stage.step({ kind: "bfd", report }),
          () => this.#model.step({ kind: "bfd", state: move.state }, this.#stage.nowMs),
        );
      }
    }
  }

  #connection(kind: "connected" | "accepted", connection: string): void {
    this.#both(
      kind,
      () => this.#stage.step({ kind, connection, ends }),
      () => this.#model.step({ kind, connection }, this.#stage.nowMs),
    );
  }

  #say(connection: string | undefined, { name, hex, means }: Line): void {
    if (connection === undefined || !this.#open.has(connection)) return;
    const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
    this.#both(
      name,
      () => this.#stage.step({ kind: "message", connection, message: bytes }),
      () => this.#model.step({ kind: "message", connection, means }, this.#stage.nowMs),
    );
  }

  /** Every timer expires at its time, and wakes where none does do nothing. */
  #pass(untilMs: number): void {
    const stage = this.#stage;
    for (;;) {
      const { dueMs } = this.#model;
      const atMs = Math.min(dueMs, stage.wakeAtMs);
      if (atMs > untilMs) break;
      stage.nowMs = Math.max(stage.nowMs, atMs);
      const isDue = dueMs <= stage.nowMs;
      const names = [...this.#model.timers].filter(([, timerMs]) => timerMs <= stage.nowMs);
      this.#both(
        isDue ? `timer: ${names.map(([name]) => name).join(", ")}` : "wake",
        () => stage.alarm(),
        () => this.#model.expire(stage.nowMs),
      );
    }
    stage.nowMs = untilMs;
  }

  #both(what: string, act: () => string[], predict: () => string[]): void {
    const [before, nowMs] = [this.#model.state, this.#stage.nowMs];
    const predicted = predict();
    const done = act().map((line) => line.replace(/^(down|failed|faults)\b.*/, "$1"));
    const where = `${what}, in ${before}, at ${nowMs}`;
    expect(done, where).to.deep.equal(predicted);
    expect(this.#stage.session.state, where).to.equal(this.#model.state);
    for (const line of done) this.#take(line);
    expect(this.#isUp, where).to.equal(this.#model.state === "established");
    note(`${before}: ${what.replace(/:.*/, "")}`);
    if (this.#isProbed) {
      expect(this.#stage.alarm(), `nothing is due after ${where}`).to.deep.equal([]);
      expect(this.#stage.wakeAtMs, `the next timer after ${where}`).to.equal(this.#model.dueMs);
    } else {
      expect(this.#stage.wakeAtMs, `in time after ${where}`).to.be.at.most(this.#model.dueMs);
    }
  }

  #take(line: string): void {
    const [verb = "", connection = "", what, codes] = line.split(" ");
    if (verb === "dial") this.#dialling.add(connection);
    if (verb === "close" && !this.#open.delete(connection)) this.#dialling.delete(connection);
    if (verb === "up" || verb === "down") this.#isUp = verb === "up";
    if (what === "notification") {
      note(`NOTIFICATION ${codes ?? ""}`);
      note(`NOTIFICATION ${codes ?? ""} on the one ${connection.split("-")[0] ?? ""}`);
    }
    if (verb === "up") note("up");
  }
}

function pick(all: ReadonlySet<string>, index: number): string | undefined {
  return [...all][index % (all.size || 1)];
}

describe(`bgp session beside its model, ${HISTORIES} histories of seed ${SEED}`, function () {
  this.timeout(120_000);

  it("does the same at each step, and nothing else", () => {
    const histories = fc.property(
      peers,
      fc.array(moves, { minLength: 10, maxLength: MOVES_MAX, size: "max" }),
      fc.boolean(),
      (peer, all, isProbed) => {
        const play = new Play(peer, isProbed);
        play.move({ kind: "start" });
        for (const move of all) play.move(move);
      },
    );
    fc.assert(histories, { numRuns: HISTORIES, seed: SEED });
  });

  it("and the histories had in them what may go wrong", () => {
    const codes = ["1/1", "1/2", "1/3", "2/0", "2/1", "2/2", "2/3", "2/4", "2/6", "2/7", "3/1"];
    const more = ["3/2", "3/10", "4/0", "5/1", "5/2", "5/3", "6/2", "6/3", "6/4", "6/6", "6/9"];
    const either = ["4/0", "5/1", "5/2", "5/3", "6/7"].flatMap((each) =>
      ["dialled", "accepted"].map((side) => `NOTIFICATION ${each} on the one ${side}`),
    );
    const wanted = [...codes, ...more, "6/10"].map((each) => `NOTIFICATION ${each}`);
    const states = ["connect", "active", "open-sent", "open-confirm", "established"];
    const pairs = states.flatMap((state) =>
      ["timer", "accepted", "disconnected", "stop"].map((event) => `${state}: ${event}`),
    );
    // Who is active has no connection that could end.
    const possible = pairs.filter((pair) => pair !== "active: disconnected");
    const missing = [...wanted, ...either, ...possible, "up"].filter((each) => !seen.has(each));
    expect(missing).to.deep.equal([]);
  });
});
