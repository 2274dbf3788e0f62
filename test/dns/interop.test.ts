/**
 * Our updates against BIND 9, Knot DNS and PowerDNS, each started once, on loopback (lab/name-servers).
 *
 * What a server has afterwards is asked by dig, not by us.
 */
import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  startNameServer,
  type NameServerKind,
  type RunningNameServer,
} from "../../lab/name-servers/name-server.ts";
import { freePorts } from "../../lab/ports.ts";
import { run } from "../../lab/process.ts";
import type { Ip } from "../../src/base/ip.ts";
import type { DnsFailure } from "../../src/dns/failures.ts";
import { findPrimary, findZone, publishedRecords, update } from "../../src/dns/io/client.ts";
import type { Asking } from "../../src/dns/io/exchange.ts";
import type { Change, Prerequisite } from "../../src/dns/update.ts";
import type { OwnData, OwnType } from "../../src/dns/wire/record.ts";
import { MAC_BYTES, type TsigAlgorithm, type TsigKey } from "../../src/dns/wire/tsig.ts";
import { nameOf } from "./vectors.ts";

const ZONE = "lb.example";
const ALGORITHMS = Object.keys(MAC_BYTES) as TsigAlgorithm[];
const HOUR_MS = 3_600_000;

const keys = new Map(
  ALGORITHMS.map((algorithm): [TsigAlgorithm, TsigKey] => [
    algorithm,
    {
      name: nameOf(`key-${algorithm}`),
      algorithm,
      secret: Buffer.alloc(MAC_BYTES[algorithm], 0x5a),
    },
  ]),
);
const [key] = keys.values();
if (key === undefined) throw new Error("no key");

function dataOf(text: string): OwnData {
  if (text.startsWith('"')) return { type: "TXT", strings: [text.slice(1, -1)] };
  return { type: text.includes(":") ? "AAAA" : "A", address: text as Ip };
}

const add = (name: string, data: string, ttlSeconds = 60): Change => ({
  ...{ kind: "add", name: nameOf(name), ttlSeconds, data: dataOf(data) },
});
const remove = (name: string, data: string): Change => ({
  ...{ kind: "delete-record", name: nameOf(name), data: dataOf(data) },
});
const clear = (name: string, type: OwnType): Change => ({
  ...{ kind: "delete-rrset", name: nameOf(name), type },
});

/** What each server says where the standard leaves it open, or it does otherwise. */
const WAYS: Readonly<Record<NameServerKind, Readonly<Record<string, string>>>> = {
  bind: {},
  knot: { unsigned: "not-authoritative" },
  // It says no more, and signs none of it.
  powerdns: { secret: "refused", stranger: "refused", time: "refused" },
};

describe("dns interop", () => {
  const directory = mkdtempSync(join(tmpdir(), "spreadlb-dns-"));
  after(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  for (const kind of ["bind", "knot", "powerdns"] as const) {
    describe(kind, () => {
      let server: RunningNameServer;

      before(async () => {
        const [port = 0] = await freePorts(1);
        server = await startNameServer(kind, {
          ...{ directory, port, zone: ZONE },
          keys: [...keys.values()].map(({ name, algorithm, secret }) => ({
            ...{ name, algorithm, secretBase64: Buffer.from(secret).toString("base64") },
          })),
          records: [`alias.${ZONE}. CNAME ns.${ZONE}.`],
        });
      });

      after(() => server.stop());

      const asking = (more: Partial<Asking> = {}): Asking => ({
        server: { address: "127.0.0.1" as Ip, port: server.port },
        ...{ key, limits: { udpSendsMax: 2 } },
        ...more,
      });

      /** @returns "done", or the kind of the failure */
      async function change(
        changes: readonly Change[],
        prerequisites: readonly Prerequisite[] = [],
        more: Partial<Asking> = {},
      ): Promise<string> {
        const outcome = await update({ zone: nameOf(ZONE), prerequisites, changes }, asking(more));
        return outcome.ok ? "done" : outcome.failure.kind;
      }

      /** @returns the lines `TTL data`, sorted */
      async function dig(name: string, type: OwnType): Promise<string[]> {
        const how = ["@127.0.0.1", "-p", String(server.port), "+noall", "+answer", "+tries=1"];
        const lines = (await run(["dig", ...how, name, type])).trim().split("\n");
        return lines
          .map((line) => line.split(/\s+/))
          .flatMap(([, ttl, , , ...data]) =>
            ttl === undefined ? [] : [`${ttl} ${data.join(" ")}`],
          )
          .sort();
      }

      async function failed(more: Partial<Asking>): Promise<DnsFailure> {
        const changes = [add(`refused.${ZONE}`, "192.0.2.66")];
        const what = { zone: nameOf(ZONE), prerequisites: [], changes };
        const outcome = await update(what, asking(more));
        if (outcome.ok) throw new Error("obeyed");
        expect(await dig(`refused.${ZONE}`, "A")).to.deep.equal([]);
        return outcome.failure;
      }

      it("a set of addresses is made, grows, shrinks, and goes", async () => {
        const name = `grow.${ZONE}`;
        const created = [add(name, "192.0.2.1"), add(name, "2001:db8::1"), add(name, '"ours"')];
        expect(await change(created)).to.equal("done");
        expect(await dig(name, "A")).to.deep.equal(["60 192.0.2.1"]);
        expect(await dig(name, "AAAA")).to.deep.equal(["60 2001:db8::1"]);
        expect(await dig(name, "TXT")).to.deep.equal(['60 "ours"']);
        expect(await change([add(name, "192.0.2.2"), add(name, "192.0.2.3")])).to.equal("done");
        expect(await dig(name, "A")).to.deep.equal([
          "60 192.0.2.1",
          "60 192.0.2.2",
          "60 192.0.2.3",
        ]);
        expect(await change([remove(name, "192.0.2.2"), remove(name, "2001:db8::1")])).to.equal(
          "done",
        );
        expect(await dig(name, "A")).to.deep.equal(["60 192.0.2.1", "60 192.0.2.3"]);
        expect(await dig(name, "AAAA")).to.deep.equal([]);
        expect(await change([clear(name, "A"), clear(name, "TXT")])).to.equal("done");
        expect(await dig(name, "A")).to.deep.equal([]);
        // What is not there is deleted without an error.
        expect(await change([clear(name, "A"), remove(name, "192.0.2.1")])).to.equal("done");
      });

      it("the TTL of a set changes with the set", async () => {
        const name = `ttl.${ZONE}`;
        const set = (ttlSeconds: number) =>
          ["192.0.2.1", "192.0.2.2"].map((address) => add(name, address, ttlSeconds));
        expect(await change(set(60))).to.equal("done");
        expect(await change([clear(name, "A"), ...set(5)])).to.equal("done");
        expect(await dig(name, "A")).to.deep.equal(["5 192.0.2.1", "5 192.0.2.2"]);
      });

      it("wildcards", async () => {
        expect(await change([add(`*.wild.${ZONE}`, "192.0.2.1")])).to.equal("done");
        expect(await dig(`any.wild.${ZONE}`, "A")).to.deep.equal(["60 192.0.2.1"]);
      });

      for (const [algorithm, each] of keys) {
        it(`signed with ${algorithm}`, async () => {
          const name = `${algorithm}.${ZONE}`;
          expect(await change([add(name, "192.0.2.1")], [], { key: each })).to.equal("done");
          expect(await dig(name, "A")).to.deep.equal(["60 192.0.2.1"]);
        });
      }

      it("over IPv6, and over TCP", async () => {
        const name = `ways.${ZONE}`;
        const ipv6 = { server: { address: "::1" as Ip, port: server.port } };
        const ways = [ipv6, { tcpOnly: true }, { ...ipv6, tcpOnly: true }];
        for (const [i, way] of ways.entries()) {
          expect(await change([add(name, `192.0.2.${i}`)], [], way)).to.equal("done");
        }
        expect(await dig(name, "A")).to.deep.equal([
          "60 192.0.2.0",
          "60 192.0.2.1",
          "60 192.0.2.2",
        ]);
      });

      it("800 records in one update; what is published is read back, over TCP where it is cut off", async () => {
        const names = Array.from({ length: 100 }, (_, i) => `many-${i}.${ZONE}`);
        const addresses = Array.from({ length: 8 }, (_, i) => `2001:db8::${i + 1}`);
        const changes = names.flatMap((name) => addresses.map((address) => add(name, address)));
        expect(await change(changes)).to.equal("done");
        const many = Array.from({ length: 64 }, (_, i) => `192.0.2.${i + 1}`);
        expect(await change(many.map((address) => add(`set.${ZONE}`, address)))).to.equal("done");
        const read = await publishedRecords(nameOf(`set.${ZONE}`), "A", asking());
        if (!read.ok) throw new Error(read.failure.message);
        const found = read.value.records.map(({ data }) => (data.type === "A" ? data.address : ""));
        expect([...found].sort()).to.deep.equal([...many].sort());
        expect(await dig(`many-99.${ZONE}`, "AAAA")).to.have.length(8);
      });

      describe("prerequisites", () => {
        const here = nameOf(`here.${ZONE}`);
        const free = nameOf(`free.${ZONE}`);
        const set = ["192.0.2.1", "192.0.2.2"].map(dataOf);

        before(() =>
          change(set.map((data) => ({ kind: "add", name: here, ttlSeconds: 60, data }))),
        );

        const rows: readonly (readonly [string, Prerequisite, string])[] = [
          ["a name in use", { kind: "name-in-use", name: here }, "done"],
          ["a name in use that is free", { kind: "name-in-use", name: free }, "name-not-in-use"],
          ["a free name", { kind: "name-not-in-use", name: free }, "done"],
          ["a free name that is in use", { kind: "name-not-in-use", name: here }, "name-in-use"],
          ["an RRset", { kind: "rrset-exists", name: here, type: "A" }, "done"],
          [
            "an RRset that is missing",
            { kind: "rrset-exists", name: here, type: "TXT" },
            "rrset-changed",
          ],
          ["no RRset", { kind: "rrset-missing", name: here, type: "TXT" }, "done"],
          [
            "no RRset where there is one",
            { kind: "rrset-missing", name: here, type: "A" },
            "rrset-exists",
          ],
          ["an RRset's values", { kind: "rrset-is", name: here, records: set }, "done"],
          [
            "fewer values",
            { kind: "rrset-is", name: here, records: set.slice(1) },
            "rrset-changed",
          ],
          [
            "other values",
            { kind: "rrset-is", name: here, records: [dataOf("192.0.2.1"), dataOf("192.0.2.3")] },
            "rrset-changed",
          ],
        ];
        for (const [i, [what, prerequisite, want]] of rows.entries()) {
          it(`${what}: ${want}`, async () => {
            const name = `row-${i}.${ZONE}`;
            const changes = [add(name, "192.0.2.1"), add(`also-${name}`, "192.0.2.1")];
            expect(await change(changes, [prerequisite])).to.equal(want);
            expect((await dig(name, "A")).length).to.equal(want === "done" ? 1 : 0);
          });
        }

        it("one that fails among several undoes all", async () => {
          const both: Prerequisite[] = [
            { kind: "name-in-use", name: here },
            { kind: "rrset-missing", name: here, type: "A" },
          ];
          expect(await change([clear(`here.${ZONE}`, "A")], both)).to.equal("rrset-exists");
          expect(await dig(`here.${ZONE}`, "A")).to.have.length(2);
        });
      });

      it("another secret", async () => {
        const { kind: found } = await failed({ key: { ...key, secret: Buffer.alloc(20, 1) } });
        expect(found).to.equal(WAYS[kind].secret ?? "bad-signature");
      });

      it("a key that it does not have", async () => {
        const { kind: found } = await failed({ key: { ...key, name: nameOf("stranger") } });
        expect(found).to.equal(WAYS[kind].stranger ?? "unknown-key");
      });

      it("no key", async () => {
        const { kind: found } = await failed({ key: undefined });
        expect(found).to.equal(WAYS[kind].unsigned ?? "refused");
      });

      for (const [words, offMs] of [
        ["behind", -HOUR_MS],
        ["ahead", HOUR_MS],
      ] as const) {
        it(`a clock of ours that is an hour ${words}`, async () => {
          const found = await failed({ nowMs: () => Date.now() + offMs });
          expect(found.kind).to.equal(WAYS[kind].time ?? "bad-time");
          if (WAYS[kind].time !== undefined) return;
          expect(found.isSigned).to.equal(true);
          const server = found.serverTimeSeconds ?? 0;
          expect(Math.abs(server - Date.now() / 1000)).to.be.lessThan(10);
        });
      }

      it("a zone that it does not have", async () => {
        const what = { zone: nameOf("other.example"), prerequisites: [], changes: [] };
        const outcome = await update(what, asking());
        expect(outcome.ok ? "" : outcome.failure.kind).to.equal(
          WAYS[kind].zone ?? "not-authoritative",
        );
      });

      it("the zone of a name is found, and its primary, by names of every kind", async () => {
        for (const name of ["deep.down", "ns", "alias", "*.any", ""]) {
          const whole = nameOf(name === "" ? ZONE : `${name}.${ZONE}`);
          expect(await findZone(whole, asking())).to.deep.equal({
            ok: true,
            value: { zone: ZONE, primary: `ns.${ZONE}` },
          });
        }
        const zone = { zone: nameOf(ZONE), primary: nameOf(`ns.${ZONE}`) };
        const servers = [
          { address: "127.0.0.1", port: server.port },
          { address: "::1", port: server.port },
        ];
        expect(await findPrimary(zone, server.port, asking())).to.deep.equal({
          ok: true,
          value: servers,
        });
      });

      it("what is published at an alias, at a free name and at one of other types", async () => {
        const read = async (name: string) => {
          const outcome = await publishedRecords(nameOf(`${name}.${ZONE}`), "TXT", asking());
          return outcome.ok ? outcome.value : outcome.failure.message;
        };
        expect(await read("alias")).to.deep.equal({
          isNameInUse: true,
          isAlias: true,
          records: [],
        });
        expect(await read("nobody")).to.deep.equal({
          isNameInUse: false,
          isAlias: false,
          records: [],
        });
        expect(await read("ns")).to.deep.equal({ isNameInUse: true, isAlias: false, records: [] });
      });
    });
  }
});
