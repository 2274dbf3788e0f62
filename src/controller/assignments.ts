/**
 * Which Service gets which addresses, and of whom VirtualIPs say so. Pure.
 *
 * The claims are the VirtualIPs. Where there is none, the addresses in a Service's status are adopted as they are,
 * which is how a cluster that ran Deckhouse, or whose VirtualIPs were lost, keeps its addresses.
 * An address that a Service gives up stays claimed for it as long as its status lists it: nobody may be promised what
 * another is still promised (design rule K1).
 * Neighbours: ../classes/allocate.ts gives the addresses; virtual-ips.ts writes the claims.
 */
import { compareText } from "../base/hash.ts";
import { parseIp, type Ip, type IpFamily } from "../base/ip.ts";
import { allocate } from "../classes/allocate.ts";
import type { Allocation, Claim } from "../classes/allocation.ts";
import { classFinder } from "../classes/class-at.ts";
import { clashOf, partyOf, type Party } from "../classes/sharing.ts";
import { keyOf, refOf } from "../kube/resource.ts";
import type { Service } from "../kube/types.ts";
import type { VirtualIPSpec } from "../multi-ip/resource.ts";
import { onceForEach } from "./once.ts";
import type { Role } from "./roles.ts";
import type { ClaimedAddress, World } from "./world.ts";

export type ServiceUse = VirtualIPSpec["services"][number];

/** One address that should be claimed. */
export interface Assignment {
  readonly ip: Ip;
  /** The key of the class that the address is of. */
  readonly className: string;
  /** In the order of namespaces and names: the Services that should use it. */
  readonly uses: readonly ServiceUse[];
}

export interface Assignments {
  readonly allocations: ReadonlyMap<string, Allocation>;
  /** In the order of their texts. */
  readonly wanted: ReadonlyMap<Ip, Assignment>;
  /** Uses that are given up, but not yet: a status still lists them. */
  readonly heldBack: ReadonlyMap<Ip, readonly ServiceUse[]>;
}

export function assign(world: World, roles: ReadonlyMap<string, Role>): Assignments {
  const { services: allocations } = allocate({
    requests: [...roles].flatMap(([key, role]) => {
      if (role.kind !== "served") return [];
      const service = world.services.get(key);
      if (service === undefined) return [];
      const createdAt = service.metadata.creationTimestamp ?? "";
      const { offers, request } = role;
      const [party, adopted] = [partyOfService(service), listedAddresses(service)];
      return { key, createdAt, offers, request, party, adopted };
    }),
    classes: world.compiled.classes,
    claims: claims({ world, roles }),
  });
  const wanted = wantedAddresses(allocations, { world, roles });
  return { allocations, wanted, heldBack: heldBack(world, wanted) };
}

/** @returns the addresses in the Service's status, in its order; what is no address is left out */
export const listedAddresses = onceForEach(({ status }: Service): readonly Ip[] => {
  const ingress = status?.loadBalancer?.ingress ?? [];
  return ingress.flatMap(({ ip }) => (ip === undefined ? [] : (parseIp(ip) ?? [])));
});

const partyOfService = onceForEach(({ metadata: { annotations }, spec }: Service): Party => {
  const { externalTrafficPolicy, selector, ports } = spec ?? {};
  return partyOf({ annotations, externalTrafficPolicy, selector, ports });
});

/** @returns the addresses of an allocation: the first family by index, then the second, as the Service names them */
export function placesInOrder(
  allocation: Allocation,
  families: readonly IpFamily[],
): readonly { readonly ip: Ip | null; readonly index: number }[] {
  return families.flatMap((family) =>
    (allocation.places[family] ?? []).map((ip, index) => ({ ip, index })),
  );
}

/**
 * All that is claimed or being claimed. Where a Service has two addresses at one index, because a plan was made while
 * the claim of an older one was not known yet, only the better one counts as its claim. The other is kept from
 * everybody, and given up.
 */
function claims(context: ClaimContext): Claim[] {
  const { claimed, claiming } = context.world;
  const byPlace = new Map<string, PlacedClaim[]>();
  for (const address of [...claimed.values(), ...claiming.values()]) {
    for (const { namespace, name, index } of address.object.spec.services) {
      const service = `${namespace}/${name}`;
      const place = `${service} ${address.family} ${index}`;
      const rivals = byPlace.get(place);
      if (rivals === undefined) byPlace.set(place, [{ address, service, index }]);
      else rivals.push({ address, service, index });
    }
  }
  return [...byPlace.values()].flatMap((rivals) => {
    if (rivals.length > 1) rivals.sort((a, b) => compareRivals(a, b, context));
    return rivals.map(({ address, service, index }, order) => {
      return { address: address.ip, service: order === 0 ? service : `${service} twice`, index };
    });
  });
}

interface ClaimContext {
  readonly world: World;
  readonly roles: ReadonlyMap<string, Role>;
}

interface PlacedClaim {
  readonly address: ClaimedAddress;
  readonly service: string;
  readonly index: number;
}

/** What it requests, what its pool still has, what it may keep, what it was promised, what an older plan gave. */
function compareRivals(a: PlacedClaim, b: PlacedClaim, context: ClaimContext): number {
  for (const isBetter of [isRequested, isInPool, isAdmitted, isPromised]) {
    const order = Number(isBetter(b, context)) - Number(isBetter(a, context));
    if (order !== 0) return order;
  }
  const [older, younger] = [a.address.object.spec, b.address.object.spec];
  return older.generation - younger.generation || compareText(a.address.ip, b.address.ip);
}

function isRequested({ address, service }: PlacedClaim, { roles }: ClaimContext): boolean {
  const role = roles.get(service);
  if (role?.kind !== "served") return false;
  const places = role.request.places[address.family];
  return places.some((place) => place.kind === "this" && place.ip === address.ip);
}

function isInPool({ address, service }: PlacedClaim, { world, roles }: ClaimContext): boolean {
  const role = roles.get(service);
  const key = classFinder(world.compiled.classes)(address.ip)?.key;
  if (role?.kind !== "served" || key === undefined) return false;
  const { automatic, byName, leave = [] } = role.offers;
  return [...automatic, ...byName].includes(key) && !leave.includes(key);
}

/** False where an older Service has the address too, and the two share no more. */
function isAdmitted({ address, service }: PlacedClaim, { world }: ClaimContext): boolean {
  const ours = world.services.get(service);
  if (ours === undefined) return false;
  return address.services.every((key) => {
    const other = world.services.get(key);
    if (other === undefined || other === ours || isOlder(ours, other)) return true;
    return clashOf(partyOfService(other), partyOfService(ours)) === null;
  });
}

function isOlder(a: Service, b: Service): boolean {
  const order = compareText(a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? "");
  return (order || compareText(keyOf(a), keyOf(b))) < 0;
}

function isPromised({ address, service }: PlacedClaim, { world }: ClaimContext): boolean {
  const owner = world.services.get(service);
  return owner !== undefined && listedAddresses(owner).includes(address.ip);
}

function wantedAddresses(
  allocations: ReadonlyMap<string, Allocation>,
  { world, roles }: ClaimContext,
): Map<Ip, Assignment> {
  const classAt = classFinder(world.compiled.classes);
  const wanted = new Map<Ip, { className: string; uses: ServiceUse[] }>();
  for (const [key, role] of roles) {
    const allocation = allocations.get(key);
    if (allocation === undefined || role.kind !== "served") continue;
    for (const { ip, index } of placesInOrder(allocation, role.request.families)) {
      if (ip === null) continue;
      const known = wanted.get(ip) ?? { className: classAt(ip)?.key ?? "", uses: [] };
      known.uses.push(useOf(key, index));
      wanted.set(ip, known);
    }
  }
  return new Map(
    [...wanted]
      .sort(([a], [b]) => compareText(a, b))
      .map(([ip, { className, uses }]) => [ip, { ip, className, uses: uses.sort(compareUses) }]),
  );
}

function heldBack(world: World, wanted: ReadonlyMap<Ip, Assignment>): Map<Ip, ServiceUse[]> {
  const held = new Map<Ip, ServiceUse[]>();
  for (const { ip, object } of world.claimed.values()) {
    const uses = wanted.get(ip)?.uses ?? [];
    const kept = object.spec.services.filter((use) => {
      if (uses.some((other) => compareUses(use, other) === 0)) return false;
      const service = world.services.get(`${use.namespace}/${use.name}`);
      return service !== undefined && listedAddresses(service).includes(ip);
    });
    if (kept.length > 0) held.set(ip, kept);
  }
  return held;
}

function useOf(key: string, index: number): ServiceUse {
  const { namespace = "", name } = refOf(key);
  return { namespace, name, index };
}

/** Orders by whose use it is; the index does not count, for a Service uses an address once. */
export function compareUses(a: ServiceUse, b: ServiceUse): number {
  return compareText(a.namespace, b.namespace) || compareText(a.name, b.name);
}
