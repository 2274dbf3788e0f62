/** What BIRD 2 shows of a session and the others do not, or not in words. What is to be so with each router is in cells.test.ts. */
import { expect } from "chai";
import { startRouter } from "../../../lab/routers/router.ts";
import { waitFor } from "../../../lab/wait.ts";
import { peer, route, until } from "./node.ts";
import { established, NODE, pairForEach, paths, ROUTER } from "./pair.ts";

describe("BGP with BIRD", function () {
  this.timeout(60_000);
  const pair = pairForEach(["bird"]);

  it("over IPv6: IPv4 has the next hop of IPv6 that the router takes (RFC 8950)", async () => {
    const { router, speaker } = await pair().start("bird", "IPv6", {}, {});
    speaker.announce("tor", [route("203.0.113.7/32"), route("2001:db8::7/128")]);
    await established(speaker);
    const shown = await paths(router, (all) => all.length === 2);
    expect(shown.map(({ nextHop }) => nextHop)).to.deep.equal([NODE.IPv6, NODE.IPv6]);
  });

  it("a drain: the routes have the graceful-shutdown community (RFC 8326), then go", async () => {
    const { router, speaker } = await pair().start("bird", "IPv4", {}, {});
    speaker.announce("tor", [route("203.0.113.7/32")]);
    await established(speaker);
    speaker.tell({ kind: "drain", isDraining: true });
    await paths(router, ([path]) => path?.communities.join() === "65535:0");
    speaker.announce("tor", []);
    await paths(router, (all) => all.length === 0);
    expect(speaker.session()?.state).to.equal("established");
  });

  it("a shutdown says why, in words that the router's operator reads (RFC 9003)", async () => {
    const { router, speaker } = await pair().start("bird", "IPv4", {}, {});
    await established(speaker);
    await speaker.stop("shutdown", "node n1 is drained");
    const said = () => router.log().includes('Administrative shutdown: "node n1 is drained"');
    await waitFor(said, { what: "BIRD to say it in its log" });
  });

  for (const extendedMessages of [false, true]) {
    const what = extendedMessages ? "is read, and the session lives" : "is none, but a withdrawal";
    it(`a message of its own that is longer than others take ${what}, as both ends agreed`, async () => {
      const router = await startRouter("bird", {
        ...{ netns: pair().tor.name, directory: pair().directory, asn: 64513 },
        ...{ routerId: "192.0.2.254", announces: ["198.51.100.0/24"] },
        announcesWith: {
          ...{ origin: "igp", asPath: [], multiExit: 0, largeCommunities: [] },
          communities: Array.from({ length: 1100 }, (_, i) => `64513:${i + 1}`),
        },
        peers: [{ address: NODE.IPv4, asn: 64512, extendedMessages: true }],
      });
      pair().atEnd(() => router.stop());
      const speaker = pair().startSpeaker();
      speaker.tell({ kind: "peers", peers: [peer(ROUTER.IPv4, { extendedMessages })] });
      const session = await until(
        () => {
          speaker.look();
          return speaker.session();
        },
        // Behind it comes an end of each family's (RFC 4724 section 2).
        (now) => now?.received["update"] === 3,
      );
      expect(session).to.include({
        state: "established",
        prefixesReceived: extendedMessages ? 1 : 0,
      });
      expect(session?.sent["open"]).to.equal(1);
    });
  }

  it("the wrong AS number: both say so, with what to correct", async () => {
    const { speaker } = await pair().start("bird", "IPv4", {}, { theirAsn: 64999 });
    const session = await until(
      () => speaker.session(),
      (each) => each?.lastEnd != null,
    );
    expect(session?.lastEnd?.reason).to.equal("the peer's message is wrong: open-wrong-as");
    expect(session?.lastEnd?.remedy).to.match(/is not 64999, as the peer object says/);
  });
});
