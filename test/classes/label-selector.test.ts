/** Label selectors: what Kubernetes says of labels. */
import { expect } from "chai";
import {
  matchesAny,
  matchesSelector,
  type LabelSelector,
} from "../../src/classes/label-selector.ts";

const LABELS = { app: "web", tier: "", "example.org/zone": "a" };

function expression(key: string, operator: string, values?: string[]): LabelSelector {
  return { matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }] };
}

const rows: readonly [string, LabelSelector, boolean][] = [
  ["nothing required", {}, true],
  ["empty lists", { matchLabels: {}, matchExpressions: [] }, true],
  ["a label", { matchLabels: { app: "web" } }, true],
  ["an empty value", { matchLabels: { tier: "" } }, true],
  ["another value", { matchLabels: { app: "db" } }, false],
  ["a label that is not there", { matchLabels: { nope: "" } }, false],
  ["one of two labels", { matchLabels: { app: "web", nope: "" } }, false],
  ["In", expression("app", "In", ["db", "web"]), true],
  ["In, another value", expression("app", "In", ["db"]), false],
  ["In, not there", expression("nope", "In", ["db"]), false],
  ["In without values", expression("app", "In"), false],
  ["NotIn", expression("app", "NotIn", ["db"]), true],
  ["NotIn, the value", expression("app", "NotIn", ["web"]), false],
  ["NotIn, not there", expression("nope", "NotIn", ["web"]), true],
  ["NotIn without values", expression("app", "NotIn", []), false],
  ["Exists", expression("tier", "Exists"), true],
  ["Exists, not there", expression("nope", "Exists"), false],
  ["DoesNotExist", expression("nope", "DoesNotExist"), true],
  ["DoesNotExist, there", expression("tier", "DoesNotExist"), false],
  ["an operator that there is not", expression("app", "Like", ["w"]), false],
  ["what every object has is no label", expression("toString", "Exists"), false],
  [
    "labels and expressions",
    { matchLabels: { app: "web" }, ...expression("app", "NotIn", ["web"]) },
    false,
  ],
];

describe("label-selector: matchesSelector", () => {
  for (const [name, selector, want] of rows) {
    it(name, () => expect(matchesSelector(selector, LABELS)).to.equal(want));
  }

  it("one of several is enough, none is nothing", () => {
    const [yes, no] = [{ matchLabels: { app: "web" } }, { matchLabels: { app: "db" } }];
    expect([
      matchesAny([no, yes], LABELS),
      matchesAny([no], LABELS),
      matchesAny([], LABELS),
    ]).to.deep.equal([true, false, false]);
  });
});
