import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { watchLinks, type Link, type LinkMonitor } from "../../../src/linux/io/link-monitor.ts";
import { Namespace, requireNamespaces, until, wire } from "../network.ts";

/** Makes more news than a socket has room for, while this thread waits and nobody listens. */
function flood(namespace: Namespace): void {
  const lines = Array.from(
    { length: 4000 },
    (_, i) => `addr add 10.9.${i >> 8}.${i & 255}/32 dev lo\n`,
  );
  execFileSync("ip", ["-n", namespace.name, "-batch", "-"], { input: lines.join("") });
}

describe("link monitor", function () {
  let [ours, theirs]: (Namespace | undefined)[] = [];
  let monitor: LinkMonitor | undefined;
  let told: (readonly Link[])[] = [];
  let faults: string[] = [];

  const ends = (): { readonly ours: Namespace; readonly theirs: Namespace } => {
    if (ours === undefined || theirs === undefined) throw new Error("before did not run");
    return { ours, theirs };
  };
  const start = (reconcileIntervalMs = 10_000): void => {
    monitor = ends().ours.enter(() =>
      watchLinks({
        onLinks: (links) => told.push(links),
        onFault: (name) => faults.push(name),
        reconcileIntervalMs,
      }),
    );
  };
  /** Waits until the newest picture shows the link so; null where it must be gone. */
  const shows = async (name: string, holds: (link: Link | null) => boolean): Promise<Link | null> =>
    until(
      () =>
        told.length > 0 ? (told.at(-1)?.find((link) => link.name === name) ?? null) : undefined,
      (link) => link !== undefined && holds(link),
    ) as Promise<Link | null>;

  before(function () {
    requireNamespaces(this);
  });
  beforeEach(() => {
    [ours, theirs] = [new Namespace(), new Namespace()];
    [told, faults] = [[], []];
  });
  afterEach(() => {
    monitor?.close();
    ours?.remove();
    theirs?.remove();
  });

  it("tells of everything at the start, once", async () => {
    const { ours, theirs } = ends();
    wire(ours, "va", theirs, "vb");
    ours.ip("addr add 192.0.2.1/24 dev va");
    ours.ip("addr add 2001:db8::1/64 dev va nodad");
    await until(
      () => ours.ip("-6 addr show dev va"),
      (text) => text.includes("fe80") && !text.includes("tentative"),
    );
    start();
    expect(told).to.deep.equal([]);
    const va = await shows("va", (link) => link !== null);
    expect(told).to.have.length(1);
    const linkLocal = va?.linkLocalIpv6 ?? null;
    expect(linkLocal).to.match(/^fe80::/);
    expect(va).to.deep.equal({
      index: ours.indexOf("va"),
      name: "va",
      mac: ours.macOf("va"),
      ethernet: true,
      loopback: false,
      up: true,
      carrier: true,
      broadcast: true,
      noArp: false,
      masterIndex: null,
      kind: "veth",
      mtu: 1500,
      addresses: [
        { ip: "192.0.2.1", prefixLength: 24 },
        { ip: "2001:db8::1", prefixLength: 64 },
        { ip: linkLocal, prefixLength: 64 },
      ],
      linkLocalIpv6: linkLocal,
    });
    expect(told[0]?.map(({ name, loopback }) => [name, loopback])).to.deep.equal([
      ["lo", true],
      ["va", false],
    ]);
  });

  it("tells of every change", async () => {
    const { ours, theirs } = ends();
    start();
    await shows("lo", (link) => link !== null);
    wire(ours, "va", theirs, "vb");
    await shows("va", (link) => link?.up === true && link.carrier);
    theirs.ip("link set vb down");
    await shows("va", (link) => link?.up === true && !link.carrier);
    theirs.ip("link set vb up");
    await shows("va", (link) => link?.carrier === true);
    ours.ip("link set va down");
    await shows("va", (link) => link?.up === false && !link.carrier);
    ours.ip("link set va address 02:00:00:00:00:09 mtu 1400 arp off up");
    await shows("va", (link) => link?.mac === "02:00:00:00:00:09" && link.mtu === 1400);
    expect((await shows("va", (link) => link !== null))?.noArp).to.equal(true);
    ours.ip("addr add 192.0.2.1/24 dev va");
    await shows("va", (link) => link?.addresses.some(({ ip }) => ip === "192.0.2.1") === true);
    ours.ip("addr del 192.0.2.1/24 dev va");
    await shows("va", (link) => link?.addresses.some(({ ip }) => ip === "192.0.2.1") === false);
    ours.ip("link add br0 type bridge");
    ours.ip("link set va master br0");
    await shows("va", (link) => link?.masterIndex === ours.indexOf("br0"));
    ours.ip("link set va nomaster");
    await shows("va", (link) => link?.masterIndex === null);
    ours.ip("link set va down");
    ours.ip("link set va name renamed");
    await shows("va", (link) => link === null);
    ours.ip("link del renamed");
    await shows("renamed", (link) => link === null);
    expect(faults).to.deep.equal([]);
  });

  it("after an overrun the picture is whole again", async () => {
    const { ours } = ends();
    start();
    await shows("lo", (link) => link !== null);
    flood(ours);
    await shows("lo", (link) => (link?.addresses.length ?? 0) >= 4001);
    expect(new Set(faults)).to.deep.equal(new Set(["netlink-enobufs"]));
  });

  it("closed while it tells of an overrun, it does nothing more", async () => {
    const { ours } = ends();
    const seen: string[] = [];
    let ready = false;
    const closing = ours.enter(() =>
      watchLinks({
        onLinks: () => {
          ready = true;
        },
        onFault: (name) => {
          seen.push(name);
          closing.close();
        },
      }),
    );
    await until(
      () => ready,
      (told) => told,
    );
    flood(ours);
    await until(
      () => seen,
      ({ length }) => length > 0,
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).to.deep.equal(["netlink-enobufs"]);
  });

  it("asks anew every so often, and tells nothing when nothing differs", async () => {
    start(20);
    await shows("lo", (link) => link !== null);
    await new Promise((resolve) => setTimeout(resolve, 100)); // some rounds, in which nothing may come
    expect(told).to.have.length(1);
    expect(faults).to.deep.equal([]);
  });

  it("tells nothing after it was closed, even from within", async () => {
    const { ours } = ends();
    let count = 0;
    const closing = ours.enter(() =>
      watchLinks({
        onLinks: () => {
          count++;
          closing.close();
          closing.close();
        },
        onFault: (name) => faults.push(name),
      }),
    );
    await until(
      () => count,
      (calls) => calls > 0,
    );
    ours.ip("link set lo down");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(count).to.equal(1);
  });
});
