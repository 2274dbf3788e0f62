/** The manifests of a live cluster, as `spreadlb migrate` holds them against the checks. */
import { expect } from "chai";
import { NO_MANIFESTS } from "../../src/classes/compile.ts";
import { checkManifests } from "../../src/cli/migrate-checks.ts";
import { flagHands } from "../../src/cli/migrate-leftovers.ts";
import { planMigration } from "../../src/cli/migrate-plan.ts";
import { isSmooth } from "../../src/cli/migrate-view.ts";
import type { Node } from "../../src/kube/types.ts";

describe("cli: the manifests of a cluster, held against the checks", () => {
  const named = (name: string) => ({ metadata: { name, namespace: "metallb-system" } });
  const pool = (name: string, ...addresses: string[]) => ({
    ...named(name),
    ...{ spec: { addresses }, status: { future: 1 } },
  });
  const check = (manifests: object, nodes: readonly Node[] = []) =>
    checkManifests({ ...NO_MANIFESTS, ...manifests }, { nodes, known: [] });
  const l2Advertisements = [named("l2")];
  const rows: {
    readonly name: string;
    readonly manifests: object;
    readonly nodes?: readonly Node[];
    readonly hands?: readonly string[];
    readonly notes?: readonly string[];
  }[] = [
    {
      name: "what is good, with a status of another release",
      manifests: { ipAddressPools: [pool("a", "192.0.2.0/28")], l2Advertisements },
    },
    {
      name: "two pools that share addresses",
      manifests: {
        ipAddressPools: [pool("a", "192.0.2.0/28"), pool("b", "192.0.2.8/29")],
        l2Advertisements,
      },
      hands: ["IPAddressPool/b spec.addresses: Pool"],
    },
    {
      name: "more entries than our definition takes",
      manifests: {
        ipAddressPools: [
          pool("a", ...Array.from({ length: 257 }, (_, i) => `10.0.${i >> 8}.${i & 255}/32`)),
        ],
        l2Advertisements,
      },
      hands: ["IPAddressPool/a spec.addresses: must NOT have more than 256 items"],
    },
    {
      name: "a field that our definition has not",
      manifests: { l2Advertisements: [{ ...named("l2"), spec: { future: true } }] },
      notes: [
        'L2Advertisement/l2 spec.future: There is no field "future": the API server leaves it',
      ],
    },
    {
      name: "a selector that no node matches, and an advertisement that is missing",
      manifests: {
        ipAddressPools: [pool("a", "192.0.2.0/28")],
        l2Advertisements: [
          {
            ...named("l2"),
            spec: { ipAddressPools: ["a"], nodeSelectors: [{ matchLabels: { a: "b" } }] },
          },
        ],
      },
      nodes: [{ metadata: { name: "n1" } }],
      notes: ["L2Advertisement/l2 spec.nodeSelectors: No node has the labels"],
    },
  ];
  for (const { name, manifests, nodes, hands = [], notes = [] } of rows) {
    it(name, () => {
      const found = check(manifests, nodes);
      for (const [wanted, list] of [
        [hands, found.hands],
        [notes, found.notes],
      ] as const) {
        const said = list.map(({ object, message }) => `${object} ${message}`);
        expect(said).to.have.length(wanted.length, said.join("\n"));
        for (const [i, part] of wanted.entries()) expect(said[i]).to.contain(part);
      }
    });
  }

  it("nothing twice: what the compiler says is known, and stands in the way of a clean status", () => {
    const ipAddressPools = [
      { ...named("a"), spec: { addresses: ["192.0.2.0/28"] } },
      { ...named("b"), spec: { addresses: ["192.0.2.8/29"] } },
    ];
    const world = { services: [], namespaces: [], nodes: [], virtualIps: [], lbClass: "" };
    const report = planMigration({
      ...world,
      manifests: { ...NO_MANIFESTS, ipAddressPools, l2Advertisements },
    });
    expect(report.hands.map(({ object }) => object)).to.deep.equal(["IPAddressPool/b"]);
    expect(isSmooth(report)).to.equal(false);
  });
});

describe("cli: --ignore-exclude-lb of MetalLB's speakers", () => {
  const label = "node.kubernetes.io/exclude-from-external-load-balancers";
  const nodes = [
    { metadata: { name: "cp", labels: { [label]: "" } } },
    { metadata: { name: "worker" } },
  ];
  const rows = [
    { args: ["--ignore-exclude-lb"], told: true },
    { args: ["--ignore-exclude-lb=true"], told: true },
    { args: ["--ignore-exclude-lb=false"], told: false },
    { args: ["--port=7472"], told: false },
  ];
  for (const { args, told } of rows) {
    it(`${args.join(" ")}: ${told ? "the excluded nodes are named" : "nothing"}`, () => {
      const speaker = {
        metadata: { name: "speaker" },
        spec: { template: { spec: { containers: [{ args }] } } },
      };
      const untold = { lbClass: "", ignoreExcludeLb: false };
      const todos = flagHands([speaker], untold, nodes).map(({ todo }) => todo);
      const todo = `Give SpreadLB's controller and speakers --ignore-exclude-lb, and this command too, or take the label off: kubectl label node cp ${label}-`;
      expect(todos).to.deep.equal(told ? [todo] : []);
      expect(flagHands([speaker], untold, nodes.slice(1))).to.deep.equal([]);
      expect(flagHands([speaker], { ...untold, ignoreExcludeLb: true }, nodes)).to.deep.equal([]);
    });
  }
});
