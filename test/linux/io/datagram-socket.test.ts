/** A socket that sends to itself: every address of 127.0.0.0/8 is the same one. */
import { expect } from "chai";
import { createSocket } from "node:dgram";
import type { Ip, IpFamily } from "../../../src/base/ip.ts";
import { EADDRINUSE, SystemCallError } from "../../../src/linux/errno.ts";
import {
  DATAGRAM_BYTES_MAX,
  openDatagramSocket,
  type DatagramSocket,
} from "../../../src/linux/io/datagram-socket.ts";
import { until } from "../network.ts";

const loopback = (count: number) =>
  Array.from({ length: count }, (_, i) => `127.0.0.${i + 1}` as Ip);

describe("datagram socket", () => {
  let open: DatagramSocket[] = [];
  afterEach(() => {
    for (const socket of open) socket.close();
    open = [];
  });

  function listen(family: IpFamily = "IPv4") {
    const [heard, faults]: [string[], string[]] = [[], []];
    let readable = 0;
    for (let port = 20_000 + (process.pid % 20_000); ; port++) {
      try {
        const socket: DatagramSocket = openDatagramSocket({
          ...{ family, port },
          onDatagram: (bytes) => heard.push(Buffer.from(bytes).toString()),
          onReadable: () => {
            readable++;
            socket.receive();
          },
          onFault: (name) => faults.push(name),
        });
        open.push(socket);
        return { socket, port, heard, faults, readable: () => readable };
      } catch (error) {
        if (!(error instanceof SystemCallError) || error.errno !== EADDRINUSE) throw error;
      }
    }
  }

  it("one goes to all, also where they are more than one call takes", async () => {
    const { socket, heard, faults } = listen();
    socket.send(Buffer.from("ping"), loopback(100));
    await until(
      () => heard.length,
      (count) => count === 100,
    );
    expect(new Set(heard)).to.deep.equal(new Set(["ping"]));
    expect(faults).to.deep.equal([]);
  });

  it("each as long as it is, in the order in which they came", () => {
    const { socket, heard } = listen();
    const sent = ["a", "", "long".repeat(1000), "bb", "a".repeat(DATAGRAM_BYTES_MAX), "c"];
    for (const text of sent) socket.send(Buffer.from(text), loopback(1));
    expect(socket.receive()).to.equal(sent.length);
    expect(heard).to.deep.equal(sent);
    expect(socket.receive()).to.equal(0);
  });

  it("over IPv6", () => {
    const { socket, heard } = listen("IPv6");
    socket.send(Buffer.from("six"), ["::1" as Ip]);
    expect(socket.receive()).to.equal(1);
    expect(heard).to.deep.equal(["six"]);
  });

  it("one that cannot be reached leaves nobody out", () => {
    const { socket, heard, faults } = listen();
    // Broadcast is refused to a socket that has not asked for it.
    const to = [...loopback(2), "255.255.255.255" as Ip, ...loopback(2)];
    socket.send(Buffer.from("x"), to);
    expect(socket.receive()).to.equal(4);
    expect(heard).to.deep.equal(["x", "x", "x", "x"]);
    expect(faults).to.have.length(1);
  });

  it("one too long is not sent, and not heard in part", () => {
    const { socket, heard, faults } = listen();
    const long = Buffer.alloc(DATAGRAM_BYTES_MAX + 1);
    socket.send(long, loopback(1));
    expect(faults).to.deep.equal(["udp-emsgsize"]);
    expect(socket.receive()).to.equal(0);
    expect(heard).to.deep.equal([]);
  });

  it("at rest it tells of nothing; what came meanwhile waits", async () => {
    const [first, second] = [listen(), listen()];
    first.socket.rest();
    first.socket.send(Buffer.from("a"), loopback(1));
    second.socket.send(Buffer.from("b"), loopback(1));
    await until(second.readable, (count) => count > 0);
    expect(first.readable()).to.equal(0);
    first.socket.resume();
    await until(first.readable, (count) => count > 0);
    expect(first.heard).to.deep.equal(["a"]);
  });

  it("a port that is taken is named", () => {
    const { port } = listen();
    const options = { onDatagram: () => 0, onReadable: () => 0, onFault: () => 0 };
    expect(() => openDatagramSocket({ ...options, family: "IPv4", port })).to.throw(
      `listen on UDP port ${port} of IPv4: EADDRINUSE`,
    );
  });

  it("one from elsewhere that is too long is named, and what follows is heard", async () => {
    const { port, heard, faults } = listen();
    const other = createSocket("udp4");
    other.send(Buffer.alloc(DATAGRAM_BYTES_MAX + 1), port, "127.0.0.1");
    other.send("short", port, "127.0.0.1");
    await until(
      () => heard.length + faults.length,
      (count) => count === 2,
    );
    other.close();
    expect(faults).to.deep.equal(["udp-too-long"]);
    expect(heard).to.deep.equal(["short"]);
  });

  it("closed from within its callback it reads no more", async () => {
    const { socket, heard, port } = listen();
    for (const text of ["a", "b"]) socket.send(Buffer.from(text), loopback(1));
    heard.push = (text) => {
      socket.close();
      socket.close();
      return Array.prototype.push.call(heard, text);
    };
    expect(socket.receive()).to.be.above(0);
    expect(heard).to.deep.equal(["a"]);
    expect(socket.receive()).to.equal(0);
    socket.send(Buffer.from("c"), loopback(1));
    // The port is free again.
    const again = createSocket("udp4");
    await new Promise<void>((resolve) => again.bind(port, resolve));
    again.close();
  });
});
