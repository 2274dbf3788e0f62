/**
 * Records what real routers say: `node --import tsx test/bgp/interop/capture.ts` writes test/vectors/bgp.json, which the tests of the
 * codecs read. Needs root, and the three routers.
 *
 * Asks each for a session with everything that we offer, lets it announce two prefixes, and takes down its messages as they come.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRouter, type RouterKind } from "../../../lab/routers/router.ts";
import { Namespace, wire } from "../../linux/network.ts";

const FILE = new URL("../../vectors/bgp.json", import.meta.url);
const LISTENER = new URL("capture-process.ts", import.meta.url).pathname;
const VERSIONS: Readonly<Record<RouterKind, readonly string[]>> = {
  bird: ["/usr/sbin/bird", "--version"],
  frr: ["/usr/lib/frr/bgpd", "--version"],
  gobgp: ["/usr/bin/gobgpd", "--version"],
};

export interface Captured {
  readonly from: string;
  readonly messages: readonly string[];
}

async function capture(kind: RouterKind): Promise<Captured> {
  const [node, tor] = [new Namespace(), new Namespace()];
  const directory = mkdtempSync(join(tmpdir(), "spreadlb-capture-"));
  try {
    wire(node, "n0", tor, "r0");
    node.ip("addr add 10.99.0.1/24 dev n0");
    tor.ip("addr add 10.99.0.2/24 dev r0");
    node.ip("addr add fd99::1/64 dev n0 nodad");
    tor.ip("addr add fd99::2/64 dev r0 nodad");
    const router = await startRouter(kind, {
      ...{ netns: tor.name, directory, asn: 64513, routerId: "192.0.2.254" },
      peers: [{ address: "10.99.0.1", asn: 64512, gracefulRestart: true, holdSeconds: 9 }],
      announces: ["198.51.100.0/24", "2001:db8:1::/48"],
    });
    const messages = await listen(node.name, () => router.stop());
    return { from: versionOf(kind), messages };
  } finally {
    node.remove();
    tor.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @param end ends the router, whose last word is taken down too */
function listen(namespace: string, end: () => Promise<unknown>): Promise<string[]> {
  const program = [process.execPath, "--import", "tsx", LISTENER, "10.99.0.2"];
  const child = spawn("ip", ["netns", "exec", namespace, ...program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  setTimeout(() => void end(), 6000);
  return new Promise((resolve) => {
    child.once("exit", () => {
      resolve([...new Set(text.split("\n"))].filter((line) => line !== ""));
    });
  });
}

function versionOf(kind: RouterKind): string {
  const [program = "", ...args] = VERSIONS[kind];
  // BIRD says it on its standard error.
  const said = execFileSync("sh", ["-c", `${[program, ...args].join(" ")} 2>&1`], {
    encoding: "utf8",
  });
  return said.split("\n")[0]?.trim() ?? kind;
}

const routers: Captured[] = [];
for (const kind of ["bird", "frr", "gobgp"] as const) routers.push(await capture(kind));
writeFileSync(
  FILE,
  `${JSON.stringify({ made: "by capture.ts, from Debian's packages", routers }, null, 2)}\n`,
);
