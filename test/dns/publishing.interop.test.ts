/**
 * Names at BIND 9, at BIND 9 with a signed zone, at Knot DNS and at PowerDNS: they are made, grow, shrink, go; strangers' stay.
 *
 * What a server has afterwards is asked by dig, not by us.
 */
import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNameServer, type RunningNameServer } from "../../lab/name-servers/name-server.ts";
import { freePorts } from "../../lab/ports.ts";
import { run } from "../../lab/process.ts";
import { waitFor } from "../../lab/wait.ts";
import type { Ip } from "../../src/base/ip.ts";
import { update } from "../../src/dns/io/client.ts";
import { performJob } from "../../src/dns/io/name-jobs.ts";
import type { Asking } from "../../src/dns/io/exchange.ts";
import type { TsigKey } from "../../src/dns/wire/tsig.ts";
import { TestPublisher, wantedName, ZONE } from "./publisher.ts";
import { nameOf } from "./vectors.ts";

const KEY: TsigKey = {
  ...{ name: nameOf("spreadlb"), algorithm: "hmac-sha256", secret: Buffer.alloc(32, 0x5a) },
};
const MANY = 1000;
/** Of a first failure the shortest wait, and of all failures the longest. */
const [BACKOFF_MS_MIN, BACKOFF_MS_MAX] = [500, 60_000];

const SERVERS = [
  { title: "BIND", kind: "bind" },
  { title: "BIND, a signed zone", kind: "bind", isSigned: true },
  { title: "Knot DNS", kind: "knot" },
  { title: "PowerDNS", kind: "powerdns" },
] as const;

describe("dns publishing", function () {
  this.timeout(120_000);

  for (const { title, kind, ...more } of SERVERS) {
    describe(title, () => {
      const directory = mkdtempSync(join(tmpdir(), "spreadlb-dns-"));
      const isSigned = "isSigned" in more;
      let server: RunningNameServer;
      let ours: TestPublisher;

      const asking = (changed: Partial<Asking> = {}): Asking => ({
        server: { address: "127.0.0.1" as Ip, port: server.port },
        ...{ key: KEY, limits: { udpSendsMax: 3 }, ...changed },
      });

      before(async () => {
        const [port = 0] = await freePorts(1);
        const secretBase64 = Buffer.from(KEY.secret).toString("base64");
        const keys = [{ name: KEY.name, algorithm: KEY.algorithm, secretBase64 }];
        const records = [
          `stranger.${ZONE}. A 198.51.100.1`,
          `alias.${ZONE}. CNAME ns.${ZONE}.`,
          `a-marked.${ZONE}. CNAME ns.${ZONE}.`,
          `*.wild.${ZONE}. A 198.51.100.2`,
          `sub.${ZONE}. NS ns.elsewhere.example.`,
        ];
        server = await startNameServer(kind, {
          directory,
          port,
          zone: ZONE,
          keys,
          records,
          ...more,
        });
      });
      after(async () => {
        await server.stop();
        rmSync(directory, { recursive: true, force: true });
      });
      beforeEach(() => {
        ours = new TestPublisher("lan.c1", asking());
      });

      /** @returns `TTL data` of each record, sorted */
      async function dig(name: string, type: string, ...options: string[]): Promise<string[]> {
        const at = ["@127.0.0.1", "-p", String(server.port), "+noall", "+answer", "+tries=3"];
        const answer = await run(["dig", ...at, ...options, `${name}.${ZONE}`, type]);
        return answer
          .split("\n")
          .map((line) => line.split(/\s+/))
          .flatMap(([, ttl, , , ...data]) =>
            data.length === 0 ? [] : [`${ttl} ${data.join(" ")}`],
          )
          .sort();
      }

      /** With the key, as somebody would. @param changes such as `delete NAME A` */
      async function byHand(...changes: readonly string[]): Promise<void> {
        const secret = Buffer.from(KEY.secret).toString("base64");
        const lines = [`server 127.0.0.1 ${server.port}`, `zone ${ZONE}`];
        const updates = changes.map((change) => `update ${change}`);
        await run(["nsupdate", "-y", `${KEY.algorithm}:${KEY.name}:${secret}`], {
          stdin: [...lines, ...updates, "send", ""].join("\n"),
        });
      }

      it("a name is made in one update, grows to 64, shrinks, and changes its TTL", async () => {
        const ips = Array.from({ length: 64 }, (_, i) => `192.0.2.${i + 1}`);
        expect(await ours.round(wantedName("grow", ips.slice(0, 1)))).to.deep.equal(["update ok"]);
        expect(await dig("grow", "A")).to.deep.equal(["30 192.0.2.1"]);
        expect(await ours.round(wantedName("grow", ips))).to.deep.equal(["update ok"]);
        expect((await dig("grow", "A", "+tcp")).length).to.equal(64);
        await ours.round(wantedName("grow", ips.slice(1, 3), { ttlSeconds: 5 }));
        expect(await dig("grow", "A")).to.deep.equal(["5 192.0.2.2", "5 192.0.2.3"]);
        expect(
          await ours.round(wantedName("grow", ips.slice(1, 3), { ttlSeconds: 5 })),
        ).to.deep.equal([]);
        await ours.round();
        expect(await dig("grow", "ANY", "+tcp")).to.deep.equal([]);
      });

      it("both families, and a wildcard, with marks; a restart finds them right", async () => {
        const wanted = [
          wantedName("both", ["192.0.2.1", "2001:db8::1", "2001:db8::2"]),
          wantedName("*.any", ["192.0.2.7"]),
        ];
        await ours.round(...wanted);
        expect(await dig("both", "A")).to.deep.equal(["30 192.0.2.1"]);
        expect(await dig("both", "AAAA")).to.deep.equal(["30 2001:db8::1", "30 2001:db8::2"]);
        expect(await dig("what.any", "A")).to.deep.equal(["30 192.0.2.7"]);
        const mark =
          '30 "heritage=external-dns,external-dns/owner=lan.c1,external-dns/resource=service/prod/web"';
        expect(await dig("a-both", "TXT")).to.deep.equal([mark]);
        expect(await dig("aaaa-both", "TXT")).to.deep.equal([mark]);
        expect(await dig("a-_wildcard.any", "TXT")).to.deep.equal([mark]);
        ours.restart();
        expect(await ours.round(...wanted)).to.deep.equal(["read ok", "read ok"]);
        ours.restart();
        expect(await ours.round()).to.have.members([
          "read ok",
          "read ok",
          "update ok",
          "update ok",
        ]);
        expect(await dig("both", "AAAA")).to.deep.equal([]);
        expect(await dig("what.any", "A")).to.deep.equal([]);
      });

      it("what strangers have stays: addresses, an alias, also where our mark would be, another owner's name", async () => {
        const theirs = new TestPublisher("lan.c2", asking());
        await theirs.round(wantedName("theirs", ["198.51.100.3"]));
        const labels = ["stranger", "alias", "marked", "theirs"];
        const wanted = labels.map((it) => wantedName(it, ["192.0.2.9"]));
        await ours.round(...wanted);
        const said = ours.book.problems.map((it) => [it.name, "by" in it && it.by]);
        expect(said).to.have.deep.members([
          [`alias.${ZONE}`, "alias"],
          [`marked.${ZONE}`, "mark-alias"],
          [`stranger.${ZONE}`, "unmarked"],
          [`theirs.${ZONE}`, { owner: "lan.c2" }],
        ]);
        await ours.round();
        expect((await dig("stranger", "A")).map((line) => line.split(" ")[1])).to.deep.equal([
          "198.51.100.1",
        ]);
        expect(await dig("theirs", "A")).to.deep.equal(["30 198.51.100.3"]);
        expect(await dig("alias", "CNAME")).to.have.length(1);
        expect(await dig("marked", "A")).to.deep.equal([]);
        await theirs.round();
      });

      it("an update that comes late undoes nothing, and an edit by hand is seen with the next change", async () => {
        await ours.round(wantedName("late", ["192.0.2.1", "192.0.2.2"]));
        const wanted = wantedName("late", ["192.0.2.1"]);
        ours.book.want(new Map([[wanted.name, wanted]]));
        const [late] = ours.book.round(performance.now()).jobs;
        if (late?.kind !== "update") throw new Error("no update");
        await ours.round(wantedName("late", ["192.0.2.2", "192.0.2.3"]));
        const outcome = await performJob(late, asking());
        expect(outcome.ok || outcome.failure.kind).to.equal("rrset-changed");
        expect(await dig("late", "A")).to.deep.equal(["30 192.0.2.2", "30 192.0.2.3"]);
        const edit = { type: "A", address: "198.51.100.7" as Ip } as const;
        await update(
          {
            ...{ zone: nameOf(ZONE), prerequisites: [] },
            changes: [{ kind: "add", name: wanted.name, ttlSeconds: 30, data: edit }],
          },
          asking(),
        );
        expect(await ours.round(wantedName("late", ["192.0.2.2"]))).to.deep.equal([
          ...["update rrset-changed", "read ok", "update ok"],
        ]);
        expect(await dig("late", "A")).to.deep.equal(["30 192.0.2.2"]);
        expect(ours.book.takeNews().map(({ kind }) => kind)).to.deep.equal(["edited"]);
        await ours.round();
      });

      it("nobody gets one family of a name of which somebody else has the other", async () => {
        await ours.round(wantedName("stranger", ["2001:db8::1"]));
        expect(await dig("stranger", "AAAA")).to.deep.equal([]);
        expect(ours.book.problems.map(({ kind }) => kind)).to.deep.equal(["taken"]);
        await ours.round();
      });

      it("a name below a zone cut is told, and the other names of the zone are published", async () => {
        const wanted = [
          wantedName("web.sub", ["192.0.2.1", "2001:db8::1"]),
          wantedName("web", ["192.0.2.1"]),
        ];
        await ours.round(...wanted);
        expect(ours.book.troubles).to.deep.equal([]);
        expect(ours.book.problems.map((it) => [it.name, it.kind])).to.deep.equal([
          [`web.sub.${ZONE}`, "refused"],
        ]);
        expect(await dig("web", "A")).to.deep.equal(["30 192.0.2.1"]);
        const untilForgotten = async () => {
          await ours.round();
          return ours.ledger.length === 0;
        };
        await waitFor(untilForgotten, { what: "it to be forgotten: nothing of ours is there" });
        ours.ledger = wanted
          .slice(0, 1)
          .map(({ name, zone, service }) => ({ name, zone, service }));
        ours.restart();
        await waitFor(untilForgotten, { what: "it to be forgotten after a restart" });
      });

      it("a name below somebody's wildcard is made, after a restart as well", async () => {
        const wanted = wantedName("web.wild", ["192.0.2.1"]);
        ours.ledger = [{ name: wanted.name, zone: wanted.zone, service: wanted.service }];
        ours.restart();
        await ours.round(wanted);
        expect(await dig("web.wild", "A")).to.deep.equal(["30 192.0.2.1"]);
        await ours.round();
        expect((await dig("web.wild", "A")).map((line) => line.split(" ")[1])).to.deep.equal([
          "198.51.100.2",
        ]);
      });

      it("whatever the server remembers of answers: what we and others change is seen at once", async () => {
        expect(await dig("fresh", "A"), "that it is not there").to.deep.equal([]);
        const wanted = wantedName("fresh", ["192.0.2.1"]);
        await ours.round(wanted);
        expect(await dig("fresh", "A")).to.deep.equal(["30 192.0.2.1"]);
        ours.restart();
        expect(await ours.round(wanted)).to.deep.equal(["read ok"]);
        await byHand(`delete fresh.${ZONE} A`, `add fresh.${ZONE} 30 A 198.51.100.9`);
        ours.restart();
        expect(await ours.round(wanted)).to.deep.equal(["read ok", "update ok"]);
        expect(await dig("fresh", "A")).to.deep.equal(["30 192.0.2.1"]);
        await ours.round();
        expect(await dig("fresh", "A")).to.deep.equal([]);
      });

      it("what an external-dns of before has is taken over, with its old marks alone or with both", async () => {
        const mark = `"heritage=external-dns,external-dns/owner=lan.c1,external-dns/resource=service/x/y"`;
        for (const label of ["older", "old"]) {
          await byHand(
            `add ${label}.${ZONE} 60 A 198.51.100.7`,
            `add ${label}.${ZONE} 60 TXT ${mark}`,
            `add ${label}.${ZONE} 60 TXT "v=spf1 -all"`,
            ...(label === "old" ? [`add a-${label}.${ZONE} 60 TXT ${mark}`] : []),
          );
        }
        const wanted = ["older", "old"].map((label) => wantedName(label, ["192.0.2.1"]));
        // The first one finds out what is there.
        for (let round = 0; round < 3; round++) await ours.round(...wanted);
        expect(ours.book.problems).to.deep.equal([]);
        for (const label of ["older", "old"]) {
          expect(await dig(label, "A")).to.deep.equal(["30 192.0.2.1"]);
          expect(await dig(label, "TXT")).to.deep.equal(['60 "v=spf1 -all"']);
          const [made = "", ...more] = await dig(`a-${label}`, "TXT");
          expect(made).to.include("owner=lan.c1,external-dns/resource=service/prod/web");
          expect(more).to.deep.equal([]);
        }
        for (let round = 0; round < 2; round++) await ours.round();
        expect(await dig("old", "A")).to.deep.equal([]);
        expect(await dig("older", "A")).to.deep.equal([]);
      });

      it("two clusters want one name at once, and each its own: one has it, nobody fights, and the other gets it when it is given up", async () => {
        const serial = () =>
          run(["dig", "@127.0.0.1", "-p", String(server.port), "+short", ZONE, "SOA"]);
        const clusters = ["lan.c1", "lan.c2"].map((ownerId, i) => {
          const ip = `192.0.2.${i + 1}`;
          const own = wantedName(`own${i}`, [ip]);
          const all = [wantedName("one", [ip, `2001:db8::${i + 1}`]), own];
          return { publisher: new TestPublisher(ownerId, asking()), ip, own, all };
        });
        const round = () =>
          Promise.all(clusters.map(({ publisher, all }) => publisher.round(...all)));
        await round();
        const isLate = ({ publisher }: (typeof clusters)[number]) =>
          publisher.book.problems.length > 0;
        const [first, second] = clusters.toSorted((a, b) => Number(isLate(a)) - Number(isLate(b)));
        if (first === undefined || second === undefined) throw new Error("there are two");
        expect(first.publisher.book.problems).to.deep.equal([]);
        expect(second.publisher.book.problems).to.deep.equal([
          {
            ...{ kind: "taken", name: nameOf(`one.${ZONE}`), service: "prod/web" },
            by: { owner: first.publisher.ownerId },
          },
        ]);
        for (const [i, { ip }] of clusters.entries()) {
          expect(await dig(`own${i}`, "A")).to.deep.equal([`30 ${ip}`]);
        }
        const settled = await serial();
        const sent: string[] = [];
        const hasLooked = async () => {
          const outcomes = (await round()).flat();
          sent.push(...outcomes.filter((outcome) => outcome.startsWith("update")));
          return outcomes.includes("read ok");
        };
        await waitFor(hasLooked, { what: "the second to look whether it was given up" });
        await waitFor(hasLooked, { what: "it to look again" });
        expect(sent, "updates, when all is settled").to.deep.equal([]);
        // A signed zone is signed anew when its server thinks fit.
        if (!isSigned) expect(await serial()).to.equal(settled);
        expect(await dig("one", "A")).to.deep.equal([`30 ${first.ip}`]);
        await first.publisher.round(first.own);
        const hasIt = async () => {
          await second.publisher.round(...second.all);
          return second.publisher.book.problems.length === 0;
        };
        await waitFor(hasIt, { what: "the second to have it" });
        expect(await dig("one", "A")).to.deep.equal([`30 ${second.ip}`]);
        expect((await dig("a-one", "TXT")).join()).to.include(`owner=${second.publisher.ownerId},`);
        if (!isSigned) expect(await serial(), "that it moves").not.to.equal(settled);
        for (const { publisher } of clusters) await publisher.round();
        expect(await dig("one", "A")).to.deep.equal([]);
      });

      const faults: readonly [string, () => Partial<Asking>, RegExp][] = [
        [
          "a wrong secret",
          () => ({ key: { ...KEY, secret: Buffer.alloc(32, 1) } }),
          /bad-signature|refused/,
        ],
        [
          "an unknown key",
          () => ({ key: { ...KEY, name: nameOf("other") } }),
          /unknown-key|refused/,
        ],
        ["a wrong clock", () => ({ nowMs: () => Date.now() - 3_600_000 }), /bad-time|refused/],
      ];
      for (const [name, changed, kinds] of faults) {
        it(`${name}: nothing is made, the zone is left alone for a while, and it is said why`, async () => {
          const wrong = new TestPublisher("lan.c3", asking(changed()));
          const wanted = ["one", "two"].map((it) => wantedName(it, ["192.0.2.9"]));
          await wrong.round(...wanted);
          // Told the time: nothing here is to happen within half of a second.
          const jobsAfter = (ms: number) => wrong.book.round(wrong.firstEndedMs + ms).jobs.length;
          expect(jobsAfter(BACKOFF_MS_MIN - 1), "for a while").to.equal(0);
          expect(jobsAfter(BACKOFF_MS_MAX), "and no longer").to.equal(wanted.length);
          const [trouble] = wrong.book.troubles;
          expect(trouble?.failure.kind).to.match(kinds);
          expect(await dig("one", "A")).to.deep.equal([]);
        });
      }

      it("TCP alone does it, too", async () => {
        const tcp = new TestPublisher("lan.c4", asking({ tcpOnly: true }));
        await tcp.round(wantedName("tcp", ["192.0.2.1", "2001:db8::1"]));
        expect(await dig("tcp", "A")).to.deep.equal(["30 192.0.2.1"]);
        await tcp.round();
        expect(await dig("tcp", "A")).to.deep.equal([]);
      });

      it(`${MANY} names at once come, and go`, async () => {
        const wanted = Array.from({ length: MANY }, (_, i) => wantedName(`n${i}`, ["192.0.2.1"]));
        const outcomes = await ours.round(...wanted);
        expect(outcomes).to.have.length(MANY);
        expect(new Set(outcomes)).to.deep.equal(new Set(["update ok"]));
        expect(ours.book.figures(performance.now())).to.deep.equal({
          wanted: MANY,
          published: MANY,
        });
        expect(await dig(`n${MANY - 1}`, "A")).to.deep.equal(["30 192.0.2.1"]);
        const areForgotten = async () => {
          await ours.round();
          return ours.ledger.length === 0;
        };
        await waitFor(areForgotten, { what: "them to be forgotten", timeoutMs: 60_000 });
        expect(await dig(`n${MANY - 1}`, "A")).to.deep.equal([]);
      });

      if (isSigned) {
        it("what is changed is signed anew", async () => {
          await ours.round(wantedName("signed", ["192.0.2.1"]));
          const signatures = () => dig("signed", "A", "+dnssec");
          await waitFor(async () => (await signatures()).some((line) => line.includes("A 13 3")), {
            what: "a signature of the new records",
          });
          const before = await signatures();
          await ours.round(wantedName("signed", ["192.0.2.1", "192.0.2.2"]));
          await waitFor(
            async () => {
              const now = await signatures();
              const isNew = now.some((line) => line.includes("A 13 3") && !before.includes(line));
              return isNew && now.includes("30 192.0.2.2");
            },
            { what: "another signature of the changed records" },
          );
          await ours.round();
        });
      }
    });
  }
});
