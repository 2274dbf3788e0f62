/** A share of the seeds in a process of its own; batch.ts bundles and starts it. */
import { runShare, type Share } from "./share.ts";

const share = JSON.parse(process.argv[2] ?? "") as Share;
process.stdout.write(JSON.stringify(runShare(share)));
