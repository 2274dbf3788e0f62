/**
 * P4: nothing moves without a cause, every move names it, and the same world gives the same plan.
 *
 * Asserted of every pass: where the first place of an address changes, the write names why; "follow-holder" goes to
 * the node that the status names; "balance" and "spread" come after the settling time of the controller's start, one a
 * move interval. Every twentieth pass is planned a second time, from the same objects: the same writes come out.
 * In a rolling restart of all speakers each address changes hands twice at most.
 * And at the end of a run, some 20 s after the last fault, the status of every address names who answers, whatever the
 * clocks say; left out are addresses that moved in the last moment.
 */
import type { Write } from "../../../src/controller/writes.ts";
import { seconds, type Fact, type RuleMaker } from "./fact.ts";

const VOLUNTARY: readonly string[] = ["balance", "spread", "preference"];

export const p4: RuleMaker = (settings) => {
  let lastMoveMs = -Infinity;
  const gainedMs = new Map<string, number>();
  const rolled = settings.profile === "rolling" ? rollOf(settings.faults[0]?.atMs ?? 0) : null;
  return {
    name: "P4",
    take(fact) {
      if (fact.kind === "end") return wrongStatus(fact, gainedMs);
      if (fact.kind === "gained") {
        gainedMs.set(fact.address, fact.atMs);
        return rolled?.(fact) ?? null;
      }
      if (fact.kind !== "plan") return null;
      for (const write of fact.writes) {
        const wrong = causeless(write, fact);
        if (wrong !== null) return wrong;
      }
      if (fact.again !== null && outline(fact.again.writes) !== outline(fact.plan.writes)) {
        return `planned twice at ${seconds(fact.atMs)}: ${outline(fact.plan.writes)} and ${outline(fact.again.writes)}`;
      }
      const voluntary = moves(fact.plan.writes).filter(({ reason }) => VOLUNTARY.includes(reason));
      if (voluntary.length === 0) return null;
      const tooSoon = fact.atMs - lastMoveMs < settings.moveIntervalMs - 1;
      lastMoveMs = fact.atMs;
      const early = fact.atMs < settings.settlingTimeMs;
      const hops = voluntary.length;
      if (!tooSoon && !early) return null;
      return `${hops} voluntary moves at ${seconds(fact.atMs)}, ${early ? "before the cluster is settled" : "too soon after the last"}`;
    },
  };
};

/** Of a rolling restart: which address moves how often. */
function rollOf(firstMs: number) {
  const holders = new Map<string, number>();
  const moves = new Map<string, number>();
  return ({ address, node, atMs }: Gained): string | null => {
    const before = holders.get(address) ?? node;
    holders.set(address, node);
    if (before === node || atMs < firstMs) return null;
    const count = (moves.get(address) ?? 0) + 1;
    moves.set(address, count);
    if (count <= ROLL_MOVES_MAX) return null;
    return `${address} moves for the ${count}. time at ${seconds(atMs)}, to n${node + 1}, in one rolling restart`;
  };
}

type Gained = Extract<Fact, { readonly kind: "gained" | "released" }>;
const ROLL_MOVES_MAX = 2;

function outline(writes: readonly Write[]): string {
  return JSON.stringify(writes);
}

function moves(writes: readonly Write[]) {
  return writes.flatMap((write) => (write.kind === "update-virtual-ip" ? (write.move ?? []) : []));
}

function causeless(write: Write, { atMs }: { readonly atMs: number }): string | null {
  if (write.kind !== "update-virtual-ip" || write.spec.rank === undefined) return null;
  const { before, spec, move } = write;
  const [from = null, to = null] = [before.spec.rank[0], spec.rank?.[0]];
  if (from === to) return null;
  const { address } = before.spec;
  if (move === undefined)
    return `${address} goes from ${from} to ${to} at ${seconds(atMs)}, and no cause is named`;
  if (move.reason === "follow-holder" && before.status?.holder !== to) {
    return `${address} follows ${to} at ${seconds(atMs)}, but ${before.status?.holder ?? "nobody"} is reported`;
  }
  return null;
}

/** Longer than a holder waits before it says again what somebody wrote over. */
const STATUS_MS_MAX = 1500;

function wrongStatus(
  { atMs, answers, snapshot }: Extract<Fact, { kind: "end" }>,
  gainedMs: ReadonlyMap<string, number>,
): string | null {
  for (const { spec, status } of snapshot.virtualIps) {
    const answering = answers.get(spec.address);
    const holder = status?.holder ?? null;
    if (answering === undefined || holder === answering.node) continue;
    if (atMs - (gainedMs.get(spec.address) ?? 0) < STATUS_MS_MAX) continue;
    return `at the end, ${seconds(atMs)}, ${answering.node} answers for ${spec.address}, and the status names ${holder}`;
  }
  return null;
}
