/**
 * Which addresses the Services get, all of them together. Pure, and the same for the same world in any order.
 *
 * In four rounds, so that what works is settled before what is new:
 * 1. keep: claims and, where there are none, the addresses in a Service's status (seats.ts);
 * 2. requests: addresses that are asked for by name, the oldest Service first, if they are free and in the pool;
 * 3. spares: what a Service holds and has no place for any more fills its own empty places, and those with an address to leave;
 * 4. automatic: the home of the Service (home.ts) in written order, the lowest free address first, to Services that
 *    hold something, then by age.
 *
 * A place keeps its address: growing adds at the end, shrinking takes from the end. An address leaves its place only
 * because it left the pool, the count shrank, or another was requested for that place and can be given. A request
 * that cannot be met takes nothing away. Addresses of claims that are given up here go to nobody in this pass but who shares
 * them already: their VirtualIPs still exist, so somebody may still answer for them.
 * Services that share (sharing.ts) may be several on one address: one that is there already counts as free for them, and
 * comes before one that nobody has.
 */
import type { Problem } from "../base/errors.ts";
import { compareText } from "../base/hash.ts";
import { compareIps, type Ip } from "../base/ip.ts";
import type { Allocation, AllocationInput, AllocationResult } from "./allocation.ts";
import { emptyPool } from "./draft.ts";
import {
  givesAll,
  givesOneOfEach,
  hasFamilies,
  hasFamily,
  leaves,
  roomiestHome,
  type Want,
} from "./home.ts";
import { titleAtStart, titleOf, type ClassModel } from "./model.ts";
import { compareByAge, isShown, seatServices, wantedAt, type Guest, type Seat } from "./seats.ts";
import { Tenants } from "./tenants.ts";

export function allocate(input: AllocationInput): AllocationResult {
  return allocateBeside(new Tenants(input.classes), input);
}

/**
 * @param tenants what others have, who are in no need of anything; the Services of the input become tenants too
 * @returns what is right for the Services of the input
 */
export function allocateBeside(tenants: Tenants, input: AllocationInput): AllocationResult {
  const seats = seatServices(input, tenants);
  const byAge = [...seats].sort((a, b) => compareByAge(a.service, b.service));
  for (const seat of byAge) grantRequests(seat, tenants);
  for (const seat of seats) seatSpares(seat);
  for (const guest of new Set(seats.map((seat) => seat.guest))) giveAutomatically(guest, tenants);
  return { services: allocationsOf(seats, tenants), released: releasedClaims(input, seats) };
}

function grantRequests(seat: Seat, tenants: Tenants): void {
  const { guest, places, spares, denied, problems } = seat;
  const { key, party } = seat.service;
  for (const [index, present] of places.entries()) {
    const wanted = wantedAt(seat, index);
    if (wanted.kind !== "this") continue;
    if (guest.at(wanted.ip) === undefined || leaves(guest, wanted.ip)) {
      const message = `Cannot give ${wanted.ip}: it is ${outside(guest)}`;
      problems.push({ code: "ADDRESS_OUTSIDE_POOL", message });
    } else if (wanted.ip === present) {
      continue;
    } else if (!tenants.admits(wanted.ip, key, party)) {
      denied.push(wanted.ip);
    } else {
      places[index] = wanted.ip;
      tenants.add(wanted.ip, { service: key, party });
      if (present !== null) spares.push(present);
    }
  }
}

function outside({ home }: Guest): string {
  if (home !== null && home.pool === null) return `not in the pool of ${titleOf(home)}`;
  return "in no pool that the Service may use";
}

/**
 * Rather than give it up: also to a place whose own request cannot be met, and, where it may stay, to one that has an address
 * to leave.
 */
function seatSpares(seat: Seat): void {
  const { spares, places, guest } = seat;
  if (spares.length === 0) return;
  const nulls = [...places.keys()].filter((index) => places[index] === null);
  const leaving = spares.filter((ip) => leaves(guest, ip));
  const staying = spares.filter((ip) => !leaves(guest, ip));
  for (const index of new Set([...emptyPlaces(seat), ...nulls])) {
    places[index] = staying.shift() ?? leaving.shift() ?? null;
  }
  for (const index of placesToLeave(seat)) places[index] = staying.shift() ?? places[index] ?? null;
}

/**
 * Fills the places that take any address and have none, then those that have one to leave.
 *
 * @param take gives up to so many addresses
 * @returns how many were wanted, and how many came
 */
function fillPlaces(seat: Seat, take: (count: number) => readonly Ip[]) {
  const open = openPlaces(seat);
  const given = take(open.length);
  for (const [i, ip] of given.entries()) seat.places[open[i] ?? 0] = ip;
  return { wanted: open.length, given: given.length };
}

/** Those that take any address and have none. */
function emptyPlaces(seat: Seat): readonly number[] {
  return [...seat.places.keys()].filter(
    (index) => seat.places[index] === null && wantedAt(seat, index).kind === "any",
  );
}

/** Those that take any address and have one that it has only until it is given another. */
function placesToLeave(seat: Seat): readonly number[] {
  const { places, guest } = seat;
  return [...places.entries()].flatMap(([index, ip]) => {
    const isOpen = ip !== null && wantedAt(seat, index).kind === "any" && leaves(guest, ip);
    return isOpen ? [index] : [];
  });
}

function openPlaces(seat: Seat): readonly number[] {
  return [...emptyPlaces(seat), ...placesToLeave(seat)];
}

function giveAutomatically(guest: Guest, tenants: Tenants): void {
  guest.home ??= roomiestHome(guest, guest.seats.map(wantOf), tenants);
  if (guest.needsAll) moveToAll(guest, tenants);
  const isGiven = !guest.needsAll || staysSomewhere(guest) || hasOneOfEach(guest, tenants);
  for (const seat of guest.seats) {
    if (isShown(seat)) fillFromHome(seat, tenants, isGiven);
  }
}

/** Who has one family alone, of a home that lacks the other: to a class that can give all. Not where addresses are asked for by name. */
function moveToAll(guest: Guest, tenants: Tenants): void {
  const { home, seats, automatic } = guest;
  const lacksFamily = seats.some(({ places }) => places.every((ip) => ip === null));
  if (home === null || isWhole(guest) || !lacksFamily || seats.some(isNamed)) return;
  const all = seats.map((seat) => ({ ...wantOf(seat), count: seat.places.length }));
  const other = automatic.find((model) => givesAll(model, all, tenants));
  if (other === undefined) return;
  guest.home = other;
  guest.gives = (model) => model === other;
}

/** @returns true where its home has all families */
function isWhole({ home, seats }: Guest): boolean {
  const families = seats.map(({ family }) => family);
  return home !== null && hasFamilies(home, families);
}

function isNamed({ service, family, places }: Seat): boolean {
  return service.request.places[family].slice(0, places.length).some(({ kind }) => kind === "this");
}

/** @returns true where it has an address that it does not leave */
function staysSomewhere({ seats }: Guest): boolean {
  return seats.some(({ places, guest }) => places.some((ip) => ip !== null && !leaves(guest, ip)));
}

/** @returns true where it takes an address of each family, and the home can give it */
function hasOneOfEach({ home, seats }: Guest, tenants: Tenants): boolean {
  if (home === null) return false;
  const wants = seats.map(wantOf);
  return wants.every(({ count }) => count > 0) && givesOneOfEach(home, wants, tenants);
}

/** @param isGiven false: nothing is given of what there is, and what lacks is told */
function fillFromHome(seat: Seat, tenants: Tenants, isGiven: boolean): void {
  const { family, guest, problems } = seat;
  const { home } = guest;
  if (home === null || !guest.gives(home)) {
    if (emptyPlaces(seat).length > 0) problems.push(NO_POOL);
  } else if (home.ranges.length === 0) {
    problems.push(emptyPool(home));
  } else if (!hasFamily(home, family)) {
    const why = guest.needsAll ? ", and the Service requires both families of one pool" : "";
    const message = `${titleAtStart(home)} has no ${family}${why}`;
    if (openPlaces(seat).length > 0) problems.push({ code: "POOL_FAMILY_MISSING", message });
  } else if (isGiven) {
    const { key: service, party } = seat.service;
    const { wanted, given } = fillPlaces(seat, (count) =>
      tenants.take(home, family, { service, party, count }),
    );
    if (given < wanted) problems.push(exhausted(seat, home, { wanted, given }));
  } else if (isWhole(guest) && openPlaces(seat).length > 0) {
    // Which of them lacks may change at any time, and is no news to who gets nothing.
    const message = `Cannot give an address of each family from ${titleOf(home)}, and the Service requires both: one is not free`;
    problems.push({ code: "POOL_EXHAUSTED", message });
  }
}

function wantOf(seat: Seat): Want {
  const { key: service, party } = seat.service;
  return { family: seat.family, service, party, count: openPlaces(seat).length };
}

const NO_POOL: Problem = {
  code: "NO_POOL",
  message: "No pool gives the Service an address unasked",
};

function exhausted(
  { family }: Seat,
  home: ClassModel,
  { wanted, given }: { readonly wanted: number; readonly given: number },
): Problem {
  const noun = wanted === 1 ? "address" : "addresses";
  const free = given === 1 ? "1 is free" : `${given} are free`;
  return {
    code: "POOL_EXHAUSTED",
    message: `Cannot give ${wanted} more ${family} ${noun} from ${titleOf(home)}: ${free}`,
  };
}

const NOTHING: Allocation = { home: null, places: {}, problems: [], notices: [] };

function allocationsOf(seats: readonly Seat[], tenants: Tenants): Map<string, Allocation> {
  const services = new Map<string, Allocation>();
  for (const seat of seats) {
    const { service, family, guest, places } = seat;
    const problems = [...takenOf(seat, tenants), ...seat.problems];
    const home = guest.home?.key ?? null;
    const before = services.get(service.key) ?? NOTHING;
    services.set(service.key, {
      home,
      places: isShown(seat) ? { ...before.places, [family]: places } : before.places,
      problems: [...before.problems, ...problems.filter((problem) => !has(before, problem))],
      notices: [...before.notices, ...noticesOf(seat, tenants)],
    });
  }
  return services;
}

/** Who is in the way is told when all have what they get: who looks later says the same. */
function takenOf({ service, denied }: Seat, tenants: Tenants): Problem[] {
  return denied.map((ip) => ({
    code: "ADDRESS_TAKEN",
    message: `Cannot give ${ip}: ${tenants.obstacle(ip, service)}`,
  }));
}

/** An empty pool is one problem, whatever the number of families. */
function has({ problems }: Allocation, { message }: Problem): boolean {
  return problems.some((known) => known.message === message);
}

function noticesOf({ service, lost, places, guest }: Seat, tenants: Tenants): Problem[] {
  const { home } = guest;
  const where =
    home?.pool === null ? `not in the pool of ${titleOf(home)}` : "in no pool of the Service";
  return lost.map(({ index, address }) => {
    const instead = `${places[index] ?? "nothing"} replaces it`;
    if (guest.at(address) === undefined) {
      const message = `${address} is ${where} any more: ${instead}`;
      return { code: "ADDRESS_LEFT_POOL", message };
    }
    const why = tenants.obstacle(address, service);
    return { code: "ADDRESS_NOT_SHARED", message: `Cannot keep ${address}: ${why}; ${instead}` };
  });
}

function releasedClaims({ claims }: AllocationInput, seats: readonly Seat[]) {
  const placed = new Set<string>();
  for (const { service, places } of seats) {
    for (const ip of places) if (ip !== null) placed.add(`${ip} ${service.key}`);
  }
  return claims
    .filter(({ address, service }) => !placed.has(`${address} ${service}`))
    .sort((a, b) => compareIps(a.address, b.address) || compareText(a.service, b.service));
}
