/** A speaker whose API server is away tells its routers what was saved, and, when it is back, only what differs: on the loopback. */
import { expect } from "chai";
import { pino } from "pino";
import { waitFor } from "../../../lab/wait.ts";
import type { Ip } from "../../../src/base/ip.ts";
import { NO_MANIFESTS, type Manifests } from "../../../src/classes/compile.ts";
import { Backends } from "../../../src/speaker/backends.ts";
import { Routers } from "../../../src/speaker/io/routers.ts";
import type { OwnNodeFacts } from "../../../src/speaker/own-node.ts";
import {
  faultInRouting,
  saveRouting,
  type SavedRouting,
} from "../../../src/speaker/saved-routing.ts";
import { manifest } from "../../classes/metallb/cases.ts";
import { slice } from "../../kube/slices.ts";
import { CountingRouter } from "./counting-router.ts";

const SOON = { timeoutMs: 5000, intervalMs: 1 };
const NODE = { metadata: { name: "n1" } };
const FACTS: OwnNodeFacts = { labels: {}, ipv4: "192.0.2.1" as Ip, bar: null, isDrained: false };
const nothing = () => undefined;

describe("speaker: routers while the API server is away", () => {
  let router: CountingRouter;
  let problems: readonly (readonly [string, string])[] = [];
  const running: Routers[] = [];

  beforeEach(async () => {
    router = await CountingRouter.start(64501);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop("shutdown")));
    router.stop();
  });

  function start(): Routers {
    const backends = new Backends("n1");
    backends.put(slice("web", ["n1"]));
    const routers = new Routers({
      ...{ log: pino({ level: "silent" }), node: "n1", bgpListenPort: 0, backends },
      passwords: { want: nothing, of: () => ({ kind: "none" }) },
      ...{
        onNews: nothing,
        onBfd: nothing,
        onBfdCounters: nothing,
        onGone: nothing,
        onStale: nothing,
      },
      onProblems: (_, all) => {
        problems = all;
      },
    });
    routers.setNode(FACTS);
    running.push(routers);
    return routers;
  }

  function manifests(): Manifests {
    const ends = { myASN: 64600, peerASN: 64501, peerAddress: "127.0.0.2", peerPort: router.port };
    const closed = { ...ends, peerAddress: "127.0.0.3", password: "SECRET" };
    return {
      ...NO_MANIFESTS,
      ipAddressPools: [manifest("IPAddressPool", "p", { addresses: ["203.0.113.0/24"] })],
      bgpPeers: [manifest("BGPPeer", "closed", closed), manifest("BGPPeer", "open", ends)],
      bgpAdvertisements: [manifest("BGPAdvertisement", "all", { communities: ["64600:1"] })],
    } as unknown as Manifests;
  }

  function put(routers: Routers, ...hosts: readonly number[]): void {
    for (const host of hosts) {
      const ip = `203.0.113.${host}` as Ip;
      const advertisements = ["BGPAdvertisement/all"];
      routers.routes.put({
        ip,
        services: ["default/web"],
        advertisements,
        isLocal: false,
        rank: [],
      });
    }
  }

  it("peers without a password are told at once, those with one wait and say so; then what differs", async () => {
    const before = start();
    put(before, 1, 2, 3);
    before.obey(manifests(), FACTS);
    before.tell();
    const { models, routes } = before;
    const text = JSON.stringify(saveRouting(NODE, models, routes.announced));
    const saved = JSON.parse(text) as SavedRouting;
    expect(faultInRouting(saved)).to.equal(null);
    await before.stop("shutdown");
    const count = router.sessions.length;

    const after = start();
    after.resume(saved, FACTS);
    after.tell();
    after.complete();
    expect([...after.sessions.keys()]).to.deep.equal(["BGPPeer/open"]);
    expect(after.held.map(({ key }) => key)).to.deep.equal(["BGPPeer/closed"]);
    expect(problems).to.deep.equal([
      [
        "BGPPeer/closed",
        'The peer "closed" waits for the API server: it has a password, and those are not kept on the node\'s disk',
      ],
    ]);
    const heard = () => router.sessions[count]?.prefixes ?? [];
    await waitFor(() => heard().length === 3, { what: "the routes", ...SOON });
    expect(heard()).to.deep.equal(["203.0.113.1/32", "203.0.113.2/32", "203.0.113.3/32"]);

    put(after, 2, 3, 4);
    after.obey(manifests(), FACTS);
    after.tell();
    await waitFor(() => heard().length === 5, { what: "what differs", ...SOON });
    expect(heard().slice(3).sort()).to.deep.equal(["-203.0.113.1/32", "203.0.113.4/32"]);
    expect(router.sessions[count]?.ended).to.equal(null);
    expect([...after.sessions.keys()].sort()).to.deep.equal(["BGPPeer/closed", "BGPPeer/open"]);
  });
});
