/**
 * Three rules of addresses, over random histories of worlds of pools: none twice except by the rules of sharing; no Service loses
 * one without a cause; any order of events ends in the same state as one pass over the final world.
 *
 * The rules are said again here, of the objects alone: the allocator is not asked what it thinks of them.
 * Neighbours: pool-histories.ts has the worlds and what happens in them; standing.property.test.ts holds each single pass
 * against one that remembers nothing.
 */
import { expect } from "chai";
import fc from "fast-check";
import { familyOf, type Ip } from "../../src/base/ip.ts";
import { classFinder, type ClassAt } from "../../src/classes/class-at.ts";
import { compileAll, NO_MANIFESTS } from "../../src/classes/compile.ts";
import type { LabelSelector } from "../../src/classes/label-selector.ts";
import { parseRequest, type ServiceRequest } from "../../src/classes/request.ts";
import { listedAddresses } from "../../src/controller/assignments.ts";
import type { Write } from "../../src/controller/writes.ts";
import { keyOf } from "../../src/kube/resource.ts";
import type { Service } from "../../src/kube/types.ts";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";
import type { ModelCluster } from "./model-cluster.ts";
import { begin, historiesOf, play, worlds } from "./pool-histories.ts";

/** By address: keys of Services. */
type Users = ReadonlyMap<Ip, ReadonlySet<string>>;

function usersIn(entries: Iterable<readonly [Ip, readonly string[]]>): Users {
  const users = new Map<Ip, Set<string>>();
  for (const [ip, keys] of entries) users.set(ip, new Set([...(users.get(ip) ?? []), ...keys]));
  return users;
}

function claimEntry({ spec }: VirtualIP): readonly [Ip, string[]] {
  return [spec.address, spec.services.map(({ namespace, name }) => `${namespace}/${name}`)];
}

function claimsOf({ virtualIps }: ModelCluster): Users {
  return usersIn([...virtualIps.values()].map(claimEntry));
}

/** The claims as they are when all of it is written. */
function claimsAfter({ virtualIps }: ModelCluster, writes: readonly Write[]): Users {
  const objects = new Map(virtualIps);
  for (const write of writes) {
    if (write.kind === "create-virtual-ip") objects.set(write.object.metadata.name, write.object);
    if (write.kind === "delete-virtual-ip") objects.delete(write.before.metadata.name);
    if (write.kind === "update-virtual-ip") {
      const spec = { ...write.before.spec, ...write.spec };
      objects.set(write.before.metadata.name, { ...write.before, spec });
    }
  }
  return usersIn([...objects.values()].map(claimEntry));
}

/** Whom a VirtualIP names, and whose status lists it. */
function usersOf({ virtualIps, services }: ModelCluster): Users {
  const listed = [...services.values()].flatMap((service) =>
    listedAddresses(service).map((ip) => [ip, [keyOf(service)]] as const),
  );
  return usersIn([...[...virtualIps.values()].map(claimEntry), ...listed]);
}

/** MetalLB's conditions: one key, no port of both, and traffic that goes the same way. */
function mayShare(one: Service | undefined, other: Service | undefined): boolean {
  if (one?.spec?.type !== "LoadBalancer" || other?.spec?.type !== "LoadBalancer") return false;
  const keyIn = ({ metadata }: Service) => metadata.annotations?.["metallb.io/allow-shared-ip"];
  const portsOf = ({ spec }: Service) => (spec?.ports ?? []).map(({ port }) => port);
  const wayOf = ({ spec }: Service) =>
    spec?.externalTrafficPolicy === "Local" ? JSON.stringify(spec.selector) : "by any node";
  const [key = ""] = [keyIn(one)];
  if (key === "" || keyIn(other) !== key || wayOf(one) !== wayOf(other)) return false;
  return portsOf(one).every((port) => !portsOf(other).includes(port));
}

/** @returns "192.0.2.0 default/a default/b" for any two on an address that may not share it */
function clashesAmong(users: Users, { services }: ModelCluster): ReadonlySet<string> {
  const clashes = new Set<string>();
  for (const [ip, keys] of users) {
    for (const one of keys) {
      for (const other of keys) {
        if (one >= other || mayShare(services.get(one), services.get(other))) continue;
        clashes.add(`${ip} ${one} ${other}`);
      }
    }
  }
  return clashes;
}

/** An edit may make two that share unfit for it, until a pass parts them; a write never makes such two. */
class NoneTwice {
  readonly #cluster: ModelCluster;
  #before: ReadonlySet<string> = new Set();

  constructor(cluster: ModelCluster) {
    this.#cluster = cluster;
  }

  planned(): void {
    this.#before = clashesAmong(usersOf(this.#cluster), this.#cluster);
  }

  written(): void {
    const now = clashesAmong(usersOf(this.#cluster), this.#cluster);
    for (const clash of now) expect(this.#before.has(clash), clash).to.equal(true);
    this.#before = now;
  }
}

/** A cluster about to be written to. */
class Losses {
  readonly #cluster: ModelCluster;
  readonly #writes: readonly Write[];
  #classAt: ClassAt | null = null;
  readonly #before: Users;
  readonly #after: Users;

  constructor(cluster: ModelCluster, writes: readonly Write[]) {
    [this.#cluster, this.#writes] = [cluster, writes];
    [this.#before, this.#after] = [claimsOf(cluster), claimsAfter(cluster, writes)];
  }

  expectCauses(): void {
    for (const write of this.#writes) {
      if (write.kind !== "service-status" || write.status.loadBalancer === undefined) continue;
      const kept = new Set(write.status.loadBalancer.ingress?.map(({ ip }) => ip));
      for (const ip of listedAddresses(write.before)) {
        if (kept.has(ip)) continue;
        const key = keyOf(write.before);
        expect(this.#hasCause(ip, write.before), `${key} loses ${ip}`).to.equal(true);
      }
    }
    this.#expectPromisesClaimed();
  }

  /** What a status lists stays claimed for it. */
  #expectPromisesClaimed(): void {
    for (const [ip, keys] of this.#before) {
      for (const key of keys) {
        const service = this.#cluster.services.get(key);
        if (service === undefined || !listedAddresses(service).includes(ip)) continue;
        expect(this.#after.get(ip)?.has(key), `${ip} is listed by ${key}`).to.equal(true);
      }
    }
  }

  #poolAt(ip: Ip): string | null {
    if (this.#classAt === null) {
      const ipAddressPools = [...this.#cluster.ipAddressPools.values()];
      this.#classAt = classFinder(compileAll({ ...NO_MANIFESTS, ipAddressPools }).classes);
    }
    return this.#classAt(ip)?.pool ?? null;
  }

  #hasCause(ip: Ip, service: Service): boolean {
    if (!this.#mayHave(ip, service) || this.#isOfRival(ip, service)) return true;
    const request = requestOf(service);
    const key = keyOf(service);
    const has = [...this.#after].filter(([other, keys]) => {
      return keys.has(key) && familyOf(other) === familyOf(ip);
    });
    const addresses = has.map(([other]) => other);
    const { pool } = request;
    const isMoving = pool !== null && pool !== this.#poolAt(ip);
    if (isMoving && addresses.some((other) => this.#poolAt(other) === pool)) return true;
    if (this.#isMadeWhole(ip, key, request)) return true;
    // It has as many as it wants without this one, and whatever is new in it was asked for by name.
    const asked = request.places[familyOf(ip)];
    const isAsked = (other: Ip) => asked.some((one) => one.kind === "this" && one.ip === other);
    const had = new Set(listedAddresses(service));
    const isNew = (other: Ip) => !had.has(other) && this.#before.get(other)?.has(key) !== true;
    const isFull = addresses.length >= (request.countPerFamily ?? 1);
    return isFull && addresses.every((other) => !isNew(other) || isAsked(other));
  }

  /** It requires both families, the pool of the address has one, and another gives both. */
  #isMadeWhole(ip: Ip, key: string, { families, familiesAreOptional }: ServiceRequest): boolean {
    if (families.length < 2 || familiesAreOptional) return false;
    const { addresses = [] } = this.#cluster.ipAddressPools.get(this.#poolAt(ip) ?? "")?.spec ?? {};
    const isHalf = new Set(addresses.map((text) => text.includes(":"))).size < 2;
    const all = [...this.#after].flatMap(([other, keys]) => (keys.has(key) ? [other] : []));
    const pools = new Set(all.map((other) => this.#poolAt(other)));
    return isHalf && pools.size === 1 && new Set(all.map(familyOf)).size === 2;
  }

  /** By its family, and by what pools say for whom they are. */
  #mayHave(ip: Ip, { metadata, spec }: Service): boolean {
    const { lbClass, ipAddressPools, namespaces } = this.#cluster;
    const pool = ipAddressPools.get(this.#poolAt(ip) ?? "");
    if (lbClass !== "" || pool === undefined) return false;
    if (spec?.type !== "LoadBalancer" || spec.ipFamilies?.includes(familyOf(ip)) !== true) {
      return false;
    }
    const { namespaceSelectors, serviceSelectors } = pool.spec?.serviceAllocation ?? {};
    const namespace = namespaces.get(metadata.namespace ?? "");
    return (
      isFor(namespaceSelectors, namespace?.metadata.labels) &&
      isFor(serviceSelectors, metadata.labels)
    );
  }

  /** One that may not share it has it too: an older one, or one of which a claim says so and of this one none. */
  #isOfRival(ip: Ip, service: Service): boolean {
    const { services } = this.#cluster;
    const claims = this.#before.get(ip);
    const others = [...(usersOf(this.#cluster).get(ip) ?? [])].filter(
      (key) => key !== keyOf(service),
    );
    if (claims?.has(keyOf(service)) !== true) return others.length > 0;
    return others.some((key) => {
      const other = services.get(key);
      const isThere = other !== undefined && claims.has(key) && this.#mayHave(ip, other);
      return isThere && isOlder(other, service) && !mayShare(other, service);
    });
  }
}

function requestOf({ metadata: { annotations }, spec }: Service) {
  const { ipFamilies, ipFamilyPolicy } = spec ?? {};
  return parseRequest({ annotations, ipFamilies, ipFamilyPolicy });
}

function isFor(
  selectors: readonly LabelSelector[] = [],
  labels: Readonly<Record<string, string>> = {},
): boolean {
  const fits = ({ matchLabels = {} }: LabelSelector) =>
    Object.entries(matchLabels).every(([name, value]) => labels[name] === value);
  return selectors.length === 0 || selectors.some(fits);
}

function isOlder(one: Service, other: Service): boolean {
  const ageOf = ({ metadata }: Service) => Date.parse(metadata.creationTimestamp ?? "");
  return ageOf(one) < ageOf(other);
}

/** What people see of addresses once nothing more is to be written. */
function endOf(cluster: ModelCluster) {
  cluster.converge();
  const claims = [...cluster.virtualIps.values()].map(({ spec }) => [spec.address, spec.services]);
  const promises = [...cluster.services].map(([key, service]) => [key, listedAddresses(service)]);
  return {
    claims: Object.fromEntries(claims) as object,
    promises: Object.fromEntries(promises) as object,
  };
}

describe("controller: addresses over random histories of pools, sharing and labels", function () {
  this.timeout(300_000);

  it("none twice except by the rules of sharing, and none lost without a cause", () => {
    fc.assert(
      fc.property(worlds, historiesOf(11), (pools, steps) => {
        const cluster = begin(pools);
        const noneTwice = new NoneTwice(cluster);
        const watch = {
          planned: (writes: readonly Write[]) => {
            noneTwice.planned();
            new Losses(cluster, writes).expectCauses();
          },
          written: () => {
            noneTwice.written();
          },
        };
        for (const step of steps) play(cluster, step, watch);
        cluster.converge();
        expect([...clashesAmong(claimsOf(cluster), cluster)]).to.deep.equal([]);
      }),
      { numRuns: 1000 },
    );
  });

  it("any order of events ends in the same state as one pass over the final world", () => {
    const inTwoOrders = historiesOf(7).chain((steps) =>
      fc.tuple(
        fc.constant(steps),
        fc.shuffledSubarray([...steps], { minLength: steps.length, maxLength: steps.length }),
      ),
    );
    fc.assert(
      fc.property(worlds, inTwoOrders, (pools, [steps, turned]) => {
        const [cluster, other] = [begin(pools), begin(pools)];
        for (const step of steps) play(cluster, step);
        for (const step of turned) play(other, step);
        // One pass that remembers nothing, held against what this history left, and then against what the other one did.
        cluster.isChecked = true;
        cluster.plan();
        const { standing } = other.memory;
        cluster.memory = { ...cluster.memory, standing, standingSinceMs: cluster.nowMs };
        cluster.plan();
        cluster.isChecked = false;
        const fresh = cluster.restarted();
        expect(endOf(cluster)).to.deep.equal(endOf(fresh));
      }),
      { numRuns: 1000 },
    );
  });
});
