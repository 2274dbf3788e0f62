/** The life of a program that stays, as the kubelet and a person see it: signals, deadlines, log, exit status. */
import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const SOURCE = join(import.meta.dirname, "serving-program.ts");
let directory = "";

/** Bundled once: a start then takes a tenth of a second instead of one. */
async function buildProgram(): Promise<void> {
  directory = await mkdtemp(join(tmpdir(), "spreadlb-test-"));
  await build({
    entryPoints: [SOURCE],
    outfile: join(directory, "program.mjs"),
    bundle: true,
    format: "esm",
    platform: "node",
    banner: {
      js: 'import { createRequire } from "node:module";const require = createRequire(import.meta.url);',
    },
  });
}

interface Program {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves when the log has the sentence. */
  readonly logged: (sentence: string) => Promise<void>;
  readonly ended: Promise<{ readonly status: number | null; readonly signal: string | null }>;
}

function startProgram(...argv: readonly string[]): Program {
  const child = spawn(process.execPath, [join(directory, "program.mjs"), ...argv]);
  let [out, err] = ["", ""];
  const waiting = new Set<() => void>();
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
    for (const look of waiting) look();
  });
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, "close").then(([status, signal]) => ({
    status: status as number | null,
    signal: signal as string | null,
  }));
  const logged = (sentence: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!out.includes(`"msg":"${sentence}"`)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      void ended.then(() => {
        reject(new Error(`it ended before it logged "${sentence}": ${out}${err}`));
      });
      look();
    });
  return { child, out: () => out, err: () => err, logged, ended };
}

function sentences(out: string): readonly unknown[] {
  const lines = out.trim().split("\n");
  return lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
}

describe("cli: the life of a program that stays", () => {
  before(buildProgram);
  after(() => rm(directory, { recursive: true, force: true }));

  const signals = [
    { name: "SIGTERM: it stops, exit status 0", signal: "SIGTERM" },
    { name: "SIGINT: it stops, exit status 0", signal: "SIGINT" },
  ] as const;
  for (const { name, signal } of signals) {
    it(name, async () => {
      const program = startProgram("0", "ready", "quick");
      await program.logged("starting");
      program.child.kill(signal);
      expect(await program.ended).to.deep.equal({ status: 0, signal: null });
      expect(sentences(program.out())).to.deep.equal(["starting", "stopping", "stopped"]);
      expect(program.err()).to.equal("");
    });
  }

  it("every log line is JSON with the time, the component and nothing of the machine's name", async () => {
    const program = startProgram("0");
    await program.logged("starting");
    program.child.kill("SIGTERM");
    await program.ended;
    const [line] = program.out().split("\n");
    const entry = JSON.parse(line ?? "") as Record<string, unknown>;
    expect(Object.keys(entry)).to.deep.equal([
      "level",
      "time",
      "component",
      "version",
      "httpPort",
      "pid",
      "msg",
    ]);
    expect(entry["time"]).to.match(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(entry).to.deep.include({ component: "speaker", version: "1.2.3" });
  });

  for (const stop of ["never", "fail"]) {
    it(`a stop that ${stop === "never" ? "does not end" : "fails"} is cut short, exit status 1`, async () => {
      const program = startProgram("0", "ready", stop);
      await program.logged("starting");
      const beginMs = performance.now();
      program.child.kill("SIGTERM");
      expect(await program.ended).to.deep.equal({ status: 1, signal: null });
      expect(performance.now() - beginMs).to.be.lessThan(2000);
    });
  }

  it("the second signal ends it at once, with the status that a shell expects", async () => {
    const program = startProgram("0", "ready", "never");
    await program.logged("starting");
    program.child.kill("SIGTERM");
    await program.logged("stopping");
    program.child.kill("SIGINT");
    expect(await program.ended).to.deep.equal({ status: 130, signal: null });
  });

  it("a signal while it is still starting stops it within the deadline", async () => {
    const program = startProgram("0", "never");
    await program.logged("starting");
    program.child.kill("SIGTERM");
    expect((await program.ended).status).to.equal(1);
    expect(sentences(program.out())).to.deep.equal(["starting", "stopping", "stopped"]);
  });

  it("a start that fails ends it, exit status 1", async () => {
    const program = startProgram("0", "fail");
    expect(await program.ended).to.deep.equal({ status: 1, signal: null });
    expect(program.err()).to.include("cannot start");
  });

  it("a bug is the last line of the log, exit status 1", async () => {
    const program = startProgram("0", "crash-later");
    expect(await program.ended).to.deep.equal({ status: 1, signal: null });
    expect(sentences(program.out())).to.deep.equal(["starting", "a bug ended this process"]);
  });

  it("a port that is taken is one sentence on stderr, exit status 1, and no log", async () => {
    const other = createServer().listen(0, "::");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const program = startProgram(String(port));
    expect(await program.ended).to.deep.equal({ status: 1, signal: null });
    expect({ out: program.out(), err: program.err() }).to.deep.equal({
      out: "",
      err: `spreadlb: TCP port ${port} is taken by another program; choose another with --http-port\n`,
    });
    other.close();
  });

  it("goes on when the reader of its log is gone", async () => {
    const program = startProgram("0");
    await program.logged("starting");
    program.child.stdout?.destroy();
    program.child.kill("SIGTERM");
    const [status] = (await once(program.child, "exit")) as [number];
    expect({ status, err: program.err() }).to.deep.equal({ status: 0, err: "" });
  });
});
