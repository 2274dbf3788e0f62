/**
 * The member label: on every node that any class selects, able or not, and on no other. Pure.
 *
 * Speakers' DaemonSets select nodes by it, so a node wears it before its speaker can be heard of.
 */
import { MEMBER_LABEL } from "./resources.ts";
import type { World } from "./world.ts";
import type { Write } from "./writes.ts";

export function planLabels({ classes, nodeObjects }: World): Write[] {
  const members = new Set(
    [...classes.values()].flatMap(({ selected }) => selected.map(({ name }) => name)),
  );
  return nodeObjects.flatMap((before): Write[] => {
    const { name, labels, deletionTimestamp } = before.metadata;
    const label = labels?.[MEMBER_LABEL];
    const member = members.has(name);
    const isRight = member ? label === "" : label === undefined;
    return isRight || deletionTimestamp !== undefined
      ? []
      : [{ kind: "node-label", before, member }];
  });
}
