/**
 * Whether something is wrong that was not wrong before. Pure.
 *
 * Compared is who breaks which rule, and what about: never the words. Of three that share an address each but the oldest breaks the
 * rule; without the oldest the sentence names another one, and nothing is worse. So a repair is not refused for what it uncovers.
 * What tells two faults of one object apart is `about` of the problem; a property holds the rules to it: what only takes something
 * away is refused for what is in use, and for nothing else.
 * Neighbours: check.ts asks; standing.ts says what is compared.
 */
import { subtractRanges } from "../ranges.ts";
import type { Standing } from "./standing.ts";

/**
 * @param before what was wrong
 * @returns a test of what is wrong now: true where the object is worse off for it
 */
export function worseThan(before: readonly Standing[]): (standing: Standing) => boolean {
  const known = new Map<string, Standing[]>();
  for (const standing of before) {
    const same = known.get(ruleOf(standing));
    if (same === undefined) known.set(ruleOf(standing), [standing]);
    else same.push(standing);
  }
  return (standing) => {
    const same = known.get(ruleOf(standing)) ?? [];
    if (same.length === 0) return true;
    if (!standing.isWarning && same.every(({ isWarning }) => isWarning)) return true;
    const lost = same.flatMap((it) => it.lost ?? []);
    return subtractRanges(standing.lost ?? [], lost).length > 0;
  };
}

function ruleOf({ object, problem: { code, message, about = message } }: Standing): string {
  return `${object} ${code} ${about}`;
}
