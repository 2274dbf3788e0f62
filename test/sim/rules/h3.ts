/**
 * H3: a node that returns takes nothing back by itself; a flapping node moves an address at most once.
 *
 * Asserted: a node that started, went on after a pause of the detection time, or heard the others again does not gain an
 * address by a plan that its piece of the segment knew when it returned, while another node answers for it that has
 * answered since before that return and to which nothing has happened since. A node whose gate opens returns. Left out: one
 * that stops or is ranked no more, one whose gate is closed, one that nobody hears or that hears nobody, on either side, and one that has itself returned since the plan was made; of two that returned the
 * plan may decide (docs/heartbeat.md, "Fences": their turns are level).
 * In runs of nothing but one flapping node (its speaker, its link, its heartbeats), each address changes hands at most
 * once after the first fault, unless all others have returned since the plan as well; what the node holds on an island of its own is its right (H5), and no move. The settling
 * time of those runs is longer than the flapping's period, so that no plan moves it either until the node has been well for so long.
 */
import { seconds, type Fact, type RuleMaker } from "./fact.ts";

interface Gain {
  readonly node: number;
  readonly before: number;
  readonly atMs: number;
  readonly boundMs: number;
}

export const h3: RuleMaker = (settings) => {
  const { intervalMs } = settings;
  const flapping = settings.profile === "flapping";
  const firstMs = settings.faults[0]?.atMs ?? Infinity;
  const lastMs = Math.max(...settings.faults.map(({ endMs }) => endMs));
  const isShaky = (atMs: number) => atMs >= firstMs && atMs < lastMs + settings.settlingTimeMs;
  const lastGainer = new Map<string, number>();
  const moves = new Map<string, number>();
  /** What a node takes before it has heard the others, and gives back within an interval, is nothing. */
  let taken: { readonly key: string; readonly atMs: number; readonly what: string } | null = null;
  const gains = new Map<string, Gain>();
  /** What is given back within the bound is the mend of H5; what is not, has moved. */
  const movedOnce = (fact: Fact, nowMs: number): string | null => {
    if (fact.kind === "released" && gains.get(fact.address)?.node === fact.node) {
      const gain = gains.get(fact.address);
      if (gain !== undefined && fact.atMs <= gain.atMs + gain.boundMs) {
        gains.delete(fact.address);
        lastGainer.set(fact.address, gain.before);
      }
    }
    for (const [address, { node, atMs, boundMs }] of gains) {
      if (nowMs <= atMs + boundMs) continue;
      gains.delete(address);
      const count = (moves.get(address) ?? 0) + 1;
      moves.set(address, count);
      if (count > 1)
        return `${address} moves for the ${count}. time at ${seconds(atMs)}, to n${node + 1}, though one node flaps and no more`;
    }
    return null;
  };
  return {
    name: "H3",
    take(fact) {
      if (fact.kind === "released" && taken?.key === `${fact.address} ${fact.node}`) taken = null;
      const nowMs = fact.kind === "stretch" ? fact.toMs : fact.atMs;
      if (taken !== null && taken.atMs + intervalMs < nowMs) {
        const { what } = taken;
        taken = null;
        return what;
      }
      const moved = flapping ? movedOnce(fact, nowMs) : null;
      if (moved !== null || fact.kind !== "gained") return moved;
      const { address, node, atMs, generation, returnedMs, returnGeneration, others } = fact;
      if (fact.alone) return null;
      const before = lastGainer.get(address);
      lastGainer.set(address, node);
      if (flapping && !fact.level && isShaky(atMs) && before !== undefined && before !== node) {
        gains.set(address, { node, before, atMs, boundMs: fact.boundMs });
      }
      if (generation > returnGeneration) return null;
      const rightful = others.find(
        (other) =>
          other.sinceMs < returnedMs &&
          other.wellSinceMs < returnedMs &&
          other.returnGeneration < generation &&
          other.ranked &&
          !other.leaving &&
          !other.gated &&
          !other.mute &&
          !other.deaf,
      );
      if (rightful === undefined) return null;
      const what = `n${node + 1} returned at ${seconds(returnedMs)} and took ${address} at ${seconds(atMs)} by plan ${generation}, known then, from n${rightful.node + 1}, which has held it since ${seconds(rightful.sinceMs)}`;
      taken = { key: `${address} ${node}`, atMs, what };
      return null;
    },
  };
};
