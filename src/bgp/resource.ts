/**
 * NodeBGPStatus, `spreadlb.io/v1alpha1`: how the sessions of one node with its routers are, for people and `spreadlb bgp`. Pure.
 *
 * One object for a node that has peers, named for it: written by its speaker, deleted when that stops, and owner of what the speaker
 * says in other kinds. Routes are not in it: there may be thousands, and they follow from what is in the API (docs/decisions/0023).
 * Neighbours: ../speaker/session-book.ts fills it.
 */
import { buildCrd } from "../base/crd.ts";
import { oneOf, Type, type Static } from "../base/schema.ts";
import { defineResource, type ObjectMeta } from "../kube/resource.ts";

const SESSIONS_MAX = 256;
const TEXT_CHARS_MAX = 1024;
const NAME_CHARS_MAX = 512;
const COUNT_MAX = Number.MAX_SAFE_INTEGER;
const ASN_MAX = 0xffffffff;

export const SESSION_STATES = ["Established", "Down", "Held"] as const;

function text(description: string, lengthMax = TEXT_CHARS_MAX) {
  return Type.String({ description, maxLength: lengthMax });
}

function count(description: string, maximum = COUNT_MAX) {
  return Type.Integer({ description, minimum: 0, maximum });
}

function time(description: string) {
  return Type.String({ description, format: "date-time" });
}

function flag(description: string) {
  return Type.Boolean({ description });
}

const FAMILY = oneOf(["IPv4", "IPv6"], { description: "An address family." });

const negotiated = Type.Object(
  {
    families: Type.Array(FAMILY, {
      description: "What is announced in the session.",
      maxItems: 2,
      "x-kubernetes-list-type": "atomic",
    }),
    routerId: text("The router's identifier.", 39),
    holdTimeSeconds: count("The shorter of both hold times; 0: none."),
    fourOctetAs: flag("AS numbers of four octets, RFC 6793."),
    routeRefresh: flag("RFC 2918."),
    extendedNextHop: flag("Prefixes of IPv4 with next hops of IPv6, RFC 8950."),
    extendedMessages: flag("RFC 8654."),
    gracefulRestartSeconds: Type.Optional(
      count("How long the router keeps our routes while the speaker is away, RFC 4724."),
    ),
    restartOverNotification: flag("It keeps them over a NOTIFICATION, too: RFC 8538."),
  },
  { description: "What both ends have agreed on; of an established session." },
);

const lastEnd = Type.Object(
  {
    at: time("When it was first so."),
    by: oneOf(["us", "peer", "network"], { description: "Whose doing it was." }),
    reason: text("Why, in words."),
    remedy: Type.Optional(text("What can be done.")),
  },
  { description: "How the last session, or attempt at one, ended." },
);

const heldBack = Type.Object(
  {
    family: FAMILY,
    reason: oneOf(["family-not-agreed", "no-next-hop"], { description: "Why, in one word." }),
  },
  { description: "A family of which nothing is announced in this session." },
);

const session = Type.Object(
  {
    peer: text("The object that says so, such as BGPPeer/tor-a.", NAME_CHARS_MAX),
    address: text(
      "The router's address; of an unnumbered peer with its interface, fe80::1%eth0, or that alone while nobody is found.",
      64,
    ),
    port: count("The router's TCP port.", 65_535),
    vrf: Type.Optional(text("The VRF's device.", 64)),
    ourAsn: count("The AS number that we say.", ASN_MAX),
    theirAsn: Type.Optional(
      count("The router's; not there where any may be and none is.", ASN_MAX),
    ),
    state: oneOf(SESSION_STATES, { description: "Held: it is not even tried, see the problem." }),
    since: time("Since when it is established, or is not."),
    problem: Type.Optional(text("What keeps it from being as the manifests say.")),
    announced: count("How many prefixes the router has been told."),
    wanted: count("How many it is to be told."),
    heldBack: Type.Optional(
      Type.Array(heldBack, {
        description: "What of it is not announced in this session.",
        maxItems: 2,
        "x-kubernetes-list-type": "atomic",
      }),
    ),
    receivedPrefixes: count("How many the router has announced to us so far, each time counted."),
    bfd: Type.Optional(oneOf(["Up", "Down", "AdminDown"], { description: "What BFD says." })),
    negotiated: Type.Optional(negotiated),
    lastEnd: Type.Optional(lastEnd),
  },
  { description: "A session with one router." },
);

const status = Type.Object(
  {
    established: text("How many sessions are up, of how many: 1/2.", 16),
    gate: oneOf(["Open", "Closed"], {
      description: "Closed: kube-proxy does not work here, and nothing is announced.",
    }),
    trouble: Type.Optional(text("Of the first session that is not up: which, and why.")),
    sessions: Type.Array(session, {
      description: "By peer.",
      maxItems: SESSIONS_MAX,
      "x-kubernetes-list-type": "atomic",
    }),
  },
  { description: "What is: written by the speaker." },
);

export type SessionEntry = Static<typeof session>;
export type NodeBGPStatusBody = Static<typeof status>;
export type Negotiated = Static<typeof negotiated>;

export interface NodeBGPStatus {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  /** Named for the node. */
  readonly metadata: ObjectMeta;
  readonly status?: NodeBGPStatusBody | undefined;
}

export const NODE_BGP_STATUSES = defineResource<NodeBGPStatus>({
  group: "spreadlb.io",
  version: "v1alpha1",
  kind: "NodeBGPStatus",
  plural: "nodebgpstatuses",
  namespaced: false,
});

/** @returns as much of it as an object has room for */
export function cutText(whole: string): string {
  return whole.length <= TEXT_CHARS_MAX ? whole : `${whole.slice(0, TEXT_CHARS_MAX - 1)}…`;
}

/** @returns as many as an object has room for */
export function cutSessions(sessions: readonly SessionEntry[]): SessionEntry[] {
  return sessions.slice(0, SESSIONS_MAX);
}

export const nodeBgpStatusCrd = buildCrd({
  group: NODE_BGP_STATUSES.group,
  version: NODE_BGP_STATUSES.version,
  kind: NODE_BGP_STATUSES.kind,
  plural: NODE_BGP_STATUSES.plural,
  singular: "nodebgpstatus",
  shortNames: ["nbgp"],
  scope: "Cluster",
  description: "How the BGP sessions of a node are; its name is the node's.",
  spec: Type.Object({}, { description: "Empty: the kind only says how things are." }),
  specRequired: false,
  status,
  columns: [
    { name: "Established", type: "string", jsonPath: ".status.established" },
    { name: "Gate", type: "string", jsonPath: ".status.gate" },
    { name: "Trouble", type: "string", jsonPath: ".status.trouble" },
  ],
});
