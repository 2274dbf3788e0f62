/**
 * What a speaker keeps on disk of its routers, so that it tells them the same while the API server is away. Pure.
 *
 * Kept is what followed from the cluster, not the cluster: whom the node speaks to, and what it announced to each. No password is: a peer
 * that has one waits for the API server (docs/decisions/0027).
 * Neighbours: routes.ts announces it again; io/routing.ts reads and writes the file.
 */
import { familyOf, IP_BITS, parseIp, type Ip } from "../base/ip.ts";
import {
  fieldsOf,
  isFlag,
  isText,
  isTextMap,
  listOf,
  orAbsent,
  orNull,
  that,
  tupleOf,
  wholeNumber,
} from "../base/shape.ts";
import type { Announcement } from "../bgp/announcement.ts";
import { prefixOf, type Prefix } from "../bgp/prefix.ts";
import type { LabelSelector } from "../classes/label-selector.ts";
import type { PeerModel } from "../classes/peers.ts";
import type { Node, NodeAddress, NodeCondition } from "../kube/types.ts";

export interface SavedRouting {
  readonly version: 1;
  /** Our own, as far as it matters to routers. */
  readonly node: Node;
  /** Those that it speaks to. */
  readonly peers: readonly SavedPeer[];
  readonly routes: readonly SavedRoutes[];
}

/** Fields that an older release did not know, and did not write. */
type LaterField = "securedHops" | "takesExtendedMessages";
type SavedPeer = Omit<PeerModel, "password" | "sourceAddressOf" | LaterField> & {
  readonly [Field in LaterField]?: PeerModel[Field];
} & {
  readonly hasPassword: boolean;
  readonly sourceAddressOf: readonly (readonly [node: string, address: Ip])[];
};

/** What one peer is told of many prefixes alike. */
type SavedRoutes = Omit<Announcement, "prefix"> & {
  readonly peer: string;
  readonly prefixes: readonly Prefix[];
};

type Expression = NonNullable<LabelSelector["matchExpressions"]>[number];

/** By key of the peer. */
export type Announced = ReadonlyMap<string, ReadonlyMap<Prefix, Announcement>>;

export function saveRouting(
  node: Node,
  models: Iterable<PeerModel>,
  announced: Announced,
): SavedRouting {
  const groups = new Map<string, SavedRoutes & { readonly prefixes: Prefix[] }>();
  for (const [peer, routes] of announced) {
    for (const { prefix, ...what } of routes.values()) {
      const alike = { peer, ...what };
      const key = JSON.stringify(alike);
      const group = groups.get(key) ?? { ...alike, prefixes: [] };
      groups.set(key, group);
      group.prefixes.push(prefix);
    }
  }
  const peers = [...models].map(({ password, sourceAddressOf, ...peer }): SavedPeer => {
    return { ...peer, hasPassword: password !== null, sourceAddressOf: [...sourceAddressOf] };
  });
  return { version: 1, node, peers, routes: [...groups.values()] };
}

/** @returns the peers; in the place of a password that one has is an empty one */
export function savedModels({ peers }: Pick<SavedRouting, "peers">): PeerModel[] {
  return peers.map(({ hasPassword, sourceAddressOf, ...peer }) => ({
    ...{ ...peer, securedHops: peer.securedHops ?? null },
    takesExtendedMessages: peer.takesExtendedMessages ?? false,
    sourceAddressOf: new Map(sourceAddressOf),
    password: hasPassword ? { kind: "text", text: "" } : null,
  }));
}

export function savedRoutes({ routes }: Pick<SavedRouting, "routes">): Announced {
  const announced = new Map<string, Map<Prefix, Announcement>>();
  for (const { peer, prefixes, ...what } of routes) {
    const ofPeer = announced.get(peer) ?? new Map<Prefix, Announcement>();
    announced.set(peer, ofPeer);
    for (const prefix of prefixes) ofPeer.set(prefix, { prefix, ...what });
  }
  return announced;
}

/**
 * Written by ourselves, perhaps by another release, perhaps onto a disk that fails: every field is looked at.
 *
 * @returns where it is not what it should be, `peers[0].port` say; null: it can be used
 */
export function faultInRouting(value: unknown): string | null {
  return SAVED(value)?.replace(/^\./, "") ?? null;
}

const isIp = that((value) => typeof value === "string" && parseIp(value) === value);
const isPrefix = that((value) => {
  const [ip, text] = String(value).split("/");
  const length = Number(text);
  if (ip === undefined || isIp(ip) !== null || !Number.isInteger(length)) return false;
  const bits = IP_BITS[familyOf(ip as Ip)];
  return length >= 0 && length <= bits && prefixOf(ip as Ip, length) === value;
});
const oneOf = (...words: readonly unknown[]) => that((value) => words.includes(value));

const [UINT16_MAX, UINT32_MAX] = [0xffff, 0xffffffff];
const isUint16 = wholeNumber(0, UINT16_MAX);
const isUint32 = wholeNumber(0, UINT32_MAX);
const isAsn = wholeNumber(1, UINT32_MAX);
const isSeconds = wholeNumber(0, Number.MAX_SAFE_INTEGER);
const isNumber = orAbsent(that(Number.isInteger));

const isSelector = fieldsOf<LabelSelector>({
  matchLabels: orAbsent(isTextMap),
  matchExpressions: orAbsent(
    listOf(
      fieldsOf<Expression>({ key: isText, operator: isText, values: orAbsent(listOf(isText)) }),
    ),
  ),
});

const isProfile = fieldsOf<NonNullable<PeerModel["bfd"]>>({
  ...{ receiveInterval: isNumber, transmitInterval: isNumber, detectMultiplier: isNumber },
  ...{ echoInterval: isNumber, minimumTtl: isNumber },
  ...{ echoMode: orAbsent(isFlag), passiveMode: orAbsent(isFlag) },
});

const isPeer = fieldsOf<SavedPeer>({
  key: isText,
  name: isText,
  nodes: listOf(isSelector),
  address: orNull(isIp),
  interface: orNull(isText),
  port: wholeNumber(1, UINT16_MAX),
  ourAsn: isAsn,
  theirAsn: (value) => (value === "internal" || value === "external" ? null : isAsn(value)),
  routerId: orNull(isIp),
  sourceAddress: orNull(isIp),
  sourceAddressOf: listOf(tupleOf(isText, isIp)),
  vrf: orNull(isText),
  isMultihop: isFlag,
  securedHops: orAbsent(orNull(wholeNumber(1, 254))), // Absent: of a release that did not know it.
  takesExtendedMessages: orAbsent(isFlag),
  hasPassword: isFlag,
  holdTimeSeconds: isUint16,
  keepaliveSeconds: orNull(isSeconds),
  connectTimeSeconds: isSeconds,
  isGracefulRestart: isFlag,
  families: listOf(oneOf("IPv4", "IPv6")),
  bfd: orNull(isProfile),
});

const isRoutes = fieldsOf<SavedRoutes>({
  peer: isText,
  prefixes: listOf(isPrefix),
  nextHop: orNull(isIp),
  localPreference: orNull(isUint32),
  multiExit: orNull(isUint32),
  communities: listOf(tupleOf(isUint16, isUint16)),
  largeCommunities: listOf(tupleOf(isUint32, isUint32, isUint32)),
});

const isTaint = fieldsOf<{ key: string; effect: string }>({ key: isText, effect: isText });
const isNode = fieldsOf<Pick<Node, "metadata" | "spec" | "status">>({
  metadata: fieldsOf<Pick<Node["metadata"], "name" | "labels">>({
    name: isText,
    labels: orAbsent(isTextMap),
  }),
  spec: orAbsent(
    fieldsOf<Pick<NonNullable<Node["spec"]>, "unschedulable" | "taints">>({
      unschedulable: orAbsent(isFlag),
      taints: orAbsent(listOf(isTaint)),
    }),
  ),
  status: orAbsent(
    fieldsOf<NonNullable<Node["status"]>>({
      addresses: orAbsent(listOf(fieldsOf<NodeAddress>({ type: isText, address: isText }))),
      conditions: orAbsent(
        listOf(fieldsOf<Pick<NodeCondition, "type" | "status">>({ type: isText, status: isText })),
      ),
    }),
  ),
});

const SAVED = fieldsOf<SavedRouting>({
  version: oneOf(1),
  node: isNode,
  peers: listOf(isPeer),
  routes: listOf(isRoutes),
});
