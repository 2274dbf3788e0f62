/**
 * Bad input, as data: what people write by mistake, what they are told, and what keeps working.
 *
 * One table, three readers: the pure tests beside it, the real API server (test/api/bad-input.test.ts), and whoever
 * tests the whole. A class that is refused at admission may still be in the store from before: so those rows say as
 * well which problem the compiled class has.
 */
import { REMEDIES, type ProblemCode } from "../../src/base/errors.ts";
import {
  ADDRESSES_ANNOTATION,
  CLASS_ANNOTATION,
  COUNT_ANNOTATION,
} from "../../src/classes/annotations.ts";
import type {
  MetalLoadBalancerClass,
  MetalLoadBalancerClassSpec,
} from "../../src/classes/resource.ts";
import { classOf, type TestService } from "./world.ts";

export interface BadClassRow {
  readonly name: string;
  readonly object: MetalLoadBalancerClass;
  /** Classes that exist already. */
  readonly beside?: readonly MetalLoadBalancerClass[];
  /** What the API server answers: the end of its message after the field. Absent: it cannot see the fault. */
  readonly wantAdmission?: string;
  /** What compileClasses says of it. Absent: the fault does no harm there. */
  readonly wantProblem?: { readonly code: ProblemCode; readonly message: string };
  /** The ranges of the class that work all the same. */
  readonly keeps: readonly string[];
}

export interface BadServiceRow {
  readonly name: string;
  /** Default: BASE_CLASSES. */
  readonly classes?: readonly MetalLoadBalancerClass[];
  /** Services that exist before, in order of age. */
  readonly neighbours?: readonly TestService[];
  /** The Service while it was right; absent: it is made wrong. */
  readonly before?: TestService;
  readonly service: TestService;
  readonly wantProblem: { readonly code: ProblemCode; readonly message: string };
  /** The addresses of the Service at the end, null for a place with nothing. */
  readonly keeps: readonly (string | null)[];
}

/** The class of the Service rows: 8 IPv4 and 8 IPv6 addresses; and one without IPv6. */
export const BASE_CLASSES: readonly MetalLoadBalancerClass[] = [
  classOf("edge", { addressPool: ["192.0.2.0/29", "2001:db8::/125"], isDefault: true }, 1),
  classOf("four", { addressPool: ["198.51.100.0/30"] }, 2),
];

const GOOD = "203.0.113.0/30";
const GOOD_RANGE = "203.0.113.0-203.0.113.3";

function badRange(name: string, entry: string, message: string): BadClassRow {
  return {
    name,
    object: classOf("bad", { addressPool: [GOOD, entry] }),
    wantAdmission: `spec.addressPool[1]: Invalid value: "string": ${message}. ${REMEDIES.RANGE_INVALID}.`,
    wantProblem: { code: "RANGE_INVALID", message },
    keeps: [GOOD_RANGE],
  };
}

function unreadable(name: string, entry: string): BadClassRow {
  return badRange(name, entry, `Cannot read "${entry}" as a CIDR, a range or an address`);
}

function backwards(name: string, entry: string): BadClassRow {
  return badRange(
    name,
    entry,
    `The range "${entry}" is written backwards: its end lies before its start`,
  );
}

function refused(
  name: string,
  spec: MetalLoadBalancerClassSpec,
  wantAdmission: string,
): BadClassRow {
  return {
    name,
    object: classOf("bad", { addressPool: [GOOD], ...spec }),
    wantAdmission,
    keeps: [GOOD_RANGE],
  };
}

const LONG = `${"1".repeat(90)}-2001:db8::1/64`;

export const BAD_CLASSES: readonly BadClassRow[] = [
  unreadable("a /33", "192.0.2.0/33"),
  unreadable("an IPv6 /129", "2001:db8::/129"),
  unreadable("a negative mask", "192.0.2.0/-1"),
  unreadable("a mask with a leading zero", "192.0.2.0/08"),
  unreadable("a mask that is no number", "192.0.2.0/24/24"),
  unreadable("a netmask in decimals", "192.0.2.0/255.255.255.0"),
  unreadable("text", "pool-a"),
  unreadable("nothing", ""),
  unreadable("a lone dash", "-"),
  unreadable("three ends", "192.0.2.1-192.0.2.2-192.0.2.3"),
  unreadable("a range without its end", "192.0.2.1-"),
  unreadable("a range of CIDRs", "192.0.2.0/30-192.0.2.8/30"),
  unreadable("a range by last octet", "192.0.2.10-20"),
  unreadable("two ranges in one entry", "192.0.2.1,192.0.2.2"),
  unreadable("three octets", "192.0.2"),
  unreadable("an octet above 255", "192.0.2.256/32"),
  unreadable("leading zeros", "192.0.02.1"),
  unreadable("an IPv4-mapped address", "::ffff:192.0.2.1"),
  unreadable("an IPv4-mapped CIDR", "::ffff:192.0.2.0/120"),
  unreadable("a zone identifier", "fe80::1%eth0"),
  unreadable("a zone identifier in a CIDR", "fe80::%eth0/64"),
  unreadable("a zone identifier with a dash", "fe80::1%vlan-7"),
  unreadable("brackets around IPv6", "[2001:db8::]/64"),
  unreadable("space around a CIDR", " 192.0.2.0/24"),
  backwards("a range written backwards", "192.0.2.20-192.0.2.10"),
  backwards("a range backwards by its third octet", "192.0.3.1-192.0.2.255"),
  backwards("an IPv6 range written backwards", "2001:db8::ff-2001:db8::1"),
  backwards("an IPv6 range backwards in its last part", "::2-::1"),
  backwards("an IPv6 range backwards before its gap", "2001:DB9::1-2001:db8::ff"),
  badRange(
    "a range across families",
    "192.0.2.1-2001:db8::1",
    'The range "192.0.2.1-2001:db8::1" starts and ends in different families',
  ),
  {
    name: "an IPv6 range backwards in dotted decimals, which CEL leaves alone",
    object: classOf("bad", { addressPool: [GOOD, "::0.0.1.2-::0.0.1.1"] }),
    wantProblem: {
      code: "RANGE_INVALID",
      message:
        'The range "::0.0.1.2-::0.0.1.1" is written backwards: its end lies before its start',
    },
    keeps: [GOOD_RANGE],
  },
  {
    ...unreadable("an endless entry", LONG),
    wantAdmission: "spec.addressPool[1]: Too long: may not be more than 96 bytes",
  },
  refused(
    "an entry twice",
    { addressPool: [GOOD, GOOD] },
    `spec.addressPool: Invalid value: "array": "${GOOD}" is written twice. Write each once.`,
  ),
  refused(
    "an interface with a space",
    { l2: { interfaces: ["eth0", "eth 1"] } },
    'spec.l2.interfaces[1]: Invalid value: "string": "eth 1" cannot be the name of an interface. Write the name that `ip link` shows.',
  ),
  refused(
    "an interface with a slash",
    { l2: { interfaces: ["eth/0"] } },
    'spec.l2.interfaces[0]: Invalid value: "string": "eth/0" cannot be the name of an interface. Write the name that `ip link` shows.',
  ),
  refused(
    "an interface without a name",
    { l2: { interfaces: [""] } },
    'spec.l2.interfaces[0]: Invalid value: "string": "" cannot be the name of an interface. Write the name that `ip link` shows.',
  ),
  refused(
    "an interface of 16 characters",
    { l2: { interfaces: ["enp0s31f6np0d1.1"] } },
    "spec.l2.interfaces[0]: Too long: may not be more than 15 bytes",
  ),
  refused(
    "an interface twice",
    { l2: { interfaces: ["eth0", "eth0"] } },
    'spec.l2.interfaces: Invalid value: "array": "eth0" is written twice. Write each once.',
  ),
  refused(
    "a type that is not there",
    { type: "BGP" as "L2" },
    'spec.type: Unsupported value: "BGP": supported values: "L2"',
  ),
  refused(
    "a default that is a text",
    { isDefault: "no" as unknown as boolean },
    "spec.isDefault in body must be of type boolean",
  ),
  refused(
    "a reason to leave a node that is not there",
    { drainOn: ["Cordon", "Reboot" as "Cordon"] },
    'spec.drainOn[1]: Unsupported value: "Reboot": supported values: "Cordon", "OutOfServiceTaint"',
  ),
  refused(
    "a reason to leave a node twice",
    { drainOn: ["Cordon", "Cordon"] },
    'spec.drainOn: Invalid value: "array": "Cordon" is written twice. Write each once.',
  ),
  refused(
    "a rebalancing that is not there",
    { rebalance: "On" as "Off" },
    'spec.rebalance: Unsupported value: "On": supported values: "Gradual", "Off"',
  ),
  {
    name: "a pool without an entry",
    object: classOf("bad", { addressPool: [] }),
    wantProblem: { code: "POOL_EMPTY", message: 'Class "bad" has no addresses to give' },
    keeps: [],
  },
  {
    name: "no pool at all",
    object: { ...classOf("bad", {}), spec: {} },
    wantProblem: { code: "POOL_EMPTY", message: 'Class "bad" has no addresses to give' },
    keeps: [],
  },
  {
    name: "a pool that overlaps an older class",
    object: classOf("bad", { addressPool: ["192.0.2.4-192.0.2.11"] }, 3),
    beside: BASE_CLASSES,
    wantProblem: {
      code: "POOL_OVERLAP",
      message:
        'Class "bad" shares 192.0.2.4-192.0.2.7 with the older class "edge", which keeps them',
    },
    keeps: ["192.0.2.8-192.0.2.11"],
  },
  {
    name: "a pool inside that of an older class",
    object: classOf("bad", { addressPool: ["2001:db8::4/126"] }, 3),
    beside: BASE_CLASSES,
    wantProblem: {
      code: "POOL_OVERLAP",
      message:
        'Class "bad" shares 2001:db8::4-2001:db8::7 with the older class "edge", which keeps them',
    },
    keeps: [],
  },
  {
    name: "a second default class",
    object: classOf("bad", { addressPool: [GOOD], isDefault: true }, 3),
    beside: BASE_CLASSES,
    wantProblem: {
      code: "CLASS_DEFAULT_DOUBLED",
      message: 'Class "bad" is not the default: the older class "edge" is',
    },
    keeps: [GOOD_RANGE],
  },
];

/** A Service of class edge by default that has two addresses, and what it becomes. */
function spoiled(
  name: string,
  annotations: Readonly<Record<string, string>>,
  wantProblem: BadServiceRow["wantProblem"],
  keeps: readonly (string | null)[] = ["192.0.2.0", "192.0.2.1"],
): BadServiceRow {
  const before = { name: "shop/web", annotations: { [COUNT_ANNOTATION]: "2" } };
  return {
    name,
    before,
    service: { ...before, annotations: { ...before.annotations, ...annotations } },
    wantProblem,
    keeps,
  };
}

function badCount(name: string, count: string): BadServiceRow {
  const message = `Cannot use the count "${count}": the Service keeps as many addresses as it has, or gets 1`;
  return spoiled(name, { [COUNT_ANNOTATION]: count }, { code: "COUNT_INVALID", message });
}

const OTHER: TestService = {
  name: "shop/other",
  annotations: { [ADDRESSES_ANNOTATION]: "192.0.2.6" },
};

export const BAD_SERVICES: readonly BadServiceRow[] = [
  badCount("a count of 0", "0"),
  badCount("a count of -1", "-1"),
  badCount("a count in letters", "abc"),
  badCount("a count of nothing", ""),
  badCount("a fractional count", "1.5"),
  badCount("a count in scientific notation", "1e1"),
  badCount("a count of 65", "65"),
  badCount("a count of 10000", "10000"),
  badCount("an endless count", "9".repeat(40)),
  {
    name: "a bad count from the start",
    service: { name: "shop/web", annotations: { [COUNT_ANNOTATION]: "many" } },
    wantProblem: {
      code: "COUNT_INVALID",
      message:
        'Cannot use the count "many": the Service keeps as many addresses as it has, or gets 1',
    },
    keeps: ["192.0.2.0"],
  },
  {
    name: "a count that the pool cannot meet",
    service: { name: "shop/web", annotations: { [COUNT_ANNOTATION]: "10" } },
    wantProblem: {
      code: "POOL_EXHAUSTED",
      message: 'Cannot give 10 more IPv4 addresses from class "edge": 8 are free',
    },
    keeps: [...[0, 1, 2, 3, 4, 5, 6, 7].map((n) => `192.0.2.${n}`), null, null],
  },
  spoiled(
    "a count raised above the pool",
    { [COUNT_ANNOTATION]: "9" },
    {
      code: "POOL_EXHAUSTED",
      message: 'Cannot give 7 more IPv4 addresses from class "edge": 6 are free',
    },
    [...[0, 1, 2, 3, 4, 5, 6, 7].map((n) => `192.0.2.${n}`), null],
  ),
  spoiled(
    "a requested address outside the pool",
    { [ADDRESSES_ANNOTATION]: "10.0.0.1" },
    {
      code: "ADDRESS_OUTSIDE_POOL",
      message: 'Cannot give 10.0.0.1: it is not in the pool of class "edge"',
    },
  ),
  spoiled(
    "a requested address of another class",
    { [ADDRESSES_ANNOTATION]: "198.51.100.1" },
    {
      code: "ADDRESS_OUTSIDE_POOL",
      message: 'Cannot give 198.51.100.1: it is not in the pool of class "edge"',
    },
  ),
  {
    ...spoiled(
      "a requested address that another Service holds",
      { [ADDRESSES_ANNOTATION]: "192.0.2.3,192.0.2.6" },
      {
        code: "ADDRESS_TAKEN",
        message: "Cannot give 192.0.2.6: the Service shop/other holds it",
      },
      ["192.0.2.3", "192.0.2.1"],
    ),
    neighbours: [OTHER],
  },
  {
    name: "a requested address that is taken, from the start",
    neighbours: [OTHER],
    service: { name: "shop/web", annotations: { [ADDRESSES_ANNOTATION]: "192.0.2.6" } },
    wantProblem: {
      code: "ADDRESS_TAKEN",
      message: "Cannot give 192.0.2.6: the Service shop/other holds it",
    },
    keeps: [null],
  },
  spoiled(
    "a requested address twice",
    { [ADDRESSES_ANNOTATION]: "192.0.2.4,192.0.2.4" },
    { code: "ADDRESS_DOUBLED", message: "The address 192.0.2.4 is requested twice" },
    ["192.0.2.4", "192.0.2.1"],
  ),
  spoiled(
    "a requested address of the wrong family",
    { [ADDRESSES_ANNOTATION]: "2001:db8::1" },
    { code: "ADDRESS_WRONG_FAMILY", message: "Cannot give 2001:db8::1: the Service has no IPv6" },
  ),
  spoiled(
    "more requested addresses than the count",
    { [ADDRESSES_ANNOTATION]: "192.0.2.1,192.0.2.0,192.0.2.5" },
    {
      code: "COUNT_TOO_SMALL",
      message: "3 IPv4 addresses are requested, but the count is 2: the first 2 are used",
    },
    ["192.0.2.1", "192.0.2.0"],
  ),
  spoiled(
    "a host name for an address",
    { [ADDRESSES_ANNOTATION]: "web.example.com" },
    { code: "ADDRESS_INVALID", message: 'Cannot read "web.example.com" as an address' },
  ),
  spoiled(
    "a CIDR for an address",
    { [ADDRESSES_ANNOTATION]: "192.0.2.4/32,192.0.2.5" },
    { code: "ADDRESS_INVALID", message: 'Cannot read "192.0.2.4/32" as an address' },
    ["192.0.2.0", "192.0.2.5"],
  ),
  spoiled(
    "a zone for an address",
    { [ADDRESSES_ANNOTATION]: "192.0.2.0,fe80::1%eth0" },
    { code: "ADDRESS_INVALID", message: 'Cannot read "fe80::1%eth0" as an address' },
  ),
  spoiled(
    "an IPv4-mapped address",
    { [ADDRESSES_ANNOTATION]: "::ffff:192.0.2.4" },
    { code: "ADDRESS_INVALID", message: 'Cannot read "::ffff:192.0.2.4" as an address' },
  ),
  spoiled(
    "an entry left out",
    { [ADDRESSES_ANNOTATION]: ",192.0.2.5" },
    { code: "ADDRESS_INVALID", message: 'Cannot read "" as an address' },
    ["192.0.2.0", "192.0.2.5"],
  ),
  {
    name: "an unreadable address from the start: no other in its place",
    service: { name: "shop/web", annotations: { [ADDRESSES_ANNOTATION]: "192.0.2" } },
    wantProblem: { code: "ADDRESS_INVALID", message: 'Cannot read "192.0.2" as an address' },
    keeps: [null],
  },
  {
    name: "an annotation that names an unknown class, with a default",
    service: { name: "shop/web", annotations: { [CLASS_ANNOTATION]: "egde" } },
    wantProblem: {
      code: "CLASS_UNKNOWN",
      message: 'There is no class "egde"; the default class "edge" serves it',
    },
    keeps: ["192.0.2.0"],
  },
  {
    name: "an annotation that names an unknown class, without a default",
    classes: [classOf("four", { addressPool: ["198.51.100.0/30"] })],
    service: { name: "shop/web", annotations: { [CLASS_ANNOTATION]: "egde" } },
    wantProblem: { code: "CLASS_UNKNOWN", message: 'There is no class "egde"' },
    keeps: [],
  },
  {
    name: "a class that was deleted under its Service",
    classes: [classOf("four", { addressPool: ["198.51.100.0/30"] })],
    service: { name: "shop/web", loadBalancerClass: "edge", boundClass: "edge" },
    wantProblem: { code: "CLASS_MISSING", message: 'The class "edge" does not exist any more' },
    keeps: [],
  },
  {
    name: "dual stack required of a class with one family",
    service: {
      name: "shop/web",
      loadBalancerClass: "four",
      ipFamilies: ["IPv4", "IPv6"],
      ipFamilyPolicy: "RequireDualStack",
    },
    wantProblem: { code: "POOL_FAMILY_MISSING", message: 'Class "four" has no IPv6' },
    keeps: ["198.51.100.0", null],
  },
  {
    name: "IPv6 of a class without it",
    service: { name: "shop/web", loadBalancerClass: "four", ipFamilies: ["IPv6"] },
    wantProblem: { code: "POOL_FAMILY_MISSING", message: 'Class "four" has no IPv6' },
    keeps: [null],
  },
  {
    name: "a class without addresses",
    classes: [classOf("empty", { addressPool: ["192.0.2.0/33"] })],
    service: { name: "shop/web", loadBalancerClass: "empty" },
    wantProblem: { code: "POOL_EMPTY", message: 'Class "empty" has no addresses to give' },
    keeps: [null],
  },
];
