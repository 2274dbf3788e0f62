/**
 * Which addresses the Services get, all of them together. Pure, and the same for the same world in any order.
 *
 * In four rounds, so that what works is settled before what is new:
 * 1. keep: claims and, where there are none, the addresses in a Service's status (seats.ts);
 * 2. requests: addresses that are asked for by name, the oldest Service first, if they are free and in the pool;
 * 3. spares: what a Service holds and has no place for any more fills its own empty places;
 * 4. automatic: the pool in written order, the lowest free address first, to Services that hold something, then by age.
 *
 * A place keeps its address: growing adds at the end, shrinking takes from the end. An address leaves its place only
 * because it left the pool, the count shrank, or another was requested for that place and can be given. A request
 * that cannot be met takes nothing away. Addresses of claims that are given up here go to nobody in this pass: their
 * VirtualIPs still exist, so somebody may still answer for them.
 * Left out: giving one address to two Services.
 */
import type { Problem } from "../base/errors.ts";
import { compareText } from "../base/hash.ts";
import {
  compareIps,
  familyOf,
  ipFromNumber,
  ipToNumber,
  type Ip,
  type IpFamily,
} from "../base/ip.ts";
import type { Allocation, AllocationInput, AllocationResult } from "./allocation.ts";
import { mergeRanges, subtractMerged, type IpRange } from "./ranges.ts";
import { compareByAge, seatServices, wantedAt, type ClassPool, type Seat } from "./seats.ts";

export function allocate(input: AllocationInput): AllocationResult {
  const { seats, owners } = seatServices(input);
  const byAge = [...seats].sort((a, b) => compareByAge(a.service, b.service));
  for (const seat of byAge) grantRequests(seat, owners);
  for (const seat of seats) fillPlaces(seat, (count) => seat.spares.splice(0, count));
  const free = new FreeLists(owners.keys());
  for (const seat of seats) giveAutomatically(seat, free);
  return { services: allocationsOf(seats), released: releasedClaims(input, seats) };
}

function grantRequests(seat: Seat, owners: Map<Ip, string>): void {
  const { service, pool, places, spares, problems } = seat;
  for (const [index, present] of places.entries()) {
    const wanted = wantedAt(seat, index);
    if (wanted.kind !== "this" || wanted.ip === present) continue;
    const owner = owners.get(wanted.ip);
    if (!pool.has(wanted.ip)) {
      problems.push({
        code: "ADDRESS_OUTSIDE_POOL",
        message: `Cannot give ${wanted.ip}: it is not in the pool of class "${pool.model.name}"`,
      });
    } else if (owner !== undefined) {
      problems.push({
        code: "ADDRESS_TAKEN",
        message: `Cannot give ${wanted.ip}: the Service ${owner} holds it`,
      });
    } else {
      places[index] = wanted.ip;
      owners.set(wanted.ip, service.key);
      if (present !== null) spares.push(present);
    }
  }
}

/**
 * Fills the places that take any address and have none.
 *
 * @param take gives up to so many addresses
 * @returns how many were wanted, and how many came
 */
function fillPlaces(seat: Seat, take: (count: number) => readonly Ip[]) {
  const empty = [...seat.places.keys()].filter(
    (index) => seat.places[index] === null && wantedAt(seat, index).kind === "any",
  );
  const given = take(empty.length);
  for (const [i, ip] of given.entries()) seat.places[empty[i] ?? 0] = ip;
  return { wanted: empty.length, given: given.length };
}

function giveAutomatically(seat: Seat, free: FreeLists): void {
  const { family, pool, problems, shown } = seat;
  if (!shown) return;
  const { name } = pool.model;
  if (pool.families.size === 0) {
    problems.push({ code: "POOL_EMPTY", message: `Class "${name}" has no addresses to give` });
  } else if (!pool.families.has(family)) {
    problems.push({ code: "POOL_FAMILY_MISSING", message: `Class "${name}" has no ${family}` });
  } else {
    const { wanted, given } = fillPlaces(seat, (count) => free.take(pool, family, count));
    if (given < wanted) problems.push(exhausted(seat, wanted, given));
  }
}

function exhausted({ family, pool }: Seat, wanted: number, given: number): Problem {
  const noun = wanted === 1 ? "address" : "addresses";
  const free = given === 1 ? "1 is free" : `${given} are free`;
  return {
    code: "POOL_EXHAUSTED",
    message: `Cannot give ${wanted} more ${family} ${noun} from class "${pool.model.name}": ${free}`,
  };
}

/** What is left of each class, family by family: intervals, cut from the front. */
class FreeLists {
  readonly #used: readonly IpRange[];
  readonly #lists = new Map<string, IpRange[]>();

  constructor(used: Iterable<Ip>) {
    const ranges = Array.from(used, (ip): IpRange => {
      const number = ipToNumber(ip);
      return { family: familyOf(ip), first: number, last: number };
    });
    this.#used = mergeRanges(ranges);
  }

  /** @returns the next addresses in the pool's order, fewer than asked for when there are no more */
  take(pool: ClassPool, family: IpFamily, count: number): Ip[] {
    const list = this.#listOf(pool, family);
    const taken: Ip[] = [];
    while (taken.length < count) {
      const range = list.at(-1);
      if (range === undefined) break;
      taken.push(ipFromNumber(family, range.first));
      if (range.first === range.last) list.pop();
      else list[list.length - 1] = { ...range, first: range.first + 1n };
    }
    return taken;
  }

  /** Last in the list is first to go, so that taking costs nothing. */
  #listOf({ model }: ClassPool, family: IpFamily): IpRange[] {
    const key = `${family} ${model.name}`;
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const ranges = model.ranges.filter((range) => range.family === family);
    const list = subtractMerged(ranges, this.#used).reverse();
    this.#lists.set(key, list);
    return list;
  }
}

function allocationsOf(seats: readonly Seat[]): Map<string, Allocation> {
  const services = new Map<string, Allocation>();
  for (const seat of seats) {
    const { service, family, shown, places, problems } = seat;
    const before = services.get(service.key) ?? { places: {}, problems: [], notices: [] };
    services.set(service.key, {
      places: shown ? { ...before.places, [family]: places } : before.places,
      problems: [...before.problems, ...problems.filter((problem) => !has(before, problem))],
      notices: [...before.notices, ...noticesOf(seat)],
    });
  }
  return services;
}

/** An empty pool is one problem, whatever the number of families. */
function has({ problems }: Allocation, { message }: Problem): boolean {
  return problems.some((known) => known.message === message);
}

function noticesOf({ lost, places, pool }: Seat): Problem[] {
  return lost.map(({ index, address }) => ({
    code: "ADDRESS_LEFT_POOL",
    message: `${address} is not in the pool of class "${pool.model.name}" any more: ${places[index] ?? "nothing"} replaces it`,
  }));
}

function releasedClaims({ claims }: AllocationInput, seats: readonly Seat[]) {
  const placed = new Map<Ip, string>();
  for (const { service, places } of seats) {
    for (const ip of places) if (ip !== null) placed.set(ip, service.key);
  }
  return claims
    .filter(({ address, service }) => placed.get(address) !== service)
    .sort((a, b) => compareIps(a.address, b.address) || compareText(a.service, b.service));
}
