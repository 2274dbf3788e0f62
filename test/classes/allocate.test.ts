/** Addresses for Services: scripts of passes, each with the whole wanted outcome. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import type { Claim } from "../../src/classes/allocation.ts";
import { ADDRESSES_ANNOTATION, COUNT_ANNOTATION } from "../../src/classes/annotations.ts";
import type { MetalLoadBalancerClass } from "../../src/classes/resource.ts";
import { classOf, settle, timeOf, type Settled, type TestService } from "./world.ts";

const EDGE = classOf("edge", { isDefault: true, addressPool: ["192.0.2.0/29", "2001:db8::/125"] });

interface Step {
  readonly services: readonly TestService[];
  readonly classes?: readonly MetalLoadBalancerClass[];
  readonly addresses: Readonly<Record<string, readonly (string | null)[]>>;
  readonly released?: readonly string[];
  readonly problems?: readonly string[];
  readonly notices?: readonly string[];
}

function web(count: number | string, addresses?: string, more: Partial<TestService> = {}) {
  return service("web", count, addresses, more);
}

function service(
  name: string,
  count: number | string,
  addresses?: string,
  more: Partial<TestService> = {},
): TestService {
  const list = addresses === undefined ? {} : { [ADDRESSES_ANNOTATION]: addresses };
  return { name, annotations: { [COUNT_ANNOTATION]: String(count), ...list }, ...more };
}

/** Addresses of the pool by their last number. */
function v4(...numbers: (number | null)[]) {
  return numbers.map((number) => (number === null ? null : `192.0.2.${number}`));
}

function v6(...numbers: number[]) {
  return numbers.map((number) => (number === 0 ? "2001:db8::" : `2001:db8::${number}`));
}

const DUAL = { ipFamilies: ["IPv4", "IPv6"] } as const;

const scripts: readonly { readonly name: string; readonly steps: readonly Step[] }[] = [
  {
    name: "the lowest free address, network and broadcast included",
    steps: [
      { services: [web(2)], addresses: { web: v4(0, 1) } },
      { services: [web(8)], addresses: { web: v4(0, 1, 2, 3, 4, 5, 6, 7) } },
    ],
  },
  {
    name: "the pool in its written order",
    steps: [
      {
        classes: [classOf("c", { isDefault: true, addressPool: ["192.0.2.6/31", "192.0.2.0/31"] })],
        services: [web(3)],
        addresses: { web: v4(6, 7, 0) },
      },
    ],
  },
  {
    name: "growing adds at the end, shrinking takes from the end, what came free is given again",
    steps: [
      { services: [web(2), service("b", 1)], addresses: { web: v4(1, 2), b: v4(0) } },
      { services: [web(3), service("b", 1)], addresses: { web: v4(1, 2, 3), b: v4(0) } },
      {
        services: [web(1), service("b", 1)],
        addresses: { web: v4(1), b: v4(0) },
        released: v4(2, 3) as string[],
      },
      { services: [web(2), service("b", 1)], addresses: { web: v4(1, 2), b: v4(0) } },
    ],
  },
  {
    name: "a place without an address is filled when one comes free, and the others stay",
    steps: [
      {
        services: [service("a", 4), web(4)],
        addresses: { a: v4(0, 1, 2, 3), web: v4(4, 5, 6, 7) },
      },
      {
        services: [service("a", 4), web(5)],
        addresses: { a: v4(0, 1, 2, 3), web: v4(4, 5, 6, 7, null) },
        problems: ['Cannot give 1 more IPv4 address from class "edge": 0 are free'],
      },
      {
        services: [service("a", 3), web(5)],
        addresses: { a: v4(0, 1, 2), web: v4(4, 5, 6, 7, null) },
        released: v4(3) as string[],
        problems: ['Cannot give 1 more IPv4 address from class "edge": 0 are free'],
      },
      {
        services: [service("a", 3), web(5)],
        addresses: { a: v4(0, 1, 2), web: v4(4, 5, 6, 7, 3) },
      },
    ],
  },
  {
    name: "the addresses of a deleted Service go to nobody before their claims are gone",
    steps: [
      { services: [service("a", 1)], addresses: { a: v4(0) } },
      { services: [web(1)], addresses: { web: v4(1) }, released: v4(0) as string[] },
      { services: [web(2)], addresses: { web: v4(1, 0) } },
    ],
  },
  {
    name: "a requested address that is still being given up is taken for now",
    steps: [
      { services: [service("a", 1)], addresses: { a: v4(0) } },
      {
        services: [web(1, "192.0.2.0")],
        addresses: { web: v4(null) },
        released: v4(0) as string[],
        problems: ["Cannot give 192.0.2.0: the Service a holds it"],
      },
      { services: [web(1, "192.0.2.0")], addresses: { web: v4(0) } },
    ],
  },
  {
    name: "dual stack: N per family, each family with its own indices",
    steps: [
      { services: [web(2, undefined, DUAL)], addresses: { web: [...v4(0, 1), ...v6(0, 1)] } },
      {
        services: [web(3, "2001:db8::5", DUAL)],
        addresses: { web: [...v4(0, 1, 2), ...v6(5, 1, 0)] },
      },
    ],
  },
  {
    name: "a family that the Service gives up is released, without a word",
    steps: [
      { services: [web(1, undefined, DUAL)], addresses: { web: [...v4(0), ...v6(0)] } },
      { services: [web(1)], addresses: { web: v4(0) }, released: v6(0) },
    ],
  },
  {
    name: "preferred dual stack of a pool with one family: that family, without a word",
    steps: [
      {
        classes: [classOf("c", { isDefault: true, addressPool: ["2001:db8::/125"] })],
        services: [web(2, undefined, { ...DUAL, ipFamilyPolicy: "PreferDualStack" })],
        addresses: { web: v6(0, 1) },
      },
    ],
  },
  {
    name: "preferred dual stack of an empty pool says so, once",
    steps: [
      {
        classes: [classOf("c", { isDefault: true, addressPool: [] })],
        services: [web(1, undefined, { ...DUAL, ipFamilyPolicy: "PreferDualStack" })],
        addresses: { web: [null, null] },
        problems: ['Class "c" has no addresses to give'],
      },
    ],
  },
  {
    name: "a requested address that can be given replaces the one in its place, and no other",
    steps: [
      { services: [web(2)], addresses: { web: v4(0, 1) } },
      {
        services: [web(2, "192.0.2.5")],
        addresses: { web: v4(5, 1) },
        released: v4(0) as string[],
      },
      { services: [web(2)], addresses: { web: v4(5, 1) } },
    ],
  },
  {
    name: "what a request displaces fills a place of the same Service first",
    steps: [
      { services: [web(1)], addresses: { web: v4(0) } },
      { services: [web(2, "192.0.2.5")], addresses: { web: v4(5, 0) } },
    ],
  },
  {
    name: "a Service's own addresses are put in the order it asks for",
    steps: [
      { services: [web(3)], addresses: { web: v4(0, 1, 2) } },
      { services: [web(3, "192.0.2.2,192.0.2.0")], addresses: { web: v4(2, 0, 1) } },
      {
        services: [web(1, "192.0.2.1")],
        addresses: { web: v4(1) },
        released: v4(0, 2) as string[],
      },
    ],
  },
  {
    name: "requests come before automatic choice, whatever the age",
    steps: [
      {
        services: [web(1), service("young", 1, "192.0.2.0", { createdAt: timeOf(9) })],
        addresses: { web: v4(1), young: v4(0) },
      },
    ],
  },
  {
    name: "of two that ask for one free address, the older gets it, then the first by name",
    steps: [
      {
        services: [
          service("a", 1, "192.0.2.3", { createdAt: timeOf(2) }),
          service("z", 1, "192.0.2.3", { createdAt: timeOf(1) }),
        ],
        addresses: { a: v4(null), z: v4(3) },
        problems: ["Cannot give 192.0.2.3: the Service z holds it"],
      },
    ],
  },
  {
    name: "of two that ask for one free address, the older gets it, though the younger holds another",
    steps: [
      { services: [service("b", 1, undefined, { createdAt: timeOf(9) })], addresses: { b: v4(0) } },
      {
        services: [
          service("b", 1, "192.0.2.3", { createdAt: timeOf(9) }),
          service("a", 1, "192.0.2.3", { createdAt: timeOf(2) }),
        ],
        addresses: { b: v4(0), a: v4(3) },
        problems: ["Cannot give 192.0.2.3: the Service a holds it"],
      },
    ],
  },
  {
    name: "Services that hold something are served before older ones that do not",
    steps: [
      {
        services: [service("young", 7, undefined, { createdAt: timeOf(9) })],
        addresses: { young: v4(0, 1, 2, 3, 4, 5, 6) },
      },
      {
        services: [service("young", 8, undefined, { createdAt: timeOf(9) }), service("old", 1)],
        addresses: { young: v4(0, 1, 2, 3, 4, 5, 6, 7), old: v4(null) },
        problems: ['Cannot give 1 more IPv4 address from class "edge": 0 are free'],
      },
    ],
  },
  {
    name: "a request that cannot be met keeps what is there",
    steps: [
      { services: [service("a", 1), web(1)], addresses: { a: v4(0), web: v4(1) } },
      {
        services: [service("a", 1), web(1, "192.0.2.0")],
        addresses: { a: v4(0), web: v4(1) },
        problems: ["Cannot give 192.0.2.0: the Service a holds it"],
      },
      {
        services: [service("a", 1), web(1, "10.0.0.1")],
        addresses: { a: v4(0), web: v4(1) },
        problems: ['Cannot give 10.0.0.1: it is not in the pool of class "edge"'],
      },
      {
        services: [service("a", 1), web("none")],
        addresses: { a: v4(0), web: v4(1) },
        problems: [
          'Cannot use the count "none": the Service keeps as many addresses as it has, or gets 1',
        ],
      },
    ],
  },
  {
    name: "an address that left the pool is released and replaced, the others stay",
    steps: [
      { services: [web(3)], addresses: { web: v4(0, 1, 2) } },
      {
        classes: [
          classOf("edge", { isDefault: true, addressPool: ["192.0.2.0", "192.0.2.2-192.0.2.4"] }),
        ],
        services: [web(3)],
        addresses: { web: v4(0, 3, 2) },
        released: v4(1) as string[],
        notices: ['192.0.2.1 is not in the pool of class "edge" any more: 192.0.2.3 replaces it'],
      },
    ],
  },
  {
    name: "a pool shrunk below what is used: nothing that is dead stays",
    steps: [
      { services: [web(2)], addresses: { web: v4(0, 1) } },
      {
        classes: [classOf("edge", { isDefault: true, addressPool: ["192.0.2.1"] })],
        services: [web(2)],
        addresses: { web: v4(null, 1) },
        released: v4(0) as string[],
        problems: ['Cannot give 1 more IPv4 address from class "edge": 0 are free'],
        notices: ['192.0.2.0 is not in the pool of class "edge" any more: nothing replaces it'],
      },
    ],
  },
  {
    name: "a class under another name with the same pool: everything stays",
    steps: [
      { services: [web(2)], addresses: { web: v4(0, 1) } },
      {
        classes: [classOf("new", { isDefault: true, addressPool: ["192.0.2.0/28"] })],
        services: [web(2)],
        addresses: { web: v4(0, 1) },
      },
    ],
  },
  {
    name: "on takeover the addresses in the status are kept, in their order",
    steps: [
      {
        services: [web(3, undefined, { status: v4(5, 2) as string[] }), service("a", 1)],
        addresses: { web: v4(5, 2, 0), a: v4(1) },
      },
    ],
  },
  {
    name: "on takeover a request that is met by the status stays in its place",
    steps: [
      {
        services: [web(2, "192.0.2.2", { status: v4(5, 2) as string[] })],
        addresses: { web: v4(2, 5) },
      },
    ],
  },
  {
    name: "on takeover a bad count keeps all of the status",
    steps: [
      {
        services: [web("x", undefined, { status: v4(5, 2, 6) as string[] })],
        addresses: { web: v4(5, 2, 6) },
        problems: [
          'Cannot use the count "x": the Service keeps as many addresses as it has, or gets 1',
        ],
      },
    ],
  },
  {
    name: "on takeover an address outside the pool is replaced, with a notice",
    steps: [
      {
        services: [web(2, undefined, { status: ["10.0.0.1", "192.0.2.1"] })],
        addresses: { web: v4(1, 0) },
        notices: ['10.0.0.1 is not in the pool of class "edge" any more: 192.0.2.1 replaces it'],
      },
    ],
  },
  {
    name: "a claim comes before a status",
    steps: [
      { services: [service("a", 1, "192.0.2.5")], addresses: { a: v4(5) } },
      {
        services: [
          service("a", 1),
          web(1, undefined, { createdAt: timeOf(0), status: ["192.0.2.5"] }),
        ],
        addresses: { a: v4(5), web: v4(0) },
        notices: ["Cannot keep 192.0.2.5: the Service a holds it; 192.0.2.0 replaces it"],
      },
    ],
  },
  {
    name: "of two statuses with one address the older Service keeps it",
    steps: [
      {
        services: [
          service("a", 1, undefined, { createdAt: timeOf(2), status: ["192.0.2.5"] }),
          web(1, undefined, { createdAt: timeOf(1), status: ["192.0.2.5"] }),
        ],
        addresses: { web: v4(5), a: v4(0) },
        notices: ["Cannot keep 192.0.2.5: the Service web holds it; 192.0.2.0 replaces it"],
      },
    ],
  },
];

describe("allocate: scripts", () => {
  for (const { name, steps } of scripts) {
    it(name, () => {
      let claims: readonly Claim[] = [];
      for (const step of steps) {
        const settled = settle(step.classes ?? [EDGE], step.services, claims);
        expect(summaryOf(settled)).to.deep.equal({
          addresses: step.addresses,
          released: step.released ?? [],
          problems: step.problems ?? [],
          notices: step.notices ?? [],
        });
        claims = settled.claims;
      }
    });
  }
});

function summaryOf({ addresses, released, problems, notices }: Settled) {
  const said = (by: Settled["problems"]) =>
    Object.values(by).flatMap((list) => list.map(({ message }) => message));
  return {
    addresses,
    released: released.map(({ address }) => address),
    problems: said(problems),
    notices: said(notices),
  };
}

describe("allocate: claims that contradict each other", () => {
  const claim = (address: string, holder: string, index: number): Claim => ({
    address: address as Ip,
    service: holder,
    index,
  });

  it("a VirtualIP deleted by hand is claimed again from the status, at its place", () => {
    const claims = [claim("192.0.2.5", "web", 0), claim("192.0.2.3", "web", 2)];
    const status = v4(5, 1, 3) as string[];
    const { addresses, notices } = settle([EDGE], [web(3, undefined, { status })], claims);
    expect(addresses).to.deep.equal({ web: v4(5, 1, 3) });
    expect(notices).to.deep.equal({ web: [] });
  });

  it("two claims on one place: the lower address keeps it, the other finds another place", () => {
    const claims = [claim("192.0.2.5", "web", 0), claim("192.0.2.3", "web", 0)];
    expect(settle([EDGE], [web(2)], claims).addresses).to.deep.equal({ web: v4(3, 5) });
    expect(settle([EDGE], [web(1)], claims).released).to.deep.equal([claims[0]]);
  });

  it("two Services on one address: the older keeps it", () => {
    const claims = [claim("192.0.2.5", "young", 0), claim("192.0.2.5", "web", 0)];
    const services = [service("young", 1, undefined, { createdAt: timeOf(2) }), web(1)];
    const { addresses, released } = settle([EDGE], services, claims);
    expect(addresses).to.deep.equal({ young: v4(0), web: v4(5) });
    expect(released).to.deep.equal([claims[0]]);
  });

  it("a claim beyond the end fills an empty place rather than be given up", () => {
    const claims = [claim("192.0.2.5", "web", 7)];
    const { addresses, released } = settle([EDGE], [web(1)], claims);
    expect(addresses).to.deep.equal({ web: v4(5) });
    expect(released).to.deep.equal([]);
  });

  it("an absurd index does not make the count absurd", () => {
    const claims = [claim("192.0.2.5", "web", 1e9)];
    const { addresses } = settle([EDGE], [web("x")], claims);
    expect(addresses["web"]).to.have.length(64);
  });
});
