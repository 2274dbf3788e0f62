/**
 * GoBGP as a router of the lab. It has no BFD, and puts nothing into the kernel here: GoBGP 3.10 crashes with FRR 8.4's zebra.
 *
 * Read first: GoBGP's docs/sources/configuration.md and cli-command-syntax.md.
 * Neighbour: router.ts.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, start } from "../process.ts";
import type {
  Router,
  RouterAttributes,
  RouterOptions,
  RouterPath,
  RouterPeer,
  RouterSession,
} from "./router.ts";

const GOBGPD = "/usr/bin/gobgpd";
const GOBGP = "/usr/bin/gobgp";
/** On the loopback of its namespace: one router each. */
const API_PORT = 50_051;

export async function startGobgp(options: RouterOptions): Promise<Router> {
  const { netns, directory, name = "gobgp" } = options;
  const config = join(directory, `${name}.json`);
  const logFile = join(directory, `${name}.log`);
  writeFileSync(config, JSON.stringify(gobgpConfig(options)));
  const inside = ["ip", "netns", "exec", netns];
  const argv = [GOBGPD, "-f", config, "-t", "json", "--api-hosts", `127.0.0.1:${API_PORT}`];
  const gobgpd = await start([...inside, ...argv, "--pprof-disable"], { name, logFile });
  const command = (line: string) =>
    run([...inside, GOBGP, "-p", String(API_PORT), ...line.split(" ")]);
  const json = async (line: string): Promise<unknown> => JSON.parse(await command(`${line} -j`));
  await gobgpd.until(() => command("global"), { what: "GoBGP answers" });
  for (const prefix of options.announces ?? []) {
    const family = prefix.includes(":") ? "ipv6" : "ipv4";
    const words = [prefix, ...attributeWords(options.announcesWith)];
    await command(`global rib add -a ${family} ${words.join(" ")}`);
  }
  return {
    kind: "gobgp",
    pids: [gobgpd.pid],
    command,
    sessions: async () => gobgpSessions(await json("neighbor"), options.peers ?? []),
    paths: async () => [
      ...gobgpPaths(await json("global rib -a ipv4")),
      ...gobgpPaths(await json("global rib -a ipv6")),
    ],
    bfdSessions: () => Promise.resolve([]),
    kernelRoutes: () => Promise.resolve([]),
    log: () => readFileSync(logFile, "utf8"),
    stop: (signal) => gobgpd.stop(signal),
  };
}

function attributeWords(attributes: RouterAttributes | undefined): string[] {
  if (attributes === undefined) return [];
  const { origin, asPath, multiExit, localPreference, communities, largeCommunities } = attributes;
  const list = (name: string, values: readonly (string | number)[]) =>
    values.length === 0 ? [] : [name, values.join(",")];
  return [
    ...["origin", origin, "med", String(multiExit)],
    ...list("aspath", asPath),
    ...(localPreference === undefined ? [] : ["local-pref", String(localPreference)]),
    ...list("community", communities),
    ...list("large-community", largeCommunities),
  ];
}

function gobgpConfig({ asn, routerId, port, peers = [] }: RouterOptions): unknown {
  return {
    global: { config: { as: asn, "router-id": routerId, ...(port !== undefined && { port }) } },
    neighbors: peers.map(neighborOf),
  };
}

function neighborOf(peer: RouterPeer): unknown {
  const { address, interface: link, source, port, multihop, ttlSecurity, holdSeconds } = peer;
  const restart = { "mp-graceful-restart": { config: { enabled: peer.gracefulRestart ?? false } } };
  return {
    config: {
      ...(link === undefined ? { "neighbor-address": address } : { "neighbor-interface": link }),
      "peer-as": peer.asn,
      ...(peer.password !== undefined && { "auth-password": peer.password }),
    },
    timers: {
      config: {
        "connect-retry": peer.connectSeconds ?? 1,
        "idle-hold-time-after-reset": 1,
        ...(holdSeconds !== undefined && { "hold-time": holdSeconds }),
      },
    },
    transport: {
      config: {
        "passive-mode": peer.passive ?? false,
        ...(source !== undefined && { "local-address": source }),
        ...(port !== undefined && { "remote-port": port }),
      },
    },
    ...(multihop !== undefined && {
      "ebgp-multihop": { config: { enabled: true, "multihop-ttl": multihop } },
    }),
    ...(ttlSecurity !== undefined && {
      "ttl-security": { config: { enabled: true, "ttl-min": 256 - ttlSecurity } },
    }),
    "graceful-restart": {
      config: { enabled: peer.gracefulRestart ?? false, "restart-time": 120 },
    },
    "afi-safis": ["ipv4-unicast", "ipv6-unicast"].map((family) => ({
      config: { "afi-safi-name": family },
      ...restart,
    })),
  };
}

/** Numbers of GoBGP's API: 6 is established. */
const STATES = ["unknown", "idle", "connect", "active", "opensent", "openconfirm", "established"];

interface ShownNeighbor {
  readonly state: {
    readonly neighbor_address: string;
    readonly session_state?: number;
  };
  readonly afi_safis?: readonly { readonly state?: { readonly received?: number } }[];
}

function gobgpSessions(shown: unknown, peers: readonly RouterPeer[]): RouterSession[] {
  const neighbors = shown as readonly ShownNeighbor[];
  return peers.map(({ address }) => {
    const found = neighbors.find(({ state }) => state.neighbor_address.split("%")[0] === address);
    return {
      peer: address,
      state: STATES[found?.state.session_state ?? 0] ?? "unknown",
      received: found?.afi_safis?.reduce((sum, { state }) => sum + (state?.received ?? 0), 0) ?? 0,
    };
  });
}

interface ShownAttribute {
  readonly type: number;
  readonly value?: unknown;
  readonly metric?: number;
  readonly nexthop?: string;
  readonly communities?: readonly number[];
  readonly as_paths?: readonly { readonly asns: readonly number[] }[];
}

interface ShownPath {
  readonly nlri: { readonly prefix: string };
  readonly attrs: readonly ShownAttribute[];
  readonly stale?: boolean;
  readonly "neighbor-ip"?: string;
  readonly "source-id"?: string;
}

const ORIGINS = ["igp", "egp", "incomplete"];
/** RFC 4271 section 5.1, RFC 1997, RFC 4760, RFC 8092. */
const TYPE = {
  origin: 1,
  asPath: 2,
  nextHop: 3,
  multiExit: 4,
  localPref: 5,
  community: 8,
  mpReach: 14,
  large: 32,
};

function gobgpPaths(shown: unknown): RouterPath[] {
  return Object.values(shown as Record<string, readonly ShownPath[]>).flatMap((paths) =>
    paths.map((path) => {
      const attribute = (type: number) => path.attrs.find((one) => one.type === type);
      const large = attribute(TYPE.large)?.value as
        | readonly {
            readonly ASN: number;
            readonly LocalData1: number;
            readonly LocalData2: number;
          }[]
        | undefined;
      return {
        prefix: path.nlri.prefix,
        peer: path["neighbor-ip"] ?? "",
        nextHop: attribute(TYPE.nextHop)?.nexthop ?? attribute(TYPE.mpReach)?.nexthop ?? "",
        asPath: attribute(TYPE.asPath)?.as_paths?.flatMap(({ asns }) => asns) ?? [],
        origin: ORIGINS[Number(attribute(TYPE.origin)?.value ?? 2)] ?? "",
        localPreference: (attribute(TYPE.localPref)?.value as number | undefined) ?? null,
        multiExit: attribute(TYPE.multiExit)?.metric ?? null,
        communities: (attribute(TYPE.community)?.communities ?? []).map(
          (value) => `${value >>> 16}:${value & 0xffff}`,
        ),
        largeCommunities: (large ?? []).map(
          ({ ASN, LocalData1, LocalData2 }) => `${ASN}:${LocalData1}:${LocalData2}`,
        ),
        stale: path.stale ?? false,
      };
    }),
  );
}
