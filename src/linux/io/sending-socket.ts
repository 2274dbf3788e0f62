/**
 * A UDP socket that only sends: to one other end, from a port of a range, with a TTL and a class of its own.
 *
 * Read first: udp(7), ip(7), ipv6(7). What comes to it is dropped by the kernel before it is queued.
 * Neighbour: informed-socket.ts takes what comes.
 */
import { familyOf, type Ip } from "../../base/ip.ts";
import { EADDRINUSE, SystemCallError } from "../errno.ts";
import { AF_INET, AF_INET6, encodeSockaddr } from "../sockaddr.ts";
import { bindToDevice } from "./udp.ts";
import * as system from "./system.ts";

export interface SendingSocketOptions {
  readonly to: { readonly ip: Ip; readonly port: number };
  /** Null: the kernel chooses. */
  readonly from: Ip | null;
  /** Goes out of this interface, or of those of this VRF. */
  readonly device: string | null;
  /** The interface of link-local addresses; 0: none. */
  readonly interfaceIndex: number;
  /** The port it comes from is one of these: the first free one from `first` on. */
  readonly ports: { readonly min: number; readonly max: number; readonly first: number };
  readonly ttl: number;
  /** The byte of DSCP and ECN: 0xc0 is network control. */
  readonly trafficClass: number;
}

export interface SendingSocket {
  /** @returns zero or more, or `-errno` */
  send(bytes: Uint8Array): number;
  close(): void;
}

const IPPROTO_IP = 0;
const IP_TOS = 1;
const IP_TTL = 2;
const IPPROTO_IPV6 = 41;
const IPV6_UNICAST_HOPS = 16;
const IPV6_V6ONLY = 26;
const IPV6_TCLASS = 67;
const SO_PRIORITY = 12;
/** TC_PRIO_INTERACTIVE is 6, the most that needs no capability. */
const PRIORITY = 6;
const DROP_ALL = [{ code: 0x06, jumpTrue: 0, jumpFalse: 0, k: 0 }];

/** @throws SystemCallError: EADDRNOTAVAIL where `from` is no address of ours, ENODEV where there is no such device */
export function openSendingSocket(options: SendingSocketOptions): SendingSocket {
  const { to, interfaceIndex } = options;
  const fd = system.socket(familyOf(to.ip) === "IPv4" ? AF_INET : AF_INET6, system.SOCK_DGRAM, 0);
  if (fd < 0) throw new SystemCallError(`open a UDP socket to ${to.ip}`, fd);
  const failed = setUp(fd, options) ?? bindToFreePort(fd, options);
  if (failed !== undefined) {
    system.close(fd);
    throw failed;
  }
  const address = encodeSockaddr({ ip: to.ip, port: to.port, interfaceIndex });
  let closed = false;
  return {
    send: (bytes) => (closed ? 0 : system.sendTo(fd, bytes, address)),
    close: () => {
      if (closed) return;
      closed = true;
      system.close(fd);
    },
  };
}

function setUp(fd: number, options: SendingSocketOptions): SystemCallError | undefined {
  const { to, ttl, trafficClass, device } = options;
  const results =
    familyOf(to.ip) === "IPv4"
      ? [
          system.setIntOption(fd, IPPROTO_IP, IP_TTL, ttl),
          system.setIntOption(fd, IPPROTO_IP, IP_TOS, trafficClass),
        ]
      : [
          system.setIntOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1),
          system.setIntOption(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, ttl),
          system.setIntOption(fd, IPPROTO_IPV6, IPV6_TCLASS, trafficClass),
        ];
  results.push(system.setIntOption(fd, system.SOL_SOCKET, SO_PRIORITY, PRIORITY));
  results.push(system.attachFilter(fd, DROP_ALL));
  if (device !== null) results.push(bindToDevice(fd, device));
  const failed = results.find((result) => result < 0);
  const where = device === null ? "" : ` on ${device}`;
  return failed === undefined
    ? undefined
    : new SystemCallError(`set up a UDP socket to ${to.ip}${where}`, failed, device);
}

function bindToFreePort(
  fd: number,
  { to, from, ports, interfaceIndex, device }: SendingSocketOptions,
): SystemCallError | undefined {
  const any = (familyOf(to.ip) === "IPv4" ? "0.0.0.0" : "::") as Ip;
  const scope = from === null ? 0 : interfaceIndex;
  const count = ports.max - ports.min + 1;
  let result = 0;
  for (let i = 0; i < count; i++) {
    const port = ports.min + ((ports.first - ports.min + i) % count);
    result = system.bind(fd, encodeSockaddr({ ip: from ?? any, port, interfaceIndex: scope }));
    if (result !== -EADDRINUSE) break;
  }
  return result >= 0 ? undefined : new SystemCallError(`send from ${from ?? any}`, result, device);
}
