/**
 * The node's interfaces: which are usable, which serve an address, and what of them the others are told. Pure.
 *
 * A class, mutated in place, see liveness.ts.
 * Neighbours: links.ts says what is usable; link-fences.ts what one may take that returns; speaker.ts passes reports on.
 */
import type { Mac } from "../base/mac.ts";
import { interfacesOn } from "../multi-ip/interfaces.ts";
import type { AddressRecord } from "./addresses.ts";
import { linkReports, NO_LINKS, updateLinkFences } from "./link-fences.ts";
import {
  linksFor,
  reportedLinkIds,
  usableLinks,
  type LinkFacts,
  type UsableLink,
} from "./links.ts";
import type { Id, LinkReport } from "./wire/heartbeat.ts";

/** More interfaces than any node answers on: what is beyond would be taken for a stranger's. */
const MACS_MAX = 64;

export class Interfaces {
  readonly #node: string;
  readonly #graceMs: number;
  /** Indexes of those that have had a link-local address. */
  readonly #hadIpv6 = new Set<number>();
  #usable: readonly UsableLink[] = [];
  /** Names of those that were usable once. */
  readonly #gone = new Set<string>();
  #isBack = false;
  #byIndex: ReadonlyMap<number, UsableLink> = new Map();
  #fences = NO_LINKS;
  #macs: readonly Mac[] = [];
  readonly #sets = new Map<string, readonly UsableLink[]>();

  /** @param graceMs see updateLinkFences */
  constructor(node: string, graceMs: number) {
    this.#node = node;
    this.#graceMs = graceMs;
  }

  get usable(): readonly UsableLink[] {
    return this.#usable;
  }

  /** One of them was away when they were set before. */
  get isBack(): boolean {
    return this.#isBack;
  }

  byIndex(index: number): UsableLink | undefined {
    return this.#byIndex.get(index);
  }

  /** Where an address may be answered. */
  serving({ plan, family }: AddressRecord): readonly UsableLink[] {
    const interfaces = interfacesOn(plan, this.#node);
    const key = `${family} ${interfaces.join(" ")}`;
    let links = this.#sets.get(key);
    if (links === undefined) {
      links = linksFor(this.#usable, interfaces, family);
      this.#sets.set(key, links);
    }
    return links;
  }

  /** @param facts all interfaces that there are */
  set(facts: readonly LinkFacts[]): void {
    const indexes = new Set(facts.map((link) => link.index));
    for (const index of this.#hadIpv6) if (!indexes.has(index)) this.#hadIpv6.delete(index);
    for (const link of facts) if (link.linkLocalIpv6 !== null) this.#hadIpv6.add(link.index);
    const before = this.#usable;
    this.#usable = usableLinks(facts, this.#hadIpv6);
    const names = new Set(this.#usable.map(({ name }) => name));
    for (const { name } of before) if (!names.has(name)) this.#gone.add(name);
    const gone = this.#gone.size;
    for (const name of names) this.#gone.delete(name);
    this.#isBack = this.#gone.size < gone;
    this.#byIndex = new Map(this.#usable.map((link) => [link.index, link]));
    this.#sets.clear();
  }

  /** @returns the Ethernet addresses that we may answer with, sorted and without doubles; null: as they were told before */
  takeMacs(): readonly Mac[] | null {
    const macs = [...new Set(this.#usable.map((link) => link.mac))].sort().slice(0, MACS_MAX);
    if (macs.join() === this.#macs.join()) return null;
    this.#macs = macs;
    return macs;
  }

  /**
   * @param named all interfaces that some address names
   * @param now `heardMs`: when a peer was heard last; `fenceOf`: of what returns now
   * @returns what is usable, with its fences; null: as it was told before
   */
  takeReports(
    named: ReadonlySet<string>,
    now: {
      readonly nowMs: number;
      readonly heardMs: number;
      readonly fenceOf: (link: Id) => number;
    },
  ): readonly LinkReport[] | null {
    const before = linkReports(this.#fences);
    const elsewhere = this.#usable.some((link) => link.usual);
    this.#fences = updateLinkFences(this.#fences, reportedLinkIds(this.#usable, named), {
      ...{ ...now, elsewhere, graceMs: this.#graceMs },
    });
    const links = linkReports(this.#fences);
    return JSON.stringify(links) === JSON.stringify(before) ? null : links;
  }
}
