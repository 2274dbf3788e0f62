/**
 * What a peer's object says of who both ends are and from where they speak, with real routers: AS numbers, source addresses, VRFs.
 *
 * Where the kernel has VRFs (CONFIG_NET_VRF), one is made. Elsewhere an interface to which no route would lead otherwise stands for it: a
 * socket is bound to either alike (SO_BINDTODEVICE).
 */
import { expect } from "chai";
import {
  startRouter,
  type Router,
  type RouterKind,
  type RouterPeer,
} from "../../../lab/routers/router.ts";
import type { BgpPeer } from "../../../src/bgp/peer.ts";
import { Namespace, VRF_TABLE, wire } from "../../linux/network.ts";
import { peer, route, until, type SpeakerNode } from "./node.ts";
import { established, NODE, pairForEach, paths, ROUTER } from "./pair.ts";

const KINDS: readonly RouterKind[] = ["bird", "frr", "gobgp"];
const PREFIX = "203.0.113.7/32";

for (const kind of KINDS) {
  describe(`BGP with ${kind}: the peer's fields`, function () {
    this.timeout(90_000);
    const pair = pairForEach([kind]);

    const lastEnd = (speaker: SpeakerNode, pattern: RegExp) =>
      until(
        () => speaker.session()?.lastEnd,
        (end) => pattern.test(`${end?.reason ?? ""} ${end?.remedy ?? ""}`),
      );

    it("localASN: it is the one AS number of ours that the router sees", async () => {
      // What is compiled of localASN 64999 and myASN 64512: nothing of the latter is in a session.
      const { router, speaker } = await pair().start(
        kind,
        "IPv4",
        { asn: 64999 },
        { ourAsn: 64999 },
      );
      speaker.announce("tor", [route(PREFIX)]);
      await established(speaker);
      const [path] = await paths(router, (all) => all.length === 1);
      expect(path?.asPath).to.deep.equal([64999]);
    });

    it("dynamicASN external: any other AS", async () => {
      const { speaker } = await pair().start(kind, "IPv4", {}, { theirAsn: "external" });
      await established(speaker);
      expect(speaker.session()?.theirAsn).to.equal(64513);
    });

    it("dynamicASN external: not our own, and both ways out are named", async () => {
      const ours = { ourAsn: 64513, theirAsn: "external" } as const;
      const { speaker } = await pair().start(kind, "IPv4", { asn: 64513 }, ours);
      await lastEnd(speaker, /open-wrong-as .* is 64513, as this node's: .* dynamicASN: internal/);
    });

    it("dynamicASN internal: not another one, and both ways out are named", async () => {
      const { speaker } = await pair().start(kind, "IPv4", {}, { theirAsn: "internal" });
      await lastEnd(
        speaker,
        /open-wrong-as .* is not 64512, as this node's: .* dynamicASN: external/,
      );
    });

    it("dynamicASN internal: the AS that we show", async () => {
      const ours = { ourAsn: 64513, theirAsn: "internal" } as const;
      const { router, speaker } = await pair().start(kind, "IPv4", { asn: 64513 }, ours);
      speaker.announce("tor", [route(PREFIX, { localPreference: 250 })]);
      await established(speaker);
      const [path] = await paths(router, (all) => all.length === 1);
      expect(path).to.deep.include({ asPath: [], localPreference: 250 });
    });

    it("sourceAddress: the router is spoken to from it, and it is the next hop", async () => {
      const source = "10.99.0.77";
      pair().node.ip(`addr add ${source}/24 dev n0`);
      const { router, speaker } = await pair().start(
        kind,
        "IPv4",
        { address: source },
        { sourceAddress: source as never },
      );
      speaker.announce("tor", [route(PREFIX)]);
      await established(speaker);
      const [path] = await paths(router, (all) => all.length === 1);
      expect(path?.nextHop).to.equal(source);
      // The router does not know the kernel's own choice, which is the node's first address.
      speaker.tell({ kind: "peers", peers: [peer(ROUTER.IPv4)] });
      await until(
        () => speaker.session(),
        (session) => session?.lastEnd !== null && session?.state !== "established",
      );
      await paths(router, (all) => all.length === 0);
    });

    it("sourceAddress that the node has not: it is named, and what can be done", async () => {
      const { speaker } = await pair().start(
        kind,
        "IPv4",
        {},
        { sourceAddress: "10.99.0.78" as never },
      );
      await lastEnd(speaker, /EADDRNOTAVAIL Give this node the address 10\.99\.0\.78, or the peer/);
    });
  });
}

/** Two routers with one address, each on a link of its own: which one is meant, only the device says. */
describe("BGP in a VRF: sessions bound to its device", function () {
  this.timeout(90_000);
  let other: Namespace | undefined;
  let vrf = "";
  const pair = pairForEach(["frr", "bird"], ({ node }) => {
    other = new Namespace();
    wire(node, "n1", other, "r0");
    other.ip(`addr add ${ROUTER.IPv4}/24 dev r0`);
    vrf = node.putIntoVrf("n1") ?? "n1";
    node.ip(`addr add ${NODE.IPv4}/32 dev n1`);
    const table = vrf === "n1" ? "metric 100" : `table ${VRF_TABLE}`;
    node.ip(`route add 10.99.0.0/24 dev n1 src ${NODE.IPv4} ${table}`);
  });
  afterEach(() => other?.remove());

  /** The router in the other network, as it is to see us there. */
  async function startOther(options: Partial<RouterPeer>): Promise<Router> {
    const router = await startRouter("bird", {
      ...{ netns: other?.name ?? "", directory: pair().directory, name: "other" },
      ...{ asn: 64514, routerId: "192.0.2.253" },
      peers: [{ address: NODE.IPv4, asn: 64512, ...options }],
    });
    pair().atEnd(() => router.stop());
    return router;
  }

  const PASSWORD = "sesame";
  const far = (more: Partial<BgpPeer>): BgpPeer =>
    peer(ROUTER.IPv4, {
      ...{ key: "far", vrf, theirAsn: "external", password: PASSWORD, ...more },
    });

  it("not by the better route, but by the device: both routers are spoken to, each with its own", async () => {
    expect(pair().node.ip(`route get ${ROUTER.IPv4}`)).to.contain("dev n0");
    const router = await startOther({ password: PASSWORD, passive: true });
    const { router: near, speaker } = await pair().start("frr", "IPv4", {}, {});
    speaker.tell({ kind: "peers", peers: [peer(ROUTER.IPv4), far({})] });
    speaker.announce("tor", [route(PREFIX)]);
    speaker.announce("far", [route("203.0.113.8/32")]);
    const [toNear] = await paths(near, (all) => all.length === 1);
    const [toFar] = await paths(router, (all) => all.length === 1);
    expect([toNear?.prefix, toFar?.prefix]).to.deep.equal([PREFIX, "203.0.113.8/32"]);
    expect(toFar?.nextHop).to.equal(NODE.IPv4);
    expect(speaker.session("far")?.theirAsn).to.equal(64514);
  });

  it("who dials from beyond the device is heard there, and nobody from elsewhere", async () => {
    const { router: near, speaker } = await pair().start(
      "frr",
      "IPv4",
      {},
      {},
      { listenPort: 179 },
    );
    speaker.tell({ kind: "peers", peers: [far({ passive: true })] });
    speaker.announce("far", [route(PREFIX)]);
    const router = await startOther({ password: PASSWORD });
    await paths(router, (all) => all.length === 1);
    expect(speaker.session("far")?.theirAsn).to.equal(64514);
    expect((await near.sessions()).map(({ state }) => state)).not.to.include("established");
    // Beside a listener of no device there is none of an interface: the kernel lets only a VRF's share the port.
    if (vrf === "n1") return;
    const peers = [far({ passive: true }), peer(ROUTER.IPv4, { passive: true })];
    speaker.tell({ kind: "peers", peers });
    speaker.announce("tor", [route("203.0.113.8/32")]);
    await paths(near, ([path]) => path?.prefix === "203.0.113.8/32");
    expect(speaker.session("far")?.state).to.equal("established");
  });

  it("a device that the node has not: it is named, and what can be done", async () => {
    const speaker = pair().startSpeaker();
    speaker.tell({ kind: "peers", peers: [peer(ROUTER.IPv4, { vrf: "blue" })] });
    const session = await until(
      () => speaker.session(),
      (each) => each?.lastEnd?.reason === "cannot connect: ENODEV",
    );
    expect(session?.lastEnd?.remedy).to.equal(
      "Make the device blue on this node, write another vrf, or select other nodes with nodeSelectors",
    );
  });
});
