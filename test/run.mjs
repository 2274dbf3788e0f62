/**
 * Runs all tests: `npm test`. Those that ask the machine, and mostly wait for it, come in two rows: who has the network and its
 * times to himself before the others. Beside them, with what they leave of the CPUs, those that only think. Ends with one line for
 * all: `N passed, N failed, N skipped`.
 *
 * What the others have to say is printed when the first row is done, so that nobody reads two reports at once.
 * Neighbour: reporter.cjs, whose closing lines are added up here.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { constants, setPriority } from "node:os";

const THINKING = [
  "admission",
  "base",
  "classes",
  "controller",
  "metrics",
  "multi-ip",
  "sim",
  "tidy",
];
/** The controller's hands, which have servers and processes of their own. */
const ASKING = "test/controller/io/**/*.test.ts";
/** API servers and name servers of their own, and nothing that is measured in milliseconds. */
const PATIENT = ["api", "cli", "deploy", "dns", "kube"];
const PATIENT_E2E = ["test/e2e/admission.test.ts", "test/e2e/names-servers.test.ts"];
const CLOSING_LINE = /^(\d+) passed, (\d+) failed, (\d+) skipped\n$/;

const require = createRequire(import.meta.url);
const mocha = require.resolve("mocha/bin/mocha.js");
const children = new Set();

/** @returns what it printed but for its closing line, the numbers of that, and whether it ended as it should */
async function run(args, niceness) {
  const isBeside = niceness > 0;
  const child = spawn(process.execPath, [mocha, ...args], {
    stdio: ["inherit", "pipe", "inherit"],
  });
  children.add(child);
  if (isBeside) setPriority(child.pid, niceness);
  const ended = once(child, "close");
  const counts = [0, 0, 0];
  let [kept, rest, isClosed] = ["", "", false];
  child.stdout.setEncoding("utf8");
  for await (const text of child.stdout) {
    const lines = (rest + text).split(/(?<=\n)/);
    rest = lines.at(-1)?.endsWith("\n") === false ? lines.pop() : "";
    for (const line of lines) {
      const found = CLOSING_LINE.exec(line);
      if (found !== null) {
        isClosed = true;
        for (let i = 0; i < 3; i++) counts[i] += Number(found[i + 1]);
      } else if (isBeside) kept += line;
      else process.stdout.write(line);
    }
  }
  const [code] = await ended;
  children.delete(child);
  // It ended before its time, by Ctrl-C say: nobody may take that for "0 failed".
  if (!isClosed) counts[1]++;
  return { kept: kept + rest, counts, isRight: code === 0 && isClosed };
}

// The terminal tells all of them; they take down what they have set up, and this waits for that.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {
  for (const child of children) child.kill("SIGINT"); // Of the two, mocha passes this one on to the process that has the tests.
});

const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;
const rows = await Promise.all([
  run(
    [
      `test/!(${[...THINKING, ...PATIENT].join("|")})/**/*.test.ts`,
      ...PATIENT_E2E.flatMap((file) => ["--ignore", file]),
    ],
    0,
  ),
  run([`test/{${PATIENT.join(",")}}/**/*.test.ts`, ASKING, ...PATIENT_E2E], PRIORITY_BELOW_NORMAL),
  run([`test/{${THINKING.join(",")}}/**/*.test.ts`, "--ignore", ASKING], PRIORITY_LOW),
]);
for (const { kept } of rows) process.stdout.write(kept);
const [passed, failed, skipped] = [0, 1, 2].map((i) =>
  rows.reduce((sum, { counts }) => sum + counts[i], 0),
);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = rows.every(({ isRight }) => isRight) ? 0 : 1;
