/** YAML as kubectl reads it: word for word. */
import { expect } from "chai";
import { loadAsKubectl } from "../../src/cli/yaml.ts";
import { YAML_CASES, YAML_DOCUMENT, YAML_WANTED } from "./yaml-cases.ts";

describe("cli: YAML as kubectl reads it", () => {
  for (const [written, value] of YAML_CASES) {
    it(`${written === "" ? "nothing" : written} is ${JSON.stringify(value)}`, () => {
      expect(loadAsKubectl(`a: ${written}`)).to.deep.equal([{ a: value }]);
    });
  }

  it("keys and merged mappings", () => {
    const [document] = loadAsKubectl(YAML_DOCUMENT) as [{ readonly spec: object }];
    expect(document.spec).to.deep.equal(YAML_WANTED);
  });

  it("a number that JSON has not is no text", () => {
    for (const word of [".inf", "-.Inf", ".NaN"]) {
      expect(loadAsKubectl(`a: ${word}`)).to.deep.equal([{ a: Number.NaN }]);
    }
  });

  it("a field twice is no YAML: kubectl takes the last and says nothing", () => {
    expect(() => loadAsKubectl("a: 1\na: 2")).to.throw(/duplicated mapping key/);
  });
});
