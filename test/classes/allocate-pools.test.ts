/** Addresses of pools: one Service, one home; scripts of passes, each with the whole wanted outcome. */
import { NO_PARTY } from "../../src/classes/sharing.ts";
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import { allocate } from "../../src/classes/allocate.ts";
import type { AllocationRequest, Claim } from "../../src/classes/allocation.ts";
import { compileAll } from "../../src/classes/compile.ts";
import type {
  IPAddressPool,
  IPAddressPoolSpec,
} from "../../src/classes/metallb/ip-address-pool.ts";
import { offersFor } from "../../src/classes/offers.ts";
import { ADDRESSES_ANNOTATION, COUNT_ANNOTATION } from "../../src/classes/annotations.ts";
import { parseRequest } from "../../src/classes/request.ts";
import { manifest } from "./metallb/cases.ts";
import { timeOf } from "./world.ts";

interface PoolService {
  readonly count?: number;
  readonly wants?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly dual?: "PreferDualStack" | "RequireDualStack";
  readonly ipv6First?: boolean;
  readonly age?: number;
  /** The addresses in its status. */
  readonly status?: readonly string[];
}

interface Step {
  readonly pools?: Readonly<Record<string, IPAddressPoolSpec>>;
  readonly services: Readonly<Record<string, PoolService>>;
  readonly want: Readonly<Record<string, string>>;
  readonly problems?: readonly string[];
  readonly notices?: readonly string[];
}

const A: IPAddressPoolSpec = { addresses: ["192.0.2.0/31"] };
const B: IPAddressPoolSpec = { addresses: ["198.51.100.0/30"] };
const DUAL: IPAddressPoolSpec = { addresses: ["203.0.113.0/31", "2001:db8::/127"] };
const ONLY6: IPAddressPoolSpec = { addresses: ["2001:db8:6::/127"] };

const scripts: readonly { readonly name: string; readonly steps: readonly Step[] }[] = [
  {
    name: "the first pool, its lowest address",
    steps: [{ pools: { A, B }, services: { web: {} }, want: { web: "192.0.2.0" } }],
  },
  {
    name: "all addresses of a Service are from one pool: the first that has room for all of them",
    steps: [
      {
        pools: { A, B },
        services: { web: { count: 3 } },
        want: { web: "198.51.100.0 198.51.100.1 198.51.100.2" },
      },
    ],
  },
  {
    name: "where no pool has room for all, the first that has any, and the rest is told",
    steps: [
      {
        pools: { A, B },
        services: { web: { count: 5 } },
        want: { web: "192.0.2.0 192.0.2.1 - - -" },
        problems: ['Cannot give 5 more IPv4 addresses from pool "A": 2 are free'],
      },
    ],
  },
  {
    name: "a full pool: the next one",
    steps: [
      {
        pools: { A, B },
        services: { a: { count: 2 }, b: { age: 2 } },
        want: { a: "192.0.2.0 192.0.2.1", b: "198.51.100.0" },
      },
    ],
  },
  {
    name: "it grows in the pool that it has, though another has room",
    steps: [
      { pools: { A, B }, services: { web: {} }, want: { web: "192.0.2.0" } },
      {
        services: { web: { count: 3 } },
        want: { web: "192.0.2.0 192.0.2.1 -" },
        problems: ['Cannot give 2 more IPv4 addresses from pool "A": 1 is free'],
      },
    ],
  },
  {
    name: "a better pool that is made later moves nothing",
    steps: [
      { pools: { B }, services: { web: {} }, want: { web: "198.51.100.0" } },
      {
        pools: { B, pinned: { ...A, serviceAllocation: { priority: 1 } } },
        services: { web: {}, late: { age: 2 } },
        want: { web: "198.51.100.0", late: "192.0.2.0" },
      },
    ],
  },
  {
    name: "the pool is renamed: the address stays",
    steps: [
      { pools: { A }, services: { web: { count: 2 } }, want: { web: "192.0.2.0 192.0.2.1" } },
      {
        pools: { B, renamed: A },
        services: { web: { count: 2 } },
        want: { web: "192.0.2.0 192.0.2.1" },
      },
    ],
  },
  {
    name: "the pool is split: both addresses stay, what is new is of the first one's pool",
    steps: [
      { pools: { A }, services: { web: { count: 2 } }, want: { web: "192.0.2.0 192.0.2.1" } },
      {
        pools: {
          one: { addresses: ["192.0.2.0", "192.0.2.8"] },
          two: { addresses: ["192.0.2.1", "192.0.2.9"] },
        },
        services: { web: { count: 3 } },
        want: { web: "192.0.2.0 192.0.2.1 192.0.2.8" },
      },
    ],
  },
  {
    name: "two pools are merged: the addresses stay",
    steps: [
      {
        pools: { A, B },
        services: { a: { count: 2 }, b: { age: 2 } },
        want: { a: "192.0.2.0 192.0.2.1", b: "198.51.100.0" },
      },
      {
        pools: { all: { addresses: ["198.51.100.0/30", "192.0.2.0/31"] } },
        services: { a: { count: 2 }, b: { age: 2 } },
        want: { a: "192.0.2.0 192.0.2.1", b: "198.51.100.0" },
      },
    ],
  },
  {
    name: "the pool is gone: an address of another, and a word about it",
    steps: [
      { pools: { A, B }, services: { web: {} }, want: { web: "192.0.2.0" } },
      {
        pools: { B },
        services: { web: {} },
        want: { web: "198.51.100.0" },
        notices: ["192.0.2.0 is in no pool of the Service any more: 198.51.100.0 replaces it"],
      },
    ],
  },
  {
    name: "it does not fit its pool any more: an address of another",
    steps: [
      {
        pools: {
          gold: { ...A, serviceAllocation: { serviceSelectors: [{ matchLabels: { t: "g" } }] } },
          B,
        },
        services: { web: { labels: { t: "g" } } },
        want: { web: "192.0.2.0" },
      },
      {
        services: { web: {} },
        want: { web: "198.51.100.0" },
        notices: ["192.0.2.0 is in no pool of the Service any more: 198.51.100.0 replaces it"],
      },
    ],
  },
  {
    name: "autoAssign is turned off: who has an address keeps it, nobody gets one unasked",
    steps: [
      { pools: { A }, services: { web: {} }, want: { web: "192.0.2.0" } },
      {
        pools: { A: { ...A, autoAssign: false } },
        services: { web: {}, late: { age: 2 } },
        want: { web: "192.0.2.0", late: "-" },
        problems: ["No pool gives the Service an address unasked"],
      },
    ],
  },
  {
    name: "an address of such a pool by name, and the rest from there",
    steps: [
      {
        pools: { A: { ...A, autoAssign: false }, B },
        services: { web: { wants: "192.0.2.1", count: 2 } },
        want: { web: "192.0.2.1 192.0.2.0" },
      },
    ],
  },
  {
    name: "an address of no pool by name: told, and nothing is taken away",
    steps: [
      { pools: { A }, services: { web: {} }, want: { web: "192.0.2.0" } },
      {
        services: { web: { wants: "10.0.0.1" } },
        want: { web: "192.0.2.0" },
        problems: ["Cannot give 10.0.0.1: it is in no pool that the Service may use"],
      },
    ],
  },
  {
    name: "buggy addresses are left out later: what is one is replaced",
    steps: [
      { pools: { A }, services: { web: {} }, want: { web: "192.0.2.0" } },
      {
        pools: { A: { ...A, avoidBuggyIPs: true } },
        services: { web: {} },
        want: { web: "192.0.2.1" },
        notices: ["192.0.2.0 is in no pool of the Service any more: 192.0.2.1 replaces it"],
      },
    ],
  },
  {
    name: "both families of one pool, though another comes first",
    steps: [
      {
        pools: { A, DUAL },
        services: { web: { dual: "RequireDualStack" } },
        want: { web: "203.0.113.0 2001:db8::" },
      },
    ],
  },
  {
    name: "preferred: both of one pool where there is one",
    steps: [
      {
        pools: { A, DUAL },
        services: { web: { dual: "PreferDualStack" } },
        want: { web: "203.0.113.0 2001:db8::" },
      },
    ],
  },
  {
    name: "preferred: never of two pools, the first family counts",
    steps: [
      {
        pools: { ONLY6, A },
        services: {
          four: { dual: "PreferDualStack" },
          six: { dual: "PreferDualStack", ipv6First: true, age: 2 },
        },
        want: { four: "192.0.2.0", six: "2001:db8:6::" },
      },
    ],
  },
  {
    name: "preferred: the pool gets the other family, the Service too, and keeps what it has",
    steps: [
      { pools: { A }, services: { web: { dual: "PreferDualStack" } }, want: { web: "192.0.2.0" } },
      {
        pools: { A: { addresses: [...A.addresses, "2001:db8::/127"] } },
        services: { web: { dual: "PreferDualStack" } },
        want: { web: "192.0.2.0 2001:db8::" },
      },
      {
        pools: { A },
        services: { web: { dual: "PreferDualStack" } },
        want: { web: "192.0.2.0" },
        notices: ["2001:db8:: is in no pool of the Service any more: nothing replaces it"],
      },
    ],
  },
  {
    name: "required, and no pool has both: neither, and what lacks is told",
    steps: [
      {
        pools: { A, ONLY6 },
        services: { web: { dual: "RequireDualStack" } },
        want: { web: "- -" },
        problems: ['Pool "A" has no IPv6, and the Service requires both families of one pool'],
      },
    ],
  },
  {
    name: "addresses from before: kept, whoever waits",
    steps: [
      {
        pools: { A },
        services: { waits: {}, web: { status: ["192.0.2.1"], age: 3 }, too: { age: 2 } },
        want: { web: "192.0.2.1", waits: "192.0.2.0", too: "-" },
        problems: ['Cannot give 1 more IPv4 address from pool "A": 0 are free'],
      },
    ],
  },
  {
    name: "an address from before that no pool has: another",
    steps: [
      {
        pools: { A },
        services: { web: { status: ["10.0.0.1"] } },
        want: { web: "192.0.2.0" },
        notices: ["10.0.0.1 is in no pool of the Service any more: 192.0.2.0 replaces it"],
      },
    ],
  },
];

function requestsOf(
  services: Readonly<Record<string, PoolService>>,
  compiled: ReturnType<typeof compileAll>,
): AllocationRequest[] {
  return Object.entries(services).map(([name, service]) => {
    const {
      count = 1,
      wants,
      labels = {},
      dual,
      ipv6First = false,
      age = 1,
      status = [],
    } = service;
    const ipFamilies = ipv6First ? ["IPv6", "IPv4"] : ["IPv4", "IPv6"];
    return {
      key: name,
      createdAt: timeOf(age),
      offers: offersFor({ namespace: "default", labels, namespaceLabels: {} }, compiled),
      request: parseRequest({
        annotations: {
          [COUNT_ANNOTATION]: String(count),
          ...(wants === undefined ? {} : { [ADDRESSES_ANNOTATION]: wants }),
        },
        ...(dual === undefined ? { ipFamilies: ["IPv4"] } : { ipFamilies, ipFamilyPolicy: dual }),
      }),
      party: NO_PARTY,
      adopted: status as Ip[],
    };
  });
}

describe("allocate: pools", () => {
  for (const { name, steps } of scripts) {
    it(name, () => {
      let claims: readonly Claim[] = [];
      let pools: Step["pools"] = {};
      for (const step of steps) {
        pools = step.pools ?? pools;
        const ipAddressPools = Object.entries(pools).map(
          ([pool, spec], n) => manifest("IPAddressPool", pool, spec, n + 1) as IPAddressPool,
        );
        const compiled = compileAll({ classes: [], ipAddressPools, l2Advertisements: [] });
        const requests = requestsOf(step.services, compiled);
        const { classes } = compiled;
        const result = allocate({ requests, classes, claims });
        const turned = allocate({ requests: [...requests].reverse(), classes, claims });
        const placesIn = ({ services }: typeof result, { key, request }: AllocationRequest) =>
          request.families.flatMap((family) => services.get(key)?.places[family] ?? []);
        const seen = Object.fromEntries(
          requests.map((request) => [
            request.key,
            placesIn(result, request)
              .map((ip) => ip ?? "-")
              .join(" "),
          ]),
        );
        expect(seen).to.deep.equal(step.want);
        for (const request of requests) {
          expect(placesIn(turned, request)).to.deep.equal(placesIn(result, request));
        }
        const all = [...result.services.values()];
        const texts = (list: readonly { readonly message: string }[]) =>
          list.map(({ message }) => message);
        expect(texts(all.flatMap(({ problems }) => problems))).to.deep.equal(step.problems ?? []);
        expect(texts(all.flatMap(({ notices }) => notices))).to.deep.equal(step.notices ?? []);
        claims = requests.flatMap((request) =>
          request.request.families.flatMap((family) =>
            (result.services.get(request.key)?.places[family] ?? []).flatMap((address, index) =>
              address === null ? [] : [{ address, service: request.key, index }],
            ),
          ),
        );
      }
    });
  }
});
