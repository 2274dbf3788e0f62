/** What a node has whether its speaker runs or not: a disk with a plan, and two interfaces: clients are behind the one, heartbeats go over the other. */
import type { Mac } from "../../src/base/mac.ts";
import type { PlannedAddress } from "../../src/speaker/addresses.ts";
import type { LinkFacts } from "../../src/speaker/links.ts";

export const LINK_INDEX = 2;

/** As src/speaker/io/plan-file.ts has it; keys and nodes never change here. */
export interface SavedPlan {
  readonly incarnation: number;
  readonly generation: number;
  readonly addresses: readonly (readonly [string, PlannedAddress])[];
}

export class Disk {
  #newest: SavedPlan | null = null;
  #before: SavedPlan | null = null;

  write(plan: SavedPlan): void {
    this.#before = this.#newest;
    this.#newest = plan;
  }

  /** `old`: as if the last write had not come through. */
  read(which: "fresh" | "old" | "none"): SavedPlan | null {
    return { fresh: this.#newest, old: this.#before, none: null }[which];
  }
}

export function linksOf({
  mac,
  carrier,
}: {
  readonly mac: Mac;
  readonly carrier: boolean;
}): LinkFacts[] {
  const usual = {
    ...{ ethernet: true, up: true, broadcast: true, noArp: false, masterIndex: null },
    ...{ linkLocalIpv6: "fe80::1", addresses: [] },
  };
  const other = mac.replace(/^02/, "06") as Mac;
  return [
    { index: LINK_INDEX, name: "eth0", mac, carrier, ...usual },
    { index: LINK_INDEX + 1, name: "eth1", mac: other, carrier: true, ...usual },
  ];
}
