import { expect } from "chai";
import { parseIp } from "../../src/base/ip.ts";
import { findSubject, type Known } from "../../src/cli/subject.ts";
import type { ServiceView } from "../../src/cli/status-view.ts";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";

function vip(address: string): VirtualIP {
  const ip = parseIp(address);
  if (ip === undefined) throw new Error(address);
  const spec = { pool: null, class: null, mode: "L2", interfaces: [], rank: [] } as const;
  return {
    metadata: { name: address },
    spec: { ...spec, address: ip, services: [], generation: 1 },
  };
}

function service(key: string): ServiceView {
  const [namespace = "", name = ""] = key.split("/");
  return { namespace, name, ready: true, message: null, addresses: [] };
}

const addresses = ["192.0.2.1", "192.0.2.9", "192.0.2.30", "198.51.100.1", "2001:db8::5"];
const known: Known = {
  virtualIps: addresses.map(vip),
  services: ["default/web", "default/webhook", "shop/web", "shop/api"].map(service),
};
const nothing: Known = { virtualIps: [], services: [] };

describe("cli: what why is asked about", () => {
  const rows = [
    { subject: "192.0.2.9", want: "address 192.0.2.9" },
    { subject: "2001:DB8:0::5", want: "address 2001:db8::5" },
    { subject: "shop/web", want: "service shop/web" },
    { subject: "api", want: "service shop/api" },
    { subject: "web", namespace: "default", want: "service default/web" },
    { subject: "shop/web", namespace: "default", want: "service shop/web" },
    {
      subject: "web",
      want: '"web" is the name of several Services: default/web, shop/web; choose one with -n',
    },
    {
      subject: "192.0.2.12",
      want: "192.0.2.12 is no address of ours; near it: 192.0.2.1, 192.0.2.9, 192.0.2.30",
    },
    { subject: "2001:db8::1", want: "2001:db8::1 is no address of ours; near it: 2001:db8::5" },
    {
      subject: "192.0.2.1",
      known: nothing,
      want: "192.0.2.1 is no address of ours; there is none of its family",
    },
    {
      subject: "web",
      namespace: "kube-system",
      want: 'no Service "kube-system/web" has or awaits an address of ours; there are: default/web, shop/web, default/webhook',
    },
    {
      subject: "shop/apy",
      want: 'no Service "shop/apy" has or awaits an address of ours; there are: shop/api, shop/web, default/web',
    },
    {
      subject: "web",
      known: nothing,
      want: 'no Service "web" has or awaits an address of ours; no Service does',
    },
    {
      subject: "192.0.2.300",
      known: nothing,
      want: 'no Service "192.0.2.300" has or awaits an address of ours; no Service does',
    },
  ];
  for (const { subject, namespace, want, known: world = known } of rows) {
    it(`${subject}${namespace === undefined ? "" : ` -n ${namespace}`}`, () => {
      const found = findSubject(subject, world, namespace);
      const text =
        found.kind === "unknown"
          ? found.sentence
          : found.kind === "address"
            ? `address ${found.virtualIp.spec.address}`
            : `service ${found.service.namespace}/${found.service.name}`;
      expect(text).to.equal(want);
    });
  }
});
