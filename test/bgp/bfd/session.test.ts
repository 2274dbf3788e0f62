/**
 * Scripts for one session: an event, everything that it asks for, the next event.
 *
 * Chance is taken out by what is compared: moments of the next packet are said as a part of the interval.
 */
import { expect } from "chai";
import { BfdSession } from "../../../src/bgp/bfd/session.ts";
import type { SessionEffect, SessionEvent } from "../../../src/bgp/bfd/session-events.ts";
import type { BfdProfile } from "../../../src/bgp/bfd/timing.ts";
import type { BfdState, ControlPacket } from "../../../src/bgp/bfd/wire/control-packet.ts";
import { FIRST_PACKET } from "./packets.ts";

const profile: BfdProfile = {
  desiredMinTxUs: 50_000,
  requiredMinRxUs: 60_000,
  detectMultiplier: 3,
  isPassive: false,
};
const OURS = 7;
const THEIRS = 9;

const theirs = (state: BfdState, more: Partial<ControlPacket> = {}): ControlPacket => ({
  ...FIRST_PACKET,
  state,
  detectMultiplier: 5,
  myDiscriminator: THEIRS,
  yourDiscriminator: state === "Down" ? 0 : OURS,
  desiredMinTxUs: state === "Up" ? 100_000 : 1_000_000,
  requiredMinRxUs: 100_000,
  ...more,
});

/** Effects in few words: `send Up P`, `transmit in 75..100`, `detect at 500`, `Down > Init (handshake)`. */
function shown(effects: readonly SessionEffect[], nowMs: number): string[] {
  return effects.map((effect) => {
    switch (effect.kind) {
      case "send": {
        const { state, poll, final, yourDiscriminator, diagnostic } = effect.packet;
        const flags = `${poll ? " P" : ""}${final ? " F" : ""}`;
        const why = diagnostic === "none" ? "" : ` ${diagnostic}`;
        return `send ${state}${flags} to ${yourDiscriminator}${why}`;
      }
      case "set-timer": {
        const inMs = effect.atMs - nowMs;
        if (effect.timer !== "transmit") return `${effect.timer} in ${inMs}`;
        return inMs <= 0 ? "transmit now" : `transmit in ${intervalOf(inMs)}`;
      }
      case "clear-timer":
        return `no ${effect.timer}`;
      case "state":
        return `${effect.from} > ${effect.to} (${effect.cause})`;
      case "closed":
        return "closed";
    }
  });
}

const INTERVALS_MS = [50, 60, 100, 200, 400, 1000];

/** @returns the interval whose jitter gives this pause; of those in these scripts there is one */
function intervalOf(pauseMs: number): string {
  const fits = INTERVALS_MS.filter((ms) => pauseMs >= 0.75 * ms && pauseMs <= ms);
  return fits.map(String).join(" or ") || `${pauseMs} ms`;
}

type Untimed<E> = E extends unknown ? Omit<E, "nowMs"> : never;
type Line = readonly [nowMs: number, event: Untimed<SessionEvent>, want: readonly string[]];

const start: Untimed<SessionEvent> = { kind: "start" };
const stop: Untimed<SessionEvent> = { kind: "stop" };
const packet = (state: BfdState, more?: Partial<ControlPacket>): Untimed<SessionEvent> => ({
  kind: "packet",
  packet: theirs(state, more),
});
const timer = (name: "transmit" | "detect" | "linger"): Untimed<SessionEvent> => ({
  kind: "timer",
  timer: name,
});
const change = (more: Partial<BfdProfile>): Untimed<SessionEvent> => ({
  kind: "profile",
  profile: { ...profile, ...more },
});

const begun: readonly Line[] = [
  [0, start, ["AdminDown > Down (started)", "transmit now"]],
  [0, timer("transmit"), ["send Down to 0", "transmit in 1000"]],
];
/** Up since 300, and what we want is agreed. */
const agreed: readonly Line[] = [
  ...begun,
  [200, packet("Down"), ["Down > Init (handshake)", "send Init to 9", "detect in 5000"]],
  [
    300,
    packet("Init"),
    ["Init > Up (handshake)", "send Up P to 9", "detect in 5000", "transmit in 100"],
  ],
  [350, packet("Up", { final: true }), ["detect in 500"]],
];

/** At 400 ms, and the other end is still being told. */
const stopped: readonly Line[] = [
  ...agreed,
  [
    400,
    stop,
    [
      "Up > AdminDown (stopped)",
      "no detect",
      "send AdminDown to 9 administratively-down",
      "linger in 3000",
      "transmit in 1000",
    ],
  ],
];

const scripts: readonly {
  readonly name: string;
  readonly lines: readonly Line[];
  readonly profile?: BfdProfile;
}[] = [
  {
    name: "6.2: down, init, up: what changed is said at once, and what is wanted is polled for",
    lines: agreed,
  },
  {
    name: "6.2: the other end may be the first in init",
    lines: [
      ...begun,
      [
        200,
        packet("Init"),
        ["Down > Up (handshake)", "send Up P to 9", "detect in 5000", "transmit in 100"],
      ],
    ],
  },
  {
    name: "6.2: one that says up while we are down has not heard that we are, and stays where it is",
    lines: [...begun, [200, packet("Up"), ["detect in 500"]]],
  },
  {
    name: "6.2: init stays init while the other end is down",
    lines: [
      ...begun,
      [200, packet("Down"), ["Down > Init (handshake)", "send Init to 9", "detect in 5000"]],
      [900, packet("Down"), ["detect in 5000"]],
      [
        1000,
        packet("Up"),
        ["Init > Up (handshake)", "send Up P to 9", "detect in 500", "transmit in 100"],
      ],
    ],
  },
  {
    name: "6.8.4: silence for the detection time ends it, and no earlier",
    lines: [
      ...agreed,
      [400, packet("Up"), ["detect in 500"]],
      [850, timer("detect"), []],
      [
        900,
        timer("detect"),
        ["Up > Down (silence)", "send Down to 0 detection-time-expired", "transmit in 1000"],
      ],
    ],
  },
  {
    name: "6.8.4: silence in init ends it too",
    lines: [
      ...begun,
      [200, packet("Down"), ["Down > Init (handshake)", "send Init to 9", "detect in 5000"]],
      [5200, timer("detect"), ["Init > Down (silence)", "send Down to 0 detection-time-expired"]],
    ],
  },
  {
    name: "6.8.1: who was heard while we were down is forgotten after the detection time",
    lines: [
      ...begun,
      [200, packet("Up"), ["detect in 500"]],
      [700, timer("detect"), []],
      [740, timer("transmit"), []],
      [1000, timer("transmit"), ["send Down to 0", "transmit in 1000"]],
    ],
  },
  {
    name: "6.8.6: the other end is down: at once, with a poll for slower packets",
    lines: [
      ...agreed,
      [
        400,
        packet("Down", { yourDiscriminator: OURS, diagnostic: "detection-time-expired" }),
        [
          "Up > Down (peer-down)",
          "send Down P to 9 neighbor-signaled-down",
          "detect in 5000",
          "transmit in 1000",
        ],
      ],
      // It has heard that we are down.
      [
        500,
        packet("Down", { final: true }),
        ["Down > Init (handshake)", "send Init to 9", "detect in 5000"],
      ],
    ],
  },
  {
    name: "6.8.6: the other end was stopped on purpose",
    lines: [
      ...agreed,
      [
        400,
        packet("AdminDown"),
        [
          "Up > Down (peer-admin-down)",
          "send Down P to 9 neighbor-signaled-down",
          "detect in 5000",
          "transmit in 1000",
        ],
      ],
      [1400, packet("AdminDown"), ["detect in 5000"]],
    ],
  },
  {
    name: "6.8.6: a poll is answered at once, with no poll of ours in the answer",
    lines: [...agreed, [400, packet("Up", { poll: true }), ["send Up F to 9", "detect in 500"]]],
  },
  {
    name: "6.8.6: a poll that changes the state is answered by one packet, and ours follows",
    lines: [
      ...begun,
      [
        200,
        packet("Init", { poll: true }),
        ["Down > Up (handshake)", "send Up F to 9", "detect in 5000", "transmit in 100"],
      ],
      [300, timer("transmit"), ["send Up P to 9", "transmit in 100"]],
    ],
  },
  {
    name: "6.5: polls go on until one is answered",
    lines: [
      ...agreed.slice(0, -1),
      [400, timer("transmit"), ["send Up P to 9", "transmit in 100"]],
      [410, packet("Up"), ["detect in 500"]],
      [500, timer("transmit"), ["send Up P to 9", "transmit in 100"]],
      [510, packet("Up", { final: true }), ["detect in 500"]],
      [600, timer("transmit"), ["send Up to 9", "transmit in 100"]],
    ],
  },
  {
    name: "6.8.3: slower packets wait until the other end knows; quicker ones do not",
    lines: [
      ...agreed,
      [350, change({ desiredMinTxUs: 400_000 }), ["detect in 500"]],
      [400, timer("transmit"), ["send Up P to 9", "transmit in 100"]],
      [410, packet("Up", { final: true }), ["detect in 500", "transmit in 290..390"]],
      [420, change({ desiredMinTxUs: 200_000 }), ["detect in 490", "transmit in 130..180"]],
      [600, timer("transmit"), ["send Up P to 9", "transmit in 200"]],
    ],
  },
  {
    name: "6.8.3: less patience waits until the other end knows; more does not",
    lines: [
      ...agreed,
      [350, change({ requiredMinRxUs: 200_000 }), ["detect in 1000"]],
      [410, packet("Up", { final: true }), ["detect in 1000"]],
      [420, change({ requiredMinRxUs: 60_000 }), ["detect in 990"]],
      [430, packet("Up"), ["detect in 1000"]],
      [440, packet("Up", { final: true }), ["detect in 500"]],
    ],
  },
  {
    name: "6.5: what changes during a poll sequence is polled for again when it is over",
    lines: [
      ...agreed,
      [350, change({ requiredMinRxUs: 200_000 }), ["detect in 1000"]],
      [360, change({ requiredMinRxUs: 60_000 }), ["detect in 990"]],
      [370, packet("Up", { final: true }), ["detect in 1000"]],
      [400, timer("transmit"), ["send Up P to 9", "transmit in 100"]],
      [410, packet("Up", { final: true }), ["detect in 500"]],
    ],
  },
  {
    name: "6.8.12: another multiplier needs no poll",
    lines: [
      ...agreed,
      [360, change({ detectMultiplier: 7 }), ["detect in 490"]],
      [400, timer("transmit"), ["send Up to 9", "transmit in 100"]],
    ],
  },
  {
    name: "6.8.2: who takes packets more often gets them more often, who takes fewer gets fewer",
    lines: [
      ...agreed,
      [400, timer("transmit"), ["send Up to 9", "transmit in 100"]],
      [400, packet("Up", { requiredMinRxUs: 400_000 }), ["detect in 500", "transmit in 400"]],
      [410, packet("Up", { requiredMinRxUs: 1000 }), ["detect in 500", "transmit in 27..40"]],
    ],
  },
  {
    name: "6.8.7: who takes none gets none, but answers",
    lines: [
      ...agreed,
      [400, packet("Up", { requiredMinRxUs: 0 }), ["detect in 500", "no transmit"]],
      [410, packet("Up", { requiredMinRxUs: 0, poll: true }), ["send Up F to 9", "detect in 500"]],
      [420, packet("Up"), ["detect in 500", "transmit in 65..90"]],
    ],
  },
  {
    name: "6.6: who is in demand mode gets packets only while we poll",
    lines: [
      ...agreed,
      [400, packet("Up", { demand: true }), ["detect in 500", "no transmit"]],
      [410, change({ requiredMinRxUs: 70_000 }), ["detect in 490", "transmit now"]],
      [410, timer("transmit"), ["send Up P to 9", "transmit in 100"]],
      [490, packet("Up", { demand: true, final: true }), ["detect in 500", "no transmit"]],
    ],
  },
  {
    name: "6.1: who is passive says nothing before the other end has begun, nor when it is gone",
    profile: { ...profile, isPassive: true },
    lines: [
      [0, start, ["AdminDown > Down (started)"]],
      [
        200,
        packet("Down"),
        ["Down > Init (handshake)", "send Init to 9", "detect in 5000", "transmit in 1000"],
      ],
      [5200, timer("detect"), ["Init > Down (silence)", "no transmit"]],
    ],
  },
  {
    name: "6.8.16: stopped on purpose, the other end is told so for a detection time",
    lines: [
      ...stopped,
      [500, packet("Down", { yourDiscriminator: OURS }), []],
      [1400, timer("transmit"), ["send AdminDown to 9 administratively-down", "transmit in 1000"]],
      [3400, timer("linger"), ["closed", "no transmit"]],
    ],
  },
  {
    name: "stopped before anybody was heard, it is over",
    lines: [...begun, [400, stop, ["Down > AdminDown (stopped)", "closed", "no transmit"]]],
  },
  {
    name: "wanted again while it is being told of, it begins anew",
    lines: [
      ...stopped,
      [500, start, ["no linger", "AdminDown > Down (started)"]],
      [600, packet("Down"), ["Down > Init (handshake)", "send Init to 9", "detect in 5000"]],
      [3400, timer("linger"), []],
    ],
  },
];

describe("BFD session", () => {
  for (const { name, lines, profile: own = profile } of scripts) {
    it(name, () => {
      const session = new BfdSession({ discriminator: OURS, profile: own, seed: 1 });
      for (const [i, [nowMs, event, want]] of lines.entries()) {
        const effects = session.step({ ...event, nowMs });
        const said = shown(effects, nowMs);
        const message = `line ${i}, at ${nowMs}: ${event.kind}`;
        expect(said.length, `${message}: ${said.join(", ")}`).to.equal(want.length);
        for (const [k, one] of want.entries()) {
          const range = /^transmit in (\d+)\.\.(\d+)$/.exec(one);
          if (range === null) expect(said[k], message).to.equal(one);
          else {
            const effect = effects[k];
            const inMs = effect?.kind === "set-timer" ? effect.atMs - nowMs : -1;
            expect(inMs, message).to.be.within(Number(range[1]), Number(range[2]));
          }
        }
      }
    });
  }

  it("each state and each state of the other end: where that leads (6.8.6)", () => {
    const reach: Record<BfdState, readonly BfdState[]> = {
      AdminDown: [],
      Down: [],
      Init: ["Down"],
      Up: ["Init"],
    };
    const table = (Object.keys(reach) as BfdState[]).map((ours) => {
      const row = (["AdminDown", "Down", "Init", "Up"] as const).map((said) => {
        const session = new BfdSession({ discriminator: OURS, profile, seed: 1 });
        if (ours !== "AdminDown") session.step({ kind: "start", nowMs: 0 });
        for (const state of reach[ours]) {
          session.step({ kind: "packet", packet: theirs(state), nowMs: 1 });
        }
        expect(session.state).to.equal(ours);
        session.step({ kind: "packet", packet: theirs(said), nowMs: 2 });
        return session.state;
      });
      return [ours, ...row];
    });
    expect(table).to.deep.equal([
      // theirs:     AdminDown    Down         Init         Up
      ["AdminDown", "AdminDown", "AdminDown", "AdminDown", "AdminDown"],
      ["Down", "Down", "Init", "Up", "Down"],
      ["Init", "Down", "Init", "Up", "Up"],
      ["Up", "Down", "Down", "Up", "Up"],
    ]);
  });

  it("says what it wants and has: everything in a packet", () => {
    const session = new BfdSession({ discriminator: OURS, profile, seed: 1 });
    session.step({ kind: "start", nowMs: 0 });
    session.step({ kind: "packet", packet: theirs("Init"), nowMs: 1 });
    const [effect] = session.step({
      kind: "packet",
      packet: theirs("Up", { poll: true }),
      nowMs: 2,
    });
    expect(effect).to.deep.equal({
      kind: "send",
      packet: {
        state: "Up",
        diagnostic: "none",
        poll: false,
        final: true,
        controlPlaneIndependent: false,
        demand: false,
        detectMultiplier: 3,
        myDiscriminator: OURS,
        yourDiscriminator: THEIRS,
        desiredMinTxUs: 50_000,
        requiredMinRxUs: 60_000,
        requiredMinEchoRxUs: 0,
      },
    });
    expect([session.transmitUs, session.detectionUs]).to.deep.equal([100_000, 500_000]);
  });
});
