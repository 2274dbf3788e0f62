/**
 * MED with three real routers, as they come: of two nodes that announce two addresses, each is the next hop of its own, and of the
 * other's when that is gone. Over IPv4 as a peer of another AS, over IPv6 as one of the router's own.
 */
import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRouter, type Router, type RouterKind } from "../../../lab/routers/router.ts";
import { waitFor } from "../../../lab/wait.ts";
import type { Announcement } from "../../../src/bgp/announcement.ts";
import { Namespace, wire } from "../../linux/network.ts";
import { peer, route, SpeakerNode } from "./node.ts";
import { requireRouter } from "./pair.ts";

const [NODES_ASN, ROUTER_ASN] = [64512, 64513];

interface Way {
  /** Key of the peer. */
  readonly key: "external" | "internal";
  readonly asn: number;
  /** The router's end and the node's, on the node's link. */
  readonly ends: (link: number) => { readonly router: string; readonly node: string };
  /** By node, the prefix that should go by it. */
  readonly prefixes: readonly string[];
}

const WAYS: readonly Way[] = [
  {
    ...{ key: "external", asn: NODES_ASN, prefixes: ["203.0.113.1/32", "203.0.113.2/32"] },
    ends: (link) => ({ router: `10.99.${link}.254`, node: `10.99.${link}.1` }),
  },
  {
    ...{ key: "internal", asn: ROUTER_ASN, prefixes: ["2001:db8::1/128", "2001:db8::2/128"] },
    ends: (link) => ({ router: `fd99:${link}::254`, node: `fd99:${link}::1` }),
  },
];
/** In the addresses; the node of the first is the first. */
const LINKS = [1, 2] as const;

/** @returns what a node announces: each prefix with its place, its own first */
function ranked({ prefixes }: Way, node: number): readonly Announcement[] {
  return prefixes.map((prefix, place) => route(prefix, { multiExit: place === node ? 0 : 1 }));
}

/** @returns `prefix next-hops` for each prefix of which the router has a best path, in order */
async function best(router: Router): Promise<readonly string[]> {
  const found =
    router.kind === "gobgp"
      ? (await Promise.all(["ipv4", "ipv6"].map((family) => bestOfGobgp(router, family)))).flat()
      : (await router.kernelRoutes()).map(({ prefix, nextHops }) => `${prefix} ${nextHops.join()}`);
  return found.sort();
}

/** It puts nothing into the kernel. */
async function bestOfGobgp(router: Router, family: string): Promise<string[]> {
  const shown = JSON.parse(await router.command(`global rib -a ${family} -j`)) as Record<
    string,
    readonly { readonly best?: boolean; readonly attrs: readonly { readonly nexthop?: string }[] }[]
  >;
  return Object.entries(shown).map(([prefix, paths]) => {
    const chosen = paths.filter((path) => path.best === true);
    const hops = chosen.flatMap(({ attrs }) => attrs.flatMap(({ nexthop }) => nexthop ?? []));
    return `${prefix} ${hops.join()}`;
  });
}

for (const kind of ["bird", "frr", "gobgp"] satisfies RouterKind[]) {
  describe(`BGP with ${kind}: own nodes`, function () {
    this.timeout(60_000);
    let ends: (() => unknown)[] = [];

    before(function () {
      requireRouter(this, kind);
    });
    afterEach(async () => {
      for (const end of ends.reverse()) await end();
      ends = [];
    });

    function namespace(): Namespace {
      const made = new Namespace();
      ends.push(() => {
        made.remove();
      });
      return made;
    }

    async function untilBest(router: Router, hopOf: (way: Way, place: number) => string) {
      const want = WAYS.flatMap((way) =>
        way.prefixes.map((prefix, place) => `${prefix} ${hopOf(way, place)}`),
      ).sort();
      let seen: readonly string[] = [];
      const isSo = async () => (seen = await best(router)).join() === want.join();
      await waitFor(isSo, { what: "the next hops", timeoutMs: 20_000 }).catch(() => undefined);
      expect(seen).to.deep.equal(want);
    }

    it("each address goes by its own node, by the other when that is gone, and by another as soon as the order says so", async () => {
      const tor = namespace();
      const directory = mkdtempSync(join(tmpdir(), "spreadlb-bgp-"));
      ends.push(() => {
        rmSync(directory, { recursive: true, force: true });
      });
      const nodes = LINKS.map((link) => {
        const node = namespace();
        wire(node, "n0", tor, `r${link}`);
        for (const way of WAYS) {
          const [bits, more] = way.key === "external" ? [24, ""] : [64, " nodad"];
          node.ip(`addr add ${way.ends(link).node}/${bits} dev n0${more}`);
          tor.ip(`addr add ${way.ends(link).router}/${bits} dev r${link}${more}`);
        }
        return node;
      });
      const router = await startRouter(kind, {
        ...{ netns: tor.name, directory, asn: ROUTER_ASN, routerId: "192.0.2.254" },
        installsRoutes: kind !== "gobgp",
        peers: LINKS.flatMap((link) =>
          WAYS.map(({ ends: at, asn }) => ({ address: at(link).node, asn, passive: true })),
        ),
      });
      ends.push(() => router.stop());
      const speakers = nodes.map((node, place) => {
        const link = place + 1;
        const speaker = new SpeakerNode(node);
        ends.push(() => speaker.kill());
        const peers = WAYS.map(({ key, asn, ends: at }) => {
          const routerId = `192.0.2.${link}` as never;
          const theirAsn = key === "external" ? ROUTER_ASN : "internal";
          return peer(at(link).router, { key, ourAsn: asn, theirAsn, routerId });
        });
        speaker.tell({ kind: "peers", peers });
        for (const way of WAYS) speaker.announce(way.key, ranked(way, place));
        return speaker;
      });
      const [first, second] = speakers;
      await untilBest(router, ({ ends: at }, place) => at(place + 1).node);
      // The places are exchanged, in the sessions that there are.
      for (const way of WAYS) {
        first?.announce(way.key, ranked(way, 1));
        second?.announce(way.key, ranked(way, 0));
      }
      await untilBest(router, ({ ends: at }, place) => at(2 - place).node);
      await first?.kill();
      await untilBest(router, ({ ends: at }) => at(2).node);
    });
  });
}
