/**
 * Which problems of manifests mean that something which people wrote is not in force. Pure.
 *
 * Neighbours: metallb-status.ts and io/figures.ts say it where MetalLB's tools look; manifest-status.ts says all problems.
 */
import type { Problem, ProblemCode } from "../base/errors.ts";

/** MetalLB lets these stand: nothing of the object is left out but a name of what may come later. */
const LET_STAND: ReadonlySet<ProblemCode> = new Set([
  "PEER_MISSING",
  "POOL_MISSING",
  "RANGE_TOO_LARGE",
]);

/** @returns false for what is merely told: with MetalLB the configuration as a whole would not be in force for the others */
export function isUnusable({ code }: Problem): boolean {
  return !LET_STAND.has(code);
}
