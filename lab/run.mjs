/**
 * `npm run lab`: reads the arguments, sets up what is missing, runs the demonstration (main.ts).
 *
 * Plain JavaScript without dependencies, so that wrong arguments and --help cost no set-up.
 */

import { parseArgs } from "node:util";
import { explain, setUp } from "./setup.mjs";
import { createSteps } from "./steps.mjs";

const NODES_MIN = 4;
const NODES_MAX = 20;
const HELP = `npm run lab [-- OPTIONS]

A cluster in network namespaces: one Service with three addresses per family on three nodes, a node
cut off while a client probes every 5 ms, mended again. Sets itself up first; needs root.

  --keep      leave the cluster up afterwards, and say how to use it, until Ctrl-C
  --nodes N   ${NODES_MIN} to ${NODES_MAX} nodes (default ${NODES_MIN})
  --help      this text
`;

/** @returns options, or a sentence that says what is wrong with the arguments */
function readArguments(argv) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        keep: { type: "boolean", default: false },
        nodes: { type: "string", default: String(NODES_MIN) },
        help: { type: "boolean", default: false, short: "h" },
      },
    });
    const nodes = Number(values.nodes);
    if (/^\d+$/.test(values.nodes) && nodes >= NODES_MIN && nodes <= NODES_MAX) {
      return { keep: values.keep, help: values.help, nodes };
    }
    return `--nodes takes a whole number from ${NODES_MIN} to ${NODES_MAX}, not "${values.nodes}"`;
  } catch (error) {
    return error.message.split(". ")[0]; // The first sentence names the argument.
  }
}

async function main() {
  const options = readArguments(process.argv.slice(2));
  if (typeof options === "string") {
    process.stderr.write(`lab: ${options}. See npm run lab -- --help\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (process.getuid?.() !== 0) {
    process.stderr.write(
      "lab: network namespaces and raw sockets need root. Run it with sudo, or as root\n",
    );
    return 1;
  }
  const step = createSteps();
  await setUp({ step });
  const { register } = await import("tsx/esm/api");
  register();
  const { demonstrate } = await import("./main.ts");
  return demonstrate(options, step);
}

main().then(
  (status) => process.exit(status),
  (error) => {
    process.stderr.write(`lab: ${explain(error)}\n`);
    process.exit(1);
  },
);
