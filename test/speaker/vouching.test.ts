/**
 * Who is heard by how many of those whom we hear.
 */
import { expect } from "chai";
import { Vouching } from "../../src/speaker/vouching.ts";

describe("speaker: vouching", () => {
  it("counts the nodes that hear a node, until they hear it no more, or we do not hear them", () => {
    const vouching = new Vouching();
    expect(vouching.put(1, [2, 3])).to.equal(true);
    expect(vouching.put(2, [1, 3])).to.equal(true);
    expect([1, 2, 3, 4].map((id) => vouching.of(id))).to.deep.equal([1, 1, 2, 0]);
    expect(vouching.put(1, [2])).to.equal(true);
    expect(vouching.of(3)).to.equal(1);
    vouching.delete(2);
    expect([1, 2, 3].map((id) => vouching.of(id))).to.deep.equal([0, 1, 0]);
    expect(vouching.hearing).to.equal(1);
  });

  it("the same list again changes nothing; the first is news even where it is empty", () => {
    const vouching = new Vouching();
    expect(vouching.put(1, [])).to.equal(true);
    expect(vouching.put(1, [])).to.equal(false);
    expect(vouching.put(1, [2])).to.equal(true);
    expect(vouching.put(1, [2])).to.equal(false);
    expect(vouching.put(1, [3])).to.equal(true);
  });

  it("what was never heard is forgotten without harm", () => {
    const vouching = new Vouching();
    vouching.delete(1);
    expect(vouching.hearing).to.equal(0);
  });
});
