/** What of BFD is told as an Event, and how often. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import type { BgpPeer } from "../../src/bgp/peer.ts";
import { BfdBook } from "../../src/speaker/bfd-book.ts";
import { peer as peerOf } from "../bgp/interop/node.ts";

const KEY = "BGPPeer/tor";
const WAIT_S = 10;
const ONE_HOP =
  "Warning BFDSessionFailed n1: BFD with 10.0.0.2 does not come up, and the session is without it. " +
  "See that the router watches this node, over one hop (UDP port 3784), and that nothing in between drops that.";
const UP = "Normal BFDSessionUp n1: BFD with 10.0.0.2 is up";
const NO_ADDRESS = "Cannot send from 10.0.0.9: EADDRNOTAVAIL (address not available)";

/** One peer, and the time in seconds. */
class Desk {
  readonly book = new BfdBook("n1");
  readonly told: string[] = [];
  peer: BgpPeer;
  state: "established" | "idle" = "established";
  seconds = 0;

  constructor(more: Partial<BgpPeer> = {}) {
    this.peer = peerOf("10.0.0.2", { key: KEY, bfdProfile: "fast", ...more });
  }

  hear(state: "up" | "down" | "admin-down", diagnostic = "none"): this {
    const tale = this.book.hear(this.peer, { state, diagnostic });
    if (tale !== null) this.told.push(`${tale.type} ${tale.reason} ${tale.message}`);
    return this;
  }

  trouble(message: string | null): this {
    this.book.setTroubles(new Map(message === null ? [] : [[KEY, message]]));
    return this;
  }

  /** Looks every second for so long. */
  wait(seconds: number): this {
    for (let i = 0; i <= seconds; i++, this.seconds++) {
      const sessions = new Map([[KEY, { peer: this.peer, state: this.state }]]);
      for (const [key, tale] of this.book.look(sessions, 1000 * this.seconds)) {
        expect(key).to.equal(KEY);
        this.told.push(`${tale.type} ${tale.reason} ${tale.message}`);
      }
    }
    return this;
  }
}

describe("speaker: the book of BFD", () => {
  it("up, then down by silence: a Warning with its remedy; up again", () => {
    const desk = new Desk().hear("up").hear("down", "detection-time-expired").hear("up");
    expect(desk.told).to.deep.equal([
      UP,
      "Warning BFDSessionDown n1: BFD with 10.0.0.2 is down: detection-time-expired. See whether the router runs and the path to it is whole.",
      UP,
    ]);
  });

  it("the router says that it is down: what that may mean", () => {
    const { told } = new Desk().hear("up").hear("down", "neighbor-signaled-down");
    expect(told[1]).to.match(/is down: neighbor-signaled-down\. See whether it has begun anew, or/);
  });

  it("up is told once, to whoever hears it again", () => {
    expect(new Desk().hear("up").hear("up").told).to.deep.equal([UP]);
  });

  it("down that was never up is no end", () => {
    expect(new Desk().hear("down", "detection-time-expired").told).to.deep.equal([]);
  });

  it("turned off by the router: no Warning, and nothing is waited for", () => {
    const desk = new Desk().hear("up").hear("admin-down", "administratively-down").wait(60);
    expect(desk.told.slice(1)).to.deep.equal([
      "Normal BFDSessionDown n1: BFD with 10.0.0.2 is turned off by the router: until it is on again, the hold time alone ends a session",
    ]);
  });

  it("another path of the peer: what was known is no end, and it is waited for", () => {
    const desk = new Desk().hear("up").hear("admin-down").wait(WAIT_S);
    expect(desk.told).to.deep.equal([UP, ONE_HOP]);
  });

  it("the session is up without it: told once, after a while", () => {
    const desk = new Desk().wait(WAIT_S - 1);
    expect(desk.told).to.deep.equal([]);
    desk.wait(100);
    expect(desk.told).to.deep.equal([ONE_HOP]);
  });

  it("once more where it has been up meanwhile", () => {
    const desk = new Desk().wait(WAIT_S).hear("up").wait(60).hear("down").wait(60);
    const reasons = desk.told.map((line) => line.split(" ")[1]);
    expect(reasons).to.deep.equal([
      ...["BFDSessionFailed", "BFDSessionUp", "BFDSessionDown", "BFDSessionFailed"],
    ]);
  });

  it("while the session is down nothing is waited for, and from its return on the whole while", () => {
    const desk = new Desk();
    desk.state = "idle";
    desk.wait(60);
    desk.state = "established";
    desk.wait(WAIT_S - 2);
    desk.state = "idle";
    desk.wait(1);
    desk.state = "established";
    desk.wait(WAIT_S - 1);
    expect(desk.told).to.deep.equal([]);
    expect(desk.wait(1).told).to.deep.equal([ONE_HOP]);
  });

  it("over several hops: by which port", () => {
    const { told } = new Desk({ reach: { kind: "multihop", ttl: 255 } }).wait(WAIT_S);
    expect(told[0]).to.contain("over several hops (UDP port 4784)");
  });

  it("a router on an interface is named with it", () => {
    const { told } = new Desk({ address: "fe80::a" as Ip, interface: "eth0" }).hear("up");
    expect(told).to.deep.equal(["Normal BFDSessionUp n1: BFD with fe80::a%eth0 is up"]);
  });

  it("it can neither send nor hear: at once, once, also while the session is down; then it is waited for", () => {
    const desk = new Desk().trouble(NO_ADDRESS);
    desk.state = "idle";
    desk.wait(60).trouble(null).wait(1).trouble(NO_ADDRESS).wait(1).trouble(null);
    const failed = `Warning BFDSessionFailed n1: BFD with 10.0.0.2 can neither send nor hear: ${NO_ADDRESS}`;
    expect(desk.told).to.deep.equal([failed]);
    desk.state = "established";
    expect(desk.wait(WAIT_S).told).to.deep.equal([failed, ONE_HOP]);
  });

  it("troubles that change all the time: some are told, until it is up", () => {
    const desk = new Desk();
    for (let i = 0; i < 20; i++) desk.trouble(`trouble ${i}`).wait(1);
    expect(desk.told).to.have.length(8);
  });

  it("a trouble that ends while the session is up: what comes after it is waited for the whole while", () => {
    const desk = new Desk()
      .trouble(NO_ADDRESS)
      .wait(60)
      .trouble(null)
      .wait(WAIT_S - 1);
    expect(desk.told.map((line) => line.split(" ")[1])).to.deep.equal(["BFDSessionFailed"]);
    expect(desk.wait(1).told[1]).to.equal(ONE_HOP);
  });

  it("turned off by the router, which comes back without it: that is told", () => {
    const desk = new Desk().hear("up").hear("admin-down", "administratively-down");
    desk.state = "idle";
    desk.wait(1);
    desk.state = "established";
    expect(desk.wait(WAIT_S).told.slice(2)).to.deep.equal([ONE_HOP]);
  });

  for (const hears of [true, false]) {
    it(`BFD that was taken off, and is put back: nothing of before counts, ${hears ? "its end was heard of" : "also where its end was not"}`, () => {
      const desk = new Desk().hear("up");
      const { peer } = desk;
      desk.peer = { ...peer, bfdProfile: null };
      if (hears) desk.hear("admin-down");
      else desk.wait(1);
      desk.peer = peer;
      expect(desk.wait(WAIT_S).told).to.deep.equal([UP, ONE_HOP]);
    });
  }

  it("a peer without BFD, or that is gone: nothing", () => {
    const desk = new Desk({ bfdProfile: null }).hear("up").trouble(NO_ADDRESS).wait(60);
    expect(desk.told).to.deep.equal([]);
    const other = new Desk().hear("up");
    expect(other.book.look(new Map(), 0)).to.deep.equal([]);
    expect(other.hear("up").told).to.deep.equal([UP, UP]);
  });
});
