/** Over how many hops BFD watches a router of our own AS, where the link to it comes and goes: in a namespace of its own. */
import { expect } from "chai";
import { pino } from "pino";
import { waitFor } from "../../../lab/wait.ts";
import type { Ip } from "../../../src/base/ip.ts";
import { NO_MANIFESTS, type Manifests } from "../../../src/classes/compile.ts";
import { Backends } from "../../../src/speaker/backends.ts";
import { Routers } from "../../../src/speaker/io/routers.ts";
import type { OwnNodeFacts } from "../../../src/speaker/own-node.ts";
import { manifest } from "../../classes/metallb/cases.ts";
import { Namespace, requireNamespaces, wire } from "../../linux/network.ts";

const [LINK, OTHER] = ["eth0", "eth1"];
const FACTS: OwnNodeFacts = { labels: {}, ipv4: "192.0.2.1" as Ip, bar: null, isDrained: false };
const nothing = () => undefined;

describe("speaker: a link that comes and goes, and BFD over it", function () {
  this.timeout(30_000);
  const ends: (() => unknown)[] = [];

  before(function () {
    requireNamespaces(this);
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  function inNamespace(): Namespace {
    const namespace = new Namespace();
    ends.push(() => {
      namespace.remove();
    });
    return namespace;
  }

  function start(): { readonly routers: Routers; readonly staleCount: () => number } {
    let staleCount = 0;
    let endBfd = nothing;
    const routers = new Routers({
      ...{ log: pino({ level: "silent" }), node: "n1", bgpListenPort: 0 },
      backends: new Backends("n1"),
      // What is watched is asked here, not whether it is there.
      host: (_, onEnd) => {
        endBfd = () => {
          onEnd(null);
        };
      },
      passwords: { want: nothing, of: () => ({ kind: "none" }) },
      ...{ onNews: nothing, onGone: nothing, onBfd: nothing, onBfdCounters: nothing },
      onProblems: nothing,
      onStale: () => {
        staleCount++;
      },
    });
    ends.push(() => {
      const stopped = routers.stop("shutdown");
      endBfd();
      return stopped;
    });
    return { routers, staleCount: () => staleCount };
  }

  // The network of the second comes when the first one's link is down: when it is seen, so is that.
  const families = [
    { family: "IPv4", more: "", of: (net: number, host: number) => `10.6${net}.0.${host}` },
    { family: "IPv6", more: " nodad", of: (net: number, host: number) => `fd6${net}::${host}` },
  ] as const;
  for (const { family, more, of } of families) {
    const bits = family === "IPv4" ? 24 : 64;

    /** Of ours to as many routers, each with a network of its own, over two links. */
    function stage(names: readonly string[]) {
      const [us, them] = [inNamespace(), inNamespace()];
      wire(us, LINK, them, LINK);
      wire(us, OTHER, them, OTHER);
      ends.push(us.stay());
      const { routers, staleCount } = start();
      const internal = { myASN: 64600, peerASN: 64600, bfdProfile: "fast" };
      const manifests = {
        ...NO_MANIFESTS,
        bgpPeers: names.map((name, net) =>
          manifest("BGPPeer", name, { ...internal, peerAddress: of(net, 2) }),
        ),
        bfdProfiles: [manifest("BFDProfile", "fast", {})],
      } as unknown as Manifests;
      const reaches = () => {
        routers.obey(manifests, FACTS);
        return [...routers.sessions.values()].map(({ peer }) => peer.reach.kind);
      };
      const address = (verb: "add" | "delete", net: number, link: string) => {
        us.ip(`address ${verb} ${of(net, 1)}/${bits} dev ${link}${verb === "add" ? more : ""}`);
      };
      const addNetwork = async (net: number, link: string) => {
        const before = staleCount();
        address("add", net, link);
        await waitFor(() => staleCount() > before, { what: "the network to be seen" });
      };
      return { us, staleCount, reaches, address, addNetwork };
    }

    it(`${family}: over one hop as soon as the link has its network, and while it is down`, async () => {
      const { us, staleCount, reaches, addNetwork } = stage(["first", "second"]);
      expect(reaches()).to.deep.equal(["multihop", "multihop"]);

      await addNetwork(0, LINK);
      expect(reaches()).to.deep.equal(["direct", "multihop"]);

      us.ip(`link set ${LINK} down`);
      await addNetwork(1, OTHER);
      expect(reaches()).to.deep.equal(["direct", "direct"]);

      us.ip(`address flush dev ${LINK}`);
      us.ip(`link set ${LINK} up`);
      await addNetwork(2, LINK);
      expect(reaches()).to.deep.equal(["multihop", "direct"]);
      expect(staleCount()).to.equal(3);
    });

    // What is behind it was seen later than what is before it: so nothing is waited for that is not to come.
    it(`${family}: a network that is taken from a link and put back, beside another: over one hop all the while`, async () => {
      const { staleCount, reaches, address, addNetwork } = stage(["first", "second", "third"]);
      address("add", 0, LINK);
      address("add", 8, LINK);
      address("add", 1, OTHER);
      address("add", 9, OTHER);
      expect(reaches()).to.deep.equal(["direct", "direct", "multihop"]);

      address("delete", 0, LINK);
      await addNetwork(2, OTHER);
      expect(reaches()).to.deep.equal(["direct", "direct", "direct"]);

      address("add", 0, LINK);
      address("delete", 1, OTHER);
      await waitFor(() => staleCount() > 1, { what: "the second to have left" });
      expect(reaches()).to.deep.equal(["direct", "multihop", "direct"]);
      expect(staleCount()).to.equal(2);
    });
  }
});
