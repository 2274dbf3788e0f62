/** docs/errors.md says of every error code what base/errors.ts says, and of no other. */
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  BalancerError,
  describeProblem,
  reasonOf,
  REMEDIES,
  type ProblemCode,
} from "../../src/base/errors.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/errors.md"), "utf8");

interface Section {
  readonly code: string;
  readonly reason: string | undefined;
  readonly remedy: string | undefined;
  readonly explanation: string;
}

/** Each section: `## CODE`, then "Reason `Word`. Explanation.", then "Remedy: sentence." */
const sections: readonly Section[] = page
  .split(/^## /m)
  .slice(1)
  .map((text) => ({
    code: text.split("\n", 1)[0] ?? "",
    reason: /\n\nReason `(\w+)`\. /.exec(text)?.[1],
    remedy: /\n\nRemedy: (.*)\.\n*$/.exec(text)?.[1],
    explanation: /\n\nReason `\w+`\. ([\s\S]*?)\n\nRemedy: /.exec(text)?.[1] ?? "",
  }));

const codes = Object.keys(REMEDIES) as ProblemCode[];

describe("errors: docs/errors.md", () => {
  it("has a section for every code and for no other, in the order of the alphabet", () => {
    expect(sections.map(({ code }) => code)).to.deep.equal([...codes].sort());
  });

  for (const code of codes) {
    it(`${code}: the reason and the remedy are the program's, and it says when`, () => {
      const section = sections.find((one) => one.code === code);
      expect({ reason: section?.reason, remedy: section?.remedy }).to.deep.equal({
        reason: reasonOf(code),
        remedy: REMEDIES[code],
      });
      expect(section?.explanation).to.match(/^[A-Z][\s\S]{30,}\.$/);
    });
  }
});

describe("errors: the list", () => {
  it("is in the order of the alphabet", () => {
    expect(codes).to.deep.equal([...codes].sort());
  });

  for (const code of codes) {
    it(`${code}: the remedy is one sentence without its full stop`, () => {
      expect(REMEDIES[code]).to.match(/^[A-Z].*[^.\s]$/);
    });
  }

  it("a reason is the code in CamelCase, as conditions and Events need it", () => {
    expect(reasonOf("ADDRESS_OUTSIDE_POOL")).to.equal("AddressOutsidePool");
  });

  it("an error says what failed, and the way out", () => {
    const error = new BalancerError("POOL_EMPTY", 'Class "edge" has no addresses');
    expect({ name: error.name, code: error.code, message: error.message }).to.deep.equal({
      name: "BalancerError",
      code: "POOL_EMPTY",
      message: describeProblem({ code: "POOL_EMPTY", message: 'Class "edge" has no addresses' }),
    });
    expect(error.message).to.equal(
      'Class "edge" has no addresses. Write at least one CIDR or range into the pool.',
    );
  });
});
