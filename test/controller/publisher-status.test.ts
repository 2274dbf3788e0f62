/** What a DNSPublisher's status says: never more than the API server takes. */
import { expect } from "chai";
import {
  publisherStatus,
  steadyTroubles,
  withWayOut,
  type PublisherFacts,
} from "../../src/controller/publisher-status.ts";
import { failure } from "../../src/dns/failures.ts";
import type { NamedService } from "../../src/dns/service-names.ts";
import { wantedNames } from "../../src/dns/service-names.ts";
import { nameOf } from "../dns/vectors.ts";

const LONG = "x".repeat(100_000);

const facts: PublisherFacts = {
  ...{ ownerId: "lan.c1", figures: { wanted: 1, published: 0 }, nameProblems: [] },
  ...{ bookProblems: [], troubles: [], keyProblem: null, nowIso: "2026-01-01T00:00:00Z" },
};

describe("controller: a publisher's status", () => {
  it("differences have no longer texts than the definition allows", () => {
    const problem = { code: "NAME_CLAIMED", message: LONG } as const;
    const nameProblems = [{ publisher: "lan", service: "prod/web", name: LONG, problem }];
    const refused = failure("request-invalid", LONG);
    const name = nameOf("web.lb.example");
    const { differences = [] } = publisherStatus(undefined, {
      ...{ ...facts, nameProblems },
      bookProblems: [{ kind: "refused", name, service: "prod/web", failure: refused }],
    });
    expect(differences.map(({ message }) => message.length)).to.deep.equal([2048, 2048]);
    expect(Math.max(...differences.map((each) => each.name.length))).to.equal(1024);
  });

  it("the last error has no longer texts either, and stays as it is while nothing is new", () => {
    const troubles = [
      { zone: nameOf("lb.example"), failures: 1, failure: failure("refused", LONG) },
    ];
    const first = publisherStatus(undefined, { ...facts, troubles });
    expect(first.lastError?.message.length).to.equal(1024);
    const again = publisherStatus(first, { ...facts, troubles, nowIso: "2026-01-01T00:01:00Z" });
    expect(again.lastError).to.equal(first.lastError);
  });

  it("every zone that fails is said, with its way out, and since when; the others are not", () => {
    const [a, b] = ["a.example", "b.example"].map((zone) => ({
      ...{ zone: nameOf(zone), failures: 1 },
      failure: failure("no-answer", `The server of ${zone} does not answer`),
    }));
    if (a === undefined || b === undefined) throw new Error("no zone");
    const first = publisherStatus(undefined, { ...facts, troubles: [b] });
    const nowIso = "2026-01-01T00:01:00Z";
    const both = publisherStatus(first, { ...facts, troubles: [a, b], nowIso });
    expect(both.failingZones?.map(({ zone, at }) => [zone, at])).to.deep.equal([
      ["a.example", nowIso],
      ["b.example", facts.nowIso],
    ]);
    expect(both.failingZones?.[1]?.remedy).to.include("Look whether the name server runs");
    const ready = both.conditions?.[0];
    expect([ready?.reason, ready?.status]).to.deep.equal(["NoAnswer", "False"]);
    expect(ready?.message)
      .to.include("Zone a.example: The server of a.example")
      .and.to.include("1 more in failingZones");
    const none = publisherStatus(both, { ...facts, figures: { wanted: 1, published: 1 } });
    expect([none.failingZones, none.lastError?.zone]).to.deep.equal([[], "a.example"]);
    expect(none.conditions?.[0]?.status).to.equal("True");
  });

  it("a failure whose words change is the same one, since the same time", () => {
    const late = (seconds: number) => ({
      ...{ zone: nameOf("lb.example"), failures: seconds },
      failure: failure("bad-time", `The name server's clock is ${seconds} s behind ours`),
    });
    const first = publisherStatus(undefined, { ...facts, troubles: [late(3600)] });
    const nowIso = "2026-01-01T00:01:00Z";
    const after = publisherStatus(first, { ...facts, troubles: [late(3601)], nowIso });
    expect(after.failingZones?.map(({ at }) => at)).to.deep.equal([facts.nowIso]);
    expect(steadyTroubles([late(3601)], [late(3600)])).to.deep.equal([late(3600)]);
    const other = { ...late(3601), failure: failure("no-answer", "It does not answer") };
    expect(steadyTroubles([other], [late(3600)])).to.deep.equal([other]);
    const elsewhere = { ...late(3601), zone: nameOf("other.example") };
    expect(steadyTroubles([elsewhere], [late(3600)])).to.deep.equal([elsewhere]);
  });

  it("of a zone that is wanted no more the way out is said, of others it is not", () => {
    const trouble = { zone: nameOf("lb.example"), failures: 1, failure: failure("no-answer", "") };
    const remedyWith = (...zones: string[]) =>
      withWayOut(trouble, { zones, rfc2136: { tsig: { keyName: "k" } } }).failure.remedy;
    expect(remedyWith("other.example")).to.include("name it in spec.abandonedZones");
    expect(remedyWith("lb.example")).to.equal(trouble.failure.remedy);
  });

  it("of long annotations as much is quoted as shows what is meant, and the way out is there", () => {
    const service: NamedService = {
      ...{ key: "prod/web", namespace: "prod", name: "web", createdAt: "" },
      ...{ labels: {}, namespaceLabels: {} },
      annotations: { "external-dns.alpha.kubernetes.io/hostname": `${LONG}.lb.example` },
      addresses: [{ ip: "192.0.2.1", unheldSinceMs: null }] as unknown as NamedService["addresses"],
    };
    const rfc2136 = { tsig: { keyName: "spreadlb" } };
    const spec = { zones: ["lb.example"], rfc2136 };
    const view = { name: "lan", spec, serviceOf: () => undefined };
    const { problems } = wantedNames([view], [service]);
    expect(problems.map(({ problem }) => problem.message.length < 500)).to.deep.equal([true]);
    expect(problems[0]?.problem.message).to.include("cannot be published");
  });
});
