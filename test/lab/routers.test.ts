/** The routers of the lab, each with each other: what they say of a session is true, and said in one form. */
import { expect } from "chai";
import { existsSync } from "node:fs";
import { startRouter, type Router, type RouterKind } from "../../lab/routers/router.ts";
import { waitFor } from "../../lab/wait.ts";
import { Place, type End } from "../interop/place.ts";
import { requireNamespaces, skip } from "../linux/network.ts";

const PROGRAMS: Readonly<Record<RouterKind, string>> = {
  bird: "/usr/sbin/bird",
  frr: "/usr/lib/frr/bgpd",
  gobgp: "/usr/bin/gobgpd",
};
const PAIRS: readonly (readonly [RouterKind, RouterKind])[] = [
  ["bird", "frr"],
  ["frr", "gobgp"],
  ["gobgp", "bird"],
];
const PREFIXES = { left: ["192.0.2.1/32", "2001:db8::1/128"], right: ["192.0.2.2/32"] };

describe("routers of the lab", function () {
  this.timeout(60_000);
  let place: Place;
  const routers: Router[] = [];

  before(function () {
    requireNamespaces(this);
    const missing = Object.values(PROGRAMS).filter((program) => !existsSync(program));
    if (missing.length > 0) skip(this, `needs ${missing.join(", ")}`);
    place = new Place();
  });

  afterEach(async () => {
    for (const router of routers.splice(0)) await router.stop();
  });

  after(async () => {
    await place.remove();
  });

  function start(kind: RouterKind, asn: number, [own, other]: [End, End], side: "left" | "right") {
    const family = (ip: "ipv4" | "ipv6") => ({ address: other[ip], source: own[ip] });
    const more = { asn: asn === 65_001 ? 65_002 : 65_001, holdSeconds: 9 };
    return startRouter(kind, {
      netns: own.namespace.name,
      directory: place.directory,
      name: `${kind}-${side}`,
      ...{ asn, routerId: own.ipv4, announces: PREFIXES[side], installsRoutes: true },
      peers: [
        { ...family("ipv4"), ...more },
        { ...family("ipv6"), ...more },
      ],
    });
  }

  for (const [a, b] of PAIRS) {
    it(`${a} and ${b}: sessions, paths, the kernel's routes`, async () => {
      const { left, right } = place;
      const one = await start(a, 65_001, [left, right], "left");
      routers.push(one);
      const two = await start(b, 65_002, [right, left], "right");
      routers.push(two);
      for (const router of routers) {
        await waitFor(
          async () => (await router.sessions()).every(({ state }) => state === "established"),
          { what: `${router.kind}'s sessions`, timeoutMs: 20_000 },
        );
      }
      const toLeft = async () => {
        const paths = await two.paths();
        return paths.find(({ prefix, peer }) => prefix === "192.0.2.1/32" && peer === left.ipv4);
      };
      const path = await waitFor(toLeft, { what: `the path in ${b}` });
      expect({ ...path, origin: "igp" }).to.deep.equal({
        prefix: "192.0.2.1/32",
        peer: left.ipv4,
        nextHop: left.ipv4,
        asPath: [65_001],
        origin: "igp",
        localPreference: b === "bird" ? 100 : null,
        multiExit: a === "frr" ? 0 : null, // FRR says one of what is its own.
        communities: [],
        largeCommunities: [],
        stale: false,
      });
      if (b === "gobgp") return;
      await waitFor(
        async () => (await two.kernelRoutes()).some(({ prefix }) => prefix === "192.0.2.1/32"),
        { what: `a route in the kernel of ${b}` },
      );
    });
  }
});
