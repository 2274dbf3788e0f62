/**
 * The rules of addresses, said again of the objects alone: the allocator is not asked what it thinks of them.
 *
 * None twice except by the rules of sharing; no Service loses one without a cause. In worlds of pools, of classes, or of both.
 * Neighbours: one-pass.ts has the third rule; addresses.property.test.ts holds random histories to them; model-cluster.ts is the
 * world.
 */
import { expect } from "chai";
import { familyOf, type Ip } from "../../src/base/ip.ts";
import { CLASS_ANNOTATION } from "../../src/classes/annotations.ts";
import { BOUND_CONDITION } from "../../src/classes/choose.ts";
import { classFinder, type ClassAt } from "../../src/classes/class-at.ts";
import { compileAll } from "../../src/classes/compile.ts";
import type { LabelSelector } from "../../src/classes/label-selector.ts";
import { parseRequest, type ServiceRequest } from "../../src/classes/request.ts";
import { listedAddresses } from "../../src/controller/assignments.ts";
import type { Write } from "../../src/controller/writes.ts";
import { keyOf, type KubeObject } from "../../src/kube/resource.ts";
import type { Service } from "../../src/kube/types.ts";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";
import type { ModelCluster } from "./model-cluster.ts";
import { play, type History } from "./pool-histories.ts";

/** By address: keys of Services. */
type Users = ReadonlyMap<Ip, ReadonlySet<string>>;

const SHARING_KEYS = [
  "network.deckhouse.io/load-balancer-shared-ip-key",
  "metallb.io/allow-shared-ip",
] as const;

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
interface Named {
  readonly virtualIps: ReadonlyMap<string, VirtualIP>;
  readonly services: ReadonlyMap<string, Service>;
}

function usersOf({ virtualIps, services }: Named): Users {
  const listed = [...services.values()].flatMap((service) =>
    listedAddresses(service).map((ip) => [ip, [keyOf(service)]] as const),
  );
  return usersIn([...[...virtualIps.values()].map(claimEntry), ...listed]);
}

/** MetalLB's conditions: one key, no port of both, and traffic that goes the same way. */
function mayShare(one: Service | undefined, other: Service | undefined): boolean {
  if (one?.spec?.type !== "LoadBalancer" || other?.spec?.type !== "LoadBalancer") return false;
  const keyIn = ({ metadata: { annotations = {} } }: Service) =>
    SHARING_KEYS.map((name) => annotations[name]).find((key) => key !== undefined) ?? "";
  const portsOf = ({ spec }: Service) => (spec?.ports ?? []).map(({ port }) => port);
  const wayOf = ({ spec }: Service) =>
    spec?.externalTrafficPolicy === "Local" ? JSON.stringify(spec.selector) : "by any node";
  const key = keyIn(one);
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

/** @returns "192.0.2.0 default/a default/b" for any two of which VirtualIPs say so, or statuses of Services that may be served */
function clashesOf(cluster: ModelCluster): ReadonlySet<string> {
  const { virtualIps } = cluster;
  const served = [...cluster.services].filter(([, service]) => mayBeServed(service, cluster));
  return clashesAmong(usersOf({ virtualIps, services: new Map(served) }), cluster);
}

export function expectNoClash(cluster: ModelCluster): void {
  expect([...clashesOf(cluster)]).to.deep.equal([]);
}

/** What others write into the status of a Service that nothing of ours serves is theirs. */
function mayBeServed(
  service: Service,
  { classes, ipAddressPools, lbClass }: ModelCluster,
): boolean {
  const { loadBalancerClass = lbClass } = service.spec ?? {};
  if (classes.has(loadBalancerClass)) return true;
  if (loadBalancerClass !== "" && loadBalancerClass !== lbClass) return false;
  const isDefault = [...classes.values()].some(({ spec }) => spec?.isDefault === true);
  const isOfPools = ipAddressPools.size > 0 && (service.spec?.loadBalancerClass ?? "") === lbClass;
  return isDefault || isOfPools || namedBy(service).some((name) => classes.has(name));
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
    this.#before = clashesOf(this.#cluster);
  }

  written(): void {
    const now = clashesOf(this.#cluster);
    for (const clash of now) if (!this.#before.has(clash)) expect.fail(`clash on ${clash}`);
    this.#before = now;
  }
}

let latest: { readonly text: string; readonly classAt: ClassAt } | undefined;

/** Pools and classes change seldom: what was made of them last is most likely what is wanted. */
function classesOf(cluster: ModelCluster): ClassAt {
  const ipAddressPools = [...cluster.ipAddressPools.values()];
  const classes = [...cluster.classes.values()];
  const written = [...ipAddressPools, ...classes].map(({ metadata, spec }) => [
    ...[metadata.name, metadata.creationTimestamp, metadata.labels],
    spec,
  ]);
  const text = JSON.stringify(written);
  if (latest?.text !== text) {
    const compiled = compileAll({ classes, ipAddressPools });
    latest = { text, classAt: classFinder(compiled.classes) };
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
        if (this.#hasNoNode(ip) || this.#hasCause(ip, write.before)) continue;
        expect.fail(`${key} loses ${ip} without a cause`);
      }
    }
    this.#expectPromisesClaimed();
    this.#expectClaimsKept();
    this.#expectGivenToWhoMayHave();
  }

  /** Nobody is given what it may not have: of a class that does not serve it, or of a pool that is not for it. */
  #expectGivenToWhoMayHave(): void {
    for (const [ip, keys] of this.#after) {
      for (const key of keys) {
        const service = this.#cluster.services.get(key);
        if (service === undefined || this.#before.get(ip)?.has(key) === true) continue;
        if (!this.#mayHave(ip, service)) expect.fail(`${key} is given ${ip}, which is not for it`);
      }
    }
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

  /** Also what no status lists, or lists any more, because somebody wiped it. */
  #expectClaimsKept(): void {
    for (const { spec } of this.#cluster.virtualIps.values()) {
      for (const { namespace, name, index } of spec.services) {
        const key = `${namespace}/${name}`;
        const service = this.#cluster.services.get(key);
        if (service === undefined || this.#after.get(spec.address)?.has(key) === true) continue;
        if (this.#isTwice(spec.address, key, index) || this.#hasCause(spec.address, service))
          continue;
        expect.fail(`the claim of ${key} to ${spec.address} goes without a cause`);
      }
    }
  }

  /** Two claims were made for one place: half of a plan was written, and the next was another. */
  #isTwice(ip: Ip, key: string, index: number): boolean {
    return [...this.#cluster.virtualIps.values()].some(({ spec }) => {
      const isOther = spec.address !== ip && familyOf(spec.address) === familyOf(ip);
      const isIts = (use: VirtualIP["spec"]["services"][number]) =>
        `${use.namespace}/${use.name}` === key && use.index === index;
      return isOther && spec.services.some(isIts);
    });
  }

  #poolAt(ip: Ip): string | null {
    return classesOf(this.#cluster)(ip)?.pool ?? null;
  }

  /** What nobody may answer for is not promised: a class without a node keeps its addresses for who has them, unlisted. */
  #hasNoNode(ip: Ip): boolean {
    const { classes, nodes } = this.#cluster;
    const home = classes.get(classesOf(this.#cluster)(ip)?.key ?? "");
    if (home === undefined) return false;
    const selector = { matchLabels: home.spec?.nodeSelector ?? {} };
    return [...nodes.values()].every(({ metadata }) => !isFor([selector], metadata.labels));
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
    if (this.#isMadeWhole(ip, service, request)) return true;
    // It has as many as it wants without this one, and whatever is new in it was asked for by name.
    const asked = request.places[familyOf(ip)];
    const isAsked = (other: Ip) => asked.some((one) => one.kind === "this" && one.ip === other);
    const had = new Set(listedAddresses(service));
    const isNew = (other: Ip) => !had.has(other) && this.#before.get(other)?.has(key) !== true;
    const isFull = addresses.length >= (request.countPerFamily ?? 1);
    return isFull && addresses.every((other) => !isNew(other) || isAsked(other));
  }

  /** It requires both families, the pool of the address has one, and another gives both. */
  #isMadeWhole(
    ip: Ip,
    service: Service,
    { families, familiesAreOptional }: ServiceRequest,
  ): boolean {
    if (families.length < 2 || familiesAreOptional) return false;
    const { ranges = [] } = classesOf(this.#cluster)(ip) ?? {};
    const isHalf = new Set(ranges.map(({ family }) => family)).size < 2;
    // What it leaves is claimed for it until its status says so; also what is nobody's any more.
    const isIts = (other: Ip, keys: ReadonlySet<string>) =>
      keys.has(keyOf(service)) && this.#mayHave(other, service);
    const all = [...this.#after].flatMap(([other, keys]) => (isIts(other, keys) ? [other] : []));
    const others = all.filter((other) => this.#poolAt(other) !== this.#poolAt(ip));
    const pools = new Set(others.map((other) => this.#poolAt(other)));
    return isHalf && pools.size === 1 && new Set(others.map(familyOf)).size === 2;
  }

  /** By its family, by whom pools say that they are for, and by the class that serves it. */
  #mayHave(ip: Ip, service: Service): boolean {
    const { type, ipFamilies } = service.spec ?? {};
    const home = classesOf(this.#cluster)(ip);
    if (home === undefined || type !== "LoadBalancer") return false;
    if (ipFamilies?.includes(familyOf(ip)) !== true) return false;
    return home.pool === null
      ? this.#isServedBy(home.name, service)
      : this.#isFor(home.pool, service);
  }

  #isServedBy(name: string, service: Service): boolean {
    const { loadBalancerClass } = service.spec ?? {};
    const { classes, lbClass } = this.#cluster;
    const isThere = (one: string | undefined) => one !== undefined && classes.has(one);
    const isForeign = loadBalancerClass !== undefined && !isThere(loadBalancerClass);
    if (isForeign && (lbClass === "" || loadBalancerClass !== lbClass)) return false;
    // Who names the pools by --lb-class is theirs: an annotation that names a class is a leftover.
    const namesPools = lbClass !== "" && loadBalancerClass === lbClass;
    const named = namesPools ? [loadBalancerClass] : namedBy(service);
    const [serving] = [...this.#boundTo(service), ...named].filter(isThere);
    if (serving !== undefined) return serving === name;
    // A default, the oldest of several, is for who has nothing of a pool, and names none.
    const ages = [...classes.values()].filter(({ spec }) => spec?.isDefault === true).map(ageOf);
    const found = classes.get(name);
    const isDefault = found?.spec?.isDefault === true && ageOf(found) === Math.min(...ages);
    return !isForeign && isDefault && !this.#wantsPools(name, service);
  }

  /** By what it has, then by the pool that it names, be it there or not, then by what it asks for; where there are pools. */
  #wantsPools(defaultClass: string, service: Service): boolean {
    const { ipAddressPools, lbClass } = this.#cluster;
    const { loadBalancerClass = "" } = service.spec ?? {};
    if (ipAddressPools.size === 0 || loadBalancerClass !== lbClass) return false;
    const key = keyOf(service);
    const claimed = [...this.#before].filter(([, keys]) => keys.has(key)).map(([ip]) => ip);
    const isAdopted = (ip: Ip) => {
      const others = [...(this.#before.get(ip) ?? [])].map((one) =>
        this.#cluster.services.get(one),
      );
      return others.every((other) => mayShare(other, service));
    };
    const adopted = listedAddresses(service).filter(isAdopted);
    const held = [...claimed, ...adopted];
    const isOfPool = (ip: Ip) => this.#poolAt(ip) !== null;
    const isOfDefault = (ip: Ip) => classesOf(this.#cluster)(ip)?.key === defaultClass;
    if (lbClass !== "" || held.some(isOfPool)) return true;
    if (held.some(isOfDefault)) return false;
    const { pool, places } = requestOf(service);
    const asked = Object.values(places).flat();
    const isAsked = (isOf: (ip: Ip) => boolean) =>
      asked.some((place) => place.kind === "this" && isOf(place.ip));
    return pool !== null || (isAsked(isOfPool) && !isAsked(isOfDefault));
  }

  /** Pools are for who names no class; and who is bound to one has nothing of a pool. */
  #isFor(name: string, service: Service): boolean {
    const { lbClass, classes, ipAddressPools, namespaces } = this.#cluster;
    const pool = ipAddressPools.get(name);
    const { metadata, spec } = service;
    if (pool === undefined || (spec?.loadBalancerClass ?? "") !== lbClass) return false;
    if (lbClass === "" && namedBy(service).some((one) => classes.has(one))) return false;
    if (this.#boundTo(service).some((one) => classes.has(one))) return false;
    const { namespaceSelectors, serviceSelectors } = pool.spec?.serviceAllocation ?? {};
    const namespace = namespaces.get(metadata.namespace ?? "");
    return (
      isFor(namespaceSelectors, namespace?.metadata.labels) &&
      isFor(serviceSelectors, metadata.labels)
    );
  }

  /** By the condition or, where somebody wiped it, by its claims. Whose claims are all of pools was given them when its class was gone. */
  #boundTo(service: Service): readonly string[] {
    const key = keyOf(service);
    const claims = [...this.#cluster.virtualIps.values()].filter((virtualIp) =>
      claimEntry(virtualIp)[1].includes(key),
    );
    const claimed = claims.flatMap(({ spec }) => spec.class ?? []);
    if (claims.length > 0 && claimed.length === 0) return [];
    const bound = service.status?.conditions?.find(({ type }) => type === BOUND_CONDITION);
    const isThere = (name: string) => this.#cluster.classes.has(name);
    // On its way from a class that is gone to another the claims come first.
    const isLeft = !isThere(bound?.message ?? "") && claimed.some(isThere);
    return bound?.status === "True" && !isLeft ? [bound.message] : claimed;
  }

  /**
   * One that may not share it, or may not have it itself, has it too: an older one, or one of which a claim says so and of this
   * one none.
   */
  #isOfRival(ip: Ip, service: Service): boolean {
    const { services } = this.#cluster;
    const claims = this.#before.get(ip);
    const others = [...(usersOf(this.#cluster).get(ip) ?? [])].filter(
      (key) => key !== keyOf(service),
    );
    const maySit = (key: string) => {
      const other = services.get(key);
      return other !== undefined && this.#mayHave(ip, other) && mayShare(other, service);
    };
    if (claims?.has(keyOf(service)) !== true) return !others.every(maySit);
    return others.some((key) => {
      const other = services.get(key);
      const isThere = other !== undefined && claims.has(key) && this.#mayHave(ip, other);
      return isThere && isOlder(other, service) && !mayShare(other, service);
    });
  }
}

/** The classes that it names itself. */
function namedBy({ metadata, spec }: Service): readonly string[] {
  const annotated = metadata.annotations?.[CLASS_ANNOTATION];
  return [spec?.loadBalancerClass, annotated].filter((name) => name !== undefined);
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
  return ageOf(one) < ageOf(other);
}

function ageOf({ metadata }: KubeObject): number {
  return Date.parse(metadata.creationTimestamp ?? "");
}

/** Each write of each pass is looked at, before and after. */
export function playWatched(cluster: ModelCluster, steps: History): void {
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
