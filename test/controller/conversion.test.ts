/** ConversionReview in, ConversionReview out. */
import { expect } from "chai";
import { reviewConversion } from "../../src/controller/conversion.ts";

const NEW = "metallb.io/v1beta2";
const OLD = "metallb.io/v1beta1";

function peer(
  apiVersion: string,
  spec: object = { myASN: 1, peerASN: 2, peerAddress: "192.0.2.1" },
) {
  return { apiVersion, kind: "BGPPeer", metadata: { name: "p", uid: "x" }, spec };
}

function convert(desiredAPIVersion: string, ...objects: unknown[]) {
  const request = { uid: "u", desiredAPIVersion, objects };
  const head = { apiVersion: "apiextensions.k8s.io/v1", kind: "ConversionReview" };
  const reviewed = reviewConversion({ ...head, request });
  if (!reviewed.ok) throw new Error(reviewed.message);
  const { response, ...rest } = reviewed.value as { response: Record<string, unknown> };
  expect(rest).to.deep.equal(head);
  expect(response["uid"]).to.equal("u");
  return response as unknown as {
    readonly convertedObjects: readonly ReturnType<typeof peer>[];
    readonly result: { readonly status: string; readonly message?: string };
  };
}

describe("reviewConversion", () => {
  it("converts a list, in its order, and lets what is of the version be", () => {
    const { convertedObjects, result } = convert(OLD, peer(NEW), peer(OLD));
    expect(result).to.deep.equal({ status: "Success" });
    expect(convertedObjects.map(({ apiVersion }) => apiVersion)).to.deep.equal([OLD, OLD]);
    expect(convertedObjects[1]).to.deep.equal(peer(OLD));
  });

  it("there and back loses nothing", () => {
    const spec = { myASN: 1, dynamicASN: "internal", interface: "eth1", vrf: "red" };
    const there = convert(OLD, peer(NEW, spec)).convertedObjects;
    const back = convert(NEW, ...there).convertedObjects;
    expect(back[0]).to.deep.equal(peer(NEW, spec));
  });

  const failing = [
    { name: "an unknown version", wanted: "metallb.io/v9", object: peer(NEW), says: "v9" },
    { name: "another kind", wanted: OLD, object: { ...peer(NEW), kind: "Pod" }, says: "Pod" },
    { name: "an object of an unknown version", wanted: OLD, object: peer("x/v1"), says: "x/v1" },
    { name: "no metadata", wanted: OLD, object: { ...peer(NEW), metadata: 1 }, says: "BGPPeer" },
    { name: "a spec that is a list", wanted: OLD, object: peer(NEW, []), says: '"p"' },
    { name: "null", wanted: OLD, object: null, says: "null" },
  ];
  for (const { name, wanted, object, says } of failing) {
    it(`fails the review, and says why: ${name}`, () => {
      const { convertedObjects, result } = convert(wanted, peer(NEW), object);
      expect(convertedObjects).to.deep.equal([]);
      expect(result.status).to.equal("Failure");
      expect(result.message).to.include(says);
    });
  }

  for (const body of [
    null,
    1,
    {},
    { kind: "ConversionReview" },
    { kind: "ConversionReview", request: {} },
  ]) {
    it(`says what is wrong with ${JSON.stringify(body)}`, () => {
      expect(reviewConversion(body)).to.include({ ok: false });
    });
  }
});
