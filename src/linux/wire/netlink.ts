/**
 * NETLINK_ROUTE for links and addresses: bytes to values and back. Pure.
 *
 * Read first: netlink(7), rtnetlink(7), the kernel's include/uapi/linux/{netlink,rtnetlink,if_link,if_addr}.h.
 * Fields are in the host's order: little-endian, for the machines that we run on.
 * Left out on purpose: routes, neighbours, statistics, and every attribute that nobody here asks for.
 * Neighbours: ../link-table.ts keeps what this reads; ../io/link-monitor.ts carries it.
 */
import { type Decoded, decoded, fault } from "../../base/decoded.ts";
import { ipFromBytes, type Ip } from "../../base/ip.ts";
import { MAC_BYTES, macFromBytes, type Mac } from "../../base/mac.ts";

/** An interface, without its addresses. */
export interface LinkFacts {
  readonly index: number;
  readonly name: string;
  /** Null where its addresses are not those of Ethernet. */
  readonly mac: Mac | null;
  readonly ethernet: boolean;
  readonly loopback: boolean;
  /** IFF_UP: somebody wants it on. */
  readonly up: boolean;
  /** IFF_LOWER_UP: there is a carrier. Frames flow where both are true. */
  readonly carrier: boolean;
  readonly broadcast: boolean;
  readonly noArp: boolean;
  /** The bridge, bond or VRF that it belongs to. */
  readonly masterIndex: number | null;
  /** What kind of virtual interface it is (`"veth"`, `"bridge"`, `"vlan"`); null for hardware. */
  readonly kind: string | null;
  readonly mtu: number;
}

/** An address on an interface. */
export interface AddressFacts {
  readonly interfaceIndex: number;
  readonly ip: Ip;
  readonly prefixLength: number;
  readonly linkLocal: boolean;
  /** False while duplicate address detection runs, and after it found a duplicate. */
  readonly usable: boolean;
}

interface Header {
  /** Of the request that this answers. News carry that of whoever caused them: see `inDump`. */
  readonly sequence: number;
  /** Part of the answer to a dump request; news are not. */
  readonly inDump: boolean;
  /** The kernel changed something while it dumped: what it said may not fit together. */
  readonly interrupted: boolean;
}

export type NetlinkMessage = Header &
  (
    | { readonly kind: "link"; readonly link: LinkFacts }
    | { readonly kind: "link-removed"; readonly index: number }
    | { readonly kind: "address"; readonly address: AddressFacts }
    | { readonly kind: "address-removed"; readonly address: AddressFacts }
    | { readonly kind: "done" }
    | { readonly kind: "overrun" }
    /** `errno` is negative; 0 acknowledges. */
    | { readonly kind: "error"; readonly errno: number }
    /** Well formed, and none of our business. */
    | { readonly kind: "other" }
  );

export const RTMGRP = { link: 0x1, ipv4Address: 0x10, ipv6Address: 0x100 } as const;

const HEADER_BYTES = 16;
const LINK_BYTES = 16; // struct ifinfomsg
const ADDRESS_BYTES = 8; // struct ifaddrmsg
const ATTRIBUTE_BYTES = 4;

const NLMSG = { error: 2, done: 3, overrun: 4 } as const;
const RTM = {
  newLink: 16,
  delLink: 17,
  getLink: 18,
  newAddr: 20,
  delAddr: 21,
  getAddr: 22,
} as const;
const NLM_F = { request: 0x1, multi: 0x2, dumpInterrupted: 0x10, dump: 0x300 } as const;
const IFLA = { address: 1, name: 3, mtu: 4, master: 10, linkInfo: 18, extMask: 29 } as const;
const IFLA_INFO_KIND = 1;
const RTEXT_FILTER_SKIP_STATS = 8;
const IFA = { address: 1, local: 2, flags: 8 } as const;
const IFF = { up: 0x1, broadcast: 0x2, loopback: 0x8, noArp: 0x80, lowerUp: 0x10000 } as const;
const IFA_F = { optimistic: 0x4, dadFailed: 0x8, tentative: 0x40 } as const;
const RT_SCOPE_LINK = 253;
const ARPHRD_ETHER = 1;
const [AF_UNSPEC, AF_INET, AF_INET6] = [0, 2, 10];
const NLA_TYPE_MASK = 0x3fff;

const align4 = (length: number): number => (length + 3) & ~3;
const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Reads one datagram.
 *
 * @returns its messages in order, or the name of the first fault: `netlink-too-short`, `netlink-bad-length`,
 *   `netlink-bad-attribute`, `netlink-link-too-short`, `netlink-address-too-short`, `netlink-error-too-short`
 */
export function decodeNetlink(datagram: Uint8Array): Decoded<readonly NetlinkMessage[]> {
  const messages: NetlinkMessage[] = [];
  for (let rest = datagram; rest.length > 0;) {
    if (rest.length < HEADER_BYTES) return fault("netlink-too-short");
    const length = viewOf(rest).getUint32(0, true); // nlmsg_len counts the header
    if (length < HEADER_BYTES || length > rest.length) return fault("netlink-bad-length");
    const message = decodeMessage(rest.subarray(0, length));
    if (!message.ok) return message;
    messages.push(message.value);
    rest = rest.subarray(align4(length));
  }
  return decoded(messages);
}

function decodeMessage(bytes: Uint8Array): Decoded<NetlinkMessage> {
  const view = viewOf(bytes);
  const flags = view.getUint16(6, true);
  const header = {
    sequence: view.getUint32(8, true),
    inDump: (flags & NLM_F.multi) !== 0,
    interrupted: (flags & NLM_F.dumpInterrupted) !== 0,
  };
  const body = bytes.subarray(HEADER_BYTES);
  switch (view.getUint16(4, true)) {
    case RTM.newLink:
      return decodeLink(header, body);
    case RTM.delLink:
      return decodeLinkRemoved(header, body);
    case RTM.newAddr:
      return decodeAddress(header, "address", body);
    case RTM.delAddr:
      return decodeAddress(header, "address-removed", body);
    case NLMSG.error:
    case NLMSG.done:
      return decodeEnd(header, body, view.getUint16(4, true) === NLMSG.done);
    case NLMSG.overrun:
      return decoded({ ...header, kind: "overrun" });
    default:
      return decoded({ ...header, kind: "other" });
  }
}

/** NLMSG_ERROR and NLMSG_DONE begin with an `int`: 0, or why it ended. */
function decodeEnd(header: Header, body: Uint8Array, done: boolean): Decoded<NetlinkMessage> {
  if (body.length < 4) return fault("netlink-error-too-short");
  const errno = viewOf(body).getInt32(0, true);
  return decoded({
    ...header,
    ...(done && errno >= 0 ? { kind: "done" } : { kind: "error", errno }),
  });
}

/** RTM_NEWLINK: `struct ifinfomsg`, attributes. */
function decodeLink(header: Header, body: Uint8Array): Decoded<NetlinkMessage> {
  if (body.length < LINK_BYTES) return fault("netlink-link-too-short");
  const view = viewOf(body);
  const attributes = decodeAttributes(body.subarray(LINK_BYTES));
  if (!attributes.ok) return attributes;
  const mtu = u32Of(attributes.value.get(IFLA.mtu));
  const info = decodeAttributes(attributes.value.get(IFLA.linkInfo) ?? new Uint8Array());
  if (!info.ok) return info;
  // A bridge tells of its ports with the family AF_BRIDGE, a radio of its scans without an MTU: both only
  // look like news of a link.
  if (view.getUint8(0) !== AF_UNSPEC || mtu === undefined) {
    return decoded({ ...header, kind: "other" });
  }
  const flags = view.getUint32(8, true);
  const link: LinkFacts = {
    index: view.getInt32(4, true),
    name: textOf(attributes.value.get(IFLA.name)) ?? "",
    mac: macOf(attributes.value.get(IFLA.address)),
    ethernet: view.getUint16(2, true) === ARPHRD_ETHER,
    loopback: (flags & IFF.loopback) !== 0,
    up: (flags & IFF.up) !== 0,
    carrier: (flags & IFF.lowerUp) !== 0,
    broadcast: (flags & IFF.broadcast) !== 0,
    noArp: (flags & IFF.noArp) !== 0,
    masterIndex: u32Of(attributes.value.get(IFLA.master)) ?? null,
    kind: textOf(info.value.get(IFLA_INFO_KIND)) ?? null,
    mtu,
  };
  return decoded({ ...header, kind: "link", link });
}

/** RTM_DELLINK; with the family AF_BRIDGE it says only that a port left its bridge. */
function decodeLinkRemoved(header: Header, body: Uint8Array): Decoded<NetlinkMessage> {
  if (body.length < LINK_BYTES) return fault("netlink-link-too-short");
  const view = viewOf(body);
  if (view.getUint8(0) !== AF_UNSPEC) return decoded({ ...header, kind: "other" });
  return decoded({ ...header, kind: "link-removed", index: view.getInt32(4, true) });
}

/** RTM_NEWADDR and RTM_DELADDR: `struct ifaddrmsg`, attributes. */
function decodeAddress(
  header: Header,
  kind: "address" | "address-removed",
  body: Uint8Array,
): Decoded<NetlinkMessage> {
  if (body.length < ADDRESS_BYTES) return fault("netlink-address-too-short");
  const view = viewOf(body);
  const attributes = decodeAttributes(body.subarray(ADDRESS_BYTES));
  if (!attributes.ok) return attributes;
  // On a point-to-point link IFA_ADDRESS is the other end's, and ours is IFA_LOCAL.
  const ip = attributes.value.get(IFA.local) ?? attributes.value.get(IFA.address);
  const bytes = { [AF_INET]: 4, [AF_INET6]: 16 }[view.getUint8(0)];
  if (bytes === undefined) return decoded({ ...header, kind: "other" });
  if (ip?.length !== bytes) return fault("netlink-bad-attribute");
  const flags = u32Of(attributes.value.get(IFA.flags)) ?? view.getUint8(2);
  const trusted = (flags & IFA_F.tentative) === 0 || (flags & IFA_F.optimistic) !== 0;
  const address: AddressFacts = {
    interfaceIndex: view.getUint32(4, true),
    ip: ipFromBytes(ip),
    prefixLength: view.getUint8(1),
    linkLocal: view.getUint8(3) === RT_SCOPE_LINK,
    usable: trusted && (flags & IFA_F.dadFailed) === 0,
  };
  return decoded({ ...header, kind, address });
}

/** `struct rtattr`, one after the other; the last of a type counts. */
function decodeAttributes(bytes: Uint8Array): Decoded<ReadonlyMap<number, Uint8Array>> {
  const attributes = new Map<number, Uint8Array>();
  for (let rest = bytes; rest.length > 0;) {
    if (rest.length < ATTRIBUTE_BYTES) return fault("netlink-bad-attribute");
    const view = viewOf(rest);
    const length = view.getUint16(0, true); // rta_len counts its own four bytes
    if (length < ATTRIBUTE_BYTES || length > rest.length) return fault("netlink-bad-attribute");
    attributes.set(view.getUint16(2, true) & NLA_TYPE_MASK, rest.subarray(ATTRIBUTE_BYTES, length));
    rest = rest.subarray(align4(length));
  }
  return decoded(attributes);
}

function u32Of(value: Uint8Array | undefined): number | undefined {
  return value?.length === 4 ? viewOf(value).getUint32(0, true) : undefined;
}

function macOf(value: Uint8Array | undefined): Mac | null {
  return value?.length === MAC_BYTES ? macFromBytes(value) : null;
}

/** C strings: what follows the zero is not text. */
function textOf(value: Uint8Array | undefined): string | undefined {
  if (value === undefined) return undefined;
  const end = value.indexOf(0);
  return Buffer.from(end < 0 ? value : value.subarray(0, end)).toString("latin1");
}

/** Asks for all there is. The answers carry `sequence` and end with `done`. */
export function encodeDumpRequest(what: "links" | "addresses", sequence: number): Uint8Array {
  const links = what === "links";
  const body = links ? LINK_BYTES + ATTRIBUTE_BYTES + 4 : ADDRESS_BYTES;
  const bytes = new Uint8Array(HEADER_BYTES + body);
  const view = viewOf(bytes);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, links ? RTM.getLink : RTM.getAddr, true);
  view.setUint16(6, NLM_F.request | NLM_F.dump, true);
  view.setUint32(8, sequence, true);
  if (!links) return bytes;
  const attribute = HEADER_BYTES + LINK_BYTES; // IFLA_EXT_MASK: the counters are most of a dump
  view.setUint16(attribute, ATTRIBUTE_BYTES + 4, true);
  view.setUint16(attribute + 2, IFLA.extMask, true);
  view.setUint32(attribute + 4, RTEXT_FILTER_SKIP_STATS, true);
  return bytes;
}
