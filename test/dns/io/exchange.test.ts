/** Asking over real sockets: what gets lost, what comes from elsewhere, what is too long, and who is not there. */
import { expect } from "chai";
import { createSocket } from "node:dgram";
import type { Ip } from "../../../src/base/ip.ts";
import { findPrimary, findZone, publishedRecords, update } from "../../../src/dns/io/client.ts";
import type { Asking } from "../../../src/dns/io/exchange.ts";
import { macOf } from "../../../src/dns/io/mac.ts";
import type { NameServer } from "../../../src/dns/waiting.ts";
import type { Change } from "../../../src/dns/update.ts";
import { decodeMessage } from "../../../src/dns/wire/message.ts";
import { CLASS, encodeData, encodeRecord, TYPE } from "../../../src/dns/wire/record.ts";
import { appendTsig, decodeTsig, signedOctets, type TsigKey } from "../../../src/dns/wire/tsig.ts";
import { nameOf, valueOf } from "../vectors.ts";
import { StubServer } from "./stub.ts";

const www = nameOf("www.lb.example");
const key: TsigKey = { name: nameOf("k"), algorithm: "hmac-sha256", secret: Buffer.alloc(32, 7) };
/** Short, so that what waits for them does not take long. */
const limits = { udpSendsMax: 3, baseMs: 40, maxMs: 80, hintWaitMs: 20, tcpMs: 300 };
/** Nothing is sent again, however late the answer. */
const patient = { ...limits, baseMs: 3_600_000, maxMs: 3_600_000, tcpMs: 3_600_000 };

/** An unsigned answer with one A. */
function replyTo(request: Uint8Array, flags: number, address?: string): Uint8Array {
  const { start } = valueOf(decodeMessage(request)).tsig ?? { start: request.length };
  const bare = Uint8Array.from(request.subarray(0, start));
  bare.set([(request[2] ?? 0) | 0x84 | (flags >> 8), flags & 0xff], 2);
  bare.set([0, 0], 10);
  if (address === undefined) return bare;
  const head = { name: www, typeCode: TYPE.A, class: CLASS.IN, ttlSeconds: 60 };
  const data = valueOf(encodeData({ type: "A", address: address as Ip }));
  bare.set([0, 1], 6);
  return Buffer.concat([bare, encodeRecord(head, data)]);
}

/** The same, signed as the request is. */
function signedReplyTo(request: Uint8Array, address: string): Uint8Array {
  const { tsig } = valueOf(decodeMessage(request));
  if (tsig === null) throw new Error("not signed");
  const asked = valueOf(decodeTsig(tsig));
  const bare = replyTo(request, 0, address);
  return appendTsig(bare, { ...asked, mac: macOf(key, signedOctets(bare, asked, asked.mac)) });
}

for (const address of ["127.0.0.1", "::1"]) {
  describe(`dns exchange over ${address}`, () => {
    let stub: StubServer;
    let server: NameServer;

    beforeEach(async () => {
      stub = new StubServer(address);
      server = await stub.open();
    });

    afterEach(() => {
      try {
        stub.closeUdp();
      } catch {
        // The test has closed it.
      }
      stub.closeTcp();
    });

    /** @returns the addresses, or the kind of the failure */
    async function ask(more: Partial<Asking> = {}): Promise<string> {
      const outcome = await publishedRecords(www, "A", { server, limits, ...more });
      if (!outcome.ok) return outcome.failure.kind;
      return outcome.value.records
        .map(({ data }) => (data.type === "TXT" ? "" : data.address))
        .join(" ");
    }

    it("a request that gets lost is sent again, and is the same", async () => {
      stub.overUdp = (request) =>
        stub.udpRequests.length < 3 ? [] : [replyTo(request, 0, "192.0.2.1")];
      expect(await ask()).to.equal("192.0.2.1");
      expect(new Set(stub.udpRequests.map((each) => each.toString("hex"))).size).to.equal(1);
    });

    it("how often it was sent is told", async () => {
      stub.overUdp = (request) => (stub.udpRequests.length < 2 ? [] : [replyTo(request, 6)]);
      const prerequisites = [{ kind: "name-not-in-use", name: www }] as const;
      const outcome = await update({ zone: www, prerequisites, changes: [] }, { server, limits });
      expect(outcome.ok ? "" : outcome.failure.message).to.include("it was asked 2 times");
    });

    it("how often it was sent is told of UDP and TCP together", async () => {
      stub.overTcp = (request) => [replyTo(request, 6)];
      const prerequisites = [{ kind: "name-not-in-use", name: www }] as const;
      const outcome = await update({ zone: www, prerequisites, changes: [] }, { server, limits });
      expect(outcome.ok ? "" : outcome.failure.message).to.include("it was asked 4 times");
    });

    it("what is noise, or has another ID, is passed over", async () => {
      stub.overUdp = (request) => {
        const other = Uint8Array.from(replyTo(request, 0, "192.0.2.66"));
        other[0] = (other[0] ?? 0) ^ 1;
        return [Buffer.from("noise"), other, replyTo(request, 0, "192.0.2.1")];
      };
      expect(await ask()).to.equal("192.0.2.1");
    });

    it("what comes from another port is not heard", async () => {
      const stranger = createSocket(address.includes(":") ? "udp6" : "udp4");
      stub.overUdp = (request, from) => {
        if (stub.udpRequests.length > 1) return [replyTo(request, 0, "192.0.2.1")];
        stranger.send(replyTo(request, 0, "192.0.2.66"), from?.port ?? 0, address);
        return [];
      };
      expect(await ask()).to.equal("192.0.2.1");
      stranger.close();
    });

    it("noise alone is answer-malformed", async () => {
      stub.overUdp = () => [Buffer.from("noise")];
      expect(await ask()).to.equal("answer-malformed");
    });

    it("a truncated answer is fetched over TCP", async () => {
      stub.overUdp = (request) => [replyTo(request, 0x0200)];
      stub.overTcp = (request) => [Buffer.from("noise"), replyTo(request, 0, "192.0.2.1")];
      expect(await ask()).to.equal("192.0.2.1");
      expect([stub.udpRequests.length, stub.tcpRequests.length]).to.deep.equal([1, 1]);
    });

    it("one that is truncated over TCP, too, is answer-malformed", async () => {
      stub.overUdp = stub.overTcp = (request) => [replyTo(request, 0x0200)];
      expect(await ask()).to.equal("answer-malformed");
    });

    it("where UDP is silent, TCP is tried", async () => {
      stub.overTcp = (request) => [replyTo(request, 0, "192.0.2.1")];
      expect(await ask()).to.equal("192.0.2.1");
      expect([stub.udpRequests.length, stub.tcpRequests.length]).to.deep.equal([3, 1]);
    });

    it("where nobody listens on UDP, TCP is tried", async () => {
      stub.closeUdp();
      stub.overTcp = (request) => [replyTo(request, 0, "192.0.2.1")];
      expect(await ask()).to.equal("192.0.2.1");
    });

    it("tcpOnly sends nothing over UDP", async () => {
      stub.overTcp = (request) => [replyTo(request, 0, "192.0.2.1")];
      expect(await ask({ tcpOnly: true })).to.equal("192.0.2.1");
      expect(stub.udpRequests).to.deep.equal([]);
    });

    it("of 512 octets and the signature, what is longer goes over TCP at once", async () => {
      stub.overUdp = stub.overTcp = (request) => [replyTo(request, 5)];
      const txt = (length: number): Change => {
        const data = { type: "TXT", strings: ["x".repeat(length)] } as const;
        return { kind: "add", name: www, ttlSeconds: 60, data };
      };
      const send = (changes: readonly Change[]) =>
        update({ zone: www, prerequisites: [], changes }, { server, limits, key });
      // Header 12, zone 20, TSIG 3 + 10 + 13 + 16 + 32, two TXTs of 27 and their strings.
      const rest = 512 - 12 - 20 - 74 - 2 * 27 - 255;
      await send([txt(255), txt(rest)]);
      expect([stub.udpRequests[0]?.length, stub.tcpRequests.length]).to.deep.equal([512, 0]);
      await send([txt(255), txt(rest + 1)]);
      expect([stub.udpRequests.length, stub.tcpRequests[0]?.length]).to.deep.equal([1, 513]);
    });

    it("an error that nobody signed counts when nothing better comes soon", async () => {
      stub.overUdp = (request) => [replyTo(request, 5)];
      const outcome = await publishedRecords(www, "A", { server, limits: patient, key });
      if (outcome.ok) throw new Error("taken for an answer");
      expect(outcome.failure).to.include({ kind: "refused", isSigned: false });
      expect(stub.udpRequests.length).to.equal(1);
    });

    it("an error that nobody signed does not count when what is signed follows", async () => {
      stub.overUdp = (request) => [replyTo(request, 5), signedReplyTo(request, "192.0.2.1")];
      expect(await ask({ key })).to.equal("192.0.2.1");
    });

    it("over TCP it counts at once", async () => {
      stub.overTcp = (request) => [replyTo(request, 5)];
      stub.keepsOpen = true;
      expect(await ask({ key, tcpOnly: true, limits: patient })).to.equal("refused");
    });

    it("success that nobody signed does not count", async () => {
      stub.overUdp = (request) => [replyTo(request, 0, "192.0.2.66")];
      expect(await ask({ key })).to.equal("answer-untrusted");
    });

    it("nobody there is unreachable, silence is no-answer", async () => {
      expect(await ask()).to.equal("no-answer");
      stub.closeUdp();
      stub.closeTcp();
      expect(await ask()).to.equal("unreachable");
    });

    it("an empty message over TCP is answer-malformed", async () => {
      stub.overTcp = () => [new Uint8Array()];
      expect(await ask({ tcpOnly: true })).to.equal("answer-malformed");
    });

    it("is called off at once, before and while it waits", async () => {
      const never = new AbortController();
      never.abort();
      expect(await ask({ signal: never.signal })).to.equal("aborted");
      expect(stub.udpRequests).to.deep.equal([]);
      for (const tcpOnly of [false, true]) {
        const soon = new AbortController();
        stub.overUdp = stub.overTcp = () => {
          soon.abort();
          return [];
        };
        expect(await ask({ signal: soon.signal, tcpOnly })).to.equal("aborted");
      }
    });

    it("what cannot be written is not sent", async () => {
      const changes = [{ kind: "delete-rrset", name: www, type: "A" }] as const;
      const zone = nameOf("another.example");
      const outcome = await update({ zone, prerequisites: [], changes }, { server, limits });
      expect(outcome.ok ? "" : outcome.failure.message).to.equal(
        'The update of zone "another.example" cannot be written: update-outside-zone',
      );
      expect(stub.udpRequests).to.deep.equal([]);
    });

    it("a name without a zone is asked for up to the last label", async () => {
      stub.overUdp = (request) => [replyTo(request, 3)];
      const outcome = await findZone(www, { server, limits: patient });
      expect(outcome.ok ? "" : outcome.failure.kind).to.equal("zone-not-found");
      const asked = stub.udpRequests.map(
        (each) => valueOf(decodeMessage(each)).questions[0]?.name ?? "",
      );
      expect(asked).to.deep.equal(["www.lb.example", "lb.example", "example"]);
    });

    it("a resolver is asked to recurse, a primary is not; no two questions have one ID", async () => {
      stub.overUdp = (request) => [replyTo(request, 0, "192.0.2.1")];
      await findZone(nameOf("example"), { server, limits: patient });
      for (let times = 0; times < 3; times++) await ask({ limits: patient });
      expect(stub.udpRequests.map((each) => each[2])).to.deep.equal([1, 0, 0, 0]);
      const ids = new Set(stub.udpRequests.map((each) => each.readUInt16BE(0)));
      expect(ids.size).to.be.greaterThan(2); // Of four, for it is chance.
    });

    it("a primary without an address is primary-unknown", async () => {
      stub.overUdp = (request) => [replyTo(request, 3)];
      const outcome = await findPrimary({ zone: www, primary: www }, 53, { server, limits });
      expect(outcome.ok ? "" : outcome.failure.kind).to.equal("primary-unknown");
    });
  });
}
