/**
 * BIND 9 as a name server of the lab.
 *
 * Read first: BIND's Administrator Reference Manual, chapters on `key`, `options` and `zone` (allow-update).
 * Neighbour: name-server.ts.
 */
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { start, type LabProcess } from "../process.ts";
import { listenOn, type NameServerOptions } from "./name-server.ts";
import { zoneFile } from "./zone-file.ts";

const NAMED = "/usr/sbin/named";

export function startBind(options: NameServerOptions): Promise<LabProcess> {
  const { directory, port, zone, keys, within = [], isSigned = false } = options;
  const { ipv4, ipv6 } = listenOn(options);
  const list = (addresses: readonly string[]) =>
    addresses.length === 0 ? "none;" : addresses.map((address) => `${address};`).join(" ");
  const path = (file: string) => join(directory, `bind.${file}`);
  // Under its own path AppArmor lets it read what is in /etc/bind alone.
  copyFileSync(NAMED, path("named"));
  writeFileSync(path("zone"), zoneFile(options));
  writeFileSync(
    path("conf"),
    [
      "options {",
      `  directory "${directory}"; pid-file none; session-keyfile none;`,
      `  listen-on port ${port} { ${list(ipv4)} }; listen-on-v6 port ${port} { ${list(ipv6)} };`,
      "  recursion no; notify no; dnssec-validation no; allow-transfer { none; };",
      "};",
      "controls { };",
      ...keys.map(
        ({ name, algorithm, secretBase64 }) =>
          `key "${name}" { algorithm ${algorithm}; secret "${secretBase64}"; };`,
      ),
      `zone "${zone}" {`,
      `  type primary; file "${path("zone")}";`,
      ...(isSigned ? ["  dnssec-policy default;"] : []),
      `  allow-update { ${keys.map(({ name }) => `key "${name}";`).join(" ")} };`,
      "};",
      "",
    ].join("\n"),
  );
  return start([...within, path("named"), "-g", "-n", "1", "-c", path("conf")], {
    name: "named",
    logFile: path("log"),
  });
}
