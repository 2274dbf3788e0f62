/**
 * Finds a lost peer's MAC again the moment it can be found: a question from us where the kernel would ask too rarely. Pure.
 *
 * While a peer is away, the kernel gives up its neighbour entry and asks for it once a second only; heartbeats wait for
 * that, and after a mend two nodes would answer for an address for so long. An answer to our question fills the kernel's
 * entry too. The more nodes hear each other, the less each of them asks: together about one question per interval.
 * Left out on purpose: peers behind a router, whose MAC is not the one that is missing.
 * Neighbours: speaker.ts calls this with every heartbeat.
 */
import { familyOf, IP_BITS, ipToNumber, type Ip } from "../base/ip.ts";
import { MAC_BROADCAST, MAC_ZERO } from "../base/mac.ts";
import type { UsableLink } from "./links.ts";
import type { Peer } from "./peers.ts";
import { encodeArp } from "./wire/arp.ts";
import { encodeEthernet, ETHER_TYPE_ARP, ETHER_TYPE_IPV6 } from "./wire/ethernet.ts";
import { encodeNdp, multicastMac, solicitedNodeGroup } from "./wire/ndp.ts";

export interface Poke {
  readonly etherType: number;
  readonly linkIndex: number;
  readonly frame: Uint8Array;
  readonly ip: Ip;
}

/**
 * @param beat counts the heartbeats of this node
 * @returns a question for one of the lost peers; null where none is lost, or it is not our turn
 */
export function poke(
  peers: readonly Readonly<Peer>[],
  links: readonly UsableLink[],
  beat: number,
): Poke | null {
  const lost = peers.filter((peer) => peer.state === "silent" && !peer.left);
  const turns = peers.filter((peer) => peer.state === "heard").length + 1;
  if (lost.length === 0 || beat % turns !== 0) return null;
  const address = lost[(beat / turns) % lost.length]?.addresses[0];
  return address === undefined ? null : question(address as Ip, links);
}

function question(target: Ip, links: readonly UsableLink[]): Poke | null {
  for (const { index: linkIndex, mac, addresses } of links) {
    const own = addresses.find((address) => isOnLink(target, address));
    if (own === undefined) continue;
    if (familyOf(target) === "IPv4") {
      const arp = encodeArp({
        ...{ operation: "request", senderMac: mac, senderIp: own.ip },
        ...{ targetMac: MAC_ZERO, targetIp: target },
      });
      const to = { destination: MAC_BROADCAST, source: mac, etherType: ETHER_TYPE_ARP };
      const frame = encodeEthernet({ ...to, payload: arp });
      return { etherType: ETHER_TYPE_ARP, linkIndex, frame, ip: target };
    }
    const group = solicitedNodeGroup(target);
    const solicitation = encodeNdp({
      ...{ kind: "solicitation", source: own.ip, destination: group, target, linkLayer: mac },
    });
    const to = { destination: multicastMac(group), source: mac, etherType: ETHER_TYPE_IPV6 };
    const frame = encodeEthernet({ ...to, payload: solicitation });
    return { etherType: ETHER_TYPE_IPV6, linkIndex, frame, ip: target };
  }
  return null;
}

/** A prefix of the whole address, or of nothing, says nothing about neighbours. */
function isOnLink(target: Ip, own: UsableLink["addresses"][number]): boolean {
  const family = familyOf(target);
  const bits = IP_BITS[family];
  if (familyOf(own.ip) !== family || own.prefixLength === 0 || own.prefixLength >= bits)
    return false;
  const shift = BigInt(bits - own.prefixLength);
  return ipToNumber(target) >> shift === ipToNumber(own.ip) >> shift && target !== own.ip;
}
