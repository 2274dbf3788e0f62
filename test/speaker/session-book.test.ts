/** What is written of sessions, and what is told: real sessions play their scripts, and the book hears of it. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import type { BgpPeer } from "../../src/bgp/peer.ts";
import type { Prefix } from "../../src/bgp/prefix.ts";
import { plainAnnouncement } from "../../src/bgp/announcement.ts";
import { SESSION_STATES, nodeBgpStatusCrd } from "../../src/bgp/resource.ts";
import { Session } from "../../src/bgp/session.ts";
import type { SessionEvent } from "../../src/bgp/session-events.ts";
import { encodeMessage, type SendableMessage } from "../../src/bgp/wire/message.ts";
import { ceaseWithText, CEASE_SUBCODE } from "../../src/bgp/wire/notification.ts";
import { SessionBook, type SessionTale } from "../../src/speaker/session-book.ts";
import { peer as peerOf } from "../bgp/interop/node.ts";
import { ends, GRACEFUL, theirOpen } from "../bgp/stage.ts";

type Plain = SessionEvent extends infer Event
  ? Event extends SessionEvent
    ? Omit<Event, "nowMs" | "random">
    : never
  : never;

const BEGIN_MS = Date.parse("2026-03-10T12:00:00Z");
const REFUSED = { kind: "disconnected", error: "ECONNREFUSED" } as const;
const KEEPALIVE = { kind: "keepalive" } as const;
const WIRE = { asnBytes: 4, isExternal: true } as const;

/** One node, one session, and the time in seconds. */
class Desk {
  readonly book = new SessionBook("n1");
  readonly tales: (SessionTale | null)[] = [];
  session: Session;
  seconds = 0;

  constructor(more: Partial<BgpPeer> = {}) {
    this.session = Desk.#open(more);
  }

  static #open(more: Partial<BgpPeer>): Session {
    const peer = peerOf("10.0.0.2", { key: "BGPPeer/tor", connectRetryMs: 30_000, ...more });
    return new Session({ peer, isRestarting: false });
  }

  /** Another configuration: the session that was is ended, and a new one begins. */
  reset(): void {
    this.step({ kind: "stop", how: "changed", text: "" });
    this.session = Desk.#open({ holdTimeSeconds: 30 });
  }

  step(event: Plain): this {
    const nowMs = this.seconds * 1000;
    const effects = this.session.step({ ...event, nowMs, random: 0.5 });
    for (const effect of effects) {
      const isNews = ["up", "down", "failed", "state"].includes(effect.kind);
      if (!isNews) continue;
      const tale = this.book.hear(this.session, effect as never, BEGIN_MS + nowMs);
      if (tale !== null) this.tales.push(tale);
    }
    return this;
  }

  hear(connection: string, message: SendableMessage): this {
    return this.step({ kind: "message", connection, message: encodeMessage(message, WIRE) });
  }

  up(connection = "dialled-1", offer: Parameters<typeof theirOpen>[0] = {}): this {
    if (connection === "dialled-1") this.step({ kind: "start" });
    this.step({ kind: "connected", connection, ends });
    return this.hear(connection, theirOpen(offer)).hear(connection, KEEPALIVE);
  }

  after(seconds: number): this {
    this.seconds += seconds;
    return this;
  }

  get report() {
    const sessions = new Map([[this.session.peer.key, this.session]]);
    const nowMs = BEGIN_MS + this.seconds * 1000;
    return this.book.report({ sessions, isGated: false, nowMs });
  }

  get entry() {
    const [entry] = this.report.sessions;
    if (entry === undefined) throw new Error("no session");
    return entry;
  }

  get told(): readonly string[] {
    return this.tales.flatMap((tale) =>
      tale === null ? [] : [`${tale.type} ${tale.reason} ${tale.message}`],
    );
  }
}

const UP = "Normal BGPSessionUp n1: the session with 10.0.0.2 port 179 is up: AS 64513";
const BOTH = `${UP}, IPv4 and IPv6`;
const DOWN = "n1: the session with 10.0.0.2 port 179 is down";

describe("speaker: the book of sessions", () => {
  it("up: since when, and what was agreed on", () => {
    const desk = new Desk({ gracefulRestartSeconds: 120 }).after(5);
    desk.up("dialled-1", { capabilities: [GRACEFUL] });
    expect(desk.after(60).entry).to.deep.equal({
      ...{ peer: "BGPPeer/tor", address: "10.0.0.2", port: 179, ourAsn: 64512, theirAsn: 64513 },
      ...{ state: "Established", since: "2026-03-10T12:00:05Z" },
      ...{ announced: 0, wanted: 0, receivedPrefixes: 0 },
      negotiated: {
        ...{ families: ["IPv4", "IPv6"], routerId: "192.0.2.254", holdTimeSeconds: 9 },
        ...{ fourOctetAs: true, routeRefresh: true, extendedNextHop: false },
        ...{ extendedMessages: false, gracefulRestartSeconds: 120, restartOverNotification: true },
      },
    });
    expect(desk.report.established).to.equal("1/1");
    expect(desk.report.trouble).to.equal(undefined);
    expect(desk.told).to.deep.equal([BOTH]);
  });

  it("the router ends it: a Warning, with its words, and down since then", () => {
    const desk = new Desk().up().after(100);
    desk.hear("dialled-1", ceaseWithText(CEASE_SUBCODE.shutdown, "maintenance"));
    const { state, since, lastEnd } = desk.after(9).entry;
    expect({ state, since }).to.deep.equal({ state: "Down", since: "2026-03-10T12:01:40Z" });
    expect(lastEnd?.by).to.equal("peer");
    expect(lastEnd?.reason).to.include("maintenance");
    expect(lastEnd?.remedy).to.equal("The router's operator has shut the session down");
    expect(desk.told[1]).to.match(new RegExp(`^Warning BGPSessionDown ${DOWN}: .*maintenance`));
    expect(desk.told[1]).to.match(/\. The router's operator has shut the session down\.$/);
    expect(desk.report.trouble).to.match(/^BGPPeer\/tor: the peer ended the session.*maintenance/);
  });

  it("what we end on purpose is no Warning", () => {
    const desk = new Desk().up();
    desk.step({ kind: "stop", how: "shutdown", text: "the speaker stops" });
    expect(desk.told[1]).to.equal(`Normal BGPSessionDown ${DOWN}: stopped: the speaker stops`);
  });

  it("tried in vain again and again: told once, and nothing that is written changes", () => {
    const desk = new Desk();
    desk.step({ kind: "start" }).step({ ...REFUSED, connection: "dialled-1" });
    const first = desk.report;
    for (let attempt = 2; attempt < 20; attempt++) {
      desk.after(60).step({ kind: "timer" });
      desk.step({ ...REFUSED, connection: `dialled-${attempt}` });
    }
    expect(desk.report).to.deep.equal(first);
    expect(desk.told).to.deep.equal([
      "Warning BGPSessionFailed n1: the session with 10.0.0.2 port 179 does not come up: " +
        "cannot connect: ECONNREFUSED. See whether BGP runs at 10.0.0.2 port 179.",
    ]);
    expect(desk.entry.lastEnd?.at).to.equal("2026-03-10T12:00:00Z");
    expect(desk.session.failures).to.be.greaterThan(10);
  });

  it("another reason is news; the one before is not told again, until it was up", () => {
    const desk = new Desk();
    desk.step({ kind: "start" });
    const errors = ["ECONNREFUSED", "EHOSTUNREACH", "ECONNREFUSED", "EHOSTUNREACH"];
    for (const [i, error] of errors.entries()) {
      desk.step({ kind: "disconnected", connection: `dialled-${i + 1}`, error });
      desk.after(60).step({ kind: "timer" });
    }
    expect(desk.tales.map((tale) => tale?.reason)).to.deep.equal(Array(2).fill("BGPSessionFailed"));
    desk.up("dialled-5").step({ ...REFUSED, connection: "dialled-5" });
    for (let attempt = 6; attempt < 8; attempt++) {
      desk.after(60).step({ kind: "timer" });
      desk.step({ ...REFUSED, connection: `dialled-${attempt}` });
    }
    expect(desk.tales.slice(2).map((tale) => tale?.reason)).to.deep.equal([
      ...["BGPSessionUp", "BGPSessionDown", "BGPSessionFailed"],
    ]);
  });

  it("a connection that gives way to the other one is no end", () => {
    const desk = new Desk().step({ kind: "start" });
    desk.step({ kind: "connected", connection: "dialled-1", ends });
    desk.step({ kind: "accepted", connection: "accepted-1", ends });
    desk.hear("dialled-1", theirOpen()).hear("accepted-1", theirOpen());
    desk.hear("accepted-1", KEEPALIVE).hear("dialled-1", KEEPALIVE);
    expect(desk.session.state).to.equal("established");
    expect(desk.entry.lastEnd).to.equal(undefined);
    expect(desk.told).to.deep.equal([BOTH]);
  });

  it("a reset by a change of its configuration: down and up, and the book goes on", () => {
    const desk = new Desk().up().after(10);
    desk.reset();
    expect(desk.entry.state).to.equal("Down");
    desk.after(2).up();
    expect(desk.entry).to.include({ state: "Established", since: "2026-03-10T12:00:12Z" });
    expect(desk.told).to.deep.equal([
      BOTH,
      `Normal BGPSessionDown ${DOWN}: stopped: changed`,
      BOTH,
    ]);
  });

  it("how many prefixes are told and wanted, and which family is held back and why", () => {
    const desk = new Desk();
    const announce = ["192.0.2.1/32", "192.0.2.2/32", "2001:db8::1/128"].map((prefix) =>
      plainAnnouncement(prefix as Prefix),
    );
    desk.step({ kind: "routes", changes: { announce, withdraw: [] } });
    expect(desk.entry).to.include({ announced: 0, wanted: 3 }).and.not.to.have.property("heldBack");
    const ipv4 = { capabilities: [{ kind: "multiprotocol", afi: 1, safi: 1 }] } as const;
    desk.step({ kind: "start" }).step({ kind: "connected", connection: "dialled-1", ends });
    desk.hear("dialled-1", { ...theirOpen(), ...ipv4 }).hear("dialled-1", KEEPALIVE);
    expect(desk.entry).to.include({ announced: 2, wanted: 3 });
    expect(desk.entry.heldBack).to.deep.equal([{ family: "IPv6", reason: "family-not-agreed" }]);
  });

  it("a peer of one family: the other is not wanted there, and nothing is held back", () => {
    const desk = new Desk({ families: ["IPv4"] });
    const announce = ["192.0.2.1/32", "2001:db8::1/128"].map((prefix) =>
      plainAnnouncement(prefix as Prefix),
    );
    desk.step({ kind: "routes", changes: { announce, withdraw: [] } }).up();
    expect(desk.entry).to.include({ announced: 1, wanted: 1 }).and.not.to.have.property("heldBack");
  });

  it("BFD is told of where it is asked for", () => {
    for (const [bfdProfile, want] of [
      ["fast", "AdminDown"],
      [null, undefined],
    ] as const) {
      const desk = new Desk({ bfdProfile });
      desk.book.bfd("BGPPeer/tor", "admin-down", BEGIN_MS);
      expect(desk.entry.bfd).to.equal(want);
    }
  });

  it("a peer that waits for its Secret is held; one that speaks on without is not", () => {
    const desk = new Desk().up();
    const waiting = peerOf("10.0.0.3", { key: "BGPPeer/other", theirAsn: "external" });
    desk.book.setProblems(
      [desk.session.peer, waiting],
      [
        ["BGPPeer/other", "waits for the Secret"],
        ["BGPPeer/other", "and for more"],
        ["BGPPeer/tor", "BFD echoMode: not done"],
      ],
    );
    const [other, tor] = desk.report.sessions;
    expect(other).to.include({ state: "Held", problem: "waits for the Secret; and for more" });
    expect(other).not.to.have.property("theirAsn");
    expect(tor).to.include({ state: "Established", problem: "BFD echoMode: not done" });
    expect(desk.report).to.include({
      established: "1/2",
      trouble: "BGPPeer/other: waits for the Secret; and for more",
    });
    desk.book.setProblems([], []);
    expect(desk.report.sessions).to.have.length(1);
  });

  it("a router on an interface is shown with it; one that nobody has found, as the interface alone", () => {
    const desk = new Desk({ address: "fe80::a" as Ip, interface: "eth0" }).up();
    expect(desk.entry.address).to.equal("fe80::a%eth0");
    expect(desk.told[0]).to.include("the session with fe80::a%eth0 port 179 is up");
    const lost = { ...desk.session.peer, key: "BGPPeer/lost", address: null, interface: "eth1" };
    desk.book.setProblems([lost], [["BGPPeer/lost", "waits for its router"]]);
    expect(desk.report.sessions[0]).to.include({ address: "eth1", state: "Held" });
  });

  it("a closed gate is said", () => {
    const { session, book } = new Desk();
    const sessions = new Map([["BGPPeer/tor", session]]);
    expect(book.report({ sessions, isGated: true, nowMs: BEGIN_MS }).gate).to.equal("Closed");
  });

  it("every state that a session is written with is one of the kind's", () => {
    const [version] = nodeBgpStatusCrd.spec.versions;
    const text = JSON.stringify(version?.schema);
    expect(text).to.include(JSON.stringify({ enum: SESSION_STATES }).slice(1, -1));
  });
});
