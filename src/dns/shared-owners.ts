/**
 * Publishers of one cluster that would take each other's names for their own: one `ownerId`, one zone. Pure.
 *
 * The older one publishes, the other keeps its hands off all of its zones: half of a publisher at work would be harder to see through. Two
 * that name different servers have two zones of one name, inside and outside, say. A zone that goes from one to the other: whoever has it now waits until
 * the other has taken its names out of it, or it would have them published, and the other delete them; not for one that is not well, which may
 * never do it. Of publishers of other clusters nothing is known here: docs/dns.md.
 * Neighbour: ../controller/io/names.ts obeys.
 */
import { reasonOf, type Problem } from "../base/errors.ts";
import { compareText } from "../base/hash.ts";
import { parseIp, withPort } from "../base/ip.ts";
import { NAME_FAILURES, reasonOfFailure, REFUSALS } from "./failures.ts";
import type { DNSPublisher, Rfc2136Spec } from "./resource.ts";

const DNS_PORT = 53;

/** Of the condition Ready: nothing is asked of any server. */
const UNABLE: ReadonlySet<string> = new Set([
  reasonOf("TSIG_KEY_UNUSABLE"),
  reasonOf("PUBLISHER_NOT_READ"),
]);

/** Of a difference: the server does not take that name out. */
const OF_SERVER: ReadonlySet<string> = new Set(
  [...NAME_FAILURES, ...REFUSALS].map(reasonOfFailure),
);

export interface OwningPublisher {
  readonly name: string;
  /** As the API has it; of the same time the smaller name is the older. */
  readonly createdAt: string;
  readonly ownerId: string;
  readonly zones: readonly string[];
  /** In which it has names still, which it is taking out, for they are its zones no more. */
  readonly zonesLeft: readonly string[];
  /** The same, and where it cannot take them out now, too: the zone of each name. */
  readonly zonesOnceIts: readonly string[];
  /** Its address and port, in one word; null: it is looked up, and may be any. */
  readonly server: string | null;
}

/** @returns zones that are its no more, and of which it is taking its names out; not where it cannot, without its key, say */
export function zonesLeftBy(publisher: Pick<DNSPublisher, "spec" | "status">): string[] {
  const { failingZones = [], differences = [], conditions = [] } = publisher.status ?? {};
  const isUnable = conditions.some(
    ({ status, reason }) => status === "False" && UNABLE.has(reason),
  );
  if (isUnable) return [];
  const failing = failingZones.map(({ zone }) => zone);
  const refused = new Set(
    differences.flatMap(({ name, reason }) => (OF_SERVER.has(reason) ? [name] : [])),
  );
  const names = namesLeftBy(publisher).filter(({ name }) => !refused.has(name));
  return names.map(({ zone }) => zone).filter((zone) => !failing.includes(zone));
}

/** @returns those that it has in zones that are its no more, whether or not it can take them out */
export function namesLeftBy({ spec, status }: Pick<DNSPublisher, "spec" | "status">) {
  const { zones, abandonedZones = [] } = spec;
  const its: readonly string[] = [...zones, ...abandonedZones];
  return (status?.names ?? []).filter(({ zone }) => !its.includes(zone));
}

/** @returns those that are not to publish, by name, and why */
export function sharedOwners(publishers: readonly OwningPublisher[]): ReadonlyMap<string, Problem> {
  const byAge = [...publishers].sort(
    (a, b) => compareText(a.createdAt, b.createdAt) || compareText(a.name, b.name),
  );
  const publishing: OwningPublisher[] = [];
  const withheld = new Map<string, Problem>();
  for (const one of byAge) {
    const older = publishing.find((other) => sharedZone(one, other) !== undefined);
    if (older === undefined) publishing.push(one);
    else withheld.set(one.name, sharing(one, older));
  }
  for (const [name, problem] of waits(publishing)) withheld.set(name, problem);
  return withheld;
}

/** Of those that would wait for each other, be it around a corner, the oldest goes on. */
function waits(byAge: readonly OwningPublisher[]): ReadonlyMap<string, Problem> {
  const awaited = new Map<OwningPublisher, OwningPublisher>();
  const isInTheWay = (of: OwningPublisher, one: OwningPublisher | undefined): boolean =>
    one !== undefined && (one === of || isInTheWay(of, awaited.get(one)));
  for (const one of byAge.toReversed()) {
    const leaving = byAge.find(
      (other) => leftZone(one, other) !== undefined && !isInTheWay(one, other),
    );
    if (leaving !== undefined) awaited.set(one, leaving);
  }
  return new Map([...awaited].map(([one, leaving]) => [one.name, waiting(one, leaving)]));
}

/**
 * @returns zones of the one in which another has names still, and how many: where that takes one out it takes the one's for its
 *   own
 */
export function leftTo(
  one: OwningPublisher,
  publishers: readonly OwningPublisher[],
): readonly string[] {
  return publishers.flatMap((other) => {
    if (!isOtherOfOwner(one, other)) return [];
    return one.zones.flatMap((zone) => {
      const { length } = other.zonesOnceIts.filter((each) => each === zone);
      return length === 0 ? [] : [`${other.name} ${zone} ${length}`];
    });
  });
}

/** @returns a zone of the one of which the other is taking its names out */
function leftZone(one: OwningPublisher, other: OwningPublisher): string | undefined {
  if (!isOtherOfOwner(one, other)) return undefined;
  return one.zones.find((zone) => other.zonesLeft.includes(zone));
}

function isOtherOfOwner(one: OwningPublisher, other: OwningPublisher): boolean {
  if (one.name === other.name || one.ownerId !== other.ownerId) return false;
  return mayBeOneServer(one.server, other.server);
}

function waiting(one: OwningPublisher, other: OwningPublisher): Problem {
  const zone = leftZone(one, other) ?? "";
  const message = `DNSPublisher ${one.name} publishes nothing yet: DNSPublisher ${other.name} has the ownerId "${one.ownerId}", too, and names in the zone ${zone} still, which it is taking out`;
  return { code: "OWNER_ID_SHARED", message };
}

function sharedZone(one: OwningPublisher, other: OwningPublisher): string | undefined {
  if (one.ownerId !== other.ownerId) return undefined;
  return mayBeOneServer(one.server, other.server)
    ? one.zones.find((zone) => other.zones.includes(zone))
    : undefined;
}

function sharing(one: OwningPublisher, older: OwningPublisher): Problem {
  const zone = sharedZone(one, older) ?? "";
  const message = `DNSPublisher ${one.name} publishes nothing: the older DNSPublisher ${older.name} has the ownerId "${one.ownerId}" and the zone ${zone}, too`;
  return { code: "OWNER_ID_SHARED", message };
}

/** @param one as serverOf tells it */
export function mayBeOneServer(one: string | null, other: string | null): boolean {
  return one === null || other === null || one === other;
}

export function serverOf({ server, port = DNS_PORT }: Rfc2136Spec["rfc2136"]): string | null {
  const ip = server === undefined ? undefined : parseIp(server);
  return ip === undefined ? null : withPort(ip, port);
}
