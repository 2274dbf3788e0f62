/**
 * Services that need no second look: seen to be right before, and nothing that counts has changed since. Pure.
 *
 * Most Services are so in most passes, and saying what their status should be is the dearest part of a pass.
 * What is remembered is tied to the very object that was seen: a new version is looked at anew.
 */
import type { Allocation } from "../classes/allocation.ts";
import { keyOf } from "../kube/resource.ts";
import type { Service } from "../kube/types.ts";
import { listedAddresses, placesInOrder } from "./assignments.ts";
import { reachOf } from "./reach.ts";
import type { Role } from "./roles.ts";
import { isLocal, type ClassNodes, type World } from "./world.ts";

type Served = Extract<Role, { kind: "served" }>;

const seenRight = new WeakMap<Service, string>();
const stamps = new WeakMap<ClassNodes, string>();

/** @returns true where the status was right before, and still lists just what is allocated and claimed */
export function isQuiet(
  service: Service,
  { role, allocation, world }: Readonly<{ role: Served; allocation: Allocation; world: World }>,
): boolean {
  if (isLocal(service) || seenRight.get(service) !== stampOf(service, allocation, world))
    return false;
  const problems = [role.problems, role.request.problems, allocation.problems, allocation.notices];
  if (problems.some((list) => list.length > 0)) return false;
  const listed = listedAddresses(service);
  const places = placesInOrder(allocation, role.request.families);
  if (listed.length !== places.length) return false;
  const key = keyOf(service);
  return places.every(({ ip }, index) => {
    if (ip === null || ip !== listed[index]) return false;
    return world.claimed.get(ip)?.services.includes(key) ?? false;
  });
}

/** To be called when the status was found complete, without a problem and with nothing to write. */
export function rememberRight(service: Service, allocation: Allocation, world: World): void {
  seenRight.set(service, stampOf(service, allocation, world));
}

/** All of the class that a status depends on. */
function stampOf({ metadata }: Service, { home }: Allocation, world: World): string {
  const { namespace = "", name } = metadata;
  const nodes = home === null ? undefined : reachOf([{ namespace, name }], home, world);
  if (nodes === undefined) return "";
  const known = stamps.get(nodes);
  if (known !== undefined) return known;
  const { model, ways, selected, eligible, hasSpeaker } = nodes;
  const stamp = `${model.key} ${ways.length > 0} ${selected.length > 0} ${eligible.length > 0} ${hasSpeaker}`;
  stamps.set(nodes, stamp);
  return stamp;
}
