/**
 * Random histories of two publishers and one zone: names come and go, addresses are lost and found, people edit, answers are lost,
 * publishers start anew. Whatever happens, what is not ours is not touched, and no name of ours is emptied that should have addresses.
 */
import { expect } from "chai";
import fc from "fast-check";
import { Book, type Job } from "../../src/dns/book.ts";
import type { WantedName } from "../../src/dns/book-entry.ts";
import { failure } from "../../src/dns/failures.ts";
import type { PublishedEntry } from "../../src/dns/resource.ts";
import { ModelZone, outcomeIn } from "./model-zone.ts";
import { nameOf } from "./vectors.ts";

const ZONE = nameOf("lb.example");
const NAMES = ["a", "b", "*"].map((label) => nameOf(`${label}.lb.example`));
const MARK_LABELS = ["a-a", "aaaa-a", "a-b", "aaaa-b", "a-_wildcard", "aaaa-_wildcard"];
const ADDRESSES = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2"];
const LIMIT_MS = 15_000;
const RESYNC_MS = 60_000;
const SETTLE_ROUNDS = 80;

type Action =
  | { readonly kind: "want"; readonly who: number; readonly name: number; readonly ips: number[] }
  | { readonly kind: "unwant"; readonly who: number; readonly name: number }
  | { readonly kind: "held"; readonly ip: number; readonly isHeld: boolean }
  | { readonly kind: "round"; readonly who: number; readonly loses: "nothing" | "asked" | "answer" }
  | { readonly kind: "restart"; readonly who: number }
  | { readonly kind: "stranger"; readonly name: number; readonly type: "A" | "AAAA" | "CNAME" }
  /** Somebody takes the addresses away; of all of it the mark, too, and another may have the name. */
  | {
      readonly kind: "edit";
      readonly name: number;
      readonly type: "A" | "AAAA";
      readonly isAll: boolean;
    }
  | { readonly kind: "wait"; readonly ms: number };

const who = fc.nat({ max: 1 });
const name = fc.nat({ max: NAMES.length - 1 });
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    ...{ kind: fc.constant("want" as const), who, name },
    ips: fc.uniqueArray(fc.nat({ max: ADDRESSES.length - 1 }), { minLength: 1 }),
  }),
  fc.record({ kind: fc.constant("unwant" as const), who, name }),
  fc.record({
    ...{ kind: fc.constant("held" as const), ip: fc.nat({ max: ADDRESSES.length - 1 }) },
    isHeld: fc.boolean(),
  }),
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ kind: fc.constant("round" as const), who },
      loses: fc.constantFrom(
        "nothing" as const,
        "nothing" as const,
        "asked" as const,
        "answer" as const,
      ),
    }),
  },
  fc.record({ kind: fc.constant("restart" as const), who }),
  fc.record({
    ...{ kind: fc.constant("stranger" as const), name },
    type: fc.constantFrom("A" as const, "AAAA" as const, "CNAME" as const),
  }),
  fc.record({
    ...{ kind: fc.constant("edit" as const), name, isAll: fc.boolean() },
    type: fc.constantFrom("A" as const, "AAAA" as const),
  }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.nat({ max: 70_000 }) }),
);

interface Marked {
  readonly ownerId: string;
  readonly addresses: readonly string[];
}

interface Publisher {
  book: Book;
  ledger: readonly PublishedEntry[];
  readonly ownerId: string;
  readonly wishes: Map<number, readonly number[]>;
}

class History {
  nowMs = 0;
  readonly zone = new ModelZone(ZONE);
  readonly unheldSinceMs = new Map<number, number>();
  /** Written by strangers, as `name type`. */
  readonly strange = new Map<string, string>();
  readonly publishers: readonly Publisher[] = ["lan.c1", "lan.c2"].map((ownerId) => ({
    ...{ ownerId, book: bookOf(ownerId), ledger: [], wishes: new Map<number, readonly number[]>() },
  }));

  perform(step: Action): void {
    switch (step.kind) {
      case "want":
        this.#publisher(step.who).wishes.set(step.name, step.ips);
        return;
      case "unwant":
        this.#publisher(step.who).wishes.delete(step.name);
        return;
      case "held":
        if (step.isHeld) this.unheldSinceMs.delete(step.ip);
        else if (!this.unheldSinceMs.has(step.ip)) this.unheldSinceMs.set(step.ip, this.nowMs);
        return;
      case "round":
        this.round(this.#publisher(step.who), step.loses);
        return;
      case "restart": {
        const publisher = this.#publisher(step.who);
        publisher.book = bookOf(publisher.ownerId);
        publisher.book.recall(publisher.ledger);
        return;
      }
      case "stranger": {
        const where = NAMES[step.name] ?? ZONE;
        const isFree = (["A", "AAAA", "CNAME"] as const).every(
          (type) => this.zone.at(where, type).length === 0,
        );
        if (!isFree) return;
        const text = step.type === "CNAME" ? "elsewhere.example" : "stranger";
        this.zone.put(where, step.type, [text]);
        this.strange.set(`${where} ${step.type}`, text);
        return;
      }
      case "edit": {
        const where = NAMES[step.name] ?? ZONE;
        if (this.strange.has(`${where} ${step.type}`)) return;
        this.zone.put(where, step.type, []);
        const mark = MARK_LABELS[2 * step.name + (step.type === "A" ? 0 : 1)] ?? "";
        if (step.isAll) this.zone.put(`${mark}.lb.example`, "TXT", []);
        return;
      }
      case "wait":
        this.nowMs += step.ms;
    }
  }

  round(publisher: Publisher, loses: "nothing" | "asked" | "answer"): void {
    const { book, wishes } = publisher;
    book.want(
      new Map([...wishes].map(([index, ips]) => [NAMES[index] ?? ZONE, this.#want(index, ips)])),
    );
    const { claims, jobs } = book.round(this.nowMs);
    if (claims !== null) {
      publisher.ledger = claims;
      book.claimed(claims);
    }
    for (const first of claims === null ? jobs : book.round(this.nowMs).jobs) {
      for (let job: Job | null = first; job !== null;) {
        if (!book.begin(job, this.nowMs)) break;
        const before = this.#marked();
        const isAsked = loses !== "asked";
        const outcome = isAsked ? outcomeIn(this.zone, job) : null;
        this.check(publisher, before);
        const lost = { ok: false, failure: failure("no-answer", "It does not answer") } as const;
        job = book.ended(job, outcome === null || loses === "answer" ? lost : outcome, this.nowMs);
      }
    }
  }

  /** After each message that a publisher has sent. @param before what had a mark, by name and type */
  check({ ownerId, wishes }: Publisher, before: ReadonlyMap<string, Marked>): void {
    for (const [key, text] of this.strange) {
      const [where = "", type = ""] = key.split(" ");
      expect(this.zone.at(where, type as "A"), `${key} is a stranger's`).to.deep.equal([text]);
    }
    const after = this.#marked();
    for (const [key, was] of before) {
      const is = after.get(key);
      if (was.ownerId !== ownerId) expect(is, `${key} of ${was.ownerId}`).to.deep.equal(was);
      else if (was.addresses.length > 0 && this.#wants(wishes, key)) {
        expect(is?.addresses, `${key}, emptied`).to.be.an("array").that.is.not.empty;
      }
    }
  }

  #wants(wishes: Publisher["wishes"], key: string): boolean {
    const [where, type] = key.split(" ");
    const ips = wishes.get(NAMES.findIndex((each) => each === where)) ?? [];
    return ips.some((ip) => isOfType(ADDRESSES[ip] ?? "", type === "A" ? "A" : "AAAA"));
  }

  #marked(): ReadonlyMap<string, Marked> {
    const found = new Map<string, Marked>();
    for (const [i, label] of MARK_LABELS.entries()) {
      const [mark] = this.zone.at(`${label}.lb.example`, "TXT");
      if (mark === undefined) continue;
      const where = NAMES[Math.floor(i / 2)] ?? ZONE;
      const type = i % 2 === 0 ? "A" : "AAAA";
      const ownerId = /owner=([^,]*)/.exec(mark)?.[1] ?? "";
      found.set(`${where} ${type}`, { ownerId, addresses: this.zone.at(where, type) });
    }
    return found;
  }

  settle(): void {
    for (let i = 0; i < SETTLE_ROUNDS; i++) {
      this.nowMs += 5000;
      for (const publisher of this.publishers) this.round(publisher, "nothing");
    }
  }

  #publisher(index: number): Publisher {
    const publisher = this.publishers[index];
    if (publisher === undefined) throw new Error("no such publisher");
    return publisher;
  }

  #want(index: number, ips: readonly number[]): WantedName {
    return {
      ...{ name: NAMES[index] ?? ZONE, zone: ZONE, service: "prod/web", ttlSeconds: 30 },
      addresses: ips.map((ip) => ({
        ip: ADDRESSES[ip] as WantedName["addresses"][number]["ip"],
        unheldSinceMs: this.unheldSinceMs.get(ip) ?? null,
      })),
    };
  }

  /** What each name should have once all is quiet: one owner, all held addresses, or some where none is held. */
  expectSettled(): void {
    for (const [index, where] of NAMES.entries()) {
      for (const type of ["A", "AAAA"] as const) {
        const there = this.zone.at(where, type);
        if (this.strange.has(`${where} ${type}`)) continue;
        const mark = this.zone.at(
          `${MARK_LABELS[2 * index + (type === "A" ? 0 : 1)]}.lb.example`,
          "TXT",
        );
        const owner = this.publishers.find(({ ownerId }) => mark[0]?.includes(`=${ownerId},`));
        const isAlias = this.strange.has(`${where} CNAME`);
        if (owner === undefined) {
          expect(there, `${where} ${type} without an owner`).to.deep.equal([]);
          const wants = this.publishers.some(({ wishes }) =>
            (wishes.get(index) ?? []).some((ip) => isOfType(ADDRESSES[ip] ?? "", type)),
          );
          expect(wants && !isAlias, `somebody wants ${where} ${type}`).to.equal(false);
          continue;
        }
        const ips = (owner.wishes.get(index) ?? []).filter((ip) =>
          isOfType(ADDRESSES[ip] ?? "", type),
        );
        const right = ips.filter((ip) => !this.unheldSinceMs.has(ip));
        if (isAlias) continue;
        const texts = (some: readonly number[]) => some.map((ip) => ADDRESSES[ip] ?? "").sort();
        // Where none is held what is there stays, and that is at least one.
        if (right.length > 0) expect(there, `${where} ${type}`).to.deep.equal(texts(right));
        else expect(there, `${where} ${type}`).to.be.an("array").that.is.not.empty;
        expect(texts(ips), `${where} ${type}`).to.include.members([...there]);
      }
    }
  }
}

function isOfType(address: string, type: "A" | "AAAA"): boolean {
  return address.includes(":") === (type === "AAAA");
}

function bookOf(ownerId: string): Book {
  return new Book({
    ownerId,
    withdrawAfterMs: LIMIT_MS,
    resyncIntervalMs: RESYNC_MS,
    updateIntervalMs: 1000,
  });
}

describe("dns book: two publishers, one zone", () => {
  it("nobody touches what is another's, no name is emptied, and in the end all is as it is wanted", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (steps) => {
        const history = new History();
        for (const step of steps) history.perform(step);
        history.settle();
        history.expectSettled();
      }),
      { numRuns: 300 },
    );
  });
});
