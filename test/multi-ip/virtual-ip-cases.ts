/** Good and bad VirtualIPs, for every reader of them. */
import type { Ip } from "../../src/base/ip.ts";
import { virtualIpName } from "../../src/multi-ip/name.ts";
import type { VirtualIP, VirtualIPSpec } from "../../src/multi-ip/resource.ts";

export function virtualIp(spec: Partial<VirtualIPSpec> = {}, name?: string): VirtualIP {
  const address = spec.address ?? ("192.0.2.7" as Ip);
  return {
    apiVersion: "spreadlb.io/v1alpha1",
    kind: "VirtualIP",
    metadata: { name: name ?? virtualIpName(address) },
    spec: {
      address,
      services: [{ namespace: "shop", name: "web", index: 0 }],
      pool: null,
      class: "edge",
      mode: "L2",
      interfaces: [],
      rank: ["n1", "n2", "n3"],
      generation: 7,
      ...spec,
    },
  };
}

/** A spec that the type forbids. */
function broken(spec: Readonly<Record<string, unknown>>, name?: string): VirtualIP {
  return virtualIp(spec, name);
}

export interface VirtualIpCase {
  readonly name: string;
  readonly object: VirtualIP;
  /** The field at fault; undefined: nothing is. */
  readonly field?: string;
  /** What the light check says; undefined: it leaves the fault to the API server. */
  readonly fault?: string;
  /** Only the API server can tell. */
  readonly celOnly?: boolean;
}

const use = { namespace: "shop", name: "web", index: 0 };
const badRank = { field: "spec.rank", fault: "virtual-ip-bad-rank" };
const badAddress = { field: "spec.address", fault: "virtual-ip-bad-address", celOnly: true };

function addressCase(address: string, name: string): VirtualIpCase {
  const inName = address
    .replaceAll(/[^0-9a-z]/g, "-")
    .replace(/^-/, "0-")
    .replace(/-$/, "-0");
  return { name: `${name}: ${address}`, object: broken({ address }, inName), ...badAddress };
}

export const CASES: readonly VirtualIpCase[] = [
  { name: "IPv4", object: virtualIp() },
  { name: "IPv6", object: virtualIp({ address: "2001:db8::1" as Ip }) },
  { name: "IPv6 that begins with colons", object: virtualIp({ address: "::1" as Ip }) },
  { name: "IPv6 that ends with colons", object: virtualIp({ address: "fd00::" as Ip }) },
  { name: "no node", object: virtualIp({ rank: [] }) },
  { name: "from a pool", object: virtualIp({ pool: "public", class: null, mode: "Both" }) },
  { name: "on named interfaces", object: virtualIp({ interfaces: ["eth0", "bond0.120"] }) },
  {
    name: "on other interfaces on one node",
    object: virtualIp({ nodeInterfaces: [{ node: "n2", interfaces: ["eth1"] }] }),
  },
  { name: "with a cause", object: virtualIp({ cause: "balance" }) },
  {
    name: "shared by two Services",
    object: virtualIp({ services: [use, { ...use, name: "api", index: 3 }] }),
  },
  addressCase("192.0.2", "no address"),
  addressCase("192.0.2.07", "leading zero"),
  addressCase("192.0.2.256", "octet too great"),
  addressCase("2001:DB8::1", "capitals"),
  addressCase("2001:db8:0:0::1", "not shortest"),
  addressCase("::ffff:192.0.2.1", "IPv4-mapped"),
  addressCase("fe80::1%eth0", "zone"),
  addressCase("192.0.2.0/24", "mask"),
  {
    name: "the name of another address",
    object: virtualIp({}, "192-0-2-8"),
    field: "metadata.name",
    fault: "virtual-ip-name-not-its-address",
    celOnly: true,
  },
  {
    name: "a name with a stray zero",
    object: virtualIp({ address: "2001:db8::1" as Ip }, "02001-db8--1"),
    field: "metadata.name",
    fault: "virtual-ip-name-not-its-address",
    celOnly: true,
  },
  {
    name: "a node ranked twice",
    object: virtualIp({ rank: ["n1", "n1"] }),
    ...badRank,
    celOnly: true,
  },
  {
    name: "an empty node name",
    object: virtualIp({ rank: [""] }),
    field: "spec.rank[0]",
    fault: badRank.fault,
  },
  { name: "a node name in capitals", object: virtualIp({ rank: ["N1"] }), field: "spec.rank[0]" },
  {
    name: "too many nodes",
    object: virtualIp({ rank: Array.from({ length: 17 }, (_, i) => `n${i}`) }),
    field: "spec.rank",
  },
  {
    name: "a rank of numbers",
    object: broken({ rank: [1] }),
    field: "spec.rank[0]",
    fault: badRank.fault,
  },
  {
    name: "no Service",
    object: virtualIp({ services: [] }),
    field: "spec.services",
  },
  {
    name: "a Service twice",
    object: virtualIp({ services: [use, { ...use, index: 1 }] }),
    field: "spec.services",
    celOnly: true,
  },
  {
    name: "a negative index",
    object: virtualIp({ services: [{ ...use, index: -1 }] }),
    field: "spec.services[0].index",
    fault: "virtual-ip-bad-services",
  },
  {
    name: "an unknown mode",
    object: broken({ mode: "L3" }),
    field: "spec.mode",
    fault: "virtual-ip-bad-mode",
  },
  {
    name: "a negative generation",
    object: virtualIp({ generation: -1 }),
    field: "spec.generation",
    fault: "virtual-ip-bad-generation",
  },
  {
    name: "a broken generation",
    object: virtualIp({ generation: 1.5 }),
    field: "spec.generation",
    fault: "virtual-ip-bad-generation",
  },
  {
    name: "interfaces of another type",
    object: broken({ interfaces: [7] }),
    field: "spec.interfaces[0]",
    fault: "virtual-ip-bad-interfaces",
  },
  {
    name: "a class of another type",
    object: broken({ class: 7 }),
    field: "spec.class",
    fault: "virtual-ip-bad-class",
  },
];
