/**
 * Why nobody may or can hold the addresses of a Service: said on the Service, with the way out. Pure.
 */
import type { Problem } from "../base/errors.ts";
import { keyOf } from "../kube/resource.ts";
import type { Service } from "../kube/types.ts";
import { isLocal, type World } from "./world.ts";

/** @returns at most one problem: the first reason why the class's nodes do not answer for the Service */
export function nodeProblems(service: Service, className: string, world: World): Problem[] {
  const nodes = world.classes.get(className);
  if (nodes === undefined || nodes.eligible.length === 0) {
    const count = nodes?.selected.length ?? 0;
    const message =
      count === 0
        ? `No node has the labels of class "${className}"`
        : `All ${count} nodes of class "${className}" are excluded, without network or being deleted`;
    return [{ code: "NO_NODES", message }];
  }
  if (!nodes.hasSpeaker) {
    const message = `No speaker runs on the nodes of class "${className}"`;
    return [{ code: "NO_SPEAKER", message }];
  }
  if (!isLocal(service)) return [];
  const serving = world.serving.get(keyOf(service));
  if (!nodes.eligible.some(({ name }) => serving?.has(name))) {
    const message = `No node of class "${className}" has a serving endpoint of the Service`;
    return [{ code: "NO_SERVING_ENDPOINT", message }];
  }
  return [];
}
