/**
 * How an exchange with a name server fails: each way has a name, and the way out. Pure data.
 *
 * Read first: RFC 1035 section 4.1.1 and RFC 2136 section 2.2 (RCODEs), RFC 8945 section 5 (TSIG errors).
 * The name is the word in the log and the label of the metric.
 * Neighbours: judge.ts and readings.ts find most of them, io/exchange.ts those of the network; those of DNSEndpoints the API server says.
 */

import { reasonOf } from "../base/errors.ts";

export const REMEDIES = {
  aborted: "Nothing to do: we stopped asking",
  "answer-malformed":
    "Look for what answers in the name server's place, or speaks another protocol there",
  "answer-not-authoritative": "Name a server that is authoritative for the zone, not a resolver",
  "answer-untrusted":
    "Compare the TSIG key, its algorithm and the clocks of both sides, and look for who answers in the name server's place",
  "bad-signature": "Give both sides the same secret for the TSIG key",
  "bad-time": "Put the clocks of this node and of the name server right",
  "bad-truncation": "Let the name server take MACs in full length",
  "endpoint-not-written":
    "Look at what the API server says, and give the publisher a namespace that there is",
  "endpoint-taken": "Delete that DNSEndpoint if nobody needs it, or rename the Service",
  "endpoints-forbidden": "Give the controller the rights of deploy/10-rbac.yaml as they are now",
  "endpoints-unknown":
    "Install external-dns with its CustomResourceDefinition of DNSEndpoint, or publish by rfc2136",
  "format-error": "Look into the name server's log; it may not know UPDATE or TSIG",
  "name-in-use": "Choose another name, or delete what has it",
  "name-not-in-use": "Look who deleted the name, and publish again",
  "no-answer": "Look whether the name server runs, and whether UDP and TCP reach its port",
  "not-authoritative": "Name the zone's primary server, and look whether it still has the zone",
  "not-implemented": "Let the name server take dynamic updates (RFC 2136), or name one that does",
  "not-in-zone": "Name the zone that the name is in",
  "primary-unknown": "Name the zone's primary server by address",
  refused:
    "Let the name server take updates that are signed with this key; some refuse a wrong secret and a wrong clock alike",
  "request-invalid": "Shorten or correct what is to be published",
  "read-refused":
    "Look whether the name server still has the zone, and let it answer questions that are signed with this key; some refuse a wrong secret and a wrong clock alike",
  "rrset-changed": "Read the present records and decide again",
  "rrset-exists": "Read the present records and decide again",
  "server-failure":
    "Look into the name server's log: the zone may be broken, frozen or not writable",
  "unknown-key": "Give the name server the TSIG key, by the same name and algorithm",
  "unknown-rcode": "Look into the name server's log",
  unreachable:
    "Look whether the name server runs, and whether a route and a firewall let us reach it",
  "zone-not-found": "Create the zone, or name it and its primary server",
} as const satisfies Record<string, string>;

export type FailureKind = keyof typeof REMEDIES;

/** Of one name: not the server's fault. */
export const NAME_FAILURES: ReadonlySet<FailureKind> = new Set<FailureKind>([
  ...(["request-invalid", "not-in-zone"] as const),
]);
/** Of what a prerequisite found. */
export const PREREQUISITE_FAILURES: ReadonlySet<FailureKind> = new Set<FailureKind>([
  ...(["name-in-use", "name-not-in-use", "rrset-exists", "rrset-changed"] as const),
]);
/** A no that may be meant for the name alone, as where a key may change a part of a zone, or for all of the zone. */
export const REFUSALS: ReadonlySet<FailureKind> = new Set<FailureKind>([
  ...(["refused", "read-refused", "server-failure", "not-authoritative"] as const),
]);

/** @returns `ServerFailure` for "server-failure": the reason of a condition */
export function reasonOfFailure(kind: FailureKind): string {
  return reasonOf(kind.replaceAll("-", "_").toUpperCase() as Parameters<typeof reasonOf>[0]);
}

export interface DnsFailure {
  readonly kind: FailureKind;
  /** What failed, with the value: a sentence without its full stop. */
  readonly message: string;
  readonly remedy: string;
  /** The server said it and signed it. Else it may be anybody's word, and nothing is to be concluded from it. */
  readonly isSigned: boolean;
  /** Of "bad-time", where the server told it: seconds since 1970. */
  readonly serverTimeSeconds: number | null;
}

export function failure(
  kind: FailureKind,
  message: string,
  more: Partial<Pick<DnsFailure, "isSigned" | "serverTimeSeconds">> = {},
): DnsFailure {
  return {
    kind,
    message,
    remedy: REMEDIES[kind],
    isSigned: false,
    serverTimeSeconds: null,
    ...more,
  };
}

/** Of what was asked: a value, or why there is none. */
export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: DnsFailure };

/** IANA, "DNS RCODEs": the name, and what it means to us. Of a question NXDOMAIN is none of these: it is an answer. */
const RCODES: Readonly<Record<number, readonly [name: string, kind: FailureKind, words: string]>> =
  {
    1: ["FORMERR", "format-error", "could not read what it was sent"],
    2: ["SERVFAIL", "server-failure", "failed"],
    3: ["NXDOMAIN", "name-not-in-use", "has no such name"],
    4: ["NOTIMP", "not-implemented", "does not do what it was asked"],
    5: ["REFUSED", "refused", "refuses"],
    6: ["YXDOMAIN", "name-in-use", "has the name already"],
    7: ["YXRRSET", "rrset-exists", "has records that should not be there"],
    8: ["NXRRSET", "rrset-changed", "has other records than those that should be there"],
    9: [
      "NOTAUTH",
      "not-authoritative",
      "is not authoritative for the zone, or does not let this key in",
    ],
    10: ["NOTZONE", "not-in-zone", "has the name in another zone"],
  };

export const RCODE = { noError: 0, nameError: 3, notAuth: 9 };

/** @param rcode of an answer, other than NOERROR */
export function rcodeFailure(rcode: number, isSigned: boolean): DnsFailure {
  const known = RCODES[rcode] ?? [`RCODE ${rcode}`, "unknown-rcode", "answers what we do not know"];
  const [name, kind, words] = known;
  return failure(kind, `The name server ${words} (${name})`, { isSigned });
}
