/**
 * Runs `spreadlb drain` and `spreadlb undrain`: marks the Node, then watches its addresses go.
 *
 * Moving is the controller's and the speakers' work: this only asks for it, and can be ended at any time.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { DRAINED_ANNOTATION } from "../../multi-ip/node-marks.ts";
import { ApiError } from "../../kube/api-error.ts";
import { isoSeconds } from "../../kube/patches.ts";
import { NODES, type Node } from "../../kube/types.ts";
import { VIRTUAL_IPS } from "../../multi-ip/kind.ts";
import type { VirtualIP } from "../../multi-ip/resource.ts";
import { EXIT_FAILED, type ConnectionFlags, type Output } from "../command-line.ts";
import {
  addresses,
  aloneClause,
  drainedSince,
  lastChoiceClause,
  lastChoiceOf,
  leftOn,
  ownedBy,
  timeoutSentence,
  unknownNode,
  unmovable,
  unmovableLine,
  type LastChoice,
  type Unmovable,
} from "../drain-view.ts";
import type { DrainFlags } from "../drain.ts";
import { viewRoutes } from "../bgp-routes.ts";
import { fetchRouted } from "./bgp.ts";
import { withCluster, type Cluster } from "./cluster.ts";
import { CommandFailure } from "./failure.ts";
import { fetchFacts } from "./why.ts";

const POLL_MS = 300;
/** Before it is asked what keeps an address: most have left by then. */
const PATIENCE_MS = 2000;
/** Between two such questions: they read Services and their endpoints. */
const ASK_INTERVAL_MS = 5000;
/** In which speakers hear of the mark, and routers of them. */
const TELL_MS = 1000;

/** @returns the exit status: 1 where addresses are left at the end of the time */
export async function runDrain(
  node: string,
  { flags, output }: { readonly flags: DrainFlags; readonly output: Output },
): Promise<number> {
  return withCluster(flags, async (cluster) => {
    const object = await findNode(node, cluster);
    const virtualIps = await cluster.list(VIRTUAL_IPS);
    const since = drainedSince(object);
    if (since === null) await mark(object, isoSeconds(Date.now()), cluster);
    const marked = since === null ? "is marked" : `is marked since ${since}`;
    const owned = ownedBy(node, virtualIps).length;
    output.err(`${node} ${marked}: it has ${addresses(owned)} that should leave\n`);
    if (!flags.wait) return 0;
    return withSignals((signal) => new Drain({ node, flags, output, cluster, signal }).wait());
  }).catch((error: unknown) => {
    if (!(error instanceof Interrupted)) throw error;
    output.err(
      `spreadlb: not waiting any more; ${node} stays marked, and "spreadlb undrain ${node}" takes the mark away\n`,
    );
    return error.exitStatus;
  });
}

/** @returns the exit status */
export async function runUndrain(
  node: string,
  { flags, output }: { readonly flags: ConnectionFlags; readonly output: Output },
): Promise<number> {
  return withCluster(flags, async (cluster) => {
    const object = await findNode(node, cluster);
    const since = drainedSince(object);
    if (since !== null) await mark(object, null, cluster);
    output.err(
      since === null
        ? `${node} is not drained: nothing to do\n`
        : `${node} may have addresses again: it gets some once the settling time has passed\n`,
    );
    return 0;
  });
}

interface DrainParts {
  readonly node: string;
  readonly flags: DrainFlags;
  readonly output: Output;
  readonly cluster: Cluster;
  readonly signal: AbortSignal;
}

interface Seen {
  readonly left: readonly VirtualIP[];
  /** Null: whoever asks may not know. */
  readonly routed: LastChoice | null;
}

const NOT_ROUTED: LastChoice = { peers: [], alone: { prefixes: [], peers: [] } };

class Drain {
  readonly #parts: DrainParts;
  readonly #startedMs = performance.now();
  #askAtMs = performance.now() + PATIENCE_MS;
  #shown = Number.POSITIVE_INFINITY;
  #stuck: readonly Unmovable[] = [];
  readonly #told = new Set<string>();

  constructor(parts: DrainParts) {
    this.#parts = parts;
  }

  async wait(): Promise<number> {
    const { node, flags, output, signal } = this.#parts;
    const endMs = this.#startedMs + flags.timeout * 1000;
    for (;;) {
      const seen = await this.#look(endMs);
      if (seen !== null && this.#isDone(seen)) {
        output.err(`${node} is drained: no address is left on it${this.#notesOn(seen)}\n`);
        return 0;
      }
      if (seen !== null) await this.#show(seen);
      if (seen !== null && performance.now() >= endMs) {
        const { left, routed } = seen;
        const { timeout: seconds, ignoreExcludeLb } = flags;
        const { alone } = routed ?? NOT_ROUTED;
        const facts = { left, stuck: this.#stuck, seconds, alone, ignoreExcludeLb };
        output.err(`spreadlb: ${timeoutSentence(node, facts)}\n`);
        return EXIT_FAILED;
      }
      await sleep(POLL_MS, undefined, { signal }).catch(() => {
        throw signal.reason as Error;
      });
    }
  }

  #isDone({ left, routed }: Seen): boolean {
    if (left.length > 0) return false;
    const { peers, alone } = routed ?? NOT_ROUTED;
    return alone.prefixes.length === 0 && (peers.length === 0 || this.#elapsedMs() >= TELL_MS);
  }

  #elapsedMs(): number {
    return performance.now() - this.#startedMs;
  }

  #notesOn({ routed }: Seen): string {
    if (routed === null) return "; what it announces to routers, you may not read";
    return routed.peers.length === 0 ? "" : `; it ${lastChoiceClause(routed)}`;
  }

  /** @returns null where the API server does not answer for the moment */
  async #look(endMs: number): Promise<Seen | null> {
    const { node, cluster } = this.#parts;
    try {
      const left = leftOn(node, await cluster.list(VIRTUAL_IPS));
      // As long as an address is left it is not over, whomever the node tells.
      return { left, routed: left.length > 0 ? NOT_ROUTED : await this.#routed() };
    } catch (error) {
      const isPassing = error instanceof ApiError && (error.status === 0 || error.status >= 500);
      if (!isPassing || performance.now() >= endMs) throw error;
      return null;
    }
  }

  async #routed(): Promise<Seen["routed"]> {
    const { node, cluster, flags } = this.#parts;
    const { metallbNamespace, ignoreExcludeLb: ignoreExcludeLabel } = flags;
    try {
      const routes = viewRoutes(await fetchRouted(cluster, metallbNamespace), {
        ...{ isAsked: null, node: undefined, ignoreExcludeLabel },
      });
      return lastChoiceOf(node, routes);
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) return null;
      throw error;
    }
  }

  async #show({ left, routed }: Seen): Promise<void> {
    const { node, output } = this.#parts;
    if (left.length !== this.#shown) {
      const owned = ownedBy(node, left).length;
      const planned = left.length - owned;
      const also = planned === 0 ? "" : `, and ${addresses(planned)} may come back to it`;
      output.err(`${node}: ${addresses(owned)} left${also}\n`);
      this.#shown = left.length;
    }
    if (left.length === 0) {
      const { alone } = routed ?? NOT_ROUTED;
      if (alone.prefixes.length === 0) return;
      const line = `${aloneClause(node, alone)}\n`;
      if (!this.#told.has(line)) output.err(line);
      this.#told.add(line);
      return;
    }
    if (performance.now() < this.#askAtMs) return;
    this.#askAtMs = performance.now() + ASK_INTERVAL_MS;
    this.#stuck = await this.#ask(left);
    for (const one of this.#stuck) {
      if (this.#told.has(one.address)) continue;
      this.#told.add(one.address);
      output.err(unmovableLine(node, one));
    }
  }

  /** Who may drain need not be allowed to read Services: then it is not said what keeps an address. */
  async #ask(left: readonly VirtualIP[]): Promise<readonly Unmovable[]> {
    const { node, cluster, flags } = this.#parts;
    try {
      const facts = await fetchFacts(cluster, flags.metallbNamespace);
      return unmovable(node, left, { ...facts, ignoreExcludeLabel: flags.ignoreExcludeLb });
    } catch (error) {
      if (error instanceof ApiError) return [];
      throw error;
    }
  }
}

async function findNode(name: string, cluster: Cluster): Promise<Node> {
  const nodes = await cluster.list(NODES);
  const found = nodes.find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new CommandFailure(unknownNode(name, nodes));
  return found;
}

/** @param value null takes the mark away */
async function mark({ metadata }: Node, value: string | null, cluster: Cluster): Promise<void> {
  const annotations = { [DRAINED_ANNOTATION]: value };
  await cluster.merge(NODES, metadata.name, { metadata: { uid: metadata.uid, annotations } });
}

class Interrupted extends Error {
  readonly exitStatus: number;

  constructor(signalNumber: number) {
    super("interrupted");
    this.exitStatus = 128 + signalNumber;
  }
}

/** Runs `work` with a signal that Ctrl-C and SIGTERM abort; a second one ends the process at once. */
async function withSignals<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = (_: NodeJS.Signals, number: number): void => {
    controller.abort(new Interrupted(number));
  };
  const names = ["SIGINT", "SIGTERM"] as const;
  for (const name of names) process.once(name, onSignal);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of names) process.off(name, onSignal);
  }
}
