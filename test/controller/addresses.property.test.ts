/**
 * Three rules of addresses, over random histories of worlds of pools: none twice except by the rules of sharing; no Service loses
 * one without a cause; any order of events ends in the same state as one pass over the final world.
 *
 * The rules are said again here, of the objects alone: the allocator is not asked what it thinks of them. The passes are what it
 * costs, so one play of a history serves all three: each of 1,000 histories in two orders, both of them watched.
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
import { begin, historiesOf, play, worlds, type History } from "./pool-histories.ts";

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

/** @returns false where as many are on every address after the write as before */
function movesUsers(write: Write): boolean {
  if (write.kind === "create-virtual-ip" || write.kind === "delete-virtual-ip") return true;
  if (write.kind === "update-virtual-ip") return write.spec.services !== undefined;
  return write.kind === "service-status" && write.status.loadBalancer !== undefined;
}

/** An edit may make two that share unfit for it, until a pass parts them; a write never makes such two. */
class NoneTwice {
  readonly #cluster: ModelCluster;
  #before: ReadonlySet<string> = new Set();

  constructor(cluster: ModelCluster) {
    this.#cluster = cluster;
  }

  /** Before such writes, and after each. */
  planned(): void {
    this.#before = clashesAmong(usersOf(this.#cluster), this.#cluster);
  }

  written(): void {
    const now = clashesAmong(usersOf(this.#cluster), this.#cluster);
    for (const clash of now) if (!this.#before.has(clash)) expect.fail(`clash on ${clash}`);
    this.#before = now;
  }
}

let latest: { readonly text: string; readonly classAt: ClassAt } | undefined;

/** Pools change seldom: what was made of them last is most likely what is wanted. */
function classesOf(cluster: ModelCluster): ClassAt {
  const ipAddressPools = [...cluster.ipAddressPools.values()];
  const written = ipAddressPools.map(({ metadata, spec }) => [
    ...[metadata.name, metadata.creationTimestamp, metadata.labels],
    spec,
  ]);
  const text = JSON.stringify(written);
  if (latest?.text !== text) {
    const { classes } = compileAll({ ...NO_MANIFESTS, ipAddressPools });
    latest = { text, classAt: classFinder(classes) };
  }
  return latest.classAt;
}

/** A cluster about to be written to. */
class Losses {
  readonly #cluster: ModelCluster;
  readonly #writes: readonly Write[];
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
        if (!this.#hasCause(ip, write.before)) expect.fail(`${key} loses ${ip} without a cause`);
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
        if (this.#after.get(ip)?.has(key) !== true) expect.fail(`${ip} is listed by ${key}`);
      }
    }
  }

  #poolAt(ip: Ip): string | null {
    return classesOf(this.#cluster)(ip)?.pool ?? null;
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

/** Each write of each pass is looked at, before and after. */
function playWatched(cluster: ModelCluster, steps: History): void {
  const noneTwice = new NoneTwice(cluster);
  const watch = {
    planned: (writes: readonly Write[]) => {
      if (!writes.some(movesUsers)) return;
      noneTwice.planned();
      new Losses(cluster, writes).expectCauses();
    },
    written: (write: Write) => {
      if (movesUsers(write)) noneTwice.written();
    },
  };
  for (const step of steps) play(cluster, step, watch);
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

  it("none twice except by the rules of sharing, none lost without a cause, and any order of events ends in the same state as one pass over the final world", () => {
    const inTwoOrders = historiesOf(9).chain((steps) =>
      fc.tuple(
        fc.constant(steps),
        fc.shuffledSubarray([...steps], { minLength: steps.length, maxLength: steps.length }),
      ),
    );
    fc.assert(
      fc.property(worlds, inTwoOrders, (pools, [steps, turned]) => {
        const [cluster, other] = [begin(pools), begin(pools)];
        playWatched(cluster, steps);
        playWatched(other, turned);
        // One pass that remembers nothing, held against one with what the other history left. (standing.property.test.ts
        // holds each pass against what its own history left.)
        const { standing } = other.memory;
        cluster.memory = { ...cluster.memory, standing, standingSinceMs: cluster.nowMs };
        cluster.isChecked = true;
        cluster.plan();
        cluster.isChecked = false;
        const fresh = cluster.restarted();
        expect(endOf(cluster)).to.deep.equal(endOf(fresh));
        expect([...clashesAmong(claimsOf(cluster), cluster)]).to.deep.equal([]);
      }),
      { numRuns: 1000 },
    );
  });
});
