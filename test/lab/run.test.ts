/** `npm run lab` refuses wrong arguments with one sentence and status 2, before any set-up. */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";

const lab = (...args: readonly string[]) => {
  const program = join(import.meta.dirname, "..", "..", "lab", "run.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
};

const rows = [
  { args: ["--nodes", "3"], says: '--nodes takes a whole number from 4 to 20, not "3"' },
  { args: ["--nodes", "21"], says: '--nodes takes a whole number from 4 to 20, not "21"' },
  { args: ["--nodes", "4.5"], says: '--nodes takes a whole number from 4 to 20, not "4.5"' },
  { args: ["--nodes="], says: '--nodes takes a whole number from 4 to 20, not ""' },
  { args: ["--nodes"], says: "Option '--nodes <value>' argument missing" },
  { args: ["--keep=yes"], says: "Option '--keep' does not take an argument" },
  { args: ["--fast"], says: "Unknown option '--fast'" },
  { args: ["now"], says: "Unexpected argument 'now'" },
];

describe("lab/run.mjs", () => {
  for (const { args, says } of rows) {
    it(`refuses ${args.join(" ")}`, () => {
      const stderr = `lab: ${says}. See npm run lab -- --help\n`;
      expect(lab(...args)).to.deep.equal({ status: 2, stdout: "", stderr });
    });
  }

  it("--help tells every option", () => {
    const { status, stdout } = lab("--help");
    expect(status).to.equal(0);
    expect(stdout).to.match(/--keep .*\n.*--nodes N .*\n.*--help/);
  });
});
