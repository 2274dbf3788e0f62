/** The marks of an old external-dns: a book with a model of a zone. */
import { expect } from "chai";
import { Book } from "../../src/dns/book.ts";
import type { WantedName } from "../../src/dns/book-entry.ts";
import { ModelZone, outcomeIn } from "./model-zone.ts";
import { wantedName, ZONE } from "./publisher.ts";
import { nameOf } from "./vectors.ts";

const OWNER = "corp";
const WEB = `web.${ZONE}`;
const markOf = (owner: string) =>
  `heritage=external-dns,external-dns/owner=${owner},external-dns/resource=service/prod/web`;
const [OURS, THEIRS, SPF] = [markOf(OWNER), markOf("other"), "v=spf1 -all"];

class Stage {
  readonly zone = new ModelZone(nameOf(ZONE));
  readonly #book = new Book({
    ...{ ownerId: OWNER, withdrawAfterMs: 15_000, resyncIntervalMs: 300_000, updateIntervalMs: 0 },
  });
  #nowMs = 0;

  /** Some rounds in which these are wanted, and no others. @returns why what is not published is not */
  settle(...wanted: readonly WantedName[]): readonly string[] {
    for (let round = 0; round < 5; round++) {
      this.#nowMs += 60_000;
      this.#book.want(new Map(wanted.map((each) => [each.name, each])));
      this.#book.claimed(this.#book.round(this.#nowMs).claims ?? []);
      for (const first of this.#book.round(this.#nowMs).jobs) {
        for (let job: typeof first | null = first; job !== null;) {
          if (!this.#book.begin(job, this.#nowMs)) break;
          job = this.#book.ended(job, outcomeIn(this.zone, job), this.#nowMs);
        }
      }
    }
    return this.#book.problems.map((each) => ("by" in each ? JSON.stringify(each.by) : each.kind));
  }

  get state(): readonly (readonly string[])[] {
    const { zone } = this;
    return [zone.at(WEB, "A"), zone.at(`a-${WEB}`, "TXT"), zone.at(WEB, "TXT")];
  }
}

const wanted = (...ips: readonly string[]) => wantedName("web", ips);

interface Case {
  readonly name: string;
  /** A, new marks, TXT at the name. */
  readonly there: readonly [readonly string[], readonly string[], readonly string[]];
  readonly want: Case["there"];
  readonly problems?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: "both marks are there: the old one goes, other texts stay",
    there: [["192.0.2.9"], [OURS], [OURS, SPF]],
    want: [["192.0.2.1"], [OURS], [SPF]],
  },
  {
    name: "both, and all else is right already",
    there: [["192.0.2.1"], [OURS], [OURS]],
    want: [["192.0.2.1"], [OURS], []],
  },
  {
    name: "the old one alone: the name is taken over",
    there: [["192.0.2.9"], [], [OURS, SPF]],
    want: [["192.0.2.1"], [OURS], [SPF]],
  },
  {
    name: "the old one alone, of another owner: it is his",
    there: [["192.0.2.9"], [], [THEIRS]],
    want: [["192.0.2.9"], [], [THEIRS]],
    problems: ['"unmarked"'],
  },
  {
    name: "the new one is another owner's, whatever the old one says",
    there: [["192.0.2.9"], [THEIRS], [OURS]],
    want: [["192.0.2.9"], [THEIRS], [OURS]],
    problems: ['{"owner":"other"}'],
  },
  {
    name: "no mark, and a text that is none",
    there: [["192.0.2.9"], [], [SPF]],
    want: [["192.0.2.9"], [], [SPF]],
    problems: ['"unmarked"'],
  },
  {
    name: "a free name with a text of ours that marks nothing: it is made",
    there: [[], [], [OURS]],
    want: [["192.0.2.1"], [OURS], [OURS]],
  },
];

describe("dns old marks", () => {
  for (const { name, there, want, problems = [] } of CASES) {
    it(name, () => {
      const stage = new Stage();
      const [a, marks, texts] = there;
      stage.zone.put(WEB, "A", a);
      stage.zone.put(`a-${WEB}`, "TXT", marks);
      stage.zone.put(WEB, "TXT", texts);
      expect(stage.settle(wanted("192.0.2.1"))).to.deep.equal(problems);
      expect(stage.state).to.deep.equal(want.map((each) => [...each].sort()));
    });
  }

  it("a wildcard with an old mark of ours answers for a free name: that is made", () => {
    const stage = new Stage();
    stage.zone.put(`*.${ZONE}`, "A", ["192.0.2.9"]);
    stage.zone.put(`*.${ZONE}`, "TXT", [OURS]);
    expect(stage.settle(wanted("192.0.2.1"))).to.deep.equal([]);
    expect(stage.state).to.deep.equal([["192.0.2.1"], [OURS], []]);
  });

  it("a wildcard's old mark is where the new one would be without its type", () => {
    const stage = new Stage();
    const [star, old] = [`*.${ZONE}`, `_wildcard.${ZONE}`];
    stage.zone.put(star, "A", ["192.0.2.9"]);
    stage.zone.put(old, "TXT", [OURS]);
    expect(stage.settle(wantedName("*", ["192.0.2.1"]))).to.deep.equal([]);
    expect([stage.zone.at(star, "A"), stage.zone.at(old, "TXT")]).to.deep.equal([
      ["192.0.2.1"],
      [],
    ]);
  });

  it("what stands at a name that begins as new marks do is the mark of another: both names stay", () => {
    const stage = new Stage();
    const both = [wanted("192.0.2.1"), wantedName("a-web", ["192.0.2.2"])];
    expect(stage.settle(...both)).to.deep.equal([]);
    const [mark] = stage.zone.at(`a-${WEB}`, "TXT");
    expect(mark).to.be.a("string");
    expect([stage.settle(...both), stage.settle(...both)]).to.deep.equal([[], []]);
    expect(stage.zone.at(`a-${WEB}`, "TXT")).to.deep.equal([mark]);
    expect(stage.zone.at(`a-${WEB}`, "A")).to.deep.equal(["192.0.2.2"]);
    stage.settle();
    expect([...stage.zone.sets.keys()]).to.deep.equal([]);
  });

  it("a stranger's name at which the mark of ours stands is not taken over", () => {
    const stage = new Stage();
    stage.settle(wanted("192.0.2.1"));
    stage.zone.put(`a-${WEB}`, "A", ["198.51.100.1"]);
    const both = [wanted("192.0.2.1"), wantedName("a-web", ["192.0.2.2"])];
    expect(stage.settle(...both)).to.have.length(1);
    expect(stage.zone.at(`a-${WEB}`, "A")).to.deep.equal(["198.51.100.1"]);
    expect(stage.zone.at(`a-${WEB}`, "TXT")).to.have.length(1);
  });

  it("a name that was taken over goes whole", () => {
    const stage = new Stage();
    stage.zone.put(WEB, "A", ["192.0.2.9"]);
    stage.zone.put(WEB, "TXT", [OURS]);
    stage.settle(wanted("192.0.2.1"));
    stage.settle();
    expect(stage.state).to.deep.equal([[], [], []]);
  });
});
