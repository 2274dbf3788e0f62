/** A router on the loopback that takes whoever comes, and notes what it hears of whom: OPENs, UPDATEs, and how sessions end. */
import { Buffer } from "node:buffer";
import type { Server, Socket } from "node:net";
import { once } from "node:events";
import type { Ip } from "../../../src/base/ip.ts";
import { Connection } from "../../../src/bgp/io/connection.ts";
import { apply, listen } from "../../../src/bgp/io/peer-socket.ts";
import type { Prefix } from "../../../src/bgp/prefix.ts";
import { md5Option } from "../../../src/bgp/socket-options.ts";
import { decodeMessage, encodeMessage } from "../../../src/bgp/wire/message.ts";
import { prefixesOf } from "../../../src/bgp/wire/nlri.ts";
import type { OpenMessage } from "../../../src/bgp/wire/open.ts";
import type { UpdateMessage } from "../../../src/bgp/wire/update.ts";

/** Not external: it reads LOCAL_PREF. */
const WIRE = { asnBytes: 4, isExternal: false } as const;

/** What one connection has brought since its OPEN. */
export interface HeardSession {
  readonly open: OpenMessage;
  updateCount: number;
  /** `203.0.113.7/32` that was announced, `-203.0.113.7/32` that was withdrawn; in order. */
  readonly prefixes: string[];
  /** `6/6`; null: it goes on. */
  ended: string | null;
}

export class CountingRouter {
  readonly sessions: HeardSession[] = [];
  readonly port: number;
  /** What it says that it is, from the next connection on. */
  asn: number;
  readonly #server: Server;
  readonly #fd: number;
  readonly #sockets: Socket[] = [];

  /** On all addresses of the machine. */
  static async start(asn: number): Promise<CountingRouter> {
    const { server, fd } = listen("IPv4", { port: 0, vrf: null });
    await once(server, "listening");
    return new CountingRouter(server, fd, asn);
  }

  private constructor(server: Server, fd: number, asn: number) {
    this.#server = server;
    this.#fd = fd;
    this.port = (server.address() as { port: number }).port;
    this.asn = asn;
    server.on("connection", (socket) => {
      this.#accept(socket);
    });
  }

  /** From now on who comes from there has this password. */
  setPassword(from: string, password: string): void {
    apply(this.#fd, md5Option(from as Ip, password));
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    this.#sockets.push(socket);
    let session: HeardSession | undefined;
    const connection = new Connection(socket, {
      onMessage: (bytes) => {
        const message = decodeMessage(bytes, WIRE);
        if (!message.ok) throw new Error(`our speaker sent ${message.fault}`);
        const { value } = message;
        if (value.kind === "open") {
          session = { open: value, updateCount: 0, prefixes: [], ended: null };
          this.sessions.push(session);
          connection.send(this.#hello(), () => undefined);
        }
        if (session === undefined) return;
        if (value.kind === "update") note(session, value);
        if (value.kind === "notification") session.ended = `${value.code}/${value.subcode}`;
      },
      onBadHeader: (fault) => {
        throw new Error(`our speaker sent ${fault}`);
      },
      onEnd: () => undefined,
    });
    socket.resume();
  }

  #hello(): Uint8Array {
    const open: OpenMessage = {
      ...{ kind: "open", asn16: this.asn, holdTimeSeconds: 90, identifier: "192.0.2.254" as Ip },
      capabilities: [
        { kind: "multiprotocol", afi: 1, safi: 1 },
        { kind: "multiprotocol", afi: 2, safi: 1 },
        { kind: "four-octet-as", asn: this.asn },
      ],
    };
    return Buffer.concat([encodeMessage(open, WIRE), encodeMessage({ kind: "keepalive" }, WIRE)]);
  }
}

function note(session: HeardSession, { announced, withdrawn, attributes }: UpdateMessage): void {
  session.updateCount++;
  const taken = (prefix: Prefix) => `-${prefix}`;
  session.prefixes.push(...prefixesOf(withdrawn, "IPv4").map(taken));
  session.prefixes.push(...prefixesOf(announced, "IPv4"));
  for (const attribute of attributes) {
    if (attribute.kind === "mp-unreach") {
      session.prefixes.push(...prefixesOf(attribute.prefixes, attribute.family).map(taken));
    }
    if (attribute.kind === "mp-reach") {
      session.prefixes.push(...prefixesOf(attribute.prefixes, attribute.family));
    }
  }
}
