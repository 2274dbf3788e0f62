/**
 * Four nodes with our speaker, and three routers, each with a session over each family with every node as one of another AS and as one of
 * its own: twelve cells, made once, which run in parallel.
 *
 *   n1 … n4 ── lan of a router      10.R.0.0/24, fd00:R::/64: n1 is 1 in another AS and 11 in the router's, n2 is 2 and 12, …; it is 254, fe
 *   n1 ── n2 ── a router's loopback a hop in between: n1 from 10.9.0.0/24, fd00:9::/64, to 10.10.0.R, fd00:10::R
 *
 * Of the sessions on the link the routers want all that can be wanted: a password of both nodes, extended messages where they know them; of n1 they know BFD and graceful restart,
 * of n2 they want GTSM (for FRR makes of an eBGP neighbor with GTSM one of several hops to BFD). So what we are told decides what is
 * tried, and no router is started anew. n1 listens, the others do not. What is tried of sessions is tried of those of n1 and n2; n3 and
 * n4 are there to be next hops.
 * Neighbours: cells.test.ts tries; pair.ts is for what needs a router of its own.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  startRouter,
  type Router,
  type RouterBfdSession,
  type RouterKind,
  type RouterPath,
  type RouterPeer,
  type RouterSession,
} from "../../../lab/routers/router.ts";
import type { KernelRoute } from "../../../lab/routers/kernel-routes.ts";
import { messageOf, waitFor } from "../../../lab/wait.ts";
import type { Ip, IpFamily } from "../../../src/base/ip.ts";
import type { Announcement } from "../../../src/bgp/announcement.ts";
import type { BgpPeer } from "../../../src/bgp/peer.ts";
import { Namespace, wire } from "../../linux/network.ts";
import { peer, route, SpeakerNode, until, type SessionView } from "./node.ts";

export type NodeName = "n1" | "n2" | "n3" | "n4";

export interface Cell {
  /** `frr, IPv6, iBGP`: the key of its session. */
  readonly name: string;
  readonly kind: RouterKind;
  readonly family: IpFamily;
  readonly isExternal: boolean;
  /** Of its family, and nobody else's. */
  readonly prefix: string;
  readonly otherPrefix: string;
}

export const KINDS = ["bird", "frr", "gobgp"] as const;
/** Those whose sessions tests change. */
export const NODES = ["n1", "n2"] as const;
export const ALL_NODES = ["n1", "n2", "n3", "n4"] as const;
export const PASSWORD = "sesame";
const PORT = 179;
const ROUTER_ASN = 64513;
const NODES_ASN = 64512;
const NUMBER = { bird: 1, frr: 2, gobgp: 3, n1: 1, n2: 2, n3: 3, n4: 4 } as const;
const FAST = { transmitMs: 100, receiveMs: 100, multiplier: 3 };
/** Not in the order of their numbers, in which they are announced. */
export const ATTRIBUTES = {
  localPreference: 250,
  communities: [
    [64513, 7],
    [64512, 100],
    [64512, 20],
  ],
  largeCommunities: [
    [4_200_000_001, 4_000_000_000, 6],
    [64512, 1, 2],
    [64512, 0, 3],
  ],
} as const satisfies Partial<Announcement>;
const FORWARD =
  "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding";

export const CELLS: readonly Cell[] = KINDS.flatMap((kind) =>
  (["IPv4", "IPv6"] as const).flatMap((family) =>
    [true, false].map((isExternal) => {
      const host = NUMBER[kind] * 10 + (isExternal ? 0 : 1);
      const prefixOf = (more: number) =>
        family === "IPv4" ? `203.0.113.${host + more}/32` : `2001:db8::${host + more}/128`;
      const name = `${kind}, ${family}, ${isExternal ? "eBGP" : "iBGP"}`;
      return { name, kind, family, isExternal, prefix: prefixOf(0), otherPrefix: prefixOf(100) };
    }),
  ),
);

/** Does the same in all of them at once. @throws Error with what was wrong in each of those in which something was */
export async function inEach(
  cells: readonly Cell[],
  act: (cell: Cell) => Promise<unknown>,
): Promise<void> {
  const outcomes = await Promise.allSettled(cells.map(act));
  const wrong = outcomes.flatMap((outcome, i) =>
    outcome.status === "rejected" ? [`${cells[i]?.name ?? ""}: ${messageOf(outcome.reason)}`] : [],
  );
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}

const host = ({ isExternal }: Cell, node: NodeName) => NUMBER[node] + (isExternal ? 0 : 10);

export function routerAddress({ kind, family }: Cell): Ip {
  return (family === "IPv4" ? `10.${NUMBER[kind]}.0.254` : `fd00:${NUMBER[kind]}::fe`) as Ip;
}

export function nodeAddress(cell: Cell, node: NodeName): Ip {
  const network = NUMBER[cell.kind];
  const end = host(cell, node);
  return (cell.family === "IPv4" ? `10.${network}.0.${end}` : `fd00:${network}::${end}`) as Ip;
}

/** Over a hop, the router and n1. */
export function farRouterAddress({ kind, family }: Cell): Ip {
  return (family === "IPv4" ? `10.10.0.${NUMBER[kind]}` : `fd00:10::${NUMBER[kind]}`) as Ip;
}

export function farNodeAddress(cell: Cell): Ip {
  const end = host(cell, "n1");
  return (cell.family === "IPv4" ? `10.9.0.${end}` : `fd00:9::${end}`) as Ip;
}

export const farKey = ({ name }: Cell) => `${name}, far`;

export function ourAsn({ isExternal }: Cell): number {
  return isExternal ? NODES_ASN : ROUTER_ASN;
}

/** In the order in which the router is told of them, which numbers them. */
function routerPeers(kind: RouterKind): RouterPeer[] {
  const cells = CELLS.filter((cell) => cell.kind === kind);
  const near = ALL_NODES.flatMap((node) =>
    cells.map((cell) => ({
      ...{ address: nodeAddress(cell, node), asn: ourAsn(cell), password: PASSWORD },
      ...(node === "n1" && { gracefulRestart: true, bfd: FAST }),
      ...(node === "n2" && { ttlSecurity: 1 }),
      extendedMessages: true,
      // Longer than both stand still where both are to dial.
      connectSeconds: 30,
    })),
  );
  const far = cells.map((cell) => ({
    ...{ address: farNodeAddress(cell), asn: ourAsn(cell) },
    // Who is dialled over too few hops and answers would have a connection whose end never arrives.
    ...{ multihop: 2, source: farRouterAddress(cell), passive: true },
  }));
  return [...near, ...far];
}

/** One question at a time: whoever asks while one is being answered shares the next answer. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () =>
    (next ??= running.then(() => {
      next = undefined;
      const answer = ask();
      running = answer.catch(() => undefined);
      return answer;
    }));
}

export class FabricRouter {
  readonly namespace: Namespace;
  readonly router: Router;
  readonly paths: () => Promise<RouterPath[]>;
  readonly kernelRoutes: () => Promise<KernelRoute[]>;
  readonly sessions: () => Promise<RouterSession[]>;
  readonly bfdSessions: () => Promise<RouterBfdSession[]>;

  constructor(namespace: Namespace, router: Router) {
    this.namespace = namespace;
    this.router = router;
    this.paths = shared(() => router.paths());
    this.kernelRoutes = shared(() => router.kernelRoutes());
    this.sessions = shared(() => router.sessions());
    this.bfdSessions = shared(() => router.bfdSessions());
  }

  /** The program that speaks BGP stands still, with all its connections, or goes on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    const [pid = 0] = this.router.pids;
    process.kill(pid, signal);
  }

  /** The port to n1 takes and gives nothing, but keeps its carrier; or it does again. */
  setCut(isCut: boolean): void {
    this.namespace.exec("bridge", "link", "set", "dev", "n1", "state", isCut ? "0" : "3");
  }

  /** Asks for all of the cell's routes again. */
  async refresh(cell: Cell): Promise<void> {
    const address = nodeAddress(cell, "n1");
    const place = routerPeers(cell.kind).findIndex((each) => each.address === address);
    await this.router.command(
      this.router.kind === "bird"
        ? `reload in p${place}`
        : `clear bgp ${cell.family.toLowerCase()} unicast ${address} in`,
    );
  }
}

export class Fabric {
  readonly namespaces: Readonly<Record<NodeName, Namespace>> = {
    ...{ n1: new Namespace(), n2: new Namespace() },
    ...{ n3: new Namespace(), n4: new Namespace() },
  };
  readonly #directory = mkdtempSync(join(tmpdir(), "spreadlb-fabric-"));
  readonly #speakers = new Map<NodeName, SpeakerNode>();
  readonly #routers = new Map<RouterKind, FabricRouter>();
  #ends: (() => Promise<unknown>)[] = [];

  static async start(): Promise<Fabric> {
    const fabric = new Fabric();
    try {
      fabric.#wire();
      fabric.startSpeaker("n1", { listens: true });
      for (const node of ["n2", "n3", "n4"] as const) fabric.startSpeaker(node);
      await Promise.all(KINDS.map((kind) => fabric.#startRouter(kind)));
    } catch (error) {
      await fabric.end();
      throw error;
    }
    return fabric;
  }

  speaker(node: NodeName): SpeakerNode {
    const speaker = this.#speakers.get(node);
    if (speaker === undefined) throw new Error(`${node} has no speaker`);
    return speaker;
  }

  session({ name }: Cell, node: NodeName): SessionView | undefined {
    return this.speaker(node).session(name);
  }

  routerOf({ kind }: Pick<Cell, "kind">): FabricRouter {
    const router = this.#routers.get(kind);
    if (router === undefined) throw new Error(`${kind} does not run`);
    return router;
  }

  get routers(): readonly FabricRouter[] {
    return [...this.#routers.values()];
  }

  startSpeaker(node: NodeName, { listens = false } = {}): SpeakerNode {
    const options = listens ? { listenPort: PORT } : {};
    const speaker = new SpeakerNode(this.namespaces[node], options);
    this.#speakers.set(node, speaker);
    this.atEnd(() => speaker.kill());
    return speaker;
  }

  /** Done by `end`, what was said last first. */
  atEnd(act: () => Promise<unknown>): void {
    this.#ends.push(act);
  }

  async end(): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
    this.#ends = [];
    for (const namespace of Object.values(this.namespaces)) namespace.remove();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** All sessions of a node: on the link, with what is wanted otherwise; and those over a hop, if any are wanted. */
  configure(node: NodeName, more: Partial<BgpPeer> = {}, far?: Partial<BgpPeer>): void {
    const near = CELLS.map((cell) =>
      peer(routerAddress(cell), {
        ...{ key: cell.name, sourceAddress: nodeAddress(cell, node), ourAsn: ourAsn(cell) },
        ...{ theirAsn: ROUTER_ASN, routerId: `192.0.2.${NUMBER[node]}` as Ip },
        ...{ password: PASSWORD, holdTimeSeconds: 90 },
        ...more,
      }),
    );
    const beyond = CELLS.map((cell) =>
      peer(farRouterAddress(cell), {
        ...{ key: farKey(cell), sourceAddress: farNodeAddress(cell), ourAsn: ourAsn(cell) },
        ...{ theirAsn: ROUTER_ASN, routerId: "192.0.2.1" as Ip, holdTimeSeconds: 90, ...far },
      }),
    );
    this.speaker(node).tell({
      kind: "peers",
      peers: far === undefined ? near : [...near, ...beyond],
    });
  }

  announce(node: NodeName, cell: Cell, ...prefixes: readonly string[]): void {
    this.announceTo(node, cell.name, prefixes);
  }

  /** With all that a route can have, but for a MED. */
  announceTo(node: NodeName, key: string, prefixes: readonly string[]): void {
    this.speaker(node).announce(
      key,
      prefixes.map((prefix) => route(prefix, ATTRIBUTES)),
    );
  }

  /** Has the sessions as a test wants them, and waits until those are up and their prefixes go by both nodes. */
  async begin(
    wanted: Partial<Record<NodeName, Partial<BgpPeer>>> = {},
    cells: readonly Cell[] = CELLS,
  ): Promise<void> {
    for (const node of NODES) this.configure(node, wanted[node]);
    this.announceAll();
    await inEach(cells, (cell) => this.untilAllUp(cell));
  }

  announceAll(): void {
    for (const node of NODES) {
      for (const cell of CELLS) this.announce(node, cell, cell.prefix);
      this.speaker(node).tell({ kind: "complete" });
    }
  }

  async untilAllUp(cell: Cell): Promise<void> {
    for (const node of NODES) await this.established(cell, node);
    await this.untilFrom(cell, cell.prefix, NODES);
  }

  established(cell: Cell, node: NodeName): Promise<SessionView | undefined> {
    return this.untilSession(cell, node, (session) => session?.state === "established");
  }

  untilSession(
    cell: Cell,
    node: NodeName,
    holds: (session: SessionView | undefined) => boolean,
  ): Promise<SessionView | undefined> {
    const look = () => {
      this.speaker(node).look();
      return this.session(cell, node);
    };
    return until(look, holds, 30_000);
  }

  /** Waits until the router has a prefix from these nodes, and from nobody else. @returns its paths, in their order */
  async untilFrom(
    cell: Cell,
    prefix: string,
    nodes: readonly NodeName[],
  ): Promise<readonly RouterPath[]> {
    const wanted = nodes.map((node) => nodeAddress(cell, node)).join();
    return await this.untilPaths(
      cell,
      prefix,
      (paths) => paths.map(({ peer: from }) => from).join() === wanted,
    );
  }

  async untilPaths(
    cell: Cell,
    prefix: string,
    holds: (paths: readonly RouterPath[]) => boolean,
  ): Promise<readonly RouterPath[]> {
    const probe = async () => {
      const all = (await this.routerOf(cell).paths()).filter((path) => path.prefix === prefix);
      const paths = all.sort((a, b) => a.peer.localeCompare(b.peer));
      if (holds(paths)) return paths;
      throw new Error(`it has ${JSON.stringify(paths)}`);
    };
    return await waitFor(probe, { what: `paths of ${prefix}`, timeoutMs: 30_000 });
  }

  /** Waits for the next hops in the router's kernel. */
  async untilRouted(cell: Cell, nodes: readonly NodeName[]): Promise<void> {
    const wanted = nodes.map((node) => nodeAddress(cell, node)).join();
    const probe = async () => {
      const routes = await this.routerOf(cell).kernelRoutes();
      const nextHops = routes.find(({ prefix }) => prefix === cell.prefix)?.nextHops.join() ?? "";
      if (nextHops === wanted) return true;
      throw new Error(`it goes by ${nextHops || "nobody"}`);
    };
    await waitFor(probe, { what: `${cell.prefix} by ${wanted || "nobody"}` });
  }

  #wire(): void {
    const { n1, n2 } = this.namespaces;
    wire(n1, "far", n2, "far");
    n2.ip("addr add 10.9.0.254/24 dev far");
    n2.ip("addr add fd00:9::fe/64 dev far nodad");
    n2.exec("sh", "-c", FORWARD);
    for (const end of [1, 11]) {
      n1.ip(`addr add 10.9.0.${end}/24 dev far`);
      n1.ip(`addr add fd00:9::${end}/64 dev far nodad`);
    }
    n1.ip("route add 10.10.0.0/24 via 10.9.0.254");
    n1.ip("-6 route add fd00:10::/64 via fd00:9::fe");
  }

  #wireRouter(kind: RouterKind): Namespace {
    const namespace = new Namespace();
    this.atEnd(() => {
      namespace.remove();
      return Promise.resolve();
    });
    namespace.ip("link add lan type bridge stp_state 0 forward_delay 0 mcast_snooping 0");
    const network = NUMBER[kind];
    for (const node of ALL_NODES) {
      wire(this.namespaces[node], kind, namespace, node);
      namespace.ip(`link set ${node} master lan`);
      for (const end of [NUMBER[node], NUMBER[node] + 10]) {
        this.namespaces[node].ip(`addr add 10.${network}.0.${end}/24 dev ${kind}`);
        this.namespaces[node].ip(`addr add fd00:${network}::${end}/64 dev ${kind} nodad`);
      }
    }
    namespace.ip("link set lan up");
    namespace.ip(`addr add 10.${network}.0.254/24 dev lan`);
    namespace.ip(`addr add fd00:${network}::fe/64 dev lan nodad`);
    namespace.ip(`addr add 10.10.0.${network}/32 dev lo`);
    namespace.ip(`addr add fd00:10::${network}/128 dev lo nodad`);
    namespace.ip(`route add 10.9.0.0/24 via 10.${network}.0.2`);
    namespace.ip(`-6 route add fd00:9::/64 via fd00:${network}::2`);
    this.namespaces.n2.ip(`route add 10.10.0.${network}/32 via 10.${network}.0.254`);
    this.namespaces.n2.ip(`-6 route add fd00:10::${network}/128 via fd00:${network}::fe`);
    return namespace;
  }

  async #startRouter(kind: RouterKind): Promise<void> {
    const namespace = this.#wireRouter(kind);
    const router = await startRouter(kind, {
      ...{ netns: namespace.name, directory: this.#directory, asn: ROUTER_ASN },
      ...{ routerId: `192.0.2.25${NUMBER[kind]}`, installsRoutes: kind !== "gobgp" },
      peers: routerPeers(kind),
    });
    this.atEnd(() => router.stop());
    this.#routers.set(kind, new FabricRouter(namespace, router));
  }
}
