/** A zone as RFC 2136 says that a server keeps one: prerequisites, then changes, all or nothing. Wildcards answer questions (RFC 4592), and nothing else. */
import type { Job, Outcome } from "../../src/dns/book-jobs.ts";
import { failure } from "../../src/dns/failures.ts";
import { parentOf, ROOT, type DnsName } from "../../src/dns/name.ts";
import { oldMarkName } from "../../src/dns/old-marks.ts";
import { ADDRESS_TYPES, markName, type AddressType } from "../../src/dns/ownership.ts";
import type { PublishedName, PublishedSet } from "../../src/dns/transaction.ts";
import type { Prerequisite, Update } from "../../src/dns/update.ts";
import type { OwnData } from "../../src/dns/wire/record.ts";

export type SetType = "A" | "AAAA" | "TXT" | "CNAME" | "NS" | "DNAME";

interface RecordSet {
  ttlSeconds: number;
  records: string[];
}

export class ModelZone {
  readonly zone: DnsName;
  readonly sets = new Map<string, RecordSet>();
  updates = 0;

  constructor(zone: DnsName) {
    this.zone = zone;
  }

  /** @returns the records of that name and type, in order */
  at(name: string, type: SetType): readonly string[] {
    return this.sets.get(`${name} ${type}`)?.records ?? [];
  }

  ttlOf(name: string, type: SetType): number | undefined {
    return this.sets.get(`${name} ${type}`)?.ttlSeconds;
  }

  /** By hand: none of it is checked. */
  put(name: string, type: SetType, records: readonly string[], ttlSeconds = 60): void {
    const key = `${name} ${type}`;
    if (records.length === 0) this.sets.delete(key);
    else this.sets.set(key, { ttlSeconds, records: [...records].sort() });
  }

  /** @returns null: all of them hold */
  refusalOf(prerequisites: Update["prerequisites"]): "rrset-exists" | "rrset-changed" | null {
    for (const prerequisite of prerequisites) {
      const broken = this.#broken(prerequisite);
      if (broken !== null) return broken;
    }
    return null;
  }

  update({ prerequisites, changes }: Update): "obeyed" | "rrset-exists" | "rrset-changed" {
    this.updates += 1;
    const refusal = this.refusalOf(prerequisites);
    if (refusal !== null) return refusal;
    for (const change of changes) {
      if (change.kind === "delete-rrset") {
        this.sets.delete(`${change.name} ${change.type}`);
        continue;
      }
      const key = `${change.name} ${change.data.type}`;
      const set = this.sets.get(key);
      const others = (set?.records ?? []).filter((text) => text !== textOf(change.data));
      if (change.kind === "delete-record") {
        this.put(change.name, change.data.type, others, set?.ttlSeconds);
      } else if (this.at(change.name, "CNAME").length === 0) {
        this.put(
          change.name,
          change.data.type,
          [...others, textOf(change.data)],
          change.ttlSeconds,
        );
      }
    }
    return "obeyed";
  }

  /** Another zone begins at it, or above. */
  isCutOff(name: DnsName): boolean {
    for (let at = name; at !== this.zone && at !== ROOT; at = parentOf(at)) {
      if (this.at(at, "NS").length > 0) return true;
    }
    return false;
  }

  read(name: DnsName): PublishedName {
    const sets = ADDRESS_TYPES.map((type) => this.#readSet(name, type));
    return {
      isAlias: this.#answer(name, "CNAME").length > 0,
      sets: { A: sets[0] as PublishedSet, AAAA: sets[1] as PublishedSet },
    };
  }

  #readSet(name: DnsName, type: AddressType): PublishedSet {
    const mark = markName(name, type, this.zone);
    const oldMark = type === "A" ? oldMarkName(name) : null;
    const oldMarks = oldMark === null ? [] : this.#answer(oldMark, "TXT").map(markOf);
    const isMarkAlias = mark.ok && this.#answer(mark.value, "CNAME").length > 0;
    return {
      ...(isMarkAlias ? { isMarkAlias } : {}),
      ...(oldMarks.length > 0 ? { oldMarks } : {}),
      addresses: this.#answer(name, type) as PublishedSet["addresses"],
      ttlSeconds: this.ttlOf(this.#sourceOf(name), type) ?? 0,
      marks: (mark.ok ? this.#answer(mark.value, "TXT") : []).map(markOf),
    };
  }

  /** @returns what a question gets */
  #answer(name: DnsName, type: SetType): readonly string[] {
    return this.at(this.#sourceOf(name), type);
  }

  /** @returns the name, or the wildcard that answers for it: where nothing at all has the name */
  #sourceOf(name: DnsName): string {
    const isThere = [...this.sets.keys()].some((key) => key.startsWith(`${name} `));
    return isThere ? name : `*.${parentOf(name)}`;
  }

  #broken(prerequisite: Prerequisite): "rrset-exists" | "rrset-changed" | null {
    const { name } = prerequisite;
    switch (prerequisite.kind) {
      case "rrset-missing":
        return this.at(name, prerequisite.type).length > 0 ? "rrset-exists" : null;
      case "rrset-is": {
        const [first] = prerequisite.records;
        const there = this.at(name, first?.type ?? "TXT");
        const wanted = prerequisite.records.map(textOf).sort();
        return JSON.stringify(there) === JSON.stringify(wanted) ? null : "rrset-changed";
      }
      case "rrset-exists":
        return this.at(name, prerequisite.type).length > 0 ? null : "rrset-changed";
      case "name-in-use":
      case "name-not-in-use":
        throw new Error(`no publisher asks for ${prerequisite.kind}`);
    }
  }
}

function markOf(text: string): OwnData {
  return { type: "TXT", strings: [text] };
}

export function textOf(data: OwnData): string {
  return data.type === "TXT" ? data.strings.join("") : data.address;
}

/** What the server says to a job, as io/name-jobs.ts brings it. */
export function outcomeIn(zone: ModelZone, job: Job): Outcome {
  if (job.kind === "read" && zone.isCutOff(job.name)) {
    return { ok: false, failure: failure("not-in-zone", "It is another zone's") };
  }
  if (job.kind === "read") return { ok: true, published: zone.read(job.name) };
  const said = zone.update(job.update);
  if (said === "obeyed") return { ok: true, published: job.after };
  return { ok: false, failure: failure(said, "The name server says no") };
}
