/** Allocation, row by row: every sentence of section 3 of the reference of MetalLB, and where ours is better, ours. */
import { expect } from "chai";
import { play, type Script } from "./pool-script.ts";
import { DUAL_STACK } from "./pool-scripts/dual-stack.ts";
import { FITTING } from "./pool-scripts/fitting.ts";
import { LIFECYCLE } from "./pool-scripts/lifecycle.ts";
import { NAMING } from "./pool-scripts/naming.ts";
import { SHARED } from "./pool-scripts/shared.ts";
import { SOURCES } from "./pool-scripts/sources.ts";

const TABLES: Readonly<Record<string, readonly Script[]>> = {
  "where an address is from": SOURCES,
  "a pool by name": NAMING,
  "for whom a pool is": FITTING,
  "both families": DUAL_STACK,
  sharing: SHARED,
  "over time": LIFECYCLE,
};

it("allocate: the tables have at least 200 rows", () => {
  expect(Object.values(TABLES).flat().length).to.be.at.least(200);
});

for (const [title, scripts] of Object.entries(TABLES)) {
  describe(`allocate: ${title}`, () => {
    for (const [name, ...passes] of scripts) {
      it(name, () => {
        play(passes);
      });
    }
  });
}
