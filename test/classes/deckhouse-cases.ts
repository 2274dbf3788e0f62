/**
 * Manifests of Deckhouse's BGP kinds, good and bad, as data: what the schema and the real API server say of them.
 *
 * Read by deckhouse.test.ts beside it and by test/api/bgp-kinds.test.ts.
 */
import type { ManifestRow } from "./metallb/cases.ts";

const peer = (more: object) => ({
  peerAddress: "10.1.0.1",
  peerASN: 64_501,
  myASN: 64_600,
  ...more,
});

export const METAL_POOL_ROWS: readonly ManifestRow[] = [
  { name: "a CIDR and a range", spec: { addresses: ["198.51.100.0/25", "192.0.2.1-192.0.2.9"] } },
  {
    name: "everything",
    spec: { addresses: ["198.51.100.0/25"], autoAssign: false, avoidBuggyIPs: true },
  },
  { name: "IPv6, which Deckhouse refuses", spec: { addresses: ["2001:db8::/120"] } },
  { name: "one address, which Deckhouse refuses", spec: { addresses: ["192.0.2.1"] } },
  { name: "no addresses", spec: { addresses: [] }, refused: "at least 1 items" },
  { name: "addresses missing", spec: {}, refused: "spec.addresses: Required value" },
  { name: "no spec", spec: undefined, refused: "spec: Required value" },
  {
    name: "an octet above 255, which Deckhouse takes",
    spec: { addresses: ["192.0.2.0-192.0.2.256"] },
    refused: 'Cannot read "192.0.2.0-192.0.2.256"',
    parses: true,
  },
  {
    name: "an entry twice",
    spec: { addresses: ["192.0.2.0/24", "192.0.2.0/24"] },
    refused: "written twice",
    parses: true,
  },
];

export const METAL_PEER_ROWS: readonly ManifestRow[] = [
  { name: "what a peer needs", spec: peer({}) },
  { name: "IPv6, which Deckhouse refuses", spec: peer({ peerAddress: "2001:db8::1" }) },
  {
    name: "everything",
    spec: peer({
      ...{ peerPort: 1179, routerID: "10.255.0.1", holdTime: "9s" },
      passwordSecretRef: { name: "tor-a-md5", namespace: "netops" },
      sourceAddresses: [
        { nodeName: "edge-1", address: "10.255.0.1" },
        { nodeName: "edge-2", address: "2001:db8::2" },
      ],
      bfd: {
        ...{ receiveInterval: 300, transmitInterval: 300, detectMultiplier: 3 },
        ...{ echoInterval: 50, echoMode: true, passiveMode: false, minimumTTL: 254 },
      },
    }),
  },
  { name: "the older minimumTtl", spec: peer({ bfd: { minimumTtl: 254 } }) },
  { name: "a hold time of two units", spec: peer({ holdTime: "1m30s" }) },
  {
    name: "no address",
    spec: { peerASN: 1, myASN: 2 },
    refused: "spec.peerAddress: Required value",
  },
  { name: "no peerASN", spec: { peerAddress: "10.0.0.1", myASN: 2 }, refused: "spec.peerASN" },
  { name: "no myASN", spec: { peerAddress: "10.0.0.1", peerASN: 2 }, refused: "spec.myASN" },
  { name: "a peerASN of 0", spec: peer({ peerASN: 0 }), refused: "spec.peerASN" },
  { name: "a port of 0", spec: peer({ peerPort: 0 }), refused: "spec.peerPort" },
  {
    name: "an empty address",
    spec: peer({ peerAddress: "" }),
    refused: '"" is no address',
    parses: true,
  },
  {
    name: "an IPv6 router ID",
    spec: peer({ routerID: "::1" }),
    refused: "is no IPv4 address",
    parses: true,
  },
  {
    name: "a source that is no address",
    spec: peer({ sourceAddresses: [{ nodeName: "a", address: "b" }] }),
    refused: '"b" is no address',
    parses: true,
  },
  {
    name: "a source without a node",
    spec: peer({ sourceAddresses: [{ address: "10.0.0.1" }] }),
    refused: "nodeName: Required value",
  },
  {
    name: "a Secret without a namespace",
    spec: peer({ passwordSecretRef: { name: "a" } }),
    refused: "namespace: Required value",
  },
  {
    name: "a hold time of 1 s",
    spec: peer({ holdTime: "1s" }),
    refused: "hold time",
    parses: true,
  },
];

export const CONFIGURATION_ROWS: readonly ManifestRow[] = [
  { name: "a mode alone", spec: { mode: "BGP" } },
  {
    name: "everything",
    spec: {
      mode: "BGP",
      nodeSelector: { "node-role.example.com/lb": "" },
      bgp: { peerNames: ["tor-a", "tor-b"] },
      advertisements: [
        {
          poolNames: ["public-a"],
          bgp: { communities: ["64600:100", "no-export"], localPref: 200, aggregationLength: 32 },
        },
        { poolNames: ["public-b"], bgp: { communities: ["none"], aggregationLength: 128 } },
      ],
    },
  },
  {
    name: "a large community, which Deckhouse refuses",
    spec: {
      mode: "BGP",
      advertisements: [{ poolNames: ["a"], bgp: { communities: ["large:64600:1:2"] } }],
    },
  },
  { name: "no mode", spec: {}, refused: "spec.mode: Required value" },
  { name: "another mode", spec: { mode: "L2" }, refused: "spec.mode: Unsupported value" },
  { name: "no spec", spec: undefined, refused: "spec: Required value" },
  {
    name: "an advertisement without pools",
    spec: { mode: "BGP", advertisements: [{}] },
    refused: "poolNames: Required value",
  },
  {
    name: "a community that is none",
    spec: { mode: "BGP", advertisements: [{ poolNames: [], bgp: { communities: ["70000:1"] } }] },
    refused: '"70000:1" is no community',
    parses: true,
  },
  {
    name: "own nodes, one by one",
    spec: { mode: "BGP", advertisements: [{ poolNames: [], bgp: { preferOwnNode: true } }] },
  },
  {
    name: "own nodes, one by one, said",
    spec: {
      mode: "BGP",
      advertisements: [{ poolNames: [], bgp: { preferOwnNode: true, aggregationLength: 128 } }],
    },
  },
  {
    name: "own nodes in an aggregate",
    spec: {
      mode: "BGP",
      advertisements: [{ poolNames: [], bgp: { preferOwnNode: true, aggregationLength: 24 } }],
    },
    refused: "preferOwnNode and aggregationLength are mutually exclusive",
    parses: true,
  },
  {
    name: "own nodes in an IPv6 aggregate",
    spec: {
      mode: "BGP",
      advertisements: [{ poolNames: [], bgp: { preferOwnNode: true, aggregationLength: 64 } }],
    },
    refused: "preferOwnNode and aggregationLength are mutually exclusive",
    parses: true,
  },
  {
    name: "an aggregation length of 129",
    spec: { mode: "BGP", advertisements: [{ poolNames: [], bgp: { aggregationLength: 129 } }] },
    refused: "aggregationLength",
  },
  {
    name: "a localPref of -1",
    spec: { mode: "BGP", advertisements: [{ poolNames: [], bgp: { localPref: -1 } }] },
    refused: "localPref",
  },
  {
    name: "a peer twice",
    spec: { mode: "BGP", bgp: { peerNames: ["a", "a"] } },
    refused: '"a" is written twice',
    parses: true,
  },
];
