/**
 * The VirtualIPs as they should be, against those that are: what to make, change and remove. Pure.
 *
 * All that change in one pass get one number, greater than every number before (speakers compare plans by it).
 * Neighbours: assignments.ts says whose they are; ../multi-ip/rank.ts says where.
 */
import type { Ip } from "../base/ip.ts";
import { apiVersionOf } from "../kube/resource.ts";
import { VIRTUAL_IPS } from "../multi-ip/kind.ts";
import { virtualIpName } from "../multi-ip/name.ts";
import type { VirtualIP, VirtualIPSpec } from "../multi-ip/resource.ts";
import { compareUses, type Assignment, type Assignments, type ServiceUse } from "./assignments.ts";
import type { World } from "./world.ts";
import type { Write } from "./writes.ts";

export interface VirtualIpPlan {
  readonly writes: readonly Write[];
  /** The newest plan number, this pass's included. */
  readonly generation: number;
}

export function planVirtualIps(
  world: World,
  { wanted, heldBack }: Assignments,
  ranks: { readonly ranks: ReadonlyMap<Ip, readonly string[]>; readonly generation: number },
): VirtualIpPlan {
  const newest = newestGeneration(world, ranks.generation);
  const generation = newest + 1;
  const writes: Write[] = [];
  for (const [ip, assignment] of wanted) {
    const uses = [...assignment.uses, ...(heldBack.get(ip) ?? [])].sort(compareUses);
    const spec = specOf({ ...assignment, uses }, { world, rank: ranks.ranks.get(ip) ?? [] });
    const before = world.claimed.get(ip)?.object;
    if (before === undefined) writes.push(creation({ ...spec, generation }));
    else writes.push(...update(before, spec, generation));
  }
  const isChanged = writes.length > 0;
  for (const { ip, object } of world.claimed.values()) {
    if (wanted.has(ip) || heldBack.has(ip)) continue;
    writes.push({ kind: "delete-virtual-ip", before: object });
  }
  for (const before of world.malformed) writes.push({ kind: "delete-virtual-ip", before });
  return { writes, generation: isChanged ? generation : newest };
}

export function newestGeneration({ claimed }: World, known: number): number {
  let newest = known;
  for (const { object } of claimed.values()) newest = Math.max(newest, object.spec.generation);
  return newest;
}

type PlannedSpec = Omit<VirtualIPSpec, "generation">;

function specOf(
  { ip, className, uses }: Assignment,
  { world, rank }: { readonly world: World; readonly rank: readonly string[] },
): PlannedSpec {
  const model = world.compiled.classes.get(className);
  return {
    address: ip,
    services: uses,
    pool: model?.pool ?? null,
    class: className,
    mode: model?.mode ?? "L2",
    interfaces: model?.interfaces ?? [],
    rank,
  };
}

function creation(spec: VirtualIPSpec): Write {
  const object: VirtualIP = {
    apiVersion: apiVersionOf(VIRTUAL_IPS),
    kind: VIRTUAL_IPS.kind,
    metadata: { name: virtualIpName(spec.address) },
    spec,
  };
  return { kind: "create-virtual-ip", object };
}

/** @returns a write with the fields that differ, or none */
function update(before: VirtualIP, wanted: PlannedSpec, generation: number): Write[] {
  const fields = Object.keys(wanted) as (keyof PlannedSpec)[];
  const differing = fields.filter((field) => !isSame(before.spec[field], wanted[field]));
  if (differing.length === 0) return [];
  const changes = Object.fromEntries(differing.map((field) => [field, wanted[field]]));
  return [{ kind: "update-virtual-ip", before, spec: { ...changes, generation } }];
}

type Field = PlannedSpec[keyof PlannedSpec];

function isSame(a: Field, b: Field): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return a.length === b.length && a.every((item, index) => isSameItem(item, b[index]));
}

function isSameItem(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object") return a === b;
  const [one, other] = [a as ServiceUse, b as ServiceUse];
  return compareUses(one, other) === 0 && one.index === other.index;
}
