// The start of a worker thread that runs a TypeScript module: see worker.ts.
import { register } from "tsx/esm/api";

register();
await import(process.argv[2]);
