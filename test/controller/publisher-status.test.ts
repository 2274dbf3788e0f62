/** What a DNSPublisher's status and Events say. */
import { expect } from "chai";
import {
  publisherStatus,
  statusDifference,
  wordsOf,
} from "../../src/controller/publisher-status.ts";
import type { PublisherFacts } from "../../src/controller/publisher-status.ts";
import { failure } from "../../src/dns/failures.ts";
import type { DNSPublisherStatus } from "../../src/dns/resource.ts";
import { nameOf } from "../dns/vectors.ts";

const NOW = "2026-01-01T00:00:00Z";
const WEB = nameOf("web.lb.example");
const ZONE = nameOf("lb.example");

const WELL: PublisherFacts = {
  ...{
    ownerId: "lan.c1",
    figures: { wanted: 2, published: 2 },
    nameProblems: [],
    bookProblems: [],
  },
  ...{ troubles: [], keyProblem: null, nowIso: NOW },
};
const refused = failure("refused", "The name server refuses (REFUSED)");
const outside = {
  ...{ publisher: "lan", service: "prod/web", name: "web.example" },
  problem: { code: "NAME_OUTSIDE_ZONES", message: "It is outside" },
} as const;

const CASES: readonly { name: string; facts: Partial<PublisherFacts>; ready: string }[] = [
  { name: "all is well", facts: {}, ready: "True Ready" },
  {
    name: "the key cannot be used",
    facts: { keyProblem: { code: "TSIG_KEY_UNUSABLE", message: "It is gone" } },
    ready: "False TsigKeyUnusable",
  },
  {
    name: "the server refuses",
    facts: { troubles: [{ zone: ZONE, failure: refused, failures: 3 }] },
    ready: "False Refused",
  },
  {
    name: "a name is outside",
    facts: { nameProblems: [outside] },
    ready: "False NameOutsideZones",
  },
  {
    name: "a name is taken",
    facts: { bookProblems: [{ kind: "taken", name: WEB, service: "prod/web", by: "alias" }] },
    ready: "False NameTaken",
  },
  {
    name: "not all is published yet",
    facts: { figures: { wanted: 2, published: 1 } },
    ready: "False Publishing",
  },
];

describe("controller: the status of a publisher", () => {
  for (const { name, facts, ready } of CASES) {
    it(`Ready: ${name}`, () => {
      const [condition] = publisherStatus(undefined, { ...WELL, ...facts }).conditions ?? [];
      expect(`${condition?.status} ${condition?.reason}`).to.equal(ready);
      expect(condition?.message).to.match(/^[A-Z].*[^.]$|^[A-Z].*\. .*\.$/);
    });
  }

  it("differences name the Service, the name, why and the way out", () => {
    const { differences } = publisherStatus(undefined, { ...WELL, nameProblems: [outside] });
    const message =
      "It is outside. Choose a name in one of the zones, or add its zone to a DNSPublisher.";
    expect(differences).to.deep.equal([
      { name: "web.example", service: "prod/web", reason: "NameOutsideZones", message },
    ]);
  });

  it("the last error stays with its time, as long as it is the same, and when it is over", () => {
    const troubles = [{ zone: ZONE, failure: refused, failures: 1 }];
    const first = publisherStatus(undefined, { ...WELL, troubles });
    const { kind: reason, message, remedy } = refused;
    const lastError = { at: NOW, zone: ZONE, reason, message, remedy };
    expect(first.lastError).to.deep.equal(lastError);
    const later = { ...WELL, nowIso: "2026-01-01T00:01:00Z" };
    expect(publisherStatus(first, { ...later, troubles }).lastError).to.deep.equal(lastError);
    expect(publisherStatus(first, later).lastError).to.deep.equal(lastError);
  });

  it("nothing is written where nothing is another thing; else the fields that are", () => {
    const before: DNSPublisherStatus = { ...publisherStatus(undefined, WELL), names: [] };
    expect(statusDifference(before, publisherStatus(before, WELL))).to.equal(null);
    const after = publisherStatus(before, { ...WELL, figures: { wanted: 3, published: 3 } });
    expect(statusDifference(before, after)).to.deep.equal({ wanted: 3, published: 3 });
  });

  const news = [
    [{ kind: "edited" }, "NameEdited", "are put right"],
    [{ kind: "taken", by: { owner: "x" } }, "NameTaken", 'the owner "x" has'],
    [{ kind: "taken", by: "alias" }, "NameTaken", "is an alias"],
    [{ kind: "taken", by: "unmarked" }, "NameTaken", "without a mark"],
    [{ kind: "taken", by: "text" }, "NameTaken", "is no mark"],
    [{ kind: "refused", failure: refused }, "Refused", "refuses (REFUSED). Let the name server"],
  ] as const;
  for (const [what, reason, part] of news) {
    it(`an Event: ${what.kind}, ${part}`, () => {
      const words = wordsOf({ ...what, name: WEB, service: "prod/web" });
      expect([words.type, words.reason]).to.deep.equal(["Warning", reason]);
      expect(words.message).to.include(part).and.to.include("Service prod/web");
    });
  }
});
