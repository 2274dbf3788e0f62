/**
 * The histories of pool-histories.ts in worlds that have classes beside pools: Services change from one to the other because a
 * class goes and comes back, a pool takes over what was a class's, or they are deleted and made anew and name another.
 *
 * Read by standing.property.test.ts and addresses.property.test.ts.
 */
import fc from "fast-check";
import { CLASS_ANNOTATION } from "../../src/classes/annotations.ts";
import type { ModelCluster, ServiceWishes } from "./model-cluster.ts";
import {
  begin,
  granted,
  historiesOf,
  named,
  others,
  wish,
  worlds,
  type Change,
  type History,
  type Wish,
} from "./pool-histories.ts";

const CLASSES = ["edge", "inner"] as const;

/** Of their own, of both families, what pools have too, and none. */
const RANGES: readonly (readonly string[])[] = [
  ["192.0.2.32/30"],
  ["192.0.2.32/31", "2001:db8::20/126"],
  ["192.0.2.0/30", "192.0.2.34"],
  ["192.0.2.8/31", "2001:db8::/127"],
  [],
];

/** What takes over when a class goes; Services name them before they are there, too. */
const SUCCESSORS = {
  f: { addresses: ["192.0.2.32/30"] },
  g: { addresses: ["192.0.2.32-192.0.2.33", "2001:db8::20/127"], autoAssign: false },
};

const className = fc.constantFrom(...CLASSES);

/** Few, so that much happens to each. */
const names = fc.constantFrom("a" as const, "b" as const, "f" as const);

const wishes = fc
  .record({
    one: wish,
    name: names,
    list: fc.array(fc.constantFrom("192.0.2.32", "192.0.2.33", "2001:db8::20"), { maxLength: 1 }),
    loadBalancerClass: fc.constantFrom(null, null, null, ...CLASSES, "example.com/lb"),
    annotated: fc.constantFrom(null, null, ...CLASSES, "gone"),
    pool: fc.constantFrom(null, null, null, "f", "g", "nowhere"),
    sharesAs: fc.constantFrom("deckhouse", "metallb"),
    isNew: fc.constantFrom(false, false, true),
  })
  .map(({ one, ...more }) => {
    const { name } = more;
    const wanted: Wish = { ...one, name, list: [...more.list, ...one.list] };
    if (more.pool !== null) wanted.pool = more.pool;
    return named(JSON.stringify({ ...wanted, ...more, list: wanted.list }), (cluster) => {
      const key = `${one.namespace}/${name}`;
      if (more.isNew) cluster.services.delete(key);
      const before = cluster.services.get(key)?.spec;
      // The API server lets nobody set or change the class of what is a load balancer already.
      const isFixed = before?.type === "LoadBalancer";
      const loadBalancerClass = isFixed ? before.loadBalancerClass : more.loadBalancerClass;
      cluster.addService(name, {
        ...classed(wanted, more),
        ...(loadBalancerClass == null ? {} : { loadBalancerClass }),
      });
    });
  });

interface Naming {
  readonly annotated: string | null;
  readonly sharesAs: "deckhouse" | "metallb";
}

function classed(one: Wish, { annotated, sharesAs }: Naming): ServiceWishes {
  const asPools = granted(one);
  const { "metallb.io/allow-shared-ip": key, ...rest } = asPools.annotations ?? {};
  const name =
    sharesAs === "metallb"
      ? "metallb.io/allow-shared-ip"
      : "network.deckhouse.io/load-balancer-shared-ip-key";
  const annotations = {
    ...rest,
    ...(key === undefined ? {} : { [name]: key }),
    ...(annotated === null ? {} : { [CLASS_ANNOTATION]: annotated }),
  };
  return { ...asPools, annotations };
}

function addClass(cluster: ModelCluster, name: string, ranges: number, more: object = {}): void {
  cluster.addClass(name, { addressPool: [...(RANGES[ranges] ?? [])], ...more });
}

const changes = fc.oneof(
  { weight: 3, arbitrary: others },
  {
    weight: 2,
    arbitrary: fc
      .record({
        name: className,
        ranges: fc.nat(RANGES.length - 1),
        isDefault: fc.boolean(),
        isLabelled: fc.constantFrom(false, false, true),
      })
      .map(({ name, ranges, isDefault, isLabelled }) =>
        named(`class ${JSON.stringify({ name, ranges, isDefault, isLabelled })}`, (cluster) => {
          const nodeSelector = isLabelled ? { lb: "" } : {};
          addClass(cluster, name, ranges, { isDefault, nodeSelector });
        }),
      ),
  },
  {
    weight: 2,
    arbitrary: className.map((name) =>
      named(`class ${name} is deleted`, (cluster) => {
        cluster.classes.delete(name);
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constant(
      named("class edge is deleted, and pool f has its addresses", (cluster) => {
        cluster.classes.delete("edge");
        cluster.addPool("f", SUCCESSORS.f);
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom("f" as const, "g" as const), fc.constantFrom(true, true, false))
      .map(([name, isThere]) =>
        named(`pool ${name}${isThere ? "" : " is deleted"}`, (cluster) => {
          if (isThere) cluster.addPool(name, SUCCESSORS[name]);
          else cluster.ipAddressPools.delete(name);
        }),
      ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(names, fc.constantFrom("default", "x")).map(([name, namespace]): Change =>
      named(`somebody wipes the status of ${namespace}/${name}`, ({ services }) => {
        const service = services.get(`${namespace}/${name}`);
        if (service === undefined) return;
        const { metadata, spec = {} } = service;
        const resourceVersion = `${metadata.resourceVersion ?? ""} wiped`;
        services.set(`${namespace}/${name}`, {
          metadata: { ...metadata, resourceVersion },
          spec,
        });
      }),
    ),
  },
);

export function classHistoriesOf(lengthMax: number): fc.Arbitrary<History> {
  return historiesOf(lengthMax, { services: wishes, others: changes });
}

/** The pools that there are at the beginning, and which class is the default. */
export const classWorlds = fc.record({
  pools: worlds,
  defaultClass: fc.constantFrom(null, "edge", "inner"),
});

export function beginWithClasses({
  pools,
  defaultClass,
}: typeof classWorlds extends fc.Arbitrary<infer T> ? T : never): ModelCluster {
  const cluster = begin(pools);
  for (const [ranges, name] of CLASSES.entries()) {
    addClass(cluster, name, ranges, { isDefault: name === defaultClass });
  }
  return cluster;
}
