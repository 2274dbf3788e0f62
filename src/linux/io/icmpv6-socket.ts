/**
 * ICMPv6 on one interface: messages of some types, of each where it came from and how many hops it had left; and multicast out.
 *
 * Read first: ipv6(7), RFC 3542 sections 3.1 (the kernel reckons checksums, and drops what has a wrong one) and 3.2 (which types come).
 * Needs CAP_NET_RAW. Neighbours: informed-socket.ts takes what comes.
 */
import type { Ip } from "../../base/ip.ts";
import { SystemCallError } from "../errno.ts";
import { AF_INET6, encodeSockaddr } from "../sockaddr.ts";
import { InformedSocket, INFORMING_FLAGS, type InformedHandlers } from "./informed-socket.ts";
import * as system from "./system.ts";
import { bindToDevice } from "./udp.ts";

export interface Icmpv6SocketOptions extends InformedHandlers {
  readonly interface: string;
  readonly interfaceIndex: number;
  /** Of messages that are taken; all others are dropped by the kernel. */
  readonly types: readonly number[];
}

export interface Icmpv6Socket {
  /** Takes what waits. @returns how many messages came */
  receive(): number;
  /** @returns zero or more, or `-errno` */
  send(message: Uint8Array, to: Ip): number;
  close(): void;
}

/** What fits into a packet of the least MTU of IPv6 (RFC 8200 section 5), and then some. */
const BYTES_MAX = 1500;
const HOP_LIMIT_MAX = 255;

const IPPROTO_ICMPV6 = 58;
const ICMP6_FILTER = 1;
const IPPROTO_IPV6 = 41;
const IPV6_MULTICAST_IF = 17;
const IPV6_MULTICAST_HOPS = 18;
const IPV6_MULTICAST_LOOP = 19;

/** @throws SystemCallError: EPERM without CAP_NET_RAW, ENODEV where there is no such interface */
export function openIcmpv6Socket(options: Icmpv6SocketOptions): Icmpv6Socket {
  const { interface: device, interfaceIndex, types } = options;
  const fd = system.socket(AF_INET6, system.SOCK_RAW, IPPROTO_ICMPV6);
  if (fd < 0) throw new SystemCallError("open a socket for ICMPv6", fd);
  const results = [
    system.setOption(fd, IPPROTO_ICMPV6, ICMP6_FILTER, filterOf(types)),
    bindToDevice(fd, device),
    system.setIntOption(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, interfaceIndex),
    system.setIntOption(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, HOP_LIMIT_MAX),
    system.setIntOption(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0),
    ...INFORMING_FLAGS.IPv6.map(([level, option]) => system.setIntOption(fd, level, option, 1)),
  ];
  const failed = results.find((result) => result < 0);
  if (failed !== undefined) {
    system.close(fd);
    throw new SystemCallError(`set up a socket for ICMPv6 on ${device}`, failed);
  }
  const socket = new InformedSocket(fd, { kind: "icmpv6", bytesMax: BYTES_MAX }, options);
  let closed = false;
  return {
    receive: () => socket.receive(),
    send: (message, to) =>
      closed ? 0 : system.sendTo(fd, message, encodeSockaddr({ ip: to, port: 0, interfaceIndex })),
    close: () => {
      closed = true;
      socket.close();
    },
  };
}

/** `struct icmp6_filter` of Linux: a bit for each type, set where it is dropped. */
function filterOf(types: readonly number[]): Uint8Array {
  const filter = new Uint8Array(32).fill(0xff);
  // Words of 32 bits, little-endian, as machines are that we run on: so bytes in order.
  for (const type of types) filter[type >> 3] = (filter[type >> 3] ?? 0) & ~(1 << (type & 7));
  return filter;
}
