/**
 * A socket that takes short datagrams and says of each where it came from, in and to, and how many hops it had left.
 *
 * Read first: recvmmsg(2), ip(7), ipv6(7). Only for taking: what is sent by UDP goes out of sockets of its own (sending-socket.ts).
 * Neighbours: datagram-socket.ts is for datagrams that say themselves who sent them; icmpv6-socket.ts opens one for ICMPv6;
 * ../control-messages.ts reads what the kernel says.
 */
import { ipFromBytes, type Ip, type IpFamily } from "../../base/ip.ts";
import { addressBytesOf, CONTROL_BYTES, readControlMessages } from "../control-messages.ts";
import { EAGAIN, errnoFault } from "../errno.ts";
import { MessageTable } from "../message-table.ts";
import * as system from "./system.ts";
import { openUdp, takeMessages, type DatagramKind, type Taking } from "./udp.ts";

/** The same object for every datagram, and the bytes are read before the next. */
export interface InformedDatagram {
  bytes: Uint8Array;
  from: Ip;
  to: Ip;
  interfaceIndex: number;
  ttl: number;
}

export interface InformedHandlers {
  readonly onDatagram: (datagram: Readonly<InformedDatagram>) => void;
  /** Something waits to be read. */
  readonly onReadable: () => void;
  /** The name of what went wrong, such as `udp-enetdown`; the socket goes on. */
  readonly onFault: (name: string) => void;
}

export interface InformedSocketOptions extends InformedHandlers {
  readonly family: IpFamily;
  readonly port: number;
  /** Takes only what comes in by this interface, or by those of this VRF. */
  readonly device: string | null;
}

interface Taken {
  readonly kind: DatagramKind;
  /** What is longer is told as a fault, and not shown. */
  readonly bytesMax: number;
}

export const INFORMED_BYTES_MAX = 256;
const MESSAGES_PER_CALL = 16;
/** In one `receive`: more is a flood, and the loop has timers to run. */
const CALLS_MAX = 16;
const RECEIVE_BUFFER_BYTES = 1 << 19;
/** Room for a `struct sockaddr_in6`, aligned as C would. */
const NAME_BYTES = 32;
/** Addresses kept as text at once. */
const ADDRESSES_MAX = 1024;

const IPPROTO_IP = 0;
const IP_PKTINFO = 8;
const IP_RECVTTL = 12;
const IPPROTO_IPV6 = 41;
const IPV6_RECVPKTINFO = 49;
const IPV6_RECVHOPLIMIT = 51;

/** What a socket has to be told, so that the kernel says of each datagram what is shown of it. */
export const INFORMING_FLAGS: Readonly<
  Record<IpFamily, readonly (readonly [level: number, name: number])[]>
> = {
  IPv4: [
    [IPPROTO_IP, IP_PKTINFO],
    [IPPROTO_IP, IP_RECVTTL],
  ],
  IPv6: [
    [IPPROTO_IPV6, IPV6_RECVPKTINFO],
    [IPPROTO_IPV6, IPV6_RECVHOPLIMIT],
  ],
};

/** @throws SystemCallError: EADDRINUSE where the port is taken, ENODEV where there is no such device, EPERM where we may not bind to one */
export function openInformedSocket(options: InformedSocketOptions): InformedSocket {
  const { family, port, device } = options;
  const wishes = { receiveBufferBytes: RECEIVE_BUFFER_BYTES, flags: INFORMING_FLAGS[family] };
  const fd = openUdp({ family, port, device, ...wishes });
  return new InformedSocket(fd, { kind: "udp", bytesMax: INFORMED_BYTES_MAX }, options);
}

/** The kernel is told where these bytes are: so they lie outside of the heap, where nothing is moved. */
function fixedRooms(length: number): readonly Uint8Array[] {
  const bytes = new ArrayBuffer(length * MESSAGES_PER_CALL);
  return Array.from(
    { length: MESSAGES_PER_CALL },
    (_, i) => new Uint8Array(bytes, i * length, length),
  );
}

export class InformedSocket {
  readonly #fd: number;
  readonly #kind: DatagramKind;
  readonly #handlers: InformedHandlers;
  readonly #watch: system.Watch;
  readonly #table = new MessageTable(MESSAGES_PER_CALL, system.addressOf);
  readonly #rooms: readonly Uint8Array[];
  readonly #names = fixedRooms(NAME_BYTES);
  readonly #controls = fixedRooms(CONTROL_BYTES);
  readonly #addresses = new Map<string, Ip>();
  readonly #info = { interfaceIndex: 0, to: new Uint8Array(), ttl: 0 };
  readonly #datagram: InformedDatagram = {
    bytes: this.#info.to,
    from: "" as Ip,
    to: "" as Ip,
    interfaceIndex: 0,
    ttl: 0,
  };
  readonly #taking: Taking;
  #closed = false;

  /** @param fd a socket with INFORMING_FLAGS; it is closed with this */
  constructor(fd: number, { kind, bytesMax }: Taken, handlers: InformedHandlers) {
    this.#fd = fd;
    this.#kind = kind;
    this.#handlers = handlers;
    this.#rooms = fixedRooms(bytesMax);
    this.#taking = {
      ...{ fd, kind, table: this.#table },
      ...{ messagesPerCall: MESSAGES_PER_CALL, callsMax: CALLS_MAX },
      prepare: () => {
        this.#prepare();
      },
      onMessage: (index) => {
        this.#received(index);
      },
      onFault: handlers.onFault,
      isClosed: () => this.#closed,
    };
    for (const [i, room] of this.#rooms.entries()) this.#table.setData(i, placeOf(room));
    this.#watch = system.watch(fd, (errno) => {
      if (errno !== 0 && errno !== -EAGAIN) handlers.onFault(errnoFault(kind, errno));
      if (!this.#closed) handlers.onReadable();
    });
  }

  /** Takes what waits. @returns how many datagrams came; in a flood some may still wait */
  receive(): number {
    return takeMessages(this.#taking);
  }

  /** The kernel writes how much it used of each. */
  #prepare(): void {
    for (const [i, name] of this.#names.entries()) this.#table.setName(i, placeOf(name));
    for (const [i, room] of this.#controls.entries()) this.#table.setControl(i, placeOf(room));
  }

  #received(index: number): void {
    const [room, name, control] = [this.#rooms[index], this.#names[index], this.#controls[index]];
    if (room === undefined || name === undefined || control === undefined) return;
    readControlMessages(control.subarray(0, this.#table.controlLengthOf(index)), this.#info);
    const [from, to] = [this.#ipOf(addressBytesOf(name)), this.#ipOf(this.#info.to)];
    if (from === undefined || to === undefined) {
      this.#handlers.onFault(`${this.#kind}-no-address`);
      return;
    }
    const datagram = this.#datagram;
    datagram.bytes = room.subarray(0, this.#table.lengthOf(index));
    datagram.from = from;
    datagram.to = to;
    datagram.interfaceIndex = this.#info.interfaceIndex;
    datagram.ttl = this.#info.ttl;
    this.#handlers.onDatagram(datagram);
  }

  /** Addresses as text cost more than the rest of a datagram, and few come again and again. */
  #ipOf(bytes: Uint8Array): Ip | undefined {
    if (bytes.length === 0) return undefined;
    const key = String.fromCharCode(...bytes);
    const known = this.#addresses.get(key);
    if (known !== undefined) return known;
    if (this.#addresses.size >= ADDRESSES_MAX) this.#addresses.clear();
    const ip = ipFromBytes(bytes);
    this.#addresses.set(key, ip);
    return ip;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#watch.close();
    system.close(this.#fd);
  }
}

function placeOf(bytes: Uint8Array) {
  return { address: system.addressOf(bytes), length: bytes.length };
}
