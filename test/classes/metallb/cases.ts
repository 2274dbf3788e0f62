/**
 * Manifests of MetalLB, good and bad, as data: what the schema, the real API server and the compiler say of them.
 *
 * Read by compile.test.ts beside it and by test/api/metallb.test.ts.
 */
import { REMEDIES } from "../../../src/base/errors.ts";
import { timeOf } from "../world.ts";

export interface ManifestRow {
  readonly name: string;
  readonly spec: unknown;
  /** What the API server's answer contains; absent: it takes the manifest. */
  readonly refused?: string;
  /** Absent: parse says what the API server says. */
  readonly parses?: boolean;
  /** The ranges that the compiled pool has. */
  readonly ranges?: readonly string[];
  /** What the compiler says. */
  readonly problems?: readonly string[];
}

const RANGE = `${REMEDIES.RANGE_INVALID}.`;

export const POOL_ROWS: readonly ManifestRow[] = [
  { name: "a CIDR", spec: { addresses: ["192.0.2.0/30"] }, ranges: ["192.0.2.0-192.0.2.3"] },
  {
    name: "host bits in a CIDR",
    spec: { addresses: ["192.0.2.9/30"] },
    ranges: ["192.0.2.8-192.0.2.11"],
  },
  {
    name: "a range with spaces",
    spec: { addresses: ["192.0.2.5 - 192.0.2.9"] },
    ranges: ["192.0.2.5-192.0.2.9"],
  },
  { name: "a range of one", spec: { addresses: ["192.0.2.5-192.0.2.5"] }, ranges: ["192.0.2.5"] },
  { name: "one address", spec: { addresses: ["192.0.2.5"] }, ranges: ["192.0.2.5"] },
  {
    name: "both families, in the order written",
    spec: { addresses: ["2001:DB8::/126", "192.0.2.0/31"] },
    ranges: ["2001:db8::-2001:db8::3", "192.0.2.0-192.0.2.1"],
  },
  {
    name: "a range of IPv6",
    spec: { addresses: ["2001:db8::9-2001:db8::1:0"] },
    ranges: ["2001:db8::9-2001:db8::1:0"],
  },
  {
    name: "ranges that overlap in one pool",
    spec: { addresses: ["192.0.2.4/30", "192.0.2.0/29"] },
    ranges: ["192.0.2.4-192.0.2.7", "192.0.2.0-192.0.2.3"],
  },
  {
    name: "every field",
    spec: {
      addresses: ["192.0.2.0/29"],
      autoAssign: false,
      avoidBuggyIPs: true,
      serviceAllocation: {
        priority: 50,
        namespaces: ["shop"],
        namespaceSelectors: [{ matchLabels: { team: "a" } }],
        serviceSelectors: [{ matchExpressions: [{ key: "app", operator: "Exists" }] }],
      },
    },
    ranges: ["192.0.2.1-192.0.2.7"],
  },
  {
    name: "buggy addresses left out over blocks",
    spec: { addresses: ["192.0.2.254-192.0.4.1"], avoidBuggyIPs: true },
    ranges: ["192.0.2.254", "192.0.3.1-192.0.3.254", "192.0.4.1"],
  },
  {
    name: "IPv6 has no buggy addresses",
    spec: { addresses: ["2001:db8::/120"], avoidBuggyIPs: true },
    ranges: ["2001:db8::-2001:db8::ff"],
  },
  {
    name: "too large to leave addresses out of all of it",
    spec: { addresses: ["10.0.0.0-11.0.0.0"], avoidBuggyIPs: true, autoAssign: true },
    problems: [
      "10.0.0.0-11.0.0.0 is too large to leave out .0 and .255: its first 2^24 addresses are used",
    ],
  },
  {
    name: "a field of another release",
    spec: { addresses: ["192.0.2.0/31"], futureField: { a: 1 } },
    ranges: ["192.0.2.0-192.0.2.1"],
  },
  {
    name: "no addresses",
    spec: { addresses: [] },
    refused: "spec.addresses in body should have at least 1 items",
    ranges: [],
    problems: ['Pool "prod" has no addresses to give'],
  },
  { name: "addresses missing", spec: {}, refused: "spec.addresses: Required value", ranges: [] },
  { name: "no spec", spec: undefined, refused: "spec: Required value", ranges: [] },
  {
    name: "a text that is no address",
    spec: { addresses: ["not-an-address", "192.0.2.1"] },
    refused: `Cannot read "not-an-address" as a CIDR, a range or an address. ${RANGE}`,
    parses: true,
    ranges: ["192.0.2.1"],
    problems: ['Cannot read "not-an-address" as a CIDR, a range or an address'],
  },
  {
    name: "a mask that is too long",
    spec: { addresses: ["192.0.2.0/33"] },
    refused: `Cannot read "192.0.2.0/33" as a CIDR, a range or an address. ${RANGE}`,
    parses: true,
    ranges: [],
    problems: [
      'Cannot read "192.0.2.0/33" as a CIDR, a range or an address',
      'Pool "prod" has no addresses to give',
    ],
  },
  {
    name: "a range that is reversed",
    spec: { addresses: ["192.0.2.9-192.0.2.5", "192.0.2.1"] },
    refused: `The range "192.0.2.9-192.0.2.5" is written backwards: its end lies before its start. ${RANGE}`,
    parses: true,
    ranges: ["192.0.2.1"],
    problems: [
      'The range "192.0.2.9-192.0.2.5" is written backwards: its end lies before its start',
    ],
  },
  {
    name: "a range of IPv6 that is reversed",
    spec: { addresses: ["2001:db8::2-2001:db8::1", "192.0.2.1"] },
    refused: "is written backwards",
    parses: true,
    ranges: ["192.0.2.1"],
    problems: [
      'The range "2001:db8::2-2001:db8::1" is written backwards: its end lies before its start',
    ],
  },
  {
    name: "a range over two families",
    spec: { addresses: ["192.0.2.1-2001:db8::1", "192.0.2.1"] },
    refused: "starts and ends in different families",
    parses: true,
    ranges: ["192.0.2.1"],
    problems: ['The range "192.0.2.1-2001:db8::1" starts and ends in different families'],
  },
  {
    name: "a range of three",
    spec: { addresses: ["192.0.2.1-192.0.2.2-192.0.2.3", "192.0.2.1"] },
    refused: "Cannot read",
    parses: true,
    ranges: ["192.0.2.1"],
    problems: ['Cannot read "192.0.2.1-192.0.2.2-192.0.2.3" as a CIDR, a range or an address'],
  },
  {
    name: "an entry twice",
    spec: { addresses: ["192.0.2.1", "192.0.2.1"] },
    refused: '"192.0.2.1" is written twice. Write each once.',
    parses: true,
    ranges: ["192.0.2.1"],
  },
  {
    name: "a namespace twice",
    spec: { addresses: ["192.0.2.1"], serviceAllocation: { namespaces: ["a", "a"] } },
    refused: '"a" is written twice. Write each once.',
    parses: true,
    ranges: ["192.0.2.1"],
  },
  {
    name: "autoAssign as a text",
    spec: { addresses: ["192.0.2.1"], autoAssign: "yes" },
    refused: "spec.autoAssign: Invalid value",
  },
  {
    name: "addresses as one text",
    spec: { addresses: "192.0.2.1" },
    refused: "spec.addresses: Invalid value",
  },
  {
    name: "a priority with a fraction",
    spec: { addresses: ["192.0.2.1"], serviceAllocation: { priority: 1.5 } },
    refused: "spec.serviceAllocation.priority",
  },
];

export const ADVERTISEMENT_ROWS: readonly ManifestRow[] = [
  { name: "no spec at all", spec: undefined },
  { name: "an empty spec", spec: {} },
  {
    name: "every field",
    spec: {
      ipAddressPools: ["prod"],
      ipAddressPoolSelectors: [{ matchLabels: { zone: "a" } }],
      nodeSelectors: [
        { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["n1"] }] },
      ],
      serviceSelectors: [{ matchLabels: { app: "web" } }],
      interfaces: ["eth0", "bond0.120"],
      preferredNodeSelectors: [{ weight: 100, preference: { matchLabels: { rack: "1" } } }],
    },
  },
  { name: "a field of another release", spec: { futureField: true } },
  {
    name: "a pool twice",
    spec: { ipAddressPools: ["prod", "prod"] },
    refused: '"prod" is written twice. Write each once.',
    parses: true,
  },
  {
    name: "an interface twice",
    spec: { interfaces: ["eth0", "eth0"] },
    refused: '"eth0" is written twice. Write each once.',
    parses: true,
  },
  {
    name: "a pattern for an interface",
    spec: { interfaces: ["eth/0"] },
    refused: '"eth/0" cannot be the name of an interface',
    parses: true,
  },
  {
    name: "the name of an interface that is too long",
    spec: { interfaces: ["a-very-long-name"] },
    refused: "spec.interfaces[0]: Too long",
  },
  {
    name: "a preference without a weight",
    spec: { preferredNodeSelectors: [{ preference: {} }] },
    refused: "weight: Required value",
  },
  {
    name: "a weight of 0",
    spec: { preferredNodeSelectors: [{ weight: 0, preference: {} }] },
    refused: "should be greater than or equal to 1",
  },
  {
    name: "a weight of 101",
    spec: { preferredNodeSelectors: [{ weight: 101, preference: {} }] },
    refused: "should be less than or equal to 100",
  },
  {
    name: "a preference that is missing",
    spec: { preferredNodeSelectors: [{ weight: 1 }] },
    refused: "preference: Required value",
  },
  {
    name: "a requirement without a key",
    spec: { nodeSelectors: [{ matchExpressions: [{ operator: "Exists" }] }] },
    refused: "key: Required value",
  },
  {
    name: "pools as one text",
    spec: { ipAddressPools: "prod" },
    refused: "spec.ipAddressPools: Invalid value",
  },
];

/** @param age orders by creation: 1 is older than 2 */
export function manifest(kind: string, name: string, spec: unknown, age = 1) {
  return {
    apiVersion: "metallb.io/v1beta1",
    kind,
    metadata: { name, namespace: "metallb-system", creationTimestamp: timeOf(age) },
    ...(spec === undefined ? {} : { spec }),
  };
}
