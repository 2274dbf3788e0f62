/**
 * What objects say that the compiler found wrong, and what they name: aliases, peers, BFD profiles. Pure.
 *
 * What is missing may come later, in whatever order a person applies files: a warning. What is there and named does not go.
 * Neighbours: ../compile.ts finds it; shape.ts has said before what is wrong with one object alone.
 */
import type { Problem, ProblemCode } from "../../base/errors.ts";
import { METAL_PEER_KIND } from "../deckhouse/bgp-peer.ts";
import { CONFIGURATION_KIND } from "../deckhouse/configuration.ts";
import { BFD_PROFILE_KIND } from "../metallb/bfd-profile.ts";
import { BGP_PEER_KIND } from "../metallb/bgp-peer.ts";
import { COMMUNITY_KIND } from "../metallb/community.ts";
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

/** By what is missed: the kinds that define it. A pool is kept by who holds its addresses, not by who advertises it. */
const DEFINED_BY: Partial<Record<ProblemCode, readonly string[]>> = {
  BFD_PROFILE_MISSING: [BFD_PROFILE_KIND],
  COMMUNITY_MISSING: [COMMUNITY_KIND],
  PEER_MISSING: [BGP_PEER_KIND, METAL_PEER_KIND],
};

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
export function inUse(
  changed: string,
  { object, problem }: Standing,
  operation: "UPDATE" | "DELETE",
): Problem | null {
  const [kind = "", name = ""] = changed.split("/");
  if (!DEFINED_BY[problem.code]?.includes(kind)) return null;
  const user = object.replace("/", " ");
  const title =
    operation === "DELETE"
      ? `failed to delete ${kind} ${name}, used by ${user}`
      : `The ${kind} ${name} would no longer define what ${user} uses`;
  return { code: "IN_USE", message: `${title}: ${problem.message}` };
}
