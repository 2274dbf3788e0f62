/**
 * One VirtualIP, three readers: the schema by ajv, the light check of speakers, and (in crd.api.test.ts)
 * the API server. All are held to the cases of virtual-ip-cases.ts.
 */
import { expect } from "chai";
import { validator } from "../../src/base/schema.ts";
import { parseVirtualIp } from "../../src/multi-ip/check.ts";
import { virtualIpCrd, virtualIpSchema } from "../../src/multi-ip/resource.ts";
import { CASES, virtualIp } from "./virtual-ip-cases.ts";

const validate = validator(virtualIpSchema);

describe("multi-ip: VirtualIP by ajv and by the light check", () => {
  for (const { name, object, field, fault, celOnly } of CASES) {
    it(`${name}: ${field === undefined ? "accepted" : "refused"}`, () => {
      const bySchema = validate(without(object, "apiVersion", "kind", "metadata"));
      const byCheck = parseVirtualIp(object);
      if (field === undefined) {
        expect(bySchema.ok).to.equal(true);
        expect(byCheck.ok).to.equal(true);
        return;
      }
      if (!celOnly) {
        expect(bySchema.ok ? [] : bySchema.problems.map((problem) => problem.field)).to.include(
          field,
        );
      }
      if (fault !== undefined) expect(byCheck).to.deep.equal({ ok: false, fault });
    });
  }

  it("both fill in the same defaults, and the check null for what is missing", () => {
    const { apiVersion, kind, metadata, spec } = virtualIp();
    const { address, services, rank, generation } = spec;
    const bare = { address, services, rank, generation };
    const bySchema = validate({ spec: bare });
    const byCheck = parseVirtualIp({ apiVersion, kind, metadata, spec: bare });
    const want = { ...bare, mode: "L2", interfaces: [] };
    expect(bySchema.ok && bySchema.value.spec).to.deep.equal(want);
    expect(byCheck.ok && byCheck.value.spec).to.deep.equal({ ...want, pool: null, class: null });
  });

  it("the light check never throws on noise", () => {
    const noise = [null, undefined, 1, "x", [], {}, { metadata: {} }, { metadata: {}, spec: [] }];
    for (const value of noise) expect(parseVirtualIp(value).ok).to.equal(false);
  });

  it("the definition has the columns that kubectl shows", () => {
    const version = virtualIpCrd.spec.versions[0];
    const columns = version?.additionalPrinterColumns.filter(({ priority }) => priority !== 1);
    expect(columns?.map(({ name, type, jsonPath }) => `${name} ${type} ${jsonPath}`)).to.deep.equal(
      [
        "Address string .spec.address",
        "Namespace string .spec.services[0].namespace",
        "Service string .spec.services[0].name",
        "Holder string .status.holder",
        "Since date .status.since",
        "Reason string .status.lastMove.reason",
      ],
    );
    expect(virtualIpCrd.spec.names.shortNames).to.deep.equal(["vip"]);
    expect(virtualIpCrd.spec.scope).to.equal("Cluster");
    expect(version?.subresources).to.deep.equal({ status: {} });
  });
});

function without(object: object, ...keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
