/** What lint says of a DNSPublisher: what the API server says, and what kubectl adds. */
import { expect } from "chai";
import { dnsPublisherFaults } from "../../src/dns/check.ts";
import { BAD, GOOD, publisherOf } from "./publisher-cases.ts";

const faultsOf = (value: object) => dnsPublisherFaults(value, { isStrict: true });

describe("dns check", () => {
  for (const { name, spec } of GOOD) {
    it(`takes ${name}`, () => {
      expect(faultsOf(publisherOf(spec))).to.deep.equal([]);
    });
  }

  for (const { name, spec, says } of BAD) {
    it(`refuses ${name}`, () => {
      const faults = faultsOf(publisherOf(spec));
      expect(faults.filter(({ isWarning }) => !isWarning)).to.have.length(1);
      const [fault] = faults;
      expect([fault?.field, `${fault?.field} ${fault?.message}`, fault?.message]).to.satisfy(
        (texts: readonly string[]) =>
          texts.some((text) => says.includes(text) || text.includes(says)),
      );
    });
  }

  const [least] = GOOD;
  const spec = least?.spec ?? {};

  it("a field that there is not, another version, a selector that Kubernetes would not take", () => {
    const fields = (value: object) => faultsOf(value).map(({ field }) => field);
    expect(fields(publisherOf({ ...spec, ttl: 5 }))).to.deep.equal(["spec.ttl"]);
    expect(fields({ ...publisherOf(spec), apiVersion: "spreadlb.io/v1" })).to.deep.equal([
      "apiVersion",
    ]);
    const matchExpressions = [{ key: "a", operator: "Within", values: ["b"] }];
    const [wrong] = fields(publisherOf({ ...spec, serviceSelector: { matchExpressions } }));
    expect(wrong).to.match(/^spec\.serviceSelector\.matchExpressions\[0\]/);
  });
});
