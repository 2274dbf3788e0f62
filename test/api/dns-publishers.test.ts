/** DNSPublisher on a real API server: what it takes and what it refuses, which defaults it fills in. */
import { expect } from "chai";
import { parseDnsPublisher } from "../../src/dns/resource.ts";
import { BAD, GOOD, publisherOf } from "../dns/publisher-cases.ts";
import { usePlane } from "./plane.ts";

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

  it("fills in the defaults that the schema has", async () => {
    const [least] = GOOD;
    const { body } = await plane.api.create(`${PATH}?dryRun=All`, publisherOf(least?.spec ?? {}));
    const read = parseDnsPublisher(publisherOf(least?.spec ?? {}));
    expect(body["spec"]).to.deep.equal(read.ok && read.value.spec);
    expect(body["spec"]).to.deep.include({ ttlSeconds: 30, withdrawAfterSeconds: 15 });
  });
});
