/** Who may dial us, and what is said where nobody can: on the loopback, at a port of our own. */
import { expect } from "chai";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { pino } from "pino";
import type { Ip } from "../../../src/base/ip.ts";
import { BgpSpeaker } from "../../../src/bgp/io/bgp-speaker.ts";
import { DIALS_MAX } from "../../../src/bgp/dial-guard.ts";
import { Listener, type DiallingPeer } from "../../../src/bgp/io/listener.ts";
import { apply, dial as dialAs } from "../../../src/bgp/io/peer-socket.ts";
import type { BgpPeer } from "../../../src/bgp/peer.ts";
import { requireNamespaces } from "../../linux/network.ts";
import { peer, until } from "../interop/node.ts";

const THEM = "127.0.0.2" as Ip;
const STRANGER = "127.0.0.3" as Ip;
const US = "127.0.0.1" as Ip;
const ALSO_US = "127.0.0.4" as Ip;
const log = pino({ level: "silent" });
/** `struct linger`: on, for no time at all, so that an end is a reset. */
const AT_ONCE = { level: 1, option: 13, value: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0) };
/** On the loopback nothing takes so long. */
const ANSWER_MS = 250;

async function occupy(): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  return { port: (server.address() as { port: number }).port, server };
}

async function freePort(): Promise<number> {
  const { port, server } = await occupy();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("bgp: the listener", () => {
  let ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    ends = [];
  });

  const them: DiallingPeer = { address: THEM, password: null };

  function listener(port: number, changes: string[] = []): Listener {
    const one: Listener = new Listener({
      ...{ port, vrf: null, log },
      onConnection: (socket) => socket.destroy(),
      onChange: () => changes.push(one.troubleOf(them) ?? "none"),
    });
    ends.push(() => {
      one.close();
    });
    return one;
  }

  /** @returns whether it was connected, and what was said then */
  function dial(port: number, from: string, to: string): Promise<string> {
    return new Promise((resolve) => {
      let was = "refused";
      const socket: Socket = connect({ host: to, port, localAddress: from });
      socket.on("connect", () => (was = "closed"));
      socket.on("data", () => (was = "spoken to"));
      socket.on("error", () => undefined);
      const timer = setTimeout(() => {
        if (was === "refused") was = "not answered";
        if (was === "not answered") socket.destroy();
      }, ANSWER_MS);
      socket.on("close", () => {
        clearTimeout(timer);
        resolve(was);
      });
    });
  }

  it("a port that another program has is named, once, and taken as soon as it is free", async () => {
    const { port, server } = await occupy();
    const changes: string[] = [];
    const one = listener(port, changes);
    one.setPeers([them]);
    one.setPeers([them]);
    const taken = `port ${port} of IPv4 cannot be listened on: EADDRINUSE (address in use). Another program on this node has it, such as the BGP of the network plugin: end that, or listen on another port with --bgp-listen-port`;
    expect(changes).to.deep.equal([taken]);
    await new Promise((resolve) => server.close(resolve));
    one.setPeers([them]);
    await until(
      () => changes,
      (all) => all.length === 2,
    );
    expect(changes[1]).to.equal("none");
    expect(await dial(port, THEM, US)).to.equal("closed");
  });

  it("only families that peers have are listened for", async () => {
    const port = await freePort();
    const one = listener(port);
    one.setPeers([them]);
    expect(await dial(port, "::1", "::1")).to.equal("refused");
    expect(await dial(port, THEM, US)).to.equal("closed");
    one.setPeers([{ address: "::2" as Ip, password: null }]);
    expect(await dial(port, "::1", "::1")).to.equal("closed");
    expect(await dial(port, THEM, US)).to.equal("refused");
  });

  it("of two passwords for one address one is the kernel's, and who has the other is not taken", async function () {
    requireNamespaces(this);
    const port = await freePort();
    const one = listener(port);
    const [first, second] = ["first", "second"].map((password) => ({ ...them, password }));
    if (first === undefined || second === undefined) throw new Error("no peers");
    one.setPeers([first]);
    expect([one.guards(first), one.guards(second), one.guards(them)]).to.deep.equal([
      ...[true, false, false],
    ]);
    one.setPeers([first, second]);
    expect([one.guards(first), one.guards(second)]).to.deep.equal([false, true]);
    expect(one.troubleOf(first)).to.match(/^the kernel has not taken its password/);
    expect(one.troubleOf(second)).to.equal(null);
    expect(one.troubleOf(them)).to.match(/^who dials from its address is to have the password/);
    one.setPeers([them]);
    expect(one.guards(them)).to.equal(true);
    expect(await dial(port, THEM, US)).to.equal("closed");
  });

  it("who dials too often is not heard, over IPv6 too; who is a peer since then is", async () => {
    const port = await freePort();
    const one = listener(port);
    const more = { address: "::1" as Ip, password: null };
    one.setPeers([{ ...more, address: "::2" as Ip }]);
    for (let i = 0; i <= DIALS_MAX; i++) await dial(port, "::1", "::1");
    expect(await dial(port, "::1", "::1")).to.equal("not answered");
    one.setPeers([more]);
    expect(await dial(port, "::1", "::1")).to.equal("closed");
    for (let i = 0; i < DIALS_MAX; i++) await dial(port, "::1", "::1");
    expect(await dial(port, "::1", "::1")).to.equal("not answered");
  });

  /** The kernel has both the connection and its reset before anybody here is told of either. */
  async function dialAndReset(port: number, from: Ip, to: Ip): Promise<void> {
    const socket = dialAs(peer(to, { port, sourceAddress: from }));
    const { _handle } = socket as unknown as { readonly _handle: { readonly fd: number } };
    apply(_handle.fd, { name: "linger", ...AT_ONCE });
    process.nextTick(() => socket.destroy()); // Node connects in the tick before.
    await once(socket, "close");
  }

  const RESETTERS = [
    ["IPv4", THEM, US],
    ["IPv6", "::1" as Ip, "::1" as Ip],
  ] as const;
  for (const [family, from, to] of RESETTERS) {
    it(`a peer that dials and resets at once is not heard, over ${family}, and others are`, async () => {
      const port = await freePort();
      const one = listener(port);
      one.setPeers([{ address: from, password: null }, them]);
      for (let i = 0; i <= DIALS_MAX; i++) await dialAndReset(port, from, to);
      expect(await dial(port, STRANGER, US)).to.equal("closed");
      expect(await dial(port, from, to)).to.equal("not answered");
    });
  }

  it("it says of each family whether it is listened on", async () => {
    const { port, server } = await occupy();
    ends.push(() => server.close());
    const one = listener(port);
    one.setPeers([them, { address: "::2" as Ip, password: null }]);
    const said = () => one.listening.map(({ family, trouble }) => [family, trouble?.split(".")[0]]);
    await until(said, ([ipv6]) => ipv6?.[1] === undefined);
    const where = `port ${port} of IPv4 cannot be listened on: EADDRINUSE (address in use)`;
    expect(said().sort()).to.deep.equal([
      ["IPv4", where],
      ["IPv6", undefined],
    ]);
    one.setPeers([]);
    expect(one.listening).to.deep.equal([]);
  });

  describe("whose connection it is", () => {
    async function play(more: Partial<BgpPeer>): Promise<{ port: number; speaker: BgpSpeaker }> {
      const port = await freePort();
      const speaker = new BgpSpeaker({
        ...{ log, listenPort: port, onChange: () => undefined, onListening: () => undefined },
        onGone: () => undefined,
      });
      ends.push(() => speaker.stop("shutdown", ""));
      speaker.setPeers([peer(THEM, { passive: true, ...more })]);
      return { port, speaker };
    }

    const rows: readonly (readonly [string, Partial<BgpPeer>, from: string, string])[] = [
      ["a peer's, from its address", {}, THEM, "spoken to"],
      ["nobody's, from another one", {}, STRANGER, "closed"],
      ["a peer's, to the address that it is to know", { sourceAddress: US }, THEM, "spoken to"],
      ["nobody's, to another one of ours", { sourceAddress: ALSO_US }, THEM, "closed"],
      ["nobody's, not over its interface", { interface: "eth9" }, THEM, "closed"],
    ];
    for (const [name, more, from, want] of rows) {
      it(name, async () => {
        const { port, speaker } = await play(more);
        const answer = dial(port, from, US);
        if (want === "spoken to") {
          await until(
            () => speaker.sessions.get("tor")?.counters.sentByKind.open,
            (count) => count === 1,
          );
          await speaker.stop("shutdown", "");
        }
        expect(await answer).to.equal(want);
      });
    }

    it("of two at one address, the one whose password is the kernel's", async function () {
      requireNamespaces(this);
      const { port, speaker } = await play({});
      speaker.setPeers(
        ["first", "second"].map((key) => peer(THEM, { key, password: key, passive: true })),
      );
      const socket = dialAs(peer(US, { port, password: "second", sourceAddress: THEM }));
      ends.push(() => socket.destroy());
      const opens = () =>
        ["first", "second"].map((key) => speaker.sessions.get(key)?.counters.sentByKind.open);
      await until(opens, ([first = 0, second = 0]) => first + second > 0);
      expect(opens()).to.deep.equal([0, 1]);
    });

    const twins = (more: Readonly<Record<string, Partial<BgpPeer>>>) =>
      Object.entries(more).map(([key, own]) => peer(THEM, { key, passive: true, ...own }));

    it("of two at one address, nobody's: neither session is touched, and both are told so", async () => {
      const { port, speaker } = await play({});
      const both = twins({ first: {}, second: { port: 1179 } });
      for (const peers of [both, [...both].reverse()]) {
        speaker.setPeers(peers);
        expect(await dial(port, THEM, US)).to.equal("closed");
      }
      const [first, second] = both.map((one) => speaker.deafnessTo(one));
      expect(first).to.match(/^nobody could tell its connections from those of second, which has/);
      expect(second).to.match(/ those of first, /);
      const counts = [...speaker.sessions.values()].map(({ counters }) => counters.sentByKind.open);
      expect(counts).to.deep.equal([0, 0]);
    });

    it("of two at one address, the one that is to know us by that of ours", async () => {
      const { port, speaker } = await play({});
      const both = twins({ first: { sourceAddress: US }, second: { sourceAddress: ALSO_US } });
      speaker.setPeers(both);
      expect(both.map((one) => speaker.deafnessTo(one))).to.deep.equal([null, null]);
      const answer = dial(port, THEM, ALSO_US);
      const opens = () => [...speaker.sessions.values()].map((one) => one.counters.sentByKind.open);
      await until(opens, ([, second]) => second === 1);
      expect(opens()).to.deep.equal([0, 1]);
      await speaker.stop("shutdown", "");
      expect(await answer).to.equal("spoken to");
    });
  });
});
