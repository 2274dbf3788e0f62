/** Heartbeats' socket, sending to itself over loopback. */
import { expect } from "chai";
import { EADDRINUSE, SystemCallError } from "../../../src/linux/errno.ts";
import {
  openHeartbeatSocket,
  type HeartbeatSocket,
} from "../../../src/speaker/io/heartbeat-socket.ts";
import { until } from "../../linux/network.ts";

describe("speaker: heartbeat socket", () => {
  let socket: HeartbeatSocket;
  const [heard, faults]: [string[], string[]] = [[], []];

  beforeEach(() => {
    heard.length = faults.length = 0;
    for (let port = 20_000 + (process.pid % 20_000); ; port++) {
      try {
        socket = openHeartbeatSocket({
          port,
          onDatagram: (bytes) => heard.push(Buffer.from(bytes).toString()),
          onFault: (name) => faults.push(name),
        });
        return;
      } catch (error) {
        if (!(error instanceof SystemCallError) || error.errno !== EADDRINUSE) throw error;
      }
    }
  });
  afterEach(() => {
    socket.close();
  });

  const arrived = (count: number) =>
    until(
      () => heard.length,
      (length) => length === count,
    );

  it("sends to both families, and names what is no address", async () => {
    socket.send(Buffer.from("a"), ["127.0.0.1", "::1", "node-1", "127.0.0.2"]);
    await arrived(3);
    expect(faults).to.deep.equal(["udp-no-address"]);
  });

  it("thick or thin, early or after a rest: everything arrives, each once and in order", async () => {
    const sent: string[] = [];
    for (const count of [1, 1, 200, 1, 3, 50, 1]) {
      for (let i = 0; i < count; i++) {
        sent.push(`${sent.length}`);
        socket.send(Buffer.from(sent.at(-1) ?? ""), ["127.0.0.1"]);
        if (i % 20 === 0) await arrived(sent.length);
      }
      await arrived(sent.length);
    }
    expect(heard).to.deep.equal(sent);
    // It rests by now, or reads by the clock: either way one more is heard.
    socket.send(Buffer.from("last"), ["::1"]);
    await arrived(sent.length + 1);
  });

  it("drains what waits before it calls back, while it reads by the clock too", async () => {
    for (let round = 0; round < 5; round++) {
      heard.length = 0;
      for (let i = 0; i < 40; i++) socket.send(Buffer.from("x"), ["127.0.0.1"]);
      const count = await new Promise<number>((resolve) => {
        socket.drain(() => {
          resolve(heard.length);
        });
        expect(heard).to.deep.equal([]);
      });
      expect(count).to.equal(40);
    }
  });

  it("reads what waits for the clock when it is told that the loop is awake", async () => {
    const send = () => {
      socket.send(Buffer.from("x"), ["127.0.0.1"]);
    };
    // Where they come thick it rests, soon.
    for (let wasReadAtOnce = false; !wasReadAtOnce;) {
      const before = heard.length;
      send();
      await arrived(before + 1);
      send(); // over loopback it is there when the call returns
      socket.readWaiting();
      wasReadAtOnce = heard.length === before + 2;
      await arrived(before + 2);
    }
    // And the clock still runs.
    send();
    await arrived(heard.length + 1);
  });
});
