/**
 * MetalLoadBalancerBGPPeer, `network.deckhouse.io/v1alpha1`: a router to which nodes announce addresses. Pure.
 *
 * Deckhouse refuses IPv6 and ignores `bfd`; its older manifests write `minimumTtl`, its newer ones `minimumTTL`.
 * Neighbours: configuration.ts names it; compile.ts looks for what nobody can use.
 */
import { DURATION_LENGTH_MAX } from "../../base/duration.ts";
import { Type, lazyValidator, type Static } from "../../base/schema.ts";
import {
  asn,
  checkedText,
  NAME_LENGTH_MAX,
  OWN_FIELDS,
  port,
} from "../metallb/bgp-peer-v1beta1.ts";
import { objectSchema } from "../metallb/kinds.ts";
import { deckhouseCrd, type DeckhouseManifest } from "./kinds.ts";

export const METAL_PEER_KIND = "MetalLoadBalancerBGPPeer";
export const METAL_PEER_PLURAL = "metalloadbalancerbgppeers";

const ADDRESS_LENGTH_MAX = 64;
const SOURCES_MAX = 1024;

const count = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000, description }));
const flag = (description: string) => Type.Optional(Type.Boolean({ description }));

export const metalPeerSpec = Type.Object(
  {
    peerAddress: checkedText("peerAddress", ADDRESS_LENGTH_MAX, "The address of the router."),
    peerPort: port({ minimum: 1 }),
    peerASN: asn(1, "The AS number of the router."),
    myASN: asn(1, "The AS number of the nodes."),
    routerID: Type.Optional(
      checkedText("routerId", ADDRESS_LENGTH_MAX, "The BGP identifier of the nodes."),
    ),
    holdTime: Type.Optional(
      checkedText(
        "holdTime",
        DURATION_LENGTH_MAX,
        "After how much silence the session ends; keepalives come three times as often.",
      ),
    ),
    passwordSecretRef: Type.Optional(
      Type.Object(
        {
          name: Type.String({ maxLength: NAME_LENGTH_MAX, description: "Its name." }),
          namespace: Type.String({ maxLength: 63, description: "Its namespace." }),
        },
        {
          description:
            'A Secret with the key "password" and the label network.deckhouse.io/metallb-bgp-password: "true".',
        },
      ),
    ),
    sourceAddresses: Type.Optional(
      Type.Array(
        Type.Object(
          {
            nodeName: Type.String({ maxLength: NAME_LENGTH_MAX, description: "The node." }),
            address: checkedText("address", ADDRESS_LENGTH_MAX, "Its own address in the session."),
          },
          { description: "One node's." },
        ),
        { maxItems: SOURCES_MAX, description: "The nodes' own addresses in the session." },
      ),
    ),
    bfd: Type.Optional(
      Type.Object(
        {
          receiveInterval: count("The fastest that packets are taken, in milliseconds."),
          transmitInterval: count("The fastest that packets are sent, in milliseconds."),
          detectMultiplier: count("How many packets may be missing."),
          echoInterval: count("The fastest that echo packets are handled, in milliseconds."),
          echoMode: flag("Whether echo packets are sent."),
          passiveMode: flag("Whether the session waits for the peer to begin."),
          minimumTTL: count("Over several hops: the lowest TTL that is taken."),
          minimumTtl: count("As older manifests write minimumTTL."),
        },
        { description: "How fast the session notices that the router is gone: RFC 5880." },
      ),
    ),
    ...OWN_FIELDS,
  },
  { description: "The router, and how it is spoken to." },
);

export type MetalLoadBalancerBGPPeer = DeckhouseManifest<Static<typeof metalPeerSpec>>;

/** Reads a manifest: types and bounds. */
export const parseMetalPeer = lazyValidator<MetalLoadBalancerBGPPeer>(
  objectSchema(METAL_PEER_KIND, metalPeerSpec, true),
);

export const metalPeerCrd = deckhouseCrd({
  kind: METAL_PEER_KIND,
  plural: METAL_PEER_PLURAL,
  shortNames: ["mlbbp"],
  description: "A router to which nodes announce addresses.",
  spec: metalPeerSpec,
  columns: [
    { name: "Address", type: "string", jsonPath: ".spec.peerAddress" },
    { name: "ASN", type: "string", jsonPath: ".spec.peerASN" },
    { name: "My ASN", type: "string", jsonPath: ".spec.myASN" },
  ],
});
