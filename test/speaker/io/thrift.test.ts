/**
 * What has become garbage is collected when the heap has grown, and at no other time: in processes of their own, for the
 * engine's flags are a process's.
 */
import { expect } from "chai";
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const MIB = 2 ** 20;
const thrift = new URL("../../../src/speaker/io/thrift.ts", import.meta.url).href;

/** Grows by some 10 MiB, which are garbage then, and looks thrice. */
const PROGRAM = `
  const look = (at) => { thrift.look(at); return process.memoryUsage().heapUsed; };
  const thrift = new Thrift(1000);
  const figures = { before: look(0) };
  let lists = Array.from({ length: 100_000 }, (_, i) => [i, "x" + i]);
  figures.grown = process.memoryUsage().heapUsed;
  lists = null;
  figures.early = look(999);
  figures.collected = look(1000);
  const fleeting = new WeakRef({});
  await new Promise(setImmediate);
  look(2000);
  figures.untouched = fleeting.deref() !== undefined;
  const small = new Thrift(0, 1024 * 1024);
  try { small.look(0); } catch (error) { figures.tooLarge = error.message; }
`;

const rows: readonly { readonly name: string; readonly program: string }[] = [
  {
    name: "the main thread",
    program: `
      import { keepHeapsSmall, Thrift } from "${thrift}";
      keepHeapsSmall();
      ${PROGRAM}
      console.log(JSON.stringify(figures));`,
  },
  {
    name: "a thread that starts afterwards",
    program: `
      import { Worker } from "node:worker_threads";
      import { keepHeapsSmall } from "${thrift}";
      keepHeapsSmall();
      const program = ${JSON.stringify(`
        import("${import.meta.resolve("tsx/esm/api")}").then(async (tsx) => {
          tsx.register();
          const { Thrift } = await import("${thrift}");
          ${PROGRAM}
          (await import("node:worker_threads")).parentPort.postMessage(figures);
        });`)};
      new Worker(program, { eval: true }).on("message", (figures) => console.log(JSON.stringify(figures)));`,
  },
];

describe("Thrift", function () {
  this.timeout(20_000);
  for (const { name, program } of rows) {
    it(`${name}: garbage is collected when it is due, and nothing where nothing has grown`, async () => {
      const argv = ["--import", "tsx", "--input-type=module", "-e", program];
      const { stdout } = await promisify(execFile)(process.execPath, argv);
      const figures = JSON.parse(stdout) as Record<string, number> & { tooLarge?: string };
      const { before = 0, grown = 0, early = 0, collected = 0 } = figures;
      expect(grown - before, "grown").to.be.greaterThan(5 * MIB);
      expect(early, "before it is due").to.be.at.least(grown);
      expect(collected, "when it is due").to.be.lessThan(before + 1.5 * MIB);
      expect(figures.tooLarge).to.match(/^\d+ MiB of memory are in use, 1 MiB are the most$/);
      expect(figures["untouched"], "what has not grown").to.equal(true);
    });
  }
});
