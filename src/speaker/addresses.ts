/**
 * The plan as this node needs it, and what it makes of it: one record per address, found by what can change it. Pure.
 *
 * With 10,000 addresses nothing walks over all of them but what concerns all of them.
 * Neighbours: speaker.ts decides; liveness.ts says which nodes changed.
 */
import { familyOf, type Ip, type IpFamily } from "../base/ip.ts";
import type { NodeInterfaces } from "../multi-ip/resource.ts";
import type { UsableLink } from "./links.ts";
import { wantedLinkIds } from "./links.ts";
import type { Id } from "./wire/heartbeat.ts";

/** What the speaker takes from a VirtualIP that is answered by ARP or NDP. */
export interface PlannedAddress {
  readonly address: Ip;
  /** Best first. */
  readonly rank: readonly string[];
  readonly generation: number;
  /** None: all but the usual excluded. */
  readonly interfaces: readonly string[];
  /** By node, of those that answer on others than these. */
  readonly nodeInterfaces?: readonly NodeInterfaces[];
  /** Who answers, as the status said when the speaker met the address; null: nobody. */
  readonly holder: string | null;
}

/** See handover.ts; "news": what somebody who may not know that it is its turn does. */
export type WaitingFor = "gain" | "release" | "answer" | "news";

interface Announced {
  readonly node: string;
  readonly atMs: number;
  readonly lastMs: number;
  readonly rightly: boolean;
  /** The newest plan that its heartbeats had named. */
  readonly generation: number;
}

export interface AddressRecord {
  plan: PlannedAddress;
  readonly family: IpFamily;
  /** Of the nodes that are not in `nodeLinkIds`. */
  linkIds: readonly Id[];
  nodeLinkIds: ReadonlyMap<string, readonly Id[]>;
  /** Whom all speakers that see what we see name, by the plan before the newest decision. */
  holder: string | null;
  /** One of ours should have held it once, by what we knew. */
  hadHolder: boolean;
  /** An unknown MAC's claim to it before this is no stranger's: it may be the holder's before us. */
  strangersFromMs: number;
  /**
   * The peer that announced it last since we gained it, or answered for it, and when it began to; null: none. `rightly`: while we waited for
   * it, or by a plan that we did not know then, or not of this address. A plan that comes later makes that void.
   */
  announced: Announced | null;
  /** The plan that the last decision was made by; -1 before the first. */
  decidedGeneration: number;
  /** The plan by which we hold; null: we do not. */
  heldGeneration: number | null;
  heldSinceMs: number;
  /** A peer that answers for it by a plan that we do not know: see outplanned.ts, which alone sets it. */
  givenTo: string | null;
  /** Decided while one that is ranked before us may not have read the plan: who begins then, begins by the plan. */
  isOpen: boolean;
  /** Where we answer; empty unless we hold. */
  links: readonly UsableLink[];
  /** The nodes that the record is found by. */
  nodes: ReadonlySet<string>;
  /** A move that waits for the other side to know of it; `asked`: so often on the wire. */
  waiting: { readonly what: WaitingFor; readonly untilMs: number; readonly asked: number } | null;
  /** Nodes that may not know that they should answer, and were waited for: another answers until they do. */
  readonly passedOver: Set<string>;
}

export class Addresses {
  readonly #records = new Map<Ip, AddressRecord>();
  readonly #byNode = new Map<string, Set<AddressRecord>>();
  readonly #named = new Map<string, number>();
  readonly waiting = new Set<AddressRecord>();
  readonly held = new Set<AddressRecord>();
  /**
   * None of ours was heard to answer for these, or is said to: who begins with one asks first whether it is free. That
   * another should have held it shows nothing, for that one asks too, and a stranger may have it.
   */
  readonly unproven = new Set<AddressRecord>();
  /** Those of which a node in the rank, or this one, may not know whose turn it is: asked about anew when more is known. */
  readonly passing = new Set<AddressRecord>();
  #nodesChanged = false;

  get(address: Ip): AddressRecord | undefined {
    return this.#records.get(address);
  }

  /** False for one that was deleted, also where its address has another by now. */
  has(record: AddressRecord): boolean {
    return this.#records.get(record.plan.address) === record;
  }

  all(): Iterable<AddressRecord> {
    return this.#records.values();
  }

  ips(): Iterable<Ip> {
    return this.#records.keys();
  }

  ofNode(node: string): Iterable<AddressRecord> {
    return this.#byNode.get(node) ?? [];
  }

  /** Every node in the rank of some address here, and those that hold one until it is handed over. */
  nodes(): ReadonlySet<string> {
    return new Set(this.#byNode.keys());
  }

  /** @returns whether `nodes` are others than when it was asked last */
  takeNodesChanged(): boolean {
    const changed = this.#nodesChanged;
    this.#nodesChanged = false;
    return changed;
  }

  /** Every interface that some address names. */
  namedInterfaces(): ReadonlySet<string> {
    return new Set(this.#named.keys());
  }

  /** @returns the record under the new plan; a new one for a new address */
  put(plan: PlannedAddress, nowMs: number): AddressRecord {
    const family = familyOf(plan.address);
    let record = this.#records.get(plan.address);
    if (record !== undefined) {
      this.#unfile(record);
      record.plan = plan;
      if (isOutdated(record.announced, plan, nowMs)) record.announced = null;
      Object.assign(record, linkIdsFor(plan, family));
    } else {
      record = {
        ...{ plan, family, ...linkIdsFor(plan, family) },
        ...{
          holder: plan.holder,
          hadHolder: plan.holder !== null,
          strangersFromMs: -Infinity,
          announced: null,
          passedOver: new Set<string>(),
          decidedGeneration: -1,
          heldGeneration: null,
          heldSinceMs: Infinity,
          isOpen: false,
          givenTo: null,
          links: [],
          nodes: new Set<string>(),
          waiting: null,
        },
      };
      this.#records.set(plan.address, record);
      if (plan.holder === null) this.unproven.add(record);
    }
    // Who takes over from a node that is not in the new rank has to hear of it, and to be heard.
    const { holder } = record;
    this.#file(record, holder === null ? plan.rank : [...plan.rank, holder]);
    return record;
  }

  /** Decided: who held it before is concerned no more, unless it is ranked. */
  settle(record: AddressRecord): void {
    if (record.nodes.size === record.plan.rank.length) return;
    this.#unfile(record);
    this.#file(record, record.plan.rank);
  }

  delete(record: AddressRecord): void {
    if (!this.has(record)) return;
    this.#unfile(record);
    this.#records.delete(record.plan.address);
    this.waiting.delete(record);
    this.held.delete(record);
    this.unproven.delete(record);
    this.passing.delete(record);
  }

  #file(record: AddressRecord, nodes: readonly string[]): void {
    record.nodes = new Set(nodes);
    for (const node of record.nodes) {
      const records = this.#byNode.get(node);
      if (records !== undefined) records.add(record);
      else {
        this.#byNode.set(node, new Set([record]));
        this.#nodesChanged = true;
      }
    }
    for (const name of namesIn(record.plan)) {
      this.#named.set(name, (this.#named.get(name) ?? 0) + 1);
    }
  }

  #unfile(record: AddressRecord): void {
    for (const node of record.nodes) {
      const records = this.#byNode.get(node);
      if (records?.delete(record) !== true || records.size > 0) continue;
      this.#byNode.delete(node);
      this.#nodesChanged = true;
    }
    for (const name of namesIn(record.plan)) {
      const count = (this.#named.get(name) ?? 0) - 1;
      if (count > 0) this.#named.set(name, count);
      else this.#named.delete(name);
    }
  }
}

/** @returns ids of the interfaces of which any one will do for an address on this node, see links.ts */
export function linkIdsOn(
  { linkIds, nodeLinkIds }: Pick<AddressRecord, "linkIds" | "nodeLinkIds">,
  node: string,
): readonly Id[] {
  return nodeLinkIds.get(node) ?? linkIds;
}

/** An announcement is often here before the heartbeat that names the plan which it follows. */
const HEARTBEAT_LATE_MS = 500;

function isOutdated(announced: Announced | null, plan: PlannedAddress, nowMs: number): boolean {
  if (announced === null || announced.generation >= plan.generation) return false;
  return nowMs - announced.lastMs > HEARTBEAT_LATE_MS;
}

function linkIdsFor(
  { interfaces, nodeInterfaces = [] }: PlannedAddress,
  family: IpFamily,
): Pick<AddressRecord, "linkIds" | "nodeLinkIds"> {
  return {
    linkIds: wantedLinkIds(interfaces, family),
    nodeLinkIds: new Map(
      nodeInterfaces.map((own) => [own.node, wantedLinkIds(own.interfaces, family)]),
    ),
  };
}

function namesIn({ interfaces, nodeInterfaces = [] }: PlannedAddress): ReadonlySet<string> {
  return new Set([...interfaces, ...nodeInterfaces.flatMap((own) => own.interfaces)]);
}
