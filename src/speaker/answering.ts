/**
 * On which interfaces an address is answered and announced, and in which groups we are for it. Pure.
 *
 * Neighbours: holdings.ts decides what is held; announcer.ts has the schedule.
 */
import type { Ip } from "../base/ip.ts";
import type { AddressRecord } from "./addresses.ts";
import type { Announcer } from "./announcer.ts";
import type { UsableLink } from "./links.ts";
import { solicitedNodeGroup } from "./wire/ndp.ts";

export interface GroupEffect {
  readonly kind: "join-group" | "leave-group";
  readonly linkIndex: number;
  readonly group: Ip;
}

export interface AnsweringWorld {
  readonly announcer: Announcer;
  readonly emit: (effect: GroupEffect) => void;
}

/** A link whose MAC changed is another: it is announced anew. */
export function answerOn(
  record: AddressRecord,
  links: readonly UsableLink[],
  { nowMs, ...world }: AnsweringWorld & { readonly nowMs: number },
): void {
  const before = record.links;
  record.links = links;
  const { address } = record.plan;
  for (const link of before) {
    if (links.some((other) => isSameLink(link, other))) continue;
    world.announcer.lost(address, link.index);
    emitGroup("leave-group", record, { linkIndex: link.index, ...world });
  }
  for (const link of links) {
    if (before.some((other) => isSameLink(link, other))) continue;
    world.announcer.gained(address, link.index, nowMs);
    emitGroup("join-group", record, { linkIndex: link.index, ...world });
  }
}

function emitGroup(
  kind: GroupEffect["kind"],
  { family, plan }: AddressRecord,
  { linkIndex, emit }: AnsweringWorld & { readonly linkIndex: number },
): void {
  if (family === "IPv4") return;
  emit({ kind, linkIndex, group: solicitedNodeGroup(plan.address) });
}

function isSameLink(a: UsableLink, b: UsableLink): boolean {
  return a.index === b.index && a.mac === b.mac;
}
