import { expect } from "chai";
import { getPriority } from "node:os";
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
