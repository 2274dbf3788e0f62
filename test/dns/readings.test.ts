/** What answers mean, by scenes: who answers what to whom. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import { rcodeFailure, REMEDIES } from "../../src/dns/failures.ts";
import { ROOT, type DnsName } from "../../src/dns/name.ts";
import {
  readAddresses,
  readRecords,
  readUpdateAnswer,
  readZone,
  type Answer,
} from "../../src/dns/readings.ts";
import { giveUp, NOTHING_HEARD } from "../../src/dns/waiting.ts";
import type { DnsMessage } from "../../src/dns/wire/message.ts";
import { TYPE, type RecordData, type ResourceRecord } from "../../src/dns/wire/record.ts";
import { nameOf } from "./vectors.ts";

const www = nameOf("www.lb.example");
const zone = nameOf("lb.example");
const primary = nameOf("ns.example");

function answer(message: Partial<DnsMessage>, more: Partial<Answer> = {}): Answer {
  return {
    message: {
      ...{
        id: 7,
        isResponse: true,
        opcode: 0,
        isAuthoritative: true,
        isTruncated: false,
        rcode: 0,
      },
      ...{ questions: [], answers: [], authorities: [], additionals: [], tsig: null },
      ...message,
    },
    ...{ isSigned: true, sends: 1 },
    ...more,
  };
}

function record(name = www, data: RecordData = { type: "A", address: "192.0.2.1" as Ip }) {
  const typeCode = data.type === "other" ? TYPE.CNAME : TYPE[data.type];
  return { name, typeCode, class: 1, ttlSeconds: 60, data } satisfies ResourceRecord;
}

const cname = record(www, { type: "other", octets: new Uint8Array() });
const ns = (name: DnsName) => ({
  ...record(name, { type: "other", octets: new Uint8Array() }),
  typeCode: 2,
});
const soa = (name = zone) => record(name, { type: "SOA", primary, serial: 1 });

describe("dns: the answer to an UPDATE", () => {
  const rows = [
    [1, "format-error"],
    [2, "server-failure"],
    [3, "name-not-in-use"],
    [4, "not-implemented"],
    [5, "refused"],
    [6, "name-in-use"],
    [7, "rrset-exists"],
    [8, "rrset-changed"],
    [9, "not-authoritative"],
    [10, "not-in-zone"],
    [11, "unknown-rcode"],
  ] as const;
  for (const [rcode, kind] of rows) {
    it(`RCODE ${rcode} is ${kind}, and has its remedy`, () => {
      const read = readUpdateAnswer(answer({ rcode }));
      expect(read).to.deep.equal({ ok: false, failure: rcodeFailure(rcode, true) });
      if (!read.ok)
        expect(read.failure).to.include({ kind, remedy: REMEDIES[kind], isSigned: true });
    });
  }

  it("NOERROR: done, and how often it was sent", () => {
    expect(readUpdateAnswer(answer({}, { sends: 2 }))).to.deep.equal({
      ok: true,
      value: { sends: 2 },
    });
  });

  it("a prerequisite that fails when the request was sent again may be our own doing", () => {
    const said = (rcode: number, sends: number) => {
      const read = readUpdateAnswer(answer({ rcode }, { sends }));
      return read.ok ? "" : read.failure.message;
    };
    expect(said(6, 1)).to.equal("The name server has the name already (YXDOMAIN)");
    expect(said(6, 2)).to.equal(
      "The name server has the name already (YXDOMAIN); it was asked 2 times, and may have obeyed before",
    );
    expect(said(5, 2)).to.equal("The name server refuses (REFUSED)");
  });
});

describe("dns: published records", () => {
  const read = (message: Partial<DnsMessage>) => {
    const outcome = readRecords(answer(message), www, { type: "A", zone });
    return outcome.ok ? outcome.value : outcome.failure.kind;
  };
  const mine = { ttlSeconds: 60, data: { type: "A", address: "192.0.2.1" } };

  it("are those of the name and the type", () => {
    const others = [record(zone), record(www, { type: "TXT", strings: ["x"] })];
    expect(read({ answers: [record(), ...others, { ...record(), class: 3 }] })).to.deep.equal({
      ...{ isNameInUse: true, isAlias: false, records: [mine] },
    });
  });

  it("a TTL with the highest bit is zero: RFC 2181 section 8", () => {
    const answers = [2 ** 31 - 1, 2 ** 31].map((ttlSeconds) => ({ ...record(), ttlSeconds }));
    const published = readRecords(answer({ answers }), www, { type: "A" });
    expect(
      published.ok && published.value.records.map(({ ttlSeconds }) => ttlSeconds),
    ).to.deep.equal([2 ** 31 - 1, 0]);
  });

  const rows = [
    ["the name has other types", {}, { isNameInUse: true, isAlias: false, records: [] }],
    ["nobody has the name", { rcode: 3 }, { isNameInUse: false, isAlias: false, records: [] }],
    [
      "an alias whose target is missing",
      { rcode: 3, answers: [cname] },
      { isNameInUse: true, isAlias: true, records: [] },
    ],
    [
      "an alias, with its target",
      { answers: [cname, record(zone)] },
      { isNameInUse: true, isAlias: true, records: [] },
    ],
    ["a resolver", { isAuthoritative: false, answers: [record()] }, "answer-not-authoritative"],
    ["REFUSED", { rcode: 5 }, "read-refused"],
    [
      "the name is below a zone cut",
      { isAuthoritative: false, authorities: [ns(www)] },
      "not-in-zone",
    ],
    [
      "a referral to the zone itself",
      { isAuthoritative: false, authorities: [ns(zone)] },
      "answer-not-authoritative",
    ],
    [
      "a cut elsewhere in the zone",
      { isAuthoritative: false, authorities: [ns(nameOf("other.lb.example"))] },
      "answer-not-authoritative",
    ],
    ["SERVFAIL", { rcode: 2 }, "server-failure"],
  ] as const;
  for (const [name, message, want] of rows) {
    it(name, () => {
      expect(read(message)).to.deep.equal(want);
    });
  }
});

describe("dns: the zone of a name", () => {
  const found = { zone, primary };
  const rows = [
    ["the zone's own name", { answers: [soa()] }, found, zone],
    ["a name in it", { rcode: 3, authorities: [soa()] }, found, www],
    ["a name that is there, of another type", { authorities: [soa()] }, found, www],
    [
      "an alias: its target's zone is not its own",
      { answers: [cname], authorities: [soa()] },
      null,
      www,
    ],
    ["a referral", { authorities: [cname] }, null, www],
    ["the SOA of a zone beside it", { authorities: [soa(nameOf("b.example"))] }, null, www],
    ["the root, which has what nobody has", { rcode: 3, authorities: [soa(ROOT)] }, null, www],
    ["nothing", {}, null, www],
    ["SOA of another class", { authorities: [{ ...soa(), class: 3 }] }, null, www],
  ] as const;
  for (const [name, message, want, asked] of rows) {
    it(name, () => {
      expect(readZone(answer(message), asked)).to.deep.equal({ ok: true, value: want });
    });
  }

  it("REFUSED is no answer", () => {
    const failure = rcodeFailure(5, true);
    expect(readZone(answer({ rcode: 5 }), www)).to.deep.equal({ ok: false, failure });
    expect(readAddresses(answer({ rcode: 5 }))).to.deep.equal({ ok: false, failure });
  });

  it("a primary that is an alias has the addresses of its target", () => {
    const read = readAddresses(answer({ answers: [cname, record(zone)] }));
    expect(read).to.deep.equal({ ok: true, value: ["192.0.2.1"] });
  });
});

describe("dns: what a wait comes to", () => {
  const server = { address: "2001:db8::53" as Ip, port: 53 };
  const hint = rcodeFailure(5, false);
  const rows = [
    [{}, "unheard", "no-answer"],
    [{ error: "ECONNREFUSED" }, "unheard", "unreachable"],
    [{ error: "ECONNREFUSED", fault: "dns-too-short" }, "failure", "answer-malformed"],
    [{ fault: "tsig-bad-mac" }, "failure", "answer-untrusted"],
    [{ fault: "tsig-bad-mac", hint }, "failure", "refused"],
  ] as const;
  for (const [heard, kind, want] of rows) {
    it(`${JSON.stringify(Object.keys(heard))}: ${want}`, () => {
      const verdict = giveUp({ ...NOTHING_HEARD, ...heard }, server, "UDP");
      expect(verdict.kind).to.equal(kind);
      if ("failure" in verdict) expect(verdict.failure.kind).to.equal(want);
    });
  }

  it("the sentence names the server and what was wrong", () => {
    const verdict = giveUp({ ...NOTHING_HEARD, fault: "tsig-bad-mac" }, server, "UDP");
    expect("failure" in verdict && verdict.failure.message).to.equal(
      "What [2001:db8::53]:53 answers over UDP cannot be used: tsig-bad-mac",
    );
  });

  for (const [kind, remedy] of Object.entries(REMEDIES)) {
    it(`${kind}: the remedy is one sentence without its full stop`, () => {
      expect(remedy).to.match(/^[A-Z].*[^.\s]$/);
    });
  }
});
