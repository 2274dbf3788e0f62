/**
 * BFDProfile, `metallb.io/v1beta1`: how fast a BGP session notices that its peer is gone. Pure.
 *
 * Read first: RFC 5880 section 4.1 (the intervals, the multiplier), RFC 5881 and RFC 5883 (single and multiple hops).
 * What is not said is FRR's default, as in MetalLB: 300 ms, three times, echo 50 ms, a TTL of at least 254.
 */
import { Type, lazyValidator, type Static } from "../../base/schema.ts";
import { type Manifest, objectSchema, unwrittenCrd } from "./kinds.ts";

export const BFD_PROFILE_KIND = "BFDProfile";
export const BFD_PROFILE_PLURAL = "bfdprofiles";

const intervalMs = (description: string) =>
  Type.Optional(Type.Integer({ format: "int32", minimum: 10, maximum: 60_000, description }));

/** What is taken of objects that no such definition has checked: the RFCs allow one packet and a TTL of 255 too. */
export const BFD_BOUNDS = {
  transmitInterval: { least: 10, most: 60_000 },
  receiveInterval: { least: 10, most: 60_000 },
  detectMultiplier: { least: 1, most: 255 },
  minimumTtl: { least: 1, most: 255 },
} as const;

export const bfdProfileSpec = Type.Object(
  {
    receiveInterval: intervalMs("The fastest that packets are taken, in milliseconds."),
    transmitInterval: intervalMs("The fastest that packets are sent, in milliseconds."),
    detectMultiplier: Type.Optional(
      Type.Integer({
        format: "int32",
        minimum: 2,
        maximum: 255,
        description: "How many packets may be missing.",
      }),
    ),
    echoInterval: intervalMs("The fastest that echo packets are handled, in milliseconds."),
    echoMode: Type.Optional(Type.Boolean({ description: "Whether echo packets are sent." })),
    passiveMode: Type.Optional(
      Type.Boolean({ description: "Whether the session waits for the peer to begin." }),
    ),
    minimumTtl: Type.Optional(
      Type.Integer({
        format: "int32",
        minimum: 1,
        maximum: 254,
        description: "Over several hops: the lowest TTL that is taken.",
      }),
    ),
  },
  { description: "The intervals." },
);

export type BFDProfileSpec = Static<typeof bfdProfileSpec>;
export type BFDProfile = Manifest<BFDProfileSpec>;

/** @returns the nearest value that can be used, and what is wrong with the one that is said, if it is another */
export function withinBfdBounds(field: keyof typeof BFD_BOUNDS, said: number) {
  const { least, most } = BFD_BOUNDS[field];
  const taken = Math.min(Math.max(said, least), most);
  const reason = `${said} is not between ${least} and ${most}: ${taken} is taken`;
  return { taken, reason: taken === said ? null : reason };
}

/** Reads a manifest: types and bounds. */
export const parseBfdProfile = lazyValidator<BFDProfile>(
  objectSchema(BFD_PROFILE_KIND, bfdProfileSpec, false),
);

export const bfdProfileCrd = unwrittenCrd({
  kind: BFD_PROFILE_KIND,
  plural: BFD_PROFILE_PLURAL,
  description: "How fast a BGP session notices that its peer is gone.",
  spec: bfdProfileSpec,
  columns: [
    { name: "Passive Mode", type: "boolean", jsonPath: ".spec.passiveMode" },
    { name: "Transmit Interval", type: "integer", jsonPath: ".spec.transmitInterval" },
    { name: "Receive Interval", type: "integer", jsonPath: ".spec.receiveInterval" },
    { name: "Multiplier", type: "integer", jsonPath: ".spec.detectMultiplier" },
  ],
});
