/**
 * The node whose heartbeats are measured: a frame worker in a process of its own, beside a main thread that may stall.
 */
import "../../test/speaker/segment/plane-process.ts";

const STALL_INTERVAL_MS = 2000;
const LIST_BYTES = 15_000_000;

if (process.env["STALL"] === "1") {
  const item = JSON.stringify({ name: "a-service", addresses: ["192.0.2.1", "2001:db8::1"] });
  const list = `[${Array<string>(Math.ceil(LIST_BYTES / item.length))
    .fill(item)
    .join()}]`;
  let kept: unknown = null;
  setInterval(() => {
    kept = [JSON.parse(list), kept].slice(0, 1); // garbage, as a list from the API server is
  }, STALL_INTERVAL_MS);
}
