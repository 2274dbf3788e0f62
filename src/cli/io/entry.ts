/**
 * Where the process begins: its streams, its arguments, its exit.
 *
 * A reader that closes our stdout (`spreadlb status | head -1`) ends a command without a word.
 */
import { main } from "../main.ts";

const isServer = process.argv[2] === "controller" || process.argv[2] === "speaker";
process.stdout.on("error", () => {
  if (!isServer) process.exit(0);
});
process.stderr.on("error", () => undefined);

const status = await main(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
// A worker thread or a kept connection must not hold the process; what is written must be out first.
process.stdout.write("", () => process.stderr.write("", () => process.exit(status)));
