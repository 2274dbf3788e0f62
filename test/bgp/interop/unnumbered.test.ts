/**
 * Peers by interface, with real routers: nobody has an address but the link-local one, each learns the other's from advertisements, and
 * prefixes of both families have it as their next hop.
 */
import { expect } from "chai";
import { startRouter, type Router, type RouterPeer } from "../../../lab/routers/router.ts";
import { waitFor } from "../../../lab/wait.ts";
import { familyOf, type Ip } from "../../../src/base/ip.ts";
import type { BgpPeer } from "../../../src/bgp/peer.ts";
import { openInformedSocket, type InformedSocket } from "../../../src/linux/io/informed-socket.ts";
import { openSendingSocket } from "../../../src/linux/io/sending-socket.ts";
import { Namespace, wire } from "../../linux/network.ts";
import { route, until, unnumbered, type SpeakerNode } from "./node.ts";
import { established, pairForEach, paths } from "./pair.ts";

const [LINK, THEIR_LINK] = ["n0", "r0"];
const PORT = 9;
const ROUTES = [route("203.0.113.7/32"), route("2001:db8::7/128")];

describe("BGP by interface", function () {
  this.timeout(90_000);
  let frrs = 0;
  const pair = pairForEach(["frr"], ({ node, tor }) => {
    node.ip(`addr flush dev ${LINK} scope global`);
    tor.ip(`addr flush dev ${THEIR_LINK} scope global`);
  });

  async function startFrr(theirs: Partial<RouterPeer> = {}): Promise<Router> {
    const router = await startRouter("frr", {
      ...{ netns: pair().tor.name, directory: pair().directory, name: `frr${++frrs}` },
      ...{ asn: 64513, routerId: "192.0.2.254", installsRoutes: true },
      peers: [{ address: "", interface: THEIR_LINK, asn: "external", ...theirs }],
    });
    pair().atEnd(() => router.stop());
    return router;
  }

  function startOurs(ours: Partial<BgpPeer> = {}): SpeakerNode {
    const speaker = pair().startSpeaker();
    speaker.tell({ kind: "peers", peers: [unnumbered(LINK, { theirAsn: "external", ...ours })] });
    speaker.announce("tor", ROUTES);
    return speaker;
  }

  const linkLocalOf = (namespace: Namespace, link: string): string => {
    const [shown] = JSON.parse(namespace.ip(`-6 -j addr show dev ${link} scope link`)) as {
      addr_info: { local: string }[];
    }[];
    return shown?.addr_info[0]?.local ?? "none";
  };

  it("eBGP with FRR: both families, in its kernel by our link-local address; withdrawn", async () => {
    const [router, speaker] = [await startFrr(), startOurs()];
    const session = await established(speaker);
    expect(session?.ends?.theirAddress).to.equal(linkLocalOf(pair().tor, THEIR_LINK));
    const shown = await paths(router, (all) => all.length === 2);
    const ours = linkLocalOf(pair().node, LINK);
    expect(shown.map(({ prefix, nextHop, asPath }) => ({ prefix, nextHop, asPath }))).to.deep.equal(
      ROUTES.map(({ prefix }) => ({ prefix, nextHop: ours, asPath: [64512] })),
    );
    await until(
      () => pair().tor.ip("-6 route show 2001:db8::7"),
      (text) => text.includes(`via ${ours} dev ${THEIR_LINK}`),
    );
    await until(
      () => pair().tor.ip("-4 route show 203.0.113.7"),
      (text) => text.includes(`dev ${THEIR_LINK}`),
    );
    speaker.announce("tor", []);
    await paths(router, (all) => all.length === 0);
    expect(speaker.session()?.state).to.equal("established");
  });

  it("iBGP with FRR, with a password: the local preference is there", async () => {
    const router = await startFrr({ asn: "internal", password: "sesame" });
    const speaker = startOurs({ ourAsn: 64513, theirAsn: "internal", password: "sesame" });
    speaker.announce("tor", [route("203.0.113.7/32", { localPreference: 250 })]);
    await established(speaker);
    const [path] = await paths(router, (all) => all.length === 1);
    expect(path).to.deep.include({ asPath: [], localPreference: 250 });
  });

  it("what is sent to a prefix goes by its route: of IPv4 too, where the link has no address of IPv4", async () => {
    const [router, speaker] = [await startFrr(), startOurs()];
    pair().node.ip("addr add 203.0.113.7/32 dev lo");
    pair().node.ip("addr add 2001:db8::7/128 dev lo nodad");
    pair().tor.ip("addr add 198.51.100.1/32 dev lo");
    pair().tor.ip("addr add 2001:db8:51::1/128 dev lo nodad");
    await established(speaker);
    await paths(router, (all) => all.length === 2);
    for (const [to, from] of [
      ["203.0.113.7", "198.51.100.1"],
      ["2001:db8::7", "2001:db8:51::1"],
    ] as const) {
      const heard: string[] = [];
      const receiver: InformedSocket = pair().node.enter(() =>
        openInformedSocket({
          ...{ family: familyOf(to as Ip), port: PORT, device: LINK },
          onReadable: () => {
            receiver.receive();
          },
          onDatagram: ({ from: sender }) => heard.push(sender),
          onFault: (name) => heard.push(name),
        }),
      );
      const ports = { min: 50_000, max: 50_099, first: 50_000 };
      const sender = pair().tor.enter(() =>
        openSendingSocket({
          ...{ to: { ip: to as Ip, port: PORT }, from: from as Ip, device: null },
          ...{ interfaceIndex: 0, ports, ttl: 64, trafficClass: 0 },
        }),
      );
      await until(
        () => {
          sender.send(Uint8Array.of(1));
          return heard;
        },
        (all) => all.includes(from),
      );
      sender.close();
      receiver.close();
    }
  });

  it("whoever comes first: the router starts after us, and restarts", async () => {
    const speaker = startOurs({ connectRetryMs: 2000 });
    const first = await startFrr();
    await established(speaker);
    await first.stop("SIGKILL");
    await until(
      () => speaker.session(),
      (session) => session?.state !== "established",
    );
    const second = await startFrr();
    await established(speaker);
    await paths(second, (all) => all.length === 2);
  });

  it("a router in its place, with another address: it is found when the session ends", async () => {
    const first = await startFrr();
    const speaker = startOurs({ connectRetryMs: 2000 });
    const before = (await established(speaker))?.ends?.theirAddress;
    await first.stop("SIGKILL");
    pair().tor.ip(`link set ${THEIR_LINK} down`);
    pair().tor.ip(`link set ${THEIR_LINK} address 02:00:5e:10:00:99`);
    pair().tor.ip(`link set ${THEIR_LINK} up`);
    const next = await startFrr();
    const session = await until(
      () => speaker.session(),
      (each) => each?.state === "established" && each.ends?.theirAddress !== before,
      30_000,
    );
    expect(session?.ends?.theirAddress).to.equal(linkLocalOf(pair().tor, THEIR_LINK));
    await paths(next, (all) => all.length === 2);
  });

  it("with BFD; in a VRF, where the kernel has them", async () => {
    const vrf = pair().node.putIntoVrf(LINK);
    const FAST = { transmitMs: 300, receiveMs: 300, multiplier: 3 };
    const [router, speaker] = [
      await startFrr({ bfd: FAST }),
      startOurs({ vrf, bfdProfile: "fast" }),
    ];
    await established(speaker);
    await paths(router, (all) => all.length === 2);
    await until(
      () => speaker.session()?.bfd,
      (bfd) => bfd === "up",
    );
    const areUp = async () =>
      (await router.bfdSessions()).map(({ state }) => state).join() === "up";
    await waitFor(areUp, { what: "the router's BFD to be up" });
  });

  for (const weDial of [true, false]) {
    it(`two links whose routers have one address: each is spoken to on its own, ${weDial ? "we dial" : "they dial"}`, async () => {
      const other = new Namespace();
      pair().atEnd(() => {
        other.remove();
        return Promise.resolve();
      });
      wire(pair().node, "n1", other, THEIR_LINK);
      for (const [namespace, link, address] of [
        [pair().tor, THEIR_LINK, "fe80::99"],
        [other, THEIR_LINK, "fe80::99"],
        [pair().node, LINK, "fe80::1"],
        [pair().node, "n1", "fe80::1"],
      ] as const) {
        namespace.ip(`-6 addr flush dev ${link}`);
        namespace.ip(`addr add ${address}/64 dev ${link} nodad`);
      }
      const near = await startFrr();
      const far = await startRouter("frr", {
        ...{ netns: other.name, directory: pair().directory, name: "far" },
        ...{ asn: 64514, routerId: "192.0.2.253" },
        peers: [{ address: "", interface: THEIR_LINK, asn: "external" }],
      });
      pair().atEnd(() => far.stop());
      const speaker = pair().startSpeaker(weDial ? {} : { listenPort: 179 });
      const how = { theirAsn: "external", passive: !weDial } as const;
      speaker.tell({
        kind: "peers",
        peers: [unnumbered(LINK, how), unnumbered("n1", { ...how, key: "far" })],
      });
      speaker.announce("tor", ROUTES.slice(0, 1));
      speaker.announce("far", ROUTES.slice(1));
      const [toNear] = await paths(near, (all) => all.length === 1);
      const [toFar] = await paths(far, (all) => all.length === 1);
      expect([toNear?.prefix, toFar?.prefix]).to.deep.equal(ROUTES.map(({ prefix }) => prefix));
    });
  }
});

describe("BGP by interface, with BIRD", function () {
  this.timeout(60_000);
  const pair = pairForEach(["bird"]);

  it("which advertises itself where it is told to, and takes whoever dials from the link", async () => {
    const router = await startRouter("bird", {
      ...{
        netns: pair().tor.name,
        directory: pair().directory,
        asn: 64513,
        routerId: "192.0.2.254",
      },
      peers: [{ address: "", interface: THEIR_LINK, asn: "external" }],
    });
    pair().atEnd(() => router.stop());
    const speaker = pair().startSpeaker();
    speaker.tell({ kind: "peers", peers: [unnumbered(LINK, { theirAsn: "external" })] });
    speaker.announce("tor", ROUTES);
    const session = await established(speaker);
    expect(session?.ends?.theirAddress).to.match(/^fe80:/);
    const shown = await until(
      () => speaker.session(),
      (each) => each?.toldCount === 2,
    );
    expect(shown?.heldBack).to.deep.equal([]);
    const text = await router.command("show route all");
    expect(text).to.match(/203\.0\.113\.7\/32[^]*BGP\.next_hop: .*fe80:/);
  });
});
