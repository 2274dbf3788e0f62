/** The key of a publisher: what its Secret has to have. */
import { expect } from "chai";
import { keySecretOf, readKey } from "../../src/dns/key.ts";
import type { Rfc2136Spec } from "../../src/dns/resource.ts";
import type { Secret } from "../../src/kube/types.ts";

function spec(keyName = "Key.Example.", more: object = {}): Rfc2136Spec {
  return { zones: ["lb.example"], rfc2136: { tsig: { keyName, ...more } } };
}

function secret(text: string, field = "secret"): Secret {
  const data = { [field]: Buffer.from(text).toString("base64") };
  return { metadata: { name: "spreadlb-dns" }, data };
}

describe("dns key", () => {
  it("is what tsig-keygen prints, by its name in lower case", () => {
    expect(readKey(spec(), secret("c2VjcmV0\n"))).to.deep.equal({
      ok: true,
      key: { name: "key.example", algorithm: "hmac-sha256", secret: Buffer.from("secret") },
    });
  });

  it("has another algorithm and another Secret where the publisher says so", () => {
    const other = spec("k", { algorithm: "hmac-sha512", secretName: "other" });
    const read = readKey(other, secret("c2VjcmV0"));
    expect(read.ok && read.key.algorithm).to.equal("hmac-sha512");
    expect([keySecretOf(other), keySecretOf(spec())]).to.deep.equal(["other", "spreadlb-dns"]);
  });

  const wrong: readonly [name: string, secret: Secret | undefined, part: string][] = [
    ["no Secret", undefined, "is not there, or may not be read"],
    ["another field", secret("c2VjcmV0", "key"), 'no field "secret"'],
    ["an empty field", secret(" "), 'no field "secret"'],
    ["no base64", secret("top secret!"), "something else than base64"],
  ];
  for (const [name, found, part] of wrong) {
    it(`${name}: it says so, and nothing of the key`, () => {
      const read = readKey(spec(), found);
      if (read.ok) throw new Error("it was taken");
      expect(read.problem.code).to.equal("TSIG_KEY_UNUSABLE");
      expect(read.problem.message).to.include(part).and.not.to.include("top");
    });
  }
});
