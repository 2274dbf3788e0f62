/** DNSPublisher on a real API server: what it takes and what it refuses, which defaults it fills in. */
import { expect } from "chai";
import { entriesWithRoom, LEDGER_OCTETS_MAX } from "../../src/dns/ledger.ts";
import {
  DIFFERENCE_MESSAGE_CHARS_MAX,
  DIFFERENCE_NAME_CHARS_MAX,
  DIFFERENCES_MAX,
  ERROR_TEXT_CHARS_MAX,
  FAILING_ZONES_MAX,
  parseDnsPublisher,
  PUBLISHED_NAMES_MAX,
} from "../../src/dns/resource.ts";
import { BAD, GOOD, publisherOf } from "../dns/publisher-cases.ts";
import { usePlane } from "./plane.ts";

const NAME_CHARS_MAX = 253;
const PATH = "/apis/spreadlb.io/v1alpha1/dnspublishers";

describe("DNSPublisher on a real API server", function () {
  this.timeout(120_000);
  const plane = usePlane();

  for (const { name, spec } of GOOD) {
    it(`takes ${name}`, async () => {
      expect(parseDnsPublisher(publisherOf(spec)).ok).to.equal(true);
      const { message } = await plane.api.create(`${PATH}?dryRun=All`, publisherOf(spec));
      expect(message).to.equal("");
    });
  }

  for (const { name, spec, says, inSchema = true } of BAD) {
    it(`refuses ${name}`, async () => {
      expect(parseDnsPublisher(publisherOf(spec)).ok).to.equal(!inSchema);
      const { message } = await plane.api.create(`${PATH}?dryRun=All`, publisherOf(spec));
      expect(message).to.include(says);
    });
  }

  it("takes a status with all that may be in it, each at its longest and of the widest characters", async () => {
    const [least] = GOOD;
    const { message: refused } = await plane.api.create(PATH, publisherOf(least?.spec ?? {}));
    expect(refused).to.equal("");
    const long = (length: number) => "n".repeat(length);
    const names = Array.from({ length: PUBLISHED_NAMES_MAX }, (_, i) => {
      const name = `${i}.`.padEnd(NAME_CHARS_MAX, "n");
      return { name, zone: long(NAME_CHARS_MAX), service: long(317), isClaimed: false };
    });
    const inLedger = entriesWithRoom(names).map(({ name, zone, service }) => {
      return { name, zone, service };
    });
    expect(JSON.stringify(inLedger).length).to.be.within(
      0.99 * LEDGER_OCTETS_MAX,
      LEDGER_OCTETS_MAX,
    );
    const differences = Array.from({ length: DIFFERENCES_MAX }, () => ({
      ...{ name: "\u0001".repeat(DIFFERENCE_NAME_CHARS_MAX), service: long(317) },
      ...{ reason: long(64), message: long(DIFFERENCE_MESSAGE_CHARS_MAX) },
    }));
    const failingZones = Array.from({ length: FAILING_ZONES_MAX }, () => ({
      ...{ at: "2026-01-01T00:00:00Z", zone: long(NAME_CHARS_MAX), reason: long(64) },
      ...{ message: long(ERROR_TEXT_CHARS_MAX), remedy: long(ERROR_TEXT_CHARS_MAX) },
    }));
    const write = (status: object) => plane.api.patch(`${PATH}/lan/status`, "merge", { status });
    const rest = { differences, failingZones };
    expect((await write({ names: inLedger, ...rest })).message).to.equal("");
    const all = names.map(({ name, zone, service }) => ({ name, zone, service }));
    expect((await write({ names: all, ...rest })).message, "without the bound").to.not.equal("");
    await plane.api.delete(`${PATH}/lan`);
  });

  it("fills in the defaults that the schema has", async () => {
    const [least] = GOOD;
    const { body } = await plane.api.create(`${PATH}?dryRun=All`, publisherOf(least?.spec ?? {}));
    const read = parseDnsPublisher(publisherOf(least?.spec ?? {}));
    expect(body["spec"]).to.deep.equal(read.ok && read.value.spec);
    expect(body["spec"]).to.deep.include({ ttlSeconds: 30, withdrawAfterSeconds: 15 });
  });
});
