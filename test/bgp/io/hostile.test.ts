/**
 * Peers that mean ill, on the loopback: what they cost is bounded, and a good peer beside them does not notice.
 */
import { expect } from "chai";
import { connect, createServer, type Server, type Socket } from "node:net";
import { pino } from "pino";
import type { Ip } from "../../../src/base/ip.ts";
import { BgpSpeaker } from "../../../src/bgp/io/bgp-speaker.ts";
import { prefixToBytes, type Prefix } from "../../../src/bgp/prefix.ts";
import { encodeMessage } from "../../../src/bgp/wire/message.ts";
import { joinNlri, NO_NLRI } from "../../../src/bgp/wire/nlri.ts";
import { peer, route, until } from "../interop/node.ts";
import { setRoutes } from "../route-diff.ts";
import { theirOpen } from "../stage.ts";

const WIRE = { asnBytes: 4, isExternal: true } as const;
const [GOOD, BAD, US] = ["127.0.0.2", "127.0.0.3", "127.0.0.1"] as const;
const HELLO = Buffer.concat([
  encodeMessage(theirOpen(), WIRE),
  encodeMessage({ kind: "keepalive" }, WIRE),
]);

describe("bgp: peers that mean ill", function () {
  this.timeout(60_000);
  let speaker: BgpSpeaker;
  let servers: Server[] = [];
  let sockets: Socket[] = [];
  /** Of the log. */
  const lines: string[] = [];

  async function listen(host: string, port: number, onConnection: (socket: Socket) => void) {
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => undefined);
      onConnection(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    return (server.address() as { port: number }).port;
  }

  /** Says hello, and goes on saying that it lives. */
  function behave(socket: Socket): void {
    socket.resume();
    socket.write(HELLO);
    const timer = setInterval(() => socket.write(encodeMessage({ kind: "keepalive" }, WIRE)), 500);
    socket.on("close", () => {
      clearInterval(timer);
    });
  }

  /** One good peer, and one that does as the test says. @returns the port at which we listen, where we do */
  async function play(misbehave: (socket: Socket) => void, listenPort: number | null = null) {
    lines.length = 0;
    const goodPort = await listen(GOOD, 0, behave);
    const badPort = await listen(BAD, 0, misbehave);
    speaker = new BgpSpeaker({
      ...{ log: pino({ level: "warn" }, { write: (line) => lines.push(line) }), listenPort },
      onChange: () => undefined,
      onListening: () => undefined,
    });
    const common = { sourceAddress: US as Ip, holdTimeSeconds: 3, connectRetryMs: 1000 };
    speaker.setPeers([
      peer(GOOD, { ...common, key: "good", port: goodPort }),
      peer(BAD, { ...common, key: "bad", port: badPort, passive: listenPort !== null }),
    ]);
    setRoutes(speaker, "good", [route("203.0.113.7/32")]);
    await until(
      () => speaker.sessions.get("good")?.rib.toldCount,
      (count) => count === 1,
    );
  }

  afterEach(async () => {
    await speaker.stop("shutdown", "");
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
    [servers, sockets] = [[], []];
  });

  const FLOODS = [
    ["ROUTE-REFRESH", "0017050001" + "0001", null],
    // An ORIGIN of 9, which there is not: RFC 7606 section 7.1.
    ["UPDATE with a wrong attribute", "001f02" + "0000" + "0004" + "40010109" + "18cb0071", 1],
  ] as const;
  for (const [name, rest, lineCount] of FLOODS) {
    it(`a flood of ${name}: the log stays short`, async () => {
      const message = Buffer.from("ff".repeat(16) + rest, "hex");
      await play((socket) => {
        behave(socket);
        socket.write(Buffer.concat(Array.from({ length: 10_000 }, () => message)));
      });
      await until(
        () => Object.values(speaker.sessions.get("bad")?.counters.receivedByKind ?? {}),
        (counts) => counts.some((count) => count >= 10_000),
      );
      const told = lines.filter((line) => line.includes("wrong attributes"));
      expect(told).to.have.length(lineCount ?? 0);
      expectGoodUnharmed();
    });
  }

  /** The good session is the one that there was. */
  function expectGoodUnharmed(): void {
    const good = speaker.sessions.get("good");
    expect(good?.state).to.equal("established");
    expect(good?.lastEnd).to.equal(null);
    expect(good?.counters.sentByKind.open).to.equal(1);
  }

  /** While something goes on. @returns how much more the process has than before, at most */
  async function growthMiB(during: () => Promise<unknown>): Promise<number> {
    const before = process.memoryUsage().rss;
    let most = before;
    const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 10);
    await during();
    clearInterval(timer);
    return Math.round((most - before) / 2 ** 20);
  }

  it("garbage instead of messages: one NOTIFICATION, and a pause", async () => {
    await play((socket) => {
      socket.resume();
      socket.write(Buffer.alloc(100_000, 0x42));
    });
    const bad = await until(
      () => speaker.sessions.get("bad"),
      (session) => session?.lastEnd != null,
    );
    expect(bad?.lastEnd?.reason).to.equal("the peer's message is wrong: bgp-not-synchronized");
    expectGoodUnharmed();
  });

  it("half a message, and nothing more: the hold time ends it", async () => {
    await play((socket) => {
      socket.resume();
      socket.write(HELLO);
      socket.write(Buffer.concat([Buffer.alloc(16, 0xff), Uint8Array.of(0x10, 0, 2)]));
    });
    const bad = await until(
      () => speaker.sessions.get("bad"),
      (session) => session?.lastEnd?.reason.includes("hold time") === true,
    );
    expect(bad?.counters.receivedByKind.update).to.equal(0);
    expectGoodUnharmed();
  });

  it("a million prefixes: walked, counted, forgotten", async function () {
    const perUpdate = 800;
    const update = encodeMessage(
      {
        kind: "update",
        withdrawn: NO_NLRI,
        attributes: [
          { kind: "origin", origin: "igp" },
          { kind: "as-path", segments: [{ kind: "sequence", asns: [64513] }] },
          { kind: "next-hop", nextHop: BAD as Ip },
        ],
        announced: joinNlri(
          Array.from({ length: perUpdate }, (_, i) =>
            prefixToBytes(`10.${i >> 8}.${i & 255}.0/32` as Prefix),
          ),
        ),
      },
      WIRE,
    );
    const count = 1_000_000 / perUpdate;
    const grown = await growthMiB(async () => {
      await play((socket) => {
        behave(socket);
        for (let i = 0; i < count; i++) socket.write(update);
      });
      await until(
        () => speaker.sessions.get("bad")?.counters.receivedByKind.update,
        (received) => received === count,
      );
    });
    if (this.test !== undefined)
      this.test.title += ` (${grown} MiB, the flood's own buffers with it)`;
    expect(speaker.sessions.get("bad")?.state).to.equal("established");
    expectGoodUnharmed();
    expect(grown).to.be.below(100);
  });

  it("a peer that reads nothing: 20,000 changes cost no more than the table", async function () {
    await play((socket) => {
      socket.pause();
      socket.write(HELLO);
      const alive = setInterval(
        () => socket.write(encodeMessage({ kind: "keepalive" }, WIRE)),
        500,
      );
      socket.on("close", () => {
        clearInterval(alive);
      });
    });
    await until(
      () => speaker.sessions.get("bad")?.state,
      (state) => state === "established",
    );
    const grown = await growthMiB(async () => {
      for (let round = 0; round < 200; round++) {
        const routes = Array.from({ length: 100 }, (_, i) =>
          route(`203.0.113.${i}/32`, { communities: [[round, i]] }),
        );
        setRoutes(speaker, "bad", routes);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    if (this.test !== undefined) this.test.title += ` (${grown} MiB)`;
    expect(speaker.sessions.get("bad")?.rib.wantedCount).to.equal(100);
    expectGoodUnharmed();
    expect(grown).to.be.below(50);
  });

  it("connects and resets in a loop: few of them get so far as an OPEN", async () => {
    const port = await freePort();
    await play(() => undefined, port);
    for (let i = 0; i < 300; i++) {
      await new Promise<void>((resolve) => {
        const socket = connect({ host: US, port, localAddress: BAD });
        socket.on("error", () => undefined);
        socket.on("close", () => {
          resolve();
        });
        socket.on("connect", () => {
          socket.resetAndDestroy();
        });
      });
    }
    expect(speaker.sessions.get("bad")?.counters.sentByKind.open ?? 0).to.be.below(30);
    expectGoodUnharmed();
  });

  it("whoever is no peer is not spoken to", async () => {
    const port = await freePort();
    await play(() => undefined, port);
    const heard = await new Promise<number>((resolve) => {
      let bytes = 0;
      const socket = connect({ host: US, port, localAddress: "127.0.0.9" });
      socket.on("data", (chunk) => (bytes += chunk.length));
      socket.on("error", () => undefined);
      socket.on("close", () => {
        resolve(bytes);
      });
    });
    expect(heard).to.equal(0);
    expectGoodUnharmed();
  });

  async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, US, resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
});
