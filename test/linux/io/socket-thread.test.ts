/** Threads that watch sockets, one of them hosted by the other: how low they are, and how they end. */
import { expect } from "chai";
import { execFile } from "node:child_process";
import { getPriority } from "node:os";
import { skip, succeeds } from "../network.ts";

const FILE = `${import.meta.dirname}/hosting-process.ts`;
/** With CAP_SYS_NICE threads could raise themselves. */
const DROP = ["--inh-caps=-sys_nice", "--bounding-set=-sys_nice"];

interface Ending {
  readonly facts: readonly unknown[];
  readonly code: unknown;
}

function run(how: string): Promise<Ending> {
  return new Promise((resolve) => {
    const line = [...DROP, process.execPath, "--import", "tsx", FILE, how];
    execFile("setpriv", line, (error, stdout) => {
      const lines = stdout.split("\n").filter((each) => each !== "");
      const facts = lines.map((each): unknown => JSON.parse(each));
      resolve({ facts, code: error === null ? 0 : (error.signal ?? error.code) });
    });
  });
}

const OPEN = ["first", "second"].map((name) => ({
  ...{ kind: "open", name, nice: String(getPriority()) },
}));
const ended = (name: string, error: string | null = null) => ({ ended: name, error });

describe("socket threads", function () {
  before(function () {
    if (!succeeds("setpriv", [...DROP, "true"])) skip(this, "needs setpriv, and root");
  });

  const ENDINGS: readonly (readonly [how: string, facts: readonly object[]])[] = [
    ["in-order", [ended("second"), ended("first")]],
    ["host-first", [ended("second"), ended("first")]],
    ["exit", []],
    ["first-throws", [ended("second"), ended("first", "planted")]],
    ["second-throws", [ended("second", "planted"), ended("first")]],
  ];
  for (const [how, facts] of ENDINGS) {
    it(`as high as the one that hosts it, whose owner has made way; ${how}: no socket is left open`, async () => {
      expect(await run(how)).to.deep.equal({ facts: [...OPEN, ...facts], code: 0 });
    });
  }
});
