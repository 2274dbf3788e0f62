/**
 * BIND 9 as a name server of the lab.
 *
 * Read first: BIND's Administrator Reference Manual, chapters on `key`, `options` and `zone` (allow-update, update-policy).
 * Neighbour: name-server.ts.
 */
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { start, type LabProcess } from "../process.ts";
import { listenOn, type NameServerOptions, type ZoneState } from "./name-server.ts";
import { zoneFile } from "./zone-file.ts";

const NAMED = "/usr/sbin/named";
/** The name of a policy of ours. */
const SHORT = "short";

export function startBind(options: NameServerOptions): Promise<LabProcess> {
  const { within = [] } = options;
  const path = pathIn(options);
  // Under its own path AppArmor lets it read what is in /etc/bind alone.
  copyFileSync(NAMED, path("named"));
  for (const zone of zonesOf(options))
    writeFileSync(path(`${zone}.zone`), zoneFile({ ...options, zone }));
  writeFileSync(path("broken"), "this is no zone\n");
  writeBindConf(options);
  return start([...within, path("named"), "-g", "-n", "1", "-c", path("conf")], {
    name: "named",
    logFile: path("log"),
  });
}

/** SIGHUP has it read. @param states of the zones that are not well */
export function writeBindConf(
  options: NameServerOptions,
  states: ReadonlyMap<string, ZoneState> = new Map(),
): void {
  const { directory, port, keys } = options;
  const path = pathIn(options);
  const { ipv4, ipv6 } = listenOn(options);
  const list = (addresses: readonly string[]) =>
    addresses.length === 0 ? "none;" : addresses.map((address) => `${address};`).join(" ");
  writeFileSync(
    path("conf"),
    [
      "options {",
      `  directory "${directory}"; pid-file none; session-keyfile none;`,
      `  listen-on port ${port} { ${list(ipv4)} }; listen-on-v6 port ${port} { ${list(ipv6)} };`,
      "  recursion no; notify no; dnssec-validation no; allow-transfer { none; };",
      "};",
      "controls { };",
      ...policyConf(options),
      ...keys.map(
        ({ name, algorithm, secretBase64 }) =>
          `key "${name}" { algorithm ${algorithm}; secret "${secretBase64}"; };`,
      ),
      ...zonesOf(options).flatMap((zone) => zoneConf(zone, states.get(zone) ?? "well", options)),
      "",
    ].join("\n"),
  );
}

function zoneConf(zone: string, state: ZoneState, options: NameServerOptions): readonly string[] {
  const { keys, isSigned = false, isInline = false, signaturesSeconds } = options;
  if (state === "gone") return [];
  const all = keys.map(({ name }) => `key "${name}";`).join(" ");
  return [
    `zone "${zone}" {`,
    `  type primary; file "${pathIn(options)(state === "broken" ? "broken" : `${zone}.zone`)}";`,
    ...(isSigned
      ? [
          `  dnssec-policy ${signaturesSeconds === undefined ? "default" : SHORT};`,
          `  inline-signing ${isInline ? "yes" : "no"};`,
        ]
      : []),
    // external-dns reads the zone whole.
    `  allow-transfer { ${all} };`,
    typeof state === "object"
      ? `  update-policy { ${policyRules(state.refuses, options).join(" ")} };`
      : `  allow-update { ${state === "closed" ? "none;" : all} };`,
    "};",
  ];
}

/** The first that fits counts. */
function policyRules(refused: string, { keys }: NameServerOptions): readonly string[] {
  return [
    ...keys.map(({ name }) => `deny "${name}" subdomain ${refused};`),
    ...keys.map(({ name }) => `grant "${name}" zonesub any;`),
  ];
}

/** BIND allows a refresh of less than nine tenths. */
function policyConf({ signaturesSeconds }: NameServerOptions): readonly string[] {
  if (signaturesSeconds === undefined) return [];
  const refreshSeconds = Math.floor(signaturesSeconds * 0.85);
  return [
    `dnssec-policy ${SHORT} {`,
    "  keys { csk key-directory lifetime unlimited algorithm ecdsap256sha256; };",
    `  signatures-validity PT${signaturesSeconds}S; signatures-validity-dnskey PT${signaturesSeconds}S;`,
    `  signatures-refresh PT${refreshSeconds}S; signatures-jitter PT0S;`,
    "};",
  ];
}

function zonesOf({ zone, otherZones = [] }: NameServerOptions): readonly string[] {
  return [zone, ...otherZones];
}

function pathIn({ directory }: NameServerOptions) {
  return (file: string) => join(directory, `bind.${file}`);
}
