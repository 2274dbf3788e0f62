/**
 * A resolver that remembers answers for their TTL, as the one of a client's network: BIND 9, which asks one name server.
 *
 * Neighbour: name-server.ts has the servers that know.
 */
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, start, type LabProcess } from "../process.ts";

const NAMED = "/usr/sbin/named";

export interface ResolverOptions {
  /** Its configuration and its log; it exists, and is the caller's to remove. */
  readonly directory: string;
  /** Where it listens, at port 53. */
  readonly address: string;
  readonly within: readonly string[];
  /** The zone that it knows the name server of, and that name server, at port 53. */
  readonly zone: string;
  readonly server: string;
}

export async function startResolver(options: ResolverOptions): Promise<LabProcess> {
  const { directory, address, within, zone, server } = options;
  const path = (file: string) => join(directory, `resolver.${file}`);
  // Under its own path AppArmor lets it read what is in /etc/bind alone.
  copyFileSync(NAMED, path("named"));
  writeFileSync(
    path("conf"),
    [
      "options {",
      `  directory "${directory}"; pid-file none; session-keyfile none;`,
      `  listen-on port 53 { ${address}; }; listen-on-v6 { none; };`,
      "  recursion yes; allow-query { any; }; allow-recursion { any; };",
      "  dnssec-validation no; empty-zones-enable no;",
      "};",
      "controls { };",
      `zone "${zone}" { type forward; forward only; forwarders { ${server}; }; };`,
      "",
    ].join("\n"),
  );
  const argv = [...within, path("named"), "-g", "-n", "1", "-c", path("conf")];
  const resolver = await start(argv, { name: "resolver", logFile: path("log") });
  const question = [`@${address}`, "+tries=1", "+time=1", "+short", zone, "SOA"];
  await resolver.until(async () => (await run([...within, "dig", ...question])).trim() !== "", {
    what: "the resolver answers",
    intervalMs: 20,
  });
  return resolver;
}
