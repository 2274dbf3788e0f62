/**
 * Records what real routers say: `node --import tsx test/bgp/interop/capture.ts` writes test/vectors/bgp.json, which the tests of the
 * codecs read. Needs root, and the three routers.
 *
 * Asks each for two sessions with everything that we offer, one of another AS and one of ours, has it announce two prefixes with every
 * attribute, withdraw them, ask for ours again and shut the session down, and takes down its messages as they come. They are told apart
 * by the type in their header and by the octets of the two prefixes, not by our decoder; said.ts has what they are to say.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { startRouter, type Router, type RouterKind } from "../../../lab/routers/router.ts";
import { waitFor } from "../../../lab/wait.ts";
import { Namespace, wire } from "../../linux/network.ts";
import {
  PHASES,
  PREFIXES,
  ROUTER,
  ROUTER_ID,
  said,
  SESSIONS,
  TEXT,
  type MessageName,
  type Said,
  type SpokenSession,
} from "./said.ts";

const FILE = new URL("../../vectors/bgp.json", import.meta.url);
const LISTENER = new URL("capture-process.ts", import.meta.url).pathname;
const OURS = "10.99.0.1";
const VERSIONS: Readonly<Record<RouterKind, readonly string[]>> = {
  bird: ["/usr/sbin/bird", "--version"],
  frr: ["/usr/lib/frr/bgpd", "--version"],
  gobgp: ["/usr/bin/gobgpd", "--version"],
};

export interface Vector {
  readonly name: MessageName;
  readonly hex: string;
  readonly says: Said;
}

/** What one router has said in one session. */
export interface Captured {
  readonly from: string;
  readonly session: SpokenSession["name"];
  readonly messages: readonly Vector[];
}

/** The words for it in each router's own language, by the phase in which they are said; after each the next one is waited for. */
function commands(kind: RouterKind, { routerAsn }: SpokenSession): readonly (readonly string[])[] {
  const { ipv4, ipv6 } = PREFIXES;
  if (kind === "bird") {
    return [["disable s_ipv4", "disable s_ipv6"], ["reload in p0"], [`disable p0 "${TEXT}"`]];
  }
  if (kind === "gobgp") {
    return [
      [`global rib del -a ipv4 ${ipv4}`, `global rib del -a ipv6 ${ipv6}`],
      [],
      [`neighbor ${OURS} shutdown --reason ${TEXT}`],
    ];
  }
  const configure = (...lines: readonly string[]) =>
    ["configure", `router bgp ${routerAsn}`, ...lines, "end"].join("\n");
  return [
    [
      configure("address-family ipv4 unicast", `no network ${ipv4}`),
      configure("address-family ipv6 unicast", `no network ${ipv6}`),
    ],
    [`clear bgp ipv4 unicast ${OURS} in`, `clear bgp ipv6 unicast ${OURS} in`],
    [configure(`neighbor ${OURS} shutdown message ${TEXT}`)],
  ];
}

async function capture(kind: RouterKind, session: SpokenSession): Promise<Captured> {
  const [node, tor] = [new Namespace(), new Namespace()];
  const directory = mkdtempSync(join(tmpdir(), "spreadlb-capture-"));
  let router: Router | undefined;
  let child: ChildProcess | undefined;
  try {
    wire(node, "n0", tor, "r0");
    node.ip(`addr add ${OURS}/24 dev n0`);
    tor.ip(`addr add ${ROUTER.ipv4}/24 dev r0`);
    node.ip("addr add fd99::1/64 dev n0 nodad");
    tor.ip(`addr add ${ROUTER.ipv6}/64 dev r0 nodad`);
    const { ourAsn, routerAsn, gracefulRestart, holdSeconds, attributes } = session;
    router = await startRouter(kind, {
      ...{ netns: tor.name, directory, asn: routerAsn, routerId: ROUTER_ID },
      peers: [{ address: OURS, asn: ourAsn, gracefulRestart, holdSeconds, passive: true }],
      announces: Object.values(PREFIXES),
      announcesWith: attributes,
    });
    const heard = new Map<MessageName, string>();
    child = listen(node.name, session, (hex) => {
      const name = nameOf(hex);
      if (!heard.has(name)) heard.set(name, hex);
    });
    const wanted = said(kind, session, hostname());
    const then = commands(kind, session);
    for (const [i, names] of PHASES.entries()) {
      const awaited = names.filter((name) => wanted[name] !== undefined);
      const isThere = () => awaited.every((name) => heard.has(name));
      const what = `${awaited.join(", ")} of ${kind}, ${session.name}`;
      await waitFor(isThere, { what, timeoutMs: 30_000 });
      for (const line of then[i] ?? []) await router.command(line);
    }
    const messages = PHASES.flat().flatMap((name): Vector[] => {
      const [hex, says] = [heard.get(name), wanted[name]];
      return hex === undefined || says === undefined ? [] : [{ name, hex, says }];
    });
    return { from: versionOf(kind), session: session.name, messages };
  } finally {
    child?.kill("SIGKILL");
    await router?.stop();
    node.remove();
    tor.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}

function listen(namespace: string, session: SpokenSession, hear: (hex: string) => void) {
  const program = [process.execPath, "--import", "tsx", LISTENER];
  const child = spawn("ip", ["netns", "exec", namespace, ...program], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ROUTER: ROUTER.ipv4, SESSION: JSON.stringify(session) },
  });
  let rest = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) hear(line);
  });
  return child;
}

const TYPES = ["", "open", "update", "notification", "keepalive", "refresh"] as const;
/** As they are in a list of prefixes: the length, then as many octets as it needs. */
const PREFIX_HEX = { ipv4: "18c63364", ipv6: "3020010db80001" } as const;
/** ORIGIN, well-known: who announces anything says it. */
const ORIGIN_HEX = "400101";
const END_BYTES = 23;

function nameOf(hex: string): MessageName {
  const type = TYPES[parseInt(hex.slice(36, 38), 16)] ?? "";
  // Of a ROUTE-REFRESH the AFI follows the header; of the two End-of-RIBs only that of IPv4 says nothing at all.
  if (type === "refresh") return hex.slice(38, 42) === "0001" ? "refresh-ipv4" : "refresh-ipv6";
  if (type !== "update") return type as MessageName;
  const family = (["ipv4", "ipv6"] as const).find((each) => hex.includes(PREFIX_HEX[each]));
  if (family === undefined) return hex.length === 2 * END_BYTES ? "ipv4-end" : "ipv6-end";
  return hex.includes(ORIGIN_HEX) ? family : `${family}-gone`;
}

function versionOf(kind: RouterKind): string {
  const [program = "", ...args] = VERSIONS[kind];
  // BIRD says it on its standard error.
  const said = execFileSync("sh", ["-c", `${[program, ...args].join(" ")} 2>&1`], {
    encoding: "utf8",
  });
  return said.split("\n")[0]?.trim() ?? kind;
}

const sessions: Captured[] = [];
for (const kind of ["bird", "frr", "gobgp"] as const) {
  for (const session of SESSIONS) sessions.push(await capture(kind, session));
}
const day = new Date().toISOString().slice(0, 10);
const made = `by test/bgp/interop/capture.ts on ${day}, from Debian's packages; what each says: said.ts beside it`;
writeFileSync(FILE, `${JSON.stringify({ made, sessions }, null, 2)}\n`);
