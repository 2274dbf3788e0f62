/** Who is at the other end of an interface: scripts of what is heard, and what is sent, by the second. */
import { expect } from "chai";
import fc from "fast-check";
import type { Ip } from "../../../src/base/ip.ts";
import {
  Neighbour,
  type NeighbourEffect,
  type NeighbourEvent,
} from "../../../src/bgp/unnumbered/neighbour.ts";

type Plain = NeighbourEvent extends infer Event
  ? Event extends NeighbourEvent
    ? Omit<Event, "nowMs" | "random">
    : never
  : never;

const [A, B, C] = ["fe80::a" as Ip, "fe80::b" as Ip, "fe80::c" as Ip] as const;
const UP: Plain = { kind: "link", index: 7 };
const DOWN: Plain = { kind: "link", index: null };

/** Of FRR, if nothing else is said: 30 s. */
const heard = (from: Ip, seconds = 30): Plain => ({
  ...{ kind: "advertisement", from, lifetimeMs: seconds * 1000 },
});
const failed = (address: Ip): Plain => ({ kind: "failed", address });

/** A neighbour and a clock: what it does is told in words, with the second. */
class Play {
  readonly mind = new Neighbour();
  nowMs = 0;
  #wakeAtMs: number | null = null;
  #told: string[] = [];

  /** Jitter is at its longest. @returns what was done at this moment */
  step(event: Plain): readonly string[] {
    this.#told = [];
    this.#step(event);
    return this.#told;
  }

  /** @returns what was done until then, with the second, but for waiting */
  until(second: number): readonly string[] {
    this.#told = [];
    while (this.#wakeAtMs !== null && this.#wakeAtMs <= second * 1000) {
      expect(this.#wakeAtMs, "no time passes").to.be.greaterThan(this.nowMs);
      this.nowMs = this.#wakeAtMs;
      this.#wakeAtMs = null;
      this.#step({ kind: "timer" });
    }
    this.nowMs = second * 1000;
    return this.#told;
  }

  #step(event: Plain): void {
    for (const effect of this.mind.step({ ...event, nowMs: this.nowMs, random: 1 })) {
      if (effect.kind === "wake") this.#wakeAtMs = effect.atMs;
      else this.#told.push(`${this.nowMs / 1000} ${this.#words(effect)}`);
    }
  }

  #words(effect: Exclude<NeighbourEffect, { kind: "wake" }>): string {
    if (effect.kind === "send") return effect.what;
    if (effect.kind === "open") return `open ${effect.index}`;
    if (effect.kind === "close") return "close";
    return ["is", this.mind.address ?? "nobody", ...this.mind.others.map((ip) => `+${ip}`)].join(
      " ",
    );
  }

  static up(...routers: readonly Ip[]): Play {
    const play = new Play();
    play.step(UP);
    for (const ip of routers) play.step(heard(ip));
    return play;
  }
}

describe("unnumbered: who is at the other end", () => {
  it("a link comes up: routers are asked, ever less often, and told every ten seconds that we are here", () => {
    const play = new Play();
    expect(play.step(UP)).to.deep.equal(["0 open 7", "0 advertisement", "0 solicitation"]);
    expect(play.until(61)).to.deep.equal([
      ...["4 solicitation", "10 advertisement", "12 solicitation", "20 advertisement"],
      ...["28 solicitation", "30 advertisement", "40 advertisement", "50 advertisement"],
      ...["60 advertisement", "60 solicitation"],
    ]);
    expect(play.until(130).filter((line) => line.endsWith("solicitation"))).to.deep.equal([
      ...["92 solicitation", "124 solicitation"],
    ]);
  });

  it("a router is heard: it is asked no more, and told of us, three seconds after the last time", () => {
    const play = Play.up();
    play.until(1);
    expect(play.step(heard(A))).to.deep.equal(["1 is fe80::a"]);
    expect(play.until(22)).to.deep.equal(["3 advertisement", "13 advertisement"]);
    expect(play.step(heard(A))).to.deep.equal([]);
  });

  it("a router that is new when we have not spoken for a while is told of us at once", () => {
    const play = Play.up();
    play.until(9);
    expect(play.step(heard(A))).to.deep.equal(["9 advertisement", "9 is fe80::a"]);
  });

  it("another router: the first one stays, and the other is told of as long as it is there", () => {
    const play = Play.up(A);
    play.until(5);
    play.step(heard(A, 1800));
    expect(play.step(heard(B))).to.deep.equal(["5 is fe80::a +fe80::b"]);
    expect(play.until(36).filter((line) => line.includes(" is "))).to.deep.equal(["35 is fe80::a"]);
  });

  it("a session fails, and nobody else is there: the router stays, is asked and told of us", () => {
    const play = Play.up(A);
    play.until(60);
    expect(play.step(failed(A))).to.deep.equal(["60 advertisement", "60 solicitation"]);
    expect(play.until(65)).to.deep.equal(["64 solicitation"]);
    expect(play.step(heard(A))).to.deep.equal([]);
    expect(play.until(72)).to.deep.equal(["70 advertisement"]);
    expect(play.mind.address).to.equal(A);
  });

  it("a session fails, and another router is there: that one is tried", () => {
    const play = Play.up(A, B);
    play.until(5);
    expect(play.step(failed(A)).at(-1)).to.equal("5 is fe80::b +fe80::a");
    expect(play.step(failed(B)).at(-1), "nobody is any better").to.equal(undefined);
    play.until(6);
    expect(play.step(heard(A)).at(-1), "heard since it failed").to.equal("6 is fe80::a +fe80::b");
    expect(play.step(heard(B))).to.deep.equal([]);
  });

  it("a router is replaced: the new one is heard after the session with the old one failed", () => {
    const play = Play.up(A);
    play.until(40);
    play.step(failed(A));
    expect(play.step(heard(B)).at(-1)).to.equal("40 is fe80::b");
  });

  it("of several a default router is tried before one that is none, such as another node", () => {
    const play = Play.up(A);
    play.step(heard(B, 0));
    play.step(heard(C, 1800));
    expect(play.step(failed(A)).at(-1)).to.equal("0 is fe80::c +fe80::a +fe80::b");
  });

  it("who is none of ours fails nobody", () => {
    const play = Play.up(A, B);
    play.step(failed(C));
    expect(play.mind.address).to.equal(A);
  });

  it("a link that goes down is silent, and has its router when it comes up again", () => {
    const play = Play.up(A);
    play.until(5);
    expect(play.step(DOWN)).to.deep.equal(["5 close"]);
    expect(play.step(DOWN)).to.deep.equal([]);
    expect(play.step(failed(A))).to.deep.equal([]);
    expect(play.until(100)).to.deep.equal([]);
    expect(play.mind.address).to.equal(A);
    expect(play.step(UP)).to.deep.equal(["100 open 7", "100 advertisement", "100 solicitation"]);
    expect(play.step(UP), "no news").to.deep.equal([]);
    expect(play.mind.address).to.equal(A);
  });

  it("under another index it is another link, with nobody on it", () => {
    const play = Play.up(A);
    expect(play.step({ kind: "link", index: 8 })).to.deep.equal([
      ...["0 close", "0 open 8", "0 is nobody"],
    ]);
    expect(play.until(4)).to.deep.equal(["3 advertisement", "4 solicitation"]);
  });

  it("a socket that cannot be opened is tried again after five seconds", () => {
    const play = new Play();
    play.step(UP);
    expect(play.step({ kind: "not-opened" })).to.deep.equal([]);
    expect(play.until(5)).to.deep.equal(["5 open 7", "5 advertisement", "5 solicitation"]);
    play.step({ kind: "not-opened" });
    play.step(DOWN);
    expect(play.until(60)).to.deep.equal([]);
  });

  it("a flood of routers is bounded, told of once a second, and the one that was found stays", () => {
    const play = Play.up(A);
    const told: string[] = [];
    for (let i = 0; i < 1000; i++) {
      told.push(...play.until(i / 200));
      told.push(...play.step(heard(`fe80::1:${i.toString(16)}` as Ip)));
    }
    expect(play.mind.address).to.equal(A);
    expect(
      told.filter((line) => line.includes(" is ")),
      "once a second",
    ).to.have.length(5);
    expect(play.until(6).filter((line) => line.includes(" is "))).to.have.length(1);
    expect(play.mind.others).to.have.length(15);
    expect(play.mind.others.at(-1)).to.equal("fe80::1:3e7");
    expect(play.until(16).filter((line) => line.endsWith("advertisement"))).to.have.length(1);
  });

  it("whatever happens: no more is sent than the RFC lets, and nobody is chosen who was not heard on this link", () => {
    const events = fc.oneof(
      fc.constantFrom(UP, DOWN, { kind: "link", index: 8 } as const),
      fc.constant({ kind: "not-opened" } as const),
      fc.constantFrom(A, B, C).map((from) => heard(from)),
      fc.constantFrom(A, B, C).map((from) => heard(from, 0)),
      fc.constantFrom(A, B, C).map(failed),
      fc.nat(40_000),
    );
    fc.assert(
      fc.property(fc.array(events, { maxLength: 60 }), (script) => {
        const play = new Play();
        const sent: Record<string, number[]> = { advertisement: [], solicitation: [] };
        const onLink = new Set<Ip>();
        let index: number | null = null;
        for (const event of script) {
          const told =
            typeof event === "number"
              ? play.until(play.nowMs / 1000 + event / 1000)
              : play.step(event);
          if (typeof event !== "number") {
            if (event.kind === "link" && event.index !== null) {
              if (event.index !== index) onLink.clear();
              index = event.index;
            }
            if (event.kind === "advertisement") onLink.add(event.from);
          }
          for (const line of told) {
            const [second = "", what = ""] = line.split(" ");
            sent[what]?.push(Number(second));
          }
          const { address, others } = play.mind;
          for (const ip of [...(address === null ? [] : [address]), ...others]) {
            expect(onLink.has(ip)).to.equal(true);
          }
        }
        const pauses = (seconds: readonly number[] = []) =>
          seconds.slice(1).map((second, i) => second - (seconds[i] ?? 0));
        for (const pause of pauses(sent["advertisement"])) expect(pause).to.be.at.least(2.999);
        for (const pause of pauses(sent["solicitation"])) expect(pause).to.be.at.least(3.999);
      }),
    );
  });
});
