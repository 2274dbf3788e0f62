/**
 * Datagrams between speakers: one UDP port on every address of the node, IPv4 and IPv6.
 *
 * A node without IPv6 has one socket only. Nothing here knows what a datagram says.
 */
import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";

export interface HeartbeatSocketOptions {
  readonly port: number;
  /** The bytes are the caller's. */
  readonly onDatagram: (bytes: Uint8Array) => void;
  /** The name of what went wrong, such as `udp-enetunreach`; the socket goes on. */
  readonly onFault: (name: string) => void;
}

export interface HeartbeatSocket {
  send(bytes: Uint8Array, to: readonly string[]): void;
  /** Calls back once nothing waits in the socket any more, or so much came that it may go on for ever. */
  drain(done: () => void): void;
  close(): void;
}

const RECEIVE_BUFFER_BYTES = 1 << 20;
/** libuv takes a bounded number of datagrams per turn of the loop; more than this many turns is a flood. */
const DRAIN_TURNS_MAX = 8;

/** Addresses are numbers already: nothing is to be looked up, and nothing to wait for. */
const noLookup = (
  host: string,
  _options: unknown,
  done: (error: null, address: string, family: number) => void,
): void => {
  done(null, host, isIPv6(host) ? 6 : 4);
};

/** @throws where the port is taken */
export async function openHeartbeatSocket(
  options: HeartbeatSocketOptions,
): Promise<HeartbeatSocket> {
  const v4 = await open("udp4", options);
  const v6 = await open("udp6", options).catch((error: unknown) => {
    if (codeOf(error) === "EADDRINUSE") throw error;
    return undefined; // no IPv6 here
  });
  return new OpenHeartbeatSocket(v4, v6, options);
}

function open(type: "udp4" | "udp6", { port }: HeartbeatSocketOptions): Promise<Socket> {
  const socket = createSocket({
    type,
    ipv6Only: type === "udp6",
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    lookup: noLookup,
  });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind({ port, exclusive: true }, () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

class OpenHeartbeatSocket implements HeartbeatSocket {
  readonly #v4: Socket;
  readonly #v6: Socket | undefined;
  readonly #options: HeartbeatSocketOptions;
  #received = 0;
  #closed = false;

  constructor(v4: Socket, v6: Socket | undefined, options: HeartbeatSocketOptions) {
    this.#v4 = v4;
    this.#v6 = v6;
    this.#options = options;
    for (const socket of [v4, v6]) {
      socket?.on("message", (bytes) => {
        this.#received++;
        options.onDatagram(bytes);
      });
      socket?.on("error", (error) => {
        options.onFault(faultOf(error));
      });
    }
  }

  send(bytes: Uint8Array, to: readonly string[]): void {
    if (this.#closed) return;
    for (const address of to) {
      const socket = isIPv6(address) ? this.#v6 : this.#v4;
      if (socket === undefined) this.#options.onFault("udp-no-ipv6");
      else socket.send(bytes, this.#options.port, address, this.#sent);
    }
  }

  /** One for all: a function per datagram would be garbage. */
  readonly #sent = (error: Error | null): void => {
    if (error !== null && !this.#closed) this.#options.onFault(faultOf(error));
  };

  /** The turn of the loop that reads sockets comes before that of `setImmediate`. */
  drain(done: () => void, turn = 1): void {
    const before = this.#received;
    setImmediate(() => {
      if (this.#received > before && turn < DRAIN_TURNS_MAX) this.drain(done, turn + 1);
      else done();
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#v4.close();
    this.#v6?.close();
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | null)?.code ?? "unknown";
}

function faultOf(error: unknown): string {
  return `udp-${codeOf(error).toLowerCase()}`;
}
