/** A session as a script: what happens, and the whole of what is done about it. The peer's messages are made by our own codec. */
import { expect } from "chai";
import { plainAnnouncement } from "../../src/bgp/announcement.ts";
import type { Prefix } from "../../src/bgp/prefix.ts";
import { notification } from "../../src/bgp/wire/notification.ts";
import { ends, GRACEFUL, Stage, theirOpen } from "./stage.ts";

const KEEPALIVE = { kind: "keepalive" } as const;
const REFUSED = { kind: "disconnected", error: "ECONNREFUSED" } as const;
const route = (prefix: string) => plainAnnouncement(prefix as Prefix);

describe("bgp session", () => {
  it("we dial, both say OPEN and KEEPALIVE, and it is up", () => {
    const stage = new Stage();
    expect(stage.step({ kind: "start" })).to.deep.equal(["dial dialled-1", "state connect"]);
    expect(stage.step({ kind: "connected", connection: "dialled-1", ends })).to.deep.equal([
      "send dialled-1 open",
      "state open-sent",
    ]);
    expect(stage.hear("dialled-1", theirOpen())).to.deep.equal([
      "send dialled-1 keepalive",
      "state open-confirm",
    ]);
    expect(stage.hear("dialled-1", KEEPALIVE)).to.deep.equal(["up", "state established"]);
    expect(stage.session.agreement?.holdTimeMs).to.equal(9000);
  });

  it("the peer dials: ours is dropped once theirs is up", () => {
    const stage = new Stage();
    stage.step({ kind: "start" });
    expect(stage.step({ kind: "accepted", connection: "accepted-1", ends })).to.deep.equal([
      "send accepted-1 open",
      "state open-sent",
    ]);
    stage.hear("accepted-1", theirOpen());
    expect(stage.hear("accepted-1", KEEPALIVE)).to.deep.equal([
      "close dialled-1",
      "up",
      "state established",
    ]);
  });

  it("a passive peer is not dialled, and may dial", () => {
    const stage = new Stage({ passive: true });
    expect(stage.step({ kind: "start" })).to.deep.equal(["state active"]);
    stage.pass(600_000);
    expect(stage.step({ kind: "accepted", connection: "accepted-1", ends })).to.deep.equal([
      "send accepted-1 open",
      "state open-sent",
    ]);
  });

  it("keepalives go out within a third of the hold time, at least three quarters of it", () => {
    const stage = Stage.up();
    const at = stage.pass(8000, { theyLive: true }).filter((line) => line.includes("keepalive"));
    expect(at).to.deep.equal([
      "2625 send dialled-1 keepalive",
      "5250 send dialled-1 keepalive",
      "7875 send dialled-1 keepalive",
    ]);
  });

  it("the hold time without a word: NOTIFICATION, the end, and a new attempt", () => {
    const stage = Stage.up();
    const done = stage.pass(11_000).filter((line) => !line.includes("keepalive"));
    expect(done).to.deep.equal([
      "9000 send dialled-1 notification 4/0",
      "9000 close dialled-1",
      "9000 down: the peer was silent for the hold time, 9 s",
      "9000 state idle",
      "9750 dial dialled-2",
      "9750 state connect",
    ]);
  });

  it("a hold time of 0 is never over, and nothing is said for it", () => {
    const stage = Stage.up({ holdTimeSeconds: 0 });
    expect(stage.pass(3_600_000)).to.deep.equal([]);
  });

  it("an OPEN that does not come is waited for one minute", () => {
    const stage = new Stage();
    stage.step({ kind: "start" });
    stage.step({ kind: "connected", connection: "dialled-1", ends });
    expect(stage.pass(60_000)).to.deep.equal([
      "60000 send dialled-1 notification 4/0",
      "60000 close dialled-1",
      "60000 failed: the peer has not finished the handshake in time",
      "60000 state idle",
    ]);
  });

  it("a dial that nobody answers is given up after 10 s, and begun anew", () => {
    const stage = new Stage();
    stage.step({ kind: "start" });
    expect(stage.pass(10_000)).to.deep.equal([
      "10000 close dialled-1",
      "10000 dial dialled-2",
      "10000 failed: cannot connect: ETIMEDOUT",
    ]);
  });

  it("a dial that is never answered names the password, where there is one", () => {
    for (const password of [null, "sesame"]) {
      const stage = new Stage({ password });
      stage.step({ kind: "start" });
      stage.pass(10_000);
      expect(stage.session.lastEnd?.remedy).to.equal(
        `See whether 10.0.0.2 port 179 can be reached from this node${password === null ? "" : ", and that both have the same password"}`,
      );
    }
  });

  it("the connection that stayed, of two, comes to nothing: we dial again", () => {
    const stage = new Stage({ connectRetryMs: 5000 });
    stage.step({ kind: "start" });
    stage.step({ kind: "accepted", connection: "accepted-1", ends });
    stage.step({ kind: "connected", connection: "dialled-1", ends });
    const done = stage.hear("dialled-1", theirOpen());
    expect(done).to.include("close dialled-1");
    stage.step({ kind: "disconnected", connection: "accepted-1", error: "ECONNRESET" });
    expect(stage.pass(5000).filter((line) => line.includes("dial "))).to.have.length(1);
  });

  it("a dial that is refused: the waits double up to the connect time, and meanwhile the peer is welcome", () => {
    const stage = new Stage({ connectRetryMs: 5000 });
    stage.step({ kind: "start" });
    const waits: number[] = [];
    for (let i = 1; i <= 6; i++) {
      stage.step({ ...REFUSED, connection: `dialled-${i}` });
      const before = stage.nowMs;
      stage.passUntil((line) => line.endsWith(`dial dialled-${i + 1}`));
      waits.push(stage.nowMs - before);
    }
    expect(waits).to.deep.equal([750, 1500, 3000, 3750, 3750, 3750]);
    stage.step({ ...REFUSED, connection: "dialled-7" });
    expect(stage.step({ kind: "accepted", connection: "accepted-1", ends })).to.deep.equal([
      "send accepted-1 open",
      "state open-sent",
    ]);
  });

  it("a peer that ends each session at once is tried once in a connect time, not in a hot loop", () => {
    const stage = new Stage({ connectRetryMs: 10_000 });
    stage.step({ kind: "start" });
    let attempts = 0;
    while (stage.nowMs < 600_000) {
      attempts++;
      stage.establish(`dialled-${attempts}`);
      stage.pass(1000);
      stage.hear(`dialled-${attempts}`, notification(6, 4));
      stage.passUntil((line) => line.includes("dial dialled"));
    }
    expect(attempts).to.be.within(60, 80);
  });

  it("neither does one that dials us and ends it at once", () => {
    const stage = new Stage({ passive: true, connectRetryMs: 10_000 });
    stage.step({ kind: "start" });
    let opens = 0;
    for (let i = 1; stage.nowMs < 600_000; i++) {
      const connection = `accepted-${i}`;
      const done = stage.step({ kind: "accepted", connection, ends });
      if (done.some((line) => line.includes("open"))) opens++;
      stage.step({ kind: "disconnected", connection, error: "ECONNRESET" });
      stage.pass(100);
    }
    expect(opens).to.be.within(60, 85);
  });

  it("after a session that lasted the first wait is short again", () => {
    const stage = new Stage();
    stage.step({ kind: "start" });
    for (let i = 1; i <= 5; i++) {
      stage.step({ ...REFUSED, connection: `dialled-${i}` });
      stage.passUntil((line) => line.includes("dial dialled"));
    }
    stage.establish("dialled-6");
    stage.pass(31_000, { theyLive: true });
    stage.step({ kind: "disconnected", connection: "dialled-6", error: "ECONNRESET" });
    const before = stage.nowMs;
    stage.passUntil((line) => line.includes("dial dialled"));
    expect(stage.nowMs - before).to.equal(750);
  });

  for (const { name, identifier, loser } of [
    { name: "ours is higher: our dial stays", identifier: "10.0.0.1", loser: "accepted-1" },
    { name: "theirs is higher: their dial stays", identifier: "203.0.113.1", loser: "dialled-1" },
  ]) {
    for (const first of ["dialled-1", "accepted-1"]) {
      it(`both dial, ${name}, whichever OPEN comes first (${first})`, () => {
        const stage = new Stage();
        stage.step({ kind: "start" });
        stage.step({ kind: "connected", connection: "dialled-1", ends });
        stage.step({ kind: "accepted", connection: "accepted-1", ends });
        const second = first === "dialled-1" ? "accepted-1" : "dialled-1";
        const done = [first, second].flatMap((each) => stage.hear(each, theirOpen({ identifier })));
        expect(done.filter((line) => /notification|close/.test(line))).to.deep.equal([
          `send ${loser} notification 6/7`,
          `close ${loser}`,
        ]);
        const winner = loser === "dialled-1" ? "accepted-1" : "dialled-1";
        expect(stage.hear(winner, KEEPALIVE)).to.include("up");
      });
    }
  }

  it("a second connection while the session is up is refused, and the session does not notice", () => {
    const stage = Stage.up();
    expect(stage.step({ kind: "accepted", connection: "accepted-1", ends })).to.deep.equal([
      "close accepted-1",
    ]);
  });

  it("unless the peer can restart: it has done so, and dials anew (RFC 4724 section 5)", () => {
    const stage = Stage.up({ gracefulRestartSeconds: 120 }, { capabilities: [GRACEFUL] });
    stage.pass(5_000);
    expect(stage.step({ kind: "accepted", connection: "accepted-1", ends })).to.deep.equal([
      "close dialled-1",
      "down: the peer has restarted and dials anew",
      "send accepted-1 open",
      "state open-sent",
    ]);
    stage.hear("accepted-1", theirOpen({ capabilities: [GRACEFUL] }));
    expect(stage.hear("accepted-1", KEEPALIVE)).to.include("up");
  });

  it("and not where the session has only just come up: its dial was on the way, and the session stays", () => {
    const stage = Stage.up({ gracefulRestartSeconds: 120 }, { capabilities: [GRACEFUL] });
    stage.pass(4_999);
    expect(stage.step({ kind: "accepted", connection: "accepted-1", ends })).to.deep.equal([
      "close accepted-1",
    ]);
  });

  const unexpected = [
    { name: "KEEPALIVE before OPEN", state: "open-sent", message: KEEPALIVE, want: "5/1" },
    { name: "a second OPEN", state: "open-confirm", message: theirOpen(), want: "5/2" },
    { name: "an OPEN in the middle", state: "established", message: theirOpen(), want: "5/3" },
  ] as const;
  for (const { name, state, message, want } of unexpected) {
    it(`${name}: NOTIFICATION ${want} (RFC 6608)`, () => {
      const stage = state === "established" ? Stage.up() : new Stage();
      if (state !== "established") {
        stage.step({ kind: "start" });
        stage.step({ kind: "connected", connection: "dialled-1", ends });
        if (state === "open-confirm") stage.hear("dialled-1", theirOpen());
      }
      expect(stage.hear("dialled-1", message)[0]).to.equal(`send dialled-1 notification ${want}`);
    });
  }

  it("a NOTIFICATION is never answered, and its words are kept", () => {
    const stage = Stage.up();
    const text = Buffer.from("\u0005power");
    expect(stage.hear("dialled-1", notification(6, 2, text))).to.deep.equal([
      "close dialled-1",
      'down: the peer ended the session: cease: administrative shutdown, "power"',
      "state idle",
    ]);
    expect(stage.session.lastEnd?.remedy).to.equal(
      "The router's operator has shut the session down",
    );
  });

  it("what belongs to a connection that is closed is nothing", () => {
    const stage = Stage.up();
    stage.step({ kind: "disconnected", connection: "dialled-1", error: "ECONNRESET" });
    for (const event of [
      { kind: "disconnected", connection: "dialled-1", error: "closed" },
      { kind: "written", connection: "dialled-1" },
      { kind: "connected", connection: "dialled-1", ends },
    ] as const) {
      expect(stage.step(event)).to.deep.equal([]);
    }
    expect(stage.hear("dialled-1", KEEPALIVE)).to.deep.equal([]);
  });

  const restart = { gracefulRestartSeconds: 120 };
  const overNotification = { ...GRACEFUL, overNotification: true };
  const plain = { ...GRACEFUL, overNotification: false };
  const stops = [
    { name: "a shutdown", how: "shutdown", offer: [], want: "6/2" },
    {
      name: "a shutdown, the peer keeps routes over NOTIFICATIONs",
      how: "shutdown",
      offer: [overNotification],
      want: "6/9",
    },
    { name: "a restart without agreement", how: "restart", offer: [], want: "6/2" },
    {
      name: "a restart, the peer keeps routes over silence alone",
      how: "restart",
      offer: [plain],
      want: null,
    },
    {
      name: "a restart, over NOTIFICATIONs too",
      how: "restart",
      offer: [overNotification],
      want: "6/4",
    },
    { name: "a peer that is configured no longer", how: "deconfigured", offer: [], want: "6/3" },
    {
      name: "a peer that is configured otherwise",
      how: "changed",
      offer: [overNotification],
      want: "6/6",
    },
  ] as const;
  for (const { name, how, offer, want } of stops) {
    it(`${name}: ${want ?? "no word"}, and no further attempt`, () => {
      const stage = Stage.up(restart, { capabilities: offer });
      const done = stage.step({ kind: "stop", how, text: "bye" });
      expect(done).to.deep.equal([
        ...(want === null ? [] : [`send dialled-1 notification ${want}`]),
        "close dialled-1",
        "down: stopped: bye",
        "state idle",
      ]);
      expect(stage.pass(3_600_000)).to.deep.equal([]);
    });
  }

  it("BFD that was up and is down ends the session at once (RFC 9384)", () => {
    const stage = Stage.up();
    const report = (state: "up" | "down" | "admin-down") =>
      stage.step({ kind: "bfd", report: { peer: "tor", state, diagnostic: "expired" } });
    expect(report("down")).to.deep.equal([]); // It has never been up: it may not be there.
    expect(report("up")).to.deep.equal([]);
    expect(report("admin-down")).to.deep.equal([]);
    expect(report("up")).to.deep.equal([]);
    expect(report("down")).to.deep.equal([
      "send dialled-1 notification 6/10",
      "close dialled-1",
      "down: BFD says that the peer is gone: expired",
      "state idle",
    ]);
  });

  it("a peer that takes nothing is left after the send hold time (RFC 9687)", () => {
    const stage = Stage.up();
    stage.step({ kind: "routes", changes: { announce: [route("203.0.113.1/32")], withdraw: [] } });
    const done = stage.pass(480_000, { theyLive: true });
    expect(done.filter((line) => line.includes("down"))).to.deep.equal([
      "480000 down: the peer has read nothing for the send hold time",
    ]);
  });

  it("what is configured otherwise without a new session is in force at once", () => {
    const stage = Stage.up();
    stage.step({ kind: "peer", peer: { ...stage.session.peer, keepaliveSeconds: 1 } });
    const done = stage.pass(5000, { theyLive: true });
    expect(done.filter((line) => line.includes("keepalive")).length).to.equal(3);
  });
});
