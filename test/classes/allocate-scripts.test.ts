/** Allocation, row by row: every sentence of section 3 of the reference of MetalLB, and where ours is better, ours. */
import { play, type Script } from "./pool-script.ts";
import { NAMING } from "./pool-scripts/naming.ts";

const TABLES: Readonly<Record<string, readonly Script[]>> = {
  "a pool by name": NAMING,
};

for (const [title, scripts] of Object.entries(TABLES)) {
  describe(`allocate: ${title}`, () => {
    for (const [name, ...passes] of scripts) {
      it(name, () => {
        play(passes);
      });
    }
  });
}
