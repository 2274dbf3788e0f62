/**
 * PowerDNS as a name server of the lab, with its records in SQLite, and with its caches as they are by default: an update empties them.
 *
 * Read first: PowerDNS's manual, "Dynamic DNS Update (RFC 2136)", "Generic SQLite 3 Backend".
 * Neighbour: name-server.ts.
 */
import { readFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, start, type LabProcess } from "../process.ts";
import { listenOn, type NameServerOptions } from "./name-server.ts";
import { zoneRecords } from "./zone-file.ts";

const PDNS_SERVER = "/usr/sbin/pdns_server";
const SCHEMA = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";

export async function startPowerDns(options: NameServerOptions): Promise<LabProcess> {
  const { port, within = [] } = options;
  const { ipv4, ipv6 } = listenOn(options);
  const places = [...ipv4, ...ipv6.map((address) => `[${address}]`)];
  const directory = join(options.directory, "powerdns");
  mkdirSync(directory, { recursive: true });
  const path = (file: string) => join(directory, file);
  const sql = [readFileSync(SCHEMA, "utf8"), ...zoneSql(options), ""].join("\n");
  await run(["sqlite3", "-bail", path("records.sqlite3")], { stdin: sql });
  writeFileSync(
    path("pdns.conf"),
    [
      "launch=gsqlite3",
      `gsqlite3-database=${path("records.sqlite3")}`,
      "gsqlite3-pragma-synchronous=0",
      `local-address=${places.map((place) => `${place}:${port}`).join()}`,
      "dnsupdate=yes",
      "allow-dnsupdate-from=0.0.0.0/0,::/0",
      ...["receiver-threads=1", "distributor-threads=1", "daemon=no", "guardian=no", "loglevel=6"],
      ...["setuid=", "setgid=", "write-pid=no", `socket-dir=${directory}`, "security-poll-suffix="],
      "",
    ].join("\n"),
  );
  const argv = [...within, PDNS_SERVER, `--config-dir=${directory}`];
  return start(argv, { name: "pdns_server", logFile: path("log") });
}

function zoneSql(options: NameServerOptions): string[] {
  const { zone, keys } = options;
  const own = "(SELECT id FROM domains)";
  return [
    "BEGIN;",
    `INSERT INTO domains (name, type) VALUES ('${zone}', 'NATIVE');`,
    ...zoneRecords(options).map((record) => {
      const [name = "", type = "", ...data] = record.split(" ");
      // Names stand without the dot at the end.
      const [owner, content] = [name, data.join(" ")].map((text) => text.replace(/\.(?= |$)/g, ""));
      return `INSERT INTO records (domain_id, name, type, content, ttl) VALUES (${own}, '${owner}', '${type}', '${content}', 60);`;
    }),
    ...keys.flatMap(({ name, algorithm, secretBase64 }) => [
      `INSERT INTO tsigkeys (name, algorithm, secret) VALUES ('${name}', '${algorithm}', '${secretBase64}');`,
      `INSERT INTO domainmetadata (domain_id, kind, content) VALUES (${own}, 'TSIG-ALLOW-DNSUPDATE', '${name}');`,
    ]),
    "COMMIT;",
  ];
}
