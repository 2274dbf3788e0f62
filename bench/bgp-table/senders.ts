/**
 * Those who send the table: our speaker and three others, each as a process with the whole table in it before there is a session.
 *
 * Neighbours: receiver.ts is who gets it; ../../lab/routers starts BIRD and GoBGP.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startRouter, type RouterOptions } from "../../lab/routers/router.ts";
import { start } from "../../lab/process.ts";
import { waitFor } from "../../lab/wait.ts";
import type { Prefix } from "../../src/bgp/prefix.ts";
import { mrtDump } from "./mrt.ts";
import { RECEIVER, SENDER, type Place } from "./place.ts";

export const SENDERS = ["ours", "bird", "gobgp", "exabgp", "frr"] as const;
export type SenderKind = (typeof SENDERS)[number];

export interface Sender {
  readonly pid: number;
  stop(): Promise<void>;
}

const OUR_PROGRAM = new URL("our-process.ts", import.meta.url).pathname;
/** As bin/spreadlb sets them. */
const OUR_FLAGS = ["--semi-space-growth-factor=1", "--liftoff-only", "--wasm-lazy-compilation"];

/** Resolves when it has the table and waits for the router. */
export function startSender(
  kind: SenderKind,
  place: Place,
  table: readonly Prefix[],
): Promise<Sender> {
  switch (kind) {
    case "ours":
      return startOurs(place, table.length);
    case "exabgp":
      return startExabgp(place, table);
    case "gobgp":
      return startGobgp(place, table);
    case "bird":
    case "frr":
      return startOther(kind, place, table);
  }
}

async function startOurs(place: Place, count: number): Promise<Sender> {
  const program = [process.execPath, ...OUR_FLAGS, "--import", "tsx", OUR_PROGRAM, String(count)];
  const logFile = join(place.directory, `ours-${count}-${performance.now()}.log`);
  const process_ = await start(inside(place, program), { name: "our speaker", logFile });
  const isLoaded = () => Promise.resolve(readFileSync(logFile, "utf8").includes("loaded"));
  await process_.until(isLoaded, { what: "our speaker has its table" });
  return { pid: process_.pid, stop: () => process_.stop() };
}

/** Debian's ExaBGP 4.2. */
async function startExabgp(place: Place, table: readonly Prefix[]): Promise<Sender> {
  const config = join(place.directory, "exabgp.conf");
  const logFile = join(place.directory, "exabgp.log");
  writeFileSync(
    config,
    [
      `neighbor ${RECEIVER.address} {`,
      `  router-id ${SENDER.routerId}; local-address ${SENDER.address};`,
      `  local-as ${SENDER.asn}; peer-as ${RECEIVER.asn};`,
      "  capability { extended-message enable; }",
      "  family { ipv4 unicast; ipv6 unicast; }",
      "  group-updates true;",
      "  static {",
      ...table.map((prefix) => `    route ${prefix} next-hop self;`),
      "  }",
      "}",
      "",
    ].join("\n"),
  );
  const settings = ["daemon.user=root", "api.cli=false", "log.destination=stdout"];
  const argv = ["env", ...settings.map((setting) => `exabgp.${setting}`), "exabgp", config];
  const exabgp = await start(inside(place, argv), { name: "exabgp", logFile });
  // It says so, and dials, after it has read all of its file.
  const isLoaded = () =>
    Promise.resolve(/loaded new configuration/.test(readFileSync(logFile, "utf8")));
  await exabgp.until(isLoaded, { what: "ExaBGP has its table", timeoutMs: 60_000 });
  return { pid: exabgp.pid, stop: () => exabgp.stop() };
}

async function startGobgp(place: Place, table: readonly Prefix[]): Promise<Sender> {
  const gobgp = await startRouter("gobgp", optionsOf("gobgp", place));
  if (table.length > 0) {
    const dump = join(place.directory, "table.mrt");
    // It ends before all that it has read is on its way: what is lost, it says twice.
    writeFileSync(dump, mrtDump([...table, ...table], SENDER.address));
    const isLoaded = async () => {
      await gobgp.command(`mrt inject global --queue-size 16 ${dump}`);
      const shown = await gobgp.command("global rib summary");
      return shown.includes(`Destination: ${table.length},`);
    };
    await waitFor(isLoaded, { what: "GoBGP has its table" });
  }
  return { pid: gobgp.pids[0] ?? 0, stop: () => gobgp.stop() };
}

async function startOther(
  kind: "bird" | "frr",
  place: Place,
  table: readonly Prefix[],
): Promise<Sender> {
  const options = { ...optionsOf(kind, place), announces: table };
  const router = await startRouter(kind, options);
  return { pid: router.pids[0] ?? 0, stop: () => router.stop() };
}

function optionsOf(name: string, place: Place): RouterOptions {
  return {
    ...{ netns: place.sender.name, directory: place.directory, name },
    ...{ asn: SENDER.asn, routerId: SENDER.routerId },
    peers: [{ address: RECEIVER.address, asn: RECEIVER.asn }],
  };
}

function inside(place: Place, argv: readonly string[]): string[] {
  return ["ip", "netns", "exec", place.sender.name, ...argv];
}
