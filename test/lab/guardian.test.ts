/** A lab whose process is killed leaves nothing behind. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "chai";
import { namespacesOf } from "../../lab/network.ts";
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
      // The kernel takes its time with namespaces where both CPUs are busy.
      const options = { what: "everything to be gone", timeoutMs: 60_000 };
      await waitFor(() => left().length === 0, options);
    });
  }
});
