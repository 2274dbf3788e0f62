/** What wrong arguments of a benchmark or of the simulator are answered with: a sentence with the value, and nothing is started. */
import { expect } from "chai";
import { spawnSync } from "node:child_process";

const ROWS: readonly (readonly [args: string, status: number, says: RegExp])[] = [
  ["--seeds 0", 2, /--seeds <n>' argument '0' is invalid. It is a whole number from 1 to/],
  ["--profile none", 2, /There is no "none"; there are: calm, /],
  ["--sedes 3", 2, /unknown option '--sedes'[^]*See npm run sim -- --help/],
  ["3", 2, /too many arguments/],
  ["--help", 0, /--seeds <n> +many runs \(default: 200\)/],
];

describe("lab: options", () => {
  for (const [args, status, says] of ROWS) {
    it(`npm run sim -- ${args}`, () => {
      const program = ["--import", "tsx", "test/sim/main.ts", ...args.split(" ")];
      const ended = spawnSync(process.execPath, program, { encoding: "utf8" });
      expect(ended.stdout + ended.stderr).to.match(says);
      expect(ended.status).to.equal(status);
    });
  }
});
