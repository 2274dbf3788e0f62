/** A name server of the test's own on loopback: it says what it is told to, over UDP and TCP on one port. */
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import type { Ip } from "../../../src/base/ip.ts";
import { concatBytes, uintBytes } from "../../../src/base/bytes.ts";
import type { NameServer } from "../../../src/dns/waiting.ts";

/** @returns what is sent back, message by message */
export type Answering = (request: Buffer, from: RemoteInfo | null) => readonly Uint8Array[];

const PART_BYTES = 11;

const SILENT: Answering = () => [];

export class StubServer {
  readonly udp: UdpSocket;
  readonly #tcp: Server;
  readonly #connections = new Set<Socket>();
  readonly #address: Ip;
  readonly udpRequests: Buffer[] = [];
  readonly tcpRequests: Buffer[] = [];
  overUdp = SILENT;
  overTcp = SILENT;
  /** After an answer over TCP; else it hangs up. */
  keepsOpen = false;

  constructor(address: string) {
    this.#address = address as Ip;
    this.udp = createSocket(address.includes(":") ? "udp6" : "udp4");
    this.udp.on("message", (request, from) => {
      this.udpRequests.push(request);
      for (const bytes of this.overUdp(request, from)) {
        this.udp.send(bytes, from.port, from.address);
      }
    });
    this.#tcp = createServer({ noDelay: true }, (connection) => {
      this.#connections.add(connection);
      let buffered = Buffer.alloc(0);
      connection.on("error", () => undefined);
      connection.on("data", (chunk) => {
        buffered = Buffer.concat([buffered, chunk]);
        if (buffered.length < 2 || buffered.length < 2 + buffered.readUInt16BE(0)) return;
        const request = buffered.subarray(2);
        this.tcpRequests.push(request);
        const frames = this.overTcp(request, null).map((bytes) =>
          concatBytes(uintBytes(bytes.length, 2), bytes),
        );
        void this.#writeInParts(connection, concatBytes(...frames));
      });
    });
  }

  /** A stream has no messages: each part comes in a turn of the event loop of its own. */
  async #writeInParts(connection: Socket, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += PART_BYTES) {
      connection.write(bytes.subarray(at, at + PART_BYTES));
      await setImmediate();
    }
    if (bytes.length > 0 && !this.keepsOpen) connection.end();
  }

  async open(): Promise<NameServer> {
    this.#tcp.listen(0, this.#address);
    await once(this.#tcp, "listening");
    const { port } = this.#tcp.address() as { readonly port: number };
    this.udp.bind(port, this.#address);
    await once(this.udp, "listening");
    return { address: this.#address, port };
  }

  closeUdp(): void {
    this.udp.close();
  }

  closeTcp(): void {
    for (const connection of this.#connections) connection.destroy();
    this.#tcp.close();
  }
}
