/**
 * BGPPeer, `metallb.io/v1beta2`: a router to which nodes announce addresses. Pure.
 *
 * Read first: RFC 4271 sections 4.2 (hold time, identifier) and 8.2.1 (connect time). The version is the one that is stored;
 * bgp-peer-v1beta1.ts is the older one, bgp-peer-conversion.ts goes between them.
 * Neighbours: bgp-peer-rules.ts has the rules; compile-bgp.ts makes a peer of the model of it.
 */
import { buildCrd } from "../../base/crd.ts";
import { DURATION_LENGTH_MAX } from "../../base/duration.ts";
import {
  Type,
  lazyValidator,
  oneOf,
  withRules,
  type CelRule,
  type Static,
} from "../../base/schema.ts";
import { specRules, V1BETA2_CHECKS } from "./bgp-peer-rules.ts";
import {
  ADDRESS,
  asn,
  bgpPeerV1beta1,
  checkedText,
  COMMON_FIELDS,
  NAME_LENGTH_MAX,
  OWN_FIELDS,
  plainText,
  port,
} from "./bgp-peer-v1beta1.ts";
import { EMPTY_STATUS, METALLB_GROUP, objectSchema, type Manifest } from "./kinds.ts";

export const BGP_PEER_KIND = "BGPPeer";
export const BGP_PEER_PLURAL = "bgppeers";
export const BGP_PEER_VERSION = "v1beta2";

export const UNCHANGED: CelRule = {
  rule: "self == oldSelf",
  message: "EnableGracefulRestart cannot be changed after creation",
};

const flag = (description: string, more: object = {}) =>
  Type.Optional(Type.Boolean({ default: false, description, ...more }));

export const bgpPeerSpec = withRules(
  Type.Object(
    {
      ...COMMON_FIELDS,
      peerASN: Type.Optional(asn(0, "The AS number of the router; 0 is as if it were absent.")),
      dynamicASN: Type.Optional(
        oneOf(["internal", "external"], {
          description:
            "Instead of peerASN: internal takes the AS number of the nodes, external any other.",
        }),
      ),
      localASN: Type.Optional(
        asn(1, "Shown to this router instead of myASN: RFC 7705 section 3.3."),
      ),
      peerAddress: Type.Optional(ADDRESS),
      interface: plainText(
        NAME_LENGTH_MAX,
        "Instead of peerAddress: the interface on which the router is found.",
      ),
      peerPort: port({ minimum: 1, default: 179 }),
      connectTime: Type.Optional(
        checkedText(
          "connectTime",
          DURATION_LENGTH_MAX,
          "How long is waited between two attempts to connect.",
        ),
      ),
      passwordSecret: Type.Optional(
        Type.Object(
          {
            name: plainText(NAME_LENGTH_MAX, "Its name."),
            namespace: plainText(63, "Its namespace; only MetalLB's is looked into."),
          },
          {
            description: 'A Secret of type kubernetes.io/basic-auth with the key "password".',
            "x-kubernetes-map-type": "atomic",
          },
        ),
      ),
      enableGracefulRestart: flag("RFC 4724; cannot be changed later.", {
        "x-kubernetes-validations": [UNCHANGED],
      }),
      ebgpMultiHop: flag("Whether the router is more than one hop away."),
      vrf: plainText(NAME_LENGTH_MAX, "The VRF in which the session runs."),
      disableMP: flag("Deprecated and without effect."),
      dualStackAddressFamily: flag("Both families in one session: RFC 4760."),
      ...OWN_FIELDS,
    },
    { description: "The router, and how it is spoken to." },
  ),
  specRules(V1BETA2_CHECKS),
);

export type BGPPeerSpec = Static<typeof bgpPeerSpec>;
export type BGPPeer = Manifest<BGPPeerSpec>;

/** Reads a manifest of v1beta2: types and bounds. What the rules say, compileAll says of the value. */
export const parseBgpPeer = lazyValidator<BGPPeer>(objectSchema(BGP_PEER_KIND, bgpPeerSpec, true));

export const bgpPeerCrd = buildCrd({
  group: METALLB_GROUP,
  version: BGP_PEER_VERSION,
  older: [bgpPeerV1beta1],
  kind: BGP_PEER_KIND,
  plural: BGP_PEER_PLURAL,
  singular: "bgppeer",
  scope: "Namespaced",
  description: "A router to which nodes announce addresses.",
  spec: bgpPeerSpec,
  specRequired: false,
  status: EMPTY_STATUS,
  columns: [
    { name: "Address", type: "string", jsonPath: ".spec.peerAddress" },
    { name: "ASN", type: "string", jsonPath: ".spec.peerASN" },
    { name: "BFD Profile", type: "string", jsonPath: ".spec.bfdProfile" },
    { name: "Multi Hops", type: "string", jsonPath: ".spec.ebgpMultiHop" },
  ],
});
