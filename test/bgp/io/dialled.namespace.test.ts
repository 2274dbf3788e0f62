/**
 * Who dials too often, where the kernel does not say who it was, or on which link: what then becomes of the others.
 *
 * In namespaces: one whose kernel always answers with SYN cookies, and one with two links whose routers have one link-local address.
 * Neighbour: listener.test.ts, where it is known.
 */
import { expect } from "chai";
import { once } from "node:events";
import type { Socket } from "node:net";
import { pino } from "pino";
import type { Ip } from "../../../src/base/ip.ts";
import { DIALS_MAX, GUARD_WINDOW_MS, QUEUED_MAX } from "../../../src/bgp/dial-guard.ts";
import { Listener } from "../../../src/bgp/io/listener.ts";
import { apply, dial, listen } from "../../../src/bgp/io/peer-socket.ts";
import type { BgpPeer } from "../../../src/bgp/peer.ts";
import { Namespace, requireNamespaces, wire } from "../../linux/network.ts";
import { peer, until } from "../interop/node.ts";

const PORT = 1179;
const [US, BAD, GOOD, STRANGER] = ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"] as [
  ...[Ip, Ip, Ip, Ip],
];
/** `struct linger`: on, for no time at all, so that an end is a reset. */
const AT_ONCE = { level: 1, option: 13, value: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0) };
/** On one machine nothing takes so long. */
const ANSWER_MS = 250;

describe("bgp: who dials too often, unknown or on another link", function () {
  this.timeout(60_000);
  let ends: (() => unknown)[] = [];
  /** Whom the log names. */
  let named: (string | null)[] = [];

  before(function () {
    requireNamespaces(this);
  });
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    [ends, named] = [[], []];
  });

  function inNamespace(): Namespace {
    const namespace = new Namespace();
    ends.push(() => {
      namespace.remove();
    });
    return namespace;
  }

  function listenIn(namespace: Namespace, addresses: readonly Ip[]): void {
    const write = (line: string) => named.push((JSON.parse(line) as { from: string | null }).from);
    const listener = new Listener({
      ...{ port: PORT, vrf: null, log: pino({ level: "warn" }, { write }) },
      onConnection: (socket) => socket.destroy(),
      onChange: () => undefined,
    });
    ends.push(() => {
      listener.close();
    });
    namespace.enter(() => {
      listener.setPeers(addresses.map((address) => ({ address, password: null })));
    });
  }

  function dialIn(namespace: Namespace, to: Ip, how: Partial<BgpPeer>): Socket {
    const socket = namespace.enter(() => dial(peer(to, { port: PORT, ...how })));
    socket.on("error", () => undefined);
    return socket;
  }

  async function isAnswered(namespace: Namespace, to: Ip, how: Partial<BgpPeer>): Promise<boolean> {
    const socket = dialIn(namespace, to, how);
    let answered = false;
    socket.on("connect", () => (answered = true));
    const timer = setTimeout(() => {
      if (!answered) socket.destroy();
    }, ANSWER_MS);
    await once(socket, "close");
    clearTimeout(timer);
    return answered;
  }

  describe("with SYN cookies, of which the kernel keeps no segment", () => {
    let namespace: Namespace;
    const isHeard = (sourceAddress: Ip) => isAnswered(namespace, US, { sourceAddress });

    beforeEach(() => {
      namespace = inNamespace();
      namespace.exec("sh", "-c", "echo 2 > /proc/sys/net/ipv4/tcp_syncookies");
      listenIn(namespace, [BAD, GOOD]);
    });

    async function resetAtOnce(times: number): Promise<void> {
      for (let i = 0; i < times; i++) {
        const socket = dialIn(namespace, US, { sourceAddress: BAD });
        const { _handle } = socket as unknown as { readonly _handle: { readonly fd: number } };
        apply(_handle.fd, { name: "linger", ...AT_ONCE });
        process.nextTick(() => socket.destroy()); // Node connects in the tick before.
        await once(socket, "close");
      }
    }

    it("who resets at once is one of the strangers; who still does so is a peer, and nobody is heard, until the while is over", async () => {
      await resetAtOnce(DIALS_MAX + 1);
      await until(
        () => named,
        (all) => all.length === 1,
      );
      expect(await isHeard(STRANGER)).to.equal(false);
      expect(await isHeard(GOOD)).to.equal(true);
      await resetAtOnce(QUEUED_MAX + 1);
      await until(
        () => named,
        (all) => all.length === 2,
      );
      expect(named).to.deep.equal([null, null]);
      expect(await isHeard(GOOD)).to.equal(false);
      const startedMs = performance.now();
      while (!(await isHeard(GOOD))) {
        expect(performance.now() - startedMs).to.be.below(2 * GUARD_WINDOW_MS);
      }
    });

    it("who stays connected is known, and the others are heard", async () => {
      for (let i = 0; i <= DIALS_MAX; i++) await isHeard(BAD);
      expect(await isHeard(BAD)).to.equal(false);
      expect(await isHeard(GOOD)).to.equal(true);
      expect(named).to.deep.equal([BAD]);
    });
  });

  it("two links whose routers have one address: the other one is not heard either, and is dialled", async () => {
    const [node, near, far] = [inNamespace(), inNamespace(), inNamespace()];
    const [OURS, THEIRS] = ["fe80::1", "fe80::99"] as [Ip, Ip];
    for (const [link, router] of [
      ["n0", near],
      ["n1", far],
    ] as const) {
      wire(node, link, router, "r0");
      node.ip(`addr add ${OURS}/64 dev ${link} nodad`);
      router.ip(`addr add ${THEIRS}/64 dev r0 nodad`);
    }
    listenIn(node, [THEIRS]);
    const isHeard = (router: Namespace) =>
      isAnswered(router, OURS, { interface: "r0", sourceAddress: null });
    expect(await isHeard(far)).to.equal(true);
    for (let i = 0; i < DIALS_MAX; i++) await isHeard(near);
    expect(named).to.deep.equal([THEIRS]);
    expect([await isHeard(near), await isHeard(far)]).to.deep.equal([false, false]);
    const { server } = far.enter(() => listen("IPv6", { port: PORT, vrf: null }));
    server.on("connection", (socket) => socket.destroy());
    ends.push(() => server.close());
    expect(await isAnswered(node, THEIRS, { interface: "n1" })).to.equal(true);
  });
});
