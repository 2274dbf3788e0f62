/** One publisher and one zone, step by step: what is asked and sent, and what the zone has afterwards. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import { Book, type BookOptions } from "../../src/dns/book.ts";
import type { WantedName } from "../../src/dns/book-entry.ts";
import type { Job } from "../../src/dns/book-jobs.ts";
import { failure, type FailureKind } from "../../src/dns/failures.ts";
import type { DnsName } from "../../src/dns/name.ts";
import type { WantedAddress } from "../../src/dns/record-sets.ts";
import { PUBLISHED_NAMES_MAX, type PublishedEntry } from "../../src/dns/resource.ts";
import { ModelZone, outcomeIn } from "./model-zone.ts";
import { nameOf } from "./vectors.ts";

const ZONE = nameOf("lb.example");
const WEB = nameOf("web.lb.example");
const OPTIONS: BookOptions = {
  ...{ ownerId: "lan.c1", withdrawAfterMs: 15_000, resyncIntervalMs: 300_000 },
  updateIntervalMs: 1000,
};
const OURS =
  "heritage=external-dns,external-dns/owner=lan.c1,external-dns/resource=service/prod/web";

type Address = readonly [ip: string, unheldSinceMs: number | null];

function wanted(addresses: readonly Address[], more: Partial<WantedName> = {}): WantedName {
  const all = addresses.map(([ip, unheldSinceMs]) => ({ ip, unheldSinceMs }) as WantedAddress);
  return { name: WEB, zone: ZONE, service: "prod/web", ttlSeconds: 30, addresses: all, ...more };
}

const held = (...ips: readonly string[]): readonly Address[] => ips.map((ip) => [ip, null]);

/** A book, its zone, its ledger, and hands that do as they are told. */
class Stage {
  readonly zone = new ModelZone(ZONE);
  ledger: readonly PublishedEntry[] = [];
  book = new Book(OPTIONS);
  /** Instead of what the zone says. */
  fails: FailureKind | null = null;
  /** The server obeys, and its answers are lost. */
  isMute = false;
  /** Of these names it takes no update. */
  refuses: readonly string[] = [];
  jobs: string[] = [];

  want(...names: readonly WantedName[]): this {
    this.book.want(new Map(names.map((each) => [each.name, each])));
    return this;
  }

  /** @returns the jobs that were done, such as `read web.lb.example` */
  round(nowMs: number): readonly string[] {
    this.jobs = [];
    const { claims, jobs } = this.book.round(nowMs);
    if (claims !== null) {
      this.ledger = claims;
      this.book.claimed(claims);
    }
    for (const first of claims === null ? jobs : this.book.round(nowMs).jobs) {
      for (let job: Job | null = first; job !== null;) {
        if (!this.book.begin(job, nowMs)) break;
        this.jobs.push(`${job.kind} ${job.name}`);
        job = this.book.ended(job, this.#do(job), nowMs);
      }
    }
    return this.jobs;
  }

  restart(options: Partial<BookOptions> = {}): this {
    this.book = new Book({ ...OPTIONS, ...options });
    this.book.recall(this.ledger);
    return this;
  }

  #do(job: Job) {
    if (this.fails !== null && !this.isMute) {
      return { ok: false, failure: failure(this.fails, "It fails") } as const;
    }
    if (job.kind === "update" && this.refuses.includes(job.name)) {
      return { ok: false, failure: failure("refused", "It is refused") } as const;
    }
    const outcome = outcomeIn(this.zone, job);
    if (!this.isMute) return outcome;
    return { ok: false, failure: failure("no-answer", "It does not answer") } as const;
  }
}

describe("dns book", () => {
  let stage: Stage;
  const at = (type: "A" | "AAAA" | "TXT" | "CNAME", name: string = WEB) =>
    stage.zone.at(name, type);

  beforeEach(() => {
    stage = new Stage();
  });

  it("a name is claimed, and published with its mark in one update, without a look", () => {
    stage.want(wanted(held("192.0.2.2", "192.0.2.1", "2001:db8::1")));
    const { claims, jobs } = stage.book.round(0);
    expect(claims).to.deep.equal([{ name: WEB, zone: ZONE, service: "prod/web" }]);
    expect(jobs, "nothing before it is written down").to.deep.equal([]);
    expect(stage.round(0)).to.deep.equal([`update ${WEB}`]);
    expect(at("A")).to.deep.equal(["192.0.2.1", "192.0.2.2"]);
    expect(at("AAAA")).to.deep.equal(["2001:db8::1"]);
    expect(at("TXT", "a-web.lb.example")).to.deep.equal([OURS]);
    expect(at("TXT", "aaaa-web.lb.example")).to.deep.equal([OURS]);
    expect(stage.zone.ttlOf(WEB, "A")).to.equal(30);
    expect(stage.round(1000), "all is well").to.deep.equal([]);
    expect(stage.book.figures(1000)).to.deep.equal({ wanted: 1, published: 1 });
  });

  it("it grows, shrinks, changes its TTL, and loses a family with its mark", () => {
    stage.want(wanted(held("192.0.2.1", "2001:db8::1"))).round(0);
    stage.want(wanted(held("192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1"))).round(1000);
    expect(at("A")).to.deep.equal(["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
    stage.want(wanted(held("192.0.2.3"), { ttlSeconds: 5 })).round(2000);
    expect(at("A")).to.deep.equal(["192.0.2.3"]);
    expect(stage.zone.ttlOf(WEB, "A")).to.equal(5);
    expect([...at("AAAA"), ...at("TXT", "aaaa-web.lb.example")]).to.deep.equal([]);
    expect(stage.zone.updates).to.equal(3);
  });

  it("what is wanted no more goes, and then leaves the list of names", () => {
    stage.want(wanted(held("192.0.2.1", "2001:db8::1"))).round(0);
    stage.want().round(1000);
    expect([...stage.zone.sets.keys()]).to.deep.equal([]);
    expect(stage.ledger).to.have.length(1);
    stage.round(2000);
    expect(stage.ledger).to.deep.equal([]);
  });

  it("a name that went while we were away is looked up, and deleted", () => {
    stage.want(wanted(held("192.0.2.1"))).round(0);
    expect(stage.restart().want().round(0)).to.deep.equal([`read ${WEB}`, `update ${WEB}`]);
    expect([...stage.zone.sets.keys()]).to.deep.equal([]);
  });

  it("an answer that is lost: the name is looked up, and nothing is sent twice", () => {
    stage.isMute = true;
    stage.want(wanted(held("192.0.2.1"))).round(0);
    stage.isMute = false;
    expect(stage.round(60_000)).to.deep.equal([`read ${WEB}`]);
    expect(stage.book.troubles).to.deep.equal([]);
    expect(stage.book.figures(60_000)).to.deep.equal({ wanted: 1, published: 1 });
  });

  const taken = [
    { name: "addresses without a mark", put: ["A", WEB, "198.51.100.9"], by: "unmarked" },
    { name: "an alias", put: ["CNAME", WEB, "elsewhere.example"], by: "alias" },
    {
      name: "the mark of another owner",
      put: ["TXT", "a-web.lb.example", OURS.replace("lan.c1", "lan.c2")],
      by: { owner: "lan.c2" },
    },
    {
      name: "an alias where the mark would be",
      put: ["CNAME", "a-web.lb.example", "elsewhere.example"],
      by: "mark-alias",
    },
    {
      name: "a text that is no mark",
      put: ["TXT", "a-web.lb.example", "v=spf1 -all"],
      by: "text",
    },
  ] as const;
  for (const { name, put, by } of taken) {
    it(`${name}: it stays as it is, is told once, and is ours when it goes`, () => {
      const [type, where, text] = put;
      stage.zone.put(where, type, [text]);
      stage.want(wanted(held("192.0.2.1")));
      stage.round(0);
      const asked: string[] = [];
      for (let nowMs = 1000; nowMs < 10_000; nowMs += 1000) asked.push(...stage.round(nowMs));
      expect(asked, "after 1, 3 and 7 s").to.deep.equal(Array(3).fill(`read ${WEB}`));
      expect([...stage.zone.sets.keys()]).to.deep.equal([`${where} ${type}`]);
      expect(stage.book.takeNews()).to.deep.equal([
        { kind: "taken", name: WEB, service: "prod/web", by },
      ]);
      expect(stage.book.figures(0)).to.deep.equal({ wanted: 1, published: 0 });
      const updates = stage.zone.updates;
      for (const nowMs of [20_000, 50_000, 120_000, 300_000]) stage.round(nowMs);
      expect(stage.book.takeNews(), "told again").to.deep.equal([]);
      expect(stage.book.problems).to.have.length(1);
      expect(stage.zone.updates, "tried again").to.equal(updates);
      stage.zone.put(where, type, []);
      stage.round(600_000);
      expect(at("A")).to.deep.equal(["192.0.2.1"]);
      expect(stage.book.problems).to.deep.equal([]);
    });
  }

  for (const at of ["web.lb.example", "a-web.sub.lb.example", "sub.lb.example"]) {
    const name = nameOf(at === "web.lb.example" ? at : "web.sub.lb.example");
    it(`a new name at or below a zone cut, ${at}: nothing is written, it is told, and forgotten when nobody wants it`, () => {
      stage.zone.put(at, "NS", ["ns.elsewhere.example"]);
      stage.want(wanted(held("192.0.2.1", "2001:db8::1"), { name }));
      for (const nowMs of [0, 1000, 10_000]) stage.round(nowMs);
      expect([...stage.zone.sets.keys()]).to.deep.equal([`${at} NS`]);
      if (stage.zone.isCutOff(name)) {
        expect(stage.book.problems).to.have.length(1);
        expect(stage.book.troubles).to.deep.equal([]);
      }
      for (const nowMs of [600_000, 601_000, 700_000]) stage.want().round(nowMs);
      expect(stage.ledger).to.deep.equal([]);
      expect([...stage.zone.sets.keys()]).to.deep.equal([`${at} NS`]);
    });
  }

  it("a new name below an alias of all that is below it: nothing is written", () => {
    stage.zone.put("sub.lb.example", "DNAME", ["elsewhere.example"]);
    stage.want(wanted(held("192.0.2.1"), { name: nameOf("web.sub.lb.example") })).round(0);
    expect([...stage.zone.sets.keys()]).to.deep.equal(["sub.lb.example DNAME"]);
  });

  for (const ips of [["192.0.2.1"], ["2001:db8::1"], ["192.0.2.1", "2001:db8::1"]]) {
    it(`a name of ours that somebody has cut off since, ${ips.join(" and ")}: it goes when nobody wants it`, () => {
      const name = nameOf("web.sub.lb.example");
      stage.want(wanted(held(...ips), { name })).round(0);
      stage.zone.put("sub.lb.example", "NS", ["ns.elsewhere.example"]);
      stage.restart().want();
      for (const nowMs of [0, 10_000, 20_000, 30_000]) stage.round(nowMs);
      expect([...stage.zone.sets.keys()]).to.deep.equal(["sub.lb.example NS"]);
      expect(stage.ledger).to.deep.equal([]);
    });
  }

  it("a name of ours that is known to be cut off goes when nobody wants it any more", () => {
    const name = nameOf("web.sub.lb.example");
    stage.want(wanted(held("192.0.2.1"), { name })).round(0);
    stage.zone.put("sub.lb.example", "NS", ["ns.elsewhere.example"]);
    for (const nowMs of [400_000, 500_000]) stage.round(nowMs);
    stage.want();
    for (const nowMs of [1_000_000, 1_010_000, 1_020_000]) stage.round(nowMs);
    expect([...stage.zone.sets.keys()]).to.deep.equal(["sub.lb.example NS"]);
    expect(stage.ledger).to.deep.equal([]);
  });

  it("a name that was refused while it was cut off, where a wildcard answers for it: it is tried once more", () => {
    stage.zone.put("*.lb.example", "A", ["198.51.100.1"]);
    stage.zone.put(WEB, "NS", ["ns.elsewhere.example"]);
    stage.want(wanted(held("192.0.2.1"))).round(0);
    stage.zone.put(WEB, "NS", []);
    for (let i = 1; i <= 12; i++) stage.round(i * 100_000);
    expect(at("A")).to.deep.equal(["192.0.2.1"]);
    expect(stage.book.problems).to.deep.equal([]);
  });

  it("somebody takes the addresses of a name of ours, and an alias of all names answers for it: it is put right", () => {
    stage.zone.put("*.lb.example", "CNAME", ["elsewhere.example"]);
    stage.want(wanted(held("192.0.2.1"))).round(0);
    stage.zone.put(WEB, "A", []);
    stage.round(400_000);
    expect(at("A")).to.deep.equal(["192.0.2.1"]);
    expect(stage.book.problems).to.deep.equal([]);
  });

  it("a name that is ours in part, and looked at for long: what is ours of it changes at once", () => {
    stage.want(wanted(held("192.0.2.1"))).round(0);
    stage.zone.put(WEB, "AAAA", ["2001:db8::99"]);
    stage.want(wanted(held("192.0.2.1", "2001:db8::1")));
    let nowMs = 0;
    const tryAgain = () => {
      do nowMs += 500;
      while (!stage.round(nowMs).includes("update web.lb.example"));
    };
    for (let i = 0; i < 8; i++) tryAgain();
    stage.want(wanted(held("192.0.2.2", "2001:db8::1"))).round(nowMs + 500);
    expect(at("A")).to.deep.equal(["192.0.2.2"]);
    expect(at("AAAA")).to.deep.equal(["2001:db8::99"]);
  });

  it("a name that another gives up is ours within seconds", () => {
    const theirs = OURS.replace("lan.c1", "lan.c2");
    stage.zone.put(WEB, "A", ["198.51.100.1"]);
    stage.zone.put("a-web.lb.example", "TXT", [theirs]);
    stage.want(wanted(held("192.0.2.1"))).round(0);
    expect(stage.book.wakeAtMs(0)).to.equal(1000);
    stage.round(1000);
    stage.zone.sets.clear();
    expect(stage.book.wakeAtMs(1000)).to.equal(3000);
    stage.round(3000);
    expect(at("A")).to.deep.equal(["192.0.2.1"]);
    expect(stage.book.problems).to.deep.equal([]);
  });

  it("a name that is to be looked up, and that nothing keeps from it, is looked up at once", () => {
    stage.want(wanted(held("192.0.2.1"))).round(0);
    stage.restart().want(wanted(held("192.0.2.1")));
    expect(stage.book.wakeAtMs(5000)).to.equal(5000);
  });

  it("somebody's addresses change: they are somebody's still, and nobody is told again", () => {
    stage.zone.put(WEB, "A", ["198.51.100.9"]);
    stage.want(wanted(held("192.0.2.1"))).round(0);
    expect(stage.book.takeNews()).to.have.length(1);
    stage.zone.put(WEB, "A", ["198.51.100.10"]);
    stage.round(300_000);
    expect(at("A")).to.deep.equal(["198.51.100.10"]);
    expect(stage.book.takeNews()).to.deep.equal([]);
    expect(stage.book.problems).to.have.length(1);
  });

  it("the name has become another's without our knowing: nothing of it is touched", () => {
    stage.want(wanted(held("192.0.2.1", "192.0.2.2"))).round(0);
    const theirs = [OURS.replace("lan.c1", "lan.c2")];
    stage.zone.put("a-web.lb.example", "TXT", theirs);
    stage.zone.put(WEB, "A", ["198.51.100.1"]);
    stage.want(wanted(held("192.0.2.1"))).round(1000);
    stage.want().round(2000);
    stage.round(3000);
    expect(at("A")).to.deep.equal(["198.51.100.1"]);
    expect(at("TXT", "a-web.lb.example")).to.deep.equal(theirs);
    expect(stage.ledger).to.deep.equal([]);
  });

  it("a wildcard of somebody else answers for the name: it is made all the same", () => {
    stage.want(wanted(held("192.0.2.1"))).round(0);
    stage.zone.put(WEB, "A", []);
    stage.zone.put("a-web.lb.example", "TXT", []);
    const read = stage.zone.read.bind(stage.zone);
    stage.zone.read = (name: DnsName) => {
      const real = read(name);
      if (real.sets.A.addresses.length > 0) return real;
      const wild = { addresses: ["198.51.100.1" as Ip], ttlSeconds: 60, marks: [] };
      return { ...real, sets: { ...real.sets, A: wild } };
    };
    stage
      .restart()
      .want(wanted(held("192.0.2.1")))
      .round(0);
    expect(at("A")).to.deep.equal(["192.0.2.1"]);
  });

  it("a wildcard text of somebody else answers for the mark: the name is made all the same", () => {
    const read = stage.zone.read.bind(stage.zone);
    stage.zone.read = (name: DnsName) => {
      const real = read(name);
      if (real.sets.A.marks.length > 0) return real;
      const marks = [{ type: "TXT", strings: ["v=spf1 -all"] }] as const;
      return { ...real, sets: { ...real.sets, A: { ...real.sets.A, marks } } };
    };
    stage.ledger = [{ name: WEB, zone: ZONE, service: "prod/web" }];
    stage.restart();
    stage.want(wanted(held("192.0.2.1"))).round(0);
    expect(at("A")).to.deep.equal(["192.0.2.1"]);
    expect(at("TXT", "a-web.lb.example")).to.deep.equal([OURS]);
    expect(stage.book.takeNews()).to.deep.equal([]);
  });

  const another = OURS.replace("lan.c1", "lan.c2");
  for (const ips of [["2001:db8::1"], ["192.0.2.1", "2001:db8::1"]]) {
    for (const marks of [[], [another]]) {
      const by = marks.length === 0 ? "unmarked" : { owner: "lan.c2" };
      it(`somebody has one family of the name, ${JSON.stringify(by)}: it is not ours for ${ips.join(" and ")}`, () => {
        stage.zone.put(WEB, "A", ["198.51.100.9"]);
        stage.zone.put("a-web.lb.example", "TXT", marks);
        stage.want(wanted(held(...ips)));
        for (const nowMs of [0, 10_000, 20_000, 30_000]) stage.round(nowMs);
        expect([at("A"), at("AAAA")]).to.deep.equal([["198.51.100.9"], []]);
        expect(stage.book.problems.map((it) => "by" in it && it.by)).to.deep.equal([by]);
        expect(stage.zone.updates, "tried once").to.equal(1);
      });
    }
  }

  it("one family is ours, and somebody has the other: ours is kept true, and the other is told", () => {
    stage.want(wanted(held("192.0.2.1"))).round(0);
    stage.zone.put(WEB, "AAAA", ["2001:db8::9"]);
    stage.want(wanted(held("192.0.2.2", "2001:db8::1")));
    for (const nowMs of [1000, 2000, 3000]) stage.round(nowMs);
    expect([at("A"), at("AAAA")]).to.deep.equal([["192.0.2.2"], ["2001:db8::9"]]);
    expect(stage.book.problems.map((it) => "by" in it && it.by)).to.deep.equal(["unmarked"]);
    stage.want().round(300_000);
    expect([at("A"), at("AAAA")]).to.deep.equal([[], ["2001:db8::9"]]);
  });

  it("both families are ours, one mark is deleted by hand: that one is somebody's, the other ours", () => {
    stage.want(wanted(held("192.0.2.1", "2001:db8::1"))).round(0);
    stage.zone.put("aaaa-web.lb.example", "TXT", []);
    stage.want(wanted(held("192.0.2.2", "2001:db8::2")));
    for (const nowMs of [1000, 2000, 3000]) stage.round(nowMs);
    expect([at("A"), at("AAAA")]).to.deep.equal([["192.0.2.2"], ["2001:db8::1"]]);
  });

  const edits: readonly { name: string; edit: (zone: ModelZone) => void }[] = [
    {
      name: "another address",
      edit: (zone) => {
        zone.put(WEB, "A", ["192.0.2.1", "198.51.100.1"], 30);
      },
    },
    {
      name: "no address",
      edit: (zone) => {
        zone.put(WEB, "A", []);
      },
    },
    {
      name: "another TTL",
      edit: (zone) => {
        zone.put(WEB, "A", ["192.0.2.1"], 3600);
      },
    },
    {
      name: "all of it deleted",
      edit: (zone) => {
        zone.sets.clear();
      },
    },
  ];
  for (const { name, edit } of edits) {
    it(`edited by hand, ${name}: put right within the resync time, and told`, () => {
      stage.want(wanted(held("192.0.2.1"))).round(0);
      edit(stage.zone);
      expect(stage.round(100_000), "not looked at yet").to.deep.equal([]);
      expect(stage.round(300_000)).to.deep.equal([`read ${WEB}`, `update ${WEB}`]);
      expect(at("A")).to.deep.equal(["192.0.2.1"]);
      expect(stage.zone.ttlOf(WEB, "A")).to.equal(30);
      expect(stage.book.takeNews()).to.deep.equal([
        { kind: "edited", name: WEB, service: "prod/web" },
      ]);
    });
  }

  it("edited by hand, and found by a change of ours that the server refuses: told, and put right", () => {
    stage.want(wanted(held("192.0.2.1"))).round(0);
    stage.zone.put(WEB, "A", ["192.0.2.1", "198.51.100.1"], 30);
    stage.want(wanted(held("192.0.2.1", "192.0.2.2"))).round(1000);
    expect(at("A")).to.deep.equal(["192.0.2.1", "192.0.2.2"]);
    expect(stage.book.takeNews().map(({ kind }) => kind)).to.deep.equal(["edited"]);
  });

  it("edited by hand while the server did not answer: told", () => {
    stage.want(wanted(held("192.0.2.1"))).round(0);
    stage.isMute = true;
    stage.want(wanted(held("192.0.2.2"))).round(1000);
    stage.isMute = false;
    stage.zone.put(WEB, "A", ["198.51.100.1"], 30);
    stage.round(60_000);
    expect(at("A")).to.deep.equal(["192.0.2.2"]);
    expect(stage.book.takeNews().map(({ kind }) => kind)).to.deep.equal(["edited"]);
  });

  it("an update whose answer was lost is no edit", () => {
    stage.want(wanted(held("192.0.2.1"))).round(0);
    stage.isMute = true;
    stage.want(wanted(held("192.0.2.2"))).round(1000);
    stage.isMute = false;
    stage.round(60_000);
    expect(at("A")).to.deep.equal(["192.0.2.2"]);
    expect(stage.book.takeNews()).to.deep.equal([]);
  });

  it("an update that comes late undoes nothing: neither a change, nor a growth, nor a deletion", () => {
    for (const later of [["192.0.2.9"], ["192.0.2.1", "192.0.2.2"]]) {
      stage = new Stage();
      stage.want(wanted(held("192.0.2.1"))).round(0);
      const late = [["192.0.2.5"], ["192.0.2.1", "192.0.2.5"], []].map((ips) => {
        const [job] = stage
          .want(...(ips.length === 0 ? [] : [wanted(held(...ips))]))
          .book.round(0).jobs;
        if (job?.kind !== "update") throw new Error("no update");
        return job.update;
      });
      stage.want(wanted(held(...later))).round(1000);
      for (const update of late) expect(stage.zone.update(update)).to.equal("rrset-changed");
      expect(at("A")).to.deep.equal(later);
    }
  });

  it("a mark of ours without its addresses, for which a wildcard of somebody answers: they are made", () => {
    stage.want(wanted(held("192.0.2.1"))).round(0);
    const read = stage.zone.read.bind(stage.zone);
    stage.zone.read = (name: DnsName) => {
      const real = read(name);
      if (real.sets.A.addresses.length > 0) return real;
      const wild = { ...real.sets.A, addresses: ["198.51.100.1" as Ip], ttlSeconds: 60 };
      return { ...real, sets: { ...real.sets, A: wild } };
    };
    stage.zone.put(WEB, "A", []);
    stage
      .restart()
      .want(wanted(held("192.0.2.1")))
      .round(0);
    expect(at("A")).to.deep.equal(["192.0.2.1"]);
  });

  it("an address that nobody holds leaves at the limit, and comes back when it is held", () => {
    stage.want(wanted(held("192.0.2.1", "192.0.2.2"))).round(0);
    const doubtful = wanted([
      ["192.0.2.1", 1000],
      ["192.0.2.2", null],
    ]);
    stage.want(doubtful);
    expect(stage.book.wakeAtMs(1000)).to.equal(16_000);
    stage.round(15_999);
    expect(at("A")).to.deep.equal(["192.0.2.1", "192.0.2.2"]);
    stage.round(16_000);
    expect(at("A")).to.deep.equal(["192.0.2.2"]);
    stage.want(wanted(held("192.0.2.1", "192.0.2.2"))).round(20_000);
    expect(at("A")).to.deep.equal(["192.0.2.1", "192.0.2.2"]);
  });

  it("an address whose VirtualIP is gone stays until the limit, and does not come where it is not", () => {
    const gone = (ip: string) => ({ ip, unheldSinceMs: 1000, isUnclaimed: true }) as WantedAddress;
    const wants = (...addresses: readonly WantedAddress[]) => ({ ...wanted([]), addresses });
    const [one] = wanted(held("192.0.2.1")).addresses;
    if (one === undefined) throw new Error("no address");
    stage.want(wanted(held("192.0.2.1", "192.0.2.2"))).round(0);
    stage.want(wants(one, gone("192.0.2.2"), gone("192.0.2.3"), gone("2001:db8::3"))).round(1000);
    expect(at("A")).to.deep.equal(["192.0.2.1", "192.0.2.2"]);
    expect(at("AAAA"), "a family that has nothing yet").to.deep.equal([]);
    stage.round(16_000);
    expect(at("A")).to.deep.equal(["192.0.2.1"]);
    stage.want(wants(gone("192.0.2.1"), gone("192.0.2.3"))).round(60_000);
    expect(at("A"), "never empty").to.deep.equal(["192.0.2.1"]);
    stage.want(wants()).round(61_000);
    expect(at("A"), "none is promised any more").to.deep.equal([]);
    expect(stage.book.serviceOf(WEB), "the name is kept for it").to.equal("prod/web");
    expect(stage.book.figures(61_000)).to.deep.equal({ wanted: 0, published: 0 });
  });

  it("of a family that nobody holds any more all stay; the other family has its own rule", () => {
    stage.want(wanted(held("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"))).round(0);
    stage.want(
      wanted([
        ["192.0.2.1", 1000],
        ["192.0.2.2", 2000],
        ["2001:db8::1", 1000],
        ["2001:db8::2", null],
      ]),
    );
    stage.round(16_000);
    stage.round(17_000);
    stage.round(60_000);
    expect(at("A")).to.deep.equal(["192.0.2.1", "192.0.2.2"]);
    expect(at("AAAA")).to.deep.equal(["2001:db8::2"]);
  });

  it("all of a family are lost one after the other: none leaves, and one that had left before stays away", () => {
    const three = ["192.0.2.1", "192.0.2.2", "192.0.2.3"] as const;
    stage.want(wanted(held(...three))).round(0);
    stage.want(wanted([[three[0], 0], [three[1], null], [three[2], null]])).round(15_000); // prettier-ignore
    expect(at("A")).to.deep.equal([three[1], three[2]]);
    stage.want(wanted([[three[0], 0], [three[1], 20_000], [three[2], 20_500]])); // prettier-ignore
    for (const nowMs of [20_600, 35_000, 35_400, 35_600, 90_000]) {
      stage.round(nowMs);
      expect(at("A"), `at ${nowMs}`).to.deep.equal([three[1], three[2]]);
    }
    stage.want(wanted([[three[0], null], [three[1], 20_000], [three[2], 20_500]])).round(91_000); // prettier-ignore
    expect(at("A")).to.deep.equal([three[0]]);
  });

  it("after a restart an address in doubt is as it was: there, or not there", () => {
    stage.want(wanted(held("192.0.2.1", "192.0.2.2", "192.0.2.3"))).round(0);
    stage.zone.put(WEB, "A", ["192.0.2.1", "192.0.2.2"], 30);
    stage.restart().want(
      wanted([
        ["192.0.2.1", null],
        ["192.0.2.2", 0],
        ["192.0.2.3", 0],
      ]),
    );
    stage.round(0);
    expect(at("A")).to.deep.equal(["192.0.2.1", "192.0.2.2"]);
  });

  it("after a restart an address whose holder was not heard of yet neither comes nor goes", () => {
    const unheard = (...ips: readonly string[]) =>
      ips.map((ip) => ({ ip, unheldSinceMs: null, unheardSinceMs: 0 }) as unknown as WantedAddress);
    const [heard] = wanted(held("192.0.2.2")).addresses;
    if (heard === undefined) throw new Error("no address");
    stage.want(wanted(held("192.0.2.2", "192.0.2.3"))).round(0);
    const all = ["192.0.2.1", "192.0.2.2", "192.0.2.3"] as const;
    stage.restart().want({ ...wanted([]), addresses: unheard(...all) });
    stage.round(0);
    expect(at("A"), "192.0.2.1 was away").to.deep.equal(["192.0.2.2", "192.0.2.3"]);
    const addresses = [...unheard("192.0.2.1"), heard, ...unheard("192.0.2.3")];
    for (const nowMs of [4000, 20_000]) {
      stage.want({ ...wanted([]), addresses }).round(nowMs);
      expect(at("A"), `at ${nowMs}`).to.deep.equal(["192.0.2.2", "192.0.2.3"]);
    }
    stage.want(wanted([["192.0.2.1", 0], ["192.0.2.2", null], ["192.0.2.3", 0]])).round(21_000); // prettier-ignore
    expect(at("A")).to.deep.equal(["192.0.2.2"]);
  });

  it("what it has is wanted no more, and nothing else may come yet: it gets that rather than nothing", () => {
    stage.want(wanted(held("192.0.2.1"))).round(0);
    const [ip, unheldSinceMs] = ["192.0.2.2", null];
    for (const doubt of [{ unheardSinceMs: 1000 }, { isUnclaimed: true }]) {
      const address = { ip, unheldSinceMs, ...doubt } as unknown as WantedAddress;
      stage.want({ ...wanted([]), addresses: [address] }).round(1000);
      expect(at("A")).to.deep.equal([ip]);
    }
  });

  it("a new name none of whose holders was heard of yet waits for the first, and no longer than the limit", () => {
    const unheard = ["192.0.2.1", "192.0.2.2"].map(
      (ip) => ({ ip, unheldSinceMs: null, unheardSinceMs: 0 }) as unknown as WantedAddress,
    );
    const [heard] = wanted(held("192.0.2.2")).addresses;
    if (heard === undefined) throw new Error("no address");
    stage.want({ ...wanted([]), addresses: unheard });
    expect(stage.round(0)).to.deep.equal([]);
    expect(stage.book.figures(0)).to.deep.equal({ wanted: 1, published: 0 });
    expect(stage.book.wakeAtMs(14_000)).to.equal(15_000);
    stage.want({ ...wanted([]), addresses: [...unheard.slice(0, 1), heard] }).round(4000);
    expect(at("A")).to.deep.equal(["192.0.2.2"]);
    stage = new Stage();
    stage.want({ ...wanted([]), addresses: unheard }).round(14_999);
    expect(at("A")).to.deep.equal([]);
    stage.round(15_000);
    expect(at("A"), "nothing is better known of one than of the other").to.deep.equal([
      ...["192.0.2.1", "192.0.2.2"],
    ]);
  });

  it("a server that fails is asked once for all, and again later and later", () => {
    const names = ["a", "b", "c"].map((label) =>
      wanted(held("192.0.2.1"), { name: nameOf(`${label}.lb.example`) }),
    );
    stage.fails = "no-answer";
    stage.want(...names);
    expect(stage.round(0)).to.deep.equal(["update a.lb.example"]);
    expect(stage.round(400)).to.deep.equal([]);
    expect(stage.round(1000), "another may fare better").to.deep.equal(["update b.lb.example"]);
    expect(stage.round(1900)).to.deep.equal([]);
    expect(stage.round(3000)).to.deep.equal(["update c.lb.example"]);
    expect(stage.book.troubles.map(({ failures }) => failures)).to.deep.equal([3]);
    stage.fails = null;
    stage.book.tryAgain();
    stage.round(3001);
    expect(stage.book.troubles).to.deep.equal([]);
    expect(stage.book.figures(3001)).to.deep.equal({ wanted: 3, published: 3 });
  });

  it("a server that can be read and takes no update is asked later and later, too", () => {
    const refused = { ok: false, failure: failure("refused", "It is refused") } as const;
    stage.want(
      wanted(held("192.0.2.1")),
      wanted(held("192.0.2.1"), { name: nameOf("a.lb.example") }),
    );
    stage.book.claimed(stage.book.round(0).claims ?? []);
    const asked: string[] = [];
    const failuresAt = (nowMs: number) => {
      for (const first of stage.book.round(nowMs).jobs) {
        for (let job: Job | null = first; job !== null;) {
          if (!stage.book.begin(job, nowMs)) break;
          asked.push(job.kind);
          const outcome = job.kind === "update" ? refused : outcomeIn(stage.zone, job);
          job = stage.book.ended(job, outcome, nowMs);
        }
      }
      return stage.book.troubles.map(({ failures }) => failures);
    };
    expect(failuresAt(0)).to.deep.equal([2]);
    expect(failuresAt(900)).to.deep.equal([2]);
    expect(failuresAt(2000)).to.deep.equal([3]);
    expect(failuresAt(3900)).to.deep.equal([3]);
    expect(failuresAt(6000)).to.deep.equal([4]);
    expect(asked.filter((kind) => kind === "update")).to.have.length(4);
    stage.round(60_000);
    expect(stage.book.troubles).to.deep.equal([]);
  });

  const named = (label: string, ...ips: readonly string[]) =>
    wanted(held(...ips), { name: nameOf(`${label}.lb.example`) });

  it("one name that the server refuses: it is said, it waits alone, and the others go on at once", () => {
    stage.refuses = ["a.lb.example"];
    const good = ["b", "c"].map((label) => named(label, "192.0.2.1"));
    stage.want(named("a", "192.0.2.1"), ...good);
    expect(stage.round(0)).to.deep.equal(["a", "b", "c"].map((it) => `update ${it}.lb.example`));
    let asked = 0;
    for (let nowMs = 1000; nowMs < 290_000; nowMs += 1000) {
      const ip = `192.0.2.${2 + ((nowMs / 1000) % 2)}`;
      stage.want(named("a", "192.0.2.1"), ...["b", "c"].map((label) => named(label, ip)));
      asked += stage.round(nowMs).filter((job) => job.startsWith("update a")).length;
      expect(at("A", "b.lb.example"), `at ${nowMs}`).to.deep.equal([ip]);
      expect(stage.book.troubles, `at ${nowMs}`).to.deep.equal([]);
    }
    expect(stage.book.takeNews().map((it) => [it.kind, it.name])).to.deep.equal([
      ["refused", "a.lb.example"],
    ]);
    expect(stage.book.problems.map(({ name }) => name)).to.deep.equal(["a.lb.example"]);
    expect(asked).to.be.within(4, 15);
    stage.refuses = [];
    stage.round(360_000);
    expect(at("A", "a.lb.example")).to.deep.equal(["192.0.2.1"]);
    expect(stage.book.problems).to.deep.equal([]);
  });

  it("the first name that the server refuses: the zone is said to fail, with the name, and keeps no other waiting", () => {
    stage.refuses = [WEB];
    stage.want(wanted(held("192.0.2.1"))).round(0);
    expect(stage.book.troubles.map(({ failure: { message } }) => message)).to.deep.equal([
      `It is refused, asked for ${WEB}`,
    ]);
    expect(stage.round(100), "it waits").to.deep.equal([]);
    stage.want(wanted(held("192.0.2.1")), named("b", "192.0.2.1")).round(200);
    expect(at("A", "b.lb.example")).to.deep.equal(["192.0.2.1"]);
    expect(stage.book.troubles).to.deep.equal([]);
    stage.round(1000);
    expect(stage.book.problems.map(({ name }) => name)).to.deep.equal([WEB]);
    stage.want(named("b", "192.0.2.1"));
    for (const nowMs of [100_000, 200_000]) stage.round(nowMs);
    expect(stage.ledger.map(({ name }) => name)).to.deep.equal(["b.lb.example"]);
  });

  it("two names that the server refuses hold the zone, until another goes well: then they wait alone", () => {
    stage.refuses = ["a.lb.example", "b.lb.example"];
    const bad = ["a", "b"].map((label) => named(label, "192.0.2.1"));
    stage.want(...bad).round(0);
    for (let nowMs = 1000; nowMs <= 600_000; nowMs += 1000) stage.round(nowMs);
    stage.want(...bad, named("c", "192.0.2.1"));
    for (let nowMs = 601_000; nowMs <= 609_000; nowMs += 1000) stage.round(nowMs);
    expect(at("A", "c.lb.example"), "within 8 s").to.deep.equal(["192.0.2.1"]);
    expect(stage.book.troubles).to.deep.equal([]);
    for (let nowMs = 610_000; nowMs <= 700_000; nowMs += 1000) {
      const ip = `192.0.2.${2 + ((nowMs / 1000) % 2)}`;
      stage.want(...bad, named("c", ip)).round(nowMs);
      expect(at("A", "c.lb.example"), `at ${nowMs}`).to.deep.equal([ip]);
    }
    expect(stage.book.takeNews().map((it) => [it.kind, it.name])).to.deep.equal([
      ["refused", "a.lb.example"],
      ["refused", "b.lb.example"],
    ]);
  });

  describe("two zones", () => {
    const OTHER = nameOf("lb.other");
    const there = wanted(held("192.0.2.1"), { name: nameOf("web.lb.other"), zone: OTHER });
    const asked = (nowMs: number) =>
      stage.book.round(nowMs).jobs.map(({ kind, name }) => `${kind} ${name}`);

    beforeEach(() => {
      stage.want(wanted(held("192.0.2.1")), there);
      stage.book.claimed(stage.book.round(0).claims ?? []);
    });

    it("one is under way still: the other has rounds, and no job of the first is given twice", () => {
      stage.book.zoneBegins(ZONE, 0);
      expect(asked(5000)).to.deep.equal(["update web.lb.other"]);
      expect(stage.book.wakeAtMs(5000), "its end is news").to.equal(null);
      stage.book.zoneEnds(ZONE);
      expect(asked(5000)).to.deep.equal([`update ${WEB}`, "update web.lb.other"]);
    });

    it("each has its own pace: from the beginning of one round to the next", () => {
      stage.book.zoneBegins(ZONE, 0);
      stage.book.zoneEnds(ZONE);
      expect(asked(999)).to.deep.equal(["update web.lb.other"]);
      expect(stage.book.wakeAtMs(999)).to.equal(1000);
      expect(asked(1000)).to.have.length(2);
    });

    it("each has its own failures and its own back-off", () => {
      const [job] = stage.book.round(0).jobs;
      if (job === undefined) throw new Error("no job");
      const lost = { ok: false, failure: failure("no-answer", "It does not answer") } as const;
      stage.book.begin(job, 0);
      stage.book.ended(job, lost, 0);
      expect(stage.book.troubles.map(({ zone }) => zone)).to.deep.equal([ZONE]);
      expect(asked(100)).to.deep.equal(["update web.lb.other"]);
    });

    it("a name that is being made in one and wanted in the other meanwhile leaves the first", () => {
      const [job] = stage.book.round(0).jobs;
      if (job?.kind !== "update") throw new Error("no update");
      stage.book.begin(job, 0);
      stage.want(wanted(held("192.0.2.1"), { zone: OTHER }), there).book.round(0);
      stage.book.ended(job, outcomeIn(stage.zone, job), 0);
      const [clearing] = stage.book.round(1000).jobs;
      expect(clearing).to.include({ kind: "update", name: WEB, zone: ZONE });
    });
  });

  it("requests that are under way together and fail count as one failure", () => {
    const both = ["a", "b"].map((label) =>
      wanted(held("192.0.2.1"), { name: nameOf(`${label}.lb.example`) }),
    );
    stage.want(...both);
    stage.book.claimed(stage.book.round(0).claims ?? []);
    const { jobs } = stage.book.round(0);
    expect(jobs.map((job) => stage.book.begin(job, 0))).to.deep.equal([true, true]);
    const lost = { ok: false, failure: failure("no-answer", "It does not answer") } as const;
    for (const job of jobs) expect(stage.book.ended(job, lost, 10)).to.equal(null);
    expect(stage.book.troubles.map(({ failures }) => failures)).to.deep.equal([1]);
  });

  it("a name that is refused again and again: four requests in a round, and then it waits", () => {
    stage.zone.update = () => "rrset-changed";
    stage.want(wanted(held("192.0.2.1")));
    expect(stage.round(0)).to.deep.equal([
      ...[`update ${WEB}`, `read ${WEB}`, `update ${WEB}`, `read ${WEB}`],
    ]);
    expect(stage.round(1000)).to.deep.equal([`update ${WEB}`]);
    expect(stage.round(2000)).to.deep.equal([]);
    expect(stage.book.wakeAtMs(2000)).to.be.greaterThan(2000);
  });

  it("a name that the server does not take waits alone", () => {
    stage.fails = "not-in-zone";
    stage.want(wanted(held("192.0.2.1"))).round(0);
    expect(stage.book.takeNews().map(({ kind }) => kind)).to.deep.equal(["refused"]);
    expect(stage.book.troubles).to.deep.equal([]);
    stage.fails = null;
    expect(stage.round(400)).to.deep.equal([]);
    stage.round(1000);
    expect(at("A")).to.deep.equal(["192.0.2.1"]);
    expect(stage.book.problems).to.deep.equal([]);
  });

  it("thousands of names go and as many come: no more are written down than there is room for", () => {
    const some = (letter: string) =>
      Array.from({ length: PUBLISHED_NAMES_MAX }, (_, i) =>
        wanted(held("192.0.2.1"), { name: nameOf(`${letter}${i}.lb.example`) }),
      );
    stage.want(...some("a")).round(0);
    expect(stage.ledger).to.have.length(PUBLISHED_NAMES_MAX);
    const others = some("b");
    for (const nowMs of [1000, 2000, 3000]) {
      stage.want(...others).round(nowMs);
      expect(stage.ledger.length).to.be.at.most(PUBLISHED_NAMES_MAX);
    }
    expect(stage.zone.at("a0.lb.example", "A")).to.deep.equal([]);
    expect(stage.zone.at(`b${PUBLISHED_NAMES_MAX - 1}.lb.example`, "A")).to.have.length(1);
  }).timeout(20_000);

  it("another Service has the name now: the mark and the list say so", () => {
    stage.want(wanted(held("192.0.2.1"))).round(0);
    stage.want(wanted(held("192.0.2.9"), { service: "prod/shop" })).round(1000);
    expect(at("TXT", "a-web.lb.example")).to.deep.equal([OURS.replace("prod/web", "prod/shop")]);
    expect(stage.ledger.map(({ service }) => service)).to.deep.equal(["prod/shop"]);
    expect(stage.book.serviceOf(WEB)).to.equal("prod/shop");
  });

  it("a name that goes into another zone leaves the first", () => {
    const other = nameOf("web.lb.example");
    stage.want(wanted(held("192.0.2.1"))).round(0);
    const moved = wanted(held("192.0.2.1"), { name: other, zone: nameOf("example") });
    stage.want(moved).round(1000);
    expect(at("A")).to.deep.equal([]);
    expect(stage.want(moved).book.round(2000).jobs, "it is not written down").to.deep.equal([]);
    stage.want(moved).round(2000);
    expect(stage.ledger.map(({ zone }) => zone)).to.deep.equal(["example"]);
    expect(at("A")).to.deep.equal(["192.0.2.1"]);
  });

  it("a zone that never answers again: its names wait for it, and are forgotten where it is abandoned", () => {
    stage.want(wanted(held("192.0.2.1"))).round(0);
    const moved = wanted(held("192.0.2.1"), { zone: nameOf("example") });
    stage.fails = "no-answer";
    for (const nowMs of [1000, 100_000, 200_000]) stage.want(moved).round(nowMs);
    expect(stage.ledger.map(({ zone }) => zone)).to.deep.equal([ZONE]);
    const updates = stage.zone.updates;
    stage.fails = null;
    stage.restart({ abandonedZones: [ZONE] }).want();
    expect(stage.round(300_000), "nothing is asked there").to.deep.equal([]);
    expect([stage.ledger, stage.zone.updates]).to.deep.equal([[], updates]);
    stage
      .restart({ abandonedZones: [ZONE] })
      .want(moved)
      .round(300_000);
    expect(stage.ledger.map(({ zone }) => zone)).to.deep.equal(["example"]);
  });

  it("a name that is somebody else's in one zone goes into another: what was wrong there is over", () => {
    stage.zone.put(WEB, "A", ["198.51.100.9"]);
    stage.want(wanted(held("192.0.2.1"))).round(0);
    expect(stage.book.problems).to.have.length(1);
    stage.zone.put(WEB, "A", []);
    const moved = wanted(held("192.0.2.1"), { zone: nameOf("example") });
    stage.want(moved).round(1000);
    expect(stage.book.problems).to.deep.equal([]);
    expect(at("A")).to.deep.equal(["192.0.2.1"]);
    expect(stage.ledger.map(({ zone }) => zone)).to.deep.equal(["example"]);
  });
});
