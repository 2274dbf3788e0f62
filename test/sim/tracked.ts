/** What the observer keeps of one address. */
import type { Stretch } from "./rules/fact.ts";
import type { SimNode } from "./node.ts";

export interface Tracked {
  readonly address: string;
  readonly name: string;
  /** Nobody has held it since it was made, or since no other has it. */
  isNew: boolean;
  /** When somebody began with it who was the first, since it was new. */
  usedMs: number;
  bornMs: number;
  /** The first plan that has it; less than that knows of another life of it. */
  bornGeneration: number;
  /** A bit for each node that was told of it. */
  toldOf: number;
  /** A bit for each mind that says it holds it. */
  held: number;
  readonly gainedMs: Float64Array;
  readonly announcedMs: Float64Array;
  /** When a node answered last, of those that do no more. */
  readonly endedMs: Float64Array;
  fault: { readonly atMs: number; readonly kind: string };
  plannedMs: number;
  /** Of stretches that are not over, by piece. */
  open: OpenStretch[];
}

export type OpenStretch = Omit<
  Stretch,
  "kind" | "toMs" | "boundMs" | "address" | "fault" | "plannedMs"
>;

export function newTracked(
  born: Pick<Tracked, "address" | "name" | "bornGeneration" | "bornMs">,
  { nodeCount, newMs }: { readonly nodeCount: number; readonly newMs: number },
): Tracked {
  const never = () => new Float64Array(nodeCount).fill(-Infinity);
  return {
    ...born,
    isNew: true,
    usedMs: -Infinity,
    toldOf: 0,
    held: 0,
    gainedMs: never(),
    announcedMs: never(),
    endedMs: never(),
    fault: { atMs: newMs, kind: "new" },
    plannedMs: -Infinity,
    open: [],
  };
}

export function isToldOf({ name, bornGeneration }: Tracked, node: SimNode): boolean {
  return (node.told.get(name)?.generation ?? -1) >= bornGeneration;
}
