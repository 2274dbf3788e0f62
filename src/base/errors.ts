/**
 * What a person meets when something cannot be done: a code, the value at fault, and the way out. Pure.
 *
 * One list: docs/errors.md is compared with it by a test. Our own bugs are `assert`, not in here.
 */

export const REMEDIES = {
  ADDRESSES_DISAGREE: "Request addresses in the annotation or in spec.loadBalancerIP, not in both",
  ADDRESSES_IN_USE:
    "Delete the Services or request other addresses for them first; to take them away nevertheless, annotate the object with spreadlb.io/checks: warn",
  ADDRESS_DOUBLED: "Name each address once in the Service annotation",
  ADDRESS_INVALID: "Write plain IPv4 or IPv6 addresses, without mask, zone or IPv4-mapped form",
  ADDRESS_LEFT_POOL: "Publish the new address, or put the old range back into the pool",
  ADDRESS_NOT_SHARED:
    "Give both Services the same sharing key and different ports, or publish the new address",
  ADDRESS_OUTSIDE_POOL: "Request an address of the pool, or add a range to it",
  ADDRESS_TAKEN:
    "Request another address, let both Services share it, or delete the one that holds it",
  ADDRESS_WRONG_FAMILY: "Request addresses of the families in the Service's spec.ipFamilies",
  ADVERTISEMENT_DOUBLED: "Delete one of the two",
  AGGREGATION_INVALID:
    "Leave the aggregation length out, or raise it to the prefix length of the pool's entries",
  ANNOTATION_DEPRECATED: "Rename the annotation; until then it works as it is",
  BFD_PROFILE_MISSING: "Create the BFDProfile, or take its name out of the BGPPeer",
  CLASS_DEFAULT_DOUBLED: 'Set "isDefault" to false on all but one MetalLoadBalancerClass',
  CLASS_MISSING: "Create the class, or name an existing one and recreate the Service",
  CLASS_UNKNOWN: "Name an existing MetalLoadBalancerClass in the annotation",
  COMMUNITY_DOUBLED: "Define each alias once, over all Community objects",
  COMMUNITY_INVALID:
    "Write two 16-bit numbers, 65000:100, or three of 32 bits, large:65000:1:2, or the name that a Community gives them",
  COMMUNITY_MISSING: "Create a Community that defines the name, or write the numbers themselves",
  COUNT_INVALID: "Write a whole number from 1 to 64 in the count annotation",
  COUNT_TOO_SMALL: "Raise the count annotation to the number of requested addresses",
  IN_USE: "Take its name out of what names it first",
  KUBECONFIG_INVALID:
    "Name a readable kubeconfig with --kubeconfig, or leave it out and run inside the cluster",
  LOCAL_PREFERENCE_CLASH:
    "Write one localPref in both, or other nodes, peers or aggregation lengths in one of them",
  NAMESPACE_WRONG: "Set metadata.namespace to what --metallb-namespace says",
  NAMES_TOO_MANY: "Divide the Services among several DNSPublishers by their selectors",
  NAME_CLAIMED: "Give one of the two another name",
  NAME_INVALID:
    "Write a host name such as web.example.org, its first label of 58 letters at most, below the zone's own name",
  NAME_OUTSIDE_ZONES: "Choose a name in one of the zones, or add its zone to a DNSPublisher",
  NAME_TAKEN:
    "Choose another name, or delete what has it from the zone, together with the TXT record that marks it",
  NAME_TTL_INVALID: "Write a number of seconds from 1 to 2147483647, or a duration such as 5m",
  NODE_ADDRESS_IN_POOL: "Take the address of the node out of the pool",
  NOT_ADVERTISED: "Create an L2Advertisement that selects the pool, the Service and a node",
  NO_INTERFACE:
    "Name interfaces that the nodes have, as `ip link` shows them, or leave them out: all are answered on then",
  NO_NODES: "Label at least one ready node so that the class's nodeSelector matches it",
  NO_POOL:
    "Set autoAssign on a pool, widen its serviceAllocation, or request an address of a pool by name",
  NO_SERVING_ENDPOINT:
    "Start a ready Pod on a node of the class, or use externalTrafficPolicy: Cluster",
  NO_SPEAKER: "Run the speaker on the nodes of the class, and look into its logs",
  OWNER_ID_SHARED: "Give one of the two another ownerId, or divide the zones between them",
  PEER_CLASH: "Select other nodes in one of the two, or make them agree",
  PEER_INVALID: "Write what `kubectl explain` says of the field",
  PEER_MISSING: "Create the peer, or take its name out of what names it",
  POOL_EMPTY: "Write at least one CIDR or range into the pool",
  POOL_EXHAUSTED: "Add a range to the pool, or ask for fewer addresses per Service",
  POOL_FAMILY_MISSING: "Add a range of this family to the pool, or change ipFamilyPolicy",
  POOL_MISSING: "Create the pool, or take its name out of the advertisement",
  POOL_OVERLAP: "Take the shared addresses out of one of the two",
  POOL_UNKNOWN:
    "Name an existing pool in the annotation, one whose serviceAllocation fits the Service",
  PUBLISHER_NOT_READ:
    "Let the controller get and patch DNSPublishers, as deploy/10-rbac.yaml does, and look whether the API server is well",
  RANGE_INVALID: "Write a CIDR such as 192.0.2.0/28 or a range such as 192.0.2.10-192.0.2.20",
  RANGE_TOO_LARGE: "Split the range, or set avoidBuggyIPs to false",
  RAW_SOCKET_DENIED: "Give the speaker container the capability NET_RAW, or run it as root",
  SECRET_UNUSABLE:
    'Create a Secret of type kubernetes.io/basic-auth with the key "password" where the peers are',
  SELECTOR_IDLE: "Label a node so that it matches, or correct the selector",
  SELECTOR_INVALID: "Write what Kubernetes takes as a label selector, each requirement once",
  TSIG_KEY_UNUSABLE:
    'Create the Secret in the namespace of the controller, with what tsig-keygen prints as its field "secret", and let the controller read it',
  USAGE: "See --help",
} as const;

export type ProblemCode = keyof typeof REMEDIES;

/** Something that a person should know and can mend: never thrown, always shown on the object at fault. */
export interface Problem {
  readonly code: ProblemCode;
  /** What failed, with the value: a sentence without its full stop. */
  readonly message: string;
  /** What tells it from others of its code on the same object, whatever the words; left out: the message. */
  readonly about?: string;
}

/** @returns the sentence and the way out, as conditions, Events and the command line show them */
export function describeProblem(problem: Problem): string {
  return `${problem.message}. ${REMEDIES[problem.code]}.`;
}

/** @returns `PoolExhausted` for `POOL_EXHAUSTED`: the reason in conditions and Events */
export function reasonOf(code: ProblemCode): string {
  return code
    .split("_")
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join("");
}

/** A problem that ends what was being done. */
export class BalancerError extends Error {
  readonly code: ProblemCode;

  constructor(code: ProblemCode, message: string) {
    super(describeProblem({ code, message }));
    this.name = "BalancerError";
    this.code = code;
  }
}
