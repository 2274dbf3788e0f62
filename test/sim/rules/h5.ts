/**
 * H5: a partition leaves every piece of the segment with one answer; when it mends, one side gives way at once.
 *
 * Asserted: where it became wrong within the bound after a partition or its mend, it is right again when the bound is
 * over, on every piece of the segment by itself. The bound is that of H2.
 */
import type { RuleMaker } from "./fact.ts";
import { describe, overdue } from "./wrong.ts";

export const h5: RuleMaker = () => ({
  name: "H5",
  take(fact) {
    if (fact.kind !== "stretch" || fact.fault.kind !== "partition") return null;
    const late = overdue(fact);
    return late === null || fact.wrongSinceMs > late.limitMs ? null : describe(fact);
  },
});
