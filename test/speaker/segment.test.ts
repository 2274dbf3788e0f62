/**
 * Speakers' frame workers on a segment of namespaces, seen by a client: what the H-rules promise on the wire.
 *
 * Times are measured at the client, which asks every 5 ms. Limits leave room for a busy machine.
 */
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { waitFor } from "../../lab/wait.ts";
import { parseIp, type Ip } from "../../src/base/ip.ts";
import type { Mac } from "../../src/base/mac.ts";
import type { PlannedAddress } from "../../src/speaker/addresses.ts";
import { solicitedNodeGroup } from "../../src/speaker/wire/ndp.ts";
import { Prober } from "./segment/prober.ts";
import { CAN_RUN, ip, Programs, Segment, WHY_SKIPPED } from "./segment/segment.ts";

const address = (text: string): Ip => parseIp(text) ?? expect.fail(`no address: ${text}`);
const V4 = [200, 201, 202].map((last) => address(`198.51.100.${last}`));
const V6 = [0xa0, 0xa1, 0xa2].map((last) => address(`2001:db8:100::${last.toString(16)}`));
const ALL = [...V4, ...V6];
const NAMES = ["n1", "n2", "n3"];

/** Address i is first for node i, then for the next ones. */
function plan(
  generation: number,
  change: Partial<Record<string, string[]>> = {},
): PlannedAddress[] {
  return ALL.map((each, i) => ({
    address: each,
    rank: change[each] ?? [0, 1, 2].map((n) => NAMES[(i + n) % 3] ?? ""),
    generation,
    interfaces: [],
    holder: null,
  }));
}

describe("speakers on a segment", function () {
  this.timeout(60_000);
  let segment: Segment;
  let prober: Prober;

  let programs: Programs | undefined;

  before(async function () {
    if (!CAN_RUN) {
      if (this.test !== undefined) this.test.title += ` (${WHY_SKIPPED})`;
      this.skip();
    }
    programs = new Programs();
    await programs.build();
  });

  after(() => programs?.remove());

  beforeEach(async () => {
    segment = new Segment(3, programs ?? expect.fail("no programs"));
    await segment.start();
    // As in a cluster: speakers first, Services later. Nobody is fenced against the plan then.
    await segment.startSpeakers(segment.nodes, []);
    segment.replan(plan(1));
    await waitFor(() => segment.nodes.every((node) => node.held.length === 2), {
      what: "each to hold what it is first for",
    });
    const [link] = JSON.parse(await ip("-j", "-n", segment.client, "link", "show", "eth0")) as {
      ifindex: number;
    }[];
    prober = new Prober({
      netns: segment.client,
      linkIndex: link?.ifindex ?? 0,
      mac: "02:00:00:00:01:0c" as Mac,
      ipv4: address("198.51.100.100"),
      ipv6: address("2001:db8:100::100"),
      targets: ALL,
      intervalMs: 5,
    });
    await settled();
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") process.stderr.write(segment.story());
    await segment.stop();
    prober.close();
  });

  /** Every address is answered by one node and by no other for a while. */
  async function settled(targets: readonly Ip[] = ALL): Promise<void> {
    await waitFor(
      async () => {
        const since = performance.now();
        await sleep(100);
        return targets.every((target) => prober.macsOf(target, since).length === 1);
      },
      { what: "one answer for every address" },
    );
  }

  const holderOf = (target: Ip, sinceMs: number): string => {
    const macs = prober.macsOf(target, sinceMs);
    return (
      segment.nodes.find((node) => macs.length === 1 && node.mac === macs[0])?.name ?? macs.join()
    );
  };

  async function holders(): Promise<Record<string, string>> {
    const since = performance.now();
    await sleep(200);
    return Object.fromEntries(ALL.map((target) => [target, holderOf(target, since)]));
  }

  const AS_PLANNED = Object.fromEntries(ALL.map((each, i) => [each, NAMES[i % 3] ?? ""]));

  it("one node answers for each address, as ranked, for a second and always the same", async () => {
    const since = performance.now();
    await sleep(1000);
    expect(Object.fromEntries(ALL.map((each) => [each, holderOf(each, since)]))).to.deep.equal(
      AS_PLANNED,
    );
    for (const each of ALL) expect(prober.longestSilenceMs(each, since, since + 1000)).below(150);
  });

  it("the kernel's resolver finds them, and its unicast probes are answered", async () => {
    for (const target of [...V4.slice(0, 1), ...V6.slice(0, 1)]) {
      await segment.exec("bash", "-c", `echo > /dev/udp/${target}/9`);
      const neighbor = async () => {
        const shown = await segment.exec("ip", "-j", "neigh", "show", target);
        return (JSON.parse(shown) as { lladdr?: string; state: string[] }[])[0];
      };
      const known = await waitFor(
        async () => ((await neighbor())?.lladdr === undefined ? null : neighbor()),
        { what: "the neighbour entry" },
      );
      expect(known.lladdr).to.equal(segment.nodes[0]?.mac);
      // To be sure that the answer is to a probe: the interface hears no multicast any more from here on.
      const lladdr = known.lladdr ?? "";
      await segment.exec(
        ...["ip", "neigh", "replace", target, "lladdr", lladdr, "dev", "eth0", "nud", "probe"],
      );
      await waitFor(async () => (await neighbor())?.state.includes("REACHABLE"), {
        what: `${target} to be REACHABLE again`,
        timeoutMs: 5000,
      });
    }
  });

  it("ndisc6 and arping accept the answers; a probe for a free address learns that it is taken", async () => {
    const [v4 = address("::"), v6 = address("::")] = [V4[1], V6[1]];
    const mac = segment.nodes[1]?.mac ?? "";
    expect(await segment.exec("ndisc6", "-1", v6, "eth0")).to.contain(mac.toUpperCase());
    expect(await segment.exec("arping", "-c1", "-w2", "-I", "eth0", v4)).to.contain(
      `[${mac.toUpperCase()}]`,
    );
    const probe = await segment
      .exec("arping", "-D", "-c1", "-w2", "-I", "eth0", v4)
      .catch((error: unknown) => (error as { stdout: string }).stdout);
    expect(probe).to.contain(`[${mac.toUpperCase()}]`);
  });

  it("duplicate address detection of a stranger fails", async () => {
    await segment.exec("sysctl", "-q", "net.ipv6.conf.eth0.dad_transmits=1");
    await segment.exec("ip", "addr", "add", `${V6[2] ?? ""}/64`, "dev", "eth0");
    await waitFor(
      async () => (await segment.exec("ip", "addr", "show", "eth0")).includes("dadfailed"),
      {
        what: "dadfailed",
        timeoutMs: 5000,
      },
    );
  });

  it("the holder is in the solicited-node group, the others are not", async () => {
    for (const [i, target] of V6.entries()) {
      const groups = await Promise.all(
        segment.nodes.map(async (node) =>
          (await node.exec("ip", "maddr", "show", "dev", "eth0")).includes(
            solicitedNodeGroup(target),
          ),
        ),
      );
      expect(groups).to.deep.equal([0, 1, 2].map((n) => n === i % 3));
    }
  });

  it("killed: the next in rank answers in under 500 ms, the others' addresses lose nothing", async () => {
    const at = performance.now();
    await segment.node("n1").kill();
    await sleep(1500);
    for (const [i, target] of ALL.entries()) {
      const silence = prober.longestSilenceMs(target, at - 20, at + 1500);
      expect(silence).below(i % 3 === 0 ? 500 : 200);
    }
    const after = await holders();
    expect(after).to.deep.equal({ ...AS_PLANNED, [ALL[0] ?? ""]: "n2", [ALL[3] ?? ""]: "n2" });
    const gained = segment
      .node("n2")
      .changes.filter(({ gained: g }) => g)
      .slice(-2);
    expect(gained.map(({ from, to, reason }) => ({ from, to, reason }))).to.deep.equal([
      { from: "n1", to: "n2", reason: "node-lost" },
      { from: "n1", to: "n2", reason: "node-lost" },
    ]);
  });

  it("it returns and takes nothing back, until a newer plan gives it something", async () => {
    await segment.node("n1").kill();
    await waitFor(() => segment.node("n2").held.length === 4, { what: "n2 takes over" });
    const before = await holders();
    const back = segment.node("n1");
    const at = performance.now();
    back.start(segment.programs);
    await segment.brief(back, plan(1));
    await sleep(1000);
    expect(await holders()).to.deep.equal(before);
    for (const each of ALL) expect(prober.longestSilenceMs(each, at, performance.now())).below(150);
    segment.replan(plan(2));
    await waitFor(() => back.held.length === 2, { what: "n1 holds again" });
    await settled();
    expect(await holders()).to.deep.equal(AS_PLANNED);
  });

  it("asked to leave: handed over without a gap", async () => {
    const at = performance.now();
    segment.node("n1").tell({ kind: "leave" });
    await waitFor(() => segment.node("n1").has("left"), { what: "n1 leaves" });
    await sleep(500);
    for (const each of ALL) expect(prober.longestSilenceMs(each, at, performance.now())).below(200);
    expect(segment.node("n2").changes.at(-1)?.reason).to.equal("speaker-stopped");
  });

  it("a planned move is made before it is broken", async () => {
    const [target = address("::")] = V4;
    const at = performance.now();
    segment.replan(plan(2, { [target]: ["n3", "n1", "n2"] }));
    await waitFor(() => segment.node("n3").held.includes(target), { what: "n3 holds" });
    await waitFor(() => !segment.node("n1").held.includes(target), { what: "n1 lets go" });
    await settled();
    expect(prober.longestSilenceMs(target, at, performance.now())).below(200);
    const gainedAt = segment.node("n3").changes.find(({ address: a }) => a === target)?.atMs ?? 0;
    const lostAt = segment.node("n1").changes.findLast(({ address: a }) => a === target)?.atMs ?? 0;
    expect(lostAt - gainedAt).within(50, 400);
  });

  it("a speaker that has not heard of the new plan keeps answering, and nobody else begins", async () => {
    const [target = address("::")] = V4;
    // n3 should take over and is not told.
    const told = [segment.node("n1"), segment.node("n2")];
    segment.replan(plan(2, { [target]: ["n3", "n1", "n2"] }), told);
    await sleep(1500);
    expect((await holders())[target]).to.equal("n1");
  });

  it("its link flaps for a moment: it answers again, and nobody took over", async () => {
    const node = segment.node("n1");
    await node.exec("bash", "-c", "ip link set eth0 down; ip link set eth0 up");
    await settled();
    expect(await holders()).to.deep.equal(AS_PLANNED);
  });

  it("its link is down for a second: the others answer, and it takes nothing back", async () => {
    const node = segment.node("n1");
    await node.exec("ip", "link", "set", "eth0", "down");
    await waitFor(() => segment.node("n2").held.length === 4, { what: "n2 takes over" });
    await sleep(500);
    await node.exec("ip", "link", "set", "eth0", "up");
    await sleep(2000);
    await settled();
    const after = await holders();
    expect(after).to.deep.equal({ ...AS_PLANNED, [ALL[0] ?? ""]: "n2", [ALL[3] ?? ""]: "n2" });
  });

  it("cut off at the switch and mended: one side gives way at once, and it is the one that was alone", async () => {
    const node = segment.node("n1");
    await segment.cut(node);
    await waitFor(() => node.held.length === 6 && segment.node("n2").held.length === 4, {
      what: "each side holds everything",
    });
    // So long that the kernels have given up each other's MACs.
    await sleep(4000);
    const at = performance.now();
    await segment.mend(node);
    await settled();
    const last = prober.answers.findLast(({ mac }) => mac === node.mac);
    expect((last?.atMs ?? 0) - at).below(500);
    const after = await holders();
    expect(after).to.deep.equal({ ...AS_PLANNED, [ALL[0] ?? ""]: "n2", [ALL[3] ?? ""]: "n2" });
    expect(node.held).to.deep.equal([]);
  });

  it("stopped and continued (SIGSTOP): it accuses nobody and takes nothing back", async () => {
    const node = segment.node("n1");
    process.kill(node.pid, "SIGSTOP");
    await waitFor(() => segment.node("n2").held.length === 4, { what: "n2 takes over" });
    await sleep(500);
    const changes = segment.nodes.map((each) => each.changes.length);
    process.kill(node.pid, "SIGCONT");
    await sleep(1000);
    await settled();
    const after = await holders();
    expect(after).to.deep.equal({ ...AS_PLANNED, [ALL[0] ?? ""]: "n2", [ALL[3] ?? ""]: "n2" });
    expect(node.held).to.deep.equal([]);
    expect(segment.node("n3").changes.length).to.equal(changes[2]);
  });
});
