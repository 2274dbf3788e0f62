import { expect } from "chai";
import { cut } from "../../src/base/cut.ts";

describe("base: cut", () => {
  it("leaves what fits, and marks what it cuts", () => {
    expect([cut("abc", 3), cut("abcd", 3), cut("", 3)]).to.deep.equal(["abc", "ab…", ""]);
  });

  it("counts characters, and halves none", () => {
    expect([cut("😀😀", 2), cut("😀😀😀", 2)]).to.deep.equal(["😀😀", "😀…"]);
  });
});
