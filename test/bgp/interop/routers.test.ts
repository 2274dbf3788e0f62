/**
 * A session with each of three routers that does more than one thing: both families, and a thousand changes. What is to be so over each
 * family, in eBGP and in iBGP, is in cells.test.ts; what only BIRD shows in bird.test.ts.
 */
import { expect } from "chai";
import type { Router } from "../../../lab/routers/router.ts";
import { waitFor } from "../../../lab/wait.ts";
import type { Announcement } from "../../../src/bgp/announcement.ts";
import { randomFrom, seedOf } from "../../random.ts";
import { route } from "./node.ts";
import { established, NODE, pairForEach, paths } from "./pair.ts";

const SEED = seedOf("ROUTES_SEED");
const [ROUNDS, ROUNDS_AT_ONCE] = [30, 10];
const PREFIXES = Array.from({ length: 1000 }, (_, i) => `10.1.${i >> 8}.${i & 255}/32`);

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
      const random = randomFrom(SEED);
      const wanted = new Map<string, Announcement>();
      for (let round = 1; round <= ROUNDS; round++) {
        for (const prefix of PREFIXES) {
          const chance = random();
          if (chance < 0.1) wanted.delete(prefix);
          else if (chance < 0.3) wanted.set(prefix, route(prefix, { communities: [[1, round]] }));
        }
        speaker.announce("tor", [...wanted.values()]);
        // What is told in between may come as one change; this is what the router has to have come by.
        const what = `the routes of round ${round}; for the same ones again: ROUTES_SEED=${SEED}`;
        if (round % ROUNDS_AT_ONCE === 0) await untilHas(router, wanted, what);
      }
      expect(speaker.session()?.received["notification"], `ROUTES_SEED=${SEED}`).to.equal(0);
      expect(speaker.session()?.sent["open"], `ROUTES_SEED=${SEED}`).to.equal(1);
    });
  });
}

async function untilHas(
  router: Router,
  wanted: ReadonlyMap<string, Announcement>,
  what: string,
): Promise<void> {
  const lineOf = (prefix: string, communities: readonly string[]) =>
    `${prefix} ${communities.join()}`;
  const want = [...wanted].map(([prefix, { communities }]) =>
    lineOf(
      prefix,
      communities.map((one) => one.join(":")),
    ),
  );
  const isAlike = async () => {
    const have = (await router.paths()).map(({ prefix, communities }) =>
      lineOf(prefix, communities),
    );
    const lacks = want.filter((line) => !have.includes(line));
    const others = have.filter((line) => !want.includes(line));
    if (lacks.length + others.length === 0) return true;
    throw new Error(
      `it lacks ${lacks.length}, such as ${lacks[0] ?? ""}, and has ${others.length} besides, such as ${others[0] ?? ""}`,
    );
  };
  await waitFor(isAlike, { what, timeoutMs: 20_000 });
}
