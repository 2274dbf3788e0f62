/**
 * Peers that mean ill, on the loopback, over IPv4 and IPv6: what they cost is bounded, and a good peer beside them does not notice.
 *
 * They are in a process of their own: the memory and the CPU that are shown are the speaker's, the good peer's and the test's.
 * IPv6 is in a namespace, for a loopback has one address of it.
 */
import { expect } from "chai";
import { execFileSync, fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { pino } from "pino";
import { BgpSpeaker } from "../../../src/bgp/io/bgp-speaker.ts";
import { DIALS_MAX } from "../../../src/bgp/dial-guard.ts";
import { PAUSE_MS_MAX } from "../../../src/bgp/pace.ts";
import type { Session } from "../../../src/bgp/session.ts";
import { encodeMessage } from "../../../src/bgp/wire/message.ts";
import { Namespace, requireNamespaces } from "../../linux/network.ts";
import { peer, route, until } from "../interop/node.ts";
import { setRoutes } from "../route-diff.ts";
import { theirOpen } from "../stage.ts";
import {
  FLOOD_COUNT,
  MILLION,
  PLACES,
  PREFIXES_PER_UPDATE,
  WIRE,
  type Deed,
  type Order,
} from "./hostile.ts";

const HELLO = Buffer.concat([
  encodeMessage(theirOpen(), WIRE),
  encodeMessage({ kind: "keepalive" }, WIRE),
]);
/** What the process may have more than before, whatever the peer does: most of it is the young heap, which the first of them fills. */
const GROWTH_MIB_MAX = 64;
/** What it may hold more than before, once it is over: of a million prefixes it is no word for each. */
const HELD_MIB_MAX = 6;
/** Of CPU, in any case: a short flood is read within it, and Node warms up. */
const START_MS = 400;
/** Beyond that, of one core, whatever the peer does and for how long. */
const CORE_SHARE_MAX = 0.35;
/** The same where nothing that is sent is worth a look: who floods us with connections. */
const DIALLED_SHARE_MAX = 0.1;
/** The same where we have work to do, as with any other peer. */
const WORKING_SHARE_MAX = 1.5;
/** Of an UPDATE with many communities, and how often a thousand of them change: 45 MB in all. */
const [LONG_BYTES, COMMUNITY_BYTES, LONG_ROUNDS] = [1000, 4, 45];
/** What the kernel takes for a peer that does not read: 4 MiB to send (tcp_wmem), and some that its own end has received. */
const KERNEL_MIB_MAX = 8;
/** A thousand of those, as they are wanted, as they were told and as they are said. */
const LONG_HELD_MIB_MAX = 16;
/** How long a peer goes on with what never ends. */
const FOR_MS = 1000;

for (const family of ["IPv4", "IPv6"] as const) {
  describe(`bgp: peers that mean ill, over ${family}`, function () {
    this.timeout(60_000);
    const { us: US, good: GOOD, bad: BAD, stranger: STRANGER } = PLACES[family];
    let bad: ChildProcess;
    let speaker: BgpSpeaker | undefined;
    let servers: Server[] = [];
    let sockets: Socket[] = [];
    /** Of the log. */
    const lines: string[] = [];

    const undo: (() => unknown)[] = [];
    before(function () {
      if (family === "IPv6") moveIntoNamespace(this);
      const program = new URL("hostile-process.ts", import.meta.url);
      bad = fork(program, { execArgv: ["--import", "tsx"] });
      undo.push(() => bad.kill());
    });
    after(() => {
      for (const each of undo.reverse()) each();
    });

    function moveIntoNamespace(context: Mocha.Context): void {
      requireNamespaces(context);
      const namespace = new Namespace();
      undo.push(() => {
        namespace.remove();
      });
      for (const address of Object.values(PLACES.IPv6)) {
        namespace.ip(`addr add ${address}/128 dev lo`);
      }
      undo.push(namespace.stay());
    }

    async function order(what: Order): Promise<number> {
      bad.send(what);
      const [answer] = (await once(bad, "message")) as [number];
      return answer;
    }

    async function listen(host: string, onConnection: (socket: Socket) => void): Promise<number> {
      const server = createServer((socket) => {
        sockets.push(socket);
        socket.on("error", () => undefined);
        onConnection(socket);
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, host, resolve));
      return (server.address() as { port: number }).port;
    }

    /** Says hello, and goes on saying that it lives. */
    function behave(socket: Socket): void {
      socket.resume();
      socket.write(HELLO);
      const timer = setInterval(
        () => socket.write(encodeMessage({ kind: "keepalive" }, WIRE)),
        500,
      );
      socket.on("close", () => {
        clearInterval(timer);
      });
    }

    /** One good peer, and one that does as it is told, or dials us. */
    async function play(deed: Deed, listenPort: number | null = null): Promise<BgpSpeaker> {
      lines.length = 0;
      const goodPort = await listen(GOOD, behave);
      const badPort = await order({ kind: "wait", deed, family });
      const started = new BgpSpeaker({
        ...{ log: pino({ level: "warn" }, { write: (line) => lines.push(line) }), listenPort },
        onChange: () => undefined,
        onListening: () => undefined,
        onGone: () => undefined,
      });
      speaker = started;
      const common = { sourceAddress: US, holdTimeSeconds: 3, connectRetryMs: 1000 };
      started.setPeers([
        peer(GOOD, { ...common, key: "good", port: goodPort }),
        peer(BAD, { ...common, key: "bad", port: badPort, passive: listenPort !== null }),
      ]);
      setRoutes(started, "good", [route("203.0.113.7/32")]);
      await until(
        () => started.sessions.get("good")?.rib.toldCount,
        (count) => count === 1,
      );
      return started;
    }

    afterEach(async () => {
      await speaker?.stop("shutdown", "");
      speaker = undefined;
      await order({ kind: "end" });
      for (const socket of sockets) socket.destroy();
      for (const server of servers) server.close();
      [servers, sockets] = [[], []];
    });

    /** The good session is the one that there was. */
    function expectGoodUnharmed(): void {
      const good = speaker?.sessions.get("good");
      expect(good?.state).to.equal("established");
      expect(good?.lastEnd).to.equal(null);
      expect(good?.counters.sentByKind.open).to.equal(1);
    }

    /** What it costs is bounded, and shown beside the test's name; and nobody else is harmed. */
    async function costing(
      test: Mocha.Context,
      during: () => Promise<unknown>,
      { startMs = START_MS, shareMax = CORE_SHARE_MAX } = {},
    ): Promise<void> {
      const before = process.memoryUsage().rss;
      const [cpu, sinceMs] = [process.cpuUsage(), performance.now()];
      let most = before;
      const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 10);
      await during();
      clearInterval(timer);
      const { user, system } = process.cpuUsage(cpu);
      const [cpuMs, tookMs] = [(user + system) / 1000, performance.now() - sinceMs];
      const grown = Math.round((most - before) / 2 ** 20);
      const share = Math.round((100 * cpuMs) / tookMs);
      if (test.test !== undefined) {
        const spent = `${Math.round(cpuMs)} ms of CPU in ${Math.round(tookMs)} ms, ${share}% of a core`;
        test.test.title += ` (${grown} MiB; ${spent})`;
      }
      expectGoodUnharmed();
      expect(grown, "MiB").to.be.below(GROWTH_MIB_MAX);
      expect(cpuMs, "ms of CPU").to.be.below(startMs + shareMax * tookMs);
    }

    const untilBad = (of: BgpSpeaker, holds: (session: Session) => boolean) =>
      until(
        () => of.sessions.get("bad"),
        (session) => session !== undefined && holds(session),
        30_000,
      );

    const FLOODS = [
      ["refreshes", "route-refresh", 0],
      ["wrong attributes", "update", 1],
    ] as const;
    for (const [deed, kind, lineCount] of FLOODS) {
      it(`a flood of ${deed}: the log stays short`, async function () {
        await costing(this, async () => {
          const started = await play(deed);
          await untilBad(started, ({ counters }) => counters.receivedByKind[kind] >= FLOOD_COUNT);
        });
        const told = lines.filter((line) => line.includes("wrong attributes"));
        expect(told).to.have.length(lineCount);
      });
    }

    it("garbage instead of messages: one NOTIFICATION, and a pause", async function () {
      await costing(this, async () => {
        const started = await play("garbage");
        const ended = await untilBad(started, ({ lastEnd }) => lastEnd !== null);
        expect(ended?.lastEnd?.reason).to.equal(
          "the peer's message is wrong: bgp-not-synchronized",
        );
      });
    });

    it("half a message, and nothing more: the hold time ends it", async function () {
      await costing(this, async () => {
        const started = await play("half a message");
        const ended = await untilBad(
          started,
          ({ lastEnd }) => lastEnd?.reason.includes("hold time") === true,
        );
        expect(ended?.counters.receivedByKind.update).to.equal(0);
      });
    });

    it("a million prefixes, and none of them again: walked, counted, forgotten", async function () {
      const heldBefore = await heldMib();
      await costing(this, async () => {
        const started = await play("a million prefixes, and none again");
        const updates = (2 * MILLION) / PREFIXES_PER_UPDATE;
        await untilBad(started, ({ counters }) => counters.receivedByKind.update >= updates);
      });
      const bad = speaker?.sessions.get("bad");
      expect(bad?.state).to.equal("established");
      expect(bad?.counters.prefixesReceived).to.equal(MILLION);
      expect(bad?.counters.faults.size).to.equal(0);
      const held = (await heldMib()) - heldBefore;
      if (this.test !== undefined) this.test.title += ` (${held.toFixed(1)} MiB held in the end)`;
      expect(held, "MiB").to.be.below(HELD_MIB_MAX);
    });

    /** On the heap and beside it, without what nobody holds. */
    async function heldMib(): Promise<number> {
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc") as () => void;
      // What was beside the heap goes after what was on it.
      for (let times = 0; times < 2; times++) {
        collect();
        await new Promise((resolve) => setImmediate(resolve));
      }
      const { heapUsed, external } = process.memoryUsage();
      return (heapUsed + external) / 2 ** 20;
    }

    for (const deed of ["reads nothing", "tiny windows"] as const) {
      it(`a peer, ${deed}: 20,000 changes cost no more than with who takes them`, async function () {
        const started = await play(deed);
        await untilBad(started, ({ state }) => state === "established");
        const ofGoodMs = await cpuOf(() => changeAll(started, "good"));
        const heldBefore = await heldMib();
        let ofBadMs = 0;
        const during = async () => (ofBadMs = await cpuOf(() => changeAll(started, "bad")));
        await costing(this, during, { shareMax: WORKING_SHARE_MAX });
        expect(ofBadMs, "ms of CPU").to.be.below(2 * ofGoodMs + 100);
        expect((await heldMib()) - heldBefore, "MiB").to.be.below(2 * HELD_MIB_MAX);
        expect(started.sessions.get("bad")?.rib.wantedCountIn(["IPv4"])).to.equal(100);
      });
    }

    for (const deed of ["reads nothing", "tiny windows"] as const) {
      it(`a peer, ${deed}: what waits for it is the table, however often that changes`, async function () {
        const started = await play(deed);
        await untilBad(started, ({ state }) => state === "established");
        const heldBefore = await heldMib();
        await changeLongOnes(started);
        const held = (await heldMib()) - heldBefore;
        const updates = started.sessions.get("bad")?.counters.sentByKind.update ?? Infinity;
        if (this.test !== undefined) {
          this.test.title += ` (${held.toFixed(1)} MiB held in the end, ${updates} UPDATEs sent)`;
        }
        expect(updates * LONG_BYTES).to.be.below(KERNEL_MIB_MAX * 2 ** 20);
        expect(held, "MiB").to.be.below(LONG_HELD_MIB_MAX);
        expectGoodUnharmed();
      });
    }

    /** A table of a megabyte, all of which is another each time. */
    async function changeLongOnes(of: BgpSpeaker): Promise<void> {
      const many = Array.from(
        { length: LONG_BYTES / COMMUNITY_BYTES },
        (_, i) => [64999, i] as const,
      );
      for (let round = 0; round < LONG_ROUNDS; round++) {
        const announce = Array.from({ length: 1000 }, (_, i) =>
          route(`10.0.${i >> 8}.${i & 255}/32`, { communities: [[round, i], ...many] }),
        );
        of.changeRoutes("bad", { announce, withdraw: [] });
        // Changes that come sooner go together, whoever the peer is.
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS_MAX));
      }
    }

    async function changeAll(of: BgpSpeaker, to: string): Promise<void> {
      for (let round = 0; round < 200; round++) {
        const routes = Array.from({ length: 100 }, (_, i) =>
          route(`203.0.113.${i}/32`, { communities: [[round, i]] }),
        );
        setRoutes(of, to, routes);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }

    async function cpuOf(during: () => Promise<void>): Promise<number> {
      const before = process.cpuUsage();
      await during();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    }

    const ENDLESS = [
      ["messages", "keepalives without end", "keepalive", 2000],
      // As long ones as there are: what is owed for whole messages is little then.
      ["octets, one at a time,", "updates octet by octet without end", "update", 1],
    ] as const;
    for (const [what, deed, kind, countMin] of ENDLESS) {
      it(`${what} without end: read so fast, and no faster`, async function () {
        const sinceMs = performance.now();
        await costing(
          this,
          async () => {
            const started = await play(deed);
            await untilBad(started, ({ state }) => state === "established");
            await pass();
          },
          { startMs: 100 },
        );
        const { receivedByKind } = speaker?.sessions.get("bad")?.counters ?? {};
        expect(receivedByKind?.[kind]).to.be.within(countMin, 15 * (performance.now() - sinceMs));
      });
    }

    const DIALLERS = [
      ["a peer that", BAD, 1],
      ["a stranger who", STRANGER, 0],
    ] as const;
    const dialled = { startMs: 100, shareMax: DIALLED_SHARE_MAX };
    for (const [who, from, heldMax] of DIALLERS) {
      it(`${who} connects and resets in a loop: few are looked at, and the rest costs nothing`, async function () {
        const port = await freePort();
        await play("nothing", port);
        const reset = { kind: "connect-and-reset", to: US, port, from, forMs: FOR_MS } as const;
        // Once the queue of the kernel is full of them.
        const queued = await order({ ...reset, forMs: 100 });
        expect(queued).to.be.within(DIALS_MAX, 1000);
        await costing(this, async () => expect(await order(reset)).to.equal(0), dialled);
        const opens = speaker?.sessions.get("bad")?.counters.sentByKind.open;
        expect(opens).to.be.at.most(3 * heldMax); // None where each was gone before it was looked at.
        // The other one's dial is heard all the same, and a stranger's is no more than that.
        const other = DIALLERS.find(([, address]) => address !== from) ?? DIALLERS[0];
        const one = { kind: "hold", to: US, port, from: other[1], count: 1, forMs: 300 } as const;
        expect(await order(one)).to.equal(other[2]);
      });

      it(`${who} holds 500 connections without a word: ${heldMax} is kept`, async function () {
        const port = await freePort();
        await play("nothing", port);
        const hold = { kind: "hold", to: US, port, from, count: 500, forMs: FOR_MS } as const;
        await costing(this, () => order(hold), dialled);
        // Of whom the kernel stopped hearing halfway some believe that they are connected.
        expect(heldFrom(from, port)).to.equal(heldMax);
      });
    }

    it("whoever is no peer is not spoken to", async () => {
      const port = await freePort();
      await play("nothing", port);
      const heard = await new Promise<number>((resolve) => {
        let bytes = 0;
        const socket = connect({ host: US, port, localAddress: STRANGER });
        socket.on("data", (chunk) => (bytes += chunk.length));
        socket.on("error", () => undefined);
        socket.on("close", () => {
          resolve(bytes);
        });
      });
      expect(heard).to.equal(0);
      expectGoodUnharmed();
    });

    /** @returns how many connections from there the kernel has at our port */
    function heldFrom(from: string, port: number): number {
      const inBrackets = (address: string) => (address.includes(":") ? `[${address}]` : address);
      const ends = ["src", `${inBrackets(US)}:${port}`, "dst", inBrackets(from)];
      const shown = execFileSync("ss", ["-Htn", "state", "established", ...ends], {
        encoding: "utf8",
      });
      return shown.split("\n").filter((line) => line !== "").length;
    }

    /** Time in which the peer goes on: what is measured is a share of it. */
    function pass(): Promise<void> {
      return new Promise((resolve) => setTimeout(resolve, FOR_MS));
    }

    async function freePort(): Promise<number> {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, US, resolve));
      const { port } = server.address() as { port: number };
      await new Promise((resolve) => server.close(resolve));
      return port;
    }
  });
}
