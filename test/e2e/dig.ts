/** What a name server has, once it says so: that it is silent, or fails, says nothing of what is there. */
import { waitFor } from "../../lab/wait.ts";

/** NXDOMAIN is an answer, too: there is no such name. */
const SAYS = /status: (?:NOERROR|NXDOMAIN),/;

export interface SeenRecord {
  readonly ttlSeconds: number;
  readonly data: string;
}

/**
 * Asks until there is an answer.
 *
 * @param run a program there, such as `cluster.lab.exec("client", argv)`
 * @param question as dig has it: `@SERVER NAME TYPE`, and options
 */
export function dig(
  run: (argv: readonly string[]) => Promise<string>,
  question: readonly string[],
): Promise<readonly SeenRecord[]> {
  const flags = ["+noall", "+comments", "+answer", "+tries=1", "+time=1"];
  return waitFor(
    async () => {
      const said = await run(["dig", ...flags, ...question]); // Throws where nobody answers.
      if (!SAYS.test(said)) throw new Error(`it says ${said.trim()}`);
      const lines = said.split("\n").filter((line) => line !== "" && !line.startsWith(";"));
      return lines.map((line) => {
        const [, ttl, , , ...data] = line.split(/\s+/);
        return { ttlSeconds: Number(ttl), data: data.join(" ") };
      });
    },
    { what: `an answer to ${question.join(" ")}`, timeoutMs: 60_000 },
  );
}
