/**
 * A session with each of three routers that does more than one thing: both families, and a thousand changes. What is to be so over each
 * family, in eBGP and in iBGP, is in cells.test.ts; what only BIRD shows in bird.test.ts.
 */
import { expect } from "chai";
import { route } from "./node.ts";
import { established, NODE, pairForEach, paths } from "./pair.ts";

for (const kind of ["bird", "frr", "gobgp"] as const) {
  describe(`BGP with ${kind}`, function () {
    this.timeout(90_000);
    const pair = pairForEach([kind]);

    it("both families in one session over IPv4", async () => {
      const { router, speaker } = await pair().start(kind, "IPv4", {}, {});
      speaker.announce("tor", [route("203.0.113.7/32"), route("2001:db8::7/128")]);
      await established(speaker);
      const shown = await paths(router, (all) => all.length === 2);
      expect(shown.map(({ prefix, nextHop }) => `${prefix} ${nextHop}`).sort()).to.deep.equal([
        `2001:db8::7/128 ${NODE.IPv6}`,
        `203.0.113.7/32 ${NODE.IPv4}`,
      ]);
    });

    it("1,000 prefixes added, changed and deleted in random order: no reset, and the router has what is wanted", async () => {
      const { router, speaker } = await pair().start(kind, "IPv4", {}, {});
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
