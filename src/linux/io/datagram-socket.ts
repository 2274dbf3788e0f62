/**
 * A UDP socket on every address of the node: many datagrams per system call, in memory that is used again and again.
 *
 * Read first: recvmmsg(2), sendmmsg(2). Node's own socket wakes the loop for every datagram, and leaves 64 KiB to collect for each.
 * The caller says when to read: `watch` calls him when something waits, and may rest while he reads by a clock of his own.
 */
import type { Ip, IpFamily } from "../../base/ip.ts";
import { EAGAIN, errnoFault } from "../errno.ts";
import { MessageTable } from "../message-table.ts";
import { encodeSockaddr } from "../sockaddr.ts";
import * as system from "./system.ts";
import { openUdp, takeMessages, type Taking } from "./udp.ts";

export interface DatagramSocketOptions {
  readonly family: IpFamily;
  readonly port: number;
  /** The bytes are yours until it returns, and what you keep you copy. */
  readonly onDatagram: (bytes: Uint8Array) => void;
  /** Something waits to be read. */
  readonly onReadable: () => void;
  /** The name of what went wrong, such as `udp-enetunreach`; the socket goes on. */
  readonly onFault: (name: string) => void;
}

/** With headers of IP and UDP less than what IPv4 can carry; a heartbeat of 2,700 nodes. */
export const DATAGRAM_BYTES_MAX = 1 << 14;
/** In one call, each way. */
const MESSAGES_PER_CALL = 32;
/** In one `receive`: more is a flood, and the loop has timers to run. */
const CALLS_MAX = 8;
const RECEIVE_BUFFER_BYTES = 1 << 20;
/** Room for a `struct sockaddr_in6`, aligned as C would. */
const NAME_BYTES = 32;

/** Other ends whose address is kept at once. */
const SOCKADDRS_MAX = 4096;

/** @throws SystemCallError: EADDRINUSE where the port is taken, EAFNOSUPPORT where there is no such family */
export function openDatagramSocket(options: DatagramSocketOptions): DatagramSocket {
  const { family, port } = options;
  const fd = openUdp({ family, port, receiveBufferBytes: RECEIVE_BUFFER_BYTES });
  return new DatagramSocket(fd, options);
}

/** The kernel is told where these bytes are: so they lie outside of the heap, where nothing is moved. */
function fixedBytes(length: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(length));
}

export class DatagramSocket {
  readonly #fd: number;
  readonly #options: DatagramSocketOptions;
  readonly #watch: system.Watch;
  readonly #rooms = Array.from({ length: MESSAGES_PER_CALL }, () => fixedBytes(DATAGRAM_BYTES_MAX));
  /** Of each room: its bytes as long as the message before was, which most are. */
  readonly #messages = [...this.#rooms];
  readonly #incoming = new MessageTable(MESSAGES_PER_CALL, system.addressOf);
  readonly #names = fixedBytes(MESSAGES_PER_CALL * NAME_BYTES);
  readonly #outgoing = new MessageTable(MESSAGES_PER_CALL, system.addressOf);
  readonly #message = fixedBytes(DATAGRAM_BYTES_MAX);
  readonly #sockaddrs = new Map<Ip, Uint8Array>();
  readonly #taking: Taking;
  #closed = false;

  constructor(fd: number, options: DatagramSocketOptions) {
    this.#fd = fd;
    this.#options = options;
    this.#taking = {
      ...{ fd, kind: "udp", table: this.#incoming },
      ...{ messagesPerCall: MESSAGES_PER_CALL, callsMax: CALLS_MAX },
      prepare: () => undefined,
      onMessage: (index) => {
        this.#received(index);
      },
      onFault: options.onFault,
      isClosed: () => this.#closed,
    };
    for (const [i, room] of this.#rooms.entries()) {
      this.#incoming.setData(i, { address: system.addressOf(room), length: room.length });
    }
    this.#watch = system.watch(fd, (errno) => {
      if (errno !== 0 && errno !== -EAGAIN) this.#options.onFault(errnoFault("udp", errno));
      if (!this.#closed) options.onReadable();
    });
  }

  /** While it rests, nothing wakes the loop. */
  rest(): void {
    this.#watch.stop();
  }

  resume(): void {
    if (!this.#closed) this.#watch.start();
  }

  /** Takes what waits. @returns how many datagrams came; in a flood some may still wait */
  receive(): number {
    return takeMessages(this.#taking);
  }

  #received(index: number): void {
    const length = this.#incoming.lengthOf(index);
    let message = this.#messages[index];
    if (message?.length !== length) {
      message = this.#rooms[index]?.subarray(0, length) ?? new Uint8Array();
      this.#messages[index] = message;
    }
    this.#options.onDatagram(message);
  }

  /** Sends the same bytes to all. */
  send(bytes: Uint8Array, to: readonly Ip[]): void {
    if (this.#closed) return;
    if (bytes.length > this.#message.length) {
      this.#options.onFault("udp-emsgsize");
      return;
    }
    this.#message.set(bytes);
    for (let first = 0; first < to.length; first += MESSAGES_PER_CALL) {
      this.#sendSome(bytes.length, to.slice(first, first + MESSAGES_PER_CALL));
    }
  }

  #sendSome(length: number, to: readonly Ip[]): void {
    const data = { address: system.addressOf(this.#message), length };
    const names = system.addressOf(this.#names);
    for (const [i, ip] of to.entries()) {
      const sockaddr = this.#sockaddrOf(ip);
      this.#names.set(sockaddr, i * NAME_BYTES);
      const address = names + BigInt(i * NAME_BYTES);
      this.#outgoing.setName(i, { address, length: sockaddr.length });
      this.#outgoing.setData(i, data);
    }
    for (let i = 0; i < to.length;) {
      const sent = system.sendMessages(this.#fd, this.#outgoing.from(i), to.length - i);
      if (sent < 0) this.#options.onFault(errnoFault("udp", sent));
      // What one cannot be sent is no reason to leave the others out.
      i += Math.max(sent, 1);
    }
  }

  #sockaddrOf(ip: Ip): Uint8Array {
    const known = this.#sockaddrs.get(ip);
    if (known !== undefined) return known;
    if (this.#sockaddrs.size >= SOCKADDRS_MAX) this.#sockaddrs.clear();
    const sockaddr = encodeSockaddr({ ip, port: this.#options.port, interfaceIndex: 0 });
    this.#sockaddrs.set(ip, sockaddr);
    return sockaddr;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#watch.close();
    system.close(this.#fd);
  }
}
