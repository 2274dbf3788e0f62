import { execFile } from "node:child_process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import type { Ip } from "../../../src/base/ip.ts";
import { arpFilter } from "../../../src/linux/bpf.ts";
import { errnoName } from "../../../src/linux/errno.ts";
import * as system from "../../../src/linux/io/system.ts";
import {
  AF_INET6,
  AF_PACKET,
  encodeSockaddrIn6,
  encodeSockaddrLl,
} from "../../../src/linux/sockaddr.ts";
import { ARP_REQUEST } from "../frames.ts";
import { Namespace, requireNamespaces, until, wire } from "../network.ts";

/** A datagram socket on ::1 that sends to itself. */
class Loopback {
  readonly fd = system.socket(AF_INET6, system.SOCK_DGRAM, 0);
  readonly #address: Uint8Array;
  readonly #buffer = new Uint8Array(4);

  constructor() {
    for (let port = 20_000 + (process.pid % 20_000); ; port++) {
      this.#address = encodeSockaddrIn6({ ip: "::1" as Ip, port, interfaceIndex: 0 });
      const bound = system.bind(this.fd, this.#address);
      if (bound === 0) return;
      expect(errnoName(bound)).to.equal("EADDRINUSE");
    }
  }

  send(text: string): number {
    return system.sendTo(this.fd, Buffer.from(text), this.#address);
  }

  receive(): number {
    return system.receiveFrom(this.fd, this.#buffer, new Uint8Array(28));
  }

  get text(): string {
    return Buffer.from(this.#buffer).toString();
  }
}

describe("system calls", () => {
  const errors = [
    { name: "socket", call: () => system.socket(12345, 2, 0), want: "EAFNOSUPPORT" },
    { name: "bind", call: () => system.bind(-1, new Uint8Array(16)), want: "EBADF" },
    { name: "close", call: () => system.close(-1), want: "EBADF" },
    { name: "setOption", call: () => system.setIntOption(-1, 1, 2, 1), want: "EBADF" },
    { name: "getOption", call: () => system.getOption(-1, 1, 4, new Uint8Array(4)), want: "EBADF" },
    { name: "attachFilter", call: () => system.attachFilter(-1, arpFilter()), want: "EBADF" },
    {
      name: "sendMessages",
      call: () => system.sendMessages(-1, new Uint8Array(64), 1),
      want: "EBADF",
    },
    {
      name: "receiveMessages",
      call: () => system.receiveMessages(-1, new Uint8Array(64), 1),
      want: "EBADF",
    },
    { name: "sendTo", call: () => system.sendTo(-1, new Uint8Array(1), null), want: "EBADF" },
    {
      name: "receiveFrom",
      call: () => system.receiveFrom(-1, new Uint8Array(1), new Uint8Array(28)),
      want: "EBADF",
    },
  ];
  for (const { name, call, want } of errors) {
    it(`${name} says why it failed`, () => {
      expect(call()).to.be.below(0);
      expect(errnoName(call())).to.equal(want);
    });
  }

  it("messages go through whole; one too long is told by its length", () => {
    const socket = new Loopback();
    expect(errnoName(socket.receive())).to.equal("EAGAIN");
    expect(socket.send("ping")).to.equal(4);
    expect(socket.receive()).to.equal(4);
    expect(socket.text).to.equal("ping");
    socket.send("a longer one");
    expect(socket.receive()).to.equal(12);
    expect(socket.text).to.equal("a lo");
    expect(system.close(socket.fd)).to.equal(0);
  });

  it("a watch wakes for every message, and promises made in it come true at once", async () => {
    const socket = new Loopback();
    const heard: number[] = [];
    const watch = system.watch(socket.fd, () => {
      const length = socket.receive();
      void Promise.resolve(length).then((value) => heard.push(value));
    });
    for (const [i, text] of ["a", "bb", "ccc"].entries()) {
      socket.send(text);
      await until(
        () => heard.length,
        (count) => count === i + 1,
      );
    }
    watch.close();
    watch.close();
    system.close(socket.fd);
    expect(heard).to.deep.equal([1, 2, 3]);
  });

  it("a watch that was stopped tells of what came meanwhile once it starts again, and never once it is closed", async () => {
    const socket = new Loopback();
    let [wakes, timeout] = [0, false];
    const watch = system.watch(socket.fd, () => {
      wakes++;
      socket.receive();
    });
    watch.stop();
    watch.stop();
    socket.send("a");
    // Any other watch of the same loop has been served by then.
    const other = new Loopback();
    const otherWatch = system.watch(other.fd, () => {
      other.receive();
      timeout = true;
    });
    other.send("b");
    await until(
      () => timeout,
      (served) => served,
    );
    expect(wakes).to.equal(0);
    watch.start();
    await until(
      () => wakes,
      (count) => count === 1,
    );
    for (const each of [watch, otherWatch]) each.close();
    watch.start();
    watch.stop();
    system.close(socket.fd);
    system.close(other.fd);
  });

  it("a watch that nobody keeps is not collected", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const socket = new Loopback();
    let heard = 0;
    (() => {
      const watch = system.watch(socket.fd, () => {
        heard = socket.receive();
        watch.close();
      });
    })();
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
    }
    socket.send("abc");
    await until(
      () => heard,
      (length) => length === 3,
    );
    system.close(socket.fd);
  });

  it("what a callback throws is an uncaught exception, not silence", async () => {
    const { code, stderr } = await child("throw");
    expect(code).to.equal(1);
    expect(stderr).to.include("thrown in a watch");
  });

  it("a watch goes on after its socket's link went down", async function () {
    requireNamespaces(this);
    const [ours, theirs] = [new Namespace(), new Namespace()];
    const fds: number[] = [];
    try {
      wire(ours, "va", theirs, "vb");
      const open = (namespace: Namespace, link: string): number =>
        namespace.enter(() => {
          const fd = system.socket(AF_PACKET, system.SOCK_RAW, 0);
          const interfaceIndex = namespace.indexOf(link);
          system.attachFilter(fd, arpFilter());
          expect(system.bind(fd, encodeSockaddrLl({ etherType: 0x0806, interfaceIndex }))).to.equal(
            0,
          );
          return fds[fds.push(fd) - 1] ?? -1;
        });
      const [fd, peer] = [open(ours, "va"), open(theirs, "vb")];
      const errors: string[] = [];
      let frames = 0;
      const watch = system.watch(fd, (errno) => {
        if (errno !== 0) errors.push(errnoName(errno));
        while (system.receiveFrom(fd, new Uint8Array(64), new Uint8Array(20)) > 0) frames++;
      });
      for (const round of [1, 2]) {
        ours.ip("link set va down");
        await until(
          () => errors.length,
          (count) => count === round,
        );
        ours.ip("link set va up");
        await until(
          () => system.sendTo(peer, ARP_REQUEST, null) > 0 && frames > 0,
          (heard) => heard,
        );
        frames = 0;
      }
      expect(errors).to.deep.equal(["ENETDOWN", "ENETDOWN"]);
      watch.close();
    } finally {
      for (const fd of fds) system.close(fd);
      ours.remove();
      theirs.remove();
    }
  });

  it("a process ends by itself when its sockets are closed", async () => {
    expect(await child("close")).to.deep.equal({ code: 0, stderr: "" });
  });

  it("process.exit ends a process with open sockets", async () => {
    expect(await child("exit")).to.deep.equal({ code: 7, stderr: "" });
  });
});

/** Runs child.ts with one of its ways to end. */
async function child(way: string): Promise<{ readonly code: number; readonly stderr: string }> {
  const file = `${import.meta.dirname}/child.ts`;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--import", "tsx", file, way],
      { timeout: 15_000 },
      (error, _, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stderr });
      },
    );
  });
}
