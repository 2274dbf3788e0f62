/** What a session of this node is made of, and its password: also where the Secret is not there any more. */
import { expect } from "chai";
import { compilePeerModels, type PeerModel } from "../../src/classes/peers.ts";
import type { BGPPeer } from "../../src/classes/metallb/bgp-peer.ts";
import type { Secret } from "../../src/kube/types.ts";
import { peersOfNode } from "../../src/speaker/bgp-peers.ts";
import { KnownPasswords, type Password, type SecretSource } from "../../src/speaker/passwords.ts";
import { manifest } from "../classes/metallb/cases.ts";

const NODE = { name: "n1", labels: {}, ipv4: null };

function model(spec: object = {}): PeerModel {
  const of = { myASN: 64600, peerASN: 64501, peerAddress: "10.0.0.254", ...spec };
  const bgpPeers = [manifest("BGPPeer", "tor", of) as BGPPeer];
  const none = { bfdProfiles: [], metalPeers: [], configurations: [] };
  const [one] = compilePeerModels({ bgpPeers, ...none }).values();
  return one ?? expect.fail("no model");
}

function secret(password: string | null, labels: Readonly<Record<string, string>> = {}): Secret {
  const data = password === null ? {} : { password: Buffer.from(password).toString("base64") };
  return { metadata: { name: "s", namespace: "metallb-system", labels }, data };
}

const PLAIN: SecretSource = { kind: "secret", namespace: null, name: "s", label: null };
const MARKED: SecretSource = { ...PLAIN, label: "may" };

describe("passwords of peers", () => {
  type Step = readonly [secret: Secret | undefined, want: Password["kind"], text?: string];
  const SCRIPTS: readonly (readonly [string, SecretSource, readonly Step[]])[] = [
    [
      "no Secret, then one",
      PLAIN,
      [
        [undefined, "missing"],
        [secret("a"), "known", "a"],
      ],
    ],
    [
      "another password",
      PLAIN,
      [
        [secret("a"), "known", "a"],
        [secret("b"), "known", "b"],
      ],
    ],
    [
      "the Secret is deleted: the last one stays, until there is another",
      PLAIN,
      [
        [secret("a"), "known", "a"],
        [secret("b"), "known", "b"],
        [undefined, "kept", "b"],
        [undefined, "kept", "b"],
        [secret("c"), "known", "c"],
      ],
    ],
    [
      "its key is gone, or empty",
      PLAIN,
      [
        [secret(null), "missing"],
        [secret(""), "missing"],
        [secret("a"), "known", "a"],
        [secret(null), "kept", "a"],
        [secret(""), "kept", "a"],
      ],
    ],
    [
      "the label that it must have",
      MARKED,
      [
        [secret("a"), "missing"],
        [secret("a", { may: "false" }), "missing"],
        [secret("a", { may: "true" }), "known", "a"],
        [secret("b"), "kept", "a"],
      ],
    ],
  ];
  for (const [name, source, steps] of SCRIPTS) {
    it(name, () => {
      const known = new KnownPasswords();
      for (const [now, kind, text] of steps) {
        const want = text === undefined ? { kind } : { kind, text };
        expect(known.read(source, now)).to.deep.equal(want);
      }
    });
  }

  it("what one peer has read of a Secret is not for another that wants a label", () => {
    const known = new KnownPasswords();
    known.read(PLAIN, secret("a"));
    expect(known.read(MARKED, undefined)).to.deep.equal({ kind: "missing" });
  });

  it("who is no longer wanted is forgotten", () => {
    const known = new KnownPasswords();
    known.read(PLAIN, secret("a"));
    known.retain([{ kind: "text", text: "x" }, PLAIN]);
    expect(known.read(PLAIN, undefined)).to.deep.equal({ kind: "kept", text: "a" });
    known.retain([MARKED]);
    expect(known.read(PLAIN, undefined)).to.deep.equal({ kind: "missing" });
  });
});

describe("peers of a node", () => {
  const withSecret = model({ passwordSecret: { name: "s" } });
  const HOW: readonly (readonly [Password, object])[] = [
    [{ kind: "none" }, { passwords: [null], problems: [], warnings: [] }],
    [
      { kind: "known", text: "a" },
      { passwords: ["a"], problems: [], warnings: [] },
    ],
    [
      { kind: "kept", text: "a" },
      {
        passwords: ["a"],
        problems: [],
        warnings: [
          `The peer "tor" goes on with the password that it had: restore the Secret "s" with the key "password", or the next start of the speaker has none`,
        ],
      },
    ],
    [
      { kind: "missing" },
      {
        passwords: [],
        problems: [`The peer "tor" waits for the Secret "s" with the key "password"`],
        warnings: [],
      },
    ],
  ];
  for (const [password, want] of HOW) {
    it(`a password that is ${password.kind}`, () => {
      const { peers, problems, warnings } = peersOfNode([withSecret], NODE, () => password);
      expect({
        passwords: peers.map((peer) => peer.password),
        problems: [...problems.values()],
        warnings: [...warnings.values()],
      }).to.deep.equal(want);
    });
  }

  it("what is not said is made here: an identifier, an end of its own, timers in their units", () => {
    const { peers } = peersOfNode([model({ connectTime: "5s" })], NODE, () => ({ kind: "none" }));
    const [peer] = peers;
    expect(peer?.routerId).to.match(/^[1-9]\d*\.\d+\.\d+\.\d+$/);
    expect(peer).to.deep.include({ sourceAddress: null, connectRetryMs: 5000, bfdProfile: null });
    expect(peer?.reach).to.deep.equal({ kind: "direct" });
  });
});
