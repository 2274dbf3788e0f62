/**
 * What the kernel is told of a TCP socket for BGP, as bytes and numbers. Pure.
 *
 * Read first: tcp(7), ip(7), ipv6(7); RFC 2385 (MD5), RFC 5082 (GTSM). Layout of `struct tcp_md5sig`: include/uapi/linux/tcp.h.
 * Neighbours: io/peer-socket.ts opens sockets with them.
 */
import { Buffer } from "node:buffer";
import type { Ip } from "../base/ip.ts";
import { deviceOption } from "../linux/device-option.ts";
import { encodeSockaddr } from "../linux/sockaddr.ts";
import type { BgpPeer } from "./peer.ts";

export interface SocketOption {
  /** For an error: what could not be done. */
  readonly name: string;
  readonly level: number;
  readonly option: number;
  readonly value: number | Uint8Array;
}

const [SOL_SOCKET, IPPROTO_IP, IPPROTO_TCP, IPPROTO_IPV6] = [1, 0, 6, 41];
const [IP_TOS, IP_TTL, IP_MINTTL] = [1, 2, 21];
const [IPV6_UNICAST_HOPS, IPV6_V6ONLY, IPV6_TCLASS, IPV6_MINHOPCOUNT] = [16, 26, 67, 73];
const SO_REUSEADDR = 2;
const TCP_MD5SIG = 14;
const TCP_SAVE_SYN = 27;

const MD5SIG_BYTES = 216;
/** TCP_MD5SIG_MAXKEYLEN. */
export const MD5_KEY_BYTES_MAX = 80;
const MD5_OFFSET = { keyLength: 130, key: 136 };
const TTL_MAX = 255;
/** RFC 4271 appendix E: precedence Internetwork Control. */
const TOS_CONTROL = 0xc0;

type Numbers = readonly [level: number, option: number];

/** @returns what holds for a connection with the peer, dialled or accepted */
export function reachOptions({ reach }: Pick<BgpPeer, "reach">, isIpv6: boolean): SocketOption[] {
  const hops = isIpv6 ? IPV6_UNICAST_HOPS : IP_TTL;
  const least = isIpv6 ? IPV6_MINHOPCOUNT : IP_MINTTL;
  const level = isIpv6 ? IPPROTO_IPV6 : IPPROTO_IP;
  const ttl = { name: "set the TTL", level, option: hops, value: ttlOf(reach) };
  if (reach.kind !== "secured") return [ttl];
  const value = leastTtl(reach.hopsMax);
  return [ttl, { name: "set the least TTL", level, option: least, value }];
}

/** RFC 5082 section 3: one hop away it is still 255. */
export function leastTtl(hopsMax: number): number {
  return TTL_MAX + 1 - hopsMax;
}

function ttlOf(reach: BgpPeer["reach"]): number {
  return reach.kind === "multihop" ? reach.ttl : TTL_MAX;
}

/** @returns what holds from the first segment on. */
export function dialOptions(peer: BgpPeer): SocketOption[] {
  const { address, password } = peer;
  // An interface of a VRF is in it, and a link-local address means nothing without its interface.
  const device = peer.interface ?? peer.vrf;
  const isIpv6 = address.includes(":");
  return [
    ...(device === null ? [] : [boundTo(device)]),
    ...(password === null ? [] : [md5Option(address, password)]),
    ...reachOptions(peer, isIpv6),
    tosOption(isIpv6),
  ];
}

/** Of a listener for many peers: each connection gets its own when it is accepted. */
export function listenOptions(isIpv6: boolean, vrf: string | null): SocketOption[] {
  const [level, hops]: Numbers = isIpv6 ? [IPPROTO_IPV6, IPV6_UNICAST_HOPS] : [IPPROTO_IP, IP_TTL];
  return [
    { name: "reuse the port", level: SOL_SOCKET, option: SO_REUSEADDR, value: 1 },
    ...(isIpv6 ? [{ name: "take IPv6 alone", level, option: IPV6_V6ONLY, value: 1 }] : []),
    ...(vrf === null ? [] : [boundTo(vrf)]),
    // Who has dialled can be told of it when the connection is gone already.
    { name: "keep what is dialled with", level: IPPROTO_TCP, option: TCP_SAVE_SYN, value: 1 },
    // The answer to the first segment: as for every peer, but for those of several hops that say another.
    { name: "set the TTL", level, option: hops, value: TTL_MAX },
    tosOption(isIpv6),
  ];
}

function tosOption(isIpv6: boolean): SocketOption {
  const [level, option] = isIpv6 ? [IPPROTO_IPV6, IPV6_TCLASS] : [IPPROTO_IP, IP_TOS];
  return { name: "set the traffic class", level, option, value: TOS_CONTROL };
}

function boundTo(device: string): SocketOption {
  return { name: `bind to ${device}`, ...deviceOption(device) };
}

/** @param password "" takes the key away; a longer one than `MD5_KEY_BYTES_MAX` nobody asks for */
export function md5Option(peer: Ip, password: string): SocketOption {
  const value = new Uint8Array(MD5SIG_BYTES);
  value.set(encodeSockaddr({ ip: peer, port: 0, interfaceIndex: 0 }));
  const key = Buffer.from(password);
  new DataView(value.buffer).setUint16(MD5_OFFSET.keyLength, key.length, true);
  value.set(key, MD5_OFFSET.key);
  return { name: "set the MD5 password", level: IPPROTO_TCP, option: TCP_MD5SIG, value };
}
