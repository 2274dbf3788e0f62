/** UPDATEs: what they say is what nsupdate says, and what cannot be said is refused. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import { encodeUpdate, type Change, type Prerequisite, type Update } from "../../src/dns/update.ts";
import { decodeMessage, type DnsMessage } from "../../src/dns/wire/message.ts";
import type { OwnData } from "../../src/dns/wire/record.ts";
import { nameOf, valueOf, vector } from "./vectors.ts";

const zone = nameOf("lb.example");
const a: OwnData = { type: "A", address: "192.0.2.1" as Ip };
const aaaa: OwnData = { type: "AAAA", address: "2001:db8::1" as Ip };

function said(update: Omit<Update, "zone">): DnsMessage {
  return valueOf(decodeMessage(valueOf(encodeUpdate({ zone, ...update }, 7))));
}

function sectionsOf({ opcode, questions, answers, authorities, additionals }: DnsMessage) {
  return { opcode, questions, answers, authorities, additionals };
}

describe("dns UPDATE", () => {
  it("additions are nsupdate's", () => {
    const name = nameOf("hmac-sha512.lb.example");
    const text: OwnData = { type: "TXT", strings: ["of hmac-sha512", "and more"] };
    const changes = [a, aaaa, text].map((data): Change => ({
      kind: "add",
      name,
      ttlSeconds: 60,
      data,
    }));
    expect(sectionsOf(said({ prerequisites: [], changes }))).to.deep.equal(
      sectionsOf(vector("an update, hmac-sha512").request.message),
    );
  });

  it("prerequisites and deletions are nsupdate's", () => {
    const name = nameOf("hmac-sha1.lb.example");
    const prerequisites: Prerequisite[] = [
      { kind: "name-in-use", name },
      { kind: "name-not-in-use", name: nameOf("free.lb.example") },
      { kind: "rrset-exists", name, type: "A" },
      { kind: "rrset-is", name, records: [a] },
      { kind: "rrset-missing", name: nameOf("ns.lb.example"), type: "TXT" },
    ];
    const changes: Change[] = [
      { kind: "delete-rrset", name, type: "AAAA" },
      { kind: "delete-record", name, data: a },
    ];
    expect(sectionsOf(said({ prerequisites, changes }))).to.deep.equal(
      sectionsOf(vector("every prerequisite and deletion").request.message),
    );
  });

  it("an RRset with values is one record for each, and has a TTL of zero", () => {
    const records = ["192.0.2.1", "192.0.2.2"].map((ip): OwnData => ({
      type: "A",
      address: ip as Ip,
    }));
    const { answers } = said({
      prerequisites: [{ kind: "rrset-is", name: zone, records }],
      changes: [],
    });
    expect(answers).to.deep.equal(
      records.map((data) => ({ name: zone, typeCode: 1, class: 1, ttlSeconds: 0, data })),
    );
  });

  const name = nameOf("www.lb.example");
  const add = (more: Partial<Extract<Change, { kind: "add" }>>): Change => ({
    ...{ kind: "add", name, ttlSeconds: 60, data: a },
    ...more,
  });
  const txt = (...strings: string[]): OwnData => ({ type: "TXT", strings });
  const rows: readonly (readonly [string, string | null, Partial<Update>])[] = [
    ["the longest string", null, { changes: [add({ data: txt("x".repeat(255)) })] }],
    ["a string of 256", "txt-string-too-long", { changes: [add({ data: txt("x".repeat(256)) })] }],
    ["no string", "txt-empty", { changes: [add({ data: txt() })] }],
    ["a letter of two octets", "txt-not-octets", { changes: [add({ data: txt("\u0100") })] }],
    ["the longest TTL", null, { changes: [add({ ttlSeconds: 2 ** 31 - 1 })] }],
    ["a longer TTL", "update-bad-ttl", { changes: [add({ ttlSeconds: 2 ** 31 })] }],
    ["a TTL below zero", "update-bad-ttl", { changes: [add({ ttlSeconds: -1 })] }],
    ["half a second", "update-bad-ttl", { changes: [add({ ttlSeconds: 0.5 })] }],
    [
      "a name of another zone",
      "update-outside-zone",
      { changes: [add({ name: nameOf("xlb.example") })] },
    ],
    [
      "a prerequisite in another zone",
      "update-outside-zone",
      { prerequisites: [{ kind: "name-in-use", name: nameOf("example") }] },
    ],
    [
      "an RRset without records",
      "update-bad-rrset",
      { prerequisites: [{ kind: "rrset-is", name, records: [] }] },
    ],
    [
      "an RRset of two types",
      "update-bad-rrset",
      { prerequisites: [{ kind: "rrset-is", name, records: [a, aaaa] }] },
    ],
    [
      "more than a message takes",
      "update-too-large",
      { changes: Array.from({ length: 2200 }, () => add({})) },
    ],
  ];
  for (const [what, fault, update] of rows) {
    it(`${what}: ${fault ?? "is written"}`, () => {
      const written = encodeUpdate({ zone, prerequisites: [], changes: [], ...update }, 7);
      expect(written.ok ? null : written.fault).to.equal(fault);
    });
  }
});
