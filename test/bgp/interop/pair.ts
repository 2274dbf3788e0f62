/**
 * A node with our speaker and a router, a wire between them: for a test that needs a router of its own.
 *
 * Neighbour: fabric.ts has all routers at once, for what is to be so with each of them.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  startRouter,
  type Router,
  type RouterKind,
  type RouterPath,
  type RouterPeer,
} from "../../../lab/routers/router.ts";
import { waitFor } from "../../../lab/wait.ts";
import type { BgpPeer } from "../../../src/bgp/peer.ts";
import { Namespace, requireNamespaces, skip, succeeds, wire } from "../../linux/network.ts";
import { peer, SpeakerNode, until, type SessionView } from "./node.ts";

export const NODE = { IPv4: "10.99.0.1", IPv6: "fd99::1" } as const;
export const ROUTER = { IPv4: "10.99.0.2", IPv6: "fd99::2" } as const;
const PROGRAM: Readonly<Record<RouterKind, string>> = {
  bird: "/usr/sbin/bird",
  frr: "/usr/lib/frr/bgpd",
  gobgp: "/usr/bin/gobgpd",
};

/** For a suite's `before`. */
export function requireRouter(context: Mocha.Context, kind: RouterKind): void {
  requireNamespaces(context);
  if (!succeeds("test", ["-x", PROGRAM[kind]])) skip(context, `needs ${PROGRAM[kind]}`);
}

export class Pair {
  readonly node = new Namespace();
  readonly tor = new Namespace();
  /** For configurations, sockets and logs. */
  readonly directory = mkdtempSync(join(tmpdir(), "spreadlb-bgp-"));
  #ends: (() => Promise<unknown>)[] = [];

  constructor() {
    wire(this.node, "n0", this.tor, "r0");
    this.node.ip(`addr add ${NODE.IPv4}/24 dev n0`);
    this.node.ip(`addr add ${NODE.IPv6}/64 dev n0 nodad`);
    this.tor.ip(`addr add ${ROUTER.IPv4}/24 dev r0`);
    this.tor.ip(`addr add ${ROUTER.IPv6}/64 dev r0 nodad`);
  }

  /** Starts both, as they are to see each other. */
  async start(
    kind: RouterKind,
    family: "IPv4" | "IPv6",
    theirs: Partial<RouterPeer>,
    ours: Partial<BgpPeer>,
    options: { readonly listenPort?: number } = {},
  ): Promise<{ router: Router; speaker: SpeakerNode }> {
    const router = await startRouter(kind, {
      ...{ netns: this.tor.name, directory: this.directory, asn: 64513, routerId: "192.0.2.254" },
      ...{ installsRoutes: kind !== "gobgp" },
      peers: [{ address: NODE[family], asn: 64512, ...theirs }],
    });
    this.atEnd(() => router.stop());
    const speaker = this.startSpeaker(options);
    speaker.tell({ kind: "peers", peers: [peer(ROUTER[family], ours)] });
    return { router, speaker };
  }

  startSpeaker(options: { readonly listenPort?: number } = {}): SpeakerNode {
    const speaker = new SpeakerNode(this.node, options);
    this.atEnd(() => speaker.kill());
    return speaker;
  }

  /** Done by `end`, what was said last first. */
  atEnd(act: () => Promise<unknown>): void {
    this.#ends.push(act);
  }

  /** Ends all that runs; both namespaces stay. */
  async clear(): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
    this.#ends = [];
  }

  async end(): Promise<void> {
    await this.clear();
    this.node.remove();
    this.tor.remove();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Hooks of a suite: each of its tests has a pair of its own, where all routers are here that it needs. */
export function pairForEach(
  needs: readonly RouterKind[],
  prepare: (pair: Pair) => void = () => undefined,
): () => Pair {
  let pair: Pair | undefined;
  before(function () {
    for (const kind of needs) requireRouter(this, kind);
  });
  beforeEach(() => {
    pair = new Pair();
    prepare(pair);
  });
  afterEach(async () => {
    await pair?.end();
    pair = undefined;
  });
  return () => {
    if (pair === undefined) throw new Error("no test runs");
    return pair;
  };
}

export function established(speaker: SpeakerNode): Promise<SessionView | undefined> {
  return until(
    () => speaker.session(),
    (session) => session?.state === "established",
    30_000,
  );
}

/** Waits for what the router has of us. */
export async function paths(
  router: Router,
  holds: (paths: readonly RouterPath[]) => boolean,
): Promise<readonly RouterPath[]> {
  const probe = async () => {
    const shown = await router.paths();
    if (holds(shown)) return shown;
    throw new Error(`it has ${JSON.stringify(shown)}`);
  };
  return await waitFor(probe, { what: "paths of the router", timeoutMs: 20_000 });
}
