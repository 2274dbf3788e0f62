/** MetalLB's manifests: read, and compiled into the one model. */
import { expect } from "chai";
import { compileAll } from "../../../src/classes/compile.ts";
import {
  parseIpAddressPool,
  type IPAddressPool,
} from "../../../src/classes/metallb/ip-address-pool.ts";
import {
  parseL2Advertisement,
  type L2Advertisement,
} from "../../../src/classes/metallb/l2-advertisement.ts";
import type { Compiled } from "../../../src/classes/model.ts";
import { formatRange } from "../../../src/classes/ranges.ts";
import type { MetalLoadBalancerClass } from "../../../src/classes/resource.ts";
import { classOf } from "../world.ts";
import { ADVERTISEMENT_ROWS, manifest, POOL_ROWS } from "./cases.ts";

/** As objects of a store: older definitions may have let anything in. */
function pool(name: string, spec: unknown, age = 1, labels = {}): IPAddressPool {
  const object = manifest("IPAddressPool", name, spec, age);
  return { ...object, metadata: { ...object.metadata, labels } } as IPAddressPool;
}

function advertisement(name: string, spec: unknown): L2Advertisement {
  return manifest("L2Advertisement", name, spec) as L2Advertisement;
}

function compile(
  ipAddressPools: readonly IPAddressPool[],
  l2Advertisements: readonly L2Advertisement[] = [],
  classes: readonly MetalLoadBalancerClass[] = [],
): Compiled {
  return compileAll({ classes, ipAddressPools, l2Advertisements });
}

function rangesOf({ classes }: Compiled, key: string): string[] {
  return (classes.get(key)?.ranges ?? []).map(formatRange);
}

function messagesOf({ problems }: Compiled, key: string): string[] {
  return (problems.get(key) ?? []).map(({ message }) => message);
}

describe("metallb: IPAddressPool", () => {
  for (const row of POOL_ROWS) {
    const { name, spec, refused, parses = refused === undefined } = row;
    it(`${parses ? "reads" : "refuses"} ${name}`, () => {
      const parsed = parseIpAddressPool(manifest("IPAddressPool", "prod", spec));
      expect(parsed.ok).to.equal(parses);
      if (parsed.ok) return;
      expect(parsed.problems[0]?.field).to.match(/^$|^spec/);
    });

    const { ranges, problems = [] } = row;
    if (ranges !== undefined || problems.length > 0) {
      it(`compiles ${name}`, () => {
        const compiled = compile([pool("prod", spec)]);
        if (ranges !== undefined)
          expect(rangesOf(compiled, "IPAddressPool/prod")).to.deep.equal(ranges);
        const messages = messagesOf(compiled, "IPAddressPool/prod");
        if (row.problems !== undefined) expect(messages).to.deep.equal(problems);
        else if (ranges?.length !== 0) expect(messages).to.deep.equal([]);
      });
    }
  }

  it("fills in what is not said", () => {
    const parsed = parseIpAddressPool(
      manifest("IPAddressPool", "prod", { addresses: ["192.0.2.1"] }),
    );
    if (!parsed.ok) throw new Error("not read");
    expect(parsed.value.spec).to.deep.equal({
      addresses: ["192.0.2.1"],
      autoAssign: true,
      avoidBuggyIPs: false,
    });
  });

  it("is of no other kind", () => {
    expect(parseIpAddressPool(manifest("L2Advertisement", "prod", { addresses: [] })).ok).to.equal(
      false,
    );
  });

  it("is a class that nobody names, for all Services, and that nobody answers for", () => {
    const model = compile([pool("prod", { addresses: ["192.0.2.1"] })]).classes.get(
      "IPAddressPool/prod",
    );
    expect({ ...model, ranges: [] }).to.deep.equal({
      ranges: [],
      key: "IPAddressPool/prod",
      name: "prod",
      isDefault: false,
      pool: "prod",
      offer: {
        autoAssign: true,
        isPinned: false,
        priority: 0,
        namespaces: [],
        namespaceSelectors: [],
        serviceSelectors: [],
      },
      ways: [],
      drainOn: [],
      rebalance: true,
    });
  });

  const overlaps = [
    {
      name: "the older pool keeps what two share",
      objects: [
        pool("young", { addresses: ["192.0.2.0/30"] }, 2),
        pool("old", { addresses: ["192.0.2.2/31"] }, 1),
      ],
      ranges: {
        "IPAddressPool/old": ["192.0.2.2-192.0.2.3"],
        "IPAddressPool/young": ["192.0.2.0-192.0.2.1"],
      },
      problem: [
        "IPAddressPool/young",
        'Pool "young" shares 192.0.2.2-192.0.2.3 with the older pool "old", which keeps them',
      ],
    },
    {
      name: "an older class keeps what a pool of its name shares with it",
      objects: [pool("edge", { addresses: ["192.0.2.0/31"] }, 2)],
      classes: [classOf("edge", { addressPool: ["192.0.2.1"] }, 1)],
      ranges: { edge: ["192.0.2.1"], "IPAddressPool/edge": ["192.0.2.0"] },
      problem: [
        "IPAddressPool/edge",
        'Pool "edge" shares 192.0.2.1 with the older class "edge", which keeps them',
      ],
    },
    {
      name: "an older pool keeps what a class shares with it",
      objects: [pool("prod", { addresses: ["192.0.2.0/31"] }, 1)],
      classes: [classOf("edge", { addressPool: ["192.0.2.1-192.0.2.2"] }, 2)],
      ranges: { "IPAddressPool/prod": ["192.0.2.0-192.0.2.1"], edge: ["192.0.2.2"] },
      problem: [
        "edge",
        'Class "edge" shares 192.0.2.1 with the older pool "prod", which keeps them',
      ],
    },
    {
      name: "an address that a pool leaves out is free for another",
      objects: [
        pool("old", { addresses: ["192.0.2.0/31"], avoidBuggyIPs: true }, 1),
        pool("young", { addresses: ["192.0.2.0"] }, 2),
      ],
      ranges: { "IPAddressPool/old": ["192.0.2.1"], "IPAddressPool/young": ["192.0.2.0"] },
    },
  ] as const;
  for (const { name, objects, ranges, ...more } of overlaps) {
    it(name, () => {
      const classes = "classes" in more ? more.classes : [];
      for (const order of [objects, [...objects].reverse()]) {
        const compiled = compile(order, [], classes);
        for (const [key, want] of Object.entries(ranges)) {
          expect(rangesOf(compiled, key), key).to.deep.equal(want);
        }
        const [key, message] = "problem" in more ? more.problem : [];
        expect([...compiled.problems.keys()]).to.deep.equal(key === undefined ? [] : [key]);
        if (key !== undefined) expect(messagesOf(compiled, key)).to.deep.equal([message]);
      }
    });
  }
});

describe("metallb: L2Advertisement", () => {
  for (const { name, spec, refused, parses = refused === undefined } of ADVERTISEMENT_ROWS) {
    it(`${parses ? "reads" : "refuses"} ${name}`, () => {
      const parsed = parseL2Advertisement(manifest("L2Advertisement", "lb", spec));
      expect(parsed.ok).to.equal(parses);
    });
  }

  it("is a way of the pools that it is for, word for word", () => {
    const nodes = [{ matchLabels: { lb: "" } }];
    const services = [{ matchLabels: { app: "web" } }];
    const preference = { matchLabels: { rack: "1" } };
    const way = {
      nodeSelectors: nodes,
      serviceSelectors: services,
      interfaces: ["eth1"],
      preferredNodeSelectors: [{ weight: 7, preference }],
    };
    const { classes } = compile(
      [pool("prod", { addresses: ["192.0.2.1"] })],
      [advertisement("lb", way)],
    );
    expect(classes.get("IPAddressPool/prod")?.ways).to.deep.equal([
      {
        advertisement: "lb",
        mode: "L2",
        nodes,
        services,
        interfaces: ["eth1"],
        preferences: [{ weight: 7, nodes: preference }],
      },
    ]);
  });

  const pools = [
    pool("a", { addresses: ["192.0.2.1"] }, 1, { zone: "a" }),
    pool("b", { addresses: ["192.0.2.2"] }, 1, { zone: "b" }),
  ];
  const rows: readonly { name: string; spec: unknown; want: string; problems?: string[] }[] = [
    { name: "names no pool and selects none: all", spec: {}, want: "a b" },
    { name: "has no spec: all", spec: undefined, want: "a b" },
    {
      name: "has empty lists: all",
      spec: { ipAddressPools: [], ipAddressPoolSelectors: [] },
      want: "a b",
    },
    { name: "names one", spec: { ipAddressPools: ["b"] }, want: "b" },
    {
      name: "selects one",
      spec: { ipAddressPoolSelectors: [{ matchLabels: { zone: "a" } }] },
      want: "a",
    },
    {
      name: "names one and selects the other: both",
      spec: { ipAddressPools: ["b"], ipAddressPoolSelectors: [{ matchLabels: { zone: "a" } }] },
      want: "a b",
    },
    {
      name: "selects by an empty selector: all",
      spec: { ipAddressPoolSelectors: [{}] },
      want: "a b",
    },
    {
      name: "selects none",
      spec: { ipAddressPoolSelectors: [{ matchLabels: { zone: "c" } }] },
      want: "",
    },
    {
      name: "names one that is not there",
      spec: { ipAddressPools: ["a", "gone"] },
      want: "a",
      problems: ['The advertisement "lb" names the pool "gone", which does not exist'],
    },
  ];
  for (const { name, spec, want, problems = [] } of rows) {
    it(name, () => {
      const compiled = compile(pools, [advertisement("lb", spec)]);
      const advertised = [...compiled.classes.values()].filter(({ ways }) => ways.length > 0);
      expect(advertised.map((model) => model.name).join(" ")).to.equal(want);
      expect(messagesOf(compiled, "L2Advertisement/lb")).to.deep.equal(problems);
    });
  }

  it("several are several ways, by name, whatever their order", () => {
    const both = [advertisement("y", {}), advertisement("x", { interfaces: ["eth1"] })];
    for (const order of [both, [...both].reverse()]) {
      const ways = compile(pools, order).classes.get("IPAddressPool/a")?.ways ?? [];
      expect(ways.map((way) => way.advertisement)).to.deep.equal(["x", "y"]);
    }
  });
});
