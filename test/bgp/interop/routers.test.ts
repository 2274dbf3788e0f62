/**
 * Sessions with three real routers, of both families and with a peer of our own AS and of another: what the router says of us is
 * what we meant. What only one of them shows is in bird.test.ts.
 */
import { expect } from "chai";
import type { RouterKind, RouterPeer } from "../../../lab/routers/router.ts";
import type { Ip } from "../../../src/base/ip.ts";
import type { BgpPeer } from "../../../src/bgp/peer.ts";
import { peer, route, until } from "./node.ts";
import { established, NODE, Pair, paths, requireRouter, ROUTER } from "./pair.ts";

const KINDS: readonly RouterKind[] = ["bird", "frr", "gobgp"];

for (const kind of KINDS) {
  describe(`BGP with ${kind}`, function () {
    this.timeout(90_000);
    let pair: Pair;

    before(function () {
      requireRouter(this, kind);
    });

    beforeEach(() => {
      pair = new Pair();
    });

    afterEach(() => pair.end());

    const start = (
      family: "IPv4" | "IPv6",
      theirs: Partial<RouterPeer>,
      ours: Partial<BgpPeer>,
      options: { readonly listenPort?: number } = {},
    ) => pair.start(kind, family, theirs, ours, options);

    for (const family of ["IPv4", "IPv6"] as const) {
      for (const isExternal of [true, false]) {
        it(`over ${family}, ${isExternal ? "eBGP" : "iBGP"}: attributes, kernel, withdrawal`, async () => {
          const ourAsn = isExternal ? 64512 : 64513;
          const { router, speaker } = await start(
            family,
            { asn: ourAsn },
            { ourAsn, theirAsn: isExternal ? "external" : "internal" },
          );
          const prefix = family === "IPv4" ? "203.0.113.7/32" : "2001:db8::7/128";
          speaker.announce("tor", [
            route(prefix, {
              ...{ localPreference: 250, communities: [[64512, 100]] },
              largeCommunities: [[64512, 1, 2]],
            }),
          ]);
          await established(speaker);
          const [path] = await paths(router, (all) => all.length === 1);
          const localPreference = isExternal ? path?.localPreference : 250;
          expect({ ...path, peer: "" }).to.deep.equal({
            ...{ prefix, peer: "", nextHop: NODE[family], asPath: isExternal ? [64512] : [] },
            ...{ origin: "igp", localPreference, communities: ["64512:100"] },
            ...{ largeCommunities: ["64512:1:2"], stale: false },
          });
          if (kind !== "gobgp") {
            const bare = prefix.replace(/\/.*/, "");
            const kernel = () =>
              pair.tor.ip(`${family === "IPv4" ? "-4" : "-6"} route show ${bare}`);
            await until(kernel, (text) => text.includes(`via ${NODE[family]}`));
          }
          speaker.announce("tor", []);
          await paths(router, (all) => all.length === 0);
          expect(speaker.session()?.state).to.equal("established");
        });
      }
    }

    it("both families in one session over IPv4", async () => {
      const { router, speaker } = await start("IPv4", {}, {});
      speaker.announce("tor", [route("203.0.113.7/32"), route("2001:db8::7/128")]);
      await established(speaker);
      const shown = await paths(router, (all) => all.length === 2);
      expect(shown.map(({ prefix, nextHop }) => `${prefix} ${nextHop}`).sort()).to.deep.equal([
        `2001:db8::7/128 ${NODE.IPv6}`,
        `203.0.113.7/32 ${NODE.IPv4}`,
      ]);
    });

    for (const family of ["IPv4", "IPv6"] as const) {
      // GoBGP with a password listens, and dials too: who is first is left to them.
      for (const weDial of kind === "gobgp" ? [true] : [true, false]) {
        it(`MD5 over ${family}, ${weDial ? "we dial" : "the router dials"}`, async () => {
          const { speaker } = await start(
            family,
            { password: "sesame", passive: weDial },
            { password: "sesame", passive: !weDial },
            weDial ? {} : { listenPort: 179 },
          );
          await established(speaker);
        });
      }
    }

    it("GTSM", async () => {
      const reach = { kind: "secured", hopsMax: 1 } as const;
      const { speaker } = await start("IPv4", { ttlSecurity: 1 }, { reach });
      await established(speaker);
    });

    it("both dial: one session is left, whoever has the higher identifier", async () => {
      for (const routerId of ["192.0.2.1", "203.0.113.1"] as Ip[]) {
        const { router, speaker } = await start("IPv4", {}, { routerId }, { listenPort: 179 });
        speaker.announce("tor", [route("203.0.113.7/32")]);
        await established(speaker);
        await paths(router, (all) => all.length === 1);
        await pair.clear();
      }
    });

    it("a restart: the routes stay until we are back", async () => {
      const ours = { gracefulRestartSeconds: 60 };
      const { router, speaker } = await start("IPv4", { gracefulRestart: true }, ours);
      speaker.announce("tor", [route("203.0.113.7/32"), route("203.0.113.8/32")]);
      speaker.tell({ kind: "complete" });
      await established(speaker);
      await paths(router, (all) => all.length === 2);
      await speaker.stop("restart");
      await paths(
        router,
        (all) => all.length === 2 && all.every(({ stale }) => stale || kind === "bird"),
      );
      const next = pair.startSpeaker();
      next.tell({ kind: "peers", peers: [peer(ROUTER.IPv4, ours)] });
      next.announce("tor", [route("203.0.113.7/32")]);
      await established(next);
      next.tell({ kind: "complete" });
      const [path] = await paths(router, (all) => all.length === 1);
      expect(path?.prefix).to.equal("203.0.113.7/32");
    });

    it("1,000 prefixes added, changed and deleted in random order: no reset, and the router has what is wanted", async () => {
      const { router, speaker } = await start("IPv4", {}, {});
      await established(speaker);
      const all = Array.from({ length: 1000 }, (_, i) => `10.1.${i >> 8}.${i & 255}/32`);
      let wanted = new Map<string, ReturnType<typeof route>>();
      for (let round = 0; round < 30; round++) {
        wanted = new Map(wanted);
        for (const prefix of all) {
          const chance = Math.random();
          if (chance < 0.1) wanted.delete(prefix);
          else if (chance < 0.3) wanted.set(prefix, route(prefix, { communities: [[1, round]] }));
        }
        speaker.announce("tor", [...wanted.values()]);
      }
      const describe = (prefix: string, communities: readonly string[]) =>
        `${prefix} ${communities.join()}`;
      const want = [...wanted].map(([prefix, { communities }]) =>
        describe(
          prefix,
          communities.map((value) => value.join(":")),
        ),
      );
      const shown = await paths(router, (list) => {
        const have = list.map(({ prefix, communities }) => describe(prefix, communities));
        return have.sort().join() === want.sort().join();
      });
      expect(shown.length).to.equal(wanted.size);
      expect(speaker.session()?.received["notification"]).to.equal(0);
      expect(speaker.session()?.sent["open"]).to.equal(1);
    });
  });
}
