import { expect } from "chai";
import { Listed } from "../../src/base/listed.ts";
import { Random } from "../sim/random.ts";

describe("Listed", () => {
  it("is the same list until something is changed, and what was given stays as it was", () => {
    const listed = new Listed<number>();
    listed.set("a", 1).set("b", 2);
    const before = listed.list;
    expect(listed.list).to.equal(before);
    listed.set("b", 3);
    expect(before).to.deep.equal([1, 2]);
    expect(listed.list).to.deep.equal([1, 3]);
    expect(listed.delete("c")).to.equal(false);
    listed.delete("a");
    expect(listed.list).to.deep.equal([3]);
    listed.clear();
    expect(listed.list).to.deep.equal([]);
  });

  it("has just the values of the map, whatever was done", () => {
    const random = new Random("listed");
    const [listed, plain] = [new Listed<number>(), new Map<string, number>()];
    for (let step = 0; step < 5000; step++) {
      const key = `key-${random.whole(0, 39)}`;
      if (random.chance(1 / 3)) {
        expect(listed.delete(key)).to.equal(plain.delete(key));
      } else {
        listed.set(key, step);
        plain.set(key, step);
      }
      expect(listed.list.toSorted()).to.deep.equal([...plain.values()].toSorted());
      expect(listed.size).to.equal(plain.size);
    }
  });
});
