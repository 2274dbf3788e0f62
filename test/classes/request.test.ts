/** What a Service asks for: good requests in whole; the bad ones are in bad-input.ts. */
import { expect } from "chai";
import fc from "fast-check";
import { parseIp, type Ip } from "../../src/base/ip.ts";
import { ADDRESSES_ANNOTATION, COUNT_ANNOTATION } from "../../src/classes/annotations.ts";
import {
  ADDRESS_COUNT_MAX,
  parseRequest,
  type ServiceFacts,
  type ServiceRequest,
} from "../../src/classes/request.ts";

function ask(ip: string) {
  return { kind: "this" as const, ip: parseIp(ip) as Ip };
}

const plain: ServiceRequest = {
  countPerFamily: 1,
  families: ["IPv4"],
  familiesAreOptional: false,
  places: { IPv4: [], IPv6: [] },
  pool: null,
  problems: [],
  hints: [],
};

const DUAL = ["IPv4", "IPv6"] as const;
const broken = { kind: "broken" as const };

const rows: readonly {
  readonly name: string;
  readonly service: ServiceFacts;
  readonly want: ServiceRequest;
}[] = [
  { name: "nothing: one IPv4 address", service: {}, want: plain },
  {
    name: "a count",
    service: { annotations: { [COUNT_ANNOTATION]: "3" } },
    want: { ...plain, countPerFamily: 3 },
  },
  {
    name: "a count with space, sign and zeros, as Deckhouse reads it",
    service: { annotations: { [COUNT_ANNOTATION]: " +003 " } },
    want: { ...plain, countPerFamily: 3 },
  },
  {
    name: "the highest count",
    service: { annotations: { [COUNT_ANNOTATION]: String(ADDRESS_COUNT_MAX) } },
    want: { ...plain, countPerFamily: 64 },
  },
  {
    name: "families in the Service's order",
    service: { ipFamilies: ["IPv6", "IPv4"], ipFamilyPolicy: "RequireDualStack" },
    want: { ...plain, families: ["IPv6", "IPv4"] },
  },
  {
    name: "PreferDualStack: families are optional",
    service: { ipFamilies: DUAL, ipFamilyPolicy: "PreferDualStack" },
    want: { ...plain, families: DUAL, familiesAreOptional: true },
  },
  {
    name: "the families of the cluster addresses before those of the spec",
    service: { ipFamilies: DUAL, clusterIPs: ["fd00::1"] },
    want: { ...plain, families: ["IPv6"] },
  },
  {
    name: "the spec's families where there is no cluster address",
    service: { ipFamilies: ["IPv6"], clusterIPs: ["None"] },
    want: { ...plain, families: ["IPv6"] },
  },
  {
    name: "a list, trimmed, in canonical text, per family in order, with a comma at the end",
    service: {
      ipFamilies: DUAL,
      annotations: {
        [COUNT_ANNOTATION]: "2",
        [ADDRESSES_ANNOTATION]: " 2001:DB8::0:1, 192.0.2.5 ,192.0.2.1,",
      },
    },
    want: {
      ...plain,
      countPerFamily: 2,
      families: DUAL,
      places: { IPv4: [ask("192.0.2.5"), ask("192.0.2.1")], IPv6: [ask("2001:db8::1")] },
    },
  },
  {
    name: "a blank list",
    service: { annotations: { [ADDRESSES_ANNOTATION]: "  " } },
    want: plain,
  },
  {
    name: "an unreadable entry by its colon, where the Service has IPv6",
    service: {
      ipFamilies: DUAL,
      annotations: { [ADDRESSES_ANNOTATION]: "fe80::1%eth0" },
    },
    want: {
      ...plain,
      families: DUAL,
      places: { IPv4: [], IPv6: [broken] },
      problems: [{ code: "ADDRESS_INVALID", message: 'Cannot read "fe80::1%eth0" as an address' }],
    },
  },
  {
    name: "two texts of one address",
    service: {
      ipFamilies: ["IPv6"],
      annotations: {
        [COUNT_ANNOTATION]: "2",
        [ADDRESSES_ANNOTATION]: "2001:db8::1,2001:0db8::0:1",
      },
    },
    want: {
      ...plain,
      countPerFamily: 2,
      families: ["IPv6"],
      places: { IPv4: [], IPv6: [ask("2001:db8::1"), broken] },
      problems: [
        { code: "ADDRESS_DOUBLED", message: "The address 2001:db8::1 is requested twice" },
      ],
    },
  },
  {
    name: "a bad count leaves the list alone",
    service: {
      annotations: {
        [COUNT_ANNOTATION]: "x",
        [ADDRESSES_ANNOTATION]: "192.0.2.1,192.0.2.2",
      },
    },
    want: {
      ...plain,
      countPerFamily: null,
      places: { IPv4: [ask("192.0.2.1"), ask("192.0.2.2")], IPv6: [] },
      problems: [
        {
          code: "COUNT_INVALID",
          message:
            'Cannot use the count "x": the Service keeps as many addresses as it has, or gets 1',
        },
      ],
    },
  },
  {
    name: "more addresses than the count: the first are used",
    service: { annotations: { [ADDRESSES_ANNOTATION]: "192.0.2.1,192.0.2.2" } },
    want: {
      ...plain,
      places: { IPv4: [ask("192.0.2.1")], IPv6: [] },
      problems: [
        {
          code: "COUNT_TOO_SMALL",
          message: "2 IPv4 addresses are requested, but the count is 1: the first 1 are used",
        },
      ],
    },
  },
  {
    name: "MetalLB's list",
    service: { annotations: { "metallb.io/loadBalancerIPs": "192.0.2.1" } },
    want: { ...plain, places: { IPv4: [ask("192.0.2.1")], IPv6: [] } },
  },
  {
    name: "Deckhouse's list before MetalLB's",
    service: {
      annotations: {
        "metallb.io/loadBalancerIPs": "192.0.2.1",
        [ADDRESSES_ANNOTATION]: "192.0.2.2",
      },
    },
    want: { ...plain, places: { IPv4: [ask("192.0.2.2")], IPv6: [] } },
  },
  {
    name: "MetalLB's list under its old name, with a hint",
    service: { annotations: { "metallb.universe.tf/loadBalancerIPs": "192.0.2.1" } },
    want: {
      ...plain,
      places: { IPv4: [ask("192.0.2.1")], IPv6: [] },
      hints: [
        {
          code: "ANNOTATION_DEPRECATED",
          message:
            "Service uses deprecated annotation metallb.universe.tf/loadBalancerIPs, which is metallb.io/loadBalancerIPs now",
        },
      ],
    },
  },
  {
    name: "spec.loadBalancerIP, of a dual-stack Service too",
    service: { ipFamilies: DUAL, loadBalancerIP: "192.0.2.1" },
    want: { ...plain, families: DUAL, places: { IPv4: [ask("192.0.2.1")], IPv6: [] } },
  },
  {
    name: "spec.loadBalancerIP that is no address",
    service: { loadBalancerIP: "web" },
    want: {
      ...plain,
      places: { IPv4: [broken], IPv6: [] },
      problems: [{ code: "ADDRESS_INVALID", message: 'Cannot read "web" as an address' }],
    },
  },
  {
    name: "spec.loadBalancerIP and an empty list: the field counts",
    service: { loadBalancerIP: "192.0.2.1", annotations: { "metallb.io/loadBalancerIPs": " " } },
    want: { ...plain, places: { IPv4: [ask("192.0.2.1")], IPv6: [] } },
  },
  {
    name: "spec.loadBalancerIP and a list that says the same",
    service: {
      loadBalancerIP: "192.0.2.1",
      annotations: { "metallb.io/loadBalancerIPs": " 192.0.2.1 " },
    },
    want: { ...plain, places: { IPv4: [ask("192.0.2.1")], IPv6: [] } },
  },
  {
    name: "spec.loadBalancerIP and a list that says the same in other letters",
    service: {
      ipFamilies: ["IPv6"],
      loadBalancerIP: "2001:DB8:0::5",
      annotations: { "metallb.io/loadBalancerIPs": "2001:db8::5" },
    },
    want: { ...plain, families: ["IPv6"], places: { IPv4: [], IPv6: [ask("2001:db8::5")] } },
  },
  {
    name: "spec.loadBalancerIP and a list that says something else: the list counts",
    service: {
      loadBalancerIP: "192.0.2.1",
      annotations: { "metallb.io/loadBalancerIPs": "192.0.2.2" },
    },
    want: {
      ...plain,
      places: { IPv4: [ask("192.0.2.2")], IPv6: [] },
      problems: [
        {
          code: "ADDRESSES_DISAGREE",
          message:
            'spec.loadBalancerIP says "192.0.2.1", the annotation says "192.0.2.2": the annotation counts',
        },
      ],
    },
  },
  {
    name: "a pool, by either family's name, trimmed",
    service: {
      annotations: {
        "network.deckhouse.io/load-balancer-pool": " public ",
        "metallb.io/address-pool": "prod",
      },
    },
    want: { ...plain, pool: "public" },
  },
  {
    name: "a pool without a name is none",
    service: { annotations: { "metallb.io/address-pool": "" } },
    want: plain,
  },
  {
    name: "what is endless is shortened in the message",
    service: { annotations: { [ADDRESSES_ANNOTATION]: "x".repeat(1000) } },
    want: {
      ...plain,
      places: { IPv4: [broken], IPv6: [] },
      problems: [
        { code: "ADDRESS_INVALID", message: `Cannot read "${"x".repeat(61)}..." as an address` },
      ],
    },
  },
];

describe("request: parseRequest", () => {
  for (const { name, service, want } of rows) {
    it(name, () => expect(parseRequest(service)).to.deep.equal(want));
  }

  it("never throws, and never asks for more than the bounds", () => {
    const family = fc.constantFrom("IPv4", "IPv6", "IPvX");
    const service = fc.record({
      annotations: fc.record({
        [COUNT_ANNOTATION]: fc.oneof(fc.string(), fc.integer().map(String)),
        [ADDRESSES_ANNOTATION]: fc.array(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6())).map(String),
      }),
      ipFamilies: fc.array(family, { maxLength: 2 }),
    });
    fc.assert(
      fc.property(service, (facts) => {
        const { countPerFamily, families, places } = parseRequest(facts);
        expect(countPerFamily ?? 1).to.be.within(1, ADDRESS_COUNT_MAX);
        expect(families).to.have.length.within(1, 2);
        for (const list of [places.IPv4, places.IPv6]) {
          if (countPerFamily !== null) expect(list.length).to.be.at.most(countPerFamily);
        }
      }),
    );
  });
});
