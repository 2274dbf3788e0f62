/**
 * What sockets that take many datagrams per system call have in common: how those of UDP are opened, and how what waits is taken.
 *
 * Neighbours: datagram-socket.ts and informed-socket.ts are the sockets; icmpv6-socket.ts opens one of its own kind.
 */
import type { Ip, IpFamily } from "../../base/ip.ts";
import { deviceOption } from "../device-option.ts";
import { EAGAIN, errnoFault, SystemCallError } from "../errno.ts";
import type { MessageTable } from "../message-table.ts";
import { AF_INET, AF_INET6, encodeSockaddr } from "../sockaddr.ts";
import * as system from "./system.ts";

const SO_RCVBUF = 8;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;

export interface UdpOptions {
  readonly family: IpFamily;
  readonly port: number;
  readonly receiveBufferBytes: number;
  /** Takes only what comes in by this interface, or by those of this VRF. */
  readonly device?: string | null;
  /** What is switched on. */
  readonly flags?: readonly (readonly [level: number, option: number])[];
}

/** @throws SystemCallError: EADDRINUSE where the port is taken, EAFNOSUPPORT where there is no such family, ENODEV, EPERM */
export function openUdp(options: UdpOptions): number {
  const { family, port, receiveBufferBytes, device = null, flags = [] } = options;
  const fd = system.socket(family === "IPv4" ? AF_INET : AF_INET6, system.SOCK_DGRAM, 0);
  if (fd < 0) throw new SystemCallError(`open a UDP socket of ${family}`, fd);
  // The kernel gives what it may; less is no reason to stop.
  system.setIntOption(fd, system.SOL_SOCKET, SO_RCVBUF, receiveBufferBytes);
  if (family === "IPv6") system.setIntOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  const results = flags.map(([level, option]) => system.setIntOption(fd, level, option, 1));
  if (device !== null) results.push(bindToDevice(fd, device));
  results.push(system.bind(fd, anyAddress(family, port)));
  const failed = results.find((result) => result < 0);
  if (failed === undefined) return fd;
  system.close(fd);
  const where = device === null ? "" : ` on ${device}`;
  throw new SystemCallError(`listen on UDP port ${port} of ${family}${where}`, failed, device);
}

/** @returns zero, or `-errno`: -ENODEV where there is no such device */
export function bindToDevice(fd: number, device: string): number {
  const { level, option, value } = deviceOption(device);
  return system.setOption(fd, level, option, value);
}

function anyAddress(family: IpFamily, port: number): Uint8Array {
  const ip = (family === "IPv4" ? "0.0.0.0" : "::") as Ip;
  return encodeSockaddr({ ip, port, interfaceIndex: 0 });
}

/** Of what the datagrams are: faults begin with it. */
export type DatagramKind = "udp" | "icmpv6";

export interface Taking {
  readonly fd: number;
  readonly kind: DatagramKind;
  readonly table: MessageTable;
  readonly messagesPerCall: number;
  /** More is a flood, and the loop has timers to run. */
  readonly callsMax: number;
  /** Before each call. */
  readonly prepare: () => void;
  readonly onMessage: (index: number) => void;
  readonly onFault: (name: string) => void;
  /** It may be closed by what a message leads to. */
  readonly isClosed: () => boolean;
}

/** Takes what waits. @returns how many messages came; in a flood some may still wait */
export function takeMessages(taking: Taking): number {
  const { fd, kind, table, messagesPerCall, callsMax } = taking;
  let total = 0;
  for (let call = 0; call < callsMax && !taking.isClosed(); call++) {
    taking.prepare();
    const count = system.receiveMessages(fd, table.bytes, messagesPerCall);
    if (count < 0) {
      if (count !== -EAGAIN) taking.onFault(errnoFault(kind, count));
      return total;
    }
    for (let i = 0; i < count && !taking.isClosed(); i++) {
      if (table.isCutOff(i)) taking.onFault(`${kind}-too-long`);
      else taking.onMessage(i);
    }
    total += count;
    if (count < messagesPerCall) return total;
  }
  return total;
}
