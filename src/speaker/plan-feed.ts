/**
 * What of all VirtualIPs the frame worker is to know: those that this node may hold, and what became of them. Pure.
 *
 * An address that once was for this node is told of until it is deleted: it may still be answered here while it is
 * handed over to the next. Addresses that only BGP announces are none of the worker's business.
 * Neighbours: io/run.ts feeds it from the API; speaker.ts takes the changes.
 */
import type { Ip } from "../base/ip.ts";
import { parseVirtualIp } from "../multi-ip/check.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";
import type { PlannedAddress } from "./addresses.ts";
import type { PlanChange } from "./speaker.ts";

export class PlanFeed {
  readonly #node: string;
  /** By object name: what the worker knows, and what the disk should. */
  readonly #told = new Map<string, PlannedAddress>();
  readonly #upserts = new Map<Ip, PlannedAddress>();
  readonly #removals = new Set<Ip>();
  #generation = 0;
  #toldGeneration = 0;
  #unsaved = false;

  /** @param known what the worker has been told already, from the disk */
  constructor(node: string, known: readonly (readonly [string, PlannedAddress])[] = []) {
    this.#node = node;
    for (const [name, plan] of known) this.#told.set(name, plan);
  }

  get generation(): number {
    return this.#generation;
  }

  /** By object name. */
  get told(): ReadonlyMap<string, PlannedAddress> {
    return this.#told;
  }

  /** @returns the name of the fault where the object is none that can be trusted; it then changes nothing */
  put(object: VirtualIP): string | null {
    const parsed = parseVirtualIp(object);
    if (!parsed.ok) return parsed.fault;
    const { name } = object.metadata;
    const { spec, status } = parsed.value;
    const plan: PlannedAddress = {
      address: spec.address,
      rank: spec.rank,
      generation: spec.generation,
      interfaces: spec.interfaces,
      ...(spec.nodeInterfaces === undefined ? {} : { nodeInterfaces: spec.nodeInterfaces }),
      holder: status?.holder ?? null,
    };
    this.noteGeneration(spec.generation);
    if (spec.mode === "BGP") this.delete(name);
    else if (plan.rank.includes(this.#node) || this.#told.has(name)) this.#tell(name, plan);
    return null;
  }

  delete(name: string): void {
    const plan = this.#told.get(name);
    if (plan === undefined) return;
    this.#told.delete(name);
    this.#upserts.delete(plan.address);
    this.#removals.add(plan.address);
  }

  /** @param names all objects that there are: what the worker was told of beyond is removed */
  retain(names: ReadonlySet<string>): void {
    for (const name of [...this.#told.keys()]) if (!names.has(name)) this.delete(name);
  }

  noteGeneration(generation: number): void {
    this.#generation = Math.max(this.#generation, generation);
  }

  /** @returns what changed since the call before, or null */
  take(): PlanChange | null {
    const nothing = this.#upserts.size + this.#removals.size === 0;
    if (nothing && this.#generation === this.#toldGeneration) return null;
    const change: PlanChange = {
      upserts: [...this.#upserts.values()],
      removals: [...this.#removals],
      generation: this.#generation,
    };
    this.#upserts.clear();
    this.#removals.clear();
    this.#unsaved = true;
    this.#toldGeneration = this.#generation;
    return change;
  }

  /**
   * @returns whether the disk should have something that it has not, since the call before. That an address has a holder
   *   is such a thing: whoever starts from the disk asks nobody on the wire whether it is free. Which holder is not.
   */
  takeUnsaved(): boolean {
    const unsaved = this.#unsaved;
    this.#unsaved = false;
    return unsaved;
  }

  /** The holder in the status moves often, and matters only when the worker meets the address. */
  #tell(name: string, plan: PlannedAddress): void {
    const before = this.#told.get(name);
    this.#told.set(name, plan);
    this.#unsaved ||= (before?.holder ?? null) === null && plan.holder !== null;
    if (before !== undefined && isSamePlan(before, plan)) return;
    this.#upserts.set(plan.address, plan);
    this.#removals.delete(plan.address);
  }
}

function isSamePlan(a: PlannedAddress, b: PlannedAddress): boolean {
  return (
    a.generation === b.generation &&
    a.rank.join(" ") === b.rank.join(" ") &&
    a.interfaces.join(" ") === b.interfaces.join(" ") &&
    JSON.stringify(a.nodeInterfaces ?? []) === JSON.stringify(b.nodeInterfaces ?? [])
  );
}
