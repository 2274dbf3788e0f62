/** MetalLB's old ConfigMap as objects: every key, and every way in which one can be wrong. */
import { expect } from "chai";
import { compileAll } from "../../../src/classes/compile.ts";
import { parseBfdProfile } from "../../../src/classes/metallb/bfd-profile.ts";
import { parseBgpAdvertisement } from "../../../src/classes/metallb/bgp-advertisement.ts";
import { parseBgpPeer } from "../../../src/classes/metallb/bgp-peer.ts";
import { parseCommunityObject } from "../../../src/classes/metallb/community.ts";
import { convertConfig } from "../../../src/classes/metallb/config-map.ts";
import { parseIpAddressPool } from "../../../src/classes/metallb/ip-address-pool.ts";
import { parseL2Advertisement } from "../../../src/classes/metallb/l2-advertisement.ts";
import { findConfig } from "../../../src/cli/config-text.ts";

const NAMESPACE = "metallb-system";

function convert(yaml: string) {
  const found = findConfig(yaml, "the file");
  if (!found.ok) throw new Error(found.sentence);
  return convertConfig(found.config, NAMESPACE);
}

/** `Kind/name` → spec. */
function specs(yaml: string): Record<string, unknown> {
  const { objects, faults } = convert(yaml);
  expect(faults).to.deep.equal([]);
  return Object.fromEntries(
    objects.map((object) => [`${object.kind}/${object.metadata.name}`, object["spec"]]),
  );
}

const PEER = `
peers:
- my-asn: 64500
  peer-asn: 64501
  peer-address: 10.0.0.1
`;
const POOL = (more: string) => `
address-pools:
- name: prod
  protocol: bgp
  addresses: [192.0.2.0/28]
${more}`;

describe("classes/metallb: the old ConfigMap", () => {
  const rows: readonly {
    readonly name: string;
    readonly yaml: string;
    readonly want: Readonly<Record<string, unknown>>;
  }[] = [
    {
      name: "a pool of layer2: the pool, and its advertisement",
      yaml: "address-pools: [{name: default, protocol: layer2, addresses: [192.0.2.1-192.0.2.9]}]",
      want: {
        "IPAddressPool/default": { addresses: ["192.0.2.1-192.0.2.9"] },
        "L2Advertisement/l2advertisement1": { ipAddressPools: ["default"] },
      },
    },
    {
      name: "a pool of bgp without advertisements: announced as it is",
      yaml: POOL(""),
      want: {
        "IPAddressPool/prod": { addresses: ["192.0.2.0/28"] },
        "BGPAdvertisement/bgpadvertisement1": { ipAddressPools: ["prod"] },
      },
    },
    {
      name: "auto-assign, avoid-buggy-ips, several ranges of both families",
      yaml: `
address-pools:
- name: p
  protocol: layer2
  auto-assign: false
  avoid-buggy-ips: true
  addresses:
  - 192.0.2.0/28
  - 2001:db8::/124
  - 192.0.2.100 - 192.0.2.110`,
      want: {
        "IPAddressPool/p": {
          autoAssign: false,
          avoidBuggyIPs: true,
          addresses: ["192.0.2.0/28", "2001:db8::/124", "192.0.2.100 - 192.0.2.110"],
        },
        "L2Advertisement/l2advertisement1": { ipAddressPools: ["p"] },
      },
    },
    {
      name: "every key of a bgp-advertisement, names of communities, two of them",
      yaml: POOL(`
  bgp-advertisements:
  - aggregation-length: 28
    aggregation-length-v6: 64
    localpref: 100
    communities: [internal, 64500:7, no-export]
  - aggregation-length: 32
bgp-communities:
  internal: 65535:65282
`),
      want: {
        "Community/bgp-communities": {
          communities: [{ name: "internal", value: "65535:65282" }],
        },
        "IPAddressPool/prod": { addresses: ["192.0.2.0/28"] },
        "BGPAdvertisement/bgpadvertisement1": {
          ipAddressPools: ["prod"],
          aggregationLength: 28,
          aggregationLengthV6: 64,
          localPref: 100,
          communities: ["internal", "64500:7", "no-export"],
        },
        "BGPAdvertisement/bgpadvertisement2": { ipAddressPools: ["prod"], aggregationLength: 32 },
      },
    },
    {
      name: "a peer of the least: what MetalLB took for the hold time is said",
      yaml: PEER,
      want: {
        "BGPPeer/peer1": {
          holdTime: "90s",
          myASN: 64500,
          peerASN: 64501,
          peerAddress: "10.0.0.1",
        },
      },
    },
    {
      name: "every key of a peer",
      yaml: `${PEER}
  source-address: 10.0.0.7
  peer-port: 1179
  hold-time: 120s
  keepalive-time: 40s
  router-id: 10.0.0.9
  ebgp-multihop: true
  bfd-profile: Fast_One
  node-selectors:
  - match-labels: {rack: "1"}
    match-expressions:
    - {key: kubernetes.io/hostname, operator: In, values: [a, b]}
    - {key: gone, operator: DoesNotExist}
bfd-profiles:
- name: Fast_One
`,
      want: {
        "BFDProfile/fast-one": {},
        "BGPPeer/peer1": {
          myASN: 64500,
          peerASN: 64501,
          peerAddress: "10.0.0.1",
          sourceAddress: "10.0.0.7",
          peerPort: 1179,
          holdTime: "120s",
          keepaliveTime: "40s",
          routerID: "10.0.0.9",
          ebgpMultiHop: true,
          bfdProfile: "fast-one",
          nodeSelectors: [
            {
              matchLabels: { rack: "1" },
              matchExpressions: [
                { key: "kubernetes.io/hostname", operator: "In", values: ["a", "b"] },
                { key: "gone", operator: "DoesNotExist" },
              ],
            },
          ],
        },
      },
    },
    {
      name: "every key of a BFD profile",
      yaml: `
bfd-profiles:
- name: full
  receive-interval: 180
  transmit-interval: 181
  detect-multiplier: 5
  echo-interval: 62
  echo-mode: true
  passive-mode: false
  minimum-ttl: 254`,
      want: {
        "BFDProfile/full": {
          receiveInterval: 180,
          transmitInterval: 181,
          detectMultiplier: 5,
          echoInterval: 62,
          echoMode: true,
          passiveMode: false,
          minimumTtl: 254,
        },
      },
    },
    {
      name: "what is written and empty is as if it were absent",
      yaml: `${PEER}  router-id: ""\n  node-selectors: null\naddress-pools:\nbgp-communities: ~\n`,
      want: {
        "BGPPeer/peer1": {
          holdTime: "90s",
          myASN: 64500,
          peerASN: 64501,
          peerAddress: "10.0.0.1",
        },
      },
    },
  ];
  for (const { name, yaml, want } of rows) {
    it(name, () => expect(specs(yaml)).to.deep.equal(want));
  }

  it("a password goes into a Secret, to the letter, and never into the peer", () => {
    const { objects, faults, remarks } = convert(`${PEER}  password: 0123\n`);
    expect(faults).to.deep.equal([]);
    expect(objects).to.deep.equal([
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "peer1-password", namespace: NAMESPACE },
        type: "kubernetes.io/basic-auth",
        stringData: { password: "0123" },
      },
      {
        apiVersion: "metallb.io/v1beta2",
        kind: "BGPPeer",
        metadata: { name: "peer1", namespace: NAMESPACE },
        spec: {
          holdTime: "90s",
          myASN: 64500,
          peerASN: 64501,
          peerAddress: "10.0.0.1",
          passwordSecret: { name: "peer1-password", namespace: NAMESPACE },
        },
      },
    ]);
    expect(remarks.map(({ where }) => where)).to.deep.equal(["peers[0].password"]);
  });

  it("a name that Kubernetes does not take is changed as MetalLB's tool changes it, and told", () => {
    const { objects, remarks } = convert(
      "address-pools: [{name: My_Pool, protocol: layer2, addresses: [192.0.2.1/32]}]",
    );
    expect(objects.map(({ metadata }) => metadata.name)).to.deep.equal([
      "my-pool",
      "l2advertisement1",
    ]);
    expect(remarks[0]?.message).to.match(/^"My_Pool" is called "my-pool" now: /);
  });

  it("everything that is made, its own schema and the compiler take", () => {
    const { objects } = convert(
      rows.find(({ name }) => name.startsWith("every key of a bgp"))?.yaml ?? "",
    );
    const all = [...objects, ...convert(rows[5]?.yaml ?? "").objects];
    const parsers: Readonly<Record<string, (value: unknown) => { ok: boolean }>> = {
      IPAddressPool: parseIpAddressPool,
      L2Advertisement: parseL2Advertisement,
      BGPAdvertisement: parseBgpAdvertisement,
      BGPPeer: parseBgpPeer,
      BFDProfile: parseBfdProfile,
      Community: parseCommunityObject,
    };
    for (const object of all) {
      expect(parsers[object.kind]?.(object), object.kind).to.have.property("ok", true);
    }
    const of = (kind: string) => all.filter((object) => object.kind === kind) as never[];
    const { problems } = compileAll({
      ipAddressPools: of("IPAddressPool"),
      bgpAdvertisements: of("BGPAdvertisement"),
      bgpPeers: of("BGPPeer"),
      bfdProfiles: of("BFDProfile"),
      communities: of("Community"),
    });
    expect([...problems]).to.deep.equal([]);
  });
});

describe("classes/metallb: what is wrong in the old ConfigMap is named, with the way out", () => {
  const peer = (line: string) => `${PEER}  ${line}\n`;
  const advertisement = (line: string) => POOL(`  bgp-advertisements:\n  - ${line}\n`);
  const profile = (line: string) => `bfd-profiles:\n- name: p\n  ${line}\n`;
  const rows: readonly (readonly [yaml: string, where: string, message: RegExp])[] = [
    ["peer-autodiscovery: {}", "peer-autodiscovery", /labels and annotations.*under peers/],
    ["address-pool: []\npeers: []", "address-pool", /unknown.*peers, address-pools/],
    ["address-pools: x", "address-pools", /"x" is no list\. Begin each/],
    ["address-pools: [x]", "address-pools[0]", /"x" is no map/],
    ["bgp-communities: [x]", "bgp-communities", /is no map/],
    ["bgp-communities: {a: b}", "bgp-communities.a", /"b" is no community/],
    ["bgp-communities: {a: 1:70000}", "bgp-communities.a", /"1:70000" is no community/],
    [POOL("  pool-id: 3"), "address-pools[0].pool-id", /unknown.*name, protocol/],
    [POOL("").replace("bgp", "arp"), "address-pools[0].protocol", /"arp" is no protocol.*layer2/],
    [POOL("").replace("  protocol: bgp\n", ""), "address-pools[0].protocol", /layer2 or bgp/],
    [POOL("").replace("name: prod", "name: ''"), "address-pools[0].name", /is no name/],
    [POOL("").replace("name: prod", "name: __"), "address-pools[0].name", /"__" is no name/],
    [
      POOL("").replace("192.0.2.0/28", "192.0.2.0/33"),
      "address-pools[0].addresses[0]",
      /"192.0.2.0\/33" is no range.*CIDR/,
    ],
    [
      POOL("").replace("192.0.2.0/28", "192.0.2.9-192.0.2.1"),
      "address-pools[0].addresses[0]",
      /is no range/,
    ],
    [POOL("").replace("[192.0.2.0/28]", "[]"), "address-pools[0]", /has no addresses/],
    [
      POOL("  auto-assign: maybe"),
      "address-pools[0].auto-assign",
      /"maybe" is no yes or no\. Write true/,
    ],
    [POOL("  avoid-buggy-ips: 2"), "address-pools[0].avoid-buggy-ips", /"2" is no yes or no/],
    [
      "address-pools:\n- {name: a_b, protocol: bgp, addresses: [192.0.2.1/32]}\n- {name: a-b, protocol: bgp, addresses: [192.0.2.2/32]}",
      "address-pools[1]",
      /another IPAddressPool "a-b"/,
    ],
    [
      "address-pools: [{name: a, protocol: layer2, addresses: [192.0.2.1/32], bgp-advertisements: [{}]}]",
      "address-pools[0].bgp-advertisements",
      /announces nothing by BGP/,
    ],
    [
      advertisement("aggregation-length: 33"),
      "address-pools[0].bgp-advertisements[0].aggregation-length",
      /"33".*1 to 32/,
    ],
    [
      advertisement("aggregation-length-v6: 0"),
      "address-pools[0].bgp-advertisements[0].aggregation-length-v6",
      /"0".*1 to 128/,
    ],
    [
      advertisement("localpref: -1"),
      "address-pools[0].bgp-advertisements[0].localpref",
      /"-1" is no local preference/,
    ],
    [
      advertisement("communities: [nobody]"),
      "address-pools[0].bgp-advertisements[0].communities",
      /"nobody" is no community.*bgp-communities/,
    ],
    [
      advertisement("community: [a]"),
      "address-pools[0].bgp-advertisements[0].community",
      /unknown/,
    ],
    ["peers: [{}]", "peers[0]", /has no my-asn/],
    [peer("my-as: 1"), "peers[0].my-as", /unknown/],
    [
      PEER.replace("64500", "4294967296"),
      "peers[0].my-asn",
      /"4294967296" is no AS number.*1 to 4294967295/,
    ],
    [PEER.replace("64501", "0"), "peers[0].peer-asn", /"0" is no AS number/],
    [PEER.replace("10.0.0.1", "tor"), "peers[0].peer-address", /"tor" is no address/],
    [peer("source-address: 10.0.0"), "peers[0].source-address", /"10.0.0" is no address/],
    [peer("peer-port: 65536"), "peers[0].peer-port", /"65536" is no port.*65535/],
    [peer("hold-time: 2s"), "peers[0].hold-time", /"2s" is no hold time.*90s/],
    [peer("hold-time: 90"), "peers[0].hold-time", /"90" is no hold time/],
    [peer("keepalive-time: x"), "peers[0].keepalive-time", /"x" is no keepalive time/],
    [peer("keepalive-time: 100s"), "peers[0]", /keepaliveTime is longer than holdTime/],
    [peer("router-id: 2001:db8::1"), "peers[0].router-id", /no router ID.*IPv4/],
    [peer("password: {a: b}"), "peers[0].password", /is no text/],
    [peer("bfd-profile: none"), "peers[0].bfd-profile", /no profile "none".*bfd-profiles/],
    [peer("ebgp-multihop: 1"), "peers[0].ebgp-multihop", /"1" is no yes or no/],
    [
      `${PEER.replace("64501", "64500")}  ebgp-multihop: true\n`,
      "peers[0]",
      /ebgpMultiHop is for peers of another AS/,
    ],
    [
      peer("node-selectors: [{labels: {a: b}}]"),
      "peers[0].node-selectors[0].labels",
      /unknown.*match-labels/,
    ],
    [
      peer("node-selectors: [{match-expressions: [{operator: In}]}]"),
      "peers[0].node-selectors[0].match-expressions[0]",
      /no key/,
    ],
    [
      peer("node-selectors: [{match-expressions: [{key: a, operator: Has}]}]"),
      "peers[0].node-selectors[0].match-expressions[0]",
      /"Has" is no operator. Write In/,
    ],
    [
      peer("node-selectors: [{match-expressions: [{key: a, operator: In}]}]"),
      "peers[0].node-selectors[0].match-expressions[0]",
      /In needs values/,
    ],
    [
      peer("node-selectors: [{match-expressions: [{key: a, operator: Exists, values: [b]}]}]"),
      "peers[0].node-selectors[0].match-expressions[0]",
      /Exists takes no values/,
    ],
    [profile("receive-interval: 9"), "bfd-profiles[0].receive-interval", /"9".*10 to 60000/],
    [
      profile("transmit-interval: fast"),
      "bfd-profiles[0].transmit-interval",
      /"fast" is no interval/,
    ],
    [profile("detect-multiplier: 1"), "bfd-profiles[0].detect-multiplier", /"1".*2 to 255/],
    [profile("echo-interval: 60001"), "bfd-profiles[0].echo-interval", /"60001"/],
    [profile("echo-mode: si"), "bfd-profiles[0].echo-mode", /"si" is no yes or no/],
    [profile("minimum-ttl: 255"), "bfd-profiles[0].minimum-ttl", /"255" is no TTL/],
    ["bfd-profiles: [{}]", "bfd-profiles[0].name", /is no name/],
    ["bfd-profiles: [{name: a}, {name: A}]", "bfd-profiles[1]", /another BFDProfile "a"/],
    ["address-pools: []", "config", /Nothing is configured/],
  ];
  for (const [yaml, where, message] of rows) {
    it(`${where}: ${message.source}`, () => {
      const [first] = convert(yaml).faults;
      expect(first?.where).to.equal(where);
      expect(first?.message).to.match(message).and.match(/\.$/);
    });
  }

  it("what is at fault takes nothing else away: the other pools and peers are there", () => {
    const { objects, faults } = convert(`
address-pools:
- {name: good, protocol: layer2, addresses: [192.0.2.1/32, nonsense]}
- {name: bad, protocol: layer2, addresses: [nonsense]}
peers:
- {my-asn: 1, peer-asn: 2, peer-address: bad}
- {my-asn: 1, peer-asn: 2, peer-address: 10.0.0.2}`);
    expect(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).to.deep.equal([
      "BGPPeer/peer2",
      "IPAddressPool/good",
      "L2Advertisement/l2advertisement1",
    ]);
    expect(faults.map(({ where }) => where)).to.deep.equal([
      "peers[0].peer-address",
      "address-pools[0].addresses[1]",
      "address-pools[1].addresses[0]",
    ]);
  });
});

describe("cli: where the old configuration is in a text", () => {
  const config = "address-pools:\n- name: a\n";
  const configMap = `kind: ConfigMap\ndata:\n  config: |\n    ${config.replaceAll("\n", "\n    ")}`;
  const want = { "address-pools": [{ name: "a" }] };
  const rows = [
    { name: "the configuration itself", text: config, want },
    { name: "a ConfigMap", text: configMap, want },
    { name: "among other documents", text: `kind: Namespace\n---\n${configMap}`, want },
    {
      name: "in a List, as kubectl gives it, in JSON",
      text: JSON.stringify({
        kind: "List",
        items: [{ kind: "ConfigMap", data: { config } }],
      }),
      want,
    },
  ];
  for (const { name, text, want } of rows) {
    it(name, () => expect(findConfig(text, "f.yaml")).to.deep.equal({ ok: true, config: want }));
  }

  const bad = [
    { name: "nothing", text: "", want: /^f\.yaml has neither a ConfigMap.*name the file/ },
    { name: "another kind", text: "kind: Secret", want: /neither/ },
    { name: "two", text: `${configMap}\n---\n${configMap}`, want: /2 ConfigMaps; give one/ },
    { name: "no YAML", text: "a: [", want: /^f\.yaml is no YAML \(/ },
    {
      name: "no YAML within",
      text: 'kind: ConfigMap\ndata: {config: "a: ["}',
      want: /^the key "config" in f\.yaml is no YAML/,
    },
  ];
  for (const { name, text, want } of bad) {
    it(`refused: ${name}`, () => {
      const found = findConfig(text, "f.yaml");
      expect(found.ok ? "" : found.sentence).to.match(want);
    });
  }
});
