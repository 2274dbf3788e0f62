/** Every rule, for one run: each has a memory of its own. */
import type { Settings } from "../settings.ts";
import type { Rule } from "./fact.ts";
import { gate } from "./gate.ts";
import { h1 } from "./h1.ts";
import { h2 } from "./h2.ts";
import { h3 } from "./h3.ts";
import { h4 } from "./h4.ts";
import { h5 } from "./h5.ts";
import { h6 } from "./h6.ts";
import { p1 } from "./p1.ts";
import { p2 } from "./p2.ts";
import { p3 } from "./p3.ts";
import { p4 } from "./p4.ts";
import { p5 } from "./p5.ts";

export function makeRules(settings: Settings): readonly Rule[] {
  return [h1, h2, h3, h4, h5, h6, gate, p1, p2, p3, p4, p5].map((make) => make(settings));
}
