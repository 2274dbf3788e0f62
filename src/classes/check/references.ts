/**
 * What objects say that the compiler found wrong, and what they name: aliases, peers, BFD profiles. Pure.
 *
 * What is missing may come later, in whatever order a person applies files: a warning. What is there and named does not go.
 * Neighbours: ../compile.ts finds it; shape.ts has said before what is wrong with one object alone.
 */
import type { Problem, ProblemCode } from "../../base/errors.ts";
import { CONFIGURATION_KIND } from "../deckhouse/configuration.ts";
import { objectOf, type Scene, type Standing } from "./standing.ts";

/** Said by shape.ts, pools.ts or classes.ts, with the field. */
const SAID_ELSEWHERE: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "COMMUNITY_INVALID",
  "RANGE_INVALID",
  "PEER_INVALID",
  "POOL_OVERLAP",
  "CLASS_DEFAULT_DOUBLED",
]);

/** Names of what is not there. */
const DANGLING: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "BFD_PROFILE_MISSING",
  "COMMUNITY_MISSING",
  "PEER_MISSING",
  "POOL_MISSING",
]);

/** Obeyed as far as it goes. */
const OBEYED: ReadonlySet<ProblemCode> = new Set<ProblemCode>(["RANGE_TOO_LARGE", "POOL_EMPTY"]);

/** A pool is kept by who holds its addresses, not by who advertises it. */
const KEEPS: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "BFD_PROFILE_MISSING",
  "COMMUNITY_MISSING",
  "PEER_MISSING",
]);

export function compiledFaults({ compiled }: Scene): Standing[] {
  return [...compiled.problems].flatMap(([key, problems]) =>
    problems
      .filter(({ code }) => !SAID_ELSEWHERE.has(code))
      .map((problem) => ({
        ...{ object: objectOf(key), field: fieldOf(key, problem.code), problem },
        isWarning: DANGLING.has(problem.code) || OBEYED.has(problem.code),
      })),
  );
}

/** Where each is written; and where in a MetalLoadBalancerConfiguration. */
const FIELDS: Partial<Record<ProblemCode, readonly [string, string?]>> = {
  AGGREGATION_INVALID: ["spec.aggregationLength", "spec.advertisements"],
  BFD_PROFILE_MISSING: ["spec.bfdProfile"],
  COMMUNITY_DOUBLED: ["spec.communities"],
  COMMUNITY_MISSING: ["spec.communities", "spec.advertisements"],
  PEER_MISSING: ["spec.peers", "spec.bgp.peerNames"],
  POOL_EMPTY: ["spec.addresses"],
  POOL_MISSING: ["spec.ipAddressPools", "spec.advertisements"],
  RANGE_TOO_LARGE: ["spec.addresses"],
};

function fieldOf(key: string, code: ProblemCode): string {
  const [field = "spec", ofConfiguration = field] = FIELDS[code] ?? [];
  if (code === "POOL_EMPTY" && !key.includes("/")) return "spec.addressPool";
  return key.startsWith(`${CONFIGURATION_KIND}/`) ? ofConfiguration : field;
}

/** @returns that the changed object is in use, where another one names what the change takes away; else null */
export function inUse(changed: string, { object, problem }: Standing): Problem | null {
  if (!KEEPS.has(problem.code)) return null;
  const [kind = "", name = ""] = changed.split("/");
  const what = object.replace("/", " ");
  const message = `failed to delete ${kind} ${name}, used by ${what}: ${problem.message}`;
  return { code: "IN_USE", message };
}
