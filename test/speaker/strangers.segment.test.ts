/**
 * Speakers' frame workers on a segment with a real stranger: the client's kernel, which has an address of ours.
 *
 * What the kernel sends is what any host sends: it answers probes from 0.0.0.0 to our MAC, and duplicate address
 * detection to all nodes.
 */
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { waitFor } from "../../lab/wait.ts";
import { parseIp, type Ip } from "../../src/base/ip.ts";
import type { PlannedAddress } from "../../src/speaker/addresses.ts";
import type { WorkerReport } from "../../src/speaker/io/protocol.ts";
import { CAN_RUN, ip, Programs, Segment, WHY_SKIPPED } from "./segment/segment.ts";

const STRANGER = "02:00:00:00:01:0c";
const address = (text: string): Ip => parseIp(text) ?? expect.fail(`no address: ${text}`);
const [X, X6] = [address("198.51.100.200"), address("2001:db8:100::c8")];
type Findings = Extract<WorkerReport, { readonly kind: "findings" }>;

describe("speakers and a stranger on a segment", function () {
  this.timeout(60_000);
  let segment: Segment;
  let programs: Programs | undefined;
  let generation: number;

  before(async function () {
    if (!CAN_RUN) {
      if (this.test !== undefined) this.test.title += ` (${WHY_SKIPPED})`;
      this.skip();
    }
    programs = new Programs();
    await programs.build();
  });

  after(() => programs?.remove());

  async function begin(
    verifyIntervalMs: number,
    more: { readonly nodes?: number; readonly reannounceIntervalMs?: number } = {},
  ): Promise<void> {
    const { nodes = 2, reannounceIntervalMs = 0 } = more;
    generation = 0;
    segment = new Segment(nodes, programs ?? expect.fail("no programs"));
    await segment.start();
    await segment.startSpeakers(segment.nodes, [], { verifyIntervalMs, reannounceIntervalMs });
  }

  afterEach(async function () {
    if (this.currentTest?.state === "failed") process.stderr.write(segment.story());
    await segment.stop();
  });

  function plan(addresses: readonly Ip[]): void {
    generation++;
    segment.replan(
      addresses.map((each): PlannedAddress => {
        return {
          address: each,
          rank: segment.nodes.map((node) => node.name),
          generation,
          interfaces: [],
          holder: null,
        };
      }),
    );
  }

  const held = (name: string): string[] => segment.node(name).held;
  const findings = (name: string): Findings[] =>
    segment.node(name).reports.filter((report) => report.kind === "findings");
  const sightings = (name: string) => findings(name).flatMap((each) => each.sightings);
  const results = (names: readonly string[]) =>
    names.flatMap((name) => findings(name).flatMap(({ verifications }) => verifications));

  const take = (which: Ip, where = segment.client) =>
    ip(
      "-n",
      where,
      "addr",
      "add",
      `${which}/${which.includes(":") ? 64 : 24}`,
      "dev",
      "eth0",
      ...(which.includes(":") ? ["nodad"] : []),
    );
  const leave = (which: Ip, where = segment.client) =>
    ip("-n", where, "addr", "del", `${which}/${which.includes(":") ? 64 : 24}`, "dev", "eth0");

  it("free addresses are held half a second after they are planned", async () => {
    await begin(0);
    const began = performance.now();
    plan([X, X6]);
    await waitFor(() => held("n1").length === 2, { what: "n1 holds", intervalMs: 5 });
    expect(performance.now() - began).to.be.above(300);
    expect(sightings("n1")).to.deep.equal([]);
  });

  it("a stranger has them: not held, and told with its MAC; held within seconds after it leaves", async () => {
    await begin(0);
    for (const each of [X, X6]) await take(each);
    plan([X, X6]);
    await waitFor(() => new Set(sightings("n1").map((each) => each.ip)).size === 2, {
      what: "both to be told of",
    });
    for (const { mac, node, use, interface: where } of sightings("n1")) {
      expect({ mac, node, use, where }).to.deep.equal({
        ...{ mac: STRANGER, node: null, use: "wanted", where: "eth0" },
      });
    }
    await sleep(2000);
    expect([held("n1"), held("n2")]).to.deep.equal([[], []]);
    for (const each of [X, X6]) await leave(each);
    const began = performance.now();
    await waitFor(() => held("n1").length === 2, { what: "n1 holds", timeoutMs: 6000 });
    process.stderr.write(`      held ${Math.round(performance.now() - began)} ms after\n`);
  });

  it("another host that begins duplicate detection for an address at the same time has it", async () => {
    await begin(0);
    const probe = `arping -D -c 1 -w 1 -I eth0 ${X} & sleep 0.05`;
    const probing = segment.exec("bash", "-c", `for i in {1..20}; do ${probe}; done; wait`);
    plan([X]);
    await waitFor(() => sightings("n1").length > 0, { what: "the other's probe" });
    expect(held("n1")).to.deep.equal([]);
    await probing.catch(() => undefined);
    await waitFor(() => held("n1").length === 1, { what: "n1 holds", timeoutMs: 6000 });
  });

  it("a stranger appears beside the holder and announces: told of, and answered once in 10 s", async () => {
    await begin(0);
    plan([X]);
    await waitFor(() => held("n1").length === 1, { what: "n1 holds" });
    await sleep(4500); // the last announcement of the gain
    const announced = () =>
      segment
        .node("n1")
        .reports.flatMap((report) =>
          report.kind === "counters" ? report.counters.announcements : [],
        )
        .reduce((sum, [, count]) => sum + count, 0);
    const before = announced();
    await take(X);
    await segment.exec("arping", "-U", "-c", "12", "-I", "eth0", X).catch(() => "");
    await sleep(1100);
    expect(announced() - before).to.equal(2);
    expect(sightings("n1").at(-1)?.mac).to.equal(STRANGER);
    expect(held("n1")).to.deep.equal([X]);
    expect(sightings("n2")).to.deep.equal([]);
  });

  it("announced again and again where that is asked for: a host that believes another is put right", async () => {
    await begin(0, { reannounceIntervalMs: 1000 });
    plan([X, X6]);
    await waitFor(() => held("n1").length === 2, { what: "n1 holds" });
    await sleep(5500); // the last announcement of the gain
    const neighbours = async () =>
      JSON.parse(await ip("-j", "-n", segment.client, "neigh", "show", "dev", "eth0")) as {
        dst: string;
        lladdr?: string;
      }[];
    const { mac } = segment.node("n1");
    for (const each of [X, X6]) {
      const wrong = ["lladdr", STRANGER, "nud", "reachable", "dev", "eth0"];
      await ip("-n", segment.client, "neigh", "replace", each, ...wrong);
    }
    const right = async () =>
      (await neighbours()).filter(
        ({ dst, lladdr }) => [X, X6].includes(dst as Ip) && lladdr === mac,
      );
    await waitFor(async () => (await right()).length === 2, { what: "both to be put right" });
  });

  it("asked on the wire: right, then silent, then a stranger in its place, then right again", async () => {
    await begin(200);
    plan([X, X6]);
    await waitFor(() => held("n1").length === 2, { what: "n1 holds" });
    const last = (which: Ip) => results(["n2"]).findLast((each) => each.ip === which)?.result;
    const until = (wanted: string) =>
      waitFor(() => [X, X6].every((each) => last(each) === wanted), {
        what: `${wanted} (is ${[X, X6].map(last).join()})`,
        timeoutMs: 15_000,
      });
    await until("ok");
    // What our worker sends for X; the node's own ARP goes on, or heartbeats would stop.
    const n1 = segment.node("n1");
    await segment.swallow(n1, ["arp", "saddr", "ip", X]);
    await segment.swallow(n1, ["icmpv6", "type", "nd-neighbor-advert", "ip6", "saddr", X6]);
    await until("silent");
    for (const each of [X, X6]) await take(each, segment.client);
    await until("stranger");
    for (const each of [X, X6]) await leave(each, segment.client);
    await segment.passAll();
    await until("ok");
    expect(held("n1")).to.deep.equal([X, X6].sort());
  });

  it("asked on the wire: a stranger that only answers is seen by the holder itself, and by the others", async () => {
    await begin(200);
    plan([X, X6]);
    await waitFor(() => held("n1").length === 2, { what: "n1 holds" });
    for (const each of [X, X6]) await take(each);
    const told = (name: string) =>
      new Set(
        results([name])
          .filter(({ result }) => result === "several")
          .map((each) => each.ip),
      ).size;
    await waitFor(() => told("n1") === 2 && told("n2") === 2, {
      what: "several, from both",
      timeoutMs: 20_000,
    });
    for (const { others } of results(["n1", "n2"]).filter(({ result }) => result === "several")) {
      expect(others).to.deep.equal([{ mac: STRANGER, node: null }]);
    }
  });

  it("asked on the wire: another node of ours that answers is named, beside the holder and in its place", async () => {
    await begin(200, { nodes: 3 });
    plan([X]);
    await waitFor(() => held("n1").length === 1, { what: "n1 holds" });
    const told = (result: string) =>
      results(["n1", "n3"]).findLast((each) => each.result === result)?.others;
    const { netns, mac } = segment.node("n2");
    await take(X, netns);
    await waitFor(() => told("several"), { what: "several", timeoutMs: 15_000 });
    expect(told("several")).to.deep.equal([{ mac, node: "n2" }]);
    // Two of ours for longer than H2 allows: the holder says so as well.
    await waitFor(() => sightings("n1").length > 0, { what: "the holder's word" });
    expect(sightings("n1").at(-1)?.node).to.equal("n2");
    await segment.swallow(segment.node("n1"), ["arp", "saddr", "ip", X]);
    await waitFor(() => told("wrong-node"), { what: "wrong-node", timeoutMs: 15_000 });
    expect(told("wrong-node")).to.deep.equal([{ mac, node: "n2" }]);
  });
});
