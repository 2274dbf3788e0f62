/**
 * BGPPeer, `metallb.io/v1beta1`: the older version, still served; and the fields that both versions have. Pure.
 *
 * Neighbours: bgp-peer.ts has the version that is stored; bgp-peer-conversion.ts goes between them.
 */
import type { OlderVersion } from "../../base/crd.ts";
import { DURATION_LENGTH_MAX } from "../../base/duration.ts";
import { Type, lazyValidator, withRules, type Static } from "../../base/schema.ts";
import { labelSelectors } from "../label-selector.ts";
import { peerTextRule, specRules, V1BETA1_CHECKS, type PEER_TEXTS } from "./bgp-peer-rules.ts";
import { objectSchema, type Manifest } from "./kinds.ts";

const ASN_MAX = 0xffffffff;
const ADDRESS_LENGTH_MAX = 64;
export const NAME_LENGTH_MAX = 253;

export const asn = (minimum: 0 | 1, description: string) =>
  Type.Integer({ format: "int64", minimum, maximum: ASN_MAX, description });

export const plainText = (maxLength: number, description: string) =>
  Type.Optional(Type.String({ maxLength, description }));

export const checkedText = (
  rule: keyof typeof PEER_TEXTS,
  maxLength: number,
  description: string,
) => withRules(Type.String({ maxLength, description }), [peerTextRule(rule)]);

export const port = (more: { readonly minimum: number; readonly default?: number }) =>
  Type.Optional(Type.Integer({ maximum: 65_535, description: "The port of the router.", ...more }));

export const ADDRESS = checkedText("address", ADDRESS_LENGTH_MAX, "The address of the router.");

/** Ours, of both families; MetalLB's and Deckhouse's definitions do not know them. */
export const OWN_FIELDS = {
  ttlSecurityHops: Type.Optional(
    Type.Integer({
      ...{ format: "int32", minimum: 1, maximum: 254 },
      description:
        "GTSM (RFC 5082): how many hops away the router is at most; what has come farther is dropped.",
    }),
  ),
  extendedMessages: Type.Optional(
    Type.Boolean({ description: "Messages of up to 65,535 octets, if the router can: RFC 8654." }),
  ),
};

export const COMMON_FIELDS = {
  myASN: asn(1, "The AS number of the nodes."),
  sourceAddress: Type.Optional(
    checkedText("address", ADDRESS_LENGTH_MAX, "The node's own address in the session."),
  ),
  holdTime: Type.Optional(
    checkedText(
      "holdTime",
      DURATION_LENGTH_MAX,
      "After how much silence the session ends; 0s: never.",
    ),
  ),
  keepaliveTime: Type.Optional(
    checkedText(
      "keepaliveTime",
      DURATION_LENGTH_MAX,
      "How often the session says that it lives; absent: a third of the hold time.",
    ),
  ),
  routerID: Type.Optional(
    checkedText("routerId", ADDRESS_LENGTH_MAX, "The BGP identifier of the nodes."),
  ),
  nodeSelectors: Type.Optional(
    labelSelectors("Labels of the nodes that peer: one match is enough. Empty: all nodes."),
  ),
  password: plainText(256, "For TCP MD5 (RFC 2385). Rather write passwordSecret, of v1beta2."),
  bfdProfile: plainText(NAME_LENGTH_MAX, "The BFDProfile of the session; absent: without BFD."),
};

export const bgpPeerV1beta1Spec = withRules(
  Type.Object(
    {
      ...COMMON_FIELDS,
      peerASN: asn(0, "The AS number of the router."),
      peerAddress: ADDRESS,
      peerPort: port({ minimum: 0 }),
      ebgpMultiHop: Type.Optional(
        Type.Boolean({ description: "Whether the router is more than one hop away." }),
      ),
    },
    { description: "The router, and how it is spoken to." },
  ),
  specRules(V1BETA1_CHECKS),
);

export type BGPPeerV1beta1 = Manifest<Static<typeof bgpPeerV1beta1Spec>>;

/** The fields that this version knows. */
export const V1BETA1_FIELDS: ReadonlySet<string> = new Set(
  Object.keys(bgpPeerV1beta1Spec.properties),
);

/** Reads a manifest of v1beta1: types and bounds. */
export const parseBgpPeerV1beta1 = lazyValidator<BGPPeerV1beta1>(
  objectSchema("BGPPeer", bgpPeerV1beta1Spec, true),
);

export const bgpPeerV1beta1: OlderVersion = {
  version: "v1beta1",
  spec: bgpPeerV1beta1Spec,
  deprecationWarning: "v1beta1 is deprecated, please use v1beta2",
};
