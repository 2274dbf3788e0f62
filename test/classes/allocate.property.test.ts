/** Addresses for Services: what holds over random histories of random worlds. */
import { NO_PARTY } from "../../src/classes/sharing.ts";
import { expect } from "chai";
import fc from "fast-check";
import { allocate } from "../../src/classes/allocate.ts";
import type { AllocationResult, Claim } from "../../src/classes/allocation.ts";
import { compileClasses } from "../../src/classes/compile.ts";
import { offersOfClass } from "../../src/classes/offers.ts";
import { membership } from "../../src/classes/ranges.ts";
import { ADDRESSES_ANNOTATION, COUNT_ANNOTATION } from "../../src/classes/annotations.ts";
import { parseRequest } from "../../src/classes/request.ts";
import type { MetalLoadBalancerClass } from "../../src/classes/resource.ts";
import { classOf, settle, timeOf, type Settled, type TestService } from "./world.ts";

interface World {
  readonly classes: readonly MetalLoadBalancerClass[];
  readonly services: readonly TestService[];
}

const NAMES = ["a", "b", "c", "d", "e"] as const;

const pool = fc.constantFrom<string[]>(
  ["192.0.2.0/28"],
  ["192.0.2.4/30", "192.0.2.0/30", "2001:db8::/126"],
  ["192.0.2.0-192.0.2.2"],
  ["192.0.2.8/29", "2001:db8::/64"],
  [],
);

const requested = fc.oneof(
  fc.nat(15).map((n) => `192.0.2.${n}`),
  fc.nat(9).map((n) => `2001:db8::${n}`),
  fc.constantFrom("10.0.0.1", "x", ""),
);

function serviceOf(name: string): fc.Arbitrary<TestService> {
  return fc
    .record({
      count: fc.oneof(fc.integer({ min: 1, max: 5 }).map(String), fc.constant("x")),
      list: fc.array(requested, { maxLength: 3 }),
      dual: fc.boolean(),
      policy: fc.constantFrom("PreferDualStack" as const, "RequireDualStack" as const),
      age: fc.nat(3),
      loadBalancerClass: fc.constantFrom("one", "two"),
    })
    .map(({ count, list, dual, policy, age, loadBalancerClass }) => ({
      name,
      createdAt: timeOf(age),
      loadBalancerClass,
      annotations: {
        [COUNT_ANNOTATION]: count,
        ...(list.length > 0 ? { [ADDRESSES_ANNOTATION]: list.join() } : {}),
      },
      ...(dual ? { ipFamilies: ["IPv4", "IPv6"], ipFamilyPolicy: policy } : {}),
    }));
}

const world: fc.Arbitrary<World> = fc
  .tuple(
    pool,
    pool,
    fc.subarray([...NAMES]).chain((names) => fc.tuple(...names.map(serviceOf))),
  )
  .map(([one, two, services]) => ({
    classes: [classOf("one", { addressPool: one }, 1), classOf("two", { addressPool: two }, 2)],
    services,
  }));

/** A history: worlds that follow each other, each settled on the claims of the one before. */
function overHistories(check: (before: readonly Claim[], world: World, after: Settled) => void) {
  fc.assert(
    fc.property(fc.array(world, { minLength: 1, maxLength: 5 }), (history) => {
      let claims: readonly Claim[] = [];
      for (const moment of history) {
        const after = settle(moment.classes, moment.services, claims);
        check(claims, moment, after);
        claims = after.claims;
      }
    }),
    { numRuns: 150 },
  );
}

function poolsOf({ classes }: World) {
  const { classes: models } = compileClasses(classes);
  return (name: string | undefined) => membership(models.get(name ?? "")?.ranges ?? []);
}

function placeOf(claims: readonly Claim[], address: string): string | undefined {
  const claim = claims.find((one) => one.address === address);
  return claim === undefined ? undefined : `${claim.service} ${claim.index}`;
}

describe("allocate: over random histories", () => {
  it("no address is given twice, and none outside the pool of its class", () => {
    overHistories((_, moment, { claims }) => {
      expect(new Set(claims.map(({ address }) => address)).size).to.equal(claims.length);
      const has = poolsOf(moment);
      for (const { address, service } of claims) {
        const { loadBalancerClass } = moment.services.find(({ name }) => name === service) ?? {};
        expect(has(loadBalancerClass)(address), address).to.equal(true);
      }
    });
  });

  it("what is released is just what is not kept, and goes to nobody in the same pass", () => {
    overHistories((before, _, { claims, released }) => {
      const kept = new Map(claims.map(({ address, service }) => [address, service]));
      const lost = before.filter(({ address, service }) => kept.get(address) !== service);
      expect(released).to.have.length(lost.length);
      for (const claim of lost) expect(released).to.include(claim);
      for (const { address } of released) expect(kept.has(address), address).to.equal(false);
    });
  });

  it("an address leaves a Service only with a cause", () => {
    overHistories((before, moment, { claims, addresses }) => {
      const has = poolsOf(moment);
      for (const { address, service: key } of before) {
        const service = moment.services.find(({ name }) => name === key);
        if (service === undefined || !has(service.loadBalancerClass)(address)) continue;
        const family = address.includes(":") ? "IPv6" : "IPv4";
        const request = parseRequest({ ipFamilies: ["IPv4"], ...service });
        if (!request.families.includes(family) || placeOf(claims, address) !== undefined) continue;
        const now = claims.filter(
          (c) => c.service === key && c.address.includes(":") === address.includes(":"),
        );
        const had = before.filter(
          (c) => c.service === key && c.address.includes(":") === address.includes(":"),
        );
        const isNew = (ip: string) => had.every((claim) => claim.address !== ip);
        // No place was left empty, and whoever is new in the Service was asked for by name.
        expect(now).to.have.length(request.countPerFamily ?? now.length);
        const asked = request.places[family].flatMap((place) =>
          place.kind === "this" ? [place.ip] : [],
        );
        const newcomers = now.map((claim) => claim.address).filter(isNew);
        for (const ip of newcomers) expect(asked, `${address} of ${key}`).to.include(ip);
        expect(addresses[key]).to.not.equal(undefined);
      }
    });
  });

  it("without requests every address keeps its index: growing and shrinking at the end", () => {
    overHistories((before, moment) => {
      const bare = moment.services.map((service) => ({
        ...service,
        annotations: { [COUNT_ANNOTATION]: service.annotations?.[COUNT_ANNOTATION] ?? "1" },
      }));
      const { claims } = settle(moment.classes, bare, before);
      const has = poolsOf(moment);
      for (const { address, service: key, index } of before) {
        const service = bare.find(({ name }) => name === key);
        if (service === undefined || !has(service.loadBalancerClass)(address)) continue;
        const request = parseRequest({ ipFamilies: ["IPv4"], ...service });
        const stays =
          request.families.includes(address.includes(":") ? "IPv6" : "IPv4") &&
          index < (request.countPerFamily ?? Infinity);
        if (stays) expect(placeOf(claims, address), address).to.equal(`${key} ${index}`);
      }
    });
  });

  it("the same world gives the same answer, in any order of the input", () => {
    overHistories((before, moment, after) => {
      const again = settle(moment.classes, moment.services, before);
      const turned = settle(
        [...moment.classes].reverse(),
        [...moment.services].reverse(),
        [...before].reverse(),
      );
      expect(again).to.deep.equal(after);
      expect(turned.addresses).to.deep.equal(after.addresses);
      expect(turned.problems).to.deep.equal(after.problems);
      expect(turned.notices).to.deep.equal(after.notices);
      expect(turned.released).to.deep.equal(after.released);
    });
  });

  it("settles: once the released claims are gone, a further pass or two change nothing more", () => {
    overHistories((_, { classes, services }, after) => {
      let last = after;
      for (let pass = 0; pass < 4 && last.released.length > 0; pass++) {
        last = settle(classes, services, last.claims);
      }
      const next = settle(classes, services, last.claims);
      expect(settle(classes, services, next.claims)).to.deep.equal(next);
      expect(next.released).to.deep.equal([]);
      for (const list of Object.values(next.notices)) expect(list).to.deep.equal([]);
    });
  });

  it("says something of every place that stays empty", () => {
    overHistories((_, __, { addresses, problems }) => {
      for (const [key, list] of Object.entries(addresses)) {
        if (list.includes(null)) expect(problems[key], key).to.not.deep.equal([]);
      }
    });
  });
});

describe("allocate: size", () => {
  it("10,000 Services in a /8 and a /64, fresh and settled", () => {
    const { classes } = compileClasses([
      classOf("big", { addressPool: ["10.0.0.0/8", "2001:db8::/64"] }),
    ]);
    const request = parseRequest({ ipFamilies: ["IPv4", "IPv6"] });
    const requests = [...Array(10_000).keys()].map((n) => ({
      key: `shop/${n}`,
      createdAt: timeOf(n % 60),
      offers: offersOfClass("big"),
      request,
      party: NO_PARTY,
      adopted: [],
    }));
    const startMs = cpuMs();
    const fresh = allocate({ requests, classes, claims: [] });
    const claims = [...fresh.services].flatMap(([service, { places }]) =>
      Object.values(places).flatMap((list) =>
        [...list.entries()].flatMap(([index, address]) =>
          address === null ? [] : [{ address, service, index }],
        ),
      ),
    );
    const settled = allocate({ requests, classes, claims });
    const usedMs = cpuMs() - startMs;
    expect(claims).to.have.length(20_000);
    const placesOf = ({ services }: AllocationResult) =>
      JSON.stringify([...services].map(([key, { places }]) => [key, places]).sort());
    expect(placesOf(settled) === placesOf(fresh)).to.equal(true);
    expect(settled.released).to.deep.equal([]);
    // Processor time of two passes over 20,000 addresses: a scan of the pool would take minutes.
    expect(usedMs).to.be.below(5000);
  });
});

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
