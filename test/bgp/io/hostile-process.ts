/**
 * A peer that means ill, in a process of its own, so that what it costs itself is not taken for what it costs the speaker.
 *
 * Told over IPC what to do: to wait for the speaker and then do it, or to dial the speaker in a loop.
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { IpFamily } from "../../../src/base/ip.ts";
import { apply } from "../../../src/bgp/io/peer-socket.ts";
import { encodeMessage } from "../../../src/bgp/wire/message.ts";
import { joinNlri, NO_NLRI } from "../../../src/bgp/wire/nlri.ts";
import type { UpdateBody } from "../../../src/bgp/wire/update.ts";
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

const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const KEEPALIVE = encodeMessage({ kind: "keepalive" }, WIRE);
const MARKER = Buffer.alloc(16, 0xff);
/** The kernel makes it what it takes at least. */
const RECEIVE_BYTES = 1;
const [SIP_BYTES, SIP_MS] = [20, 5];
const OCTETS_PER_TURN = 4;
/** Under way at once. */
const DIALS = 50;
/** What the kernel has not answered by then it does not want to. */
const ANSWER_MS = 100;

const many = (message: Uint8Array) => (socket: Socket) => {
  behave(socket);
  socket.write(Buffer.concat(Array.from({ length: FLOOD_COUNT }, () => message)));
};

const DEEDS: Readonly<Record<Deed, (socket: Socket, family: IpFamily) => void>> = {
  nothing: () => undefined,
  refreshes: many(Buffer.concat([MARKER, Buffer.from("0017050001" + "0001", "hex")])),
  // An ORIGIN of 9, which there is not: RFC 7606 section 7.1.
  "wrong attributes": many(
    Buffer.concat([MARKER, Buffer.from("001f02000000044001010918cb0071", "hex")]),
  ),
  garbage: (socket) => {
    socket.resume();
    socket.write(Buffer.alloc(100_000, 0x42));
  },
  "half a message": (socket) => {
    hello(socket);
    socket.resume();
    socket.write(Buffer.concat([MARKER, Uint8Array.of(0x10, 0, 2)]));
  },
  "a million prefixes, and none again": (socket, family) => {
    behave(socket);
    for (const what of ["announced", "withdrawn"] as const) {
      for (let i = 0; i < MILLION; i += PREFIXES_PER_UPDATE) {
        socket.write(updateOf(what, family, i));
      }
    }
  },
  "keepalives without end": (socket) => {
    behave(socket);
    const crowd = Buffer.concat(Array.from({ length: 3000 }, () => KEEPALIVE));
    const more = () => {
      while (!socket.destroyed && socket.write(crowd));
    };
    socket.on("drain", more);
    more();
  },
  "updates octet by octet without end": (socket, family) => {
    hello(socket);
    socket.resume();
    socket.setNoDelay(true);
    const update = updateOf("announced", family, 0);
    let at = 0;
    const more = () => {
      for (let i = 0; i < OCTETS_PER_TURN && !socket.destroyed; i++) {
        const octet = update.subarray(at, at + 1);
        at = (at + 1) % update.length;
        if (socket.write(octet)) continue;
        socket.once("drain", more);
        return;
      }
      if (!socket.destroyed) setImmediate(more);
    };
    more();
  },
  "reads nothing": live,
  "tiny windows": (socket) => {
    live(socket);
    const timer = setInterval(() => socket.read(SIP_BYTES) as unknown, SIP_MS);
    socket.on("close", () => {
      clearInterval(timer);
    });
  },
};

function hello(socket: Socket): void {
  socket.write(Buffer.concat([encodeMessage(theirOpen(), WIRE), KEEPALIVE]));
}

/** Says hello, and goes on saying that it lives, whether or not it reads. */
function live(socket: Socket): void {
  hello(socket);
  const timer = setInterval(() => socket.write(KEEPALIVE), 500);
  socket.on("close", () => {
    clearInterval(timer);
  });
}

function behave(socket: Socket): void {
  live(socket);
  socket.resume();
}

/** As many as go into one message, of the million from that one on. */
function updateOf(what: "announced" | "withdrawn", family: IpFamily, from: number): Uint8Array {
  const prefixes = joinNlri(
    Array.from({ length: PREFIXES_PER_UPDATE }, (_, i) => prefixOf(family, from + i)),
  );
  const nothing = { kind: "update", withdrawn: NO_NLRI, announced: NO_NLRI } as const;
  const common = [
    { kind: "origin", origin: "igp" },
    { kind: "as-path", segments: [{ kind: "sequence", asns: [64513] }] },
  ] as const;
  const { bad: nextHop } = PLACES[family];
  const messages: Readonly<Record<typeof what, Readonly<Record<IpFamily, UpdateBody>>>> = {
    announced: {
      IPv4: {
        ...{ ...nothing, announced: prefixes },
        attributes: [...common, { kind: "next-hop", nextHop }],
      },
      IPv6: {
        ...nothing,
        attributes: [...common, { kind: "mp-reach", family, nextHops: [nextHop], prefixes }],
      },
    },
    withdrawn: {
      IPv4: { ...nothing, attributes: [], withdrawn: prefixes },
      IPv6: { ...nothing, attributes: [{ kind: "mp-unreach", family, prefixes }] },
    },
  };
  return encodeMessage({ kind: "update", ...messages[what][family] }, WIRE);
}

/** `10.0.0.0/8` has as many of 32 bits, `2001:db8::/32` of 64; each behind its length, as a message has it. */
function prefixOf(family: IpFamily, i: number): Uint8Array {
  const last = [i >> 16, (i >> 8) & 255, i & 255];
  if (family === "IPv4") return Uint8Array.of(32, 10, ...last);
  return Uint8Array.of(64, 0x20, 0x01, 0x0d, 0xb8, 0, ...last);
}

let server: Server | undefined;
let sockets: Socket[] = [];

/** @returns the port at which it waits */
async function wait(deed: Deed, family: IpFamily): Promise<number> {
  const waiting = createServer({ pauseOnConnect: true, highWaterMark: SIP_BYTES }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    DEEDS[deed](socket, family);
  });
  server = waiting;
  waiting.listen(0, PLACES[family].bad);
  await once(waiting, "listening");
  if (deed === "tiny windows") {
    const { _handle } = waiting as unknown as { readonly _handle: { readonly fd: number } };
    const option = { level: SOL_SOCKET, option: SO_RCVBUF, value: RECEIVE_BYTES };
    apply(_handle.fd, { name: "set the window", ...option });
  }
  return (waiting.address() as { port: number }).port;
}

type Dialling = Extract<Order, { kind: "hold" | "connect-and-reset" }>;

async function connectAndReset({ to, port, from, forMs }: Dialling): Promise<number> {
  const endsAtMs = performance.now() + forMs;
  let connected = 0;
  const dial = () =>
    new Promise<void>((resolve) => {
      const socket = connect({ host: to, port, localAddress: from });
      const timer = setTimeout(() => socket.destroy(), ANSWER_MS);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        clearTimeout(timer);
        resolve();
      });
      socket.on("connect", () => {
        connected++;
        socket.resetAndDestroy();
      });
    });
  const dialOn = async () => {
    while (performance.now() < endsAtMs) await dial();
  };
  await Promise.all(Array.from({ length: DIALS }, dialOn));
  return connected;
}

async function hold(
  count: number,
  { to, port, from, forMs }: Omit<Dialling, "kind">,
): Promise<number> {
  const held = new Set<Socket>();
  for (let i = 0; i < count; i++) {
    const socket = connect({ host: to, port, localAddress: from });
    sockets.push(socket);
    socket.resume();
    socket.on("error", () => undefined);
    socket.on("connect", () => held.add(socket));
    socket.on("close", () => held.delete(socket));
  }
  await new Promise((resolve) => setTimeout(resolve, forMs));
  return held.size;
}

async function obey(order: Order): Promise<number> {
  switch (order.kind) {
    case "wait":
      return wait(order.deed, order.family);
    case "connect-and-reset":
      return connectAndReset(order);
    case "hold":
      return hold(order.count, order);
    case "end":
      server?.close();
      for (const socket of sockets) socket.destroy();
      sockets = [];
      return 0;
  }
}

process.on("message", (order: Order) => {
  void obey(order).then((answer) => process.send?.(answer));
});
