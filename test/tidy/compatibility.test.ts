/**
 * docs/compatibility.md, checked: what stands there as supported names a test that exists, by its file and by words of its title.
 */
import { expect } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/compatibility.md"), "utf8");
/** More of them, and it is no drop-in. */
const REFUSED_MAX = 5;

interface Row {
  readonly section: string;
  readonly feature: string;
  readonly today: string;
  readonly remark: string;
}

function rowsOf(page: string): Row[] {
  return page.split(/^## /m).flatMap((part) => {
    const [section = "", ...lines] = part.split("\n");
    const rows = lines.filter(
      (line) => line.startsWith("| ") && !/^\| (-|feature|what )/.test(line),
    );
    return rows.map((line) => {
      const [feature = "", today = "", remark = ""] = line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim());
      return { section, feature, today, remark };
    });
  });
}

/** `test/a.test.ts` "part of a title", of a test or of a case of its table. */
const NAMED = /`(test\/[^`]+)`(?: "([^"]+)")?/g;

const rows = rowsOf(PAGE);

/** @returns what stands in quotation marks in the file, or after a key: a title is no words of a comment, nor of the code */
function textsOf(path: string): string[] {
  const lines = readFileSync(join(ROOT, path), "utf8").split("\n");
  if (path.endsWith(".yaml"))
    return lines.flatMap((line) => /^(?:- )?name: (.*)/.exec(line)?.[1] ?? []);
  const code = lines.filter((line) => !/^\s*(\/?\*|\/\/|#)/.test(line)).join("\n");
  return [...code.matchAll(/"((?:\\.|[^"\\\n])*)"|`((?:\\.|[^`\\])*)`/g)].map(
    ([, plain, template]) => plain ?? template ?? "",
  );
}

describe("docs/compatibility.md", () => {
  it("has its rows", () => {
    expect(rows.length).to.be.greaterThan(100);
  });

  for (const { section, feature, today, remark } of rows) {
    it(`${section}: ${feature}: ${today}`, () => {
      expect(["yes", "better", "no"]).to.include(today);
      const named = [...remark.matchAll(NAMED)];
      if (today === "yes" || today === "better") expect(named, remark).not.to.deep.equal([]);
      else expect(remark, "a word about why").not.to.equal("");
      for (const [, path = "", title] of named) {
        expect(title, `the title of a test in ${path}`).to.be.a("string");
        expect(existsSync(join(ROOT, path)), path).to.equal(true);
        const isThere = textsOf(path).some((text) => text.includes(title ?? ""));
        expect(isThere, `${path} has a test "${title ?? ""}"`).to.equal(true);
      }
    });
  }

  it(`no more than ${REFUSED_MAX} are refused`, () => {
    const refused = rows.filter(({ today }) => today === "no").map(({ feature }) => feature);
    expect(refused.length, refused.join("; ")).to.be.at.most(REFUSED_MAX);
  });

  it("no row stands twice in a section", () => {
    const keys = rows.map(({ section, feature }) => `${section}: ${feature}`);
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).to.deep.equal([]);
  });
});
