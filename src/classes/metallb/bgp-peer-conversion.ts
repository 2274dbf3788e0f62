/**
 * BGPPeer between v1beta2, which is stored, and v1beta1: nothing is lost on the way there and back. Pure.
 *
 * What the other version cannot say rides in an annotation of the object. What somebody writes meanwhile in the version at
 * hand counts more: a peerASN written in v1beta1 replaces the dynamicASN that rode along.
 * Better than MetalLB: timers that are absent stay absent (there they become 0s), and no field is dropped.
 * Neighbours: bgp-peer.ts and bgp-peer-v1beta1.ts have the schemas.
 */
import { V1BETA1_FIELDS } from "./bgp-peer-v1beta1.ts";
import { METALLB_GROUP } from "./kinds.ts";

/** JSON of the fields of v1beta2 that v1beta1 lacks; null for one that v1beta1 demands and v1beta2 did not say. */
export const V1BETA2_ANNOTATION = "spreadlb.io/bgppeer-v1beta2";
/** JSON of the fields of v1beta1 that v1beta2 refuses. */
export const V1BETA1_ANNOTATION = "spreadlb.io/bgppeer-v1beta1";

/** An object as the API server sends it to be converted: of any shape below what every object has. */
export interface PeerObject {
  readonly apiVersion: string;
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Fields;
}

type Fields = Readonly<Record<string, unknown>>;

/** What v1beta1 demands, as it says "none". */
const PLACEHOLDERS: Fields = { peerASN: 0, peerAddress: "" };
/** A field that rode along, and the field of v1beta1 that takes its place once it is written. */
const REPLACED_BY: Readonly<Record<string, string>> = {
  dynamicASN: "peerASN",
  interface: "peerAddress",
  passwordSecret: "password",
};

export function toV1beta1<T extends PeerObject>(peer: T): T {
  const known = readRiding(peer, V1BETA1_ANNOTATION);
  const spec = peer.spec ?? {};
  const riding = Object.fromEntries([
    ...Object.entries(spec).filter(([field]) => !V1BETA1_FIELDS.has(field)),
    ...Object.keys(PLACEHOLDERS)
      .filter((field) => !(field in spec))
      .map((field) => [field, null] as const),
  ]);
  const kept = Object.entries(spec).filter(([field]) => V1BETA1_FIELDS.has(field));
  return rewritten(peer, {
    version: "v1beta1",
    spec: { ...PLACEHOLDERS, ...known, ...Object.fromEntries(kept) },
    ...{ from: V1BETA1_ANNOTATION, to: V1BETA2_ANNOTATION, riding },
  });
}

export function toV1beta2<T extends PeerObject>(peer: T): T {
  const known = readRiding(peer, V1BETA2_ANNOTATION);
  const { peerPort, ...rest } = peer.spec ?? {};
  const isRefused = peerPort === 0; // "not said", in v1beta1
  const spec: Record<string, unknown> =
    isRefused || peerPort === undefined ? { ...rest } : { ...rest, peerPort };
  for (const [field, value] of Object.entries(known)) {
    const rival = REPLACED_BY[field];
    if (value === null && field in PLACEHOLDERS) {
      if (spec[field] === PLACEHOLDERS[field]) Reflect.deleteProperty(spec, field);
    } else if (rival === undefined || isNothing(spec[rival])) {
      spec[field] = value;
    }
  }
  return rewritten(peer, {
    ...{ version: "v1beta2", spec, from: V1BETA2_ANNOTATION, to: V1BETA1_ANNOTATION },
    riding: isRefused ? { peerPort } : {},
  });
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === 0 || value === "";
}

interface Rewriting {
  readonly version: string;
  readonly spec: Fields;
  /** The annotation that was read, and goes. */
  readonly from: string;
  /** The one that comes, unless nothing has to ride along. */
  readonly to: string;
  readonly riding: Fields;
}

function rewritten<T extends PeerObject>(
  peer: T,
  { version, spec, from, to, riding }: Rewriting,
): T {
  const { annotations, ...metadata } = peer.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([key]) => key !== from && key !== to);
  const added = Object.keys(riding).length > 0 ? [[to, JSON.stringify(riding)] as const] : [];
  const all = Object.fromEntries([...kept, ...added]);
  return {
    ...peer,
    apiVersion: `${METALLB_GROUP}/${version}`,
    metadata: { ...metadata, ...(Object.keys(all).length > 0 ? { annotations: all } : {}) },
    ...(peer.spec === undefined ? {} : { spec }),
  };
}

/** What people wrote into the annotation by hand and is no JSON is as if it were not there. */
function readRiding({ metadata }: PeerObject, annotation: string): Fields {
  try {
    const value: unknown = JSON.parse(metadata.annotations?.[annotation] ?? "{}");
    const isFields = typeof value === "object" && value !== null && !Array.isArray(value);
    return isFields ? (value as Fields) : {};
  } catch {
    return {};
  }
}
