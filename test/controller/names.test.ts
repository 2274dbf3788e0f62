/** Services as publishers of names see them: only addresses that are promised and claimed, with their holders. */
import { expect } from "chai";
import { namedServices, ownerIdOf } from "../../src/controller/names.ts";
import { pruneService } from "../../src/controller/prune.ts";
import type { DNSPublisher } from "../../src/dns/resource.ts";
import type { Service } from "../../src/kube/types.ts";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";

const HOSTNAME = "external-dns.alpha.kubernetes.io/hostname";

const service: Service = {
  metadata: {
    ...{ name: "web", namespace: "prod", creationTimestamp: "2026-01-01T00:00:00Z" },
    ...{ labels: { app: "web" }, annotations: { [HOSTNAME]: "web.lb.example", other: "x" } },
  },
  spec: { type: "LoadBalancer" },
  status: {
    loadBalancer: { ingress: [{ ip: "192.0.2.1" }, { ip: "192.0.2.2" }, { hostname: "x" }] },
  },
};

function virtualIp(address: string, ...keys: readonly string[]): VirtualIP {
  const services = keys.map((key, index) => {
    const [namespace = "", name = ""] = key.split("/");
    return { namespace, name, index };
  });
  const spec = { address, services, mode: "L2", interfaces: [], rank: [], generation: 1 };
  return { metadata: { name: address.replaceAll(".", "-") }, spec } as unknown as VirtualIP;
}

const seen = {
  services: [service],
  namespaces: [
    { metadata: { name: "prod", labels: { team: "a" } } },
    { metadata: { name: "kube-system", uid: "u-1" } },
  ],
  virtualIps: [virtualIp("192.0.2.1", "prod/web", "prod/api"), virtualIp("192.0.2.2", "prod/api")],
};
const held = { sinceMs: () => 7, unheardSinceMs: () => null };

describe("controller: names", () => {
  it("an address whose VirtualIP is gone is the Service's still; one that is another's is not", () => {
    const [{ addresses } = { addresses: [] }] = namedServices({ ...seen, virtualIps: [] }, held);
    expect(addresses).to.deep.equal([
      { ip: "192.0.2.1", unheldSinceMs: 7, isUnclaimed: true },
      { ip: "192.0.2.2", unheldSinceMs: 7, isUnclaimed: true },
    ]);
    const virtualIps = [virtualIp("192.0.2.1", "prod/api")];
    const [other] = namedServices({ ...seen, virtualIps }, held);
    expect(other?.addresses.map(({ ip }) => ip)).to.deep.equal(["192.0.2.2"]);
  });

  it("of the addresses in the status those that a VirtualIP has claimed for the Service", () => {
    expect(namedServices(seen, held)).to.deep.equal([
      {
        ...{ key: "prod/web", namespace: "prod", name: "web", createdAt: "2026-01-01T00:00:00Z" },
        ...{ labels: { app: "web" }, namespaceLabels: { team: "a" } },
        annotations: service.metadata.annotations,
        addresses: [{ ip: "192.0.2.1", unheldSinceMs: 7 }],
      },
    ]);
  });

  it("an address whose holder was not heard of yet says since when", () => {
    const unheard = { sinceMs: () => null, unheardSinceMs: () => 5 };
    const [{ addresses } = { addresses: [] }] = namedServices(seen, unheard);
    expect(addresses).to.deep.equal([{ ip: "192.0.2.1", unheldSinceMs: null, unheardSinceMs: 5 }]);
  });

  it("a Service that is no load balancer any more has no names", () => {
    const services = [{ ...service, spec: { type: "ClusterIP" } }];
    expect(namedServices({ ...seen, services }, held)).to.deep.equal([]);
  });

  it("the controller keeps the annotations of names", () => {
    expect(pruneService(service).metadata.annotations).to.deep.equal({
      [HOSTNAME]: "web.lb.example",
    });
  });

  const publisher = (ownerId?: string) =>
    ({ metadata: { name: "lan" }, spec: ownerId === undefined ? {} : { ownerId } }) as DNSPublisher;

  it("the mark is the publisher's own, or of its name and the cluster's id; else there is none", () => {
    expect(ownerIdOf(publisher("mine"), seen)).to.equal("mine");
    expect(ownerIdOf(publisher(), seen)).to.equal("lan.u-1");
    expect(ownerIdOf(publisher(), { namespaces: [] })).to.equal(null);
  });
});
