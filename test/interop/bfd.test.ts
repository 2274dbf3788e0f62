/**
 * Our BFD against that of real routers, each end in a network namespace of its own.
 *
 * Needs root, iproute2, and BIRD 2 and FRR where Debian puts them (`npm test` installs them).
 */
import { expect } from "chai";
import { existsSync } from "node:fs";
import { startRouter, type Router, type RouterBfdPeer } from "../../lab/routers/router.ts";
import { waitFor } from "../../lab/wait.ts";
import { requireNamespaces, skip } from "../linux/network.ts";
import { OurEnd, type Wish } from "./bfd-end.ts";
import { LINK, Place } from "./place.ts";

const PROGRAMS = { bird: "/usr/sbin/bird", frr: "/usr/lib/frr/bfdd" } as const;
/** What they send with over several hops: BIRD with the kernel's default. */
const TTLS = { bird: 64, frr: 255 } as const;
const TIMING = { transmitMs: 50, receiveMs: 50, multiplier: 3 };

for (const kind of ["bird", "frr"] as const) {
  describe(`BFD with ${kind}`, function () {
    this.timeout(60_000);
    let place: Place;
    let ours: OurEnd;
    let router: Router | undefined;
    let routers = 0;

    before(function () {
      requireNamespaces(this);
      if (!existsSync(PROGRAMS[kind])) skip(this, `needs ${PROGRAMS[kind]}`);
    });

    async function begin(between: "switch" | "router", wish: Wish, peer: RouterBfdPeer) {
      place = new Place(between);
      ours = await OurEnd.start(place.left.namespace);
      await startTheirs(peer);
      ours.want(wish);
    }

    async function startTheirs(peer: RouterBfdPeer): Promise<void> {
      router = await startRouter(kind, {
        netns: place.right.namespace.name,
        directory: place.directory,
        name: `${kind}${++routers}`,
        ...{ asn: 65_000, routerId: "10.66.0.2", bfdPeers: [peer] },
      });
    }

    const theirState = async () => (await router?.bfdSessions())?.[0];
    const untilTheirs = (state: string) =>
      waitFor(
        async () => {
          const session = await theirState();
          return session?.state === state ? session : undefined;
        },
        { what: `${kind} says ${state}`, intervalMs: 20 },
      );

    afterEach(async () => {
      await ours.stop();
      await router?.stop();
      router = undefined;
      await place.remove();
    });

    const neighbours = (): [Wish, RouterBfdPeer] => [
      { to: "10.66.0.2", from: "10.66.0.1" },
      { ...TIMING, address: "10.66.0.1", interface: LINK },
    ];

    it("IPv4: up, timers agreed, cut: both down, mended: both up", async () => {
      await begin("switch", ...neighbours());
      await ours.until("Up (handshake)");
      const session = await untilTheirs("up");
      await waitFor(() => ours.counters?.transmitUs === 50_000, { what: "an agreed interval" });
      expect(ours.counters?.detectionUs).to.equal(150_000);
      expect(session.detectionMs).to.equal(150);
      await place.cut();
      await ours.until("Down (silence)");
      await untilTheirs("down");
      await place.mend();
      await ours.until("Up (handshake)");
      await untilTheirs("up");
    });

    it("IPv6: up; other timers while it is up, without a loss", async () => {
      await begin(
        "switch",
        { to: "fd66::2", interface: LINK },
        { ...TIMING, address: "fd66::1", interface: LINK },
      );
      await ours.until("Up (handshake)");
      await untilTheirs("up");
      const slower = { desiredMinTxUs: 200_000, requiredMinRxUs: 300_000, detectMultiplier: 4 };
      ours.want({ to: "fd66::2", interface: LINK, profile: slower });
      await waitFor(
        () => ours.counters?.transmitUs === 200_000 && ours.counters.detectionUs === 900_000,
        { what: "slower packets both ways" },
      );
      await waitFor(async () => (await theirState())?.detectionMs === 800, {
        what: `${kind} waits for four of them`,
      });
      expect(ours.changes.filter(({ from }) => from === "Up")).to.deep.equal([]);
    });

    it("link-local IPv6", async () => {
      await begin(
        "switch",
        { to: "fe80::66:2", from: "fe80::66:1", interface: LINK },
        { ...TIMING, address: "fe80::66:1", interface: LINK },
      );
      await ours.until("Up (handshake)");
      await untilTheirs("up");
    });

    it("over several hops, IPv4; from further away than is believed it stays down", async () => {
      const wish: Wish = {
        to: "10.66.2.2",
        from: "10.66.1.1",
        hops: "multiple",
        minimumTtl: TTLS[kind] - 1,
      };
      await begin("router", wish, {
        ...TIMING,
        address: "10.66.1.1",
        multihopFrom: "10.66.2.2",
      });
      await ours.until("Up (handshake)");
      await untilTheirs("up");
      ours.want({ ...wish, minimumTtl: TTLS[kind] });
      await ours.until("Down (silence)");
      await untilTheirs("down");
    });

    it("over several hops, IPv6", async () => {
      await begin(
        "router",
        {
          to: "fd66:0:0:2::2",
          from: "fd66:0:0:1::1",
          hops: "multiple",
          minimumTtl: TTLS[kind] - 1,
        },
        { ...TIMING, address: "fd66:0:0:1::1", multihopFrom: "fd66:0:0:2::2" },
      );
      await ours.until("Up (handshake)");
      await untilTheirs("up");
    });

    it("they are killed and come back", async () => {
      const [wish, peer] = neighbours();
      await begin("switch", wish, peer);
      await ours.until("Up (handshake)");
      await router?.stop("SIGKILL");
      await ours.until("Down (silence)");
      await startTheirs(peer);
      await ours.until("Up (handshake)");
      await untilTheirs("up");
    });

    it("we are killed and come back", async () => {
      const [wish, peer] = neighbours();
      await begin("switch", wish, peer);
      await ours.until("Up (handshake)");
      await untilTheirs("up");
      await ours.stop("SIGKILL");
      await untilTheirs("down");
      ours = await OurEnd.start(place.left.namespace);
      ours.want(wish);
      await ours.until("Up (handshake)");
      await untilTheirs("up");
    });

    it("we stop on purpose: they are told so, and wait for no silence", async () => {
      const [wish, peer] = neighbours();
      // A silence would be noticed after a minute only.
      const slow = { transmitMs: 1000, receiveMs: 1000 };
      const ends = { desiredMinTxUs: 1_000_000, requiredMinRxUs: 1_000_000, detectMultiplier: 60 };
      await begin("switch", { ...wish, profile: ends }, { ...peer, ...slow });
      await ours.until("Up (handshake)");
      await untilTheirs("up");
      await ours.stop();
      await untilTheirs("down");
    });

    it("they are passive", async () => {
      const [wish, peer] = neighbours();
      await begin("switch", wish, { ...peer, passive: true });
      await ours.until("Up (handshake)");
      await untilTheirs("up");
    });

    it("we are passive", async () => {
      const [wish, peer] = neighbours();
      await begin("switch", { ...wish, profile: { isPassive: true } }, peer);
      await ours.until("Up (handshake)");
      await untilTheirs("up");
    });
  });
}
