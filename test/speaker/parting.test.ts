/** When a speaker that stops has routers keep its routes, and when not. */
import { expect } from "chai";
import type { Node } from "../../src/kube/types.ts";
import { DRAINED_ANNOTATION, EXCLUDE_LABEL } from "../../src/multi-ip/node-marks.ts";
import { pruneOwnNode } from "../../src/speaker/objects.ts";
import { OwnNode } from "../../src/speaker/own-node.ts";
import type { Parting } from "../../src/speaker/parting.ts";

type Wish = Pick<Node, "spec"> & {
  readonly metadata?: Partial<Node["metadata"]>;
  readonly conditions?: readonly (readonly [type: string, status: string])[];
};

const node = ({ metadata = {}, spec, conditions = [["Ready", "True"]] }: Wish): Node => ({
  metadata: { name: "n1", ...metadata },
  ...(spec === undefined ? {} : { spec }),
  status: { conditions: conditions.map(([type, status]) => ({ type, status })) },
});

describe("parting from routers", () => {
  const excluded = { metadata: { labels: { [EXCLUDE_LABEL]: "" } } };
  const CASES: readonly (readonly [
    name: string,
    wish: Wish | null,
    want: Parting,
    more?: { readonly isGated?: boolean; readonly ignoresLabel?: boolean },
  ])[] = [
    ["a node that is well", {}, "restart"],
    ["one that does not say whether it is ready", { conditions: [] }, "restart"],
    ["one that is schedulable, and says so", { spec: { unschedulable: false } }, "restart"],
    ["drained", { metadata: { annotations: { [DRAINED_ANNOTATION]: "now" } } }, "shutdown"],
    ["cordoned", { spec: { unschedulable: true } }, "shutdown"],
    ["not ready", { conditions: [["Ready", "False"]] }, "shutdown"],
    ["not heard of for long", { conditions: [["Ready", "Unknown"]] }, "shutdown"],
    ["being deleted", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }, "shutdown"],
    [
      "without a network",
      {
        conditions: [
          ["Ready", "True"],
          ["NetworkUnavailable", "True"],
        ],
      },
      "shutdown",
    ],
    ["excluded", excluded, "shutdown"],
    ["excluded, where the label is for nothing", excluded, "restart", { ignoresLabel: true }],
    ["gated: nothing is announced", {}, "shutdown", { isGated: true }],
    ["without an object", null, "shutdown"],
  ];
  for (const [name, wish, want, { isGated = false, ignoresLabel = false } = {}] of CASES) {
    it(`${name}: ${want}`, () => {
      const own = new OwnNode({ hasGate: true, ignoreExcludeLabel: ignoresLabel });
      own.setObject(wish === null ? undefined : pruneOwnNode(node(wish)));
      own.setGated(isGated);
      expect(own.parting).to.equal(want);
    });
  }

  it("before anything is known: shutdown", () => {
    const own = new OwnNode({ hasGate: true, ignoreExcludeLabel: false });
    expect(own.parting).to.equal("shutdown");
    own.setObject(node({}));
    expect(own.parting).to.equal("shutdown");
  });
});
