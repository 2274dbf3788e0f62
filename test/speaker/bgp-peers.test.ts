/** What a session of this node is made of, its password, also where the Secret is not there any more, and its router on an interface. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import { compilePeerModels, type PeerModel } from "../../src/classes/peers.ts";
import type { BGPPeer } from "../../src/classes/metallb/bgp-peer.ts";
import type { Secret } from "../../src/kube/types.ts";
import type { NeighbourView } from "../../src/bgp/unnumbered/links.ts";
import { linkTo, type OwnNetwork } from "../../src/bgp/on-link.ts";
import { Session } from "../../src/bgp/session.ts";
import type { SessionNews } from "../../src/bgp/session-events.ts";
import {
  bfdPaths,
  deafnesses,
  failedNeighbour,
  peersOfNode,
  routersAnywhere,
  type KnownOfPeers,
} from "../../src/speaker/bgp-peers.ts";
import { KnownPasswords, type Password, type SecretSource } from "../../src/speaker/passwords.ts";
import { manifest } from "../classes/metallb/cases.ts";

const NODE = { name: "n1", labels: {}, ipv4: null };

const FOUND: NeighbourView = { address: "fe80::a" as Ip, others: [], vrf: null, trouble: null };

const KNOWN: KnownOfPeers = {
  passwordOf: () => ({ kind: "none" }),
  neighbourOn: () => FOUND,
  isOnLink: () => false,
};

/** Of peers that have no password, with this one at the other end of every interface. */
function peersWith(models: readonly PeerModel[], neighbour: Partial<NeighbourView> = {}) {
  const neighbourOn = () => ({ ...FOUND, ...neighbour });
  return peersOfNode(models, NODE, { ...KNOWN, neighbourOn });
}

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
      const known = { ...KNOWN, passwordOf: () => password };
      const { peers, problems, warnings } = peersOfNode([withSecret], NODE, known);
      expect({
        passwords: peers.map((peer) => peer.password),
        problems: problems.map(([, text]) => text),
        warnings: warnings.map(([, text]) => text),
      }).to.deep.equal(want);
    });
  }

  it("what is not said is made here: an identifier, an end of its own, timers in their units", () => {
    const [peer] = peersWith([model({ connectTime: "5s" })]).peers;
    expect(peer?.routerId).to.match(/^[1-9]\d*\.\d+\.\d+\.\d+$/);
    expect(peer).to.deep.include({ sourceAddress: null, connectRetryMs: 5000, bfdProfile: null });
    expect(peer?.reach).to.deep.equal({ kind: "direct" });
  });

  it("in the same AS: BFD over one hop where no router is between, as FRR and as a BIRD that says direct do", () => {
    const internal = { ...model({ peerASN: 64600 }), bfd: {} };
    const hopsOf = (networks: readonly OwnNetwork[], wanted = internal) => {
      const known = {
        ...KNOWN,
        isOnLink: (ip: Ip) => linkTo(ip, [{ name: "eth0", networks }], null) !== null,
      };
      const { peers } = peersOfNode([wanted], NODE, known);
      return [peers[0]?.reach.kind, bfdPaths(peers)[0]?.hops];
    };
    const network = (address: string, prefixLength: number) => [
      { address: address as Ip, prefixLength },
    ];
    expect(hopsOf(network("10.0.0.1", 24))).to.deep.equal(["direct", "single"]);
    for (const [address, prefixLength] of [
      ["10.0.1.1", 24],
      ["10.0.0.127", 25],
      ["::a00:fe", 96],
    ] as const) {
      expect(hopsOf(network(address, prefixLength)), address).to.deep.equal([
        "multihop",
        "multiple",
      ]);
    }
    const external = { ...model(), bfd: {} };
    expect(hopsOf([], external)).to.deep.equal(["direct", "single"]);
    const far = { ...model({ ebgpMultiHop: true }), bfd: {} };
    expect(hopsOf(network("10.0.0.1", 24), far)).to.deep.equal(["multihop", "multiple"]);
  });

  it("where a router is, is asked for the BFD of those of our own AS, of which nothing else says it", () => {
    const askedOf = (spec: object, more: Partial<PeerModel> = { bfd: {} }) => {
      const known: Ip[] = [];
      const wanted = { ...model(spec), ...more };
      const isOnLink = (address: Ip) => known.push(address) > 0;
      peersOfNode([wanted], NODE, { ...KNOWN, isOnLink });
      return { watched: [...routersAnywhere([wanted])], known };
    };
    for (const spec of [
      { peerASN: 64501 },
      { peerASN: 0, dynamicASN: "external" },
      { localASN: 64700, peerASN: 64700, ebgpMultiHop: true },
      { peerASN: 64600, ttlSecurityHops: 1 },
      { peerASN: 64600, peerAddress: "", interface: "eth1" },
    ]) {
      expect(askedOf(spec), JSON.stringify(spec)).to.deep.equal({ watched: [], known: [] });
    }
    for (const spec of [{ peerASN: 64600 }, { peerASN: 0, dynamicASN: "internal" }]) {
      const all = ["10.0.0.254"];
      expect(askedOf(spec), JSON.stringify(spec)).to.deep.equal({ watched: all, known: all });
      expect(askedOf(spec, { bfd: null }).watched).to.deep.equal([]);
    }
  });

  it("hops that are counted: GTSM, with BFD over as many; and long messages where they are asked for", () => {
    const hopsOf = (spec: object) => {
      const { peers } = peersWith([{ ...model(spec), bfd: {} }]);
      return [peers[0]?.reach, bfdPaths(peers)[0]?.hops];
    };
    expect(hopsOf({ ttlSecurityHops: 1 })).to.deep.equal([
      { kind: "secured", hopsMax: 1 },
      "single",
    ]);
    expect(hopsOf({ ttlSecurityHops: 3 })).to.deep.equal([
      { kind: "secured", hopsMax: 3 },
      "multiple",
    ]);
    const internal = { ttlSecurityHops: 2, peerASN: 0, dynamicASN: "internal" };
    expect(hopsOf(internal)[0]).to.deep.equal({ kind: "secured", hopsMax: 2 });
    const long = [undefined, false, true].map(
      (extendedMessages) => peersWith([model({ extendedMessages })]).peers[0]?.extendedMessages,
    );
    expect(long).to.deep.equal([false, false, true]);
  });

  it("a node without IPv4 has an identifier that looks like a unicast address, whatever its name", () => {
    const ids = Array.from({ length: 1000 }, (_, i) => {
      const { peers } = peersOfNode([model()], { ...NODE, name: `node-${i}` }, KNOWN);
      return peers[0]?.routerId ?? "";
    });
    const firsts = ids.map((id) => Number(id.split(".")[0]));
    expect([Math.min(...firsts) >= 1, Math.max(...firsts) <= 223]).to.deep.equal([true, true]);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it("a password that TCP MD5 cannot carry whole holds the session, and is told", () => {
    const wanted = (text: string) =>
      peersOfNode([model()], NODE, { ...KNOWN, passwordOf: () => ({ kind: "known", text }) });
    expect(wanted("a".repeat(80)).peers).to.have.length(1);
    const { peers, problems } = wanted("ä".repeat(41));
    expect(peers).to.deep.equal([]);
    expect(problems[0]?.[1]).to.contain("has a password of 82 octets, and TCP MD5 takes 80");
  });

  it("who cannot dial us is told of, and has a session all the same", () => {
    const { peers } = peersWith([model()]);
    expect(deafnesses(peers, () => null)).to.deep.equal([]);
    expect(deafnesses(peers, ({ address }) => `${address} is deaf`)).to.deep.equal([
      ["BGPPeer/tor", "The router cannot dial this node: 10.0.0.254 is deaf"],
    ]);
  });

  const metalPeer = (spec: object): PeerModel => {
    const of = { myASN: 64600, peerASN: 64501, peerAddress: "10.0.0.254", ...spec };
    const metalPeers = [manifest("MetalLoadBalancerBGPPeer", "tor", of) as never];
    const bgp = { peerNames: ["tor"] };
    const configurations = [manifest("MetalLoadBalancerConfiguration", "c", { mode: "BGP", bgp })];
    const others = { bgpPeers: [], bfdProfiles: [] };
    const models = compilePeerModels({
      metalPeers,
      configurations: configurations as never,
      ...others,
    });
    return [...models.values()][0] ?? expect.fail("no model");
  };

  it("each node has its own source address; one that has none has the kernel's choice", () => {
    const sourceAddresses = [
      { nodeName: "n2", address: "10.255.0.2" },
      { nodeName: "n1", address: "10.255.0.1" },
    ];
    expect(peersWith([metalPeer({ sourceAddresses })]).peers[0]?.sourceAddress).to.equal(
      "10.255.0.1",
    );
    const others = metalPeer({ sourceAddresses: sourceAddresses.slice(0, 1) });
    expect(peersWith([others]).peers[0]?.sourceAddress).to.equal(null);
    expect(peersWith([model({ sourceAddress: "10.0.0.9" })]).peers[0]?.sourceAddress).to.equal(
      "10.0.0.9",
    );
  });

  it("a source address of the wrong family keeps that node's session back, and says so", () => {
    const sourceAddresses = [{ nodeName: "n1", address: "2001:db8::9" }];
    expect(peersWith([metalPeer({ sourceAddresses })])).to.deep.equal({
      ...{ peers: [], warnings: [] },
      problems: [
        [
          "MetalLoadBalancerBGPPeer/tor",
          'The peer "tor" has the source address 2001:db8::9 on this node, from which 10.0.0.254 cannot be reached: write one of IPv4',
        ],
      ],
    });
    const elsewhere = metalPeer({ sourceAddresses: [{ nodeName: "n2", address: "2001:db8::9" }] });
    expect(peersWith([elsewhere]).peers).to.have.length(1);
  });
});

describe("peers on an interface", () => {
  const onLink = (spec: object = {}) => model({ peerAddress: "", interface: "eth0", ...spec });
  const said = (list: readonly (readonly [string, string])[]) => list.map(([, text]) => text);

  it("the router that was found there, one hop away, in both families, watched by BFD on that interface", () => {
    const { peers, problems, warnings } = peersWith([
      { ...onLink({ peerASN: 0, dynamicASN: "internal" }), bfd: {} },
    ]);
    expect([problems, warnings]).to.deep.equal([[], []]);
    expect(peers[0]).to.deep.include({
      ...{ address: "fe80::a", interface: "eth0", families: ["IPv4", "IPv6"] },
      ...{ sourceAddress: null, reach: { kind: "direct" } },
    });
    expect(bfdPaths(peers)).to.deep.equal([
      {
        ...{ peer: "BGPPeer/tor", theirAddress: "fe80::a", ourAddress: null, interface: "eth0" },
        ...{ vrf: null, hops: "single", profile: "BGPPeer/tor" },
      },
    ]);
  });

  const PROBLEMS: readonly (readonly [string, PeerModel, Partial<NeighbourView>, string])[] = [
    [
      "nobody was heard",
      onLink(),
      { address: null, trouble: "no router is heard" },
      'The peer "tor" waits for its router: no router is heard',
    ],
    [
      "the interface is of a VRF that the peer does not name",
      onLink(),
      { vrf: "red" },
      'The peer "tor" needs vrf: red, of which its interface "eth0" is',
    ],
    [
      "the interface is of another VRF",
      onLink({ vrf: "blue" }),
      { vrf: "red" },
      'The peer "tor" needs vrf: red, of which its interface "eth0" is',
    ],
    [
      "the interface is of no VRF",
      onLink({ vrf: "red" }),
      {},
      'The peer "tor" is in the VRF "red", and its interface "eth0" is not: leave vrf out, or put the interface into it',
    ],
  ];
  for (const [name, one, neighbour, problem] of PROBLEMS) {
    it(`no session: ${name}`, () => {
      const { peers, problems, warnings } = peersWith([one], neighbour);
      expect([peers, said(problems), warnings]).to.deep.equal([[], [problem], []]);
    });
  }

  it("in the VRF of its interface", () => {
    const { peers } = peersWith([onLink({ vrf: "red" })], { vrf: "red" });
    expect(peers[0]).to.deep.include({ interface: "eth0", vrf: "red" });
  });

  const WARNINGS: readonly (readonly [string, PeerModel, Partial<NeighbourView>, string])[] = [
    [
      "its link went down",
      onLink(),
      { trouble: 'the interface "eth0" is down' },
      'The peer "tor" may have lost its router: the interface "eth0" is down',
    ],
    [
      "several routers",
      onLink(),
      { others: ["fe80::b", "fe80::c"] as Ip[] },
      `The peer "tor" speaks to fe80::a, but fe80::b and fe80::c can be heard on the interface "eth0" too: where several share a link, write the router's address into peerAddress`,
    ],
    [
      "several hops, on one link",
      onLink({ ebgpMultiHop: true }),
      {},
      'The peer "tor" has ebgpMultiHop, which does nothing there: who is on the interface "eth0" is one hop away',
    ],
  ];
  for (const [name, one, neighbour, warning] of WARNINGS) {
    it(`a session, and a warning: ${name}`, () => {
      const { peers, problems, warnings } = peersWith([one], neighbour);
      expect([peers.length, problems, said(warnings)]).to.deep.equal([1, [], [warning]]);
    });
  }

  describe("another router is looked for", () => {
    const [peer] = peersWith([onLink()]).peers;
    if (peer === undefined) throw new Error("no peer");
    const session = new Session({ peer, isRestarting: false });
    const end = {
      atMs: 0,
      by: "network",
      reason: "cannot connect: EHOSTUNREACH",
      remedy: null,
    } as const;
    const planned = { ...end, by: "us", reason: "stopped: changed" } as const;
    const place = { interface: "eth0", address: "fe80::a" };
    type State = Pick<Session, "peer" | "state">;
    const at = (state: Session["state"]): State => ({ peer, state });
    const rows: readonly (readonly [string, State, SessionNews, object | null])[] = [
      ["a dial came to nothing", session, { kind: "failed", end }, place],
      ["a session ended", at("idle"), { kind: "down", end }, place],
      [
        "not where one of two connections gave way",
        at("open-confirm"),
        { kind: "failed", end },
        null,
      ],
      ["not where we ended it", at("idle"), { kind: "down", end: planned }, null],
      ["not while nothing ends", session, { kind: "state", state: "connect" }, null],
    ];
    for (const [name, of, news, want] of rows) {
      it(name, () => {
        expect(failedNeighbour(of, news)).to.deep.equal(want);
      });
    }

    it("not of a peer with an address", () => {
      const [other] = peersWith([model()]).peers;
      const of = { peer: other ?? peer, state: "idle" } as const;
      expect(failedNeighbour(of, { kind: "failed", end })).to.equal(null);
    });
  });
});
