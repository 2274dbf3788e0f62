import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { availableParallelism, getPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { skip } from "../network.ts";
import { startWorker } from "../worker.ts";

describe("thread priority", () => {
  it("is raised and lowered for the calling thread only", async function () {
    if (process.getuid?.() !== 0) skip(this, "needs root");
    const worker = startWorker(new URL("./priority-worker.ts", import.meta.url));
    const seen = await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    await worker.terminate();
    expect(seen).to.deep.equal({
      lowered: { worked: true, thread: "15" },
      nice: { worked: true, thread: "-15", process: String(getPriority()) },
      realtime: { worked: true, thread: "2" },
    });
  });
});

describe("CPUs of threads", () => {
  it("those with a name of their own have the upper half, all others the lower; again, and all is as it is", function () {
    const cpus = availableParallelism();
    if (cpus < 2) skip(this, "needs two CPUs");
    const program = fileURLToPath(new URL("./apart-process.ts", import.meta.url));
    const said = execFileSync(process.execPath, ["--import", "tsx", program], { encoding: "utf8" });
    const { worked, seen } = JSON.parse(said) as {
      readonly worked: readonly boolean[];
      readonly seen: readonly (readonly [name: string, cpus: readonly number[]])[];
    };
    expect(worked).to.deep.equal([true, true]);
    const named = seen.filter(([name]) => name === "in-time").map(([, list]) => list);
    const others = seen.filter(([name]) => name !== "in-time").map(([, list]) => list);
    expect(named).to.have.length(1);
    expect(others.length, "the main thread, and the engine's").to.be.at.least(5);
    const [upper = [], lower = []] = [named[0], others[0]];
    for (const list of others) expect(list).to.deep.equal(lower);
    expect(lower).to.have.length(Math.floor(cpus / 2));
    expect(upper).to.have.length(cpus - lower.length);
    expect(Math.min(...upper)).to.be.above(Math.max(...lower));
  });
});
