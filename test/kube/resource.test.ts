import { expect } from "chai";
import { pruneObject } from "../../src/kube/prune.ts";
import { apiVersionOf, keyOf, pathOf, refOf } from "../../src/kube/resource.ts";
import { LEASES, NODES, SERVICES } from "../../src/kube/types.ts";

describe("pathOf", () => {
  const rows = [
    { path: pathOf(NODES), want: "/api/v1/nodes" },
    { path: pathOf(NODES, { name: "n1" }), want: "/api/v1/nodes/n1" },
    { path: pathOf(NODES, { name: "n1", namespace: "ignored" }), want: "/api/v1/nodes/n1" },
    { path: pathOf(SERVICES), want: "/api/v1/services" },
    {
      path: pathOf(SERVICES, { namespace: "default", name: "web", subresource: "status" }),
      want: "/api/v1/namespaces/default/services/web/status",
    },
    {
      path: pathOf(LEASES, { namespace: "a/b", name: "?" }),
      want: "/apis/coordination.k8s.io/v1/namespaces/a%2Fb/leases/%3F",
    },
  ];
  for (const { path, want } of rows) it(want, () => expect(path).to.equal(want));
});

describe("keyOf and refOf", () => {
  for (const ref of [{ name: "n1" }, { name: "web", namespace: "default" }]) {
    it(keyOf({ metadata: ref }), () => {
      expect(refOf(keyOf({ metadata: ref }))).to.deep.equal(ref);
    });
  }
});

describe("pruneObject", () => {
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{}", kept: "yes" };
  it("takes managedFields and last-applied, gives apiVersion and kind", () => {
    const metadata = { name: "web", managedFields: [{ manager: "kubectl" }], annotations };
    expect(pruneObject(SERVICES, { metadata, spec: { type: "ClusterIP" } })).to.deep.equal({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", annotations: { kept: "yes" } },
      spec: { type: "ClusterIP" },
    });
  });

  it("knows a group", () => {
    expect(apiVersionOf(LEASES)).to.equal("coordination.k8s.io/v1");
  });
});
