/**
 * Memberships in IPv6 multicast groups, by interface: switches that snoop (RFC 4541) and network cards that
 * filter let a group through only where the kernel has told them so.
 *
 * Read first: ipv6(7) IPV6_JOIN_GROUP, RFC 3810. Nothing is received here: the sockets are bound to no port.
 * One socket holds only as many memberships as `net.core.optmem_max` has room for, so there are several.
 * Neighbours: ../memberships.ts counts who needs a group; io/packet-socket.ts receives the frames.
 */
import type { Ip } from "../../base/ip.ts";
import { EADDRINUSE, ENOBUFS, ENOMEM, SystemCallError } from "../errno.ts";
import { Memberships } from "../memberships.ts";
import { AF_INET6, encodeIpv6Mreq } from "../sockaddr.ts";
import * as system from "./system.ts";

export interface MulticastGroups {
  /**
   * Every join wants one leave: the group is left when the last one has gone.
   *
   * @returns 0, or `-errno`: -ENODEV where the interface is gone (then nothing is held, and no leave is due)
   */
  join(interfaceIndex: number, group: Ip): number;
  /** @returns 0, or `-errno` where the kernel had forgotten already; an unknown group is 0 as well */
  leave(interfaceIndex: number, group: Ip): number;
  close(): void;
}

const IPPROTO_IPV6 = 41;
const IPV6_JOIN_GROUP = 20;
const IPV6_LEAVE_GROUP = 21;

/** A socket holds 2340 groups where optmem_max is 131 072, and 365 where it is 20 480 (older kernels). */
const SOCKETS_MAX = 256;

/** @returns no groups yet; the first socket is opened by the first join */
export function openMulticastGroups(): MulticastGroups {
  return new OpenMulticastGroups();
}

class OpenMulticastGroups implements MulticastGroups {
  readonly #memberships = new Memberships();
  readonly #sockets: number[] = [];
  /** Those that had no room when they were last asked; a leave makes room again. */
  readonly #full = new Set<number>();

  join(interfaceIndex: number, group: Ip): number {
    if (this.#memberships.hold(interfaceIndex, group)) return 0;
    const request = encodeIpv6Mreq(group, interfaceIndex);
    let result = -ENOBUFS;
    for (const socket of this.#withRoom()) {
      result = joinOn(socket, request);
      if (result === 0) this.#memberships.joined(interfaceIndex, group, socket);
      if (result !== -ENOBUFS && result !== -ENOMEM) return result;
      this.#full.add(socket);
    }
    return result;
  }

  leave(interfaceIndex: number, group: Ip): number {
    const socket = this.#memberships.release(interfaceIndex, group);
    if (socket === undefined) return 0;
    this.#full.delete(socket);
    const request = encodeIpv6Mreq(group, interfaceIndex);
    return system.setOption(socket, IPPROTO_IPV6, IPV6_LEAVE_GROUP, request);
  }

  close(): void {
    for (const socket of this.#sockets.splice(0)) system.close(socket);
  }

  /** The sockets that may have room, and a new one after them. */
  *#withRoom(): Generator<number> {
    for (const socket of this.#sockets) if (!this.#full.has(socket)) yield socket;
    if (this.#sockets.length >= SOCKETS_MAX) return;
    const socket = system.socket(AF_INET6, system.SOCK_DGRAM, 0);
    if (socket < 0) throw new SystemCallError("open a socket for multicast groups", socket);
    this.#sockets.push(socket);
    yield socket;
  }
}

function joinOn(socket: number, request: Uint8Array): number {
  const result = system.setOption(socket, IPPROTO_IPV6, IPV6_JOIN_GROUP, request);
  if (result !== -EADDRINUSE) return result;
  // The socket remembers a group of an interface that went, and whose index has come again.
  system.setOption(socket, IPPROTO_IPV6, IPV6_LEAVE_GROUP, request);
  return system.setOption(socket, IPPROTO_IPV6, IPV6_JOIN_GROUP, request);
}
