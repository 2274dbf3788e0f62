/**
 * The path attributes with which one session announces a prefix. Pure.
 *
 * Read first: RFC 4271 section 5.1, RFC 4760 section 3, RFC 8950 section 3, RFC 6793 section 4.2.2 (a peer of 16-bit AS numbers),
 * RFC 8326 section 4 (routes that are about to go).
 * Neighbours: out-rib.ts groups prefixes by `key`, and packs those of one group together.
 */
import type { Ip, IpFamily } from "../base/ip.ts";
import { eachOnce, GRACEFUL_SHUTDOWN, type Announcement } from "./announcement.ts";
import type { Agreement } from "./handshake.ts";
import { familyOfPrefix } from "./prefix.ts";
import type { PathAttribute } from "./wire/attributes.ts";
import { AS_TRANS } from "./wire/open.ts";

/** The addresses of the node in a session: next hops are made of them. */
export interface Ends {
  readonly ourAddress: Ip;
  readonly theirAddress: Ip;
  /** Of the interface on which the session runs; [] where it has none of the family. IPv6: global, then link-local. */
  readonly nextHops: Readonly<Record<IpFamily, readonly Ip[]>>;
}

export interface RouteContext {
  readonly ourAsn: number;
  readonly agreement: Agreement;
  readonly ends: Ends;
  /** The node is about to go: its routes are the last choice. */
  readonly isDraining: boolean;
}

/** Why a prefix is not announced in this session. */
export type HeldBack = "family-not-agreed" | "no-next-hop";

export interface Route {
  /** Equal for announcements that can share an UPDATE. */
  readonly key: string;
  readonly family: IpFamily;
  /** With an attribute of its own (RFC 4760), else in the old fields of IPv4. */
  readonly isMultiprotocol: boolean;
  readonly nextHops: readonly Ip[];
  /** All but the one that has the prefixes. */
  readonly attributes: readonly PathAttribute[];
}

const LOCAL_PREFERENCE = 100;
/** RFC 8326 section 4.2 in our own AS: the lowest there is. */
const LOCAL_PREFERENCE_LAST = 0;
/** Of routes from one AS routers prefer the lowest (RFC 4271 section 9.1.2.2); without it a route has 0. */
const MULTI_EXIT_LAST = 0xffffffff;

/** @returns how the prefix is announced, or why not */
export function routeOf(announcement: Announcement, context: RouteContext): Route | HeldBack {
  const family = familyOfPrefix(announcement.prefix);
  if (!context.agreement.families.includes(family)) return "family-not-agreed";
  const nextHops = nextHopsOf(announcement, family, context);
  const [nextHop] = nextHops;
  if (nextHop === undefined) return "no-next-hop";
  const isMultiprotocol = nextHop.includes(":");
  const attributes = attributesOf(announcement, context);
  const key = keyOf(announcement, context, nextHops);
  if (isMultiprotocol) return { key, family, isMultiprotocol, nextHops, attributes };
  const withNextHop = [...attributes];
  withNextHop.splice(2, 0, { kind: "next-hop", nextHop }); // In the order of their types.
  return { key, family, isMultiprotocol, nextHops, attributes: withNextHop };
}

/** @returns the same for announcements that `routeOf` answers alike, and cheaply: for 10,000 of one kind it is asked once */
export function shapeOf(announcement: Announcement): string {
  const { prefix, nextHop, localPreference, multiExit, communities, largeCommunities } =
    announcement;
  const family = familyOfPrefix(prefix);
  const shape = `${family} ${nextHop ?? ""} ${localPreference ?? ""} ${multiExit ?? ""}`;
  if (communities.length + largeCommunities.length === 0) return shape;
  return `${shape} ${communities.join(" ")} ${largeCommunities.join(" ")}`;
}

function nextHopsOf(
  { nextHop }: Announcement,
  family: IpFamily,
  { agreement, ends }: RouteContext,
): readonly Ip[] {
  if (nextHop !== null) return [nextHop];
  if (family === "IPv6") return ends.nextHops.IPv6;
  // RFC 8950: over IPv6 the address of the session itself, which the peer is known to reach.
  const isOverIpv6 = ends.ourAddress.includes(":");
  const ipv6 = agreement.takesIpv6NextHops ? ends.nextHops.IPv6 : [];
  if (isOverIpv6 && ipv6.length > 0) return ipv6;
  return ends.nextHops.IPv4.length > 0 ? ends.nextHops.IPv4 : ipv6;
}

function attributesOf(announcement: Announcement, context: RouteContext): PathAttribute[] {
  const { wire } = context.agreement;
  const attributes: PathAttribute[] = [{ kind: "origin", origin: "igp" }, ...asPaths(context)];
  if (!wire.isExternal) {
    attributes.push({ kind: "local-preference", value: preferenceOf(announcement, context) });
  }
  const multiExit = multiExitOf(announcement, context);
  if (multiExit !== null) attributes.push({ kind: "multi-exit", value: multiExit });
  const communities = communitiesOf(announcement, context);
  if (communities.length > 0) attributes.push({ kind: "communities", values: communities });
  if (announcement.largeCommunities.length > 0) {
    attributes.push({ kind: "large-communities", values: eachOnce(announcement.largeCommunities) });
  }
  return attributes.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

/** By type, as RFC 4271 section 5 recommends. */
const ORDER: readonly PathAttribute["kind"][] = [
  "origin",
  "as-path",
  "multi-exit",
  "local-preference",
  "communities",
  "as4-path",
  "large-communities",
];

function asPaths({ ourAsn, agreement: { wire } }: RouteContext): PathAttribute[] {
  if (!wire.isExternal) return [{ kind: "as-path", segments: [] }];
  const path = (kind: "as-path" | "as4-path", asn: number): PathAttribute => ({
    kind,
    segments: [{ kind: "sequence", asns: [asn] }],
  });
  if (wire.asnBytes === 4 || ourAsn <= 0xffff) return [path("as-path", ourAsn)];
  return [path("as-path", AS_TRANS), path("as4-path", ourAsn)];
}

function preferenceOf({ localPreference }: Announcement, { isDraining }: RouteContext): number {
  return isDraining ? LOCAL_PREFERENCE_LAST : (localPreference ?? LOCAL_PREFERENCE);
}

/** A drained node is the last choice, whatever it was before; in our own AS that is said by the local preference. */
function multiExitOf(
  { multiExit }: Announcement,
  { isDraining, agreement: { wire } }: RouteContext,
): number | null {
  return isDraining && wire.isExternal ? MULTI_EXIT_LAST : multiExit;
}

function communitiesOf({ communities }: Announcement, { isDraining }: RouteContext) {
  return eachOnce(isDraining ? [...communities, GRACEFUL_SHUTDOWN] : communities);
}

function keyOf(announcement: Announcement, context: RouteContext, nextHops: readonly Ip[]): string {
  return [
    nextHops.join(","),
    context.agreement.wire.isExternal ? "" : preferenceOf(announcement, context),
    multiExitOf(announcement, context) ?? "",
    communitiesOf(announcement, context).join(" "),
    eachOnce(announcement.largeCommunities).join(" "),
  ].join("|");
}
