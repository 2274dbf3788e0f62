/** Which names are wanted of which Services, and what is told of the others. */
import { expect } from "chai";
import { LEDGER_OCTETS_MAX } from "../../src/dns/ledger.ts";
import type { DnsName } from "../../src/dns/name.ts";
import { PUBLISHED_NAMES_MAX, type DNSPublisherSpec } from "../../src/dns/resource.ts";
import { wantedNames, type NamedService, type PublisherView } from "../../src/dns/service-names.ts";

const HOSTNAME = "external-dns.alpha.kubernetes.io/hostname";
const TTL = "external-dns.alpha.kubernetes.io/ttl";
const ADDRESSES = [
  { ip: "192.0.2.1", unheldSinceMs: null },
] as unknown as NamedService["addresses"];

function service(key: string, more: Partial<NamedService> & { hostname?: string } = {}) {
  const [namespace = "", name = ""] = key.split("/");
  const { hostname, annotations = {}, ...rest } = more;
  return {
    ...{ key, namespace, name, labels: {}, namespaceLabels: {}, addresses: ADDRESSES },
    annotations: hostname === undefined ? annotations : { [HOSTNAME]: hostname, ...annotations },
    createdAt: "2026-01-01T00:00:00Z",
    ...rest,
  };
}

function publisher(
  name: string,
  spec: Partial<DNSPublisherSpec> = {},
  owners: Readonly<Record<string, string>> = {},
  isReady = true,
): PublisherView {
  const rfc2136 = { server: "192.0.2.53", tsig: { keyName: "spreadlb" } };
  const serviceOf = (asked: DnsName) => owners[asked];
  const way = "dnsEndpoint" in spec ? {} : { rfc2136 };
  return { name, spec: { zones: ["lb.example"], ...way, ...spec }, serviceOf, isReady };
}

/** With DNSEndpoints, of the Services with its label. */
function team(name: string, owners: Readonly<Record<string, string>> = {}, isReady = true) {
  const serviceSelector = { matchLabels: { team: name } };
  return publisher(name, { dnsEndpoint: {}, serviceSelector }, owners, isReady);
}

function ofTeam(name: string, createdAt: string): NamedService {
  return service(`prod/${name}`, {
    ...{ hostname: "web.lb.example", labels: { team: name }, createdAt },
  });
}

interface Case {
  readonly name: string;
  readonly publishers: readonly PublisherView[];
  readonly services: readonly NamedService[];
  /** `publisher name zone service ttl`. */
  readonly want: readonly string[];
  /** `publisher service CODE name`. */
  readonly problems?: readonly string[];
}

const lan = publisher("lan");
const label63 = "a".repeat(63);
const label58 = "a".repeat(58);

const CASES: readonly Case[] = [
  {
    name: "a hostname",
    publishers: [lan],
    services: [service("prod/web", { hostname: "web.lb.example" })],
    want: ["lan web.lb.example lb.example prod/web 30"],
  },
  {
    name: "several hostnames, in any case, with dots and spaces, one of them twice",
    publishers: [lan],
    services: [
      service("prod/web", { hostname: " Web.LB.example., www.lb.example,,web.lb.example" }),
    ],
    want: [
      "lan web.lb.example lb.example prod/web 30",
      "lan www.lb.example lb.example prod/web 30",
    ],
  },
  {
    name: "a wildcard",
    publishers: [lan],
    services: [service("prod/web", { hostname: "*.lb.example" })],
    want: ["lan *.lb.example lb.example prod/web 30"],
  },
  {
    name: "TTLs: a number, a duration, the publisher's",
    publishers: [publisher("lan", { ttlSeconds: 99 })],
    services: [
      service("prod/a", { hostname: "a.lb.example", annotations: { [TTL]: "7" } }),
      service("prod/b", { hostname: "b.lb.example", annotations: { [TTL]: "2m" } }),
      service("prod/c", { hostname: "c.lb.example" }),
    ],
    want: [
      "lan a.lb.example lb.example prod/a 7",
      "lan b.lb.example lb.example prod/b 120",
      "lan c.lb.example lb.example prod/c 99",
    ],
  },
  {
    name: "a TTL that is none: told, and the publisher's is taken",
    publishers: [lan],
    services: [service("prod/a", { hostname: "a.lb.example", annotations: { [TTL]: "soon" } })],
    want: ["lan a.lb.example lb.example prod/a 30"],
    problems: ["lan prod/a NAME_TTL_INVALID a.lb.example"],
  },
  {
    name: "the template for who has no hostname; a hostname counts in its place",
    publishers: [publisher("lan", { template: "{{name}}.{{namespace}}.lb.example" })],
    services: [service("prod/web"), service("prod/api", { hostname: "api.lb.example" })],
    want: [
      "lan web.prod.lb.example lb.example prod/web 30",
      "lan api.lb.example lb.example prod/api 30",
    ],
  },
  {
    name: "no hostname and no template: nothing, and nothing is told",
    publishers: [lan],
    services: [service("prod/web")],
    want: [],
  },
  {
    name: "the Service that has a name keeps it while it has no address; another that asks waits",
    publishers: [publisher("lan", {}, { "web.lb.example": "prod/b" })],
    services: [
      service("prod/a", { hostname: "web.lb.example" }),
      service("prod/b", { hostname: "web.lb.example", addresses: [] }),
    ],
    want: ["lan web.lb.example lb.example prod/b 30"],
    problems: ["lan prod/a NAME_CLAIMED web.lb.example"],
  },
  {
    name: "an address that nobody has claimed yet begins no name, and is in nobody's way",
    publishers: [lan],
    services: [
      service("prod/a", {
        hostname: "web.lb.example",
        addresses: ADDRESSES.map((each) => ({ ...each, isUnclaimed: true })),
      }),
      service("prod/b", { hostname: "web.lb.example" }),
    ],
    want: ["lan web.lb.example lb.example prod/b 30"],
  },
  {
    name: "no address: nothing",
    publishers: [lan],
    services: [service("prod/web", { hostname: "web.lb.example", addresses: [] })],
    want: [],
  },
  {
    name: "selectors of Services and of namespaces",
    publishers: [
      publisher("lan", {
        serviceSelector: { matchLabels: { dns: "yes" } },
        namespaceSelector: { matchLabels: { team: "a" } },
      }),
    ],
    services: [
      service("prod/web", { hostname: "web.lb.example", labels: { dns: "yes" } }),
      service("prod/api", { hostname: "api.lb.example", namespaceLabels: { team: "a" } }),
      service("prod/www", {
        ...{ hostname: "www.lb.example", labels: { dns: "yes" }, namespaceLabels: { team: "a" } },
      }),
    ],
    want: ["lan www.lb.example lb.example prod/www 30"],
  },
  {
    name: "the longest zone counts, in one publisher and among several",
    publishers: [
      publisher("wide", { zones: ["example", "lb.example"] }),
      publisher("narrow", { zones: ["x.lb.example"] }),
    ],
    services: [service("prod/web", { hostname: "web.lb.example,web.x.lb.example,web.example" })],
    want: [
      "wide web.lb.example lb.example prod/web 30",
      "wide web.example example prod/web 30",
      "narrow web.x.lb.example x.lb.example prod/web 30",
    ],
  },
  {
    name: "two publishers of one zone, such as inside and outside: both",
    publishers: [publisher("inside"), publisher("outside")],
    services: [service("prod/web", { hostname: "web.lb.example" })],
    want: [
      "inside web.lb.example lb.example prod/web 30",
      "outside web.lb.example lb.example prod/web 30",
    ],
  },
  {
    name: "outside of every zone: told, and the others go on",
    publishers: [lan, publisher("far", { zones: ["far.example"] })],
    services: [service("prod/web", { hostname: "web.lb.example,web.elsewhere.org,weblb.example" })],
    want: ["lan web.lb.example lb.example prod/web 30"],
    problems: [
      "lan prod/web NAME_OUTSIDE_ZONES web.elsewhere.org",
      "lan prod/web NAME_OUTSIDE_ZONES weblb.example",
    ],
  },
  {
    name: "no name, a label or a whole that is too long, a name that has no room for its mark, the zone's own",
    publishers: [lan],
    services: [
      service("prod/a", { hostname: "we b.lb.example" }),
      service("prod/b", { hostname: `${label63}a.lb.example` }),
      service("prod/c", { hostname: `${`${label63}.`.repeat(4)}lb.example` }),
      service("prod/d", { hostname: `${label58}.lb.example` }),
      service("prod/e", { hostname: `${label58}b.lb.example` }),
      service("prod/f", { hostname: "lb.example" }),
      service("prod/g", { hostname: "_wildcard.lb.example" }),
    ],
    want: [`lan ${label58}.lb.example lb.example prod/d 30`],
    problems: [
      "lan prod/a NAME_INVALID we b.lb.example",
      `lan prod/b NAME_INVALID ${label63}a.lb.example`,
      `lan prod/c NAME_INVALID ${`${label63}.`.repeat(4)}lb.example`,
      `lan prod/e NAME_INVALID ${label58}b.lb.example`,
      "lan prod/f NAME_INVALID lb.example",
      "lan prod/g NAME_INVALID _wildcard.lb.example",
    ],
  },
  {
    name: "two want one name: the older has it",
    publishers: [lan],
    services: [
      service("prod/young", { hostname: "web.lb.example", createdAt: "2026-02-01T00:00:00Z" }),
      service("prod/old", { hostname: "web.lb.example", createdAt: "2026-01-01T00:00:00Z" }),
    ],
    want: ["lan web.lb.example lb.example prod/old 30"],
    problems: ["lan prod/young NAME_CLAIMED web.lb.example"],
  },
  {
    name: "two want one name: who has it keeps it, though it is younger",
    publishers: [publisher("lan", {}, { "web.lb.example": "prod/young" })],
    services: [
      service("prod/young", { hostname: "web.lb.example", createdAt: "2026-02-01T00:00:00Z" }),
      service("prod/old", { hostname: "web.lb.example", createdAt: "2026-01-01T00:00:00Z" }),
    ],
    want: ["lan web.lb.example lb.example prod/young 30"],
    problems: ["lan prod/old NAME_CLAIMED web.lb.example"],
  },
  {
    name: "two publishers of one zone with DNSEndpoints, two Services that want one name: the older has it",
    publishers: [team("a"), team("b")],
    services: [ofTeam("b", "2026-01-01T00:00:00Z"), ofTeam("a", "2026-02-01T00:00:00Z")],
    want: ["b web.lb.example lb.example prod/b 30"],
    problems: ["a prod/a NAME_CLAIMED web.lb.example"],
  },
  {
    name: "the same, and the younger has it: it keeps it",
    publishers: [team("a", { "web.lb.example": "prod/a" }), team("b")],
    services: [ofTeam("b", "2026-01-01T00:00:00Z"), ofTeam("a", "2026-02-01T00:00:00Z")],
    want: ["a web.lb.example lb.example prod/a 30"],
    problems: ["b prod/b NAME_CLAIMED web.lb.example"],
  },
  {
    name: "the same, and both have it from before: the older keeps it",
    publishers: [
      team("a", { "web.lb.example": "prod/a" }),
      team("b", { "web.lb.example": "prod/b" }),
    ],
    services: [ofTeam("b", "2026-01-01T00:00:00Z"), ofTeam("a", "2026-02-01T00:00:00Z")],
    want: ["b web.lb.example lb.example prod/b 30"],
    problems: ["a prod/a NAME_CLAIMED web.lb.example"],
  },
  {
    name: "the same, and what one of the publishers has is not known yet: nobody gets it, and nothing is told",
    publishers: [team("a", {}, false), team("b")],
    services: [ofTeam("b", "2026-01-01T00:00:00Z"), ofTeam("a", "2026-02-01T00:00:00Z")],
    want: [],
  },
  {
    name: "the same, and who may have it has no address now",
    publishers: [team("a", {}, false), team("b")],
    services: [
      ofTeam("b", "2026-01-01T00:00:00Z"),
      { ...ofTeam("a", "2026-02-01T00:00:00Z"), addresses: [] },
    ],
    want: [],
  },
  {
    name: "the same at name servers, which have marks: each publisher for itself",
    publishers: [
      publisher("a", { serviceSelector: { matchLabels: { team: "a" } } }),
      publisher("b", { serviceSelector: { matchLabels: { team: "b" } } }),
    ],
    services: [ofTeam("b", "2026-01-01T00:00:00Z"), ofTeam("a", "2026-02-01T00:00:00Z")],
    want: ["a web.lb.example lb.example prod/a 30", "b web.lb.example lb.example prod/b 30"],
  },
  {
    name: "two publishers of one zone with DNSEndpoints, and one Service: both",
    publishers: [
      publisher("inside", { dnsEndpoint: { labels: { audience: "in" } } }),
      publisher("outside", { dnsEndpoint: { labels: { audience: "out" } } }),
    ],
    services: [service("prod/web", { hostname: "web.lb.example" })],
    want: [
      "inside web.lb.example lb.example prod/web 30",
      "outside web.lb.example lb.example prod/web 30",
    ],
  },
  {
    name: "publishers with DNSEndpoints of two zones, one in the other: the older has the name that is in both",
    publishers: [team("a"), { ...team("b"), spec: { ...team("b").spec, zones: ["example"] } }],
    services: [ofTeam("b", "2026-01-01T00:00:00Z"), ofTeam("a", "2026-02-01T00:00:00Z")],
    want: ["b web.lb.example example prod/b 30"],
    problems: ["a prod/a NAME_CLAIMED web.lb.example"],
  },
  {
    name: "nobody's publisher: nothing is told",
    publishers: [],
    services: [service("prod/web", { hostname: "web.elsewhere.org" })],
    want: [],
  },
];

describe("dns service names", () => {
  for (const { name, publishers, services, want, problems = [] } of CASES) {
    it(name, () => {
      const wanted = wantedNames(publishers, services);
      const lines = [...wanted.names].flatMap(([who, names]) =>
        [...names.values()].map((each) =>
          [who, each.name, each.zone, each.service, each.ttlSeconds].join(" "),
        ),
      );
      expect(lines).to.have.members(want);
      const told = wanted.problems.map(
        ({ publisher: who, service: whose, name: what, problem }) =>
          `${who} ${whose} ${problem.code} ${what}`,
      );
      expect(told).to.have.members(problems);
    });
  }

  it("more names than one publisher has room for: who is published stays, and the others are told", () => {
    const services = Array.from({ length: PUBLISHED_NAMES_MAX + 1 }, (_, i) =>
      service(`prod/s${i}`, { hostname: `n${String(i).padStart(5, "0")}.lb.example` }),
    );
    const last = `n${String(PUBLISHED_NAMES_MAX).padStart(5, "0")}.lb.example`;
    const known = publisher("lan", {}, { [last]: `prod/s${PUBLISHED_NAMES_MAX}` });
    const { names, problems } = wantedNames([known], services.toReversed());
    expect(names.get("lan")?.size).to.equal(PUBLISHED_NAMES_MAX);
    expect(names.get("lan")?.has(last as DnsName)).to.equal(true);
    expect(problems.map(({ name, problem }) => `${problem.code} ${name}`)).to.deep.equal([
      `NAMES_TOO_MANY n${String(PUBLISHED_NAMES_MAX - 1).padStart(5, "0")}.lb.example`,
    ]);
  });

  it("long names: the octets of the list are counted", () => {
    const long = (i: number) => `n${i}.${`${"a".repeat(60)}.`.repeat(3)}lb.example`;
    const services = Array.from({ length: PUBLISHED_NAMES_MAX }, (_, i) =>
      service(`prod/s${i}`, { hostname: long(i) }),
    );
    const { names, problems } = wantedNames([lan], services);
    const all = [...(names.get("lan")?.values() ?? [])];
    const entries = all.map(({ name, zone, service: whose }) => ({ name, zone, service: whose }));
    const octets = JSON.stringify(entries).length;
    expect(octets).to.be.within(LEDGER_OCTETS_MAX - 300, LEDGER_OCTETS_MAX);
    expect(problems).to.have.length(PUBLISHED_NAMES_MAX - all.length);
    expect(problems[0]?.problem.message).to.include(`${all.length} names, and its status has no`);
  });

  it("what is wanted has the addresses, and since when nobody holds them", () => {
    const addresses = [
      { ip: "192.0.2.1", unheldSinceMs: 5 },
      { ip: "2001:db8::1", unheldSinceMs: null },
    ] as unknown as NamedService["addresses"];
    const { names } = wantedNames(
      [lan],
      [service("prod/web", { hostname: "w.lb.example", addresses })],
    );
    expect([...(names.get("lan")?.values() ?? [])].map((each) => each.addresses)).to.deep.equal([
      addresses,
    ]);
  });
});
