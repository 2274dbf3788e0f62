/**
 * What trials have in common: whom to hit, when it is over, and what the instruments' windows say.
 *
 * Neighbours: trials.ts and returns.ts, which are made of it.
 */
import { overlaps } from "../../lab/answers.ts";
import type { ProbedAddress, ProbeWindow } from "../../lab/probe.ts";
import type { RecordWindow } from "../../lab/recorder.ts";
import { waitFor } from "../../lab/wait.ts";
import { PROBE_INTERVAL_MS, type Trial } from "./figures.ts";
import { ATTEMPT_MS_MAX, type World } from "./world.ts";

export type Holders = ReadonlyMap<string, string>;

/** Until every attempt of a window has its end. */
export const TAIL_MS = ATTEMPT_MS_MAX + 4 * PROBE_INTERVAL_MS;
const MOVED_MS_MAX = 10_000;

/** Nodes that hold something, in turn. */
export function chooseVictims(
  world: World,
  holders: Holders,
  { count, turn }: { readonly count: number; readonly turn: number },
): readonly string[] {
  const holding = new Set(holders.values());
  const from = turn % world.nodes.length;
  const order = [...world.nodes.slice(from), ...world.nodes.slice(0, from)];
  return order.filter((node) => holding.has(node)).slice(0, count);
}

/** Waits until every address is answered by one of the others, and answers HTTP. */
export async function untilMoved(world: World, victims: readonly string[]): Promise<void> {
  await waitFor(
    async () => {
      const now = await world.holders();
      for (const [address, ports] of now) {
        if (ports.length !== 1 || victims.includes(ports[0] ?? "")) {
          throw new Error(`${address} is answered by ${ports.join("+") || "nobody"}`);
        }
      }
      const { addresses } = await world.probe.report();
      return addresses.every(({ openMs }) => openMs < 100);
    },
    { what: "others to answer for every address", timeoutMs: MOVED_MS_MAX, intervalMs: 100 },
  );
}

/** Begins a window of both instruments; returns those that ended. */
export async function mark(world: World, name: string): Promise<[ProbeWindow, RecordWindow]> {
  return Promise.all([world.probe.mark(name), world.recorder.mark(name)]);
}

/** Figures of the addresses that were hit, and of the others. */
export function measured(isOwn: (address: string) => boolean, { addresses }: ProbeWindow) {
  const own = addresses.filter(({ address }) => isOwn(address));
  const others = addresses.filter(({ address }) => !isOwn(address));
  const lost = (of: readonly ProbedAddress[]) =>
    Math.max(0, ...of.map(({ longestLoss }) => longestLoss.attempts));
  return {
    moved: own.length,
    ownMs: silenceOf(own),
    othersMs: silenceOf(others),
    ownLost: lost(own),
    othersLost: lost(others),
    losses: addresses
      .filter(({ longestLoss }) => longestLoss.attempts > 0)
      .map(({ address, longestLoss: { fromMs, attempts }, errors }) => {
        return { address, fromMs, attempts, errors };
      }),
  };
}

export function silenceOf(addresses: readonly ProbedAddress[]): number {
  return Math.max(0, ...addresses.map(({ longestProven }) => longestProven.ms));
}

export function doubled(
  windows: readonly RecordWindow[],
): Pick<Trial, "overlaps" | "overlapMs" | "askPauseMs"> {
  const found = windows.flatMap((window) =>
    overlaps(window).map((overlap) => ({ during: window.name, ...overlap })),
  );
  return {
    overlaps: found,
    overlapMs: Math.max(0, ...found.map(({ ms }) => ms)),
    askPauseMs: Math.max(...windows.map(({ askPauseMsMax }) => askPauseMsMax)),
  };
}

/** Asked is every 10 ms: a record with longer pauses, or with holes, proves nothing of two answers. */
const ASK_PAUSE_MS_MAX = 100;

/** @returns one sentence for each window of the recorder that cannot be relied on */
export function holesOf(windows: readonly RecordWindow[]): string[] {
  return windows.flatMap(({ name, framesMissed, askPauseMsMax }) => [
    ...(framesMissed > 0 ? [`the recorder missed ${framesMissed} frames during "${name}"`] : []),
    ...(askPauseMsMax > ASK_PAUSE_MS_MAX
      ? [`the recorder asked nothing for ${askPauseMsMax.toFixed(0)} ms during "${name}"`]
      : []),
  ]);
}

/** A node that comes back holds nothing (rule H3): what it answered for all the same. */
export function answersOnReturn(victims: readonly string[], window: RecordWindow): string[] {
  return victims.flatMap((node) => {
    const spells = window.addresses.flatMap((address) =>
      address.spells.filter(({ port }) => port === node),
    );
    if (spells.length === 0) return [];
    const ms = Math.max(...spells.map(({ fromMs, toMs }) => toMs - fromMs));
    return [
      `${node} answered for ${spells.length} addresses when it came back, for ${ms.toFixed(0)} ms`,
    ];
  });
}
