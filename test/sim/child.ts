/** A share of the seeds in a process of its own; batch.ts bundles and starts it. */
import { runShare } from "./share.ts";

const [from, seeds, profile] = process.argv.slice(2);
const share = { from: Number(from), seeds: Number(seeds), profile };
process.stdout.write(JSON.stringify(runShare(share)));
