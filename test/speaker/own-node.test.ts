/** What of our own node is news for routers, and that nothing is said before it is known to forward. */
import { expect } from "chai";
import type { Node } from "../../src/kube/types.ts";
import { DRAINED_ANNOTATION, EXCLUDE_LABEL } from "../../src/multi-ip/node-marks.ts";
import { OwnNode, type OwnNodeFacts, type OwnNodeNews } from "../../src/speaker/own-node.ts";

interface Wish {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
  readonly conditions?: readonly (readonly [type: string, status: string, heard?: string])[];
  readonly address?: string;
}

function node({ conditions = [], address = "10.0.0.1", ...metadata }: Wish = {}): Node {
  return {
    metadata: { name: "n1", labels: { rack: "a" }, ...metadata },
    status: {
      addresses: [
        { type: "InternalIP", address: "fd00::1" },
        { type: "InternalIP", address },
      ],
      conditions: conditions.map(([type, status, lastHeartbeatTime = ""]) => ({
        ...{ type, status, lastHeartbeatTime },
      })),
    },
  };
}

const WELL = { labels: { rack: "a" }, ipv4: "10.0.0.1", bar: null, isDrained: false };

type Step = readonly [
  told: Node | null | "open" | "closed",
  news: OwnNodeNews,
  facts?: Partial<OwnNodeFacts>,
];

const tell = (own: OwnNode, told: Step[0]): OwnNodeNews =>
  typeof told === "string" ? own.setGated(told === "closed") : own.setObject(told ?? undefined);

describe("our own node for routers", () => {
  const EXCLUDED = { labels: { rack: "a", [EXCLUDE_LABEL]: "" } };
  const SCRIPTS: readonly (readonly [string, readonly Step[]])[] = [
    [
      "nothing is known before the gate is",
      [
        [node(), "none"],
        ["open", "peers", WELL as never],
      ],
    ],
    [
      "nor before the object is",
      [
        ["open", "none"],
        [node(), "peers", WELL as never],
      ],
    ],
    [
      "a gate that is closed from the start is known: sessions, and no routes",
      [
        [node(), "none"],
        ["closed", "peers", { bar: "gated" }],
        ["closed", "none", { bar: "gated" }],
        ["open", "routes", { bar: null }],
      ],
    ],
    [
      "the kubelet's reports are no news",
      [
        ["open", "none"],
        [node({ conditions: [["Ready", "True", "1"]] }), "peers", { bar: null }],
        [node({ conditions: [["Ready", "True", "2"]] }), "none", { bar: null }],
        [node({ conditions: [["Ready", "False", "3"]] }), "none", { bar: null }],
      ],
    ],
    [
      "labels and addresses concern peers, the rest routes",
      [
        ["open", "none"],
        [node(), "peers"],
        [node({ labels: { rack: "b" } }), "peers", { labels: { rack: "b" } }],
        [node({ labels: { rack: "b" }, address: "10.0.0.2" }), "peers"],
        [node({ address: "10.0.0.2" }), "peers"],
        [
          node({ address: "10.0.0.2", annotations: { [DRAINED_ANNOTATION]: "now" } }),
          "routes",
          { isDrained: true, bar: null },
        ],
        [node({ address: "10.0.0.2", annotations: { other: "" } }), "routes", { isDrained: false }],
        [
          node({ address: "10.0.0.2", conditions: [["NetworkUnavailable", "True"]] }),
          "routes",
          { bar: "network-unavailable" },
        ],
        [
          node({ address: "10.0.0.2", deletionTimestamp: "now" }),
          "routes",
          { bar: "being-deleted" },
        ],
      ],
    ],
    [
      "there is none",
      [
        ["open", "none"],
        [null, "peers", { bar: "unknown", labels: {}, ipv4: null }],
        [node(EXCLUDED), "peers", { bar: "excluded" }],
      ],
    ],
  ];
  for (const [name, steps] of SCRIPTS) {
    it(name, () => {
      const own = new OwnNode({ hasGate: true, ignoreExcludeLabel: false });
      for (const [told, news, facts] of steps) {
        expect(tell(own, told)).to.equal(news);
        if (facts !== undefined) expect(own.facts).to.deep.include(facts);
      }
    });
  }

  it("without a gate the object is enough", () => {
    const own = new OwnNode({ hasGate: false, ignoreExcludeLabel: false });
    expect(own.facts).to.equal(null);
    expect(own.setObject(node())).to.equal("peers");
    expect(own.facts).to.deep.equal(WELL);
  });

  it("the exclusion label counts for nothing where the speaker was told so", () => {
    const own = new OwnNode({ hasGate: false, ignoreExcludeLabel: true });
    own.setObject(node(EXCLUDED));
    expect(own.facts?.bar).to.equal(null);
  });
});
