/** Bad input: what is said of it, and that nothing that works is taken away. */
import { expect } from "chai";
import { compileClasses } from "../../src/classes/compile.ts";
import { formatRange } from "../../src/classes/ranges.ts";
import { BAD_CLASSES, BAD_SERVICES, BASE_CLASSES } from "./bad-input.ts";
import { settle, settleFully, type Settled } from "./world.ts";

describe("bad classes: what compileClasses makes of them", () => {
  for (const { name, object, beside = [], wantProblem, keeps } of BAD_CLASSES) {
    it(name, () => {
      const alone = compileClasses(beside);
      const compiled = compileClasses([object, ...beside]);
      const ranges = compiled.classes.get("bad")?.ranges ?? [];
      expect(compiled.problems.get("bad") ?? []).to.deep.equal(wantProblem ? [wantProblem] : []);
      expect(ranges.map(formatRange)).to.deep.equal(keeps);
      for (const [other, model] of alone.classes) {
        expect(compiled.classes.get(other), other).to.deep.equal(model);
      }
    });
  }
});

describe("bad Services: what they are told and what they keep", () => {
  for (const row of BAD_SERVICES) {
    const { name, classes = BASE_CLASSES, neighbours = [], before, service } = row;
    it(name, () => {
      const first = before === undefined ? neighbours : [...neighbours, before];
      const start = settleFully(classes, first);
      const end = settle(classes, [...neighbours, service], start.claims);
      expect(end.problems[service.name]).to.deep.equal([row.wantProblem]);
      expect(end.addresses[service.name] ?? []).to.deep.equal(row.keeps);
      expectUntouched(neighbours, start, end);
      expect(settle(classes, [...neighbours, service], end.claims).addresses).to.deep.equal(
        end.addresses,
      );
    });
  }
});

function expectUntouched(
  neighbours: readonly { readonly name: string }[],
  start: Settled,
  end: Settled,
) {
  for (const { name } of neighbours) {
    expect(end.addresses[name], name).to.deep.equal(start.addresses[name]);
  }
}
