/**
 * A class read from its own object, before the others are looked at. Pure.
 */
import type { Problem } from "../base/errors.ts";
import { compareText } from "../base/hash.ts";
import { titleAtStart, type ClassModel } from "./model.ts";
import { disjointRanges, parseRange, type IpRange } from "./ranges.ts";

export interface Draft {
  readonly model: ClassModel;
  /** RFC 3339, as in metadata.creationTimestamp. */
  readonly createdAt: string | undefined;
  readonly found: readonly Problem[];
}

interface Dated {
  readonly metadata: { readonly name: string; readonly creationTimestamp?: string | undefined };
}

/** Oldest first, and by name; one without a time is not stored yet, so it is the youngest. */
export function compareObjects({ metadata: a }: Dated, { metadata: b }: Dated): number {
  return (
    compareText(a.creationTimestamp ?? "~", b.creationTimestamp ?? "~") ||
    compareText(a.name, b.name)
  );
}

/**
 * @param entries as people write them
 * @param found takes what is wrong with them
 * @returns what can be read, in the order written, each address once
 */
export function readRanges(
  owner: Pick<ClassModel, "name" | "pool">,
  entries: readonly string[],
  found: Problem[],
): IpRange[] {
  const ranges: IpRange[] = [];
  for (const entry of entries) {
    const parsed = parseRange(entry);
    if (parsed.ok) ranges.push(parsed.value);
    else found.push(parsed.problem);
  }
  if (ranges.length === 0) found.push(emptyPool(owner));
  return disjointRanges(ranges);
}

export function emptyPool(owner: Pick<ClassModel, "name" | "pool">): Problem {
  return { code: "POOL_EMPTY", message: `${titleAtStart(owner)} has no addresses to give` };
}
