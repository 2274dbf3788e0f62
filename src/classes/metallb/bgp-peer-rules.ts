/**
 * What a BGPPeer may say beyond types and bounds: once for the API server, once for the compiler, in the same words. Pure.
 *
 * Neighbours: bgp-peer.ts and bgp-peer-v1beta1.ts put the rules into their schemas; compile-bgp.ts asks `peerProblems`.
 */
import type { CelRuleWithValue } from "../../base/crd.ts";
import { DURATION_PATTERN, parseDurationMs } from "../../base/duration.ts";
import { REMEDIES, type Problem } from "../../base/errors.ts";
import { familyOf, isLinkLocal, parseIp } from "../../base/ip.ts";
import { textRule } from "../rules.ts";

/** What both versions have, and what only the newer one has. */
export interface PeerSpec {
  readonly myASN?: number | undefined;
  readonly peerASN?: number | undefined;
  readonly dynamicASN?: string | undefined;
  readonly localASN?: number | undefined;
  readonly peerAddress?: string | undefined;
  readonly interface?: string | undefined;
  readonly sourceAddress?: string | undefined;
  readonly routerID?: string | undefined;
  readonly holdTime?: string | undefined;
  readonly keepaliveTime?: string | undefined;
  readonly connectTime?: string | undefined;
  readonly password?: string | undefined;
  readonly passwordSecret?: { readonly name?: string | undefined } | undefined;
  readonly ebgpMultiHop?: boolean | undefined;
  readonly ttlSecurityHops?: number | undefined;
}

interface TextCheck {
  /** For the API server, over `self`. */
  readonly cel: string;
  readonly holds: (text: string) => boolean;
  readonly sentence: readonly [string, string];
}

const IS_DURATION = `self.matches("${DURATION_PATTERN}")`;

export const PEER_TEXTS = {
  address: {
    cel: `self == "" || isIP(self)`,
    holds: (text) => text === "" || parseIp(text) !== undefined,
    sentence: ['"', '" is no address'],
  },
  peerAddress: {
    cel: "isIP(self)",
    holds: (text) => parseIp(text) !== undefined,
    sentence: ['"', '" is no address'],
  },
  // RFC 4271 section 4.2: four octets.
  routerId: {
    cel: `self == "" || (isIP(self) && ip(self).family() == 4)`,
    holds: (text) => text === "" || isIpv4(text),
    sentence: ['The router ID "', '" is no IPv4 address'],
  },
  // RFC 4271 section 4.2: zero, or at least three seconds, in 16 bits. Parts of a second do not count.
  holdTime: {
    cel: `${IS_DURATION} && (duration(self).getSeconds() == 0 || duration(self).getSeconds() >= 3) && duration(self).getSeconds() <= 65535`,
    holds: (text) => {
      const seconds = secondsOf(text);
      return seconds === 0 || (seconds >= 3 && seconds <= 65_535);
    },
    sentence: ['The hold time "', '" is neither 0s nor between 3s and 65535s'],
  },
  keepaliveTime: {
    cel: IS_DURATION,
    holds: (text) => !Number.isNaN(secondsOf(text)),
    sentence: ['The keepalive time "', '" is no duration such as 30s'],
  },
  connectTime: {
    cel:
      `${IS_DURATION} && duration(self).getMilliseconds() % 1000 == 0 && ` +
      `duration(self).getSeconds() >= 1 && duration(self).getSeconds() <= 65535`,
    holds: (text) => {
      const ms = parseDurationMs(text) ?? Number.NaN;
      return ms % 1000 === 0 && ms >= 1000 && ms <= 65_535_000;
    },
    sentence: ['The connect time "', '" is not of whole seconds between 1s and 65535s'],
  },
} as const satisfies Record<string, TextCheck>;

/** @returns the rule for one text of a peer */
export function peerTextRule(name: keyof typeof PEER_TEXTS): CelRuleWithValue {
  const { cel, sentence } = PEER_TEXTS[name];
  return textRule(cel, sentence, REMEDIES.PEER_INVALID);
}

interface SpecCheck {
  readonly cel: string;
  readonly holds: (spec: PeerSpec) => boolean;
  readonly message: string;
}

const isSaid = (field: string) => `(has(self.${field}) && self.${field} != "")`;

/** RFC 4271 section 4.4: keepalives come within the hold time. */
const KEEPALIVE_WITHIN_HOLD: SpecCheck = {
  cel:
    `!has(self.holdTime) || !has(self.keepaliveTime) || !self.holdTime.matches("${DURATION_PATTERN}") || ` +
    `!self.keepaliveTime.matches("${DURATION_PATTERN}") || duration(self.keepaliveTime) <= duration(self.holdTime)`,
  holds: ({ holdTime, keepaliveTime }) => {
    if (holdTime === undefined || keepaliveTime === undefined) return true;
    const [hold, keepalive] = [parseDurationMs(holdTime), parseDurationMs(keepaliveTime)];
    return hold === undefined || keepalive === undefined || keepalive <= hold;
  },
  message: "keepaliveTime is longer than holdTime. Write at most a third of it.",
};

const IS_MULTI_HOP_WITHIN = "has(self.ebgpMultiHop) && self.ebgpMultiHop && has(self.peerASN)";

/** Between routers of one AS hops do not count: they are never too many. */
const MULTI_HOP_IS_EXTERNAL: SpecCheck = {
  cel: `!(${IS_MULTI_HOP_WITHIN} && self.peerASN == self.myASN)`,
  holds: ({ ebgpMultiHop = false, peerASN, myASN }) => !ebgpMultiHop || peerASN !== myASN,
  message: "ebgpMultiHop is for peers of another AS, and peerASN is myASN. Leave ebgpMultiHop out.",
};

/** To a router that is shown localASN, myASN is another AS. */
const MULTI_HOP_BESIDE_LOCAL: SpecCheck = {
  ...MULTI_HOP_IS_EXTERNAL,
  cel:
    `!(${IS_MULTI_HOP_WITHIN} && self.peerASN == self.myASN && ` +
    `(!has(self.localASN) || self.localASN == self.myASN))`,
  holds: (spec) =>
    MULTI_HOP_IS_EXTERNAL.holds(spec) || (spec.localASN ?? spec.myASN) !== spec.myASN,
};

const isAddress = (field: string) => `(${isSaid(field)} && isIP(self.${field}))`;

const SOURCE_OF_ONE_FAMILY: SpecCheck = {
  cel:
    `!${isAddress("sourceAddress")} || !${isAddress("peerAddress")} || ` +
    `ip(self.sourceAddress).family() == ip(self.peerAddress).family()`,
  holds: ({ sourceAddress = "", peerAddress = "" }) => {
    const [source, peer] = [parseIp(sourceAddress), parseIp(peerAddress)];
    return source === undefined || peer === undefined || familyOf(source) === familyOf(peer);
  },
  message: "sourceAddress is of another family than peerAddress. Write one of the same.",
};

/** RFC 4007 section 6: without a zone nobody knows on which link it is. */
const NOT_LINK_LOCAL: SpecCheck = {
  cel:
    `!${isAddress("peerAddress")} || ip(self.peerAddress).family() == 4 || ` +
    `!ip(self.peerAddress).isLinkLocalUnicast()`,
  holds: ({ peerAddress = "" }) => {
    const peer = parseIp(peerAddress);
    return peer === undefined || !isLinkLocal(peer);
  },
  message:
    "peerAddress is link-local, which means nothing without an interface. Write interface instead.",
};

const BOTH_VERSIONS_CHECKS: readonly SpecCheck[] = [
  KEEPALIVE_WITHIN_HOLD,
  SOURCE_OF_ONE_FAMILY,
  NOT_LINK_LOCAL,
];

export const V1BETA1_CHECKS: readonly SpecCheck[] = [
  ...BOTH_VERSIONS_CHECKS,
  MULTI_HOP_IS_EXTERNAL,
  {
    cel: `self.peerASN != 0`,
    holds: ({ peerASN = 0 }) => peerASN !== 0,
    message: "peerASN is 0. Write the AS number of the peer.",
  },
  {
    cel: `self.peerAddress != ""`,
    holds: ({ peerAddress = "" }) => peerAddress !== "",
    message: "peerAddress is empty. Write the address of the peer.",
  },
];

export const V1BETA2_CHECKS: readonly SpecCheck[] = [
  ...BOTH_VERSIONS_CHECKS,
  MULTI_HOP_BESIDE_LOCAL,
  {
    cel: `(has(self.peerASN) && self.peerASN != 0) != has(self.dynamicASN)`,
    holds: ({ peerASN = 0, dynamicASN = "" }) => (peerASN !== 0) !== (dynamicASN !== ""),
    message: "Either peerASN or dynamicASN says who the peer is. Write one of the two.",
  },
  {
    cel: `${isSaid("peerAddress")} != ${isSaid("interface")}`,
    holds: ({ peerAddress = "", interface: name = "" }) => (peerAddress !== "") !== (name !== ""),
    message: "Either peerAddress or interface says where the peer is. Write one of the two.",
  },
  {
    cel: `!${isSaid("interface")} || !${isSaid("sourceAddress")}`,
    holds: ({ interface: name = "", sourceAddress = "" }) => name === "" || sourceAddress === "",
    message:
      "sourceAddress is set beside interface, and both ends of such a session are link-local. Leave sourceAddress out.",
  },
  {
    cel: `!${isSaid("password")} || !(has(self.passwordSecret) && has(self.passwordSecret.name) && self.passwordSecret.name != "")`,
    holds: ({ password = "", passwordSecret }) =>
      password === "" || (passwordSecret?.name ?? "") === "",
    message: "password and passwordSecret are both set. Write one of the two.",
  },
  {
    cel: `!has(self.ebgpMultiHop) || !self.ebgpMultiHop || !has(self.dynamicASN) || self.dynamicASN != "internal"`,
    holds: ({ ebgpMultiHop = false, dynamicASN }) => !ebgpMultiHop || dynamicASN !== "internal",
    message:
      "ebgpMultiHop is for peers of another AS, and dynamicASN is internal. Leave ebgpMultiHop out.",
  },
  {
    cel: `!has(self.ttlSecurityHops) || !has(self.ebgpMultiHop) || !self.ebgpMultiHop`,
    holds: ({ ebgpMultiHop = false, ttlSecurityHops }) =>
      !ebgpMultiHop || ttlSecurityHops === undefined,
    message: "ttlSecurityHops counts the hops, and ebgpMultiHop does not. Leave ebgpMultiHop out.",
  },
];

/** @returns the rules over the whole spec */
export function specRules(checks: readonly SpecCheck[]): CelRuleWithValue[] {
  return checks.map(({ cel, message }) => ({ rule: cel, message }));
}

/** @returns what the API server would refuse of a v1beta2 peer, for one that an older definition let in */
export function peerProblems(name: string, spec: PeerSpec): Problem[] {
  const texts: readonly (readonly [keyof typeof PEER_TEXTS, string | undefined])[] = [
    ["address", spec.peerAddress],
    ["address", spec.sourceAddress],
    ["routerId", spec.routerID],
    ["holdTime", spec.holdTime],
    ["keepaliveTime", spec.keepaliveTime],
    ["connectTime", spec.connectTime],
  ];
  const sentences = texts.flatMap(([check, text]) => {
    const { holds, sentence } = PEER_TEXTS[check];
    return text === undefined || holds(text) ? [] : [sentence.join(text)];
  });
  const broken = V1BETA2_CHECKS.filter(({ holds }) => !holds(spec));
  return [...sentences, ...broken.map(({ message }) => message.replace(/\.$/, ""))].map(
    (sentence) => ({ code: "PEER_INVALID", message: `The peer "${name}": ${sentence}` }),
  );
}

function secondsOf(text: string): number {
  return Math.floor((parseDurationMs(text) ?? Number.NaN) / 1000);
}

function isIpv4(text: string): boolean {
  const ip = parseIp(text);
  return ip !== undefined && familyOf(ip) === "IPv4";
}
