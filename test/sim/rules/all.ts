/** Every rule, for one run: each has a memory of its own. */
import type { Settings } from "../settings.ts";
import type { Rule } from "./fact.ts";
import { h1 } from "./h1.ts";
import { h2 } from "./h2.ts";
import { h3 } from "./h3.ts";
import { h4 } from "./h4.ts";
import { h5 } from "./h5.ts";
import { h6 } from "./h6.ts";

export function makeRules(settings: Settings): readonly Rule[] {
  return [h1, h2, h3, h4, h5, h6].map((make) => make(settings));
}
