/**
 * Runs `spreadlb drain` and `spreadlb undrain`: marks the Node, then watches its addresses go.
 *
 * Moving is the controller's and the speakers' work: this only asks for it, and can be ended at any time.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { NODE_BGP_STATUSES } from "../../bgp/resource.ts";
import { NO_MANIFESTS } from "../../classes/compile.ts";
import { DRAINED_ANNOTATION } from "../../multi-ip/node-marks.ts";
import { ApiError } from "../../kube/api-error.ts";
import { isoSeconds } from "../../kube/patches.ts";
import { LEASES, NODES, type Node } from "../../kube/types.ts";
import { VIRTUAL_IPS } from "../../multi-ip/kind.ts";
import { PRESENCE_LABEL } from "../../multi-ip/presence.ts";
import type { VirtualIP } from "../../multi-ip/resource.ts";
import { EXIT_FAILED, type ConnectionFlags, type Output } from "../command-line.ts";
import {
  addresses,
  drainedSince,
  lastChoiceClause,
  leftOn,
  ownedBy,
  routersTold,
  timeoutSentence,
  unknownNode,
  unmovable,
  unmovableLine,
  type ToldRouter,
  type Unmovable,
} from "../drain-view.ts";
import type { DrainFlags } from "../drain.ts";
import { listIfKnown } from "./manifests.ts";
import { withCluster, type Cluster } from "./cluster.ts";
import { CommandFailure } from "./failure.ts";
import { fetchFacts } from "./why.ts";

const POLL_MS = 300;
/** Before it is asked what keeps an address: most have left by then. */
const PATIENCE_MS = 2000;
/** Between two such questions: they read Services and their endpoints. */
const ASK_INTERVAL_MS = 5000;

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
  /** Null: nobody may see them. */
  readonly routers: readonly ToldRouter[] | null;
}

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
        const { left, routers } = seen;
        const { timeout: seconds, ignoreExcludeLb } = flags;
        const facts = {
          left,
          stuck: this.#stuck,
          seconds,
          routers: routers ?? [],
          ignoreExcludeLb,
        };
        output.err(`spreadlb: ${timeoutSentence(node, facts)}\n`);
        return EXIT_FAILED;
      }
      await sleep(POLL_MS, undefined, { signal }).catch(() => {
        throw signal.reason as Error;
      });
    }
  }

  #isDone({ left, routers }: Seen): boolean {
    if (left.length > 0) return false;
    return this.#parts.flags.lastChoice || (routers ?? []).length === 0;
  }

  #notesOn({ routers }: Seen): string {
    if (routers === null) return "; which routers it announces to, you may not read";
    return routers.length === 0 ? "" : `; it ${lastChoiceClause(routers)}`;
  }

  /** @returns null where the API server does not answer for the moment */
  async #look(endMs: number): Promise<Seen | null> {
    const { node, cluster } = this.#parts;
    try {
      const left = leftOn(node, await cluster.list(VIRTUAL_IPS));
      // As long as an address is left it is not over, whomever the node tells.
      return { left, routers: left.length > 0 ? [] : await this.#routers() };
    } catch (error) {
      const isPassing = error instanceof ApiError && (error.status === 0 || error.status >= 500);
      if (!isPassing || performance.now() >= endMs) throw error;
      return null;
    }
  }

  async #routers(): Promise<Seen["routers"]> {
    const { node, cluster } = this.#parts;
    try {
      const [statuses, leases, nodes] = await Promise.all([
        listIfKnown(cluster, NODE_BGP_STATUSES),
        cluster.list(LEASES, PRESENCE_LABEL),
        cluster.list(NODES),
      ]);
      const facts = { ...NO_MANIFESTS, statuses, leases, nodes, nowMs: Date.now() };
      return routersTold(node, facts);
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) return null;
      throw error;
    }
  }

  async #show({ left, routers }: Seen): Promise<void> {
    const { node, output } = this.#parts;
    if (left.length !== this.#shown) {
      const owned = ownedBy(node, left).length;
      const planned = left.length - owned;
      const also = planned === 0 ? "" : `, and ${addresses(planned)} may come back to it`;
      output.err(`${node}: ${addresses(owned)} left${also}\n`);
      this.#shown = left.length;
    }
    if (left.length === 0) {
      const line = `${node} ${lastChoiceClause(routers ?? [])}\n`;
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
