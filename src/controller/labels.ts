/**
 * The member label: on every node that any way of any class selects, able or not, and on no other. Pure.
 *
 * Speakers' DaemonSets select nodes by it, so a node wears it before its speaker can be heard of. Where an address is answered for on
 * the segment and announced to routers, the nodes of both are members: only who answers is chosen of the former alone.
 */
import { isSelected } from "../classes/model.ts";
import { MEMBER_LABEL } from "./resources.ts";
import type { World } from "./world.ts";
import type { Write } from "./writes.ts";

export function planLabels(world: World): Write[] {
  const members = membersOf(world);
  return world.nodeObjects.flatMap((before): Write[] => {
    const { name, labels, deletionTimestamp } = before.metadata;
    const label = labels?.[MEMBER_LABEL];
    const member = members.has(name);
    const isRight = member ? label === "" : label === undefined;
    return isRight || deletionTimestamp !== undefined
      ? []
      : [{ kind: "node-label", before, member }];
  });
}

/** Classes are made anew with every other node. */
const known = new WeakMap<World["classes"], ReadonlySet<string>>();

function membersOf({ classes, nodes }: World): ReadonlySet<string> {
  const before = known.get(classes);
  if (before !== undefined) return before;
  const ways = [...classes.values()].flatMap(({ model }) => model.ways);
  const selected = nodes.filter(({ labels }) => isSelected(ways, labels));
  const members = new Set(selected.map(({ name }) => name));
  known.set(classes, members);
  return members;
}
