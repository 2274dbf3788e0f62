/**
 * Why nobody may or can hold the addresses of a Service: said on the Service, with the way out. Pure.
 */
import type { Problem } from "../base/errors.ts";
import type { IpFamily } from "../base/ip.ts";
import { titleOf } from "../classes/model.ts";
import { keyOf } from "../kube/resource.ts";
import type { Service } from "../kube/types.ts";
import { reachOf } from "./reach.ts";
import { isLocal, type ClassNodes, type World } from "./world.ts";

/**
 * @param families of its addresses; where it has none yet, those that it asks for
 * @returns at most one problem: the first reason why the nodes of the Service's home do not answer for it
 */
export function nodeProblems(
  service: Service,
  { home, families }: { readonly home: string | null; readonly families: readonly IpFamily[] },
  world: World,
): Problem[] {
  const { namespace = "", name } = service.metadata;
  const nodes = home === null ? undefined : reachOf([{ namespace, name }], home, world);
  if (nodes === undefined) return [];
  const title = titleOf(nodes.model);
  if (nodes.ways.length === 0) {
    return [{ code: "NOT_ADVERTISED", message: `No advertisement of ${title} is for the Service` }];
  }
  if (nodes.eligible.length === 0) return [nobodyMay(nodes, title)];
  if (!nodes.hasSpeaker) {
    const message = `No speaker runs on the nodes of ${title}`;
    return [{ code: "NO_SPEAKER", message }];
  }
  if (!isLocal(service)) return [];
  const serving = world.serving.get(keyOf(service));
  const lacking = families.filter(
    (family) => !nodes.eligible.some(({ name }) => serving?.[family].has(name)),
  );
  if (lacking.length === 0) return [];
  // Of all its families: what they are called is not the point.
  const what = lacking.length < families.length ? ` of ${lacking.join()}` : "";
  const message = `No node of ${title} has a serving endpoint${what} of the Service`;
  return [{ code: "NO_SERVING_ENDPOINT", message }];
}

/** Nobody is eligible: no labels, no node that may hold anything, or none that has an interface which is named. */
function nobodyMay({ selected, ways }: ClassNodes, title: string): Problem {
  const count = selected.length;
  if (count === 0) return { code: "NO_NODES", message: `No node has the labels of ${title}` };
  if (!selected.some(({ eligible }) => eligible)) {
    const message = `All ${count} nodes of ${title} are excluded, without network or being deleted`;
    return { code: "NO_NODES", message };
  }
  const names = [...new Set(ways.flatMap(({ interfaces }) => interfaces))].sort();
  const message = `No node of ${title} has an interface ${names.map((it) => `"${it}"`).join(" or ")}`;
  return { code: "NO_INTERFACE", message };
}
