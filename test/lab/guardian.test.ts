/** A lab whose process is killed leaves nothing behind. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "chai";
import { namespacesOf } from "../../lab/network.ts";
import { run, tiedTo } from "../../lab/process.ts";
import { waitFor } from "../../lab/wait.ts";

interface Made {
  readonly prefix: string;
  readonly directory: string;
  readonly pids: readonly number[];
}

describe("guardian", function () {
  this.timeout(120_000);

  before(function () {
    if (process.getuid?.() === 0) return;
    console.log("      skipped: the lab makes network namespaces and needs root");
    this.skip();
  });

  it("a program whose parent died before it could be tied to it does not begin", async () => {
    expect(await run(tiedTo(process.pid, ["echo", "begun"]))).to.equal("begun\n");
    expect(await run(tiedTo(process.ppid, ["echo", "begun"]))).to.equal("");
  });

  for (const signal of ["SIGKILL", "SIGINT"] as const) {
    it(`removes programs, namespaces and files of a process that ended by ${signal}`, async () => {
      const program = join(import.meta.dirname, "abandoned-cluster.ts");
      const child = spawn(process.execPath, ["--import", "tsx", program], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
      const { prefix, directory, pids } = JSON.parse(line) as Made;
      expect(namespacesOf(prefix)).to.have.length(6);
      expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).to.deep.equal(pids);
      child.kill(signal);
      const left = () => [
        ...namespacesOf(prefix),
        ...pids.filter((pid) => existsSync(`/proc/${pid}`)),
        ...(existsSync(directory) ? [directory] : []),
      ];
      await waitFor(() => left().length === 0, { what: "everything to be gone" });
    });
  }
});
