/**
 * DNSPublisher, `spreadlb.io/v1alpha1`: into which zones the names of Services go, by which way, and how far that is. Pure.
 *
 * Several may exist: each has its Services, its zones, its way out, and a mark of its own on the names that it made.
 * `status.names` is written before a name is published and shortened after it was deleted, so what is in a zone is known after any
 * crash, and a Service that was deleted while nobody looked leaves nothing behind.
 * Neighbours: service-names.ts says which names are wanted; book.ts keeps them true; ../controller/io/names.ts does the work.
 */
import { buildCrd } from "../base/crd.ts";
import { lazyValidator, oneOf, textMap, Type, withRules, type Static } from "../base/schema.ts";
import { labelSelector } from "../classes/label-selector.ts";
import { conditionList } from "../classes/lists.ts";
import type { Condition } from "../kube/patches.ts";
import type { ObjectMeta } from "../kube/resource.ts";
import { DNS_PUBLISHERS } from "./kind.ts";
import { MAC_BYTES, type TsigAlgorithm } from "./wire/tsig.ts";

export const ZONES_MAX = 16;
/** What one object of the API has room for, at names of 64 letters: ledger.ts counts the octets. */
export const PUBLISHED_NAMES_MAX = 5000;
export const DIFFERENCES_MAX = 64;
export const FAILING_ZONES_MAX = 64;

const NAME_CHARS_MAX = 253;
/** Of the name and the message of a difference, and of both texts of an error: the API server refuses longer ones. */
export const DIFFERENCE_NAME_CHARS_MAX = 1024;
export const DIFFERENCE_MESSAGE_CHARS_MAX = 2048;
export const ERROR_TEXT_CHARS_MAX = 1024;
const LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";
const DOMAIN = `${LABEL}([.]${LABEL})*`;
const HOUR_SECONDS = 3600;

function text(description: string, lengthMax: number, more: object = {}) {
  return Type.String({ description, minLength: 1, maxLength: lengthMax, ...more });
}

function seconds(description: string, [minimum, standard, maximum]: [number, number, number]) {
  return Type.Optional(Type.Integer({ minimum, maximum, default: standard, description }));
}

function zoneList(description: string, more: object = {}) {
  const words = "The name of a zone, in lower case, without a dot at the end.";
  return Type.Array(text(words, NAME_CHARS_MAX, { pattern: `^${DOMAIN}$` }), {
    ...{ description, ...more, maxItems: ZONES_MAX, "x-kubernetes-list-type": "set" },
  });
}

const zones = zoneList("The zones that names go into: each name into the longest that it is in.", {
  minItems: 1,
});

const TEMPLATE_RULE = {
  rule: `self.replace('{{name}}', 'a').replace('{{namespace}}', 'a').matches('^([*][.])?${DOMAIN}$')`,
  message: "must be a name with {{name}} and {{namespace}} in it, such as {{name}}.lb.example.org",
};

const tsig = Type.Object(
  {
    keyName: text("The name of the key, as the server has it.", NAME_CHARS_MAX, {
      pattern: "^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?[.]?$",
    }),
    algorithm: Type.Optional(
      oneOf(Object.keys(MAC_BYTES) as TsigAlgorithm[], {
        description: "The key's algorithm.",
        default: "hmac-sha256",
      }),
    ),
    secretName: Type.Optional(
      text(
        'The Secret with the key, in the namespace of the controller: its field "secret" has what tsig-keygen prints, in base64. ' +
          "The controller may read spreadlb-dns; for another name it needs the right.",
        NAME_CHARS_MAX,
        { default: "spreadlb-dns" },
      ),
    ),
  },
  { description: "Signs updates: RFC 8945." },
);

const rfc2136 = Type.Object(
  {
    server: Type.Optional(
      withRules(text("The address of the primary; without it the SOA's is asked for.", 39), [
        { rule: "isIP(self)", message: "must be an IP address" },
      ]),
    ),
    port: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 65_535, default: 53, description: "The server's port." }),
    ),
    tcpOnly: Type.Optional(
      Type.Boolean({ default: false, description: "Where UDP does not get through." }),
    ),
    tsig,
  },
  { description: "Dynamic updates: RFC 2136." },
);

const dnsEndpoint = Type.Object(
  {
    namespace: Type.Optional(
      text(
        "Where the DNSEndpoints live; without it each in the namespace of its Service, which then owns it.",
        63,
        { pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" },
      ),
    ),
    labels: Type.Optional(
      textMap({
        description: "Labels that the DNSEndpoints have, for external-dns's --label-filter.",
        maxProperties: 16,
      }),
    ),
  },
  {
    description:
      "DNSEndpoint objects, for an external-dns with --source=crd: it has the name server, and the marks.",
  },
);

const spec = Type.Object(
  {
    zones,
    abandonedZones: Type.Optional(
      zoneList(
        "With rfc2136: zones that are gone for good, or are not ours to change any more. Names in them are forgotten, and nothing is deleted there.",
      ),
    ),
    rfc2136: Type.Optional(rfc2136),
    dnsEndpoint: Type.Optional(dnsEndpoint),
    serviceSelector: Type.Optional(
      labelSelector("Labels of the Services that are published; without it: all of ours."),
    ),
    namespaceSelector: Type.Optional(labelSelector("Labels of their namespaces; without it: all.")),
    template: Type.Optional(
      withRules(
        text(
          "The name of a Service that has no hostname annotation, such as {{name}}.{{namespace}}.lb.example.org; without it such " +
            "Services are not published.",
          NAME_CHARS_MAX,
        ),
        [TEMPLATE_RULE],
      ),
    ),
    ttlSeconds: seconds("Of records whose Service names no other TTL.", [1, 30, 24 * HOUR_SECONDS]),
    withdrawAfterSeconds: seconds(
      "An address that no node has held for so long leaves its names, and comes back when it is held; the last ones stay.",
      [1, 15, HOUR_SECONDS],
    ),
    updateIntervalSeconds: seconds(
      "Between two rounds of updates: what changes meanwhile goes together.",
      [1, 1, HOUR_SECONDS],
    ),
    resyncIntervalSeconds: seconds(
      "How often a name is looked up, and put right where somebody changed it.",
      [10, 300, 24 * HOUR_SECONDS],
    ),
    ownerId: Type.Optional(
      text(
        "The mark on our names, as external-dns has it; unlike everybody else's. Without it: the publisher's name and the cluster's " +
          "own id. Another mark makes the names of before a stranger's.",
        128,
        { pattern: "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$" },
      ),
    ),
  },
  { description: "What is published, and how." },
);

const publishedName = Type.Object(
  {
    name: text("The name.", NAME_CHARS_MAX),
    zone: text("The zone that it is in.", NAME_CHARS_MAX),
    service: text("Whose it is: namespace/name.", 317),
  },
  { description: "A name that may be in a zone." },
);

const difference = Type.Object(
  {
    name: text(
      "The name; of a Service without a usable one what it asks for.",
      DIFFERENCE_NAME_CHARS_MAX,
    ),
    service: text("Whose it is: namespace/name.", 317),
    reason: text("Why, in one word.", 64),
    message: text("Why, and the way out.", DIFFERENCE_MESSAGE_CHARS_MAX),
  },
  { description: "A name that is not as it is wanted." },
);

const zoneError = {
  at: Type.String({ format: "date-time", description: "When it was first so." }),
  zone: text("The zone.", NAME_CHARS_MAX),
  reason: text("The kind of failure, in one word.", 64),
  message: text("What failed.", ERROR_TEXT_CHARS_MAX),
  remedy: text("The way out.", ERROR_TEXT_CHARS_MAX),
};
const lastError = Type.Object(zoneError, {
  description: "What keeps updates from being made now, or did last.",
});
const failingZone = Type.Object(zoneError, {
  description: "A zone that cannot be read or updated now.",
});

const status = Type.Object(
  {
    wanted: Type.Optional(
      Type.Integer({ minimum: 0, description: "How many names are to be published." }),
    ),
    published: Type.Optional(
      Type.Integer({ minimum: 0, description: "How many are, as they are wanted." }),
    ),
    ownerId: Type.Optional(Type.String({ maxLength: 317, description: "The mark in use." })),
    names: Type.Optional(
      Type.Array(publishedName, {
        maxItems: PUBLISHED_NAMES_MAX,
        description: "The names that may be in the zones: written before they are.",
        "x-kubernetes-list-type": "atomic",
      }),
    ),
    differences: Type.Optional(
      Type.Array(difference, {
        maxItems: DIFFERENCES_MAX,
        description: "Names that are not as they are wanted, the first of them.",
        "x-kubernetes-list-type": "atomic",
      }),
    ),
    failingZones: Type.Optional(
      Type.Array(failingZone, {
        maxItems: FAILING_ZONES_MAX,
        description: "The zones that cannot be read or updated now; the others are.",
        "x-kubernetes-list-type": "atomic",
      }),
    ),
    lastError: Type.Optional(lastError),
    conditions: Type.Optional(
      conditionList("Ready: whether all names are as they are wanted, and if not, why."),
    ),
  },
  { description: "What is: written by the controller." },
);

const ONE_WAY = {
  rule: "has(self.spec.rfc2136) != has(self.spec.dnsEndpoint)",
  message: "spec needs one way out: rfc2136 or dnsEndpoint",
};

/** What it left by the other way nobody would take out. */
const SAME_WAY = {
  rule: "has(self.spec.rfc2136) == has(oldSelf.spec.rfc2136)",
  message: "the way out cannot be changed: make another DNSPublisher",
};

const NAMED_IN_ZONE = {
  rule:
    "!has(self.spec.template) || " +
    "self.spec.zones.exists(z, self.spec.template.endsWith('.' + z))",
  message: "spec.template must be in one of spec.zones",
};

/** A name that is in no object any more is forgotten at once: what becomes of the zone is external-dns's business. */
const ABANDONED_BY_US = {
  rule: "!has(self.spec.abandonedZones) || !has(self.spec.dnsEndpoint)",
  message:
    "spec.abandonedZones is for rfc2136: with dnsEndpoint nothing is deleted in zones, and taking it out of spec.zones is enough",
};

const ABANDONED_NOT_USED = {
  rule: "!has(self.spec.abandonedZones) || !self.spec.abandonedZones.exists(z, z in self.spec.zones)",
  message: "spec.abandonedZones must have no zone of spec.zones",
};

export type DNSPublisherSpec = Static<typeof spec>;
/** Of a publisher with a name server. */
export type Rfc2136Spec = DNSPublisherSpec & Required<Pick<DNSPublisherSpec, "rfc2136">>;
/** Of one with DNSEndpoints. */
export type EndpointSpec = DNSPublisherSpec & Required<Pick<DNSPublisherSpec, "dnsEndpoint">>;
export type PublishedEntry = Static<typeof publishedName>;
export type NameDifference = Static<typeof difference>;
export type ZoneError = Static<typeof lastError>;

export interface DNSPublisherStatus {
  readonly wanted?: number;
  readonly published?: number;
  readonly ownerId?: string;
  readonly names?: readonly PublishedEntry[];
  readonly differences?: readonly NameDifference[];
  readonly failingZones?: readonly ZoneError[];
  readonly lastError?: ZoneError;
  readonly conditions?: readonly Condition[];
}

export interface DNSPublisher {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  readonly metadata: ObjectMeta;
  readonly spec: DNSPublisherSpec;
  readonly status?: DNSPublisherStatus | undefined;
}

/** Reads a manifest: types and bounds, defaults filled in. */
export const parseDnsPublisher = lazyValidator<DNSPublisher>(
  Type.Object({
    apiVersion: Type.Optional(Type.String()),
    kind: Type.Optional(Type.String()),
    metadata: Type.Object({ name: Type.String({ minLength: 1 }) }),
    spec,
  }),
);

export const dnsPublisherCrd = buildCrd({
  group: DNS_PUBLISHERS.group,
  version: DNS_PUBLISHERS.version,
  kind: DNS_PUBLISHERS.kind,
  plural: DNS_PUBLISHERS.plural,
  singular: "dnspublisher",
  shortNames: ["dnspub"],
  scope: "Cluster",
  description: "Publishes the names of Services into zones of the DNS, and keeps them true.",
  spec,
  status,
  rules: [ONE_WAY, SAME_WAY, NAMED_IN_ZONE, ABANDONED_NOT_USED, ABANDONED_BY_US],
  columns: [
    { name: "Zones", type: "string", jsonPath: ".spec.zones" },
    { name: "Server", type: "string", jsonPath: ".spec.rfc2136.server" },
    { name: "Wanted", type: "integer", jsonPath: ".status.wanted" },
    { name: "Published", type: "integer", jsonPath: ".status.published" },
    {
      name: "Ready",
      type: "string",
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
    },
    {
      name: "Reason",
      type: "string",
      jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
    },
  ],
});
