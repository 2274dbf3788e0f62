/**
 * The kinds that are checked: where each stands among the manifests, and how it is read. Pure.
 *
 * Neighbours: shape.ts holds an object against the definition of its kind.
 */
import type { CustomResourceDefinition, JsonSchema } from "../../base/crd.ts";
import type { SchemaProblem, Validator } from "../../base/schema.ts";
import type { Manifests } from "../compile.ts";
import { metalPeerCrd, parseMetalPeer } from "../deckhouse/bgp-peer.ts";
import { configurationCrd, parseConfiguration } from "../deckhouse/configuration.ts";
import { metalPoolCrd, parseMetalPool } from "../deckhouse/pool.ts";
import { bfdProfileCrd, parseBfdProfile } from "../metallb/bfd-profile.ts";
import { bgpAdvertisementCrd, parseBgpAdvertisement } from "../metallb/bgp-advertisement.ts";
import { toV1beta2, type PeerObject } from "../metallb/bgp-peer-conversion.ts";
import { parseBgpPeerV1beta1 } from "../metallb/bgp-peer-v1beta1.ts";
import { bgpPeerCrd, parseBgpPeer } from "../metallb/bgp-peer.ts";
import { communityCrd, parseCommunityObject } from "../metallb/community.ts";
import { ipAddressPoolCrd, parseIpAddressPool } from "../metallb/ip-address-pool.ts";
import { METALLB_GROUP, type Manifest } from "../metallb/kinds.ts";
import { l2AdvertisementCrd, parseL2Advertisement } from "../metallb/l2-advertisement.ts";
import { looseValidator } from "./loose.ts";
import { metalLoadBalancerClassCrd, parseMetalLoadBalancerClass } from "../resource.ts";

export interface CheckedKind {
  readonly kind: string;
  readonly group: string;
  readonly crd: CustomResourceDefinition;
  /** @param manifests where the object takes the place of the one of its name; null: nothing does */
  readonly put: (manifests: Manifests, name: string, object: Manifest<object> | null) => Manifests;
  readonly get: (manifests: Manifests, name: string) => Manifest<object> | undefined;
  /** In the order of the list. */
  readonly all: (manifests: Manifests) => readonly Manifest<object>[];
  readonly parse: Validator<Manifest<object>>;
  /** Older versions that are read, and how they become the one that is stored. */
  readonly older?: Readonly<Record<string, Older>>;
}

interface Older {
  readonly parse: Validator<Manifest<object>>;
  readonly convert: (object: Manifest<object>) => Manifest<object>;
}

export type ReadObject =
  | {
      readonly ok: true;
      /** In the version that is stored. */
      readonly object: Manifest<object>;
      /** As it is written, defaults filled in. */
      readonly written: Manifest<object>;
      /** Of the version in which it is written. */
      readonly schema: JsonSchema;
      readonly deprecation: string | null;
      /** Bounds of the definition that it breaks: readObject gives none such. */
      readonly broken: readonly SchemaProblem[];
    }
  | { readonly ok: false; readonly problems: readonly SchemaProblem[] };

const ALL: readonly CheckedKind[] = [
  kindOf("classes", metalLoadBalancerClassCrd, parseMetalLoadBalancerClass),
  kindOf("metalPools", metalPoolCrd, parseMetalPool),
  kindOf("metalPeers", metalPeerCrd, parseMetalPeer),
  kindOf("configurations", configurationCrd, parseConfiguration),
  kindOf("ipAddressPools", ipAddressPoolCrd, parseIpAddressPool),
  kindOf("l2Advertisements", l2AdvertisementCrd, parseL2Advertisement),
  kindOf("bgpAdvertisements", bgpAdvertisementCrd, parseBgpAdvertisement),
  {
    ...kindOf("bgpPeers", bgpPeerCrd, parseBgpPeer),
    older: {
      v1beta1: {
        parse: parseBgpPeerV1beta1,
        convert: (object) => {
          const peer: unknown = { ...object, apiVersion: `${METALLB_GROUP}/v1beta1` };
          return toV1beta2(peer as PeerObject);
        },
      },
    },
  },
  kindOf("bfdProfiles", bfdProfileCrd, parseBfdProfile),
  kindOf("communities", communityCrd, parseCommunityObject),
];

export const CHECKED_KINDS: ReadonlyMap<string, CheckedKind> = new Map(
  ALL.map((kind) => [kind.kind, kind]),
);

function kindOf<List extends keyof Manifests>(
  list: List,
  crd: CustomResourceDefinition,
  parse: Validator<Manifests[List][number]>,
): CheckedKind {
  return {
    kind: crd.spec.names.kind,
    group: crd.spec.group,
    crd,
    put: (manifests, name, object) => {
      const others = manifests[list].filter(({ metadata }) => metadata.name !== name);
      return { ...manifests, [list]: object === null ? others : [...others, object] };
    },
    get: (manifests, name) => manifests[list].find(({ metadata }) => metadata.name === name),
    all: (manifests) => manifests[list],
    parse: parse,
  };
}

/** @returns the object, whichever served version it is written in */
export function readObject(kind: CheckedKind, value: unknown): ReadObject {
  const parse = kind.older?.[versionOf(value)]?.parse ?? kind.parse;
  const parsed = parse(value);
  return parsed.ok ? readingOf(kind, parsed.value, []) : parsed;
}

/** The same, and of one that breaks bounds alone what it says, with the bounds. */
export function readLoosely(kind: CheckedKind, value: unknown): ReadObject {
  const read = readObject(kind, value);
  if (read.ok) return read;
  const loose = looseValidator(schemaOf(kind, value))(value);
  const isNamed = read.problems.every(({ field }) => field.startsWith("spec"));
  return loose.ok && isNamed ? readingOf(kind, loose.value, read.problems) : read;
}

function readingOf(
  kind: CheckedKind,
  written: Manifest<object>,
  broken: readonly SchemaProblem[],
): ReadObject {
  const version = versionOf(written);
  const served = kind.crd.spec.versions.find(({ name }) => name === version);
  return {
    ok: true,
    object: kind.older?.[version]?.convert(written) ?? written,
    ...{ written, broken },
    schema: schemaOf(kind, written),
    deprecation: served?.deprecationWarning ?? null,
  };
}

/** @returns the definition of the version in which the object is written; of the one that is stored, where there is no such */
export function schemaOf({ crd }: CheckedKind, value: unknown): JsonSchema {
  const version = versionOf(value);
  const { versions } = crd.spec;
  const served = versions.find(({ name }) => name === version);
  const { schema } = served ?? versions.find(({ storage }) => storage) ?? {};
  return schema?.openAPIV3Schema ?? {};
}

function versionOf(value: unknown): string {
  const { apiVersion = "" } = (value ?? {}) as { readonly apiVersion?: unknown };
  return String(apiVersion).split("/").at(-1) ?? "";
}
