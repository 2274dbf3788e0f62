/** What BIRD 2 shows of a session and the others do not, or not in words. What is to be so with each router is in cells.test.ts. */
import { expect } from "chai";
import { waitFor } from "../../../lab/wait.ts";
import { route, until } from "./node.ts";
import { established, NODE, pairForEach, paths } from "./pair.ts";

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
