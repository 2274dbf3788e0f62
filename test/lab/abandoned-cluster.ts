/** Not a test: a program that starts a cluster, says what it made, and waits to be killed. */

import { startCluster } from "../../lab/cluster.ts";

const cluster = await startCluster({ nodes: 1, kubeProxy: false });
const made = { prefix: cluster.plan.prefix, directory: cluster.directory, pids: cluster.pids };
process.stdout.write(`${JSON.stringify(made)}\n`);
setInterval(() => undefined, 1000);
