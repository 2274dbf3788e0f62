/**
 * H6: a stranger that answers for our address is seen and reported, and never fought over endlessly.
 *
 * Asserted: a holder that a stranger's claim reaches, be it one and no more, says "conflict" within a second: however short
 * the stranger stays, what was heard is told of. Left out: a stranger that said nothing to a holder, or to one that gives
 * the address up at that moment. And in no ten seconds of a conflict are there more announcements of the address than
 * its regular schedule has, and one for each second.
 */
import { seconds, type RuleMaker } from "./fact.ts";

const SEEN_MS = 1000;
const WINDOW_MS = 10_000;
/** One gain's schedule with both forms of each frame, a second gain's, and a defence per second. */
const ANNOUNCEMENTS_MAX = 2 * 9 + 10;

export const h6: RuleMaker = () => {
  const awaited = new Map<string, { readonly atMs: number; readonly holder: number }>();
  const announced = new Map<string, number[]>();
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
  return {
    name: "H6",
    take(fact) {
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
