/**
 * TCP sockets for BGP: made by the kernel as the peer wants them, then handed to Node.
 *
 * MD5, TTL, device and source address must be there before the first segment, which Node cannot say; the rest is Node's.
 * Neighbours: ../socket-options.ts says what is set; connection.ts speaks over it; listener.ts accepts.
 */
import { createServer, Socket, type Server } from "node:net";
import { familyOf, type Ip, type IpFamily } from "../../base/ip.ts";
import { senderFilter } from "../../linux/bpf.ts";
import { SystemCallError } from "../../linux/errno.ts";
import { hopLimitOf, sourceOf } from "../../linux/ip-header.ts";
import * as system from "../../linux/io/system.ts";
import { AF_INET, AF_INET6, encodeSockaddr } from "../../linux/sockaddr.ts";
import type { Unheard } from "../dial-guard.ts";
import type { BgpPeer } from "../peer.ts";
import {
  dialOptions,
  leastTtl,
  listenOptions,
  reachOptions,
  type SocketOption,
} from "../socket-options.ts";

const SOCK_STREAM = 1;
/** More wait for us than there are peers only in a flood. */
const BACKLOG = 128;
const [IPPROTO_TCP, TCP_SAVED_SYN] = [6, 28];
const SO_BINDTOIFINDEX = 62;
/** With a shorter one the kernel gives nothing, and IPv6 has headers of any length. */
const PACKET_BYTES_MAX = 65_575;

/** @throws SystemCallError where the kernel lacks what the peer wants, or the source address is not ours */
export function dial(peer: BgpPeer): Socket {
  const { address, sourceAddress, port } = peer;
  const fd = open(familyOf(address), dialOptions(peer));
  if (sourceAddress !== null) bindTo(fd, sourceAddress, { port: 0, interfaceIndex: 0 });
  return new Socket({ fd, allowHalfOpen: false }).connect({ host: address, port });
}

/** @returns a server that accepts without looking; and its descriptor, for keys. @throws SystemCallError */
export function listen(
  family: IpFamily,
  { port, vrf }: { readonly port: number; readonly vrf: string | null },
): { readonly server: Server; readonly fd: number } {
  const fd = open(family, listenOptions(family === "IPv6", vrf));
  bindTo(fd, (family === "IPv6" ? "::" : "0.0.0.0") as Ip, { port, interfaceIndex: 0 });
  const server = createServer({ pauseOnConnect: true });
  server.listen({ fd, backlog: BACKLOG });
  return { server, fd };
}

/** @returns the index of the device that it is bound to, 0 where to none; undefined: kernels before 5.1 do not tell */
export function boundIndexOf(fd: number): number | undefined {
  const value = new Uint8Array(Int32Array.BYTES_PER_ELEMENT);
  const length = system.getOption(fd, system.SOL_SOCKET, SO_BINDTOIFINDEX, value);
  return length === value.length ? new DataView(value.buffer).getInt32(0, true) : undefined;
}

/** Whom the server's socket does not hear: of what they send nothing reaches us. @throws SystemCallError */
export function ignore(fd: number, { rule, addresses }: Unheard): void {
  const program = senderFilter(addresses, rule === "all-of" ? "drop" : "pass");
  const result = system.attachFilter(fd, program);
  if (result < 0) throw new SystemCallError("say whose connections are wanted", result);
}

/** What holds for one peer of those that a listener accepts. */
export function adapt(socket: Socket, peer: BgpPeer, theirAddress: Ip): void {
  const fd = descriptorOf(socket);
  if (fd === undefined) return;
  for (const option of reachOptions(peer, theirAddress.includes(":"))) apply(fd, option);
}

/** @returns who has dialled, once: from the segment that it has dialled with, so also where it is gone already; undefined: not kept */
export function diallerOf(socket: Socket): Ip | undefined {
  return sourceOf(synOf(socket));
}

/**
 * @returns whether who has dialled is farther away than the peer may be (RFC 5082), as far as the kernel has kept what it was dialled
 *   with: what came behind that came before `adapt`, and is with us already
 */
export function dialsFromAfar(socket: Socket, { reach }: Pick<BgpPeer, "reach">): boolean {
  if (reach.kind !== "secured") return false;
  const hopLimit = hopLimitOf(synOf(socket));
  return hopLimit !== undefined && hopLimit < leastTtl(reach.hopsMax);
}

/** The segment that it was dialled with, from its IP header on: the kernel gives it once. */
function synOf(socket: Socket): Uint8Array {
  const fd = descriptorOf(socket);
  if (fd === undefined) return new Uint8Array();
  const syn = new Uint8Array(PACKET_BYTES_MAX);
  const length = system.getOption(fd, IPPROTO_TCP, TCP_SAVED_SYN, syn);
  return syn.subarray(0, Math.max(0, length));
}

/** Node shows none; what is set on the handle's is set for good. */
function descriptorOf(socket: Socket): number | undefined {
  const { _handle } = socket as unknown as { readonly _handle: { readonly fd: number } | null };
  return _handle?.fd;
}

export function apply(fd: number, { name, level, option, value }: SocketOption): void {
  const result =
    typeof value === "number"
      ? system.setIntOption(fd, level, option, value)
      : system.setOption(fd, level, option, value);
  if (result < 0) throw new SystemCallError(name, result);
}

function open(family: IpFamily, options: readonly SocketOption[]): number {
  const fd = system.socket(family === "IPv4" ? AF_INET : AF_INET6, SOCK_STREAM, 0);
  if (fd < 0) throw new SystemCallError(`open a TCP socket of ${family}`, fd);
  try {
    for (const option of options) apply(fd, option);
  } catch (error) {
    system.close(fd);
    throw error;
  }
  return fd;
}

function bindTo(
  fd: number,
  ip: Ip,
  where: { readonly port: number; readonly interfaceIndex: number },
): void {
  const result = system.bind(fd, encodeSockaddr({ ip, ...where }));
  if (result >= 0) return;
  system.close(fd);
  throw new SystemCallError(`bind to ${ip} port ${where.port}`, result);
}
