/**
 * What two OPENs come to: our offer, and what is spoken once we have heard theirs. Pure.
 *
 * Read first: RFC 4271 section 4.2 (the smaller hold time), RFC 5492 section 3 (both must offer it), RFC 6286 (identifiers),
 * RFC 4724 section 3 and RFC 8538 section 2 (what a restart costs).
 * Neighbours: session.ts exchanges them; route-attributes.ts and out-rib.ts obey what was agreed.
 */
import type { Ip, IpFamily } from "../base/ip.ts";
import { acceptsAsn, type BgpPeer } from "./peer.ts";
import { encodeCapabilities, type Capability } from "./wire/capabilities.ts";
import type { WireContext } from "./wire/attributes.ts";
import { afiOf, familyOfAfi, SAFI_UNICAST } from "./wire/families.ts";
import { messageFault, type BgpDecoded } from "./wire/faults.ts";
import { EXTENDED_BYTES_MAX, MESSAGE_BYTES_MAX } from "./wire/message.ts";
import { asnOf, AS_TRANS, type OpenMessage } from "./wire/open.ts";

/** What the peer does while we are away. */
export interface TheirRestart {
  readonly seconds: number;
  /** RFC 8538: it keeps our routes over a NOTIFICATION too, unless that is a hard reset. */
  readonly overNotification: boolean;
}

export interface Agreement {
  readonly theirAsn: number;
  readonly theirIdentifier: Ip;
  /** 0: never. */
  readonly holdTimeMs: number;
  readonly wire: WireContext;
  readonly messageBytesMax: number;
  /** In both offers. */
  readonly families: readonly IpFamily[];
  /** RFC 8950: prefixes of IPv4 may have next hops of IPv6. */
  readonly takesIpv6NextHops: boolean;
  readonly takesRefresh: boolean;
  /** Null: routes are gone with the session. */
  readonly restart: TheirRestart | null;
  /** Their whole offer, for statuses. */
  readonly theirCapabilities: readonly Capability[];
}

/** @param isRestarting we have just begun anew, and may have routes that the peer kept */
export function ourOpen(peer: BgpPeer, isRestarting: boolean): OpenMessage {
  const { ourAsn, routerId, holdTimeSeconds } = peer;
  return {
    kind: "open",
    asn16: ourAsn > 0xffff ? AS_TRANS : ourAsn,
    holdTimeSeconds,
    identifier: routerId,
    capabilities: ourCapabilities(peer, isRestarting),
  };
}

function ourCapabilities(peer: BgpPeer, isRestarting: boolean): Capability[] {
  const codes = peer.families.map((family) => ({ afi: afiOf(family), safi: SAFI_UNICAST }));
  const capabilities: Capability[] = [
    ...codes.map((code) => ({ kind: "multiprotocol", ...code }) as const),
    { kind: "route-refresh" },
    { kind: "four-octet-as", asn: peer.ourAsn },
  ];
  if (peer.families.includes("IPv4")) {
    const entry = { afi: afiOf("IPv4"), safi: SAFI_UNICAST, nextHopAfi: afiOf("IPv6") };
    capabilities.push({ kind: "extended-next-hop", entries: [entry] });
  }
  if (peer.extendedMessages) capabilities.push({ kind: "extended-message" });
  if (peer.gracefulRestartSeconds !== null) {
    capabilities.push({
      ...{ kind: "graceful-restart", isRestarting, overNotification: true },
      restartSeconds: peer.gracefulRestartSeconds,
      // kube-proxy forwards, whether we run or not.
      families: codes.map((code) => ({ ...code, isForwarding: true })),
    });
  }
  return capabilities;
}

/** @returns what is spoken; or what their OPEN is refused for */
export function agree(peer: BgpPeer, open: OpenMessage): BgpDecoded<Agreement> {
  const theirAsn = asnOf(open);
  if (theirAsn === 0 || !acceptsAsn(peer, theirAsn)) return messageFault("open-wrong-as");
  const isExternal = theirAsn !== peer.ourAsn;
  // RFC 6286 section 2.2: within one AS identifiers differ.
  if (!isExternal && open.identifier === peer.routerId) return messageFault("open-bad-identifier");
  const families = sharedFamilies(peer, open);
  if (families.length === 0) return messageFault("open-missing-capability", wanted(peer));
  const holdTimeMs = Math.min(peer.holdTimeSeconds, open.holdTimeSeconds) * 1000;
  const isLong = peer.extendedMessages && has(open, "extended-message");
  const value: Agreement = {
    theirAsn,
    theirIdentifier: open.identifier,
    holdTimeMs,
    wire: { asnBytes: has(open, "four-octet-as") ? 4 : 2, isExternal },
    messageBytesMax: isLong ? EXTENDED_BYTES_MAX : MESSAGE_BYTES_MAX,
    families,
    takesIpv6NextHops: families.includes("IPv4") && offersIpv6NextHops(open),
    takesRefresh: has(open, "route-refresh"),
    restart: peer.gracefulRestartSeconds === null ? null : restartOf(open),
    theirCapabilities: open.capabilities,
  };
  return { ok: true, value };
}

function has({ capabilities }: OpenMessage, kind: Capability["kind"]): boolean {
  return capabilities.some((capability) => capability.kind === kind);
}

/** RFC 4760 section 8; who offers no family at all speaks IPv4 as of old. */
function sharedFamilies(peer: BgpPeer, { capabilities }: OpenMessage): IpFamily[] {
  const offered = capabilities.filter((capability) => capability.kind === "multiprotocol");
  const theirs = new Set(offered.map(({ afi, safi }) => familyOfAfi(afi, safi)));
  if (offered.length === 0) theirs.add("IPv4");
  return peer.families.filter((family) => theirs.has(family));
}

/** RFC 5492 section 5: the capabilities for want of which the session is refused. */
function wanted({ families }: BgpPeer): Uint8Array {
  const code = (family: IpFamily) =>
    ({ kind: "multiprotocol", afi: afiOf(family), safi: SAFI_UNICAST }) as const;
  return encodeCapabilities(families.map(code));
}

function offersIpv6NextHops({ capabilities }: OpenMessage): boolean {
  return capabilities.some(
    (capability) =>
      capability.kind === "extended-next-hop" &&
      capability.entries.some(
        ({ afi, safi, nextHopAfi }) =>
          familyOfAfi(afi, safi) === "IPv4" && nextHopAfi === afiOf("IPv6"),
      ),
  );
}

function restartOf({ capabilities }: OpenMessage): TheirRestart | null {
  const offer = capabilities.find((capability) => capability.kind === "graceful-restart");
  if (offer?.kind !== "graceful-restart") return null;
  return { seconds: offer.restartSeconds, overNotification: offer.overNotification };
}
