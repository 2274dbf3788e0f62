/**
 * FRR as a router of the lab: zebra, bgpd, bfdd.
 *
 * Read first: FRR's user guide, chapters on VTY shell, BGP and BFD. `--vty_socket`, `-z` and `--bfdctl` keep several of them apart.
 * Neighbour: router.ts.
 */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, start, type LabProcess } from "../process.ts";
import { kernelRoutes } from "./kernel-routes.ts";
import type {
  BfdTiming,
  Router,
  RouterAttributes,
  RouterBfdPeer,
  RouterBfdSession,
  RouterOptions,
  RouterPath,
  RouterPeer,
  RouterSession,
} from "./router.ts";

const PROGRAMS = "/usr/lib/frr";
const VTYSH = "/usr/bin/vtysh";
/** To the microsecond, for those who measure. */
const LOGGING = "log stdout\nlog timestamp precision 6\n";

export async function startFrr(options: RouterOptions): Promise<Router> {
  const { netns, name = "frr" } = options;
  const directory = join(options.directory, name);
  mkdirSync(directory, { recursive: true });
  const path = (file: string) => join(directory, file);
  const command = (line: string) =>
    run([VTYSH, "--vty_socket", directory, "--config_dir", directory, "-c", line]);
  writeFileSync(path("vtysh.conf"), "");
  // Its programs give root up, and refuse any other user than their package's.
  chmodSync(options.directory, 0o711);
  await run(["chown", "-R", "frr:frrvty", directory]);
  /** Those that depend on others before these. */
  const all: LabProcess[] = [];
  const launch = async (daemon: string, config: string, ...more: string[]) => {
    writeFileSync(path(`${daemon}.conf`), `${LOGGING}hostname ${name}\n${config}`);
    const files = ["-f", path(`${daemon}.conf`), "-i", path(`${daemon}.pid`), "-z", path("zserv")];
    const argv = [`${PROGRAMS}/${daemon}`, ...files, "--vty_socket", directory, "-P", "0"];
    const process = await start(["ip", "netns", "exec", netns, ...argv, ...more], {
      name: `${name} ${daemon}`,
      logFile: path(`${daemon}.log`),
    });
    all.unshift(process);
    // vtysh answers for any of them; a daemon has its socket when it has read its configuration.
    await process.until(
      async () => existsSync(path(`${daemon}.vty`)) && (await command("show version")),
      {
        what: `${daemon} answers`,
      },
    );
  };
  const ports = options.port === undefined ? [] : ["-p", String(options.port)];
  try {
    await launch("zebra", "");
    await launch("bfdd", bfdConfig(options), "--bfdctl", path("bfdd.sock"));
    await launch("bgpd", bgpConfig(options), ...ports);
  } catch (error) {
    await Promise.all(all.map((process) => process.stop("SIGKILL")));
    throw error;
  }
  const json = async (line: string): Promise<unknown> => JSON.parse(await command(`${line} json`));
  return {
    kind: "frr",
    pids: all.map(({ pid }) => pid),
    command,
    sessions: async () => frrSessions(await json("show bgp vrf all summary"), options.peers ?? []),
    paths: async () => [
      ...frrPaths(JSON.parse(await command("show bgp ipv4 unicast json detail"))),
      ...frrPaths(JSON.parse(await command("show bgp ipv6 unicast json detail"))),
    ],
    bfdSessions: async () => frrBfdSessions(await json("show bfd peers")),
    kernelRoutes: () => kernelRoutes(netns),
    log: () => all.map((process) => process.log()).join("\n"),
    stop: async (signal) => {
      for (const process of all) await process.stop(signal);
    },
  };
}

function bfdConfig({ peers = [], bfdPeers = [] }: RouterOptions): string {
  return [
    "bfd",
    ...peers.flatMap(({ bfd }, i) =>
      bfd === undefined ? [] : [` profile p${i}`, ...timingLines(bfd), " !"],
    ),
    ...bfdPeers.flatMap((peer) => [` peer ${bfdPeerName(peer)}`, ...timingLines(peer), " !"]),
    "!",
    "",
  ].join("\n");
}

function bfdPeerName({ address, interface: link, multihopFrom }: RouterBfdPeer): string {
  if (multihopFrom !== undefined) return `${address} multihop local-address ${multihopFrom}`;
  return link === undefined ? address : `${address} interface ${link}`;
}

function timingLines(timing: BfdTiming & { readonly passive?: boolean }): string[] {
  return [
    `  detect-multiplier ${timing.multiplier}`,
    `  receive-interval ${timing.receiveMs}`,
    `  transmit-interval ${timing.transmitMs}`,
    ...(timing.passive ? ["  passive-mode"] : []),
  ];
}

function bgpConfig(options: RouterOptions): string {
  const { asn, routerId, peers = [], announces = [], announcesWith } = options;
  const names = peers.map(({ address, interface: link }) => link ?? address);
  return [
    `router bgp ${asn}`,
    ` bgp router-id ${routerId}`,
    " bgp log-neighbor-changes",
    " no bgp ebgp-requires-policy",
    " no bgp default ipv4-unicast",
    " no bgp network import-check",
    " bgp bestpath as-path multipath-relax",
    ...(peers.some(({ gracefulRestart }) => gracefulRestart) ? [" bgp graceful-restart"] : []),
    ...peers.flatMap((peer, i) => neighborLines(peer, names[i] ?? "", i)),
    ...["ipv4", "ipv6"].flatMap((family) => [
      ` address-family ${family} unicast`,
      ...announces
        .filter((prefix) => prefix.includes(":") === (family === "ipv6"))
        .map((prefix) => `  network ${prefix}`),
      "  maximum-paths 64",
      "  maximum-paths ibgp 64",
      ...names.map((name) => `  neighbor ${name} activate`),
      ...(announcesWith === undefined
        ? []
        : names.map((name) => `  neighbor ${name} route-map announced out`)),
      " exit-address-family",
    ]),
    "!",
    ...(announcesWith === undefined ? [] : routeMapLines(announcesWith)),
    "",
  ].join("\n");
}

function routeMapLines(attributes: RouterAttributes): string[] {
  const { origin, asPath, multiExit, localPreference, communities, largeCommunities } = attributes;
  return [
    "route-map announced permit 10",
    ` set origin ${origin}`,
    ...(asPath.length === 0 ? [] : [` set as-path prepend ${asPath.join(" ")}`]),
    ` set metric ${multiExit}`,
    ...(localPreference === undefined ? [] : [` set local-preference ${localPreference}`]),
    ...(communities.length === 0 ? [] : [` set community ${communities.join(" ")}`]),
    ...(largeCommunities.length === 0
      ? []
      : [` set large-community ${largeCommunities.join(" ")}`]),
    "!",
  ];
}

function neighborLines(peer: RouterPeer, name: string, index: number): string[] {
  const { source, port, multihop, ttlSecurity, password, passive, holdSeconds, bfd } = peer;
  const isUnnumbered = peer.interface !== undefined;
  const lines = [
    isUnnumbered ? `interface remote-as ${peer.asn}` : `remote-as ${peer.asn}`,
    `timers connect ${peer.connectSeconds ?? 1}`,
    "advertisement-interval 0",
    ...(holdSeconds === undefined
      ? []
      : [`timers ${Math.max(1, Math.floor(holdSeconds / 3))} ${holdSeconds}`]),
    ...(source === undefined ? [] : [`update-source ${source}`]),
    ...(port === undefined ? [] : [`port ${port}`]),
    ...(multihop === undefined ? [] : [`ebgp-multihop ${multihop}`]),
    ...(ttlSecurity === undefined ? [] : [`ttl-security hops ${ttlSecurity}`]),
    ...(password === undefined ? [] : [`password ${password}`]),
    ...(passive ? ["passive"] : []),
    ...(bfd === undefined ? [] : ["bfd", `bfd profile p${index}`]),
  ];
  return lines.map((line) => ` neighbor ${name} ${line}`);
}

interface ShownSummary {
  readonly peers?: Readonly<
    Record<string, { readonly state: string; readonly pfxRcd?: number } | undefined>
  >;
}

/** By VRF, then by family; a session that is up shows in each family that it carries. */
function frrSessions(shown: unknown, peers: readonly RouterPeer[]): RouterSession[] {
  const families = Object.values(shown as Record<string, Record<string, ShownSummary>>).flatMap(
    (vrf) => Object.values(vrf),
  );
  return peers.map(({ address, interface: link }) => {
    const found = families.flatMap((family) => family.peers?.[link ?? address] ?? []);
    return {
      peer: address,
      state: found[0]?.state.toLowerCase() ?? "unknown",
      received: found.reduce((sum, { pfxRcd = 0 }) => sum + pfxRcd, 0),
    };
  });
}

interface ShownPath {
  readonly aspath?: { readonly segments?: readonly { readonly list: readonly number[] }[] };
  readonly origin?: string;
  readonly locPrf?: number;
  readonly metric?: number;
  readonly stale?: boolean;
  readonly community?: { readonly list: readonly string[] };
  readonly largeCommunity?: { readonly list: readonly string[] };
  readonly nexthops?: readonly { readonly ip?: string; readonly scope?: string }[];
  readonly peer?: { readonly peerId: string; readonly interface?: string };
}

/** The first of a prefix's list is about the prefix, and has no peer. */
function frrPaths(shown: unknown): RouterPath[] {
  const { routes = {} } = shown as {
    readonly routes?: Readonly<Record<string, readonly ShownPath[]>>;
  };
  return Object.entries(routes).flatMap(([prefix, paths]) =>
    paths.flatMap((path) => (path.peer === undefined ? [] : [pathOf(prefix, path)])),
  );
}

function pathOf(prefix: string, path: ShownPath): RouterPath {
  const nextHop = path.nexthops?.find(({ scope }) => scope !== "link-local") ?? path.nexthops?.[0];
  return {
    prefix,
    peer: path.peer?.peerId ?? "",
    nextHop: nextHop?.ip ?? "",
    asPath: path.aspath?.segments?.flatMap(({ list }) => list) ?? [],
    origin: path.origin?.toLowerCase() ?? "",
    localPreference: path.locPrf ?? null,
    multiExit: path.metric ?? null,
    communities: path.community?.list ?? [],
    largeCommunities: path.largeCommunity?.list ?? [],
    stale: path.stale ?? false,
  };
}

interface ShownBfd {
  readonly peer: string;
  readonly status: string;
  readonly "transmit-interval": number;
  readonly "receive-interval": number;
  readonly "remote-transmit-interval"?: number;
  readonly "remote-receive-interval"?: number;
  readonly "remote-detect-multiplier"?: number;
}

function frrBfdSessions(shown: unknown): RouterBfdSession[] {
  return (shown as readonly ShownBfd[]).map((one) => ({
    peer: one.peer,
    state: one.status === "shutdown" ? "admin-down" : (one.status as RouterBfdSession["state"]),
    transmitMs: Math.max(one["transmit-interval"], one["remote-receive-interval"] ?? 0),
    detectionMs:
      (one["remote-detect-multiplier"] ?? 0) *
      Math.max(one["receive-interval"], one["remote-transmit-interval"] ?? 0),
  }));
}
