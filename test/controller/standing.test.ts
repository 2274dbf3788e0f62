/** What a pass has to look at though the object itself is as it was. */
import { expect } from "chai";
import { Listing } from "../../src/controller/listing.ts";
import { isoSeconds } from "../../src/kube/patches.ts";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";
import { fourNodes, outline, START_MS, type ModelCluster } from "./model-cluster.ts";

const NODES = ["n1", "n2", "n3", "n4"];
const SHARING = { annotations: { "metallb.io/allow-shared-ip": "k" } };

function checked(): ModelCluster {
  return Object.assign(fourNodes(), { isChecked: true });
}

function nameOf(address: string): string {
  return address.replaceAll(".", "-");
}

function change(
  cluster: ModelCluster,
  address: string,
  more: (virtualIp: VirtualIP) => Partial<VirtualIP>,
): void {
  const virtualIp = cluster.virtualIp(address);
  if (virtualIp === undefined) throw new Error(`no ${address}`);
  cluster.virtualIps.set(virtualIp.metadata.name, { ...virtualIp, ...more(virtualIp) });
}

describe("controller: what is looked at though it is as it was", () => {
  it("neighbours: of two rival claims the other is better, for its other Service shares by now", () => {
    const cluster = checked();
    cluster.addService("b", { ports: [80] });
    cluster.addService("a", { ...SHARING, ports: [80] });
    cluster.converge();
    const [[shared = ""], [own = ""]] = [cluster.addresses("b"), cluster.addresses("a")];
    const services = ["a", "b"].map((name) => ({ namespace: "default", name, index: 0 }));
    change(cluster, shared, ({ spec }) => ({ spec: { ...spec, services } }));
    cluster.wipeStatus("a");
    cluster.plan();
    cluster.addService("b", { ...SHARING, ports: [81] }); // It alone is news.
    const writes = outline(cluster.plan().writes);
    expect(writes).to.include(`delete-virtual-ip virtualip/${nameOf(own)}`);
  });

  it("groups: the far end of a chain of shared addresses is grouped anew when its first link goes", () => {
    const cluster = checked();
    cluster.addService("a", { ...SHARING, ports: [80] });
    for (const [name, port] of [
      ["b", 81],
      ["c", 80],
      ["e", 81],
    ] as const)
      cluster.addService(name, { ...SHARING, ports: [port], count: 2 });
    cluster.addService("f");
    cluster.converge(); // a and b, b and c, c and e, e, f
    const all = [...cluster.addresses("b"), ...cluster.addresses("e"), ...cluster.addresses("f")];
    ["n1", "n2", "n3", "n1", "n4"].forEach((first, i) => {
      const rank = [first, ...NODES.filter((node) => node !== first)];
      change(cluster, all[i] ?? "", ({ spec }) => ({
        spec: { ...spec, rank },
        status: { holder: first, generation: spec.generation },
      }));
    });
    cluster.plan();
    cluster.services.delete("default/a"); // Too early for a move.
    for (let i = 0; i < 17; i++) {
      cluster.nowMs += 4000;
      for (const node of NODES) cluster.hear(node);
    }
    const moves = cluster
      .plan()
      .writes.flatMap((write) =>
        write.kind === "update-virtual-ip" && write.move ? [write.move.reason] : [],
      );
    expect(moves).to.deep.equal(["spread"]);
  });

  it("losses: an older loss counts when the VirtualIP of the newest is gone", () => {
    const cluster = checked();
    cluster.addService("a", { count: 2 });
    cluster.converge();
    const [one = "", two = ""] = cluster.addresses("a");
    for (const [address, seconds] of [
      [one, 5],
      [two, 8],
    ] as const) {
      const at = isoSeconds(START_MS + seconds * 1000);
      change(cluster, address, ({ spec }) => ({
        status: {
          holder: spec.rank[0] ?? null,
          generation: spec.generation,
          lastMove: { from: "n1", to: "n2", at, reason: "node-lost" },
        },
      }));
    }
    cluster.nowMs = 10_000;
    for (const node of NODES) cluster.hear(node);
    const isTrusted = () =>
      cluster.plan().figures.world.nodes.find(({ name }) => name === "n1")?.available;
    expect(isTrusted()).to.equal(false);
    cluster.virtualIps.delete(nameOf(two));
    expect(isTrusted()).to.equal(false);
  });

  it("ranks: an address that was kept from a status, for nobody could hold it, is listed once a node is ranked", () => {
    const cluster = checked();
    cluster.addService("a");
    cluster.converge();
    const [address = ""] = cluster.addresses("a");
    const rank = cluster.virtualIp(address)?.spec.rank ?? [];
    cluster.wipeStatus("a");
    const ranked = (nodes: readonly string[]) => {
      change(cluster, address, ({ spec }) => ({ spec: { ...spec, rank: nodes } }));
    };
    ranked(["n9"]);
    for (let pass = 0; pass < 3; pass++) {
      cluster.nowMs += 2000;
      for (const node of NODES) cluster.hear(node);
      const { writes } = cluster.plan();
      // The ranks alone are not written yet.
      for (const write of writes) if (write.kind === "service-status") cluster.apply(write);
    }
    expect(cluster.addresses("a")).to.deep.equal([]);
    ranked(rank);
    expect(outline(cluster.plan().writes)).to.include("service-status service/default/a");
  });

  it("listing: two neighbours go, and nothing else is news", () => {
    const [a, b, c, d] = [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }] as const;
    const listing = new Listing<object>();
    listing.turn([a, b, c, d]);
    expect(listing.turn([c, d])).to.deep.equal({ gone: [a, b], come: [] });
    expect(listing.turn([d, c, a])).to.deep.equal({ gone: [], come: [a] });
  });
});
