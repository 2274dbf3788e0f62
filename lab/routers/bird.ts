/**
 * BIRD 2 as a router of the lab.
 *
 * Read first: BIRD's user's guide, chapters 2 (configuration), 4 (remote control) and 6 (bgp, bfd, kernel).
 * Neighbour: router.ts.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, start } from "../process.ts";
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

const BIRD = "/usr/sbin/bird";
const BIRDC = "/usr/sbin/birdc";

export async function startBird(options: RouterOptions): Promise<Router> {
  const { netns, directory, peers = [], name = "bird" } = options;
  const [config, socket, logFile] = ["conf", "ctl", "log"].map((end) =>
    join(directory, `${name}.${end}`),
  ) as [string, string, string];
  writeFileSync(config, birdConfig(options));
  const argv = ["ip", "netns", "exec", netns, BIRD, "-f", "-c", config, "-s", socket];
  const bird = await start([...argv, "-P", join(directory, `${name}.pid`)], { name, logFile });
  const command = (line: string) => run([BIRDC, "-s", socket, ...line.split(" ")]);
  await bird.until(() => command("show status"), { what: "BIRD answers" });
  return {
    kind: "bird",
    pids: [bird.pid],
    command,
    sessions: async () => birdSessions(await command("show protocols all"), peers),
    paths: async () => birdPaths(await command("show route all"), peers),
    bfdSessions: async () => birdBfdSessions(await command("show bfd sessions")),
    kernelRoutes: () => kernelRoutes(netns),
    log: () => readFileSync(logFile, "utf8"),
    stop: (signal) => bird.stop(signal),
  };
}

function birdConfig(options: RouterOptions): string {
  const { routerId, peers = [], bfdPeers = [], announces = [] } = options;
  const exported = options.installsRoutes ? "where source = RTS_BGP" : "none";
  return [
    `router id ${routerId};`,
    "log stderr all;",
    "protocol device { scan time 1; }",
    "protocol direct { ipv4; ipv6; }",
    ...["ipv4", "ipv6"].flatMap((family) => [
      `protocol kernel k_${family} {`,
      `  ${family} { import none; export ${exported}; };`,
      "  merge paths on limit 64;",
      "}",
      `protocol static s_${family} {`,
      `  ${family};`,
      ...announces
        .filter((prefix) => prefix.includes(":") === (family === "ipv6"))
        .map((prefix) => `  route ${prefix} blackhole;`),
      "}",
    ]),
    ...peers.flatMap(radvLines),
    "protocol bfd {",
    ...bfdLines(peers, bfdPeers),
    "}",
    ...peers.flatMap((peer, i) => bgpLines(peer, i, options)),
    "",
  ].join("\n");
}

/** Who is to find it on a link hears of it. */
function radvLines({ address, interface: link = "" }: RouterPeer): string[] {
  return address === "" ? [`protocol radv { interface "${link}" { max ra interval 10; }; }`] : [];
}

/** BIRD has timers by interface, or for all sessions over several hops: not by session. */
function bfdLines(peers: readonly RouterPeer[], bfdPeers: readonly RouterBfdPeer[]): string[] {
  const timing = bfdPeers[0] ?? peers.find(({ bfd }) => bfd !== undefined)?.bfd;
  if (timing === undefined) return [];
  const lines = timingLines(
    timing,
    bfdPeers.some(({ passive }) => passive),
  );
  return [
    `  interface "*" { ${lines} };`,
    `  multihop { ${lines} };`,
    ...bfdPeers.map(({ address, interface: link, multihopFrom }) =>
      multihopFrom === undefined
        ? `  neighbor ${address}${link === undefined ? "" : ` dev "${link}"`};`
        : `  neighbor ${address} local ${multihopFrom} multihop on;`,
    ),
  ];
}

function timingLines({ transmitMs, receiveMs, multiplier }: BfdTiming, isPassive: boolean): string {
  return `min tx interval ${transmitMs} ms; min rx interval ${receiveMs} ms; multiplier ${multiplier}; passive ${isPassive ? "on" : "off"};`;
}

function bgpLines(peer: RouterPeer, index: number, options: RouterOptions): string[] {
  const { asn, port, announcesWith } = options;
  const theirs = typeof peer.asn === "number" ? `as ${peer.asn}` : peer.asn;
  const theirPort = peer.port === undefined ? "" : `port ${peer.port}`;
  const { interface: link = "" } = peer;
  const scope = link === "" ? "" : `%${link}`;
  const neighbor =
    peer.address === ""
      ? `neighbor range fe80::/10 ${theirPort} ${theirs}; interface "${link}"`
      : `neighbor ${peer.address}${scope} ${theirPort} ${theirs}`;
  const lines = [
    `local ${peer.source ?? ""} ${port === undefined ? "" : `port ${port}`} as ${asn}`,
    neighbor,
    peer.multihop === undefined ? "direct" : `multihop ${peer.multihop}`,
    ...(peer.ttlSecurity === undefined ? [] : ["ttl security on"]),
    ...(peer.password === undefined ? [] : [`password "${peer.password}"`]),
    ...(peer.passive ? ["passive on"] : []),
    ...(peer.extendedMessages ? ["enable extended messages on"] : []),
    ...(peer.holdSeconds === undefined ? [] : [`hold time ${peer.holdSeconds}`]),
    // Without "graceful" a restart of the peer that BFD notices, or is told of, costs its routes.
    ...(peer.bfd === undefined ? [] : [`bfd ${peer.gracefulRestart ? "graceful" : "on"}`]),
    `graceful restart ${peer.gracefulRestart ? "on" : "aware"}`,
    `connect delay time 1; connect retry time ${peer.connectSeconds ?? 1}; error wait time 1, 2`,
    `ipv4 { import all; ${exportLines(announcesWith)} extended next hop on; }`,
    `ipv6 { import all; ${exportLines(announcesWith)} }`,
  ];
  return [`protocol bgp p${index} {`, ...lines.map((line) => `  ${line};`), "}"];
}

/** In a filter of the export: to a peer of another AS BIRD leaves a MED off that is older than that. */
function exportLines(attributes: RouterAttributes | undefined): string {
  if (attributes === undefined) return "export where source = RTS_STATIC;";
  const { origin, asPath, multiExit, localPreference } = attributes;
  const tuple = (text: string) => `(${text.split(":").join(", ")})`;
  const lines = [
    "if source != RTS_STATIC then reject",
    `bgp_origin = ORIGIN_${origin.toUpperCase()}`,
    ...asPath.toReversed().map((asn) => `bgp_path.prepend(${asn})`),
    `bgp_med = ${multiExit}`,
    ...(localPreference === undefined ? [] : [`bgp_local_pref = ${localPreference}`]),
    ...attributes.communities.map((one) => `bgp_community.add(${tuple(one)})`),
    ...attributes.largeCommunities.map((one) => `bgp_large_community.add(${tuple(one)})`),
    "accept",
  ];
  return `export filter { ${lines.map((line) => `${line};`).join(" ")} };`;
}

function birdSessions(text: string, peers: readonly RouterPeer[]): RouterSession[] {
  const sections = text.split(/\n(?=\S)/);
  return peers.map(({ address }, i) => {
    const section = sections.find((one) => one.startsWith(`p${i} `)) ?? "";
    const state = /BGP state:\s+(\S+)/.exec(section)?.[1] ?? "unknown";
    const received = [...section.matchAll(/Routes:\s+(\d+) imported/g)].map((m) => Number(m[1]));
    return {
      peer: address,
      state: state.toLowerCase(),
      received: received.reduce((sum, count) => sum + count, 0),
    };
  });
}

/** The sentences of `show route all`: a line for each prefix's first path, one more for each further, and indented facts. */
function birdPaths(text: string, peers: readonly RouterPeer[]): RouterPath[] {
  const paths: RouterPath[] = [];
  let prefix = "";
  for (const part of text.split(/\n(?=\S|\s+(?:unicast|unreachable|blackhole) \[)/)) {
    const head = /^(\S*)\s+\S+ \[p(\d+) ([^\]]*)\]/.exec(part);
    prefix = /^(\S+)\s/.exec(part)?.[1] ?? prefix;
    const peer = peers[Number(head?.[2] ?? -1)];
    if (peer === undefined) continue;
    const fact = (name: string) => new RegExp(`BGP\\.${name}: (.*)`).exec(part)?.[1] ?? "";
    const numbers = (name: string) => fact(name).match(/\d+/g) ?? [];
    const groups = (name: string) =>
      [...fact(name).matchAll(/\(([^)]*)\)/g)].map((m) => (m[1] ?? "").replace(/,\s*/g, ":"));
    paths.push({
      prefix,
      peer: peer.address,
      nextHop: fact("next_hop").split(" ")[0] ?? "",
      asPath: numbers("as_path").map(Number),
      origin: fact("origin").toLowerCase(),
      localPreference: numbers("local_pref").map(Number)[0] ?? null,
      multiExit: numbers("med").map(Number)[0] ?? null,
      communities: groups("community"),
      largeCommunities: groups("large_community"),
      stale: / \(\d+-?s/.test(part),
    });
  }
  return paths;
}

const STATES: Readonly<Record<string, RouterBfdSession["state"]>> = {
  Up: "up",
  Init: "init",
  Down: "down",
  AdminDown: "admin-down",
};

/** `IP address  Interface  State  Since  Interval  Timeout`, the last two in seconds. */
function birdBfdSessions(text: string): RouterBfdSession[] {
  return text.split("\n").flatMap((line) => {
    const [peer = "", , state = "", , ...rest] = line.trim().split(/\s+/);
    const known = STATES[state];
    if (known === undefined) return [];
    const [interval = 0, timeout = 0] = rest.slice(-2).map((seconds) => Number(seconds) * 1000);
    return [{ peer, state: known, transmitMs: interval, detectionMs: timeout }];
  });
}
