/** What is kept of the objects that the controller watches. */
import { expect } from "chai";
import { pruneSlice } from "../../src/controller/prune.ts";

describe("controller: prune", () => {
  it("a slice whose endpoints the API server writes as null has none", () => {
    const slice = {
      metadata: {
        name: "web-abc",
        namespace: "shop",
        labels: { "kubernetes.io/service-name": "web" },
      },
      addressType: "IPv4",
      endpoints: null,
    } as const;
    expect(pruneSlice(slice).endpoints).to.deep.equal([]);
  });

  it("an endpoint keeps its node and its conditions, not its addresses", () => {
    const slice = {
      metadata: { name: "web-abc", namespace: "shop" },
      addressType: "IPv4",
      endpoints: [{ addresses: ["10.0.0.1"], nodeName: "n1", conditions: { ready: true } }],
    } as const;
    expect(pruneSlice(slice).endpoints).to.deep.equal([
      { addresses: [], nodeName: "n1", conditions: { ready: true } },
    ]);
  });
});
