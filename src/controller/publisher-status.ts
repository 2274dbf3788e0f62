/**
 * What a DNSPublisher's status says, and what people are told when it changes. Pure.
 *
 * `names` is not among it: they are written by themselves, before anything is published.
 * Neighbours: ../dns/book.ts finds; io/name-publisher.ts writes.
 */
import { describeProblem, reasonOf, type Problem } from "../base/errors.ts";
import { compareText } from "../base/hash.ts";
import type { Book } from "../dns/book.ts";
import type { BookNews } from "../dns/book-entry.ts";
import { reasonOfFailure, type DnsFailure } from "../dns/failures.ts";
import {
  DIFFERENCE_MESSAGE_CHARS_MAX,
  DIFFERENCE_NAME_CHARS_MAX,
  DIFFERENCES_MAX,
  ERROR_TEXT_CHARS_MAX,
  FAILING_ZONES_MAX,
  type DNSPublisherSpec,
  type DNSPublisherStatus,
  type NameDifference,
  type ZoneError,
} from "../dns/resource.ts";
import type { NameProblem } from "../dns/service-names.ts";
import type { TakenBy } from "../dns/transaction.ts";
import type { ZoneTrouble } from "../dns/zone-states.ts";
import { setCondition, type ConditionWish } from "../kube/patches.ts";
import { cut } from "../base/cut.ts";
import { CLASS_READY_CONDITION } from "./resources.ts";

export interface PublisherFacts {
  readonly ownerId: string;
  readonly figures: ReturnType<Book["figures"]>;
  /** Of the Services' wishes. */
  readonly nameProblems: readonly NameProblem[];
  readonly bookProblems: Book["problems"];
  readonly troubles: Book["troubles"];
  readonly keyProblem: Problem | null;
  readonly nowIso: string;
}

/** @returns the status as it should be, without `names` */
export function publisherStatus(
  before: DNSPublisherStatus | undefined,
  facts: PublisherFacts,
): DNSPublisherStatus {
  const { figures, ownerId, nowIso } = facts;
  const differences = differencesOf(facts).slice(0, DIFFERENCES_MAX);
  const failingZones = failingZonesOf(before, facts);
  // It stays when it is over: people ask what it was.
  const lastError = failingZones[0] ?? before?.lastError;
  const wish = readyWish(facts, differences);
  return {
    ...{ wanted: figures.wanted, published: figures.published, ownerId, differences },
    ...(failingZones.length === 0 && before?.failingZones === undefined ? {} : { failingZones }),
    ...(lastError === undefined ? {} : { lastError }),
    conditions: setCondition(before?.conditions, wish, nowIso),
  };
}

/** @returns the fields that are to be written; null: it says all of it already */
export function statusDifference(
  before: DNSPublisherStatus | undefined,
  after: DNSPublisherStatus,
): Partial<DNSPublisherStatus> | null {
  const changed = Object.entries(after).filter(
    ([field, value]) =>
      JSON.stringify(value) !== JSON.stringify(before?.[field as keyof DNSPublisherStatus]),
  );
  return changed.length === 0 ? null : Object.fromEntries(changed);
}

/** In an order of their own: that of the Services means nothing. */
function differencesOf({ nameProblems, bookProblems }: PublisherFacts): NameDifference[] {
  const all = [
    ...nameProblems.map(({ name, service, problem }) => ({
      ...{ name: cut(name, DIFFERENCE_NAME_CHARS_MAX), service, reason: reasonOf(problem.code) },
      message: cut(describeProblem(problem), DIFFERENCE_MESSAGE_CHARS_MAX),
    })),
    ...bookProblems.map((news) => {
      const { reason, message } = wordsOf(news);
      const { name, service } = news;
      return { name, service, reason, message: cut(message, DIFFERENCE_MESSAGE_CHARS_MAX) };
    }),
  ];
  return all.sort((a, b) => compareText(a.name, b.name) || compareText(a.service, b.service));
}

/** Of a zone that is only to be left: it may be gone for good. */
export function withWayOut(trouble: ZoneTrouble, { zones }: DNSPublisherSpec): ZoneTrouble {
  const { zone, failure } = trouble;
  if (zones.includes(zone)) return trouble;
  const remedy = `${failure.remedy}; if it is gone for good, name it in spec.abandonedZones`;
  return { ...trouble, failure: { ...failure, remedy } };
}

/**
 * What is said of a trouble while it lasts: its first words. Those of a retry may differ, by the seconds of a clock or by another address of
 * the same server, and are no news.
 *
 * @param known what is said now
 */
export function steadyTroubles(
  troubles: readonly ZoneTrouble[],
  known: readonly ZoneTrouble[],
): readonly ZoneTrouble[] {
  return troubles.map((trouble) => {
    const same = known.find(
      ({ zone, failure: { kind, remedy } }) =>
        zone === trouble.zone && kind === trouble.failure.kind && remedy === trouble.failure.remedy,
    );
    return same ?? trouble;
  });
}

/** @returns each with the time that it has had, where it is the same */
function failingZonesOf(
  before: DNSPublisherStatus | undefined,
  { troubles, nowIso }: PublisherFacts,
): ZoneError[] {
  const known = before?.failingZones ?? [];
  return troubles.slice(0, FAILING_ZONES_MAX).map(({ zone, failure }): ZoneError => {
    const { kind: reason } = failure;
    const message = cut(failure.message, ERROR_TEXT_CHARS_MAX);
    const remedy = cut(failure.remedy, ERROR_TEXT_CHARS_MAX);
    const same = known.find((each) => each.zone === zone && each.reason === reason);
    if (same?.message === message && same.remedy === remedy) return same;
    return { at: same?.at ?? nowIso, zone, reason, message, remedy };
  });
}

function readyWish(
  { keyProblem, troubles, figures }: PublisherFacts,
  differences: readonly NameDifference[],
): ConditionWish {
  const type = CLASS_READY_CONDITION;
  if (keyProblem !== null) return notReadyWish(keyProblem);
  const [trouble] = troubles;
  if (trouble !== undefined) {
    const zone = `Zone ${trouble.zone}: ${failureWords(trouble.failure)}`;
    const more = troubles.length > 1 ? ` · ${troubles.length - 1} more in failingZones` : "";
    const message = zone + more;
    return { type, status: "False", reason: reasonOfFailure(trouble.failure.kind), message };
  }
  const [first] = differences;
  if (first !== undefined) {
    const more = differences.length > 1 ? ` · ${differences.length - 1} more in differences` : "";
    return { type, status: "False", reason: first.reason, message: first.message + more };
  }
  if (figures.published < figures.wanted) {
    const message = "Names are being published";
    return { type, status: "False", reason: "Publishing", message };
  }
  return { type, status: "True", reason: "Ready", message: "All names are as they are wanted" };
}

export function notReadyWish(problem: Problem): ConditionWish {
  const [reason, message] = [reasonOf(problem.code), describeProblem(problem)];
  return { type: CLASS_READY_CONDITION, status: "False", reason, message };
}

export function failureWords({ message, remedy }: DnsFailure): string {
  return `${message}. ${remedy}.`;
}

export interface NewsWords {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

export function warningOf(problem: Problem): NewsWords {
  return { type: "Warning", reason: reasonOf(problem.code), message: describeProblem(problem) };
}

/** @returns what to say of a name, in an Event and among the differences */
export function wordsOf(news: BookNews): NewsWords {
  const { name, service } = news;
  switch (news.kind) {
    case "edited": {
      const message = `Somebody changed the records of ${name}, the name of Service ${service}: they are put right`;
      return { type: "Warning", reason: "NameEdited", message };
    }
    case "taken": {
      const message = `Service ${service} asks for the name ${name}, which ${takerWords(news.by)} in the zone`;
      return warningOf({ code: "NAME_TAKEN", message });
    }
    case "refused": {
      const message = `${name}, the name of Service ${service}: ${failureWords(news.failure)}`;
      return { type: "Warning", reason: reasonOfFailure(news.failure.kind), message };
    }
  }
}

function takerWords(by: TakenBy): string {
  if (typeof by === "object") return `the owner "${by.owner}" has`;
  switch (by) {
    case "alias":
      return "is an alias";
    case "unmarked":
      return "has records without a mark";
    case "mark-alias":
      return "has an alias where its mark would be";
    case "text":
      return "has a TXT record that is no mark where its mark would be";
  }
}
