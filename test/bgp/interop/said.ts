/**
 * What each router is asked to say, and what its messages therefore say, field by field: written by hand from the configuration
 * and from the figures in the RFCs, and never from what our decoder makes of the bytes. capture.ts writes it beside these.
 *
 * Where a router says more than it was asked for (which capabilities it offers, whether a prefix of IPv4 is in MP_REACH_NLRI), that is
 * its own choice, named at its place.
 * Octets are in hexadecimal, lists of prefixes as text, attributes by their kind: their order is the router's.
 */
import type { RouterAttributes, RouterKind } from "../../../lab/routers/router.ts";

export const PREFIXES = { ipv4: "198.51.100.0/24", ipv6: "2001:db8:1::/48" } as const;
export const ROUTER_ID = "192.0.2.254";
/** Of its end of the wire. */
export const ROUTER = { ipv4: "10.99.0.2", ipv6: "fd99::2" } as const;
/** To people at the other end (RFC 9003). */
export const TEXT = "maintenance";

export interface SpokenSession {
  readonly name: "eBGP" | "iBGP";
  readonly ourAsn: number;
  readonly routerAsn: number;
  readonly holdSeconds: number;
  /** At both ends, with 120 s. */
  readonly gracefulRestart: boolean;
  readonly attributes: RouterAttributes;
}

/** The one with a number of four octets, without a local preference; the other one with one, and another origin. */
export const SESSIONS: readonly SpokenSession[] = [
  {
    ...{ name: "eBGP", ourAsn: 64512, routerAsn: 4_200_000_001, holdSeconds: 9 },
    gracefulRestart: true,
    attributes: {
      ...{ origin: "egp", asPath: [65001, 4_200_000_007], multiExit: 50 },
      // In the order of their numbers, for some sort them.
      communities: ["64513:100", "64513:200"],
      largeCommunities: ["64513:4000000000:6", "4200000001:1:2"],
    },
  },
  {
    ...{ name: "iBGP", ourAsn: 64512, routerAsn: 64512, holdSeconds: 30 },
    gracefulRestart: false,
    attributes: {
      ...{ origin: "incomplete", asPath: [65001], multiExit: 4_000_000_000, localPreference: 250 },
      ...{ communities: ["64512:300"], largeCommunities: ["64512:3:4"] },
    },
  },
];

/** In the order in which they are said, as far as one waits for the other. */
export const PHASES = [
  ["open", "keepalive", "ipv4", "ipv4-end", "ipv6", "ipv6-end"],
  ["ipv4-gone", "ipv6-gone"],
  ["refresh-ipv4", "refresh-ipv6"],
  ["notification"],
] as const;
export type MessageName = (typeof PHASES)[number][number];
/** The fields of a message, as test/bgp/wire/vectors.test.ts reads them. */
export type Said = Readonly<Record<string, unknown>>;

const AFI = { ipv4: 1, ipv6: 2 } as const;
type Family = keyof typeof AFI;
const FAMILY_NAME = { ipv4: "IPv4", ipv6: "IPv6" } as const;

export function said(
  kind: RouterKind,
  session: SpokenSession,
  host: string,
): Partial<Record<MessageName, Said>> {
  const isEndSaid = kind === "bird" || session.gracefulRestart; // The others say it as a part of graceful restart alone.
  const refresh = (family: Family): Said => {
    return { kind: "route-refresh", afi: AFI[family], subtype: 0, safi: 1 };
  };
  return {
    open: open(kind, session, host),
    keepalive: { kind: "keepalive" },
    ipv4: announcement(kind, session, "ipv4"),
    ipv6: announcement(kind, session, "ipv6"),
    ...(isEndSaid && { "ipv4-end": update({}), "ipv6-end": update({ gone: "ipv6" }) }),
    "ipv4-gone": withdrawal(kind, "ipv4"),
    "ipv6-gone": withdrawal(kind, "ipv6"),
    // GoBGP never asks: it keeps what it was told.
    ...(kind !== "gobgp" && { "refresh-ipv4": refresh("ipv4"), "refresh-ipv6": refresh("ipv6") }),
    notification: shutdown(kind, session),
  };
}

function open(kind: RouterKind, session: SpokenSession, host: string): Said {
  const { routerAsn, holdSeconds } = session;
  return {
    ...{
      kind: "open",
      asn16: routerAsn > 0xffff ? 23456 : routerAsn,
      holdTimeSeconds: holdSeconds,
    },
    ...{ identifier: ROUTER_ID, capabilities: CAPABILITIES[kind](session, host) },
  };
}

const families = (...more: readonly object[]) =>
  [1, 2].map((afi) => Object.assign({ afi, safi: 1 }, ...more) as object);
const multiprotocol = () => families().map((family) => ({ kind: "multiprotocol", ...family }));
const REFRESH = { kind: "route-refresh" };
const longAsn = ({ routerAsn }: SpokenSession) => ({ kind: "four-octet-as", asn: routerAsn });
/** Of IPv4 unicast over next hops of IPv6 (RFC 8950). */
const NEXT_HOPS = { kind: "extended-next-hop", entries: [{ afi: 1, safi: 1, nextHopAfi: 2 }] };
const unknown = (code: number, bytes = "") => ({ kind: "unknown", code, bytes });
const ENHANCED_REFRESH = unknown(70); // RFC 7313
/** IANA's code 73, draft-walton-bgp-hostname-capability: the host, then no domain, each behind its length. */
const hostName = (host: string) =>
  unknown(73, Buffer.from([host.length, ...Buffer.from(host), 0]).toString("hex"));

function restart(more: {
  readonly isRestarting: boolean;
  readonly overNotification: boolean;
  readonly restartSeconds: number;
  readonly isWithFamilies: boolean;
}) {
  const { isWithFamilies, ...rest } = more;
  // None of the three was told that what it forwards outlives it.
  const each = isWithFamilies ? families({ isForwarding: false }) : [];
  return { kind: "graceful-restart", ...rest, families: each };
}

/** Each router's own choice and order, but for the numbers in it. */
const CAPABILITIES: Readonly<
  Record<RouterKind, (session: SpokenSession, host: string) => readonly object[]>
> = {
  bird: (session) => {
    const { gracefulRestart } = session;
    const again = restart({
      ...{ isRestarting: false, overNotification: false, restartSeconds: 120 },
      isWithFamilies: gracefulRestart,
    });
    const longLived = unknown(71); // RFC 9494: it helps others, and wants nothing itself.
    return [
      ...multiprotocol(),
      ...[REFRESH, NEXT_HOPS, again, longAsn(session), ENHANCED_REFRESH, longLived],
    ];
  },
  frr: (session) => {
    const { gracefulRestart } = session;
    const longLived = "0001018000000000020180000000"; // RFC 9494: both families, forwarding kept, 0 s
    return [
      ...multiprotocol(),
      unknown(128), // the route refresh of old
      ...[REFRESH, ENHANCED_REFRESH, longAsn(session), { kind: "extended-message" }],
      unknown(69, "0001010100020101"), // RFC 7911: it takes several paths of both families
      hostName("frr"),
      restart({
        ...{ isRestarting: true, overNotification: true, restartSeconds: 120 },
        isWithFamilies: gracefulRestart,
      }),
      unknown(71, longLived),
    ];
  },
  gobgp: (session, host) => [
    ...[REFRESH, hostName(host), ...multiprotocol(), longAsn(session)],
    ...(session.gracefulRestart
      ? [
          restart({
            ...{ isRestarting: false, overNotification: false, restartSeconds: 120 },
            isWithFamilies: true,
          }),
        ]
      : []),
    NEXT_HOPS,
  ],
};

/** @returns an UPDATE whose MP_REACH_NLRI or MP_UNREACH_NLRI is of this family; none, the lists of IPv4 that are the message's own */
function update(what: {
  readonly announced?: readonly string[];
  readonly withdrawn?: readonly string[];
  readonly gone?: Family;
  readonly goneList?: readonly string[];
  readonly attributes?: Readonly<Record<string, object>>;
}): Said {
  const { announced = [], withdrawn = [], attributes = {}, gone, goneList = [] } = what;
  const unreach =
    gone === undefined ? {} : { "mp-unreach": { family: FAMILY_NAME[gone], prefixes: goneList } };
  return {
    ...{ kind: "update", withdrawn, announced, faults: [] },
    attributes: { ...attributes, ...unreach },
  };
}

/** BIRD has prefixes of IPv4 in MP_REACH_NLRI too, where next hops of IPv6 are agreed. */
const isByMultiprotocol = (kind: RouterKind, family: Family) =>
  family === "ipv6" || kind === "bird";

function announcement(kind: RouterKind, session: SpokenSession, family: Family): Said {
  const { attributes, routerAsn, name } = session;
  const { localPreference } = attributes;
  const asns = name === "eBGP" ? [routerAsn, ...attributes.asPath] : attributes.asPath;
  const numbers = (list: readonly string[]) => list.map((text) => text.split(":").map(Number));
  const common = {
    origin: { origin: attributes.origin },
    "as-path": { segments: [{ kind: "sequence", asns }] },
    "multi-exit": { value: attributes.multiExit },
    ...(localPreference !== undefined && { "local-preference": { value: localPreference } }),
    communities: { values: numbers(attributes.communities) },
    "large-communities": { values: numbers(attributes.largeCommunities) },
  };
  // Over a connection of IPv4 GoBGP writes its end of that, 10.99.0.2, as an address of IPv6.
  const nextHop = kind === "gobgp" && family === "ipv6" ? "::ffff:a63:2" : ROUTER[family];
  const prefixes = [PREFIXES[family]];
  if (!isByMultiprotocol(kind, family)) {
    return update({ announced: prefixes, attributes: { ...common, "next-hop": { nextHop } } });
  }
  const reach = { family: FAMILY_NAME[family], nextHops: [nextHop], prefixes };
  return update({ attributes: { ...common, "mp-reach": reach } });
}

function withdrawal(kind: RouterKind, family: Family): Said {
  const prefixes = [PREFIXES[family]];
  return isByMultiprotocol(kind, family)
    ? update({ gone: family, goneList: prefixes })
    : update({ withdrawn: prefixes });
}

/** Cease, administrative shutdown, and the text behind its length: RFC 9003 section 2. */
function shutdown(kind: RouterKind, { gracefulRestart }: SpokenSession): Said {
  const data = Buffer.from([TEXT.length, ...Buffer.from(TEXT)]).toString("hex");
  // RFC 8538 section 3.1: where both keep routes over a NOTIFICATION, FRR packs one over which nothing is kept into a hard reset.
  const isHard = kind === "frr" && gracefulRestart;
  return isHard
    ? { kind: "notification", code: 6, subcode: 9, data: `0602${data}` }
    : { kind: "notification", code: 6, subcode: 2, data };
}
