/** What is kept of the objects that the controller watches. */
import { expect } from "chai";
import { isNewsOfNode, pruneNode, pruneService } from "../../src/controller/prune.ts";
import { pruneSlice } from "../../src/kube/serving.ts";

describe("controller: prune", () => {
  const taint = { key: "node.kubernetes.io/out-of-service", value: "x", effect: "NoExecute" };
  const other = { key: "example.org/other", effect: "NoSchedule" };
  const node = (annotations: Record<string, string> = {}, spec: object = {}) => ({
    metadata: { name: "n1", annotations: { "example.org/other": "1", ...annotations } },
    spec: { podCIDRs: ["10.0.0.0/24"], taints: [other], ...spec },
  });
  const marks = [
    { name: "drained", after: node({ "spreadlb.io/drained": "today" }), isNews: true },
    { name: "cordoned", after: node({}, { unschedulable: true }), isNews: true },
    { name: "out of service", after: node({}, { taints: [other, taint] }), isNews: true },
    { name: "annotated otherwise", after: node({ "example.org/more": "1" }), isNews: false },
    { name: "tainted otherwise", after: node({}, { taints: [] }), isNews: false },
  ];
  for (const { name, after, isNews } of marks) {
    it(`a node that is ${name}: ${isNews ? "news" : "no news"}`, () => {
      const change = { key: "n1", before: pruneNode(node()), after: pruneNode(after) };
      expect(isNewsOfNode(change)).to.equal(isNews);
    });
  }

  it("a Service that shares its address keeps its ports and its selector, others do not", () => {
    const service = (annotations: Record<string, string>) => ({
      metadata: { name: "web", namespace: "shop", annotations },
      spec: {
        type: "LoadBalancer",
        selector: { app: "web" },
        ports: [{ port: 80, protocol: "TCP", nodePort: 30_000, name: "http" }, { port: 81 }],
      },
    });
    const sharing = { "metallb.universe.tf/allow-shared-ip": "k" };
    expect(pruneService(service({})).spec).to.deep.equal({ type: "LoadBalancer" });
    expect(pruneService(service({ ...sharing, "example.org/x": "1" }))).to.deep.include({
      spec: {
        type: "LoadBalancer",
        selector: { app: "web" },
        ports: [{ port: 80, protocol: "TCP" }, { port: 81 }],
      },
    });
    expect(pruneService(service(sharing)).metadata.annotations).to.deep.equal(sharing);
  });

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
