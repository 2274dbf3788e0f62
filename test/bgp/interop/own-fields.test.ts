/**
 * Our own fields of a peer, from the manifest to a real router: GTSM at our end, and messages that are longer than 4,096 octets.
 *
 * With FRR, which has both. Each of them with every router, at either end and over IPv6: cells.test.ts; but who dials us from too far
 * away is here.
 */
import { expect } from "chai";
import { startRouter, type Router } from "../../../lab/routers/router.ts";
import { waitFor } from "../../../lab/wait.ts";
import type { BgpPeer } from "../../../src/bgp/peer.ts";
import { compilePeerModels, type PeerManifests } from "../../../src/classes/peers.ts";
import { peersOfNode } from "../../../src/speaker/bgp-peers.ts";
import { manifest } from "../../classes/metallb/cases.ts";
import type { Namespace } from "../../linux/network.ts";
import { route, until, type SpeakerNode } from "./node.ts";
import { established, NODE as ENDS_OF_NODE, pairForEach, paths, ROUTER } from "./pair.ts";

const ENDS = { myASN: 64512, peerASN: 64513, peerAddress: ROUTER.IPv4, holdTime: "9s" };
const NODE = { name: "n1", labels: {}, ipv4: null };
const FAST = { transmitMs: 100, receiveMs: 100, multiplier: 3 };
/** Of five octets each, so that they fill two messages of the usual length. */
const PREFIXES = Array.from({ length: 1500 }, (_, i) => `203.0.${i >> 8}.${i & 255}/32`);

/** @returns what the speaker makes of it, by the key that `SpeakerNode` looks for */
function peerOf(kind: string, spec: object): BgpPeer {
  const named = kind === "BGPPeer" ? "bgpPeers" : "metalPeers";
  const bgp = { mode: "BGP", bgp: { peerNames: ["tor"] } };
  const manifests = {
    ...{ bgpPeers: [], metalPeers: [], bfdProfiles: [] },
    configurations: [manifest("MetalLoadBalancerConfiguration", "c", bgp)],
    [named]: [manifest(kind, "tor", { ...ENDS, ...spec })],
  } as unknown as PeerManifests;
  const { peers } = peersOfNode(compilePeerModels(manifests).values(), NODE, {
    passwordOf: () => ({ kind: "none" }),
    neighbourOn: () => expect.fail("nobody is on an interface"),
    isOnLink: () => true,
  });
  const [peer] = peers;
  if (peer === undefined) throw new Error("no peer");
  return { ...peer, key: "tor" };
}

/** BFD is up at both ends. */
async function watched(router: Router, speaker: SpeakerNode): Promise<void> {
  await established(speaker);
  speaker.look();
  await until(
    () => speaker.session()?.bfd,
    (bfd) => bfd === "up",
  );
  const areUp = async () => (await router.bfdSessions()).map(({ state }) => state).join() === "up";
  await waitFor(areUp, { what: "the router's BFD to be up" });
}

/** A counter of the node's kernel, for all that uses TCP there. */
function countOf(node: Namespace, name: string): number {
  const lines = node.exec("cat", "/proc/net/snmp", "/proc/net/netstat").split("\n");
  const words = lines.filter((line) => /^Tcp(Ext)?:/.test(line)).map((line) => line.split(" "));
  const names = words.findIndex((line) => line.includes(name));
  return Number(words[names + 1]?.[words[names]?.indexOf(name) ?? -1]);
}

describe("BGP with FRR: fields of our own", function () {
  this.timeout(60_000);
  const pair = pairForEach(["frr"]);

  const drops = () => countOf(pair().node, "TCPMinTTLDrop");

  for (const kind of ["BGPPeer", "MetalLoadBalancerBGPPeer"]) {
    it(`${kind}: ttlSecurityHops and extendedMessages with a router that has both: one message for all`, async () => {
      const ours = peerOf(kind, { ttlSecurityHops: 1, extendedMessages: true });
      const { router, speaker } = await pair().start("frr", "IPv4", { ttlSecurity: 1 }, ours);
      speaker.announce(
        "tor",
        PREFIXES.map((prefix) => route(prefix)),
      );
      await established(speaker);
      await paths(router, (all) => all.length === PREFIXES.length);
      expect(drops()).to.equal(0);
      speaker.look();
      const told = await until(
        () => speaker.session()?.sent["update"],
        (count) => count !== undefined && count > 0,
      );
      expect(told).to.equal(1);
    });
  }

  it("without extendedMessages none is longer than others take, though the router offers it", async () => {
    const { router, speaker } = await pair().start("frr", "IPv4", {}, peerOf("BGPPeer", {}));
    speaker.announce(
      "tor",
      PREFIXES.map((prefix) => route(prefix)),
    );
    await established(speaker);
    await paths(router, (all) => all.length === PREFIXES.length);
    speaker.look();
    await until(
      () => speaker.session()?.sent["update"],
      (count) => count === 2,
    );
  });

  for (const [wish, ours] of [
    ["ttlSecurityHops: 2", { ttlSecurityHops: 2 }],
    ["ebgpMultiHop", { ebgpMultiHop: true }],
  ] as const) {
    it(`BFD with FRR's ttl-security, which watches over several hops then: up by ${wish}`, async () => {
      const theirs = { ttlSecurity: 1, bfd: FAST };
      const peer = { ...peerOf("BGPPeer", ours), bfdProfile: "fast" };
      const { router, speaker } = await pair().start("frr", "IPv4", theirs, peer);
      await watched(router, speaker);
    });
  }

  it("BFD with FRR in the same AS, on the link: up", async () => {
    const peer = { ...peerOf("BGPPeer", { myASN: 64513 }), bfdProfile: "fast" };
    const theirs = { asn: 64513, bfd: FAST };
    const { router, speaker } = await pair().start("frr", "IPv4", theirs, peer);
    await watched(router, speaker);
  });

  it("ttlSecurityHops: a router that sends with the TTL of one hop is not heard", async () => {
    const ours = peerOf("BGPPeer", { ttlSecurityHops: 1 });
    const { speaker } = await pair().start("frr", "IPv4", {}, ours);
    await waitFor(() => drops() > 1, { what: "its answers to be dropped" });
    expect(speaker.session()?.state).to.not.equal("established");
  });
});

for (const kind of ["bird", "frr", "gobgp"] as const) {
  describe(`BGP with ${kind}: ttlSecurityHops`, function () {
    this.timeout(60_000);
    const pair = pairForEach([kind]);

    const near = kind === "gobgp" ? "" : "; with 255 there is one";
    it(`a router that dials us with the TTL of one hop: no session at either end${near}`, async () => {
      const secured = peerOf("BGPPeer", { ttlSecurityHops: 1 });
      const ours = { ...secured, passive: true };
      const { router, speaker } = await pair().start(kind, "IPv4", {}, ours, { listenPort: 179 });
      const isRefused = () =>
        countOf(pair().node, "PassiveOpens") > 0 &&
        pair().node.exec("ss", "-Htn", "state", "established") === "";
      await waitFor(isRefused, { what: "its dial to be taken, and closed", timeoutMs: 30_000 });
      speaker.look();
      const session = await until(
        () => speaker.session(),
        (each) => each !== undefined,
      );
      expect(session?.state).to.not.equal("established");
      expect(session?.sent["open"]).to.equal(0);
      const [theirs] = await router.sessions();
      expect(theirs?.state).to.be.a("string").that.is.not.oneOf(["established", "unknown"]);
      if (kind === "gobgp") return; // It takes its time to dial.
      await router.stop();
      const closer = await startRouter(kind, {
        ...{ netns: pair().tor.name, directory: pair().directory, name: "closer" },
        ...{ asn: 64513, routerId: "192.0.2.254" },
        peers: [{ address: ENDS_OF_NODE.IPv4, asn: 64512, ttlSecurity: 1 }],
      });
      pair().atEnd(() => closer.stop());
      await established(speaker);
    });
  });
}
