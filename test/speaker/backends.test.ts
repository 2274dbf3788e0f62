/** Which Services have an endpoint that serves, anywhere and on this node. */
import { expect } from "chai";
import type { EndpointSlice } from "../../src/kube/types.ts";
import { Backends } from "../../src/speaker/backends.ts";

type Row = readonly [nodeName: string | undefined, conditions: object | undefined];

function slice(
  name: string,
  service: string | null,
  rows: readonly Row[],
  addressType = "IPv4",
): EndpointSlice {
  return {
    metadata: {
      ...{ namespace: "shop", name },
      ...(service === null ? {} : { labels: { "kubernetes.io/service-name": service } }),
    },
    addressType,
    endpoints: rows.map(([nodeName, conditions]) => ({
      addresses: ["10.1.0.1"],
      ...(nodeName === undefined ? {} : { nodeName }),
      ...(conditions === undefined ? {} : { conditions }),
    })),
  };
}

describe("backends", () => {
  const CASES: readonly (readonly [string, readonly Row[], boolean, boolean])[] = [
    ["none", [], false, false],
    ["one here", [["n1", { ready: true }]], true, true],
    ["one elsewhere", [["n2", { ready: true }]], true, false],
    ["one outside the cluster, of no node", [[undefined, { ready: true }]], true, false],
    ["one that is not ready", [["n1", { ready: false }]], false, false],
    ["one that ends and serves still", [["n1", { ready: false, serving: true }]], true, true],
    ["one that says nothing of itself", [["n1", undefined]], true, true],
  ];
  for (const [name, rows, isServed, isServedHere] of CASES) {
    it(name, () => {
      const backends = new Backends("n1");
      backends.put(slice("web-1", "web", rows));
      expect([
        backends.isServed("shop/web", "IPv4"),
        backends.isServedHere("shop/web", "IPv4"),
      ]).to.deep.equal([isServed, isServedHere]);
    });
  }

  it("a Service of two slices is served as long as one of them says so", () => {
    const backends = new Backends("n1");
    expect(backends.put(slice("web-1", "web", [["n1", {}]]))).to.equal("shop/web");
    expect(backends.put(slice("web-2", "web", [["n1", {}]]))).to.equal(null);
    expect(backends.delete("web-1", "shop")).to.equal(null);
    expect(backends.delete("web-2", "shop")).to.equal("shop/web");
    expect(backends.delete("web-2", "shop")).to.equal(null);
  });

  it("a slice that is of no Service any more takes its endpoints along", () => {
    const backends = new Backends("n1");
    backends.put(slice("web-1", "web", [["n1", {}]]));
    expect(backends.put(slice("web-1", null, [["n1", {}]]))).to.equal("shop/web");
    expect(backends.isServed("shop/web", "IPv4")).to.equal(false);
  });

  it("endpoints of one family serve no address of the other, nor do names any", () => {
    const backends = new Backends("n1");
    const served = () =>
      (["IPv4", "IPv6"] as const).map(
        (family) =>
          backends.isServed("shop/web", family) && backends.isServedHere("shop/web", family),
      );
    expect(backends.put(slice("web-4", "web", [["n1", {}]]))).to.equal("shop/web");
    expect(served()).to.deep.equal([true, false]);
    expect(backends.put(slice("web-6", "web", [["n1", {}]], "IPv6"))).to.equal("shop/web");
    expect(served()).to.deep.equal([true, true]);
    expect(backends.delete("web-4", "shop")).to.equal("shop/web");
    expect(served()).to.deep.equal([false, true]);
    backends.delete("web-6", "shop");
    expect(backends.put(slice("web-n", "web", [["n1", {}]], "FQDN"))).to.equal(null);
    expect(served()).to.deep.equal([false, false]);
  });
});
