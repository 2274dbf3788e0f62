/**
 * P1: the N addresses of a Service are on min(N, eligible nodes) different nodes.
 *
 * Asserted of the plan at the end of a run, where its settling time left room for rebalancing: the first places of a
 * Service's addresses. In between, losses and returns put two on one node, and only a settled cluster parts them again.
 */
import type { Snapshot } from "../../../src/controller/world.ts";
import { EXCLUDE_LABEL } from "../../../src/multi-ip/node-marks.ts";
import { FAULTS_END_MS, type Settings } from "../settings.ts";
import type { RuleMaker } from "./fact.ts";

export const p1: RuleMaker = (settings) => ({
  name: "P1",
  take(fact) {
    if (fact.kind !== "end" || !isSettled(settings)) return null;
    const eligible = eligibleNodes(fact.snapshot);
    for (const [service, firsts] of firstsByService(fact.snapshot)) {
      const wanted = Math.min(firsts.length, eligible.length);
      if (new Set(firsts).size === wanted) continue;
      return `${service} has ${firsts.length} addresses on ${firsts.join(", ")}, of ${eligible.length} nodes`;
    }
    return null;
  },
});

/** A controller that begins, or heard of nobody, looks first (src/controller/looking.ts), and then settles anew. */
const LOOK_MS = 8000;

/** Time enough after the last fault for the settling time and a dozen moves. */
export function isSettled({ settlingTimeMs, moveIntervalMs, runMs, faults }: Settings): boolean {
  const looks = faults.some(
    ({ fault, endMs }) =>
      (fault.kind === "controller-crash" || fault.kind === "api-away") &&
      endMs > FAULTS_END_MS - LOOK_MS - settlingTimeMs,
  );
  const lookMs = looks ? LOOK_MS + settlingTimeMs : 0;
  return FAULTS_END_MS + lookMs + settlingTimeMs + 10 * moveIntervalMs + 1500 < runMs;
}

export function eligibleNodes({ nodes }: Snapshot): string[] {
  return nodes
    .filter(({ metadata }) => metadata.labels?.[EXCLUDE_LABEL] === undefined)
    .map(({ metadata }) => metadata.name);
}

/** First places by Service; "-" for a rank of nobody. */
export function firstsByService({ virtualIps }: Snapshot): Map<string, string[]> {
  const firsts = new Map<string, string[]>();
  for (const { spec } of virtualIps) {
    for (const { namespace, name } of spec.services) {
      const key = `${namespace}/${name}`;
      firsts.set(key, [...(firsts.get(key) ?? []), spec.rank[0] ?? "-"]);
    }
  }
  return firsts;
}
