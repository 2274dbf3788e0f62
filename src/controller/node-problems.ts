/**
 * Why nobody may or can hold the addresses of a Service: said on the Service, with the way out. Pure.
 */
import type { Problem } from "../base/errors.ts";
import { titleOf } from "../classes/model.ts";
import { keyOf } from "../kube/resource.ts";
import type { Service } from "../kube/types.ts";
import { reachOf } from "./reach.ts";
import { isLocal, type World } from "./world.ts";

/** @returns at most one problem: the first reason why the nodes of the Service's home do not answer for it */
export function nodeProblems(service: Service, home: string | null, world: World): Problem[] {
  const { namespace = "", name } = service.metadata;
  const nodes = home === null ? undefined : reachOf([{ namespace, name }], home, world);
  if (nodes === undefined) return [];
  const title = titleOf(nodes.model);
  if (nodes.ways.length === 0) {
    return [{ code: "NOT_ADVERTISED", message: `No advertisement of ${title} is for the Service` }];
  }
  if (nodes.eligible.length === 0) {
    const count = nodes.selected.length;
    const message =
      count === 0
        ? `No node has the labels of ${title}`
        : `All ${count} nodes of ${title} are excluded, without network or being deleted`;
    return [{ code: "NO_NODES", message }];
  }
  if (!nodes.hasSpeaker) {
    const message = `No speaker runs on the nodes of ${title}`;
    return [{ code: "NO_SPEAKER", message }];
  }
  if (!isLocal(service)) return [];
  const serving = world.serving.get(keyOf(service));
  if (!nodes.eligible.some(({ name }) => serving?.has(name))) {
    const message = `No node of ${title} has a serving endpoint of the Service`;
    return [{ code: "NO_SERVING_ENDPOINT", message }];
  }
  return [];
}
