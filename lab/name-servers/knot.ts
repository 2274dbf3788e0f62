/**
 * Knot DNS as a name server of the lab.
 *
 * Read first: Knot DNS's manual, "Configuration reference": server, key, acl, zone, database.
 * Neighbour: name-server.ts.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { start, type LabProcess } from "../process.ts";
import { listenOn, type NameServerOptions } from "./name-server.ts";
import { zoneFile } from "./zone-file.ts";

const KNOTD = "/usr/sbin/knotd";

export function startKnot(options: NameServerOptions): Promise<LabProcess> {
  const { port, zone, keys, within = [] } = options;
  const { ipv4, ipv6 } = listenOn(options);
  const places = [...ipv4, ...ipv6].map((address) => `"${address}@${port}"`);
  const directory = join(options.directory, "knot");
  mkdirSync(directory, { recursive: true });
  const path = (file: string) => join(directory, file);
  writeFileSync(path("zone"), zoneFile(options));
  const names = keys.map(({ name }) => name).join(", ");
  writeFileSync(
    path("conf"),
    [
      "server:",
      `  rundir: "${directory}"`,
      `  listen: [ ${places.join(", ")} ]`,
      "  udp-workers: 1",
      "  tcp-workers: 1",
      "  background-workers: 1",
      "database:",
      `  storage: "${directory}"`,
      "  journal-db-max-size: 16M",
      "log:",
      "  - target: stderr",
      "    any: info",
      ...(keys.length === 0 ? [] : ["key:"]),
      ...keys.flatMap(({ name, algorithm, secretBase64 }) => [
        `  - id: ${name}`,
        `    algorithm: ${algorithm}`,
        `    secret: ${secretBase64}`,
      ]),
      "acl:",
      "  - id: updates",
      ...(keys.length === 0 ? [] : [`    key: [ ${names} ]`]),
      "    action: update",
      "zone:",
      `  - domain: ${zone}`,
      `    file: "${path("zone")}"`,
      "    acl: updates",
      "",
    ].join("\n"),
  );
  const argv = [...within, KNOTD, "-c", path("conf")];
  return start(argv, { name: "knotd", logFile: path("log") });
}
