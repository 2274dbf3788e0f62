/** Which routes the routers of `bench:bgp-churn` must have, by what the API server says of Services. */
import { expect } from "chai";
import { wantedRoutes } from "../../bench/bgp/churn.ts";
import type { Service } from "../../src/kube/types.ts";

const NODES = [
  { ipv4: "10.77.0.2", ipv6: "fd77::2" },
  { ipv4: "10.77.0.1", ipv6: "fd77::1" },
];

interface Told {
  readonly name?: string;
  readonly labels?: object;
  readonly ipFamilies?: readonly string[];
  readonly app?: string;
  readonly ips?: readonly string[];
}

const wanted = ({ name = "churn-1", labels, ipFamilies, app = "web", ips = [] }: Told) =>
  wantedRoutes(
    [
      {
        metadata: { name, labels },
        spec: { ipFamilies: ipFamilies ?? ["IPv4"], selector: { app } },
        status: { loadBalancer: { ingress: ips.map((ip) => ({ ip })) } },
      } as unknown as Service,
    ],
    NODES,
  );

describe("bench: routes that churn leaves", () => {
  const rows: readonly (readonly [string, Told, readonly string[] | false])[] = [
    [
      "IPv4",
      { ips: ["198.18.0.1"] },
      [
        "198.18.0.1/32 from 10.77.0.1 via 10.77.0.1 as 64600 with ",
        "198.18.0.1/32 from 10.77.0.2 via 10.77.0.2 as 64600 with ",
      ],
    ],
    [
      "both families, with a community",
      {
        ipFamilies: ["IPv4", "IPv6"],
        labels: { tier: "gold" },
        ips: ["198.18.0.1", "2001:2::1"],
      },
      [
        "198.18.0.1/32 from 10.77.0.1 via 10.77.0.1 as 64600 with 64600:7",
        "198.18.0.1/32 from 10.77.0.2 via 10.77.0.2 as 64600 with 64600:7",
        "2001:2::1/128 from 10.77.0.1 via fd77::1 as 64600 with 64600:7",
        "2001:2::1/128 from 10.77.0.2 via fd77::2 as 64600 with 64600:7",
      ],
    ],
    ["no address yet", {}, false],
    ["one of two families yet", { ipFamilies: ["IPv4", "IPv6"], ips: ["198.18.0.1"] }, false],
    ["no endpoint anywhere", { app: "nobody", ips: ["198.18.0.1"] }, []],
    ["somebody else's", { name: "other", ips: ["198.18.0.1"] }, []],
  ];
  for (const [name, told, want] of rows) {
    it(name, () => {
      expect(wanted(told)).to.deep.equal(want);
    });
  }
});
