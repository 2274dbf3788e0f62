/**
 * The marks of an external-dns of before 0.18, which stand at the name itself: beside ours, or before 0.12 in its place. Pure.
 *
 * Whoever takes an external-dns's names over by its `ownerId` takes these, too: where the new mark is ours the old one goes, and where there is none
 * it is made out of the old one. That is an update for itself, before all others of the name: what follows goes by the new mark alone. Addresses
 * of IPv6 never had an old mark.
 * Read first: https://kubernetes-sigs.github.io/external-dns/v0.17.0/docs/registry/txt/, "Record Format Options".
 * Neighbours: ownership.ts has the new ones; transaction.ts begins here.
 */
import { labelsOf, parseName, type DnsName } from "./name.ts";
import { markName, markText, ownerOf, WILDCARD_LABEL } from "./ownership.ts";
import type { Goal, PublishedName, PublishedSet } from "./transaction.ts";
import type { Change, Update } from "./update.ts";
import type { OwnData } from "./wire/record.ts";

/** What stands at a name that begins so is the new mark of another. */
const NEW_PREFIX = /^(a|aaaa|cname|ns)-/i;

/** @returns where the old mark of a name is; null: nowhere */
export function oldMarkName(name: DnsName): DnsName | null {
  const [first = "", ...rest] = labelsOf(name);
  if (NEW_PREFIX.test(first)) return null;
  const mark = parseName([first === "*" ? WILDCARD_LABEL : first, ...rest].join("."));
  return mark.ok ? mark.value : null;
}

/**
 * @param tries as in transaction.ts: a wildcard may answer for a name that is free
 * @returns the update that leaves the new mark alone, and what the name has then; null: there is nothing old of ours
 */
export function renewal(
  goal: Goal,
  published: PublishedName,
  tries: boolean,
): { readonly update: Update; readonly after: PublishedName } | null {
  const { name, zone, ownerId, service, sets } = goal;
  const { oldMarks = [], ...set } = published.sets.A;
  const [mark, oldName] = [markName(name, "A", zone), oldMarkName(name)];
  const isOf = (each: OwnData) => ownerOf([each], ownerId).kind === "us";
  const ours = oldMarks.filter(isOf);
  if (ours.length === 0 || !mark.ok || oldName === null) return null;
  const removals = ours.map((data): Change => ({ kind: "delete-record", name: oldName, data }));
  const having = (a: PublishedSet): PublishedName => ({
    ...published,
    sets: { ...published.sets, A: a },
  });
  const owner = ownerOf(set.marks, ownerId);
  if (owner.kind === "us") {
    const prerequisites = [{ kind: "rrset-is", name: mark.value, records: set.marks }] as const;
    return { update: { zone, prerequisites, changes: removals }, after: having(set) };
  }
  const isThere = set.addresses.length > 0 && !published.isAlias;
  const isFree = owner.kind === "nobody" && set.isMarkAlias !== true;
  if (sets.A.length === 0 || tries || !isThere || !isFree) return null;
  const text = markText(ownerId, service);
  const ttlSeconds = Math.max(1, set.ttlSeconds);
  return {
    update: {
      zone,
      prerequisites: [
        { kind: "rrset-is", name: oldName, records: oldMarks },
        { kind: "rrset-exists", name, type: "A" },
        { kind: "rrset-missing", name: mark.value, type: "TXT" },
        { kind: "rrset-missing", name: mark.value, type: "CNAME" },
      ],
      changes: [{ kind: "add", name: mark.value, ttlSeconds, data: text }, ...removals],
    },
    after: having({ ...set, marks: [text] }),
  };
}
