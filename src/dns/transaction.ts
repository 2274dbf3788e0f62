/**
 * From what a name has to what it should have: one update, with what must still be so when the server obeys. Pure.
 *
 * What is ours is changed under the prerequisite that its mark and its addresses are the very ones that were read, so an update that comes late undoes nothing,
 * and what somebody edits is seen; what is new is made under the prerequisite
 * that neither addresses, nor a mark, nor an alias, nor a zone cut above them are there, nor addresses of the other type without a mark of ours: a name is somebody's as a whole,
 * for who has one type of it would lose his clients to whoever adds the other. So nothing of somebody else's is ever touched, whoever was faster, and a
 * second sending of the same update does no harm: it fails, and the name is looked up.
 * Neighbours: ownership.ts has the marks; record-sets.ts says what should be there; book.ts decides when.
 */
import { isEqualList } from "../base/lists.ts";
import type { Ip } from "../base/ip.ts";
import { isWithin, parentOf, type DnsName } from "./name.ts";
import { renewal } from "./old-marks.ts";
import { ADDRESS_TYPES, markName, markText, ownerOf, type AddressType } from "./ownership.ts";
import type { Change, Prerequisite, Update } from "./update.ts";
import type { OwnData } from "./wire/record.ts";

/** What a name has of one type of addresses. */
export interface PublishedSet {
  /** In order. */
  readonly addresses: readonly Ip[];
  /** The greatest of them; 0 without addresses. */
  readonly ttlSeconds: number;
  /** The TXT records where the mark is. */
  readonly marks: readonly OwnData[];
  /** An alias is where the mark would be: there is no room for one. */
  readonly isMarkAlias?: true;
  /** It cannot be looked up: what is there of addresses is not known. */
  readonly isUnseen?: true;
  /** Of A, where there are any: the TXT records where an old external-dns's mark is (old-marks.ts). */
  readonly oldMarks?: readonly OwnData[];
}

export interface PublishedName {
  readonly isAlias: boolean;
  readonly sets: Readonly<Record<AddressType, PublishedSet>>;
}

const NO_SET: PublishedSet = { addresses: [], ttlSeconds: 0, marks: [] };
export const NOTHING_PUBLISHED: PublishedName = {
  isAlias: false,
  sets: { A: NO_SET, AAAA: NO_SET },
};

export interface Goal {
  readonly name: DnsName;
  readonly zone: DnsName;
  readonly ownerId: string;
  /** `namespace/name`. */
  readonly service: string;
  readonly ttlSeconds: number;
  /** In order; empty: there should be none. */
  readonly sets: Readonly<Record<AddressType, readonly Ip[]>>;
}

export interface Transaction {
  /** Null: nothing is to be done. */
  readonly update: Update | null;
  /** Whose sets it changes. */
  readonly types: readonly AddressType[];
  /** Of an update that is refused nobody tells which of them was to blame: they were asked for different things. */
  readonly isMixed: boolean;
  /** What the name has once it is obeyed. */
  readonly after: PublishedName;
  /** Who has what we should have; null: nobody. */
  readonly takenBy: TakenBy | null;
}

/** By the id of an owner, or in one word. */
export type TakenBy = { readonly owner: string } | "unmarked" | "alias" | "mark-alias" | "text";

/**
 * @param options.tries whether to begin where addresses without a mark, an alias, or a text that is no mark seem to be: a wildcard answers
 *   for names that nobody has. The server knows better, and refuses where they are there. So of addresses beside a mark of ours: where it has
 *   refused, they may be a wildcard's
 * @param options.isApart one thing at a time: what is new of all types, or the change of one
 */
export function transactionOf(
  goal: Goal,
  published: PublishedName,
  { tries, isApart }: { readonly tries: (type: AddressType) => boolean; readonly isApart: boolean },
): Transaction {
  const renewed = renewal(goal, published, tries("A"));
  if (renewed !== null) return { ...renewed, types: ["A"], isMixed: false, takenBy: null };
  const all = ADDRESS_TYPES.map((type) => {
    return { type, step: stepOf(goal, type, { published, tries }) };
  });
  const changing = all.filter(({ step }) => step.changes.length > 0);
  const units = [
    ...changing.filter(({ step }) => !step.isNew).map((each) => [each]),
    changing.filter(({ step }) => step.isNew),
  ].filter((unit) => unit.length > 0);
  const now = isApart ? (units[0] ?? []) : units.flat();
  const after = { ...published.sets };
  // What seemed to be there of a name that is new was a wildcard's.
  if (now.some(({ step }) => step.isNew)) {
    for (const type of ADDRESS_TYPES) {
      if (ownerOf(after[type].marks, goal.ownerId).kind !== "us") after[type] = NO_SET;
    }
  }
  for (const { type, step } of now) after[type] = step.after;
  const prerequisites = distinct(now.flatMap(({ step }) => step.prerequisites));
  const changes = now.flatMap(({ step }) => step.changes);
  return {
    update: now.length === 0 ? null : { zone: goal.zone, prerequisites, changes },
    types: now.map(({ type }) => type),
    isMixed: !isApart && units.length > 1,
    after: { ...published, sets: after },
    takenBy: all.find(({ step }) => step.takenBy !== null)?.step.takenBy ?? null,
  };
}

/** @returns whether something there is ours */
export function isOurs({ sets }: PublishedName, ownerId: string): boolean {
  return ADDRESS_TYPES.some((type) => ownerOf(sets[type].marks, ownerId).kind === "us");
}

/** @returns whether what is ours there is the same; what is others' is their business */
export function isSameOfOurs(a: PublishedName, b: PublishedName, ownerId: string): boolean {
  return ADDRESS_TYPES.every((type) => {
    const [one, other] = [a.sets[type], b.sets[type]];
    const isOur = (set: PublishedSet) => ownerOf(set.marks, ownerId).kind === "us";
    if (!isOur(one) && !isOur(other)) return true;
    const isSameMark = JSON.stringify(one.marks) === JSON.stringify(other.marks);
    const isSameTtl = one.ttlSeconds === other.ttlSeconds;
    return isSameMark && isSameTtl && isEqualList(one.addresses, other.addresses);
  });
}

function distinct(prerequisites: readonly Prerequisite[]): readonly Prerequisite[] {
  return [...new Map(prerequisites.map((each) => [JSON.stringify(each), each])).values()];
}

/**
 * Of a name below a zone cut, where nothing can be looked up: what we would have there, by its mark.
 *
 * @param isThere whether that is not known to be wrong
 */
export function unseenName(
  { ownerId, service }: Pick<Goal, "ownerId" | "service">,
  isThere: (type: AddressType) => boolean,
): PublishedName {
  const marks = [markText(ownerId, service)];
  const unseen: PublishedSet = { ...NO_SET, marks, isUnseen: true };
  const setOf = (type: AddressType) => (isThere(type) ? unseen : NO_SET);
  return { isAlias: false, sets: { A: setOf("A"), AAAA: setOf("AAAA") } };
}

interface TypeStep {
  /** There was nothing of ours of that type. */
  readonly isNew: boolean;
  readonly prerequisites: readonly Prerequisite[];
  readonly changes: readonly Change[];
  readonly after: PublishedSet;
  readonly takenBy: TakenBy | null;
}

function stepOf(
  goal: Goal,
  type: AddressType,
  options: { published: PublishedName; tries: (type: AddressType) => boolean },
): TypeStep {
  const { published } = options;
  const { isAlias, sets } = published;
  const tries = ADDRESS_TYPES.every(options.tries);
  const { name, zone, ownerId, service, ttlSeconds } = goal;
  const [set, addresses] = [sets[type], goal.sets[type]];
  const stays = (takenBy: TakenBy | null = null): TypeStep => ({
    ...{ isNew: false, prerequisites: [], changes: [], after: set, takenBy },
  });
  const mark = markName(name, type, zone);
  if (!mark.ok) return stays(); // Such a name is never wanted: service-names.ts.
  const owner = ownerOf(set.marks, ownerId);
  // A wildcard answers for texts, too.
  const mayBeWildcard = tries && owner.kind === "another" && owner.id === null;
  if (owner.kind === "another" && !mayBeWildcard) {
    const takenBy = owner.id === null ? "text" : { owner: owner.id };
    return stays(addresses.length === 0 ? null : takenBy);
  }
  const text = markText(ownerId, service);
  const after = { addresses, ttlSeconds, marks: [text] };
  const additions: readonly Change[] = addresses.map((address) => ({
    ...{ kind: "add", name, ttlSeconds, data: { type, address } },
  }));
  const addMark: Change = { kind: "add", name: mark.value, ttlSeconds, data: text };
  if (owner.kind !== "us") {
    if (addresses.length === 0) return stays();
    if (isAlias && !tries) return stays("alias");
    if (set.addresses.length > 0 && !tries) return stays("unmarked");
    if (set.isMarkAlias === true && !tries) return stays("mark-alias");
    const beside = besideOf(goal, type, { published, tries });
    if (beside.takenBy !== null) return stays(beside.takenBy);
    return {
      isNew: true,
      prerequisites: [
        { kind: "rrset-missing", name, type },
        { kind: "rrset-missing", name: mark.value, type: "TXT" },
        // Beside an alias a server adds nothing, and says that it has obeyed: RFC 2136 section 3.4.2.2.
        { kind: "rrset-missing", name, type: "CNAME" },
        { kind: "rrset-missing", name: mark.value, type: "CNAME" },
        ...inZone(name, zone),
        { kind: "rrset-missing", name: mark.value, type: "NS" },
        ...beside.prerequisites,
      ],
      ...{ changes: [...additions, addMark], after, takenBy: null },
    };
  }
  const prerequisites: readonly Prerequisite[] = [
    { kind: "rrset-is", name: mark.value, records: set.marks },
    ...stillThere(name, type, set, options.tries(type)),
  ];
  const clear: Change = { kind: "delete-rrset", name, type };
  const clearMark: Change = { kind: "delete-rrset", name: mark.value, type: "TXT" };
  if (addresses.length === 0) {
    const changes = [clear, clearMark];
    return { isNew: false, prerequisites, changes, after: NO_SET, takenBy: null };
  }
  if (isAlias && !tries) return stays("alias");
  const isRight = isEqualList(set.addresses, addresses) && set.ttlSeconds === ttlSeconds;
  const isMarked = JSON.stringify(set.marks) === JSON.stringify([text]);
  if (isRight && isMarked) return stays();
  // It may be a wildcard's.
  const noAlias: readonly Prerequisite[] = isAlias
    ? [{ kind: "rrset-missing", name, type: "CNAME" }]
    : [];
  return {
    ...{ isNew: false, prerequisites: [...prerequisites, ...noAlias] },
    changes: [...(isRight ? [] : [clear, ...additions]), ...(isMarked ? [] : [clearMark, addMark])],
    ...{ after, takenBy: null },
  };
}

/** RFC 2136 section 2.4.2: whatever their TTL. */
function stillThere(
  name: DnsName,
  type: AddressType,
  { addresses, isUnseen }: PublishedSet,
  tries: boolean,
): Prerequisite[] {
  if (isUnseen === true) return [];
  if (addresses.length === 0 || !tries) return [{ kind: "rrset-missing", name, type }];
  const records = addresses.map((address): OwnData => ({ type, address }));
  return [{ kind: "rrset-is", name, records }];
}

/** Below a cut, or an alias of all that is below it, a server adds what nobody will see, and says that it has obeyed. */
function inZone(name: DnsName, zone: DnsName): Prerequisite[] {
  const prerequisites: Prerequisite[] = [{ kind: "rrset-missing", name, type: "NS" }];
  for (let at = parentOf(name); at !== zone && isWithin(at, zone); at = parentOf(at)) {
    prerequisites.push({ kind: "rrset-missing", name: at, type: "NS" });
    prerequisites.push({ kind: "rrset-missing", name: at, type: "DNAME" });
  }
  return prerequisites;
}

/** Of the other type of addresses: nobody has any, or we do. */
function besideOf(
  { name, zone, ownerId }: Goal,
  type: AddressType,
  { published: { sets }, tries }: { published: PublishedName; tries: boolean },
): Pick<TypeStep, "prerequisites" | "takenBy"> {
  const other = type === "A" ? "AAAA" : "A";
  const [{ marks, addresses }, mark] = [sets[other], markName(name, other, zone)];
  const owner = ownerOf(marks, ownerId);
  if (owner.kind === "us" && mark.ok) {
    const prerequisite = { kind: "rrset-is", name: mark.value, records: marks } as const;
    return { prerequisites: [prerequisite], takenBy: null };
  }
  const ownerIdThere = owner.kind === "another" ? owner.id : null;
  if (addresses.length > 0 && (ownerIdThere !== null || !tries)) {
    const takenBy = ownerIdThere === null ? "unmarked" : { owner: ownerIdThere };
    return { prerequisites: [], takenBy };
  }
  return { prerequisites: [{ kind: "rrset-missing", name, type: other }], takenBy: null };
}
