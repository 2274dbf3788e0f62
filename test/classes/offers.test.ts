/** Which pools a Service may use, best first (MetalLB: sections 3.2 and 3.3 of its behaviour). */
import { expect } from "chai";
import { compileAll } from "../../src/classes/compile.ts";
import type {
  IPAddressPool,
  IPAddressPoolSpec,
} from "../../src/classes/metallb/ip-address-pool.ts";
import {
  hasPools,
  namedPoolProblems,
  offersFor,
  type OfferedService,
} from "../../src/classes/offers.ts";
import { manifest } from "./metallb/cases.ts";
import { classOf } from "./world.ts";

type Rest = Omit<IPAddressPoolSpec, "addresses">;

/** Pools by name, each with an address of its own; the first is the oldest. */
function compiled(specs: Readonly<Record<string, Rest>>) {
  const ipAddressPools = Object.entries(specs).map(
    ([name, rest], n) =>
      manifest(
        "IPAddressPool",
        name,
        { addresses: [`192.0.2.${n}`], ...rest },
        n + 1,
      ) as IPAddressPool,
  );
  return compileAll({
    classes: [classOf("edge", { addressPool: ["198.51.100.1"], isDefault: true })],
    ipAddressPools,
    l2Advertisements: [],
  });
}

const SHOP: OfferedService = {
  namespace: "shop",
  labels: { app: "web", tier: "gold" },
  namespaceLabels: { team: "a" },
};
const match = (key: string, value: string) => [{ matchLabels: { [key]: value } }];

const rows: readonly {
  readonly name: string;
  readonly pools: Readonly<Record<string, Rest>>;
  readonly service?: Partial<OfferedService>;
  readonly automatic: string;
  readonly byName?: string;
  readonly leave?: string;
}[] = [
  { name: "no pool", pools: {}, automatic: "" },
  { name: "pools for all: the oldest first", pools: { b: {}, a: {} }, automatic: "b a" },
  {
    name: "a pool that gives nothing unasked",
    pools: { a: { autoAssign: false }, b: {} },
    automatic: "b",
    byName: "a",
  },
  {
    name: "a pinned pool comes before one for all, whatever its age",
    pools: { all: {}, pinned: { serviceAllocation: { namespaces: ["shop"] } } },
    automatic: "pinned all",
  },
  {
    name: "priorities: 1, 2, then 0 and none",
    pools: {
      zero: { serviceAllocation: { priority: 0 } },
      two: { serviceAllocation: { priority: 2 } },
      none: { serviceAllocation: {} },
      one: { serviceAllocation: { priority: 1 } },
      all: {},
    },
    automatic: "one two zero none all",
  },
  {
    name: "equal priorities: the older",
    pools: {
      b: { serviceAllocation: { priority: 5 } },
      a: { serviceAllocation: { priority: 5 } },
    },
    automatic: "b a",
  },
  {
    name: "another namespace",
    pools: { a: { serviceAllocation: { namespaces: ["other"] } } },
    automatic: "",
  },
  {
    name: "the namespace by its labels",
    pools: { a: { serviceAllocation: { namespaceSelectors: match("team", "a") } } },
    automatic: "a",
  },
  {
    name: "the namespace by name or by labels",
    pools: {
      a: { serviceAllocation: { namespaces: ["other"], namespaceSelectors: match("team", "a") } },
    },
    automatic: "a",
  },
  {
    name: "selectors of namespaces that match nothing fit nobody",
    pools: {
      a: { serviceAllocation: { namespaceSelectors: match("team", "x") } },
      b: { autoAssign: false, serviceAllocation: { namespaceSelectors: match("team", "x") } },
    },
    automatic: "",
  },
  {
    name: "the Service by its labels",
    pools: {
      gold: { serviceAllocation: { serviceSelectors: match("tier", "gold") } },
      lead: { serviceAllocation: { serviceSelectors: match("tier", "lead") } },
    },
    automatic: "gold",
  },
  {
    name: "one of several selectors is enough",
    pools: {
      a: {
        serviceAllocation: {
          serviceSelectors: [...match("tier", "lead"), ...match("app", "web")],
        },
      },
    },
    automatic: "a",
  },
  {
    name: "the namespace and the Service have to fit",
    pools: {
      a: { serviceAllocation: { namespaces: ["shop"], serviceSelectors: match("tier", "x") } },
      b: { serviceAllocation: { namespaces: ["x"], serviceSelectors: match("tier", "gold") } },
      c: { serviceAllocation: { namespaces: ["shop"], serviceSelectors: match("tier", "gold") } },
    },
    automatic: "c",
  },
  {
    name: "a Service without labels",
    pools: { a: { serviceAllocation: { serviceSelectors: match("tier", "gold") } }, b: {} },
    service: { labels: {} },
    automatic: "b",
  },
  {
    name: "what does not fit is not given by name either",
    pools: { a: { autoAssign: false, serviceAllocation: { namespaces: ["other"] } } },
    automatic: "",
  },
  {
    name: "a pool that it names: only that one, the others are left once it has given",
    pools: { a: {}, b: {}, c: { autoAssign: false } },
    service: { pool: "b" },
    automatic: "b",
    byName: "a c",
    leave: "a c",
  },
  {
    name: "a pool that it names gives though its autoAssign is false",
    pools: { a: {}, b: { autoAssign: false } },
    service: { pool: "b" },
    automatic: "b",
    byName: "a",
    leave: "a",
  },
  {
    name: "a pool that it names and that does not exist: it keeps what it has, and gets nothing",
    pools: { a: {} },
    service: { pool: "b" },
    automatic: "",
    byName: "a",
    leave: "a",
  },
  {
    name: "a pool that it names and that is for others: the same",
    pools: { a: {}, b: { serviceAllocation: { namespaces: ["other"] } } },
    service: { pool: "b" },
    automatic: "",
    byName: "a",
    leave: "a",
  },
];

describe("offers: offersFor", () => {
  for (const { name, pools, service, automatic, byName = "", leave = "" } of rows) {
    it(name, () => {
      const offers = offersFor({ ...SHOP, ...service }, compiled(pools));
      const names = (keys: readonly string[]) =>
        keys.map((key) => key.replace("IPAddressPool/", "")).join(" ");
      const { leave: left = [] } = offers;
      expect([offers.automatic, offers.byName, left].map(names)).to.deep.equal([
        ...[automatic, byName, leave],
      ]);
    });
  }

  const namings = [
    { name: "none is named", pool: null, want: [] },
    { name: "one that gives", pool: "mine", want: [] },
    { name: "one that does not exist", pool: "gone", want: ['There is no pool "gone"'] },
    {
      name: "one that is for others",
      pool: "theirs",
      want: ['The pool "theirs" is not for the Service: its serviceAllocation says so'],
    },
    { name: "a class is no pool", pool: "edge", want: ['There is no pool "edge"'] },
  ];
  for (const { name, pool, want } of namings) {
    it(`the pool that it names: ${name}`, () => {
      const world = compiled({
        mine: {},
        theirs: { serviceAllocation: { namespaces: ["other"] } },
      });
      const service = { ...SHOP, pool };
      const problems = namedPoolProblems(service, offersFor(service, world), world);
      expect(problems.map(({ message }) => message)).to.deep.equal(want);
    });
  }

  it("classes are no pools", () => {
    expect([hasPools(compiled({})), hasPools(compiled({ a: {} }))]).to.deep.equal([false, true]);
  });
});
