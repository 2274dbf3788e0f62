/** The controller's metrics under MetalLB's names and labels: what dashboards and alerts made for it ask for. */
import { expect } from "chai";
import { Figures } from "../../../src/controller/io/figures.ts";
import { createMetrics } from "../../../src/metrics/io/metrics.ts";
import { ModelCluster } from "../model-cluster.ts";

/** A controller that shows its passes. */
function shown() {
  const model = new ModelCluster();
  model.addNode("n1");
  model.hear("n1");
  model.addAdvertisement("all");
  const metrics = createMetrics("controller");
  const figures = new Figures(metrics);
  const lines = async (prefix: string) => {
    model.converge();
    figures.pass(model.plan(), 1);
    return (await metrics.text()).split("\n").filter((line) => line.startsWith(prefix));
  };
  const left = async () => {
    figures.clear();
    return metrics.text();
  };
  return { model, lines, left };
}

const POOL = "metallb_allocator_";

describe("controller: metrics under MetalLB's names", () => {
  it("how large a pool is and how much of it is used, by its name", async () => {
    const { model, lines } = shown();
    model.addPool("prod", { addresses: ["192.0.2.0/28", "2001:db8::/126"] });
    model.addService("web", { count: 2, families: ["IPv4", "IPv6"] });
    expect(await lines(POOL)).to.deep.equal([
      'metallb_allocator_addresses_total{pool="prod"} 20',
      'metallb_allocator_ipv4_addresses_total{pool="prod"} 16',
      'metallb_allocator_ipv6_addresses_total{pool="prod"} 4',
      'metallb_allocator_addresses_in_use_total{pool="prod"} 4',
      'metallb_allocator_ipv4_addresses_in_use_total{pool="prod"} 2',
      'metallb_allocator_ipv6_addresses_in_use_total{pool="prod"} 2',
      'metallb_allocator_services_allocated_total{pool="prod"} 1',
    ]);
  });

  it("a shared address counts once, its Services each", async () => {
    const { model, lines } = shown();
    model.addPool("prod", { addresses: ["192.0.2.0/28"] });
    const annotations = { "metallb.io/allow-shared-ip": "dns" };
    model.addService("a", { annotations, ports: [53] });
    model.addService("b", { annotations, ports: [80] });
    const seen = await lines(POOL);
    expect(seen).to.include('metallb_allocator_addresses_in_use_total{pool="prod"} 1');
    expect(seen).to.include('metallb_allocator_services_allocated_total{pool="prod"} 2');
  });

  it("a class and a pool of one name have one series, which counts both", async () => {
    const { model, lines } = shown();
    model.addPool("edge", { addresses: ["192.0.2.0/28"] });
    model.addClass("edge", { addressPool: ["198.51.100.0/30"] });
    model.addService("a");
    model.addService("b", { loadBalancerClass: "edge" });
    const seen = await lines(POOL);
    expect(seen).to.include('metallb_allocator_addresses_total{pool="edge"} 20');
    expect(seen).to.include('metallb_allocator_addresses_in_use_total{pool="edge"} 2');
  });

  it("a pool that is gone has no series", async () => {
    const { model, lines } = shown();
    model.addPool("prod", { addresses: ["192.0.2.0/28"] });
    expect(await lines(POOL)).to.have.length(7);
    model.ipAddressPools.clear();
    expect(await lines(POOL)).to.deep.equal([]);
  });

  it("another leads: no series of what it shows now is left, so that sums over replicas are right", async () => {
    const { model, lines, left } = shown();
    model.addPool("prod", { addresses: ["192.0.2.0/28"] });
    model.addPool("bad", { addresses: ["192.0.2.300"] });
    model.addService("web");
    expect(await lines("spreadlb_services")).not.to.deep.equal([]);
    const text = await left();
    expect(text).not.to.match(/^(metallb_allocator_|spreadlb_services|spreadlb_problems)/m);
    expect(text).to.match(/^spreadlb_virtualips 0$/m);
    expect(text).to.match(/^metallb_k8s_client_config_stale_bool 0$/m);
  });

  it("stale while something cannot be used", async () => {
    const { model, lines } = shown();
    model.addPool("prod", { addresses: ["192.0.2.0/28"] });
    expect(await lines("metallb_k8s_client_config_stale")).to.deep.equal([
      "metallb_k8s_client_config_stale_bool 0",
    ]);
    model.addPool("bad", { addresses: ["192.0.2.300"] });
    expect(await lines("metallb_k8s_client_config_stale")).to.deep.equal([
      "metallb_k8s_client_config_stale_bool 1",
    ]);
  });

  it("not stale where an advertisement merely names what is not there, as MetalLB has it", async () => {
    const { model, lines } = shown();
    model.addPool("prod", { addresses: ["192.0.2.0/28"] });
    model.addAdvertisement("l2", { ipAddressPools: ["prod", "gone"] });
    expect(await lines("metallb_k8s_client_config_stale")).to.deep.equal([
      "metallb_k8s_client_config_stale_bool 0",
    ]);
  });
});
