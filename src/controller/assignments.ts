/**
 * Which Service gets which addresses, and of whom VirtualIPs say so. Pure.
 *
 * The claims are the VirtualIPs. Where there is none, the addresses in a Service's status are adopted as they are,
 * which is how a cluster that ran Deckhouse, or whose VirtualIPs were lost, keeps its addresses.
 * An address that a Service gives up stays claimed for it as long as its status lists it: nobody may be promised what
 * another is still promised (design rule K1).
 * Neighbours: desk.ts asks for those that it has to; ../classes/book.ts gives the addresses; virtual-ips.ts writes the claims.
 */
import { compareText } from "../base/hash.ts";
import { familyOf, parseIp, type Ip, type IpFamily } from "../base/ip.ts";
import { isEqualList } from "../base/lists.ts";
import type { Allocation, AllocationRequest, Claim } from "../classes/allocation.ts";
import { classFinder } from "../classes/class-at.ts";
import { clashOf, partyOf, type Party } from "../classes/sharing.ts";
import { keyOf, refOf } from "../kube/resource.ts";
import type { Service } from "../kube/types.ts";
import type { VirtualIPSpec } from "../multi-ip/resource.ts";
import { onceForEach } from "../base/once.ts";
import type { Role } from "./roles.ts";
import type { ClaimedAddress, World } from "./world.ts";

type Served = Extract<Role, { kind: "served" }>;

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
  readonly wanted: ReadonlyMap<Ip, Assignment>;
  /** Uses that are given up, but not yet: a status still lists them. */
  readonly heldBack: ReadonlyMap<Ip, readonly ServiceUse[]>;
}

/** @returns what the Service asks the allocator for */
export function requestOf(key: string, service: Service, role: Served): AllocationRequest {
  const createdAt = service.metadata.creationTimestamp ?? "";
  const { offers, request } = role;
  const [party, adopted] = [partyOfService(service), listedAddresses(service)];
  return { key, createdAt, offers, request, party, adopted };
}

/** @returns the addresses in the Service's status, in its order; what is no address is left out */
export const listedAddresses = onceForEach(({ status }: Service): readonly Ip[] => {
  const ingress = status?.loadBalancer?.ingress ?? [];
  return ingress.flatMap(({ ip }) => (ip === undefined ? [] : (parseIp(ip) ?? [])));
});

/** @returns whether the two may have one address, by what they say themselves */
export function goTogether(one: Service, other: Service): boolean {
  return clashOf(partyOfService(one), partyOfService(other)) === null;
}

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
 * All that is claimed or being claimed for one Service. Where it has two addresses at one index, because a plan was made while
 * the claim of an older one was not known yet or half of a plan was written, only the better one counts as its claim. The other
 * is kept from everybody but those who share it already, and given up; but one that its status lists is as good as a status
 * without a claim: it keeps that where it has room for it.
 *
 * @param addresses all that name it
 */
export function rivalClaims(
  service: string,
  addresses: readonly ClaimedAddress[],
  context: ClaimContext,
): Claim[] {
  const byPlace = new Map<string, PlacedClaim[]>();
  for (const address of addresses) {
    for (const { namespace, name, index } of address.object.spec.services) {
      if (`${namespace}/${name}` !== service) continue;
      const place = `${address.family} ${index}`;
      const rivals = byPlace.get(place);
      if (rivals === undefined) byPlace.set(place, [{ address, service, index }]);
      else rivals.push({ address, service, index });
    }
  }
  const object = context.role?.kind === "served" ? context.world.services.get(service) : undefined;
  const party = object && partyOfService(object);
  return [...byPlace.values()].flatMap((rivals) => {
    if (rivals.length > 1) rivals.sort((a, b) => compareRivals(a, b, { ...context, addresses }));
    return rivals.flatMap((rival, order): Claim[] => {
      const { index } = rival;
      const { ip } = rival.address;
      if (order === 0) return [{ address: ip, service, index }];
      const isAdopted = context.role?.kind === "served" && isPromised(rival, context);
      return isAdopted ? [] : [{ address: ip, service: `${service} twice`, index, party }];
    });
  });
}

interface ClaimContext {
  readonly world: World;
  /** Of the Service; undefined: it has none. */
  readonly role: Role | undefined;
}

interface RivalContext extends ClaimContext {
  /** All that name the Service. */
  readonly addresses: readonly ClaimedAddress[];
}

interface PlacedClaim {
  readonly address: ClaimedAddress;
  readonly service: string;
  readonly index: number;
}

/**
 * What it requests there, what it requests elsewhere, what its pool still has, what it may keep, what is of a pool that gives it
 * all the families that it requires (it goes there from one that has not), what it was promised, what an older plan gave. A request
 * for the very place is what allocation would grant again.
 */
function compareRivals(a: PlacedClaim, b: PlacedClaim, context: RivalContext): number {
  const rules = [isRequestedThere, isRequested, isInPool, isAdmitted, isOfWhole, isPromised];
  for (const isBetter of rules) {
    const order = Number(isBetter(b, context)) - Number(isBetter(a, context));
    if (order !== 0) return order;
  }
  const [older, younger] = [a.address.object.spec, b.address.object.spec];
  return older.generation - younger.generation || compareText(a.address.ip, b.address.ip);
}

function isRequestedThere({ address, index }: PlacedClaim, { role }: ClaimContext): boolean {
  if (role?.kind !== "served") return false;
  const wanted = role.request.places[address.family][index];
  return wanted?.kind === "this" && wanted.ip === address.ip;
}

function isRequested({ address }: PlacedClaim, { role }: ClaimContext): boolean {
  if (role?.kind !== "served") return false;
  const places = role.request.places[address.family];
  return places.some((place) => place.kind === "this" && place.ip === address.ip);
}

function isInPool({ address }: PlacedClaim, { world, role }: ClaimContext): boolean {
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
    return goTogether(other, ours);
  });
}

function isOlder(a: Service, b: Service): boolean {
  const order = compareText(a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? "");
  return (order || compareText(keyOf(a), keyOf(b))) < 0;
}

/** It requires several families, and of this pool it has a claim in each. */
function isOfWhole({ address }: PlacedClaim, { world, role, addresses }: RivalContext): boolean {
  if (role?.kind !== "served" || role.request.familiesAreOptional) return false;
  const classAt = classFinder(world.compiled.classes);
  const pool = classAt(address.ip);
  const ofPool = addresses.filter(({ ip }) => classAt(ip) === pool);
  return role.request.families.every((wanted) => ofPool.some(({ family }) => family === wanted));
}

function isPromised({ address, service }: PlacedClaim, { world }: ClaimContext): boolean {
  const owner = world.services.get(service);
  return owner !== undefined && listedAddresses(owner).includes(address.ip);
}

/** @returns the uses of a claim that are given up, and still listed by a status */
export function heldBackOf(
  ip: Ip,
  { claimed, services }: World,
  wanted: ReadonlyMap<Ip, Assignment>,
): readonly ServiceUse[] {
  const uses = wanted.get(ip)?.uses ?? [];
  return (claimed.get(ip)?.object.spec.services ?? []).filter((use) => {
    if (uses.some((other) => compareUses(use, other) === 0)) return false;
    const service = services.get(`${use.namespace}/${use.name}`);
    return service !== undefined && listedAddresses(service).includes(ip);
  });
}

/** @returns whether both list the same addresses, those of each family in the same order */
export function isSameInEachFamily(some: readonly Ip[], others: readonly Ip[]): boolean {
  return isEqualList(byFamily(some), byFamily(others));
}

function byFamily(ips: readonly Ip[]): Ip[] {
  return ips.toSorted((a, b) => compareText(familyOf(a), familyOf(b)));
}

export function useOf(key: string, index: number): ServiceUse {
  const { namespace = "", name } = refOf(key);
  return { namespace, name, index };
}

/** Orders by whose use it is; the index does not count, for a Service uses an address once. */
export function compareUses(a: ServiceUse, b: ServiceUse): number {
  return compareText(a.namespace, b.namespace) || compareText(a.name, b.name);
}
