/**
 * Real name servers on loopback: BIND 9, Knot DNS and PowerDNS, from Debian, each the primary of one zone that takes dynamic updates.
 *
 *   const server = await startNameServer("bind", { directory, port, zone: "lb.example", keys });
 *   …; await server.stop();
 *
 * None of their files lies outside of `directory`, and they end with the process that started them (../process.ts).
 * Neighbours: bind.ts, knot.ts, powerdns.ts are one each; ../setup.mjs installs them.
 */
import { run, type LabProcess } from "../process.ts";
import { startBind } from "./bind.ts";
import { startKnot } from "./knot.ts";
import { startPowerDns } from "./powerdns.ts";

export type NameServerKind = "bind" | "knot" | "powerdns";

export interface NameServerKey {
  readonly name: string;
  /** As tsig-keygen has it: `hmac-sha256`. */
  readonly algorithm: string;
  readonly secretBase64: string;
}

export interface NameServerOptions {
  /** Its configuration, its zone and its log; it exists, and is the caller's to remove. */
  readonly directory: string;
  /** Of 127.0.0.1 and ::1, UDP and TCP. */
  readonly port: number;
  readonly zone: string;
  /** Each may change all of the zone. */
  readonly keys: readonly NameServerKey[];
  /** Lines of the zone file, beside the SOA, and the name server with its addresses. */
  readonly records?: readonly string[];
}

export interface RunningNameServer {
  readonly kind: NameServerKind;
  readonly port: number;
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

const START = { bind: startBind, knot: startKnot, powerdns: startPowerDns };

export async function startNameServer(
  kind: NameServerKind,
  options: NameServerOptions,
): Promise<RunningNameServer> {
  const { port, zone } = options;
  const server: LabProcess = await START[kind](options);
  const question = ["@127.0.0.1", "-p", String(port), "+tries=1", "+time=1", "+short", zone, "SOA"];
  await server.until(async () => (await run(["dig", ...question])).trim() !== "", {
    what: `${kind} answers`,
    intervalMs: 20,
  });
  return { kind, port, log: () => server.log(), stop: () => server.stop() };
}
