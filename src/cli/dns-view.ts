/**
 * What `spreadlb dns` shows: each name with what it should have and what it has, and what keeps it from that. Pure.
 *
 * What is wanted is worked out as the controller does it; what is published the name server says, or nobody.
 */
import { compareText } from "../base/hash.ts";
import { isEqualList } from "../base/lists.ts";
import type { DnsFailure } from "../dns/failures.ts";
import type { WantedName } from "../dns/book-entry.ts";
import type { DnsName } from "../dns/name.ts";
import { ADDRESS_TYPES, ownerOf } from "../dns/ownership.ts";
import { recordSet } from "../dns/record-sets.ts";
import type { DNSPublisher, NameDifference, ZoneError } from "../dns/resource.ts";
import type { PublishedName } from "../dns/transaction.ts";

const NONE = "-";
const UNKNOWN = "?";
const ADDRESSES_SHOWN_MAX = 3;
const WITHDRAW_AFTER_SECONDS = 15;

/** What a name server said of a name; null: it was not asked. */
export type LookedUp = PublishedName | DnsFailure | null;

export interface PublisherFacts {
  readonly publisher: DNSPublisher;
  readonly wanted: ReadonlyMap<DnsName, WantedName>;
  readonly lookedUp: ReadonlyMap<string, LookedUp>;
}

export interface NameView {
  readonly publisher: string;
  readonly name: string;
  readonly zone: string;
  readonly service: string;
  readonly wanted: readonly string[];
  /** Promised, and held by nobody: not wanted, or about to be wanted no more. */
  readonly unheld: readonly string[];
  /** Null: not known. */
  readonly published: readonly string[] | null;
  /** `ok`, `differs`, `missing`, `leaving`, `unknown`, or a reason such as `NameTaken`. */
  readonly state: string;
  readonly message: string | null;
}

export interface PublisherView {
  readonly name: string;
  readonly zones: readonly string[];
  readonly wanted: number | null;
  readonly published: number | null;
  readonly ready: boolean | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly failingZones: readonly ZoneError[];
  readonly lastError: object | null;
}

export function publisherView({ metadata, spec, status }: DNSPublisher): PublisherView {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  return {
    ...{ name: metadata.name, zones: spec.zones },
    ...{ wanted: status?.wanted ?? null, published: status?.published ?? null },
    ready: ready === undefined ? null : ready.status === "True",
    ...{ reason: ready?.reason ?? null, message: ready?.message ?? null },
    failingZones: status?.failingZones ?? [],
    lastError: status?.lastError ?? null,
  };
}

/** @returns the names of one publisher, those that cannot be published among them, in order */
export function nameViews(facts: PublisherFacts, nowMs: number): NameView[] {
  const { publisher, wanted } = facts;
  const { names = [], differences = [] } = publisher.status ?? {};
  const seen = new Set<string>();
  const views: NameView[] = [];
  const add = (name: string, zone: string, service: string) => {
    seen.add(`${name} ${service}`);
    const difference = differences.find((it) => it.name === name && it.service === service);
    views.push(nameView({ name, zone, service, difference }, facts, nowMs));
  };
  for (const { name, zone, service } of wanted.values()) add(name, zone, service);
  for (const { name, zone, service } of names) {
    if (!wanted.has(name as DnsName)) add(name, zone, service);
  }
  for (const { name, service } of differences) {
    if (!seen.has(`${name} ${service}`)) add(name, "", service);
  }
  return views.sort((a, b) => compareText(a.name, b.name) || compareText(a.service, b.service));
}

interface Subject {
  readonly name: string;
  readonly zone: string;
  readonly service: string;
  readonly difference: NameDifference | undefined;
}

function nameView(
  { name, zone, service, difference }: Subject,
  { publisher, wanted, lookedUp }: PublisherFacts,
  nowMs: number,
): NameView {
  const asked = wanted.get(name as DnsName);
  const want = asked?.service === service ? asked : undefined;
  const found = lookedUp.get(name) ?? null;
  const there = found !== null && "sets" in found ? found : null;
  const failed = found !== null && !("sets" in found) ? found : null;
  const { withdrawAfterSeconds = WITHDRAW_AFTER_SECONDS } = publisher.spec;
  const limit = { nowMs, withdrawAfterMs: withdrawAfterSeconds * 1000 };
  const sets = ADDRESS_TYPES.map((type) => {
    const has = there?.sets[type].addresses ?? [];
    return recordSet(want?.addresses ?? [], type, { there: has, ...limit });
  }).flat();
  const published = there && ADDRESS_TYPES.flatMap((type) => there.sets[type].addresses);
  const unheld = (want?.addresses ?? []).filter(({ unheldSinceMs }) => unheldSinceMs !== null);
  return {
    ...{ publisher: publisher.metadata.name, name, zone, service, wanted: sets, published },
    unheld: unheld.map(({ ip }) => ip),
    state: difference?.reason ?? stateOf(sets, there, publisher),
    message: difference?.message ?? (failed && `${failed.message}. ${failed.remedy}.`),
  };
}

function stateOf(
  wanted: readonly string[],
  there: PublishedName | null,
  { status }: DNSPublisher,
): string {
  if (there === null) return "unknown";
  const ownerId = status?.ownerId ?? "";
  const isOurs = ADDRESS_TYPES.some(
    (type) => ownerOf(there.sets[type].marks, ownerId).kind === "us",
  );
  if (wanted.length === 0) return isOurs ? "leaving" : "ok";
  const published = ADDRESS_TYPES.flatMap((type) => there.sets[type].addresses);
  if (!isOurs) return "missing";
  return isEqualList<string>(wanted, published) ? "ok" : "differs";
}

const HEAD = ["NAME", "SERVICE", "PUBLISHER", "WANTED", "PUBLISHED", "STATE"] as const;

/** @returns rows for table.ts, the head first */
export function nameRows(
  views: readonly NameView[],
  { wide }: { readonly wide: boolean },
): readonly (readonly string[])[] {
  const rows = views.map(({ name, service, publisher, wanted, published, state }) => [
    ...[name, service, publisher, addressesText(wanted, wide)],
    ...[published === null ? UNKNOWN : addressesText(published, wide), state],
  ]);
  return [[...HEAD], ...rows];
}

function addressesText(addresses: readonly string[], wide: boolean): string {
  if (addresses.length === 0) return NONE;
  const shown = wide ? addresses : addresses.slice(0, ADDRESSES_SHOWN_MAX);
  const more = addresses.length - shown.length;
  return shown.join(",") + (more > 0 ? ` and ${more} more` : "");
}

/** @returns a line for each thing that needs somebody */
export function troubleLines(
  publishers: readonly PublisherView[],
  names: readonly NameView[],
): string[] {
  const ofPublishers = publishers.flatMap(({ name, ready, message, reason, failingZones }) => {
    if (ready === null) return [`${name}: no controller has looked at it yet\n`];
    if (ready) return [];
    // The condition has the first of them.
    const others = failingZones.filter(
      ({ zone }) => message?.startsWith(`Zone ${zone}: `) !== true,
    );
    const zones = others.map((each) => {
      return `${name}: zone ${each.zone}: ${each.message}. ${each.remedy}.\n`;
    });
    return [`${name}: ${reason ?? ""}: ${message ?? ""}\n`, ...zones];
  });
  const said = new Set(ofPublishers.map((line) => line.slice(line.indexOf(": ") + 2)));
  const ofNames = names.flatMap(({ name, state, message, unheld }) => [
    ...(message === null || said.has(`${state}: ${message}\n`) ? [] : [`${name}: ${message}\n`]),
    ...(unheld.length === 0 ? [] : [`${name}: nobody holds ${unheld.join(", ")}\n`]),
  ]);
  return [...new Set([...ofPublishers, ...ofNames])];
}
