/** Sessions with BIRD 2: what it says of us is what we meant. */
import { expect } from "chai";
import type { Ip } from "../../../src/base/ip.ts";
import { Namespace, requireNamespaces, skip, succeeds, wire } from "../../linux/network.ts";
import { Bird } from "./bird.ts";
import { peer, route, SpeakerNode, until } from "./node.ts";

const [NODE, ROUTER] = ["10.99.0.1", "10.99.0.2"];
const [NODE6, ROUTER6] = ["fd99::1", "fd99::2"];
const BOTH = "ipv4 { import all; export none; }; ipv6 { import all; export none; };";

describe("BGP with BIRD", function () {
  this.timeout(60_000);
  let [node, router]: [Namespace | undefined, Namespace | undefined] = [undefined, undefined];
  let ends: (() => Promise<void>)[] = [];

  before(function () {
    requireNamespaces(this);
    if (!succeeds("bird", ["--version"])) skip(this, "needs bird2");
  });

  beforeEach(() => {
    [node, router] = [new Namespace(), new Namespace()];
    wire(node, "n0", router, "r0");
    node.ip(`addr add ${NODE}/24 dev n0`);
    node.ip(`addr add ${NODE6}/64 dev n0 nodad`);
    router.ip(`addr add ${ROUTER}/24 dev r0`);
    router.ip(`addr add ${ROUTER6}/64 dev r0 nodad`);
  });

  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    ends = [];
    node?.remove();
    router?.remove();
  });

  function start(config: string, options: { readonly listenPort?: number } = {}) {
    if (node === undefined || router === undefined) throw new Error("no namespaces");
    const bird = new Bird(router, config);
    ends.push(() => bird.stop());
    const speaker = new SpeakerNode(node, options);
    ends.push(() => speaker.kill());
    return { bird, speaker };
  }

  async function established(speaker: SpeakerNode): Promise<void> {
    await until(
      () => speaker.session(),
      (session) => session?.state === "established",
    );
  }

  /** Waits for what birdc says. */
  function said(bird: Bird, question: string, pattern: RegExp): Promise<string> {
    return until(
      () => bird.ask(question),
      (answer) => pattern.test(answer),
    );
  }

  it("a session comes up, announces a prefix of each family, and withdraws them", async () => {
    const { bird, speaker } = start(
      `protocol bgp node { local ${ROUTER} as 64513; neighbor ${NODE} as 64512; ${BOTH} }`,
    );
    speaker.tell({ kind: "peers", peers: [peer(ROUTER)] });
    speaker.announce("tor", [route("203.0.113.7/32"), route("2001:db8::7/128")]);
    await established(speaker);
    const ipv4 = await said(bird, "show route 203.0.113.7/32 all", /BGP.next_hop/);
    expect(ipv4).to.match(/via 10\.99\.0\.1 on r0/);
    expect(ipv4).to.match(/BGP\.as_path: 64512/);
    const ipv6 = await said(bird, "show route 2001:db8::7/128 all", /BGP.next_hop/);
    expect(ipv6).to.match(/BGP\.next_hop: fd99::1/);
    speaker.announce("tor", []);
    await said(bird, "show route count", /0 of 0 routes for 0 networks in table master4/);
    await said(bird, "show route count", /0 of 0 routes for 0 networks in table master6/);
  });

  /** @param more statements of BIRD's for this neighbor */
  const external = (more = "", to = NODE, from = ROUTER) =>
    `protocol bgp node { local ${from} as 64513; neighbor ${to} as 64512; ${more} ${BOTH} }`;
  const internal = `protocol bgp node { local ${ROUTER} as 64512; neighbor ${NODE} as 64512; ${BOTH} }`;

  it("iBGP: local preference, communities and large communities are what was wanted", async () => {
    const { bird, speaker } = start(internal);
    speaker.tell({ kind: "peers", peers: [peer(ROUTER, { theirAsn: "internal" })] });
    const communities = [
      [64512, 100],
      [65535, 65281],
    ] as const;
    speaker.announce("tor", [
      route("203.0.113.7/32", { localPreference: 250, communities }),
      route("203.0.113.8/32", { largeCommunities: [[64512, 1, 2]] }),
    ]);
    await established(speaker);
    const first = await said(bird, "show route 203.0.113.7/32 all", /BGP.local_pref: 250/);
    expect(first).to.match(/BGP\.as_path: ?\n/);
    expect(first).to.match(/BGP\.community: \(64512,100\) \(65535,65281\)/);
    const second = await said(bird, "show route 203.0.113.8/32 all", /BGP.local_pref: 100/);
    expect(second).to.match(/BGP\.large_community: \(64512, 1, 2\)/);
  });

  it("over IPv6: IPv4 has the next hop of IPv6 that the router takes (RFC 8950)", async () => {
    const families =
      "ipv4 { import all; export none; extended next hop yes; }; ipv6 { import all; export none; };";
    const { bird, speaker } = start(
      `protocol bgp node { local ${ROUTER6} as 64513; neighbor ${NODE6} as 64512; ${families} }`,
    );
    speaker.tell({ kind: "peers", peers: [peer(ROUTER6)] });
    speaker.announce("tor", [route("203.0.113.7/32"), route("2001:db8::7/128")]);
    await established(speaker);
    const ipv4 = await said(bird, "show route 203.0.113.7/32 all", /BGP.next_hop/);
    expect(ipv4).to.match(/BGP\.next_hop: fd99::1/);
  });

  it("MD5: the same password makes a session, another one none, and says what to look at", async () => {
    const { speaker } = start(external('password "sesame";'));
    speaker.tell({ kind: "peers", peers: [peer(ROUTER, { password: "sesame" })] });
    await established(speaker);
    speaker.tell({ kind: "peers", peers: [peer(ROUTER, { password: "other" })] });
    const session = await until(
      () => speaker.session(),
      (each) => each?.lastEnd?.reason.startsWith("cannot connect") === true,
      20_000,
    );
    expect(session?.state).not.to.equal("established");
    expect(session?.lastEnd?.remedy).to.match(/both have the same password$/);
  });

  it("MD5: the router dials us", async () => {
    const { speaker } = start(external('password "sesame"; connect delay time 1;'), {
      listenPort: 179,
    });
    const passive = peer(ROUTER, { password: "sesame", passive: true });
    speaker.tell({ kind: "peers", peers: [passive] });
    await established(speaker);
  });

  it("GTSM on both ends, whoever dials", async () => {
    for (const passive of [false, true]) {
      const secured = "ttl security on; connect delay time 1;";
      const { bird, speaker } = start(external(passive ? secured : `${secured} passive;`), {
        listenPort: 179,
      });
      const reach = { kind: "secured", hopsMax: 1 } as const;
      speaker.tell({ kind: "peers", peers: [peer(ROUTER, { reach, passive })] });
      await established(speaker);
      await speaker.kill();
      await bird.stop();
      ends = [];
    }
  });

  it("GTSM on the router alone: it takes what we send to a peer of which nothing is said", async () => {
    for (const passive of [false, true]) {
      const secured = "ttl security on; connect delay time 1;";
      const { bird, speaker } = start(external(passive ? secured : `${secured} passive;`), {
        listenPort: 179,
      });
      speaker.tell({ kind: "peers", peers: [peer(ROUTER, { passive })] });
      await established(speaker);
      await speaker.kill();
      await bird.stop();
      ends = [];
    }
  });

  it("both dial: one session is left, whoever has the higher identifier", async () => {
    for (const routerId of ["192.0.2.1", "203.0.113.1"]) {
      const { bird, speaker } = start(external("connect delay time 1; connect retry time 1;"), {
        listenPort: 179,
      });
      speaker.tell({ kind: "peers", peers: [peer(ROUTER, { routerId: routerId as Ip })] });
      speaker.announce("tor", [route("203.0.113.7/32")]);
      await established(speaker);
      await said(bird, "show route count", /1 of 1 routes for 1 networks in table master4/);
      await speaker.kill();
      await bird.stop();
      ends = [];
    }
  });

  it("route refresh: what is known already is told again", async () => {
    const { bird, speaker } = start(external());
    speaker.tell({ kind: "peers", peers: [peer(ROUTER)] });
    speaker.announce("tor", [route("203.0.113.7/32")]);
    speaker.tell({ kind: "complete" });
    await established(speaker);
    await said(bird, "show route 203.0.113.7/32 all", /BGP.next_hop/);
    const before = speaker.session()?.sent["update"] ?? 0;
    bird.ask("reload in node");
    await until(
      () => {
        speaker.tell({ kind: "look" });
        return speaker.session();
      },
      (session) => (session?.sent["update"] ?? 0) > before,
    );
    await said(bird, "show route count", /1 of 1 routes for 1 networks in table master4/);
  });

  it("a drain: the routes have the graceful-shutdown community (RFC 8326), then go", async () => {
    const { bird, speaker } = start(external());
    speaker.tell({ kind: "peers", peers: [peer(ROUTER)] });
    speaker.announce("tor", [route("203.0.113.7/32")]);
    await established(speaker);
    speaker.tell({ kind: "drain", isDraining: true });
    await said(bird, "show route 203.0.113.7/32 all", /BGP.community: \(65535,0\)/);
    speaker.announce("tor", []);
    await said(bird, "show route count", /0 of 0 routes for 0 networks in table master4/);
    expect(speaker.session()?.state).to.equal("established");
  });

  it("a shutdown says why, in words that the router's operator reads (RFC 9003)", async () => {
    const { bird, speaker } = start(external());
    speaker.tell({ kind: "peers", peers: [peer(ROUTER)] });
    await established(speaker);
    await speaker.stop("shutdown", "node n1 is drained");
    const shown = await said(bird, "show protocols all node", /Last error/);
    expect(shown).to.match(/Received: Administrative shutdown|Received: Cease/);
  });

  it("a restart: the router keeps the routes, and forgets those that are not announced again", async () => {
    const { bird, speaker } = start(external("graceful restart on;"));
    const restarting = peer(ROUTER, { gracefulRestartSeconds: 60 });
    speaker.tell({ kind: "peers", peers: [restarting] });
    speaker.announce("tor", [route("203.0.113.7/32"), route("203.0.113.8/32")]);
    speaker.tell({ kind: "complete" });
    await established(speaker);
    const both = /2 of 2 routes for 2 networks in table master4/;
    await said(bird, "show route count", both);
    await speaker.stop("restart");
    await said(bird, "show protocols all node", /Neighbor graceful restart active/);
    expect(bird.ask("show route count")).to.match(both);
    if (node === undefined) throw new Error("no namespace");
    const next = new SpeakerNode(node);
    ends.push(() => next.kill());
    next.tell({ kind: "peers", peers: [restarting] });
    next.announce("tor", [route("203.0.113.7/32")]);
    await established(next);
    // Not told yet that this is all: the other one stays.
    expect(bird.ask("show route count")).to.match(both);
    next.tell({ kind: "complete" });
    await said(bird, "show route count", /1 of 1 routes for 1 networks in table master4/);
  });

  it("a router that falls silent: the hold time ends the session, and it comes back", async () => {
    const { speaker } = start(external());
    speaker.tell({ kind: "peers", peers: [peer(ROUTER, { holdTimeSeconds: 3 })] });
    await established(speaker);
    router?.ip("link set r0 down");
    const session = await until(
      () => speaker.session(),
      (each) => each?.state !== "established",
    );
    expect(session?.lastEnd?.reason).to.equal("the peer was silent for the hold time, 3 s");
    router?.ip("link set r0 up");
    router?.ip(`addr add ${ROUTER6}/64 dev r0 nodad`);
    await established(speaker);
  });

  it("several hops: the TTL that multihop gives is enough, 1 is not, and who says nothing gets there", async () => {
    if (router === undefined || node === undefined) throw new Error("no namespaces");
    const far = "10.98.0.2";
    const beyond = new Namespace();
    ends.push(() => {
      beyond.remove();
      return Promise.resolve();
    });
    wire(router, "r1", beyond, "b0");
    router.ip("addr add 10.98.0.1/24 dev r1");
    router.exec("sysctl", "-qw", "net.ipv4.ip_forward=1");
    beyond.ip(`addr add ${far}/24 dev b0`);
    beyond.ip("route add default via 10.98.0.1");
    node.ip(`route add default via ${ROUTER}`);
    const bird = new Bird(
      beyond,
      `protocol bgp node { local ${far} as 64513; neighbor ${NODE} as 64512; multihop; error wait time 1, 2; ${BOTH} }`,
    );
    ends.push(() => bird.stop());
    const speaker = new SpeakerNode(node);
    ends.push(() => speaker.kill());
    const hops = (ttl: number) => peer(far, { reach: { kind: "multihop", ttl } });
    speaker.tell({ kind: "peers", peers: [hops(1)] });
    await until(
      () => speaker.session(),
      (session) => session?.lastEnd != null,
      20_000,
    );
    expect(speaker.session()?.lastEnd?.reason).to.equal("cannot connect: EHOSTUNREACH");
    speaker.tell({ kind: "peers", peers: [hops(255)] });
    await established(speaker);
    // As MetalLB's native speaker has it: the router says that it is far, and the peer object need not.
    speaker.tell({ kind: "peers", peers: [peer(far, { key: "unsaid" })] });
    await until(
      () => speaker.session("unsaid"),
      (session) => session?.state === "established",
    );
  });

  it("the wrong AS number: both say so, with what to correct", async () => {
    const { speaker } = start(external());
    speaker.tell({ kind: "peers", peers: [peer(ROUTER, { theirAsn: 64999 })] });
    const session = await until(
      () => speaker.session(),
      (each) => each?.lastEnd != null,
    );
    expect(session?.lastEnd?.reason).to.equal("the peer's message is wrong: open-wrong-as");
    expect(session?.lastEnd?.remedy).to.match(/is not 64999, as the peer object says/);
  });
});
