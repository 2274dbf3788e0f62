/** To which peers a Service is announced: addresses come, change and go, and the objects follow. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import type { Fate } from "../../src/speaker/routes.ts";
import { serviceBgpStatusOf, ServicePeers } from "../../src/speaker/service-peers.ts";

function fate(services: readonly string[], ...peers: readonly string[]): Fate {
  const told = peers.map((peer) => ({ peer, prefix: "", way: {} })) as unknown as Fate["told"];
  const address = { services } as Fate["address"];
  return { address, held: peers.length === 0 ? "no-endpoint" : null, told };
}

const [A, B] = ["192.0.2.1" as Ip, "2001:db8::1" as Ip];
const WEB = "default/web";

describe("speaker: Services and the peers to which they are announced", () => {
  it("the peers of all addresses together, by their names", () => {
    const peers = new ServicePeers("n1");
    const [name = ""] = peers.see(A, fate([WEB], "BGPPeer/tor-b", "MetalLoadBalancerBGPPeer/x"));
    expect(peers.see(B, fate([WEB], "BGPPeer/tor-a", "BGPPeer/tor-b"))).to.deep.equal([name]);
    expect(name).to.match(/^bgp-[0-9a-f]{16}$/);
    expect(peers.names).to.deep.equal([name]);
    expect(peers.statusOf(name)).to.deep.equal({
      ...{ node: "n1", serviceNamespace: "default", serviceName: "web" },
      peers: ["tor-a", "tor-b", "x"],
    });
  });

  it("another node's object of the same Service has another name", () => {
    const see = (node: string) => new ServicePeers(node).see(A, fate([WEB], "BGPPeer/tor"));
    expect(see("n1")).not.to.deep.equal(see("n2"));
  });

  it("what has not changed is not looked at again", () => {
    const peers = new ServicePeers("n1");
    expect(peers.see(A, fate([WEB]))).to.deep.equal([]);
    expect(peers.see(A, fate([WEB], "BGPPeer/tor"))).to.have.length(1);
    expect(peers.see(A, fate([WEB], "BGPPeer/tor"))).to.deep.equal([]);
    expect(peers.see(B, undefined)).to.deep.equal([]);
  });

  it("held back, or gone with its VirtualIP: the object goes", () => {
    for (const end of [fate([WEB]), undefined]) {
      const peers = new ServicePeers("n1");
      const [name = ""] = peers.see(A, fate([WEB], "BGPPeer/tor"));
      expect(peers.see(A, end)).to.deep.equal([name]);
      expect(peers.statusOf(name)).to.equal(null);
      expect(peers.names).to.deep.equal([]);
    }
  });

  it("an address that another Service uses as well: each has its object", () => {
    const peers = new ServicePeers("n1");
    const [web = ""] = peers.see(A, fate([WEB], "BGPPeer/tor"));
    const names = peers.see(A, fate([WEB, "default/dns"], "BGPPeer/tor"));
    expect(names).to.have.length(2).and.to.include(web);
    const [dns = ""] = names.filter((name) => name !== web);
    expect(peers.see(A, fate(["default/dns"], "BGPPeer/tor"))).to.have.members([web, dns]);
    expect(peers.names).to.deep.equal([dns]);
  });

  it("an object that is taken away and wanted again has the same name", () => {
    const peers = new ServicePeers("n1");
    const [name = ""] = peers.see(A, fate([WEB], "BGPPeer/tor"));
    peers.see(A, undefined);
    expect(peers.statusOf(name)).to.equal(null);
    expect(peers.see(A, fate([WEB], "BGPPeer/tor"))).to.deep.equal([name]);
    expect(peers.statusOf(name)).not.to.equal(null);
  });

  it("the object wears MetalLB's labels and ours, and belongs to the node's status", () => {
    const owner = {
      apiVersion: "spreadlb.io/v1alpha1",
      kind: "NodeBGPStatus",
      name: "n1",
      uid: "u",
    };
    const status = { node: "n1", serviceName: "web", serviceNamespace: "default", peers: ["tor"] };
    const { metadata } = serviceBgpStatusOf("bgp-1", status, {
      namespace: "metallb-system",
      owner,
    });
    expect(metadata).to.deep.equal({
      ...{ name: "bgp-1", namespace: "metallb-system", ownerReferences: [owner] },
      labels: {
        "metallb.io/node": "n1",
        "metallb.io/service-name": "web",
        "metallb.io/service-namespace": "default",
        "app.kubernetes.io/managed-by": "spreadlb",
      },
    });
  });
});
