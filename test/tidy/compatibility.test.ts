/**
 * docs/compatibility.md, checked: what stands there as supported names a test that exists, by its file, and by its title where it says one.
 */
import { expect } from "chai";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/compatibility.md"), "utf8");
/** More of them, and it is no drop-in. */
const REFUSED_MAX = 5;
/** Rows that may wait, and no others. */
const WAITING_SECTION = "BGP: not yet";

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

/** `test/a.test.ts`, or `test/a.test.ts` "part of a title". */
const NAMED = /`(test\/[^`]+)`(?: "([^"]+)")?/g;

const rows = rowsOf(PAGE);

describe("docs/compatibility.md", () => {
  it("has its rows", () => {
    expect(rows.length).to.be.greaterThan(100);
  });

  for (const { section, feature, today, remark } of rows) {
    it(`${section}: ${feature}: ${today}`, () => {
      const allowed = section === WAITING_SECTION ? ["not yet"] : ["yes", "better", "no"];
      expect(allowed).to.include(today);
      const named = [...remark.matchAll(NAMED)];
      if (today === "yes" || today === "better") expect(named, remark).not.to.deep.equal([]);
      else expect(remark, "a word about why").not.to.equal("");
      for (const [, path = "", title] of named) {
        expect(existsSync(join(ROOT, path)), path).to.equal(true);
        if (title === undefined) continue;
        expect(statSync(join(ROOT, path)).isFile(), `${path} is a file`).to.equal(true);
        expect(readFileSync(join(ROOT, path), "utf8"), path).to.include(title);
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
