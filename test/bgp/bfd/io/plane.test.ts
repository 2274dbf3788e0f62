/** The hands of BFD, two of them on one wire: who hears what, and what cannot be opened. */
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { waitFor } from "../../../../lab/wait.ts";
import { BfdPlane } from "../../../../src/bgp/bfd/io/bfd-plane.ts";
import type { BfdPlaneReport } from "../../../../src/bgp/bfd/io/protocol.ts";
import { OurEnd, wanted } from "../../../interop/bfd-end.ts";
import { LINK, Place } from "../../../interop/place.ts";
import { requireNamespaces } from "../../../linux/network.ts";

const OTHER = "eth1";

describe("BFD plane", function () {
  this.timeout(60_000);
  let place: Place;
  let ends: OurEnd[];

  before(function () {
    requireNamespaces(this);
  });

  async function begin(between: "switch" | "router" = "switch") {
    place = new Place(between);
    ends = await Promise.all([
      OurEnd.start(place.left.namespace),
      OurEnd.start(place.right.namespace),
    ]);
    return ends as [OurEnd, OurEnd];
  }

  afterEach(async () => {
    for (const end of ends) await end.stop();
    await place.remove();
  });

  it("two of ours: up, a cut, both down, up again", async () => {
    const [left, right] = await begin();
    left.want({ to: "10.66.0.2", from: "10.66.0.1" });
    right.want({ to: "10.66.0.1", from: "10.66.0.2" });
    await Promise.all([left.until("Up (handshake)"), right.until("Up (handshake)")]);
    await place.cut();
    await Promise.all([left.until("Down (silence)"), right.until("Down (silence)")]);
    await place.mend();
    await Promise.all([left.until("Up (handshake)"), right.until("Up (handshake)")]);
  });

  it("a process that ends says so", async () => {
    const [left, right] = await begin();
    left.want({ to: "10.66.0.2", from: "10.66.0.1" });
    right.want({ to: "10.66.0.1", from: "10.66.0.2" });
    await Promise.all([left.until("Up (handshake)"), right.until("Up (handshake)")]);
    await left.stop();
    await right.until("Down (peer-admin-down)");
  });

  it("one that nobody wants any more: what it has counted is told when it ends", async () => {
    const [, right] = await begin();
    const { namespace } = place.left;
    const reports: BfdPlaneReport[] = [];
    const plane = await namespace.enter(() => BfdPlane.open((report) => reports.push(report)));
    try {
      const isUp = () => reports.some((one) => one.kind === "state" && one.to === "Up");
      const want = [wanted({ to: "10.66.0.2", from: "10.66.0.1" })];
      namespace.enter(() => {
        plane.want(want);
      });
      right.want({ to: "10.66.0.1", from: "10.66.0.2" });
      await waitFor(isUp, { what: "the session to be up" });
      plane.want([]);
      const [before] = plane.takeCounters().sessions;
      const told = () => reports.filter((one) => one.kind === "counters");
      await waitFor(() => told().length > 0, { what: "the session to end" });
      const [last] = told().flatMap(({ sessions }) => sessions);
      expect(plane.takeCounters().sessions).to.deep.equal([]);
      expect(last).to.deep.include({ timesUp: 1, timesDown: 1, endpoints: want[0]?.endpoints });
      expect(last?.discriminator).to.equal(before?.discriminator);
      expect(last?.packetsSent).to.be.above(before?.packetsSent ?? Infinity);
    } finally {
      plane.close();
    }
  });

  it("what is no neighbour's packet is counted by its name", async () => {
    const [left, right] = await begin("router");
    // A session between neighbours that are none: packets come with a TTL of 254.
    left.want({ to: "10.66.2.2", from: "10.66.1.1" });
    right.want({ to: "10.66.1.1", from: "10.66.2.2" });
    const forwarded = () =>
      left.of("counters").some(({ faults }) => faults.some(([name]) => name === "bfd-forwarded"));
    await waitFor(forwarded, { what: "a fault by its name" });
    expect(left.state).to.equal("Down (started)");
  });

  it("an address that is not there yet: said, and used when it is", async () => {
    const [left, right] = await begin();
    left.want({ to: "10.66.0.2", from: "10.66.0.9" });
    right.want({ to: "10.66.0.9", from: "10.66.0.2" });
    await waitFor(() => left.of("trouble").length > 0, { what: "trouble" });
    expect(left.of("trouble")[0]?.message).to.equal(
      "Cannot send from 10.66.0.9: EADDRNOTAVAIL (address not available). Give this node the address 10.66.0.9, or the peer another source address",
    );
    // It would have sent one a second at least, and counters are told as often.
    await waitFor(() => left.of("counters").length > 3, { what: "counters" });
    expect(left.counters?.packetsSent).to.equal(0);
    place.left.namespace.ip(`address add 10.66.0.9/24 dev ${LINK}`);
    await Promise.all([left.until("Up (handshake)"), right.until("Up (handshake)")]);
    expect(left.of("trouble").at(-1)?.message).to.equal(null);
  });

  it("an interface and its VRF: of the two the one that is missing is named", async () => {
    const [left] = await begin();
    const ends = { to: "10.66.0.2", from: "10.66.0.1" };
    const last = () => left.of("trouble").at(-1)?.message ?? "";
    for (const [link, missing] of [
      [LINK, "red"],
      ["none0", "none0"],
    ] as const) {
      left.want({ ...ends, interface: link, vrf: "red" });
      const isNamed = () => last().includes(`Make the device ${missing} on this node`);
      await waitFor(isNamed, { what: `${missing} to be named` });
    }
  });

  it("asked for again where it works by then: that is said, too", async () => {
    const [left] = await begin();
    const there = { to: "10.66.0.2", from: "10.66.0.9" };
    const last = () => left.of("trouble").at(-1);
    left.want(there);
    await waitFor(() => typeof last()?.message === "string", { what: "trouble" });
    const session = last()?.session;
    left.want({ to: "10.66.0.2", from: "10.66.0.1" });
    await waitFor(() => last()?.message === null, { what: "the other to be well" });
    place.left.namespace.ip(`address add 10.66.0.9/24 dev ${LINK}`);
    left.want(there);
    await waitFor(() => last()?.session === session, { what: "news of the first" });
    expect(last()?.message).to.equal(null);
  });

  function remakeLink(address: string): void {
    const { namespace } = place.left;
    const line = `link add ${LINK} index 77 netns ${namespace.name} type veth peer name left netns ${place.middle.name}`;
    execFileSync("ip", line.split(" "));
    namespace.ip(`address add ${address} dev ${LINK}${address.includes(":") ? " nodad" : ""}`);
    namespace.ip(`link set ${LINK} up`);
    place.middle.ip("link set left up master switch");
  }

  it("an interface that is made anew under its old name", async () => {
    const [left, right] = await begin();
    left.want({ to: "fe80::66:2", from: "fe80::66:1", interface: LINK });
    right.want({ to: "fe80::66:1", from: "fe80::66:2", interface: LINK });
    await Promise.all([left.until("Up (handshake)"), right.until("Up (handshake)")]);
    place.left.namespace.ip(`link delete ${LINK}`);
    await left.until("Down (silence)");
    remakeLink("fe80::66:1/64");
    await Promise.all([left.until("Up (handshake)"), right.until("Up (handshake)")]);
  });

  it("a VRF is a place of its own", async () => {
    const [left, right] = await begin();
    const { namespace } = place.left;
    // Where the kernel has no VRFs: a socket is bound to any device alike.
    const vrf = namespace.putIntoVrf(LINK) ?? LINK;
    left.want({ to: "10.66.0.2", from: "10.66.0.1", vrf });
    right.want({ to: "10.66.0.1", from: "10.66.0.2" });
    await Promise.all([left.until("Up (handshake)"), right.until("Up (handshake)")]);
  });

  it("a VRF that is made anew under its old name", async () => {
    const [left, right] = await begin();
    const { namespace } = place.left;
    const vrf = namespace.putIntoVrf(LINK);
    left.want({ to: "10.66.0.2", from: "10.66.0.1", vrf: vrf ?? LINK });
    right.want({ to: "10.66.0.1", from: "10.66.0.2" });
    await Promise.all([left.until("Up (handshake)"), right.until("Up (handshake)")]);
    namespace.ip(`link delete ${vrf ?? LINK}`);
    await left.until("Down (silence)");
    if (vrf === null) remakeLink("10.66.0.1/24");
    else namespace.putIntoVrf(LINK);
    await Promise.all([left.until("Up (handshake)"), right.until("Up (handshake)")]);
  });

  it("another interface that comes and goes: a session that is up does not notice", async () => {
    const [left, right] = await begin();
    const { namespace } = place.left;
    const path = { to: "10.66.0.2", from: "10.66.0.1", vrf: LINK };
    const other = { to: "10.67.0.2", from: "10.67.0.1", vrf: OTHER };
    left.want(path, other);
    right.want({ to: "10.66.0.1", from: "10.66.0.2" });
    await left.until("Up (handshake)");
    await right.until("Up (handshake)");
    const session = left.changes.at(-1)?.session;
    const changes = () => left.changes.filter((one) => one.session === session).length;
    const before = [changes(), right.changes.length];
    const troubles = () => left.of("trouble").map(({ message }) => message);
    for (let times = 0; times < 2; times++) {
      namespace.ip(`link add ${OTHER} type veth peer name end`);
      namespace.ip(`address add 10.67.0.1/24 dev ${OTHER}`);
      namespace.ip(`link set ${OTHER} up`);
      await waitFor(() => troubles().at(-1) === null, { what: "the other to be well" });
      namespace.ip(`link delete ${OTHER}`);
      await waitFor(() => troubles().at(-1) !== null, { what: "the other to be in trouble" });
    }
    expect([changes(), right.changes.length]).to.deep.equal(before);
  });
});
