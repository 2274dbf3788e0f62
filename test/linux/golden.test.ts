import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { GOLDEN } from "./golden.ts";
import { skip, succeeds } from "./network.ts";

describe("golden bytes", () => {
  it("are what the C headers of this machine make", function () {
    if (!succeeds("gcc", ["--version"])) skip(this, "needs gcc and the headers of Linux");
    const directory = mkdtempSync(join(tmpdir(), "golden-"));
    try {
      const program = join(directory, "golden");
      execFileSync("gcc", ["-Wall", "-o", program, join(import.meta.dirname, "golden.c")]);
      const lines = execFileSync(program, { encoding: "utf8" }).trim().split("\n");
      const made = new Map(lines.map((line) => line.split(" ") as [string, string]));
      expect(Object.fromEntries(made)).to.deep.equal(GOLDEN);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
