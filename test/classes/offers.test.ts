/** Which pools a Service may use, best first (MetalLB: sections 3.2 and 3.3 of its behaviour). */
import { expect } from "chai";
import { compileAll } from "../../src/classes/compile.ts";
import type {
  IPAddressPool,
  IPAddressPoolSpec,
} from "../../src/classes/metallb/ip-address-pool.ts";
import { hasPools, offersFor, type OfferedService } from "../../src/classes/offers.ts";
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
];

describe("offers: offersFor", () => {
  for (const { name, pools, service, automatic, byName = "" } of rows) {
    it(name, () => {
      const offers = offersFor({ ...SHOP, ...service }, compiled(pools));
      const names = (keys: readonly string[]) =>
        keys.map((key) => key.replace("IPAddressPool/", "")).join(" ");
      expect([names(offers.automatic), names(offers.byName)]).to.deep.equal([automatic, byName]);
    });
  }

  it("classes are no pools", () => {
    expect([hasPools(compiled({})), hasPools(compiled({ a: {} }))]).to.deep.equal([false, true]);
  });
});
