/** Lists that are equal, and lists that only look like it. */
import { expect } from "chai";
import { isEqualList } from "../../src/base/lists.ts";

const ONE = {};
const ROWS: readonly (readonly [readonly unknown[], readonly unknown[], boolean])[] = [
  [[], [], true],
  [["a", "b"], ["a", "b"], true],
  [["a", "b"], ["b", "a"], false],
  [["a"], ["a", "b"], false],
  [["a", "b"], ["a"], false],
  [[ONE], [ONE], true],
  [[{}], [{}], false],
  [[undefined], [], false],
];

describe("base: lists", () => {
  for (const [a, b, isEqual] of ROWS) {
    it(`${JSON.stringify(a)} and ${JSON.stringify(b)}: ${isEqual ? "equal" : "not equal"}`, () => {
      expect(isEqualList(a, b)).to.equal(isEqual);
    });
  }
});
