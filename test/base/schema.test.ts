/** Schemas: what the validator says of a value, and what a CRD may hold. */
import { expect } from "chai";
import { oneOf, textMap, Type, validator, withRules } from "../../src/base/schema.ts";

const schema = withRules(
  Type.Object({
    mode: oneOf(["L2", "BGP"], { default: "L2" }),
    names: Type.Optional(Type.Array(Type.String({ maxLength: 3 }), { maxItems: 2 })),
    labels: Type.Optional(textMap({ maxProperties: 1 })),
  }),
  [{ rule: "self.mode == 'L2'", message: "Cannot use BGP here" }],
);

describe("base: schema", () => {
  const validate = validator(schema);

  it("fills in defaults, in a copy", () => {
    const given = { names: ["a"] };
    expect(validate(given)).to.deep.equal({ ok: true, value: { names: ["a"], mode: "L2" } });
    expect(given).to.deep.equal({ names: ["a"] });
  });

  const rows = [
    { name: "a wrong word", value: { mode: "L3" }, fields: ["mode"] },
    { name: "a wrong type", value: { names: "a" }, fields: ["names"] },
    { name: "an item too long", value: { names: ["a", "abcd"] }, fields: ["names[1]"] },
    { name: "every problem at once", value: { mode: 1, names: [1] }, fields: ["mode", "names[0]"] },
    { name: "a map too large", value: { labels: { a: "1", b: "2" } }, fields: ["labels"] },
    { name: "no object", value: "text", fields: [""] },
  ];
  for (const { name, value, fields } of rows) {
    it(`names the field of ${name}`, () => {
      const result = validate(value);
      expect(
        result.ok ? [] : [...new Set(result.problems.map((problem) => problem.field))],
      ).to.deep.equal(fields);
    });
  }
});
