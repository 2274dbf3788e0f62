/**
 * H6: a stranger that answers for our address is seen and reported, and never fought over endlessly.
 *
 * Asserted: a holder that a stranger's claim reaches, be it one and no more, says "conflict" within a second: however short
 * the stranger stays, what was heard is told of. Left out: a stranger that said nothing to a holder, or to one that gives
 * the address up at that moment. And in no ten seconds of a conflict are there more announcements of the address than
 * its regular schedule has, and one for each second.
 * Before first use: a node that probes for an address, and is answered by a stranger, says "conflict" before it asks again: who
 * does not want it any more need not; and nobody begins to answer for an address that none of ours had while a stranger has it.
 */
import { seconds, type Fact, type RuleMaker } from "./fact.ts";

const SEEN_MS = 1000;
/** A stranger that comes while the last probe is answered comes too late. */
const PROBED_MS = 500;
const WINDOW_MS = 10_000;
/** One gain's schedule with both forms of each frame, a second gain's, and a defence per second. */
const ANNOUNCEMENTS_MAX = 2 * 9 + 10;

/** Whoever still wants an address that was taken asks again after one second, and then every two. */
const ASKED_AGAIN_MS = 2500;

function asked({ node, address }: { readonly node: number; readonly address: string }): string {
  return `${node} ${address}`;
}

export const h6: RuleMaker = () => {
  const awaited = new Map<string, { readonly atMs: number; readonly holder: number }>();
  const announced = new Map<string, number[]>();
  const squatted = new Map<string, number>();
  /** By node and address: when a stranger answered, of which nobody was told. */
  const untold = new Map<string, number>();
  let strangersUntilMs = -Infinity;
  const announcedAgain = ({ address, atMs }: { address: string; atMs: number }) => {
    const times = (announced.get(address) ?? []).filter((at) => at > atMs - WINDOW_MS);
    times.push(atMs);
    announced.set(address, times);
    if (times.length <= ANNOUNCEMENTS_MAX) return null;
    return `${address} was announced ${times.length} times in ${seconds(WINDOW_MS)} until ${seconds(atMs)}`;
  };
  const overdue = (nowMs: number) => {
    for (const [address, { atMs, holder }] of awaited) {
      if (nowMs < atMs + SEEN_MS) continue;
      awaited.delete(address);
      return `n${holder + 1} has not reported the stranger that claims ${address} since ${seconds(atMs)}`;
    }
    return null;
  };
  const beforeUse = (fact: Fact): string | null => {
    const atMs = fact.kind === "stretch" ? fact.toMs : fact.atMs;
    if (fact.kind === "conflict") untold.delete(asked(fact));
    if (fact.kind === "squatted") {
      const sinceMs = untold.get(asked(fact)) ?? -Infinity;
      untold.set(asked(fact), atMs);
      if (atMs - sinceMs < ASKED_AGAIN_MS)
        return `n${fact.node + 1} asks for ${fact.address}, is answered by a stranger at ${seconds(sinceMs)}, and tells nobody`;
    }
    if (fact.kind === "squatter" && fact.begins) squatted.set(fact.address, atMs);
    if (fact.kind === "squatter" && !fact.begins) squatted.delete(fact.address);
    if (fact.kind !== "gained" || fact.reason !== "first") return null;
    if (atMs - (squatted.get(fact.address) ?? Infinity) < PROBED_MS) return null;
    return squatted.has(fact.address)
      ? `n${fact.node + 1} begins to answer for ${fact.address} at ${seconds(atMs)}, which a stranger has`
      : null;
  };
  return {
    name: "H6",
    take(fact) {
      const wrong = beforeUse(fact);
      if (wrong !== null) return wrong;
      if (fact.kind === "stranger") {
        strangersUntilMs = Math.max(strangersUntilMs, fact.endMs);
        if (!awaited.has(fact.address)) awaited.set(fact.address, fact);
      }
      if (fact.kind === "conflict" || fact.kind === "released") awaited.delete(fact.address);
      if (fact.kind === "announced" && fact.atMs <= strangersUntilMs) return announcedAgain(fact);
      if (fact.kind === "stretch") return overdue(fact.toMs);
      return fact.kind === "end" ? overdue(fact.atMs) : null;
    },
  };
};
