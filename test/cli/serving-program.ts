/**
 * A program that serves as controller and speaker do, around a job that does what a test asks for. Run by serve.test.ts.
 *
 * Arguments: port; what start() does (`ready`, `never`, `fail`, `crash-later`); what stop() does (`quick`, `never`, `fail`).
 */
import { describeFailure } from "../../src/cli/io/failure.ts";
import { serve } from "../../src/cli/io/serve.ts";

const [port = "0", start = "ready", stop = "quick"] = process.argv.slice(2);
const never = new Promise<never>(() => undefined);

const stops: Readonly<Record<string, () => Promise<void>>> = {
  never: () => never,
  fail: () => Promise.reject(new Error("cannot hand over")),
};

try {
  const status = await serve({
    component: "speaker",
    version: "1.2.3",
    httpPort: Number(port),
    logLevel: "info",
    metrics: { contentType: "text/plain", text: () => Promise.resolve("") },
    stopMsMax: 300,
    start: async () => {
      if (start === "never") await never;
      if (start === "fail") throw new Error("cannot start");
      if (start === "crash-later") {
        setTimeout(() => {
          throw new Error("a bug");
        }, 50);
      }
      return { stop: stops[stop] ?? (() => Promise.resolve()), ready: () => true };
    },
  });
  process.exit(status);
} catch (error) {
  const { text, status } = describeFailure(error);
  process.stderr.write(text);
  process.exit(status);
}
