/**
 * History does not matter: after any events, in any order, what is right is what one pass over the last world says.
 *
 * The events are the API's: a Service comes, changes, goes; VirtualIPs are made and removed, of one Service and not yet of
 * another; statuses list what they list. The book is asked after each of them.
 */
import { expect } from "chai";
import fc from "fast-check";
import { familyOf, type Ip } from "../../src/base/ip.ts";
import { allocate } from "../../src/classes/allocate.ts";
import type {
  Allocation,
  AllocationRequest,
  AllocationResult,
  Claim,
} from "../../src/classes/allocation.ts";
import { ADDRESSES_ANNOTATION, COUNT_ANNOTATION } from "../../src/classes/annotations.ts";
import { Book } from "../../src/classes/book.ts";
import { classFinder } from "../../src/classes/class-at.ts";
import { compileAll } from "../../src/classes/compile.ts";
import type { IPAddressPool } from "../../src/classes/metallb/ip-address-pool.ts";
import type { ClassModel } from "../../src/classes/model.ts";
import { offersFor } from "../../src/classes/offers.ts";
import { parseRequest } from "../../src/classes/request.ts";
import { fits, partyOf } from "../../src/classes/sharing.ts";
import { manifest } from "./metallb/cases.ts";
import { claimsAfter } from "./pool-script.ts";
import { POOLS } from "./pools.ts";
import { timeOf } from "./world.ts";

type Classes = ReadonlyMap<string, ClassModel>;

const NAMES = ["a", "b", "c", "d", "e", "f", "g"] as const;

const worlds = fc.subarray(Object.keys(POOLS) as (keyof typeof POOLS)[], { minLength: 1 }).map(
  (names): Classes =>
    compileAll({
      classes: [],
      ipAddressPools: names.map(
        (name, n) => manifest("IPAddressPool", name, POOLS[name], n + 1) as IPAddressPool,
      ),
      l2Advertisements: [],
    }).classes,
);

const address = fc.constantFrom(
  ...["192.0.2.0", "192.0.2.1", "192.0.2.3", "192.0.2.8", "192.0.2.12", "192.0.2.16"],
  ...["192.0.2.18", "2001:db8::", "2001:db8::8", "10.0.0.1"],
) as fc.Arbitrary<Ip>;

const wishes = fc.record({
  name: fc.constantFrom(...NAMES),
  age: fc.nat(3),
  count: fc.constantFrom("1", "1", "1", "2", "3", "x"),
  list: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(address, { maxLength: 2 })),
  families: fc.constantFrom<readonly string[]>(
    ["IPv4"],
    ["IPv4"],
    ["IPv4", "IPv6"],
    ["IPv6", "IPv4"],
  ),
  policy: fc.constantFrom("PreferDualStack", "RequireDualStack"),
  key: fc.constantFrom("", "k", "k", "l"),
  ports: fc.constantFrom([80], [81], [80, 82]),
  local: fc.constantFrom(null, null, "x", "y"),
  gold: fc.boolean(),
  pool: fc.constantFrom(null, null, null, "a", "c", "nowhere"),
  status: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(address, { maxLength: 2 })),
});

type Wishes = typeof wishes extends fc.Arbitrary<infer T> ? T : never;

function requestOf(wish: Wishes, classes: Classes): AllocationRequest {
  const { name, age, count, list, families, policy, key, ports, local, gold, pool } = wish;
  const labels = gold ? { tier: "gold" } : {};
  const facts = { namespace: "default", labels, namespaceLabels: {}, pool };
  return {
    key: name,
    createdAt: timeOf(age),
    offers: offersFor(facts, { classes }),
    request: parseRequest({
      annotations: {
        [COUNT_ANNOTATION]: count,
        ...(list.length > 0 ? { [ADDRESSES_ANNOTATION]: list.join() } : {}),
      },
      ipFamilies: families,
      ...(families.length > 1 ? { ipFamilyPolicy: policy } : {}),
    }),
    party: partyOf({
      annotations: { "metallb.io/allow-shared-ip": key },
      ports: ports.map((port) => ({ port })),
      ...(local === null ? {} : { externalTrafficPolicy: "Local", selector: { app: local } }),
    }),
    adopted: wish.status,
  };
}

const event = fc.oneof(
  { weight: 5, arbitrary: wishes.map((wish) => ({ kind: "request", wish }) as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...NAMES).map((name) => ({ kind: "gone", name }) as const),
  },
  // What a pass gave is written: the VirtualIPs of one Service, or of all.
  {
    weight: 3,
    arbitrary: fc.constantFrom(...NAMES).map((name) => ({ kind: "write", name }) as const),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "write-all" } as const) },
  {
    weight: 1,
    arbitrary: fc
      .record({ name: fc.constantFrom(...NAMES, "a twice", "gone"), ip: address, index: fc.nat(2) })
      .map((claim) => ({ kind: "claim", ...claim }) as const),
  },
);

type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** The book, and beside it the world as it is: what the book was told, and nothing of how. */
class Telling {
  readonly classes: Classes;
  readonly book: Book;
  readonly requests = new Map<string, AllocationRequest>();
  readonly claims = new Map<string, readonly Claim[]>();

  constructor(classes: Classes) {
    this.classes = classes;
    this.book = new Book(classes);
  }

  tell(event: Event): void {
    switch (event.kind) {
      case "request": {
        const request = requestOf(event.wish, this.classes);
        this.requests.set(request.key, request);
        this.book.request(request);
        return;
      }
      case "gone":
        this.requests.delete(event.name);
        this.book.forget(event.name);
        return;
      case "claim": {
        const { name, ip, index } = event;
        const others = (this.claims.get(name) ?? []).filter(({ address }) => address !== ip);
        this.#claim(name, [...others, { address: ip, service: name, index }]);
        return;
      }
      case "write":
        this.#write(event.name, this.onePass());
        return;
      case "write-all": {
        const result = this.onePass();
        for (const name of [...NAMES, "a twice", "gone"]) this.#write(name, result);
      }
    }
  }

  onePass(): AllocationResult {
    const claims = [...this.claims.values()].flat();
    return allocate({ requests: [...this.requests.values()], classes: this.classes, claims });
  }

  #write(name: string, result: AllocationResult): void {
    const request = this.requests.get(name);
    this.#claim(name, request === undefined ? [] : claimsAfter(result, [request]));
  }

  #claim(name: string, claims: readonly Claim[]): void {
    this.claims.set(name, claims);
    this.book.claim(name, claims);
  }
}

function said({ services, released }: AllocationResult) {
  const sorted = [...services].sort(([a], [b]) => (a < b ? -1 : 1));
  return { services: Object.fromEntries(sorted), released };
}

describe("allocate: histories", function () {
  this.timeout(60_000);

  it("the book says after each event what one pass over the world says", () => {
    fc.assert(
      fc.property(worlds, fc.array(event, { minLength: 5, maxLength: 25 }), (classes, events) => {
        const telling = new Telling(classes);
        for (const one of events) {
          telling.tell(one);
          expect(said(telling.book.settle())).to.deep.equal(said(telling.onePass()));
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("who is in the way is told when all have what they get", () => {
    const pool = manifest("IPAddressPool", "p", POOLS.b, 1) as IPAddressPool;
    const { classes } = compileAll({ classes: [], ipAddressPools: [pool], l2Advertisements: [] });
    const telling = new Telling(classes);
    const plain: Wishes = {
      ...{ name: "a", age: 0, count: "1", list: [], families: ["IPv6", "IPv4"], key: "" },
      ...{
        policy: "PreferDualStack",
        ports: [80],
        local: null,
        gold: false,
        pool: null,
        status: [],
      },
    };
    const events: readonly Event[] = [
      { kind: "request", wish: { ...plain, name: "c" } },
      { kind: "request", wish: { ...plain, name: "b", age: 1, count: "3", key: "k" } },
      { kind: "write-all" },
      { kind: "request", wish: { ...plain, list: ["2001:db8::" as Ip] } },
      { kind: "write-all" },
      // Now b may share what c has, and comes after a has asked in vain.
      { kind: "request", wish: { ...plain, name: "c", key: "k", ports: [81] } },
      { kind: "write", name: "b" },
    ];
    for (const event of events) {
      telling.tell(event);
      expect(said(telling.book.settle())).to.deep.equal(said(telling.onePass()));
    }
    const [problem] = telling.book.settle().services.get("a")?.problems ?? [];
    expect(problem?.message).to.match(/^Cannot give 2001:db8::: the Service b holds it/);
  });

  it("events in another order, and asked once at the end: the same", () => {
    const both = fc
      .array(event, { minLength: 5, maxLength: 25 })
      .chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events)));
    fc.assert(
      fc.property(worlds, both, (classes, [events, others]) => {
        const [one, other] = [new Telling(classes), new Telling(classes)];
        for (const each of events) one.tell(each);
        // Another history, which ends in the same world.
        for (const each of others) other.tell(each);
        other.book.settle();
        for (const name of [...NAMES, "a twice", "gone"]) {
          const request = one.requests.get(name);
          if (request === undefined) other.book.forget(name);
          else other.book.request(request);
          other.book.claim(name, one.claims.get(name) ?? []);
        }
        expect(said(other.book.settle())).to.deep.equal(said(one.book.settle()));
      }),
      { numRuns: 1000 },
    );
  });

  it("no address twice but by the rules of sharing, and none that a claim or a status keeps from others", () => {
    overHistories(({ requests }, { services }) => {
      const users = new Map<Ip, string[]>();
      for (const [key, { places }] of services) {
        for (const ip of Object.values(places).flat()) {
          if (ip !== null) users.set(ip, [...(users.get(ip) ?? []), key]);
        }
      }
      for (const [ip, keys] of users) {
        const parties = keys.flatMap((key) => requests.get(key)?.party ?? []);
        parties.forEach((party, n) => {
          const others = parties.filter((_, m) => m !== n);
          expect(fits(others, party), `${ip}: ${keys.join()}`).to.equal(true);
        });
      }
    });
  });

  it("no Service loses an address without a cause", () => {
    overHistories(({ requests, claims, classes }, { services }) => {
      const classAt = classFinder(classes);
      const homeOf = (ip: Ip) => classAt(ip)?.key ?? "";
      const mayHave = ({ offers, request }: AllocationRequest, ip: Ip) =>
        [...offers.automatic, ...offers.byName].includes(homeOf(ip)) &&
        request.families.includes(familyOf(ip));
      for (const [key, service] of requests) {
        const { offers, request, party, createdAt, adopted } = service;
        const held = (claims.get(key) ?? []).map(({ address }) => address);
        for (const ip of held) {
          const places = services.get(key)?.places[familyOf(ip)] ?? [];
          if (places.includes(ip)) continue;
          const rivals = [...requests.values()].filter((other) => {
            const isBefore =
              other.createdAt < createdAt || (other.createdAt === createdAt && other.key < key);
            const has = (claims.get(other.key) ?? []).some(({ address }) => address === ip);
            return isBefore && has && mayHave(other, ip) && !fits([other.party], party);
          });
          const had = [null, ...held, ...adopted];
          const newcomers = places.filter((other) => !had.includes(other));
          const isMoving =
            offers.leave?.includes(homeOf(ip)) === true &&
            places.some((other) => other !== null && offers.automatic.includes(homeOf(other)));
          // It has as many as it wants, and whoever is new in it was asked for by name.
          const asked = request.places[familyOf(ip)].map((one) => one.kind === "this" && one.ip);
          const isFull = !places.includes(null);
          const isDisplaced = isFull && newcomers.every((other) => asked.includes(other ?? false));
          const whole = wholeHomeOf(service, services.get(key), homeOf);
          const ranges = classes.get(homeOf(ip))?.ranges ?? [];
          const isHalf = new Set(ranges.map(({ family }) => family)).size < 2;
          const isMadeWhole = whole !== null && whole !== homeOf(ip) && isHalf;
          const why = [
            !mayHave(service, ip),
            rivals.length > 0,
            isMoving,
            isDisplaced,
            isMadeWhole,
          ];
          expect(why, `${ip} of ${key}`).to.include(true);
        }
      }
    });
  });

  it("ends: what was given is written until nothing changes, and a restart changes nothing either", () => {
    fc.assert(
      fc.property(worlds, fc.array(event, { maxLength: 15 }), (classes, events) => {
        const telling = new Telling(classes);
        for (const one of events) telling.tell(one);
        for (const [key, request] of telling.requests) {
          telling.requests.set(key, { ...request, adopted: [] });
        }
        for (let pass = 0; pass < 8; pass++) telling.tell({ kind: "write-all" });
        const last = telling.onePass();
        expect(last.released).to.deep.equal([]);
        telling.tell({ kind: "write-all" });
        expect(said(telling.onePass())).to.deep.equal(said(last));
      }),
      { numRuns: 300 },
    );
  });
});

/** @returns the one class of which a Service that requires both families has all that it wants; null where there is none */
function wholeHomeOf(
  { request }: AllocationRequest,
  allocation: Allocation | undefined,
  homeOf: (ip: Ip) => string,
): string | null {
  if (request.families.length < 2 || request.familiesAreOptional) return null;
  const places = request.families.flatMap((family) => allocation?.places[family] ?? []);
  const homes = new Set(places.map((ip) => ip && homeOf(ip)));
  return homes.size === 1 ? ([...homes][0] ?? null) : null;
}

function overHistories(check: (telling: Telling, result: AllocationResult) => void): void {
  fc.assert(
    fc.property(worlds, fc.array(event, { minLength: 5, maxLength: 20 }), (classes, events) => {
      const telling = new Telling(classes);
      for (const one of events) {
        telling.tell(one);
        check(telling, telling.onePass());
      }
    }),
    { numRuns: 1000 },
  );
}
