/**
 * Manifests of MetalLB's BGP kinds, good and bad, as data: what the schema and the real API server say of them.
 *
 * Read by bgp-kinds.test.ts beside it and by test/api/bgp-kinds.test.ts.
 */
import type { ManifestRow } from "./cases.ts";

const peer = (more: object) => ({
  myASN: 64_600,
  peerASN: 64_501,
  peerAddress: "10.0.0.1",
  ...more,
});

const NO_ADDRESS = '" is no address. Write what `kubectl explain` says of the field.';

export const BGP_ADVERTISEMENT_ROWS: readonly ManifestRow[] = [
  { name: "no spec at all", spec: undefined },
  { name: "an empty spec", spec: {} },
  {
    name: "every field",
    spec: {
      aggregationLength: 24,
      aggregationLengthV6: 64,
      localPref: 4_294_967_295,
      communities: ["65535:65535", "large:4294967295:0:1", "vpn", "no-export"],
      ipAddressPools: ["prod"],
      ipAddressPoolSelectors: [{ matchLabels: { zone: "a" } }],
      nodeSelectors: [{ matchExpressions: [{ key: "rack", operator: "Exists" }] }],
      peers: ["tor-a", "tor-b"],
    },
  },
  {
    name: "some Services, one by one",
    spec: { serviceSelectors: [{ matchLabels: { app: "a" } }] },
  },
  {
    name: "some Services, one by one, said",
    spec: {
      ...{ aggregationLength: 32, aggregationLengthV6: 128 },
      serviceSelectors: [{ matchLabels: { app: "a" } }],
    },
  },
  {
    name: "an aggregate for no Services in particular",
    spec: { aggregationLength: 24, serviceSelectors: [] },
  },
  {
    name: "an aggregate for some Services",
    spec: { aggregationLength: 24, serviceSelectors: [{}] },
    refused:
      "serviceSelectors and aggregationLength are mutually exclusive, can only be used together with default aggregationLength (32) and aggregationLengthV6 (128)",
    parses: true,
  },
  {
    name: "own nodes, one by one",
    spec: { preferOwnNode: true, aggregationLength: 32 },
  },
  {
    name: "no own nodes, and an aggregate",
    spec: { preferOwnNode: false, aggregationLength: 24 },
  },
  {
    name: "own nodes in an aggregate",
    spec: { preferOwnNode: true, aggregationLength: 24 },
    refused: "preferOwnNode and aggregationLength are mutually exclusive",
    parses: true,
  },
  {
    name: "own nodes in an IPv6 aggregate",
    spec: { preferOwnNode: true, aggregationLengthV6: 64 },
    refused: "preferOwnNode and aggregationLength are mutually exclusive",
    parses: true,
  },
  {
    name: "an IPv6 aggregate for some Services",
    spec: { aggregationLengthV6: 64, serviceSelectors: [{}] },
    refused: "mutually exclusive",
    parses: true,
  },
  {
    name: "an aggregation length of 0",
    spec: { aggregationLength: 0 },
    refused: "should be greater than or equal to 1",
  },
  {
    name: "an aggregation length of 33",
    spec: { aggregationLength: 33 },
    refused: "should be less than or equal to 32",
  },
  {
    name: "an IPv6 aggregation length of 129",
    spec: { aggregationLengthV6: 129 },
    refused: "should be less than or equal to 128",
  },
  { name: "a negative localPref", spec: { localPref: -1 }, refused: "greater than or equal to 0" },
  {
    name: "a localPref of 33 bits",
    spec: { localPref: 4_294_967_296 },
    refused: "spec.localPref",
  },
  {
    name: "a community twice",
    spec: { communities: ["1:2", "1:2"] },
    refused: '"1:2" is written twice. Write each once.',
    parses: true,
  },
  {
    name: "a part of 17 bits",
    spec: { communities: ["65536:1"] },
    refused: '"65536:1" is no community. Write two 16-bit numbers',
    parses: true,
  },
  {
    name: "a large part of 33 bits",
    spec: { communities: ["large:1:2:4294967296"] },
    refused: '"large:1:2:4294967296" is no community',
    parses: true,
  },
  {
    name: "a community of three parts",
    spec: { communities: ["1:2:3"] },
    refused: '"1:2:3" is no community',
    parses: true,
  },
  {
    name: "a large community of two parts",
    spec: { communities: ["large:1:2"] },
    refused: "is no community",
    parses: true,
  },
  { name: "words in a community", spec: { communities: ["a:b"] }, refused: '"a:b"', parses: true },
  {
    name: "an empty community",
    spec: { communities: [""] },
    refused: "no community",
    parses: true,
  },
  { name: "a peer twice", spec: { peers: ["a", "a"] }, refused: "written twice", parses: true },
  {
    name: "a pool twice",
    spec: { ipAddressPools: ["a", "a"] },
    refused: '"a" is written twice',
    parses: true,
  },
  { name: "peers as one text", spec: { peers: "a" }, refused: "spec.peers: Invalid value" },
];

/** What both versions say of a peer. */
const BOTH_PEER_ROWS: readonly ManifestRow[] = [
  { name: "what a peer needs", spec: peer({}) },
  { name: "IPv6", spec: peer({ peerAddress: "2001:db8::1", sourceAddress: "2001:db8::2" }) },
  { name: "a port above MetalLB's bound", spec: peer({ peerPort: 65_535 }) },
  { name: "timers", spec: peer({ holdTime: "1m30s", keepaliveTime: "30s" }) },
  { name: "a hold time alone", spec: peer({ holdTime: "9s" }) },
  { name: "no timers", spec: peer({ holdTime: "0s", keepaliveTime: "0s" }) },
  { name: "3.9 seconds", spec: peer({ holdTime: "3.9s" }) },
  { name: "half a second, which is none", spec: peer({ holdTime: "500ms" }) },
  { name: "an empty router ID", spec: peer({ routerID: "" }) },
  {
    name: "everything that both have",
    spec: peer({
      ...{ sourceAddress: "10.0.0.9", peerPort: 1179, routerID: "10.0.0.9", password: "secret" },
      ...{ bfdProfile: "fast", ebgpMultiHop: true },
      nodeSelectors: [
        { matchLabels: { lb: "" } },
        { matchExpressions: [{ key: "a", operator: "In", values: ["b"] }] },
      ],
    }),
  },
  { name: "no AS number of ours", spec: { peerASN: 1, peerAddress: "10.0.0.1" }, refused: "myASN" },
  { name: "an AS number of 0", spec: peer({ myASN: 0 }), refused: "greater than or equal to 1" },
  { name: "an AS number of 33 bits", spec: peer({ myASN: 4_294_967_296 }), refused: "spec.myASN" },
  {
    name: "a name for an address",
    spec: peer({ peerAddress: "router.example" }),
    refused: `"router.example${NO_ADDRESS}`,
    parses: true,
  },
  {
    name: "a mask on a source address",
    spec: peer({ sourceAddress: "10.0.0.1/24" }),
    refused: `"10.0.0.1/24${NO_ADDRESS}`,
    parses: true,
  },
  {
    name: "an IPv6 router ID",
    spec: peer({ routerID: "2001:db8::1" }),
    refused: 'The router ID "2001:db8::1" is no IPv4 address.',
    parses: true,
  },
  {
    name: "a hold time of 2 s",
    spec: peer({ holdTime: "2s" }),
    refused: 'The hold time "2s" is neither 0s nor between 3s and 65535s.',
    parses: true,
  },
  {
    name: "a hold time of 19 hours",
    spec: peer({ holdTime: "19h" }),
    refused: 'The hold time "19h"',
    parses: true,
  },
  {
    name: "a hold time without a unit",
    spec: peer({ holdTime: "90" }),
    refused: 'The hold time "90"',
    parses: true,
  },
  {
    name: "a negative hold time",
    spec: peer({ holdTime: "-9s" }),
    refused: 'The hold time "-9s"',
    parses: true,
  },
  {
    name: "a word for a keepalive time",
    spec: peer({ keepaliveTime: "often" }),
    refused: 'The keepalive time "often" is no duration such as 30s.',
    parses: true,
  },
  {
    name: "keepalives that come too late",
    spec: peer({ holdTime: "9s", keepaliveTime: "10s" }),
    refused: "keepaliveTime is longer than holdTime. Write at most a third of it.",
    parses: true,
  },
  {
    name: "many hops within one AS",
    spec: peer({ peerASN: 64_600, ebgpMultiHop: true }),
    refused: "ebgpMultiHop is for peers of another AS",
    parses: true,
  },
  {
    name: "a source address of IPv6 for an IPv4 router",
    spec: peer({ sourceAddress: "2001:db8::2" }),
    refused: "sourceAddress is of another family than peerAddress. Write one of the same.",
    parses: true,
  },
  {
    name: "a source address of IPv4 for an IPv6 router",
    spec: peer({ peerAddress: "2001:db8::1", sourceAddress: "10.0.0.9" }),
    refused: "sourceAddress is of another family",
    parses: true,
  },
  {
    name: "a link-local router",
    spec: peer({ peerAddress: "FE80::1" }),
    refused: "peerAddress is link-local, which means nothing without an interface.",
    parses: true,
  },
  {
    name: "a router whose address begins like a link-local one",
    spec: peer({ peerAddress: "fe8::1" }),
  },
  { name: "a link-local router of IPv4", spec: peer({ peerAddress: "169.254.0.1" }) },
  { name: "a port of 65536", spec: peer({ peerPort: 65_536 }), refused: "spec.peerPort" },
];

export const PEER_V1BETA2_ROWS: readonly ManifestRow[] = [
  ...BOTH_PEER_ROWS,
  {
    name: "everything that is new",
    spec: {
      ...{ myASN: 64_600, dynamicASN: "external", localASN: 64_700, interface: "eth1" },
      ...{ connectTime: "10s", passwordSecret: { name: "tor", namespace: "metallb-system" } },
      ...{ enableGracefulRestart: true, vrf: "red", disableMP: true, dualStackAddressFamily: true },
    },
  },
  { name: "a peerASN of 0 beside dynamicASN", spec: peer({ peerASN: 0, dynamicASN: "internal" }) },
  {
    name: "an empty password beside a Secret",
    spec: peer({ password: "", passwordSecret: { name: "a" } }),
  },
  {
    name: "no AS number of the peer",
    spec: { myASN: 1, peerAddress: "10.0.0.1" },
    refused: "Either peerASN or dynamicASN says who the peer is. Write one of the two.",
    parses: true,
  },
  {
    name: "two AS numbers of the peer",
    spec: peer({ dynamicASN: "external" }),
    refused: "Either peerASN or dynamicASN",
    parses: true,
  },
  {
    name: "a peer that is nowhere",
    spec: { myASN: 1, peerASN: 2 },
    refused: "Either peerAddress or interface says where the peer is. Write one of the two.",
    parses: true,
  },
  {
    name: "a peer in two places",
    spec: peer({ interface: "eth0" }),
    refused: "Either peerAddress or interface",
    parses: true,
  },
  {
    name: "a source address beside an interface",
    spec: { myASN: 1, peerASN: 2, interface: "eth0", sourceAddress: "10.0.0.9" },
    refused: "sourceAddress is set beside interface",
    parses: true,
  },
  {
    name: "an empty source address beside an interface",
    spec: { myASN: 1, peerASN: 2, interface: "eth0", sourceAddress: "" },
  },
  {
    name: "two passwords",
    spec: peer({ password: "a", passwordSecret: { name: "b" } }),
    refused: "password and passwordSecret are both set. Write one of the two.",
    parses: true,
  },
  {
    name: "many hops to a peer of myASN, which sees localASN",
    spec: peer({ peerASN: 64_600, localASN: 64_700, ebgpMultiHop: true }),
  },
  {
    name: "many hops to a peer of myASN, which localASN is too",
    spec: peer({ peerASN: 64_600, localASN: 64_600, ebgpMultiHop: true }),
    refused: "ebgpMultiHop is for peers of another AS",
    parses: true,
  },
  {
    name: "many hops to an internal peer",
    spec: { myASN: 1, dynamicASN: "internal", peerAddress: "10.0.0.1", ebgpMultiHop: true },
    refused: "dynamicASN is internal",
    parses: true,
  },
  {
    name: "another word for dynamicASN",
    spec: peer({ dynamicASN: "auto" }),
    refused: "dynamicASN",
  },
  { name: "a port of 0", spec: peer({ peerPort: 0 }), refused: "spec.peerPort" },
  {
    name: "a connect time of no whole seconds",
    spec: peer({ connectTime: "1500ms" }),
    refused: 'The connect time "1500ms" is not of whole seconds between 1s and 65535s.',
    parses: true,
  },
  {
    name: "a connect time of 0",
    spec: peer({ connectTime: "0s" }),
    refused: 'The connect time "0s"',
    parses: true,
  },
];

export const PEER_V1BETA1_ROWS: readonly ManifestRow[] = [
  ...BOTH_PEER_ROWS,
  { name: "a port of 0", spec: peer({ peerPort: 0 }) },
  {
    name: "no AS number of the peer",
    spec: { myASN: 1, peerAddress: "10.0.0.1" },
    refused: "peerASN",
  },
  { name: "no address", spec: { myASN: 1, peerASN: 2 }, refused: "peerAddress" },
  {
    name: "an AS number of the peer of 0",
    spec: peer({ peerASN: 0 }),
    refused: "peerASN is 0. Write the AS number of the peer.",
    parses: true,
  },
  {
    name: "an empty address",
    spec: peer({ peerAddress: "" }),
    refused: "peerAddress is empty. Write the address of the peer.",
    parses: true,
  },
];

export const BFD_ROWS: readonly ManifestRow[] = [
  { name: "no spec at all", spec: undefined },
  { name: "an empty spec", spec: {} },
  {
    name: "the least of everything",
    spec: {
      ...{ receiveInterval: 10, transmitInterval: 10, detectMultiplier: 2, echoInterval: 10 },
      ...{ echoMode: false, passiveMode: false, minimumTtl: 1 },
    },
  },
  {
    name: "the most of everything",
    spec: {
      ...{ receiveInterval: 60_000, transmitInterval: 60_000, detectMultiplier: 255 },
      ...{ echoInterval: 60_000, echoMode: true, passiveMode: true, minimumTtl: 254 },
    },
  },
  ...(
    [
      ["receiveInterval", 9, 60_001],
      ["transmitInterval", 9, 60_001],
      ["echoInterval", 9, 60_001],
      ["detectMultiplier", 1, 256],
      ["minimumTtl", 0, 255],
    ] as const
  ).flatMap(([field, low, high]) => [
    { name: `a ${field} of ${low}`, spec: { [field]: low }, refused: `spec.${field}` },
    { name: `a ${field} of ${high}`, spec: { [field]: high }, refused: `spec.${field}` },
  ]),
];

export const COMMUNITY_ROWS: readonly ManifestRow[] = [
  { name: "no spec at all", spec: undefined },
  { name: "no names", spec: { communities: [] } },
  {
    name: "names",
    spec: {
      communities: [
        { name: "vpn", value: "64600:1" },
        { name: "zero", value: "0:0" },
        { name: "wide", value: "large:4294967295:4294967295:4294967295" },
      ],
    },
  },
  {
    name: "a name twice",
    spec: {
      communities: [
        { name: "a", value: "1:1" },
        { name: "a", value: "1:2" },
      ],
    },
    refused: "A name is defined twice. Define each once.",
    parses: true,
  },
  ...["1", "1:65536", "1:2:3", "large:1:2", "large:1:2:x", "small:1:2:3", "", "no-export"].map(
    (value) => ({
      name: `the value "${value}"`,
      spec: { communities: [{ name: "a", value }] },
      refused: `"${value}" is no community. Write two 16-bit numbers`,
      parses: true,
    }),
  ),
];
