/**
 * Which names are wanted: of which Service, in whose zone, with which addresses. Pure.
 *
 * A name goes to every publisher that has the longest zone it is in. Of two Services that want one name the one that has it keeps it; where
 * none has, the older one gets it. At a name server that is so in each publisher, for there are marks; publishers with DNSEndpoints have one
 * external-dns for a zone, as far as we know, and it asks nobody, so it is so among all of them. Who has it keeps it also while its addresses are gone. What cannot be is told on the Service that asks for it, and everything else goes on.
 * Neighbours: annotations.ts reads; book.ts keeps what is wanted here; ../controller/names.ts knows the Services.
 */
import type { Problem } from "../base/errors.ts";
import { cut } from "../base/cut.ts";
import { compareText } from "../base/hash.ts";
import { matchesSelector, type Labels } from "../classes/label-selector.ts";
import { hostnamesIn, TTL_ANNOTATION, ttlIn } from "./annotations.ts";
import type { WantedName } from "./book-entry.ts";
import { LedgerRoom } from "./ledger.ts";
import { isWithin, parseName, type DnsName } from "./name.ts";
import { ADDRESS_TYPES, markName } from "./ownership.ts";
import type { WantedAddress } from "./record-sets.ts";
import type { DNSPublisherSpec } from "./resource.ts";

export const TTL_SECONDS_DEFAULT = 30;
/** Annotations may be long: more than a name has nobody reads. */
const QUOTED_CHARS_MAX = 300;

export interface NamedService {
  /** `namespace/name`. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly namespaceLabels: Labels;
  readonly annotations: Readonly<Record<string, string>>;
  /** As the API has it; of the same time the smaller key is the older. */
  readonly createdAt: string;
  /** Those that are promised, and claimed by nobody else. */
  readonly addresses: readonly WantedAddress[];
}

export interface PublisherView {
  readonly name: string;
  readonly spec: DNSPublisherSpec;
  /** @returns the Service that has the name there already */
  readonly serviceOf: (name: DnsName) => string | undefined;
  /** False: it does not know yet which names it has. */
  readonly isReady?: boolean;
}

export interface NameProblem {
  readonly publisher: string;
  /** `namespace/name`. */
  readonly service: string;
  readonly name: string;
  readonly problem: Problem;
}

export interface Wanted {
  /** By publisher: all of them are in it. */
  readonly names: ReadonlyMap<string, ReadonlyMap<DnsName, WantedName>>;
  readonly problems: readonly NameProblem[];
}

/** One name of one Service, before anybody has it. */
interface Wish {
  readonly publisher: PublisherView;
  readonly service: NamedService;
  readonly name: DnsName;
  readonly zone: DnsName;
  readonly ttlSeconds: number;
}

export function wantedNames(
  publishers: readonly PublisherView[],
  services: readonly NamedService[],
): Wanted {
  const problems: NameProblem[] = [];
  const wishes = services.flatMap((service) => {
    if (isServed(service)) return wishesOf(service, publishers, problems);
    // Without an address it gets no name; what it has, or may have, it keeps.
    return wishesOf(service, publishers, []).filter((wish) => isOwner(wish) || !isReady(wish));
  });
  const names = new Map(publishers.map(({ name }) => [name, new Map<DnsName, WantedName>()]));
  const rooms = new Map(publishers.map(({ name }) => [name, new LedgerRoom()]));
  const isKnown = (rivals: Rivals) =>
    rivals.some(({ publisher, name }) => publisher.serviceOf(name) !== undefined);
  const all = [...rivalsIn(wishes)].sort(([a], [b]) => compareText(a.name, b.name));
  // Who is published stays, whatever comes.
  for (const rivals of [...all.filter(isKnown), ...all.filter((each) => !isKnown(each))]) {
    const first = firstOf(rivals);
    if (first === null) continue;
    for (const rival of rivals) {
      const { publisher, name, zone, ttlSeconds, service } = rival;
      const { key, addresses } = service;
      const ofPublisher = names.get(publisher.name);
      if (service !== first.service) problems.push(claimed(rival, first));
      else if (rooms.get(publisher.name)?.take({ name, zone, service: key }) !== true) {
        problems.push(tooMany(rival, ofPublisher?.size ?? 0));
      } else ofPublisher?.set(name, { name, zone, service: key, ttlSeconds, addresses });
    }
  }
  return { names, problems };
}

type Rivals = readonly [Wish, ...Wish[]];

/** @returns the wishes for one name together: at one publisher, or at all that have DNSEndpoints, whichever of its zones they have */
function rivalsIn(wishes: readonly Wish[]): Iterable<Rivals> {
  const byName = new Map<string, [Wish, ...Wish[]]>();
  for (const wish of wishes) {
    const { publisher, name } = wish;
    const isAlone = publisher.spec.dnsEndpoint === undefined;
    const key = isAlone ? `at ${publisher.name} ${name}` : `in DNSEndpoints ${name}`;
    const known = byName.get(key);
    if (known === undefined) byName.set(key, [wish]);
    else known.push(wish);
  }
  return byName.values();
}

function wishesOf(
  service: NamedService,
  publishers: readonly PublisherView[],
  problems: NameProblem[],
): Wish[] {
  const { annotations } = service;
  const selecting = publishers.filter(({ spec }) => isSelected(service, spec));
  const [first] = selecting;
  if (first === undefined) return [];
  const say = (publisher: PublisherView, name: string, problem: Problem) => {
    problems.push({ publisher: publisher.name, service: service.key, name, problem });
  };
  const texts = hostnamesIn(annotations);
  const ttl = ttlIn(annotations);
  const wish = (publisher: PublisherView, name: DnsName, zone: DnsName): Wish => {
    const { ttlSeconds = TTL_SECONDS_DEFAULT } = publisher.spec;
    return { publisher, service, name, zone, ttlSeconds: ttl ?? ttlSeconds };
  };
  const read = (text: string, publisher: PublisherView): DnsName | null => {
    const name = parseName(text);
    if (name.ok) return name.value;
    say(publisher, text, invalid(service, text, name.fault));
    return null;
  };
  if (texts.length === 0) {
    return selecting.flatMap((publisher) => {
      const { template } = publisher.spec;
      if (template === undefined) return [];
      const name = read(filled(template, service), publisher);
      const zone = name && longestZone(name, publisher.spec);
      if (name === null || zone === null) return [];
      const fault = markFault(name, zone);
      if (fault !== null) say(publisher, name, invalid(service, name, fault));
      return fault === null ? [wish(publisher, name, zone)] : [];
    });
  }
  if (ttl === undefined) say(first, texts.join(), badTtl(service));
  return texts.flatMap((text) => {
    const name = read(text, first);
    if (name === null) return [];
    const places = selecting.flatMap((publisher) => {
      const zone = longestZone(name, publisher.spec);
      return zone === null ? [] : [{ publisher, zone }];
    });
    const [place] = places.toSorted((a, b) => b.zone.length - a.zone.length);
    if (place === undefined) {
      say(first, name, outside(service, name, selecting));
      return [];
    }
    const fault = markFault(name, place.zone);
    if (fault !== null) {
      say(place.publisher, name, invalid(service, name, fault));
      return [];
    }
    const right = places.filter(({ zone }) => zone === place.zone);
    return right.map(({ publisher, zone }) => wish(publisher, name, zone));
  });
}

function isSelected(service: NamedService, spec: DNSPublisherSpec): boolean {
  const { serviceSelector = {}, namespaceSelector = {} } = spec;
  return (
    matchesSelector(serviceSelector, service.labels) &&
    matchesSelector(namespaceSelector, service.namespaceLabels)
  );
}

function filled(template: string, { name, namespace }: NamedService): string {
  return template.replaceAll("{{name}}", name).replaceAll("{{namespace}}", namespace);
}

function longestZone(name: DnsName, { zones }: DNSPublisherSpec): DnsName | null {
  const all = zones.flatMap((text) => {
    const zone = parseName(text);
    return zone.ok && isWithin(name, zone.value) ? [zone.value] : [];
  });
  return all.sort((a, b) => b.length - a.length)[0] ?? null;
}

/** A name that cannot be marked is not published: whose it is nobody could tell. */
function markFault(name: DnsName, zone: DnsName): string | null {
  for (const type of ADDRESS_TYPES) {
    const mark = markName(name, type, zone);
    if (!mark.ok) return mark.fault;
  }
  return null;
}

function isServed({ addresses }: NamedService): boolean {
  return addresses.some(({ isUnclaimed = false }) => !isUnclaimed);
}

function isOwner({ publisher, name, service }: Wish): boolean {
  return publisher.serviceOf(name) === service.key;
}

function isReady({ publisher }: Wish): boolean {
  return publisher.isReady !== false;
}

/** Who has it keeps it. @returns null: nobody can tell yet who has it */
function firstOf(rivals: Rivals): Wish | null {
  const owners = rivals.filter(isOwner);
  if (owners.length === 0 && !rivals.every(isReady)) return null;
  const byAge = (a: NamedService, b: NamedService) =>
    compareText(a.createdAt, b.createdAt) || compareText(a.key, b.key);
  const all = owners.length > 0 ? owners : rivals;
  return all.reduce((a, b) => (byAge(a.service, b.service) <= 0 ? a : b));
}

function claimed({ publisher, service, name }: Wish, first: Wish): NameProblem {
  const message = `Service ${service.key} asks for the name ${name}, which Service ${first.service.key} has`;
  const problem: Problem = { code: "NAME_CLAIMED", message };
  return { publisher: publisher.name, service: service.key, name, problem };
}

function tooMany({ publisher, service, name }: Wish, count: number): NameProblem {
  const message = `DNSPublisher ${publisher.name} has ${count} names, and its status has no room for ${name}`;
  const problem: Problem = { code: "NAMES_TOO_MANY", message };
  return { publisher: publisher.name, service: service.key, name, problem };
}

function invalid({ key }: NamedService, text: string, fault: string): Problem {
  return {
    code: "NAME_INVALID",
    message: `Service ${key} asks for the name "${cut(text, QUOTED_CHARS_MAX)}", which cannot be published: ${fault}`,
  };
}

function outside(
  { key }: NamedService,
  name: DnsName,
  publishers: readonly PublisherView[],
): Problem {
  const zones = publishers.flatMap(({ spec }) => spec.zones);
  const message = `Service ${key} asks for the name ${name}, which is in no zone of its DNSPublishers: ${[...new Set(zones)].join(", ")}`;
  return { code: "NAME_OUTSIDE_ZONES", message };
}

function badTtl({ key, annotations }: NamedService): Problem {
  const message = `Service ${key} has "${cut(annotations[TTL_ANNOTATION] ?? "", QUOTED_CHARS_MAX)}" in ${TTL_ANNOTATION}; the publisher's TTL is taken`;
  return { code: "NAME_TTL_INVALID", message };
}
