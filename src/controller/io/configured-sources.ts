/**
 * Watches what people write besides classes. None of the kinds has to be there: a cluster without one has no objects of it.
 */
import type { Manifests } from "../../classes/compile.ts";
import type { IPAddressPool } from "../../classes/metallb/ip-address-pool.ts";
import type { Change } from "../../kube/store.ts";
import type { KubeObject, ResourceType } from "../../kube/resource.ts";
import type { Reflector } from "../../kube/io/reflector.ts";
import { CONFIGURED } from "../../multi-ip/configured.ts";

interface Wishes {
  readonly namespace?: string;
  readonly isOptional: true;
  readonly onChange: (change: Change<KubeObject>) => void;
}

export type StartReflector = <T extends KubeObject>(
  type: ResourceType<T>,
  wishes: Wishes,
) => Reflector<T>;

type Kinds = typeof CONFIGURED;
type Kind = keyof Kinds;
type ReflectorOf<Type> = Type extends ResourceType<infer T> ? Reflector<T> : never;
type Reflectors = { readonly [kind in Kind]: ReflectorOf<Kinds[kind]> };
type Lists = Omit<Manifests, "classes">;

const KINDS = Object.keys(CONFIGURED) as Kind[];

export function startConfigured(
  start: StartReflector,
  { metallbNamespace, onNews }: { readonly metallbNamespace: string; readonly onNews: () => void },
) {
  const everywhere = { isOptional: true, onChange: onNews } as const;
  const inOne = { ...everywhere, namespace: metallbNamespace };
  const reflectors = ofEach((kind) => {
    const type: ResourceType<KubeObject> = CONFIGURED[kind];
    return start(type, type.namespaced ? inOne : everywhere);
  }) as Reflectors;
  return {
    /** By the plural of each. */
    reflectors: KINDS.map((kind) => [CONFIGURED[kind].plural, reflectors[kind]] as const),
    /** The answer to a write of its status, ahead of the watch. */
    feedPool: (object: IPAddressPool) => {
      reflectors.ipAddressPools.upsert(object);
    },
    lists: () => ofEach((kind) => reflectors[kind].store.list()) as Lists,
  };
}

function ofEach(make: (kind: Kind) => unknown): object {
  return Object.fromEntries(KINDS.map((kind) => [kind, make(kind)]));
}
