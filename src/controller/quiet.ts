/**
 * Services that need no second look: seen to be right before, and nothing that counts has changed since. Pure.
 *
 * Most Services are so in most passes, and saying what their status should be is the dearest part of a pass.
 * What is remembered is tied to the very object that was seen: a new version is looked at anew.
 */
import type { Allocation } from "../classes/allocation.ts";
import { keyOf } from "../kube/resource.ts";
import type { Service } from "../kube/types.ts";
import { isSameInEachFamily, listedAddresses, placesInOrder } from "./assignments.ts";
import { reachOf } from "./reach.ts";
import type { Role } from "./roles.ts";
import { isLocal, type ClassNodes, type World } from "./world.ts";

interface Seen {
  readonly role: Extract<Role, { kind: "served" }>;
  readonly allocation: Allocation;
  readonly world: World;
}

const stamps = new WeakMap<ClassNodes, string>();

export class Quiet {
  readonly #seenRight = new WeakMap<Service, string>();

  /** @returns true where the status was right before, and still lists just what is allocated and claimed */
  is(service: Service, seen: Seen): boolean {
    const { allocation, world } = seen;
    if (isLocal(service)) return false;
    if (this.#seenRight.get(service) !== stampOf(service, allocation, world)) return false;
    return isAsAllocated(service, seen);
  }

  /** To be called when the status was found complete, without a problem and with nothing to write. */
  rememberRight(service: Service, { allocation, world }: Seen): void {
    this.#seenRight.set(service, stampOf(service, allocation, world));
  }
}

function isAsAllocated(service: Service, { role, allocation, world }: Seen): boolean {
  const problems = [role.problems, role.request.problems, allocation.problems, allocation.notices];
  if (problems.some((list) => list.length > 0)) return false;
  const listed = listedAddresses(service);
  const places = placesInOrder(allocation, role.request.families);
  const given = places.flatMap(({ ip }) => ip ?? []);
  if (given.length !== places.length || !isSameInEachFamily(listed, given)) return false;
  const key = keyOf(service);
  return given.every((ip) => world.claimed.get(ip)?.services.includes(key) ?? false);
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
