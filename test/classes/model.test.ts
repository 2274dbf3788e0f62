/** Classes compiled: what each may give, and who comes first. */
import { expect } from "chai";
import fc from "fast-check";
import { compileClasses } from "../../src/classes/compile.ts";
import { addressCounters, nodesOf, type ClassModel } from "../../src/classes/model.ts";
import { formatRange, intersectRanges } from "../../src/classes/ranges.ts";
import type { MetalLoadBalancerClass } from "../../src/classes/resource.ts";
import { classOf } from "./world.ts";

function rangesOf(model: ClassModel | undefined): string[] {
  return (model?.ranges ?? []).map(formatRange);
}

function compile(...objects: MetalLoadBalancerClass[]) {
  return compileClasses(objects);
}

describe("model: compileClasses", () => {
  it("takes a whole class", () => {
    const object = classOf("edge", {
      isDefault: true,
      type: "L2",
      addressPool: ["203.0.113.16/29", "203.0.113.40-203.0.113.47"],
      nodeSelector: { lb: "" },
      l2: { interfaces: ["bond0.120"] },
    });
    const { classes, defaultClass, problems } = compile(object);
    const { ranges, ...rest } = classes.get("edge") ?? ({} as ClassModel);
    expect(ranges.map(formatRange)).to.deep.equal([
      "203.0.113.16-203.0.113.23",
      "203.0.113.40-203.0.113.47",
    ]);
    expect(rest).to.deep.equal({
      key: "edge",
      name: "edge",
      isDefault: true,
      pool: null,
      offer: null,
      ways: [
        {
          advertisement: null,
          mode: "L2",
          nodes: [{ matchLabels: { lb: "" } }],
          services: [],
          interfaces: ["bond0.120"],
          preferences: [],
        },
      ],
      drainOn: [],
      rebalance: true,
    });
    expect([defaultClass, problems.size]).to.deep.equal(["edge", 0]);
  });

  it("takes our own options, and goes without them", () => {
    const { classes } = compile(
      classOf("ours", { drainOn: ["Cordon", "OutOfServiceTaint"], rebalance: "Off" }),
      classOf("spelled-out", { drainOn: [], rebalance: "Gradual" }),
    );
    const { drainOn, rebalance } = classes.get("ours") ?? ({} as ClassModel);
    expect({ drainOn, rebalance }).to.deep.equal({
      drainOn: ["Cordon", "OutOfServiceTaint"],
      rebalance: false,
    });
    const { drainOn: none, rebalance: gradual } = classes.get("spelled-out") ?? ({} as ClassModel);
    expect({ none, gradual }).to.deep.equal({ none: [], gradual: true });
  });

  it("keeps the written order, and merges what overlaps inside a class without a word", () => {
    const pool = ["192.0.2.8/30", "192.0.2.0-192.0.2.9", "192.0.2.0/28"];
    const { classes, problems } = compile(classOf("edge", { addressPool: pool }));
    expect(rangesOf(classes.get("edge"))).to.deep.equal([
      "192.0.2.8-192.0.2.11",
      "192.0.2.0-192.0.2.7",
      "192.0.2.12-192.0.2.15",
    ]);
    expect(problems.size).to.equal(0);
  });

  it("leaves shared addresses to the older class, of the same age to the first by name", () => {
    const a = classOf("a", { addressPool: ["192.0.2.0/30"] }, 2);
    const b = classOf("b", { addressPool: ["192.0.2.0/29"] }, 1);
    const twin = classOf("c", { addressPool: ["192.0.2.4/29", "192.0.2.8/30"] }, 1);
    const { classes, problems } = compile(a, twin, b);
    expect(rangesOf(classes.get("b"))).to.deep.equal(["192.0.2.0-192.0.2.7"]);
    expect(rangesOf(classes.get("c"))).to.deep.equal(["192.0.2.8-192.0.2.11"]);
    expect(rangesOf(classes.get("a"))).to.deep.equal([]);
    expect([...problems.keys()].sort()).to.deep.equal(["a", "c"]);
    expect(problems.get("c")).to.deep.equal([
      {
        code: "POOL_OVERLAP",
        message: 'Class "c" shares 192.0.2.0-192.0.2.7 with the older class "b", which keeps them',
      },
    ]);
  });

  it("names three shared ranges and counts the rest", () => {
    const few = ["192.0.2.0", "192.0.2.2", "192.0.2.4", "192.0.2.6", "192.0.2.8"];
    const { problems } = compile(
      classOf("old", { addressPool: few }, 1),
      classOf("new", { addressPool: ["192.0.2.0/24"] }, 2),
    );
    expect(problems.get("new")?.map(({ message }) => message)).to.deep.equal([
      'Class "new" shares 192.0.2.0, 192.0.2.2, 192.0.2.4 and 2 more with the older class "old", which keeps them',
    ]);
  });

  it("takes the oldest of several defaults; one that is not stored yet is the youngest", () => {
    const young = { ...classOf("a", { isDefault: true, addressPool: ["192.0.2.1"] }) };
    const { classes, defaultClass, problems } = compile(
      { ...young, metadata: { name: "a" } },
      classOf("b", { isDefault: true, addressPool: ["192.0.2.2"] }, 2),
      classOf("c", { isDefault: true, addressPool: ["192.0.2.3"] }, 1),
    );
    expect(defaultClass).to.equal("c");
    const flags = [...classes.values()].map(({ name, isDefault }) => [name, isDefault]);
    expect(flags).to.deep.equal([
      ["c", true],
      ["b", false],
      ["a", false],
    ]);
    expect([...problems.values()].flat().map(({ message }) => message)).to.deep.equal([
      'Class "b" is not the default: the older class "c" is',
      'Class "a" is not the default: the older class "c" is',
    ]);
  });

  it("has no default where no class wants to be", () => {
    expect(compile(classOf("a", { addressPool: ["192.0.2.1"] })).defaultClass).to.equal(null);
  });

  it("gives no address to two classes, and the same in any order of the input", () => {
    const entry = fc
      .tuple(fc.nat(255), fc.integer({ min: 24, max: 32 }))
      .map(([octet, length]) => `192.0.2.${octet}/${length}`);
    const specs = fc.array(fc.tuple(fc.array(entry, { maxLength: 4 }), fc.nat(3)), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(specs, (list) => {
        const objects = list.map(([addressPool, age], n) => classOf(`c${n}`, { addressPool }, age));
        const compiled = compileClasses(objects);
        const models = [...compiled.classes.values()];
        for (const a of models) {
          for (const b of models) {
            if (a !== b) expect(intersectRanges(a.ranges, b.ranges)).to.deep.equal([]);
          }
        }
        expect(compileClasses([...objects].reverse())).to.deep.equal(compiled);
      }),
      { numRuns: 60 },
    );
  });
});

describe("model: nodesOf", () => {
  const nodes = [
    { name: "n1", labels: { lb: "", zone: "a" }, eligible: true, available: true },
    { name: "n2", labels: { lb: "yes" }, eligible: true, available: true },
    { name: "n3", labels: { lb: "" }, eligible: false, available: false },
  ];
  const rows: readonly [Readonly<Record<string, string>>, readonly string[]][] = [
    [{}, ["n1", "n2", "n3"]],
    [{ lb: "" }, ["n1", "n3"]],
    [{ lb: "", zone: "a" }, ["n1"]],
    [{ lb: "no" }, []],
    [{ toString: "x" }, []],
  ];
  for (const [nodeSelector, want] of rows) {
    it(`selects by ${JSON.stringify(nodeSelector)}`, () => {
      const model = compile(classOf("a", { nodeSelector })).classes.get("a");
      const names = model === undefined ? [] : nodesOf(model.ways, nodes).map(({ name }) => name);
      expect(names).to.deep.equal(want);
    });
  }
});

describe("model: addressCounters", () => {
  it("counts each family that the class has", () => {
    const [model] = compile(
      classOf("a", { addressPool: ["192.0.2.0/30", "2001:db8::/126"] }),
    ).classes.values();
    if (model === undefined) throw new Error("no model");
    expect(addressCounters(model, { IPv4: 4, IPv6: 1 })).to.deep.equal({
      addresses: {
        ipv4: { total: "4", assigned: 4, free: "0" },
        ipv6: { total: "4", assigned: 1, free: "3" },
      },
      free: "0 IPv4, 3 IPv6",
    });
  });

  it("says 0 of a class without addresses", () => {
    const [model] = compile(classOf("a", {})).classes.values();
    if (model === undefined) throw new Error("no model");
    expect(addressCounters(model, { IPv4: 0, IPv6: 0 })).to.deep.equal({
      addresses: {},
      free: "0",
    });
  });
});
