/** Sockets that tell where a datagram came from and how far, and sockets that only send: both on the loopback. */
import { expect } from "chai";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { familyOf, type Ip } from "../../../src/base/ip.ts";
import { EADDRINUSE, SystemCallError } from "../../../src/linux/errno.ts";
import {
  type InformedDatagram,
  INFORMED_BYTES_MAX,
  type InformedSocket,
  openInformedSocket,
} from "../../../src/linux/io/informed-socket.ts";
import {
  openSendingSocket,
  type SendingSocket,
  type SendingSocketOptions,
} from "../../../src/linux/io/sending-socket.ts";
import { until } from "../network.ts";

type Told = Omit<InformedDatagram, "bytes"> & { readonly text: string };

describe("informed and sending sockets", () => {
  let open: { close(): void }[] = [];
  afterEach(() => {
    for (const socket of open) socket.close();
    open = [];
  });

  function listen(family: "IPv4" | "IPv6", device: string | null = null) {
    const [told, faults]: [Told[], string[]] = [[], []];
    for (let port = 20_000 + (process.pid % 20_000); ; port++) {
      try {
        const socket: InformedSocket = openInformedSocket({
          ...{ family, port, device },
          onDatagram: ({ bytes, ...rest }) => {
            told.push({ ...rest, text: Buffer.from(bytes).toString() });
          },
          onReadable: () => {
            socket.receive();
          },
          onFault: (name) => faults.push(name),
        });
        open.push(socket);
        return { socket, port, told, faults };
      } catch (error) {
        if (!(error instanceof SystemCallError) || error.errno !== EADDRINUSE) throw error;
      }
    }
  }

  const ports = { min: 50_000, max: 50_099, first: 50_000 };
  function sender(
    to: string,
    port: number,
    more: Partial<SendingSocketOptions> = {},
  ): SendingSocket {
    const socket = openSendingSocket({
      ...{ to: { ip: to as Ip, port }, from: null, device: null, interfaceIndex: 0 },
      ...{ ports, ttl: 255, trafficClass: 0xc0 },
      ...more,
    });
    open.push(socket);
    return socket;
  }

  const rows = [
    { to: "127.0.0.2", from: "127.0.0.3", ttl: 255 },
    { to: "127.0.0.2", from: "127.0.0.3", ttl: 7 },
    { to: "::1", from: "::1", ttl: 254 },
  ] as const;
  for (const { to, from, ttl } of rows) {
    it(`from ${from} to ${to} with a TTL of ${ttl}, by the loopback`, async () => {
      const { port, told } = listen(familyOf(to as Ip));
      sender(to, port, { from: from as Ip, ttl }).send(Buffer.from("hello"));
      await until(
        () => told.length,
        (count) => count === 1,
      );
      expect(told).to.deep.equal([{ from, to, interfaceIndex: 1, ttl, text: "hello" }]);
    });
  }

  it("the source port is the first free one of the range from where it is to begin, and round its end", async () => {
    const plain = createSocket("udp4");
    plain.bind(0, "127.0.0.1");
    await once(plain, "listening");
    const heard: number[] = [];
    plain.on("message", (_, { port }) => heard.push(port));
    const three = { min: 50_100, max: 50_102, first: 50_102 };
    const from = "127.0.0.9" as Ip;
    const senders = [0, 1, 2].map(() =>
      sender("127.0.0.1", plain.address().port, { ports: three, from }),
    );
    for (const socket of senders) socket.send(Buffer.from("x"));
    await until(
      () => heard.length,
      (count) => count === 3,
    );
    plain.close();
    expect(heard.sort()).to.deep.equal([50_100, 50_101, 50_102]);
    expect(() => sender("127.0.0.1", 9, { ports: three, from })).to.throw(
      "Cannot send from 127.0.0.9: EADDRINUSE",
    );
  });

  it("more than one call takes, in the order in which they came", async () => {
    const { port, told } = listen("IPv4");
    const socket = sender("127.0.0.1", port);
    const texts = Array.from({ length: 40 }, (_, i) => `${i}`);
    for (const text of texts) socket.send(Buffer.from(text));
    await until(
      () => told.length,
      (count) => count === texts.length,
    );
    expect(told.map(({ text }) => text)).to.deep.equal(texts);
  });

  it("what is too long is a fault, and what follows is heard", async () => {
    const { port, told, faults } = listen("IPv4");
    const socket = sender("127.0.0.1", port);
    socket.send(Buffer.alloc(INFORMED_BYTES_MAX + 1));
    socket.send(Buffer.from("short"));
    await until(
      () => told.length,
      (count) => count === 1,
    );
    expect(faults).to.deep.equal(["udp-too-long"]);
    expect(told.map(({ text }) => text)).to.deep.equal(["short"]);
  });

  it("an address that is not ours, and a device that is not there", () => {
    expect(() => sender("127.0.0.1", 9, { from: "192.0.2.1" as Ip })).to.throw(
      "Cannot send from 192.0.2.1: EADDRNOTAVAIL (address not available)",
    );
    expect(() => sender("127.0.0.1", 9, { device: "nowhere0" })).to.throw(
      "Cannot set up a UDP socket to 127.0.0.1 on nowhere0: ENODEV (no such device)",
    );
    expect(() => listen("IPv4", "nowhere0")).to.throw(/on nowhere0: ENODEV/);
  });

  it("closed from within its callback it reads no more", () => {
    const { socket, port, told } = listen("IPv4");
    const from = sender("127.0.0.1", port);
    for (const text of ["a", "b"]) from.send(Buffer.from(text));
    told.push = (one) => {
      socket.close();
      socket.close();
      return Array.prototype.push.call(told, one);
    };
    socket.receive();
    expect(told.map(({ text }) => text)).to.deep.equal(["a"]);
    expect(socket.receive()).to.equal(0);
  });
});
