/**
 * Names in zones that BIND signs: in place, and as a copy that follows the one that takes the updates (inline-signing). It signs anew what
 * we change, and by itself what grows old; none of that is an edit to us, and what lags behind leads to no second name and to no name lost.
 *
 * Signatures here last for 40 s, and are made anew after 6 s. The default policy, and all else of names: publishing.interop.test.ts.
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
import type { TsigKey } from "../../src/dns/wire/tsig.ts";
import { TestPublisher, wantedName, ZONE } from "./publisher.ts";
import { nameOf } from "./vectors.ts";

const KEY: TsigKey = {
  ...{ name: nameOf("spreadlb"), algorithm: "hmac-sha256", secret: Buffer.alloc(32, 0x5a) },
};

for (const isInline of [false, true]) {
  describe(`dns publishing: BIND signs ${isInline ? "a copy" : "in place"}, and again by itself`, function () {
    this.timeout(60_000);
    const directory = mkdtempSync(join(tmpdir(), "spreadlb-dns-"));
    let server: RunningNameServer;
    let ours: TestPublisher;

    before(async () => {
      const [port = 0] = await freePorts(1);
      const secretBase64 = Buffer.from(KEY.secret).toString("base64");
      server = await startNameServer("bind", {
        ...{ directory, port, zone: ZONE, isSigned: true, isInline, signaturesSeconds: 40 },
        keys: [{ name: KEY.name, algorithm: KEY.algorithm, secretBase64 }],
      });
      ours = new TestPublisher("lan.c1", {
        server: { address: "127.0.0.1" as Ip, port },
        key: KEY,
      });
    });
    afterEach(function () {
      if (this.currentTest?.isFailed() === true) console.log(server.log());
    });
    after(async () => {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    });

    async function dig(name: string, type: string): Promise<readonly string[]> {
      const at = ["@127.0.0.1", "-p", String(server.port), "+short", "+dnssec", "+tries=1"];
      const answer = await run(["dig", ...at, `${name}.${ZONE}`, type]);
      return answer.split("\n").filter((line) => line !== "");
    }

    const isSignature = (line: string) => line.startsWith("A 13 ");

    /** @returns the signature */
    async function untilSigned(name: string, addresses: readonly string[]): Promise<string> {
      return waitFor(
        async () => {
          const lines = await dig(name, "A");
          const found = lines.filter((line) => !isSignature(line)).sort();
          return found.join() === addresses.join() && lines.find(isSignature);
        },
        { what: `${name} to have ${addresses.join() || "nothing"}, signed`, intervalMs: 50 },
      );
    }

    it("a name comes, grows, is signed anew by BIND alone, shrinks and goes", async () => {
      expect(await ours.round(wantedName("web", ["192.0.2.1"]))).to.deep.equal(["update ok"]);
      await untilSigned("web", ["192.0.2.1"]);
      const both = wantedName("web", ["192.0.2.1", "192.0.2.2"]);
      expect(await ours.round(both)).to.deep.equal(["update ok"]);
      const first = await untilSigned("web", ["192.0.2.1", "192.0.2.2"]);
      await waitFor(async () => (await untilSigned("web", ["192.0.2.1", "192.0.2.2"])) !== first, {
        ...{ what: "another signature though nothing changed", timeoutMs: 40_000 },
      });
      ours.restart();
      expect(await ours.round(both)).to.deep.equal(["read ok"]);
      expect(ours.book.takeNews()).to.deep.equal([]);
      await ours.round(wantedName("web", ["192.0.2.2"]));
      await untilSigned("web", ["192.0.2.2"]);
      expect(await ours.round()).to.deep.equal(["update ok"]);
      await waitFor(async () => (await dig("web", "A")).length === 0, { what: "no address" });
      expect(await dig("a-web", "TXT"), "no mark").to.deep.equal([]);
      await ours.round();
      expect(ours.ledger).to.deep.equal([]);
    });

    it("names are looked up right after they changed, again and again: in the end all is as it is wanted", async () => {
      const labels = Array.from({ length: 20 }, (_, i) => `n${i}`);
      const all = (ips: readonly string[]) => labels.map((label) => wantedName(label, ips));
      for (const ips of [["192.0.2.1"], ["192.0.2.1", "192.0.2.2"], ["192.0.2.3"]]) {
        await ours.round(...all(ips));
        ours.restart();
        await ours.round(...all(ips));
      }
      await waitFor(
        async () => {
          ours.restart();
          return (await ours.round(...all(["192.0.2.3"]))).every((done) => done === "read ok");
        },
        { what: "nothing to be left to do" },
      );
      for (const label of labels) await untilSigned(label, ["192.0.2.3"]);
      expect(ours.book.problems).to.deep.equal([]);
      await waitFor(
        async () => {
          await ours.round();
          return ours.ledger.length === 0;
        },
        { what: "no name to be left" },
      );
      for (const label of labels) {
        await waitFor(async () => (await dig(label, "A")).length === 0, { what: `no ${label}` });
      }
    });
  });
}
