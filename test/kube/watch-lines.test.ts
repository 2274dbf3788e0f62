import { expect } from "chai";
import fc from "fast-check";
import { LINE_BYTES_MAX, LineSplitter } from "../../src/kube/watch-lines.ts";

describe("LineSplitter", () => {
  it("gives the same lines however the bytes are cut", () => {
    const line = fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => JSON.stringify(text));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(12)), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(""));
        const splitter = new LineSplitter();
        const got: string[] = [];
        let from = 0;
        for (const cut of [...cuts, bytes.length]) {
          got.push(...splitter.push(bytes.subarray(from, from + cut)).lines);
          from += cut;
        }
        expect(got).to.deep.equal(lines);
      }),
    );
  });

  it("keeps what has no end yet, and leaves out empty lines", () => {
    const splitter = new LineSplitter();
    expect(splitter.push(Buffer.from("\n\nhalf")).lines).to.deep.equal([]);
    expect(splitter.push(Buffer.from(" line\n\n")).lines).to.deep.equal(["half line"]);
  });

  it("reads a line of 8 MB that comes in 100,000 pieces in linear time", () => {
    const splitter = new LineSplitter();
    const piece = Buffer.alloc(80, "x");
    const startedMs = performance.now();
    for (let n = 0; n < 100_000; n += 1) splitter.push(piece);
    const { lines, tooLong } = splitter.push(Buffer.from("\n"));
    expect([lines[0]?.length, tooLong]).to.deep.equal([8_000_000, false]);
    expect(performance.now() - startedMs).to.be.lessThan(2000);
  });

  it("says when a line is longer than any object can be", () => {
    const { tooLong } = new LineSplitter().push(Buffer.alloc(LINE_BYTES_MAX + 1, "x"));
    expect(tooLong).to.equal(true);
  });
});
