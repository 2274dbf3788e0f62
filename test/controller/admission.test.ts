/** AdmissionReview in, AdmissionReview out. */
import { expect } from "chai";
import { NO_MANIFESTS } from "../../src/classes/compile.ts";
import { worldOf } from "../../src/classes/check/world.ts";
import type { IPAddressPool } from "../../src/classes/metallb/ip-address-pool.ts";
import { reviewAdmission } from "../../src/controller/admission.ts";

function pool(name: string, ...addresses: string[]): IPAddressPool {
  return {
    apiVersion: "metallb.io/v1beta1",
    kind: "IPAddressPool",
    metadata: { name, namespace: "metallb-system" },
    spec: { addresses },
  };
}

const PROD: IPAddressPool = {
  ...pool("prod", "192.0.2.0/24"),
  metadata: { ...pool("prod").metadata, creationTimestamp: "2026-01-01T00:00:00Z" },
};
const WORLD = {
  ...worldOf({ ...NO_MANIFESTS, ipAddressPools: [PROD] }),
  metallbNamespace: "metallb-system",
  dnsPublishers: [],
};

function review(request: object): object {
  const kind = { group: "metallb.io", version: "v1beta1", kind: "IPAddressPool" };
  const head = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview" };
  const usual = { uid: "u", kind, namespace: "metallb-system", operation: "CREATE" };
  return { ...head, request: { ...usual, ...request } };
}

interface Response {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: { readonly message: string; readonly code: number };
  readonly warnings?: readonly string[];
}

function responseTo(request: object, world: typeof WORLD | null = WORLD) {
  const reviewed = reviewAdmission(review(request), world);
  if (!reviewed.ok) throw new Error(reviewed.message);
  const { apiVersion, kind, response } = reviewed.value as {
    apiVersion: string;
    kind: string;
    response: Response;
  };
  expect({ apiVersion, kind }).to.deep.equal({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
  });
  expect(response.uid).to.equal("u");
  return { response, verdict: reviewed.verdict };
}

describe("reviewAdmission", () => {
  it("allows what is well", () => {
    const { response, verdict } = responseTo({
      name: "other",
      object: pool("other", "198.51.100.0/24"),
    });
    expect(response).to.deep.equal({ uid: "u", allowed: true });
    expect(verdict).to.equal("allowed");
  });

  it("refuses what is wrong: 422, and the sentence that lint says", () => {
    const { response, verdict } = responseTo({
      name: "other",
      object: pool("other", "192.0.2.7/32"),
    });
    expect(response.allowed).to.equal(false);
    expect(response.status?.code).to.equal(422);
    expect(response.status?.message).to.match(/"other".*192\.0\.2\.7.*"prod"/);
    expect(verdict).to.equal("refused");
  });

  it("an object without a name yet is judged by the beginning of its name", () => {
    const metadata = { generateName: "made-", namespace: "metallb-system" };
    const { response } = responseTo({ object: { ...pool("", "192.0.2.7/32"), metadata } });
    expect(response.status?.message).to.include("made-");
  });

  it("an update is held against what it replaces", () => {
    const before = pool("prod", "192.0.2.0/24");
    const object = pool("prod", "192.0.2.0/25");
    const { response } = responseTo({
      ...{ operation: "UPDATE", name: "prod", object, oldObject: before },
    });
    expect(response).to.deep.equal({ uid: "u", allowed: true });
  });

  it("before everything was listed: allowed, with a warning", () => {
    const object = pool("other", "192.0.2.7/32");
    const { response, verdict } = responseTo({ name: "other", object }, null);
    expect(response.allowed).to.equal(true);
    expect(response.warnings).to.have.length(1);
    expect(verdict).to.equal("unchecked");
  });

  it("a kind that nobody checks is allowed", () => {
    const kind = { group: "", version: "v1", kind: "Service" };
    const object = { metadata: { name: "web" } };
    expect(responseTo({ kind, name: "web", object }).response.allowed).to.equal(true);
  });

  const bad = [
    { name: "a string", body: "x" },
    { name: "null", body: null },
    { name: "another kind", body: { kind: "Pod", request: {} } },
    { name: "no request", body: { kind: "AdmissionReview" } },
    { name: "no uid", body: review({ uid: undefined }) },
    { name: "CONNECT", body: review({ operation: "CONNECT" }) },
  ];
  for (const { name, body } of bad) {
    it(`says what is wrong with a body: ${name}`, () => {
      const reviewed = reviewAdmission(body, WORLD);
      expect(reviewed.ok).to.equal(false);
      expect(reviewed).to.have.property("message").that.is.not.empty;
    });
  }

  for (const object of [null, 7, [], { metadata: 7 }, { metadata: { name: 7 }, spec: null }]) {
    it(`does not fall over an object that is ${JSON.stringify(object)}`, () => {
      expect(reviewAdmission(review({ object }), WORLD).ok).to.equal(true);
    });
  }
});
