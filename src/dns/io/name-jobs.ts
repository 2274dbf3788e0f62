/**
 * Performs the jobs of a book: looks a name up, or sends its update. So many at once, and each zone for itself.
 *
 * Neighbours: ../book.ts says what is to be done, and what follows; client.ts asks.
 */
import type { Book } from "../book.ts";
import type { Job, Outcome } from "../book-jobs.ts";
import { failure, type Outcome as Asked } from "../failures.ts";
import type { DnsName } from "../name.ts";
import { oldMarkName } from "../old-marks.ts";
import { ADDRESS_TYPES, markName, type AddressType } from "../ownership.ts";
import type { Published } from "../readings.ts";
import type { PublishedSet } from "../transaction.ts";
import { compareText } from "../../base/hash.ts";
import type { OwnData } from "../wire/record.ts";
import { publishedRecords, update } from "./client.ts";
import type { Asking } from "./exchange.ts";

/** Of one zone. */
const JOBS_AT_ONCE_MAX = 16;

export interface Hands {
  readonly perform: (job: Job) => Promise<Outcome>;
  /** False: nothing more is begun. */
  readonly mayGoOn: () => boolean;
}

/**
 * All of a round, and what follows from it at once.
 *
 * @returns for each zone when it has ended: one that waits for its server keeps no other waiting
 */
export function performJobs(
  book: Pick<Book, "begin" | "ended" | "zoneBegins" | "zoneEnds">,
  jobs: readonly Job[],
  hands: Hands,
): readonly Promise<void>[] {
  const byZone = new Map<DnsName, Job[]>();
  for (const job of jobs) {
    const known = byZone.get(job.zone);
    if (known === undefined) byZone.set(job.zone, [job]);
    else known.push(job);
  }
  return [...byZone].map(async ([zone, queue]) => {
    book.zoneBegins(zone, performance.now());
    try {
      await performQueue(book, queue, hands);
    } finally {
      book.zoneEnds(zone);
    }
  });
}

async function performQueue(
  book: Pick<Book, "begin" | "ended">,
  queue: Job[],
  { perform, mayGoOn }: Hands,
): Promise<void> {
  const work = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      for (let next: Job | null = job; next !== null;) {
        if (!mayGoOn() || !book.begin(next, performance.now())) break;
        const outcome: Outcome = await perform(next);
        next = book.ended(next, outcome, performance.now());
      }
    }
  };
  await Promise.all(Array.from({ length: JOBS_AT_ONCE_MAX }, work));
}

export async function performJob(job: Job, asking: Asking): Promise<Outcome> {
  if (job.kind === "read") return readName(job.name, job.zone, asking);
  const outcome = await update(job.update, asking);
  return outcome.ok ? { ok: true, published: job.after } : outcome;
}

/** What a name has now: addresses and marks. */
export async function readName(name: DnsName, zone: DnsName, asking: Asking): Promise<Outcome> {
  const sets = await Promise.all(
    ADDRESS_TYPES.map((type) => readSet(name, type, { zone, asking })),
  );
  const [a, aaaa] = sets;
  if (a?.ok !== true) return a ?? notRead(name);
  if (aaaa?.ok !== true) return aaaa ?? notRead(name);
  return {
    ok: true,
    published: {
      isAlias: a.value.isAlias || aaaa.value.isAlias,
      sets: { A: a.value.set, AAAA: aaaa.value.set },
    },
  };
}

interface ReadSet {
  readonly isAlias: boolean;
  readonly set: PublishedSet;
}

async function readSet(
  name: DnsName,
  type: AddressType,
  { zone, asking }: { readonly zone: DnsName; readonly asking: Asking },
): Promise<Asked<ReadSet>> {
  const mark = markName(name, type, zone);
  if (!mark.ok) return notRead(name);
  const oldMark = type === "A" ? oldMarkName(name) : null;
  const [addresses, marks, oldMarks] = await Promise.all([
    publishedRecords(name, type, { ...asking, zone }),
    publishedRecords(mark.value, "TXT", { ...asking, zone }),
    oldMark === null ? null : publishedRecords(oldMark, "TXT", { ...asking, zone }),
  ]);
  if (!addresses.ok) return addresses;
  if (!marks.ok) return marks;
  if (oldMarks?.ok === false) return oldMarks;
  const old = (oldMarks?.value.records ?? []).map(({ data }) => data).sort(byText);
  const set = setOf(addresses.value, marks.value);
  return {
    ok: true,
    value: {
      isAlias: addresses.value.isAlias,
      set: old.length === 0 ? set : { ...set, oldMarks: old },
    },
  };
}

function setOf({ records }: Published, marks: Published): PublishedSet {
  return {
    ...(marks.isAlias ? { isMarkAlias: true } : {}),
    addresses: records
      .flatMap(({ data }) => (data.type === "TXT" ? [] : [data.address]))
      .sort(compareText),
    ttlSeconds: Math.max(0, ...records.map(({ ttlSeconds }) => ttlSeconds)),
    marks: marks.records.map(({ data }) => data).sort(byText),
  };
}

function byText(a: OwnData, b: OwnData): number {
  return compareText(JSON.stringify(a), JSON.stringify(b));
}

function notRead(name: DnsName) {
  const words = `The name "${name}" has no room for its mark`;
  return { ok: false, failure: failure("request-invalid", words) } as const;
}
