/**
 * Random histories of two publishers and two zones, one in the other: names come, go and move between the zones, addresses are lost and
 * found, people edit, wildcards answer for what is not there, answers are lost, the list of names cannot be written or the answer to
 * that is lost, publishers start anew. Whatever happens, what is not ours is not touched, nor is the other family of what is not ours, no name of ours is emptied that should have
 * addresses, and what is in a zone is written down.
 *
 * The list of names is written as the controller does it, by its own hands.
 */
import { expect } from "chai";
import fc from "fast-check";
import { pino } from "pino";
import { PublisherObject } from "../../src/controller/io/publisher-object.ts";
import { Book } from "../../src/dns/book.ts";
import type { WantedName } from "../../src/dns/book-entry.ts";
import type { Job, Outcome } from "../../src/dns/book-jobs.ts";
import { failure } from "../../src/dns/failures.ts";
import type { DnsName } from "../../src/dns/name.ts";
import { ADDRESS_TYPES, markName, type AddressType } from "../../src/dns/ownership.ts";
import type { WantedAddress } from "../../src/dns/record-sets.ts";
import type { DNSPublisher, DNSPublisherStatus } from "../../src/dns/resource.ts";
import { ApiError } from "../../src/kube/api-error.ts";
import { ModelZone, outcomeIn, type SetType } from "./model-zone.ts";
import { nameOf, valueOf } from "./vectors.ts";

const ZONES = [nameOf("lb.example"), nameOf("in.lb.example")] as const;
/** The last one has a place in both zones. */
/** "a-a": where the mark of "a" is. */
const NAMES = [
  ...["a.lb.example", "b.lb.example", "*.lb.example", "x.in.lb.example", "a-a.lb.example"],
].map(nameOf);
const WILDCARD = 2;
const MOVING = 3;
const ADDRESSES = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2"];
const LIMIT_MS = 15_000;
const RENEW_MS = 5000;
const RESYNC_MS = 60_000;
const SETTLE_ROUNDS = 80;

/** Of a message to a name server; of a write to the API server: it is refused, or obeyed and the answer is lost. */
type Loss = "nothing" | "asked" | "answer";

interface Place {
  readonly name: number;
  readonly zone: number;
}

type Action =
  | ({ readonly kind: "want"; readonly who: number; readonly ips: number[] } & Place)
  | { readonly kind: "unwant"; readonly who: number; readonly name: number }
  | { readonly kind: "held"; readonly ip: number; readonly isHeld: boolean }
  | ({ readonly kind: "round"; readonly who: number } & Losses)
  /** What was sent and not obeyed, or obeyed, comes once more. */
  | { readonly kind: "late" }
  /** Somebody leaves it to another zone, or no more. */
  | ({ readonly kind: "cut"; readonly isCut: boolean } & Place)
  /** From then on the server takes no update of it, or takes them again. */
  | ({ readonly kind: "refuse"; readonly isRefused: boolean } & Pick<Place, "name">)
  /** It is lost, and all have seen to it. */
  | { readonly kind: "gone"; readonly ip: number }
  /** The next leader begins, and has its first round. */
  | { readonly kind: "reign"; readonly who: number }
  | { readonly kind: "restart"; readonly who: number; readonly isRead: boolean }
  | ({ readonly kind: "stranger"; readonly type: SetType } & Place)
  /** Somebody takes the addresses away; of all of it the mark, too, and another may have the name. */
  | ({ readonly kind: "edit"; readonly type: AddressType; readonly isAll: boolean } & Place)
  | { readonly kind: "wait"; readonly ms: number };

const who = fc.nat({ max: 1 });
const name = fc.nat({ max: NAMES.length - 1 });
const place = fc
  .record({ name, zone: fc.nat({ max: 1 }) })
  .map((at): Place => (at.name === MOVING ? at : { ...at, zone: 0 }));
const loss = fc.constantFrom<Loss>("nothing", "nothing", "nothing", "asked", "answer");
const action: fc.Arbitrary<Action> = fc.oneof(
  fc
    .tuple(place, who, fc.uniqueArray(fc.nat({ max: ADDRESSES.length - 1 }), { minLength: 1 }))
    .map(([at, by, ips]): Action => ({ kind: "want", who: by, ips, ...at })),
  fc.record({ kind: fc.constant("unwant" as const), who, name }),
  fc.record({
    ...{ kind: fc.constant("held" as const), ip: fc.nat({ max: ADDRESSES.length - 1 }) },
    isHeld: fc.boolean(),
  }),
  {
    weight: 4,
    arbitrary: fc.record({
      ...{
        kind: fc.constant("round" as const),
        who,
        loses: loss,
        writeLoses: loss,
        sayLoses: loss,
      },
    }),
  },
  fc.constant({ kind: "late" as const }),
  fc.tuple(place, fc.boolean()).map(([at, isCut]): Action => ({ kind: "cut", isCut, ...at })),
  fc.record({ kind: fc.constant("refuse" as const), name, isRefused: fc.boolean() }),
  fc.record({ kind: fc.constant("gone" as const), ip: fc.nat({ max: ADDRESSES.length - 1 }) }),
  fc.record({ kind: fc.constant("reign" as const), who }),
  fc.record({ kind: fc.constant("restart" as const), who, isRead: fc.boolean() }),
  fc
    .tuple(place, fc.constantFrom<SetType>("A", "AAAA", "CNAME", "TXT"))
    .map(([at, type]): Action => ({ kind: "stranger", type, ...at })),
  fc
    .tuple(place, fc.constantFrom<AddressType>("A", "AAAA"), fc.boolean())
    .map(([at, type, isAll]): Action => ({ kind: "edit", type, isAll, ...at })),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.nat({ max: 70_000 }) }),
);

interface Losses {
  readonly loses: Loss;
  /** Of the list of names, and of the rest of the status. */
  readonly writeLoses: Loss;
  readonly sayLoses: Loss;
}

const NOTHING_LOST: Losses = { loses: "nothing", writeLoses: "nothing", sayLoses: "nothing" };

/** One type of addresses of one name in one zone. */
interface Spot extends Place {
  readonly type: AddressType;
}

const SPOTS: readonly Spot[] = NAMES.flatMap((_, index) =>
  (index === MOVING ? [0, 1] : [0]).flatMap((zone) =>
    ADDRESS_TYPES.map((type) => ({ name: index, zone, type })),
  ),
);

function wordsOf({ name: index, zone, type }: Spot): string {
  return `${type} of ${NAMES[index] ?? ""} in ${ZONES[zone] ?? ""}`;
}

interface Wish {
  readonly zone: number;
  readonly ips: readonly number[];
}

/** The DNSPublisher as the API server has it, and what is wrong with that server. */
class Api {
  version = 1;
  status: DNSPublisherStatus = {};
  loses: Loss = "nothing";

  get object(): DNSPublisher {
    const metadata = { name: "lan", uid: "u1", resourceVersion: String(this.version) };
    return { metadata, spec: {}, status: this.status } as unknown as DNSPublisher;
  }

  readonly client = {
    get: () =>
      this.loses === "nothing" ? Promise.resolve(this.object) : Promise.reject(apiError(500)),
    patch: (_type: unknown, _ref: unknown, body: unknown) => {
      if (this.loses === "asked") return Promise.reject(apiError(500));
      const { metadata, status } = body as DNSPublisher;
      if (metadata.resourceVersion !== String(this.version)) return Promise.reject(apiError(409));
      this.version += 1;
      this.status = { ...this.status, ...status };
      return this.loses === "answer" ? Promise.reject(apiError(504)) : Promise.resolve(this.object);
    },
  };
}

function apiError(status: number): ApiError {
  return new ApiError({ status, reason: "", message: `it says ${status}` });
}

class Publisher {
  readonly ownerId: string;
  readonly api = new Api();
  readonly wishes = new Map<number, Wish>();
  book: Book;
  object: PublisherObject;

  constructor(ownerId: string) {
    this.ownerId = ownerId;
    [this.book, this.object] = this.#anew();
  }

  restart(): void {
    [this.book, this.object] = this.#anew();
  }

  #anew(): [Book, PublisherObject] {
    const limits = { withdrawAfterMs: LIMIT_MS, resyncIntervalMs: RESYNC_MS, updateIntervalMs: 0 };
    const book = new Book({ ownerId: this.ownerId, ...limits });
    const object = new PublisherObject({
      ...{ client: this.api.client as never, publisher: this.api.object, mayWrite: () => true },
      ...{ metrics: { writes: { inc: () => undefined } } as never },
      log: pino({ level: "silent" }),
      onOthers: (names) => {
        book.recall(names);
      },
    });
    return [book, object];
  }
}

type Sent = Extract<Job, { readonly kind: "update" }>;

interface Marked {
  readonly ownerId: string;
  readonly addresses: readonly string[];
}

class History {
  nowMs = 0;
  readonly zones = ZONES.map((zone) => new ModelZone(zone));
  readonly refused = new Set<DnsName>();
  /** Messages that may come once more, and what was there when they were sent. */
  readonly late: { readonly job: Sent; readonly zone: ModelZone; readonly was: string | null }[] =
    [];
  readonly unheldSinceMs = new Map<number, number>();
  /** Since a controller began that has not seen their holders' Leases change. */
  readonly unheardSinceMs = new Map<number, number>();
  /** Written by strangers. */
  readonly strange: { readonly at: Place; readonly type: SetType; readonly text: string }[] = [];
  readonly publishers = ["lan.c1", "lan.c2"].map((ownerId) => new Publisher(ownerId));

  async perform(step: Action): Promise<void> {
    switch (step.kind) {
      case "want":
        this.#publisher(step.who).wishes.set(step.name, { zone: step.zone, ips: step.ips });
        return;
      case "unwant":
        this.#publisher(step.who).wishes.delete(step.name);
        return;
      case "held":
        if (step.isHeld) {
          this.unheldSinceMs.delete(step.ip);
          this.unheardSinceMs.delete(step.ip);
        } else if (!this.unheldSinceMs.has(step.ip)) this.unheldSinceMs.set(step.ip, this.nowMs);
        return;
      case "round":
        await this.round(this.#publisher(step.who), step);
        return;
      case "late":
        this.#comeLate();
        return;
      case "cut":
        this.#zone(step).put(nameAt(step), "NS", step.isCut ? ["elsewhere.example"] : []);
        return;
      case "refuse":
        if (step.isRefused) this.refused.add(nameAt(step));
        else this.refused.delete(nameAt(step));
        return;
      case "gone":
        if (!this.unheldSinceMs.has(step.ip)) this.unheldSinceMs.set(step.ip, this.nowMs);
        this.#pass(LIMIT_MS);
        for (const each of this.publishers) await this.round(each, NOTHING_LOST);
        return;
      case "reign":
        await this.perform({ kind: "restart", who: step.who, isRead: true });
        await this.round(this.#publisher(step.who), NOTHING_LOST);
        return;
      case "restart": {
        const { api } = this.#publisher(step.who);
        this.#publisher(step.who).restart();
        for (const ip of ADDRESSES.keys()) this.unheardSinceMs.set(ip, this.nowMs);
        api.loses = step.isRead ? "nothing" : "asked";
        await this.#publisher(step.who).object.read();
        return;
      }
      case "stranger":
        this.#publishStrange(step, step.type);
        return;
      case "edit": {
        if (this.#isStrange(step, step.type)) return;
        this.#zone(step).put(nameAt(step), step.type, []);
        if (step.isAll && !this.#isMarkTaken(step)) this.#zone(step).put(markAt(step), "TXT", []);
        return;
      }
      case "wait":
        this.#pass(step.ms);
    }
  }

  /** Whoever lives is heard of within the time of a renewal. */
  #pass(ms: number): void {
    this.nowMs += ms;
    for (const [ip, sinceMs] of this.unheardSinceMs) {
      const isDead = this.unheldSinceMs.has(ip);
      if (!isDead && this.nowMs >= sinceMs + RENEW_MS) this.unheardSinceMs.delete(ip);
    }
  }

  /** As ../../src/controller/held.ts tells it. */
  #tell(ip: number): Pick<WantedAddress, "unheldSinceMs" | "unheardSinceMs"> {
    const unheldSinceMs = this.unheldSinceMs.get(ip) ?? null;
    const unheardSinceMs = this.unheardSinceMs.get(ip);
    if (unheardSinceMs === undefined) return { unheldSinceMs };
    const isSilent = this.nowMs >= unheardSinceMs + 1.5 * RENEW_MS;
    return { unheldSinceMs: isSilent ? unheardSinceMs : null, unheardSinceMs };
  }

  #publishStrange(at: Place, type: SetType): void {
    const zone = this.#zone(at);
    const has = (...types: SetType[]) => types.some((each) => zone.at(nameAt(at), each).length > 0);
    const isFree = type === "TXT" ? !has("CNAME", "TXT") : !has("A", "AAAA", "CNAME");
    if (!isFree || (type === "CNAME" && has("TXT"))) return;
    // Addresses beside a mark are an edit of whose mark it is.
    const isAddress = type === "A" || type === "AAAA";
    if (isAddress && zone.at(markAt({ ...at, type }), "TXT").length > 0) return;
    const text = type === "CNAME" ? "elsewhere.example" : "stranger";
    zone.put(nameAt(at), type, [text]);
    this.strange.push({ at, type, text });
  }

  /** As ../../src/controller/io/name-publisher.ts does it. */
  async round(publisher: Publisher, { loses, writeLoses, sayLoses }: Losses): Promise<void> {
    const { book, object, wishes, api } = publisher;
    api.loses = writeLoses;
    if (!object.isRead && (await object.read()) !== null) return;
    book.want(
      new Map(
        [...wishes].map(([index, wish]) => [NAMES[index] as DnsName, this.#want(index, wish)]),
      ),
    );
    const { claims, jobs } = book.round(this.nowMs);
    if (claims !== null && (await object.write({ names: claims })) === null) book.claimed(claims);
    for (const first of claims === null ? jobs : book.round(this.nowMs).jobs) {
      for (let job: Job | null = first; job !== null;) {
        if (!book.begin(job, this.nowMs)) break;
        const before = this.#marked();
        const others = SPOTS.filter((spot) => this.#isBesideOthers(spot, publisher.ownerId));
        const zone = this.#zone({ zone: ZONES.findIndex((each) => each === job?.zone) });
        if (job.kind === "update") {
          // What was sent of a state that was not may be right of one that comes.
          const isFit = zone.refusalOf(job.update.prerequisites) === null;
          this.late.push({ job, zone, was: isFit ? this.#oursBefore(publisher, zone, job) : null });
        }
        const outcome = loses === "asked" ? null : this.#answer(zone, job);
        this.check(publisher, before);
        for (const spot of others) {
          const isNew = before.get(spot)?.ownerId !== publisher.ownerId;
          const isOurs = this.#marked().get(spot)?.ownerId === publisher.ownerId;
          expect(isNew && isOurs, `${wordsOf(spot)}, beside what others have`).to.equal(false);
        }
        for (const [spot, { ownerId }] of this.#marked()) {
          const isNew = before.get(spot)?.ownerId !== ownerId;
          const isCut = this.#zone(spot).isCutOff(nameAt(spot));
          expect(isNew && isCut, `${wordsOf(spot)}, below a cut`).to.equal(false);
        }
        const lost = { ok: false, failure: failure("no-answer", "It does not answer") } as const;
        job = book.ended(job, outcome === null || loses === "answer" ? lost : outcome, this.nowMs);
      }
    }
    api.loses = sayLoses;
    const wanted = wishes.size;
    if (object.status?.wanted !== wanted) await object.write({ wanted });
    else if (object.isDoubtful) await object.read();
  }

  /** Of what was ours it changes nothing that is not as it was when it was sent. What is new has nothing to go by. */
  #comeLate(): void {
    for (const { job, zone, was } of this.late.splice(0)) {
      if (was === null) continue;
      const isAsItWas = this.#stateOf(zone, job) === was;
      const said = zone.update(job.update);
      if (!isAsItWas) expect(said, `a late update of ${job.name}`).not.to.equal("obeyed");
    }
  }

  /** @returns what the name has of the types that are changed; null: not all of it is the publisher's */
  #oursBefore({ ownerId }: Publisher, zone: ModelZone, job: Sent): string | null {
    const isOurs = job.types.every((type) =>
      zone
        .at(valueOf(markName(job.name, type, zone.zone)), "TXT")
        .join()
        .includes(`${ownerId},`),
    );
    return isOurs ? this.#stateOf(zone, job) : null;
  }

  #stateOf(zone: ModelZone, { name: of, types }: Sent): string {
    const sets = types.map((type) => {
      return [zone.at(of, type), zone.at(valueOf(markName(of, type, zone.zone)), "TXT")];
    });
    return JSON.stringify(sets);
  }

  #answer(zone: ModelZone, job: Job): Outcome {
    if (job.kind === "read" || !this.refused.has(job.name)) return outcomeIn(zone, job);
    return { ok: false, failure: failure("refused", "It is refused") };
  }

  /** After each message that a publisher has sent. @param before what had a mark */
  check({ ownerId, wishes, api }: Publisher, before: ReadonlyMap<Spot, Marked>): void {
    for (const { at, type, text } of this.strange) {
      expect(this.#zone(at).at(nameAt(at), type), `a stranger's ${type}`).to.deep.equal([text]);
    }
    const after = this.#marked();
    for (const [spot, was] of before) {
      const is = after.get(spot);
      if (was.ownerId !== ownerId) {
        expect(is, `${wordsOf(spot)}, of ${was.ownerId}`).to.deep.equal(was);
      } else if (was.addresses.length > 0 && wantedIn(wishes, spot).length > 0) {
        expect(is?.addresses, `${wordsOf(spot)}, emptied`).to.be.an("array").that.is.not.empty;
        const come = (is?.addresses ?? []).filter((ip) => !was.addresses.includes(ip));
        const isKept = wantedIn(wishes, spot).some((ip) => was.addresses.includes(textAt(ip)));
        const lost = isKept ? come.filter((ip) => this.#isLost(ADDRESSES.indexOf(ip))) : [];
        expect(lost, `${wordsOf(spot)}, held by nobody, beside others`).to.deep.equal([]);
      }
    }
    const written = new Set((api.status.names ?? []).map((each) => `${each.name} ${each.zone}`));
    for (const [spot, is] of after) {
      if (is.ownerId !== ownerId) continue;
      const entry = `${nameAt(spot)} ${ZONES[spot.zone] ?? ""}`;
      expect(written.has(entry), `${wordsOf(spot)} is written down`).to.equal(true);
    }
  }

  /** Somebody has the other type of addresses of the name: a name is somebody's as a whole. */
  #isBesideOthers({ type, ...at }: Spot, ownerId: string): boolean {
    const other = SPOTS.find(
      (each) => each.name === at.name && each.zone === at.zone && each.type !== type,
    );
    if (other === undefined) return false;
    const isThere = this.#zone(other).at(nameAt(other), other.type).length > 0;
    return isThere && this.#marked().get(other)?.ownerId !== ownerId;
  }

  #isLost(ip: number): boolean {
    const sinceMs = this.unheldSinceMs.get(ip);
    return sinceMs !== undefined && this.nowMs - sinceMs >= LIMIT_MS;
  }

  #marked(): ReadonlyMap<Spot, Marked> {
    const found = new Map<Spot, Marked>();
    for (const spot of SPOTS) {
      const [mark] = this.#zone(spot).at(markAt(spot), "TXT");
      if (mark === undefined) continue;
      const ownerId = /owner=([^,]*)/.exec(mark)?.[1] ?? "";
      found.set(spot, { ownerId, addresses: this.#zone(spot).at(nameAt(spot), spot.type) });
    }
    return found;
  }

  async settle(): Promise<void> {
    this.refused.clear();
    for (const at of SPOTS) this.#zone(at).put(nameAt(at), "NS", []);
    for (let i = 0; i < SETTLE_ROUNDS; i++) {
      this.#pass(RENEW_MS);
      for (const publisher of this.publishers) {
        await this.round(publisher, NOTHING_LOST);
      }
    }
  }

  #publisher(index: number): Publisher {
    const publisher = this.publishers[index];
    if (publisher === undefined) throw new Error("no such publisher");
    return publisher;
  }

  #zone({ zone }: Pick<Place, "zone">): ModelZone {
    const model = this.zones[zone];
    if (model === undefined) throw new Error("no such zone");
    return model;
  }

  #isStrange(at: Place, type: SetType): boolean {
    return this.strange.some(
      (each) => each.at.name === at.name && each.at.zone === at.zone && each.type === type,
    );
  }

  /** A stranger has something where the mark belongs. */
  #isMarkTaken(spot: Spot): boolean {
    const at = { ...spot, name: NAMES.indexOf(markAt(spot)) };
    return this.#isStrange(at, "TXT") || this.#isStrange(at, "CNAME");
  }

  /** Its other type cannot be made for what is where the mark belongs, and who looks takes what a wildcard says for a stranger's. */
  #isBesideWildcard({ type, ...at }: Spot): boolean {
    const wildcard = NAMES[WILDCARD] as DnsName;
    const types = [...ADDRESS_TYPES, "CNAME", "TXT"] as const;
    const isWild = types.some((each) => this.#zone(at).at(wildcard, each).length > 0);
    return (
      isWild &&
      ADDRESS_TYPES.some((other) => other !== type && this.#isMarkTaken({ ...at, type: other }))
    );
  }

  #want(index: number, { zone, ips }: Wish): WantedName {
    return {
      ...{ name: NAMES[index] as DnsName, zone: ZONES[zone] as DnsName },
      ...{ service: "prod/web", ttlSeconds: 30 },
      addresses: ips.map((ip) => ({
        ip: ADDRESSES[ip] as WantedName["addresses"][number]["ip"],
        ...this.#tell(ip),
      })),
    };
  }

  /** What each name should have once all is quiet: one owner, all held addresses, or some where none is held. */
  expectSettled(): void {
    const marked = this.#marked();
    for (const spot of SPOTS) {
      if (this.#isStrange(spot, spot.type)) continue;
      const words = wordsOf(spot);
      const there = this.#zone(spot).at(nameAt(spot), spot.type);
      const ownerId = marked.get(spot)?.ownerId;
      const owner = this.publishers.find((each) => each.ownerId === ownerId);
      const isAlias = this.#isStrange(spot, "CNAME");
      if (owner === undefined) {
        expect(there, `${words}, without an owner`).to.deep.equal([]);
        const isWanted = this.publishers.some(
          (each) =>
            wantedIn(each.wishes, spot).length > 0 && !this.#isBesideOthers(spot, each.ownerId),
        );
        const isFree = !isAlias && !this.#isMarkTaken(spot) && !this.#isBesideWildcard(spot);
        expect(isWanted && isFree, `somebody wants ${words}`).to.equal(false);
        continue;
      }
      const ips = wantedIn(owner.wishes, spot);
      expect(ips, `${words}, which ${owner.ownerId} wants no more`).to.be.an("array").that.is.not
        .empty;
      if (isAlias) continue;
      const right = ips.filter((ip) => !this.unheldSinceMs.has(ip));
      const texts = (some: readonly number[]) => some.map((ip) => ADDRESSES[ip] ?? "").sort();
      // Where somebody took all of it, and a wildcard answers the same, nobody sees a difference.
      const seen = this.#zone(spot).read(nameAt(spot)).sets[spot.type].addresses;
      // Where none is held what is there stays, and that is at least one.
      if (right.length > 0) expect(seen, words).to.deep.equal(texts(right));
      else expect(seen, words).to.be.an("array").that.is.not.empty;
      expect(texts(ips), words).to.include.members([...seen]);
    }
    for (const { wishes, api } of this.publishers) {
      const written = (api.status.names ?? []).map((each) => `${each.name} ${each.zone}`);
      const wanted = [...wishes].map(([index, wish]) => {
        return `${NAMES[index] ?? ""} ${ZONES[wish.zone] ?? ""}`;
      });
      expect(written).to.have.members(wanted);
    }
  }
}

function nameAt({ name: index }: Pick<Place, "name">): DnsName {
  return NAMES[index] as DnsName;
}

function textAt(ip: number): string {
  return ADDRESSES[ip] ?? "";
}

function markAt(spot: Spot): DnsName {
  return valueOf(markName(nameAt(spot), spot.type, ZONES[spot.zone] as DnsName));
}

/** @returns the addresses of that type that are wanted there */
function wantedIn(wishes: Publisher["wishes"], { name: index, zone, type }: Spot) {
  const wish = wishes.get(index);
  if (wish?.zone !== zone) return [];
  return wish.ips.filter((ip) => ADDRESSES[ip]?.includes(":") === (type === "AAAA"));
}

describe("dns book: two publishers, two zones", () => {
  it("nobody touches what is another's, no name is emptied, all is written down, and in the end all is as it is wanted", () =>
    fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (steps) => {
        const history = new History();
        for (const publisher of history.publishers) await publisher.object.read();
        for (const step of steps) await history.perform(step);
        await history.settle();
        history.expectSettled();
      }),
      { numRuns: 600 },
    )).timeout(240_000);
});
