/**
 * P5: index-stable. A Service that grows gains addresses at the end, one that shrinks gives back from the end, and a
 * Service keeps its addresses through restarts of anything.
 *
 * Asserted of every status that is written: of the list before and the list after, the shorter one is the beginning of
 * the longer one. An emptied status is the beginning of anything, and counts as such only when the Service was deleted
 * in between, or has no node left; the next list then begins with the same addresses, unless the Service is a new one.
 */
import { seconds, type RuleMaker } from "./fact.ts";

export const p5: RuleMaker = () => {
  const lists = new Map<string, readonly string[]>();
  return {
    name: "P5",
    take(fact) {
      if (fact.kind !== "write" || fact.write.kind !== "service-status") return null;
      const { before, status } = fact.write;
      const ingress = status.loadBalancer?.ingress;
      if (status.loadBalancer === undefined) return null;
      const list = (ingress ?? []).map(({ ip = "?" }) => ip);
      const key = before.metadata.uid ?? "";
      const known = lists.get(key) ?? [];
      if (list.length > 0) lists.set(key, list);
      const common = Math.min(known.length, list.length);
      if (known.slice(0, common).join() === list.slice(0, common).join()) return null;
      return `${before.metadata.name} had ${known.join(", ")} and is given ${list.join(", ")} at ${seconds(fact.atMs)}`;
    },
  };
};
