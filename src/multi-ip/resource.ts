/**
 * VirtualIP, the one object per address and the only meeting point of controller and speakers:
 * schema, rules, columns and type from one source. Pure.
 *
 * The spec is the controller's: who uses the address and which nodes should hold it, best first. The
 * status is the holder's: who answers, since when and why. The object is the durable claim of its
 * address, so an address is never promised by a Service status before its VirtualIP exists.
 *
 * The columns show the first Service as two fields, because a column's JSONPath yields one value and a
 * joined copy of both in the spec could contradict them. Shared addresses show the rest with `-o yaml`.
 * Nullable fields may be missing as well: a merge patch that sets null takes the field away. Read them with `?? null`.
 * Neighbours: name.ts names the object; check.ts reads one without a schema compiler, for speakers.
 */
import type { Ip } from "../base/ip.ts";
import { oneOf, Type, withRules, type Static, type TSchema } from "../base/schema.ts";
import { buildCrd } from "../base/crd.ts";
import type { Condition } from "../kube/patches.ts";
import type { ObjectMeta } from "../kube/resource.ts";
import { VIRTUAL_IPS } from "./kind.ts";
import type { MoveReason } from "./move-reason.ts";

export type { MoveReason } from "./move-reason.ts";

export const VIRTUAL_IP_MODES = ["L2", "BGP", "Both"] as const;
export const RANK_NODES_MAX = 16;
export const SHARING_SERVICES_MAX = 1024;
const INTERFACES_MAX = 64;
const ADVERTISEMENTS_MAX = 64;
const CONDITIONS_MAX = 16;

const NODE_NAME = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";

/** Objects that no reader may change. */
type Frozen<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Frozen<Item>[]
    : { readonly [Key in keyof T]: Frozen<T[Key]> };

function text(description: string, lengthMax: number, more: object = {}) {
  return Type.String({ description, minLength: 1, maxLength: lengthMax, ...more });
}

function nullableText(description: string, lengthMax: number) {
  return Type.Optional(
    Type.Unsafe<string | null>({
      type: "string",
      nullable: true,
      maxLength: lengthMax,
      description,
    }),
  );
}

function list<Item extends TSchema>(description: string, item: Item, itemsMax: number) {
  return Type.Array(item, {
    description,
    maxItems: itemsMax,
    "x-kubernetes-list-type": "atomic",
  });
}

function time(description: string) {
  return Type.String({ description, format: "date-time" });
}

function moveReason(description: string) {
  return Type.Unsafe<MoveReason>(text(description, 63, { pattern: "^[a-z]+(-[a-z]+)*$" }));
}

const serviceUse = Type.Object(
  {
    namespace: text("Namespace of the Service.", 63),
    name: text("Name of the Service.", 253),
    index: Type.Integer({
      description: "Which of the Service's addresses of this family it is, from 0.",
      minimum: 0,
      maximum: 1023,
    }),
  },
  { description: "A Service that uses the address." },
);

const services = Type.Array(serviceUse, {
  description: "The Services that use the address: several where it is shared.",
  minItems: 1,
  maxItems: SHARING_SERVICES_MAX,
  // Each once. (As a rule that would be beyond what the API server lets one cost.)
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["namespace", "name"],
});

const rank = withRules(
  list(
    "The nodes that should hold the address, best first. The first that is alive answers. Of mode BGP: those that routers " +
      "should prefer, where an advertisement asks for that (preferOwnNode).",
    text("Name of a node.", 253, { pattern: NODE_NAME }),
    RANK_NODES_MAX,
  ),
  [{ rule: "self.all(a, self.exists_one(b, a == b))", message: "a node is ranked once" }],
);

const address = withRules(Type.Unsafe<Ip>(text("The address, as RFC 5952 writes it.", 39)), [
  {
    rule: "isIP(self) && ip.isCanonical(self)",
    message: "must be an IP address as RFC 5952 writes it",
  },
  { rule: "self == oldSelf", message: "is immutable: another address is another object" },
]);

const nodeInterfaces = Type.Object(
  {
    node: text("Name of a node.", 253, { pattern: NODE_NAME }),
    interfaces: Type.Array(text("Name of an interface.", 64), {
      description: "Where this node answers; none: on all but the usual excluded interfaces.",
      maxItems: INTERFACES_MAX,
      "x-kubernetes-list-type": "atomic",
    }),
  },
  { description: "Where one node answers." },
);

const spec = Type.Object(
  {
    address,
    services,
    pool: nullableText("The pool that the address is from; null: the class's own.", 253),
    class: nullableText("The class that serves the address.", 253),
    mode: oneOf(VIRTUAL_IP_MODES, {
      description: "L2: one node answers ARP and NDP. BGP: every node announces it. Both: both.",
      default: "L2",
    }),
    interfaces: Type.Array(text("Name of an interface.", 64), {
      description: "Where the holder answers; none: on all but the usual excluded interfaces.",
      maxItems: INTERFACES_MAX,
      default: [],
      "x-kubernetes-list-type": "atomic",
    }),
    nodeInterfaces: Type.Optional(
      Type.Array(nodeInterfaces, {
        description: "Ranked nodes that answer on other interfaces than these.",
        maxItems: RANK_NODES_MAX,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["node"],
      }),
    ),
    advertisements: Type.Optional(
      Type.Array(text("Key of an advertisement, such as BGPAdvertisement/edge.", 512), {
        description: "Of mode BGP and Both: those by which nodes announce the address.",
        maxItems: ADVERTISEMENTS_MAX,
        "x-kubernetes-list-type": "atomic",
      }),
    ),
    local: Type.Optional(
      Type.Boolean({
        description:
          "Whether only nodes with a serving endpoint of their own announce it (externalTrafficPolicy: Local).",
      }),
    ),
    rank,
    cause: Type.Optional(
      moveReason("Why the first of the rank is the first: the last change of it, in one word."),
    ),
    generation: Type.Integer({
      description: "The plan that the spec belongs to: newer plans have greater numbers.",
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
    }),
  },
  { description: "What should be: written by the controller." },
);

const lastMove = Type.Object(
  {
    from: nullableText("The holder before; null: none.", 253),
    to: nullableText("The holder after; null: none.", 253),
    at: time("When the holder changed."),
    reason: moveReason("Why, in one word."),
  },
  { description: "The last change of the holder." },
);

const condition = Type.Unsafe<Condition>(
  Type.Object({
    type: text("What the condition is about.", 316),
    status: oneOf(["True", "False", "Unknown"], { description: "Whether it holds." }),
    reason: text("Why, in CamelCase.", 1024, {
      pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
    }),
    message: Type.String({ description: "Why, in a sentence.", maxLength: 32_768 }),
    lastTransitionTime: time("When the status changed last."),
    observedGeneration: Type.Optional(
      Type.Integer({ description: "metadata.generation that it was found at.", minimum: 0 }),
    ),
  }),
);

const status = Type.Object(
  {
    holder: nullableText("The node that answers for the address.", 253),
    since: Type.Optional(time("Since when the holder answers.")),
    generation: Type.Optional(
      Type.Integer({
        description: "The plan by which the holder answers: spec.generation as it read it.",
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
      }),
    ),
    lastMove: Type.Optional(lastMove),
    conditions: Type.Optional(
      Type.Array(condition, {
        description:
          "Announced: by the holder. Conflict, Verified: by whoever sees or asks on the wire.",
        maxItems: CONDITIONS_MAX,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"],
      }),
    ),
  },
  { description: "What is: written by the holder." },
);

/** CEL over the whole object. The name's extra zeros are explained in name.ts. */
const nameRule = {
  rule:
    "self.spec.address.contains(':') " +
    "? self.metadata.name.replace('-', ':') == (self.spec.address.startsWith(':') ? '0' : '') + " +
    "self.spec.address + (self.spec.address.endsWith(':') ? '0' : '') " +
    ": self.metadata.name.replace('-', '.') == self.spec.address",
  message: "metadata.name must be spec.address with '-' for '.' and ':'",
};

export type VirtualIPSpec = Frozen<Static<typeof spec>>;
export type VirtualIPStatus = Frozen<Static<typeof status>>;

export type NodeInterfaces = Frozen<Static<typeof nodeInterfaces>>;

export interface VirtualIP {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  readonly metadata: ObjectMeta;
  readonly spec: VirtualIPSpec;
  readonly status?: VirtualIPStatus | undefined;
}

/** The `ajv` side of the same schema: for the controller's tests and tools; speakers use check.ts. */
export const virtualIpSchema = Type.Object({ spec, status: Type.Optional(status) });

export const virtualIpCrd = buildCrd({
  group: VIRTUAL_IPS.group,
  version: VIRTUAL_IPS.version,
  kind: VIRTUAL_IPS.kind,
  plural: VIRTUAL_IPS.plural,
  singular: "virtualip",
  shortNames: ["vip"],
  scope: "Cluster",
  description: "One address of one or more Services, and the nodes that should and do hold it.",
  spec,
  status,
  rules: [nameRule],
  columns: [
    { name: "Address", type: "string", jsonPath: ".spec.address" },
    { name: "Namespace", type: "string", jsonPath: ".spec.services[0].namespace" },
    { name: "Service", type: "string", jsonPath: ".spec.services[0].name" },
    { name: "Holder", type: "string", jsonPath: ".status.holder" },
    { name: "Since", type: "date", jsonPath: ".status.since" },
    { name: "Reason", type: "string", jsonPath: ".status.lastMove.reason" },
    { name: "Class", type: "string", jsonPath: ".spec.class", priority: 1 },
    { name: "Mode", type: "string", jsonPath: ".spec.mode", priority: 1 },
    { name: "Rank", type: "string", jsonPath: ".spec.rank", priority: 1 },
  ],
});
