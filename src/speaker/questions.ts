/**
 * Frames that ask who has an address: in our own name, or in nobody's. Pure.
 *
 * Read first: RFC 5227 section 1.1 (an ARP probe says nothing of its sender, so that no cache takes harm), RFC 4862
 * section 5.4.2 (its like for IPv6), RFC 4861 section 7.2.2 (solicitations).
 * Neighbours: poke.ts, detection.ts and verifier.ts say when to ask; guard.ts sends.
 */
import { familyOf, IP_BITS, ipToNumber, type Ip } from "../base/ip.ts";
import { MAC_BROADCAST, MAC_ZERO } from "../base/mac.ts";
import type { LinkAddress, UsableLink } from "./links.ts";
import { encodeArp } from "./wire/arp.ts";
import { encodeEthernet, ETHER_TYPE_ARP, ETHER_TYPE_IPV6 } from "./wire/ethernet.ts";
import { encodeNdp, multicastMac, solicitedNodeGroup, UNSPECIFIED } from "./wire/ndp.ts";

export interface Question {
  readonly etherType: number;
  readonly linkIndex: number;
  readonly frame: Uint8Array;
  readonly ip: Ip;
}

const NO_ADDRESS = "0.0.0.0" as Ip;

/** @returns a probe: in nobody's name */
export function probeOn(link: UsableLink, target: Ip): Question {
  return ask(link, target, familyOf(target) === "IPv4" ? NO_ADDRESS : UNSPECIFIED);
}

/**
 * In the name of an address of the interface, best one of the target's network: some hosts answer nobody from
 * elsewhere. An interface without any asks in nobody's name.
 */
export function questionOn(link: UsableLink, target: Ip): Question {
  const family = familyOf(target);
  const own = link.addresses.filter(({ ip }) => familyOf(ip) === family && ip !== target);
  const best = own.find((address) => isOnLink(target, address)) ?? own[0];
  return best === undefined ? probeOn(link, target) : ask(link, target, best.ip);
}

/** @returns a question in the name of `source`, which is ours */
export function ask(link: UsableLink, target: Ip, source: Ip): Question {
  const { index: linkIndex, mac } = link;
  if (familyOf(target) === "IPv4") {
    const payload = encodeArp({
      ...{ operation: "request", senderMac: mac, senderIp: source },
      ...{ targetMac: MAC_ZERO, targetIp: target },
    });
    const to = { destination: MAC_BROADCAST, source: mac, etherType: ETHER_TYPE_ARP };
    const frame = encodeEthernet({ ...to, payload });
    return { etherType: ETHER_TYPE_ARP, linkIndex, frame, ip: target };
  }
  const group = solicitedNodeGroup(target);
  // RFC 4861 section 4.3: no link-layer address from the unspecified one.
  const linkLayer = source === UNSPECIFIED ? null : mac;
  const payload = encodeNdp({
    ...{ kind: "solicitation", source, destination: group, target, linkLayer },
  });
  const to = { destination: multicastMac(group), source: mac, etherType: ETHER_TYPE_IPV6 };
  const frame = encodeEthernet({ ...to, payload });
  return { etherType: ETHER_TYPE_IPV6, linkIndex, frame, ip: target };
}

/** A prefix of the whole address, or of nothing, says nothing about neighbours. */
export function isOnLink(target: Ip, own: LinkAddress): boolean {
  const family = familyOf(target);
  const bits = IP_BITS[family];
  if (familyOf(own.ip) !== family || own.prefixLength === 0 || own.prefixLength >= bits)
    return false;
  const shift = BigInt(bits - own.prefixLength);
  return ipToNumber(target) >> shift === ipToNumber(own.ip) >> shift && target !== own.ip;
}
