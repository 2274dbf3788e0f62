/**
 * Real name servers, on loopback or in a namespace of the lab: BIND 9, Knot DNS and PowerDNS, from Debian, each the primary of one zone that takes dynamic updates.
 *
 *   const server = await startNameServer("bind", { directory, port, zone: "lb.example", keys });
 *   …; await server.stop();
 *
 * None of their files lies outside of `directory`, and they end with the process that started them (../process.ts).
 * Neighbours: bind.ts, knot.ts, powerdns.ts are one each; ../setup.mjs installs them.
 */
import { run, type LabProcess } from "../process.ts";
import { startBind, writeBindConf } from "./bind.ts";
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
  /** Of all its addresses, UDP and TCP. */
  readonly port: number;
  /** Where it listens; by default on loopback, of either family. */
  readonly addresses?: readonly string[];
  /** What stands before the command to have it run elsewhere: `ip netns exec NAME`. */
  readonly within?: readonly string[];
  readonly zone: string;
  /** Each may change all of the zone. */
  readonly keys: readonly NameServerKey[];
  /** BIND alone: it signs the zone, and signs anew what is changed. */
  readonly isSigned?: boolean;
  /** Of a signed zone: updates go into one copy, and another, which is signed, follows and is what BIND answers from. */
  readonly isInline?: boolean;
  /** Of a signed zone: signatures are valid for so long, and made anew after a seventh of it. By default weeks. */
  readonly signaturesSeconds?: number;
  /** BIND alone: further zones, with the same keys. */
  readonly otherZones?: readonly string[];
  /** What the zone says of its primary, by default loopback: who looks for it finds these addresses. */
  readonly primaryAddresses?: readonly string[];
  /** Lines of the zone file, beside the SOA, and the name server with its addresses. */
  readonly records?: readonly string[];
}

/**
 * Whether a zone takes updates, takes none (REFUSED), is loaded from a file with a mistake (SERVFAIL), or is not there (NOTAUTH); or takes all but those of
 * one name, and of what is below it.
 */
export type ZoneState = "well" | "closed" | "broken" | "gone" | { readonly refuses: string };

export interface RunningNameServer {
  readonly kind: NameServerKind;
  readonly port: number;
  readonly log: () => string;
  /** BIND alone: these zones, and all others well; it obeys a moment later. */
  readonly setZones: (states: ReadonlyMap<string, ZoneState>) => void;
  /** So that it answers when it goes on. */
  readonly freeze: () => void;
  readonly goOn: () => void;
  readonly stop: () => Promise<void>;
}

const LOOPBACK = ["127.0.0.1", "::1"];

/** @returns the addresses of each family that it listens on */
export function listenOn({ addresses = LOOPBACK }: NameServerOptions) {
  const ipv6 = addresses.filter((address) => address.includes(":"));
  return { ipv4: addresses.filter((address) => !ipv6.includes(address)), ipv6 };
}

const START = { bind: startBind, knot: startKnot, powerdns: startPowerDns };

export async function startNameServer(
  kind: NameServerKind,
  options: NameServerOptions,
): Promise<RunningNameServer> {
  const { port, zone, addresses = LOOPBACK, within = [] } = options;
  const server: LabProcess = await START[kind](options);
  const question = [
    `@${addresses[0] ?? ""}`,
    "-p",
    String(port),
    "+tries=1",
    "+time=1",
    "+short",
    zone,
    "SOA",
  ];
  await server.until(async () => (await run([...within, "dig", ...question])).trim() !== "", {
    what: `${kind} answers`,
    intervalMs: 20,
  });
  return {
    ...{ kind, port, log: () => server.log(), stop: () => server.stop() },
    setZones: (states) => {
      writeBindConf(options, states);
      server.signal("SIGHUP");
    },
    freeze: () => {
      server.signal("SIGSTOP");
    },
    goOn: () => {
      server.signal("SIGCONT");
    },
  };
}
