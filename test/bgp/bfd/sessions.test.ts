/** Whose packet it is, and who is wanted: many sessions in one mind. */
import { expect } from "chai";
import fc from "fast-check";
import type { Ip } from "../../../src/base/ip.ts";
import {
  BfdSessions,
  type Datagram,
  type Endpoints,
  endpointsKey,
  type SessionsEffect,
  type WantedSession,
} from "../../../src/bgp/bfd/sessions.ts";
import {
  type BfdState,
  encodeControlPacket,
  type OwnPacket,
} from "../../../src/bgp/bfd/wire/control-packet.ts";
import { FIRST_PACKET } from "./packets.ts";

const profile = {
  desiredMinTxUs: 50_000,
  requiredMinRxUs: 60_000,
  detectMultiplier: 3,
  isPassive: false,
};
const tor: Endpoints = {
  theirAddress: "192.0.2.254" as Ip,
  ourAddress: null,
  interface: null,
  vrf: null,
  hops: "single",
};
const wanted = (endpoints: Partial<Endpoints> = {}, minimumTtl = 254): WantedSession => ({
  endpoints: { ...tor, ...endpoints },
  profile,
  minimumTtl,
});

function bytes(more: Partial<OwnPacket> = {}): Uint8Array {
  return encodeControlPacket({
    ...FIRST_PACKET,
    myDiscriminator: 9,
    requiredMinRxUs: 100_000,
    ...more,
  });
}

const datagram = (more: Partial<Datagram> = {}): Datagram => ({
  bytes: bytes(),
  from: "192.0.2.254" as Ip,
  to: "192.0.2.1" as Ip,
  interface: "eth0",
  vrf: null,
  hops: "single",
  ttl: 255,
  ...more,
});

/** What a datagram comes to: the name of a fault, or the key of the session that it was for. */
function outcome(sessions: BfdSessions, opened: Map<number, string>, one: Datagram): string {
  const effects = sessions.step({ kind: "datagram", datagram: one, nowMs: 1 });
  const [first] = effects;
  if (first?.kind === "fault") return first.name;
  return first?.kind === "heard" ? (opened.get(first.discriminator) ?? "?") : "nothing";
}

/** @returns the keys of the sessions by their discriminators */
function openedBy(effects: readonly SessionsEffect[]): Map<number, string> {
  const opened = effects.flatMap((effect) =>
    effect.kind === "open" ? [[effect.discriminator, endpointsKey(effect.endpoints)] as const] : [],
  );
  return new Map(opened);
}

function begin(...all: readonly WantedSession[]) {
  const sessions = new BfdSessions("secret");
  const effects = sessions.step({ kind: "want", sessions: all, nowMs: 0 });
  return { sessions, opened: openedBy(effects), effects };
}

const here = endpointsKey(tor);
const far: Partial<Endpoints> = {
  theirAddress: "198.51.100.9" as Ip,
  ourAddress: "192.0.2.1" as Ip,
  hops: "multiple",
};
const farKey = endpointsKey({ ...tor, ...far });
const fromFar: Partial<Datagram> = { from: "198.51.100.9" as Ip, hops: "multiple", ttl: 254 };
const six = { theirAddress: "fe80::1" as Ip };

const rows: readonly {
  readonly name: string;
  readonly sessions: readonly WantedSession[];
  readonly datagram: Datagram;
  readonly want: string;
}[] = [
  {
    name: "the first of a neighbour, by its address",
    sessions: [wanted()],
    datagram: datagram(),
    want: here,
  },
  {
    name: "one that a router has forwarded (RFC 5881 section 5)",
    sessions: [wanted()],
    datagram: datagram({ ttl: 254 }),
    want: "bfd-forwarded",
  },
  {
    name: "of a stranger",
    sessions: [wanted()],
    datagram: datagram({ from: "192.0.2.253" as Ip }),
    want: "bfd-unknown-peer",
  },
  {
    name: "with a discriminator that nobody has",
    sessions: [wanted()],
    datagram: datagram({ bytes: bytes({ yourDiscriminator: 1 }) }),
    want: "bfd-unknown-session",
  },
  {
    name: "garbage",
    sessions: [wanted()],
    datagram: datagram({ bytes: new Uint8Array(30) }),
    want: "bfd-unknown-version",
  },
  {
    name: "over another interface than the session's",
    sessions: [wanted({ interface: "eth1" })],
    datagram: datagram(),
    want: "bfd-unknown-peer",
  },
  {
    name: "over an interface that is gone",
    sessions: [wanted({ interface: "eth0" })],
    datagram: datagram({ interface: null }),
    want: "bfd-unknown-peer",
  },
  {
    name: "of two with one link-local address the one on this interface",
    sessions: [wanted({ ...six, interface: "eth0" }), wanted({ ...six, interface: "eth1" })],
    datagram: datagram({ from: "fe80::1" as Ip, interface: "eth1" }),
    want: endpointsKey({ ...tor, ...six, interface: "eth1" }),
  },
  {
    name: "of two the one that says more of where it is",
    sessions: [wanted(), wanted({ ourAddress: "192.0.2.1" as Ip })],
    datagram: datagram(),
    want: endpointsKey({ ...tor, ourAddress: "192.0.2.1" as Ip }),
  },
  {
    name: "to another address of ours than the session's",
    sessions: [wanted({ ourAddress: "192.0.2.2" as Ip })],
    datagram: datagram(),
    want: "bfd-unknown-peer",
  },
  {
    name: "in another VRF",
    sessions: [wanted({ vrf: "red" })],
    datagram: datagram(),
    want: "bfd-unknown-peer",
  },
  {
    name: "in its VRF",
    sessions: [wanted({ vrf: "red" }), wanted()],
    datagram: datagram({ vrf: "red" }),
    want: endpointsKey({ ...tor, vrf: "red" }),
  },
  {
    name: "over several hops",
    sessions: [wanted(far)],
    datagram: datagram(fromFar),
    want: farKey,
  },
  {
    name: "from further away than is believed",
    sessions: [wanted(far)],
    datagram: datagram({ ...fromFar, ttl: 253 }),
    want: "bfd-from-too-far",
  },
  {
    name: "over several hops, of a neighbour",
    sessions: [wanted()],
    datagram: datagram({ hops: "multiple" }),
    want: "bfd-unknown-peer",
  },
];

describe("BFD sessions", () => {
  for (const { name, sessions: all, datagram: one, want } of rows) {
    it(`a packet ${name}`, () => {
      const { sessions, opened } = begin(...all);
      expect(outcome(sessions, opened, one)).to.equal(want);
    });
  }

  it("with our discriminator it is the session's, wherever it comes from (RFC 5880 section 6.3)", () => {
    const { sessions, opened } = begin(wanted(), wanted({ theirAddress: "192.0.2.253" as Ip }));
    for (const [yourDiscriminator, key] of opened) {
      const one = datagram({ bytes: bytes({ yourDiscriminator }), from: "192.0.2.7" as Ip });
      expect(outcome(sessions, opened, one)).to.equal(key);
    }
  });

  it("no neighbour's session is reached by the port that takes any TTL", () => {
    const { sessions, opened } = begin(wanted());
    for (const [yourDiscriminator] of opened) {
      const one = datagram({ bytes: bytes({ yourDiscriminator }), hops: "multiple", ttl: 64 });
      expect(outcome(sessions, opened, one)).to.equal("bfd-other-port");
    }
  });

  it("what is wanted again is left alone", () => {
    const { sessions } = begin(wanted());
    expect(sessions.step({ kind: "want", sessions: [wanted()], nowMs: 5 })).to.deep.equal([]);
  });

  it("another profile is the session's from then on, which goes on", () => {
    const { sessions, opened } = begin(wanted());
    const [discriminator = 0] = opened.keys();
    const slower = { ...wanted(), profile: { ...profile, detectMultiplier: 9 } };
    const effects = sessions.step({ kind: "want", sessions: [slower], nowMs: 5 });
    expect(effects).to.deep.equal([]);
    expect(sessions.session(discriminator)?.profile.detectMultiplier).to.equal(9);
  });

  it("two that want one session have one, as quick as either and as strict as both", () => {
    const eager = { ...profile, desiredMinTxUs: 10_000, detectMultiplier: 2 };
    const second = { ...wanted(far, 250), profile: { ...eager, isPassive: true } };
    const { sessions, opened } = begin(wanted(far, 253), second);
    const [discriminator = 0] = opened.keys();
    expect(opened.size).to.equal(1);
    expect(sessions.session(discriminator)?.profile).to.deep.equal({
      ...{ desiredMinTxUs: 10_000, requiredMinRxUs: 60_000, detectMultiplier: 2 },
      isPassive: false,
    });
    expect(outcome(sessions, opened, datagram({ ...fromFar, ttl: 252 }))).to.equal(
      "bfd-from-too-far",
    );
  });

  it("who is not wanted any more is told so, and then forgotten", () => {
    const { sessions, opened } = begin(wanted());
    const [discriminator = 0] = opened.keys();
    sessions.step({ kind: "datagram", datagram: datagram(), nowMs: 1 });
    const effects = sessions.step({ kind: "want", sessions: [], nowMs: 10 });
    const sent = effects.flatMap((effect) => (effect.kind === "send" ? [effect.packet.state] : []));
    expect(sent).to.deep.equal(["AdminDown"]);
    const linger = effects.find(
      (effect) => effect.kind === "set-timer" && effect.timer === "linger",
    );
    const atMs = linger?.kind === "set-timer" ? linger.atMs : 0;
    const end = sessions.step({ kind: "timer", discriminator, timer: "linger", nowMs: atMs });
    expect(end.some((effect) => effect.kind === "close")).to.equal(true);
    expect(sessions.size).to.equal(0);
    expect(outcome(sessions, opened, datagram())).to.equal("bfd-unknown-peer");
    // Its timers may have been on their way.
    expect(
      sessions.step({ kind: "timer", discriminator, timer: "detect", nowMs: atMs }),
    ).to.deep.equal([]);
  });

  it("discriminators are all different, and none is 0", () => {
    const many = Array.from({ length: 500 }, (_, i) =>
      wanted({ theirAddress: `10.0.${i >> 8}.${i & 255}` as Ip }),
    );
    const { opened } = begin(...many);
    expect(opened.size).to.equal(500);
    expect(opened.has(0)).to.equal(false);
  });

  it("whatever peers say and when, nothing throws, and a packet is never sent more often than they take", () => {
    const states: readonly BfdState[] = ["AdminDown", "Down", "Init", "Up"];
    const said = fc.record({
      state: fc.constantFrom(...states),
      poll: fc.boolean(),
      final: fc.boolean(),
      demand: fc.boolean(),
      known: fc.boolean(),
      requiredMinRxUs: fc.constantFrom(0, 1000, 50_000, 400_000),
      detectMultiplier: fc.integer({ min: 1, max: 4 }),
      afterMs: fc.integer({ min: 0, max: 600 }),
    });
    fc.assert(
      fc.property(fc.array(said, { maxLength: 60 }), fc.boolean(), (script, isPassive) => {
        const begun = begin({ ...wanted(), profile: { ...profile, isPassive } });
        const { sessions, opened } = begun;
        const [discriminator = 0] = opened.keys();
        const dueMs = new Map<string, number>();
        const note = (effects: readonly SessionsEffect[]) => {
          for (const effect of effects) {
            if (effect.kind === "set-timer") dueMs.set(effect.timer, effect.atMs);
            if (effect.kind === "clear-timer") dueMs.delete(effect.timer);
          }
        };
        note(begun.effects);
        let nowMs = 0;
        for (const { afterMs, known, ...packet } of script) {
          const endMs = nowMs + afterMs;
          for (;;) {
            const [next] = [...dueMs].sort((a, b) => a[1] - b[1]);
            if (next === undefined || next[1] > endMs) break;
            const [timer, atMs] = next as ["transmit" | "detect", number];
            dueMs.delete(timer);
            expect(atMs).to.be.at.least(nowMs);
            nowMs = atMs;
            const effects = sessions.step({ kind: "timer", discriminator, timer, nowMs });
            note(effects);
            const again = dueMs.get("transmit");
            const session = sessions.session(discriminator);
            if (timer === "transmit" && again !== undefined && session !== undefined) {
              expect(again - nowMs).to.be.at.least((0.75 * session.transmitUs) / 1000);
            }
          }
          nowMs = endMs;
          const mayBeFirst = packet.state === "Down" || packet.state === "AdminDown";
          const yourDiscriminator = known || !mayBeFirst ? discriminator : 0;
          const one = datagram({ bytes: bytes({ ...packet, yourDiscriminator }) });
          note(sessions.step({ kind: "datagram", datagram: one, nowMs }));
        }
      }),
      { numRuns: 300 },
    );
  });
});
