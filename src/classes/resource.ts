/**
 * MetalLoadBalancerClass, `network.deckhouse.io/v1alpha1`: nodes tied to a pool of addresses. Pure.
 *
 * The kind is Deckhouse's: every field of its newest and older manifests is accepted, and what worked there
 * works here. Ours are the bounds, the CEL rules, the printer columns and the status (theirs is empty).
 * CEL sees one object: what needs more (overlap, two defaults), and what an older definition let into the
 * store, is found again by compileClasses in model.ts. Tests hold both to the same table.
 * Neighbours: rules.ts has the CEL rules; ranges.ts reads the pool's entries; ../base/crd.ts makes the definition.
 */
import { buildCrd } from "../base/crd.ts";
import { Type, lazyValidator, oneOf, textMap, withRules, type Static } from "../base/schema.ts";
import { addressList, conditionList, interfaceList } from "./lists.ts";
import { EACH_ONCE } from "./rules.ts";

export const CLASS_GROUP = "network.deckhouse.io";
export const CLASS_VERSION = "v1alpha1";
export const CLASS_KIND = "MetalLoadBalancerClass";
export const CLASS_PLURAL = "metalloadbalancerclasses";

/** What the API says of a node on which the addresses of a class may leave it. */
export const DRAIN_TRIGGERS = ["Cordon", "OutOfServiceTaint"] as const;
export type DrainTrigger = (typeof DRAIN_TRIGGERS)[number];
export const REBALANCE_MODES = ["Gradual", "Off"] as const;

const toleration = Type.Object(
  {
    effect: Type.Optional(Type.String({ maxLength: 64 })),
    key: Type.Optional(Type.String({ maxLength: 317 })),
    operator: Type.Optional(Type.String({ maxLength: 64 })),
    tolerationSeconds: Type.Optional(Type.Integer({ format: "int64" })),
    value: Type.Optional(Type.String({ maxLength: 253 })),
  },
  { description: "As in a Pod." },
);

export const metalLoadBalancerClassSpec = Type.Object(
  {
    isDefault: Type.Optional(
      Type.Boolean({
        description:
          "Serves the Services of type LoadBalancer that name no class. Of several defaults the oldest counts.",
      }),
    ),
    type: Type.Optional(
      oneOf(["L2"], {
        description: "How addresses are announced: L2 (ARP and NDP). Absent means L2.",
      }),
    ),
    addressPool: Type.Optional(
      addressList({
        description:
          "The addresses of the class, IPv4 and IPv6. They are given out in the order written here, lowest " +
          "first, network and broadcast addresses included.",
      }),
    ),
    nodeSelector: Type.Optional(
      textMap({
        maxProperties: 64,
        description:
          "Labels that a node must have to answer for addresses of the class. Empty means every node.",
      }),
    ),
    l2: Type.Optional(
      Type.Object(
        {
          interfaces: Type.Optional(
            interfaceList(
              "Interfaces that answer. Empty means all but those of container networks.",
            ),
          ),
        },
        { description: "What only L2 has." },
      ),
    ),
    drainOn: Type.Optional(
      withRules(
        Type.Array(
          oneOf(DRAIN_TRIGGERS, {
            description:
              "Cordon: the node is unschedulable. OutOfServiceTaint: it wears node.kubernetes.io/out-of-service.",
          }),
          {
            maxItems: DRAIN_TRIGGERS.length,
            description:
              "SpreadLB's own: what makes the addresses of the class leave a node, besides `spreadlb drain`. " +
              "Absent or empty: nothing.",
          },
        ),
        [EACH_ONCE],
      ),
    ),
    rebalance: Type.Optional(
      oneOf(REBALANCE_MODES, {
        description:
          "SpreadLB's own: whether addresses in use move to make the nodes even. Gradual, also where absent: after " +
          "the settling time, one at a time. Off: only when they have to.",
      }),
    ),
    tolerations: Type.Optional(
      Type.Array(toleration, {
        maxItems: 64,
        description:
          "Accepted from older manifests and without effect: speakers run where their DaemonSet lets them.",
      }),
    ),
  },
  { description: "What the class offers." },
);

const counters = (family: string) =>
  Type.Optional(
    Type.Object(
      {
        total: Type.String({
          maxLength: 40,
          description: "Addresses in the pool, a decimal number.",
        }),
        assigned: Type.Integer({ format: "int64", description: "Addresses that Services hold." }),
        free: Type.String({ maxLength: 40, description: "Addresses left, a decimal number." }),
      },
      { description: `${family} addresses.` },
    ),
  );

export const metalLoadBalancerClassStatus = Type.Object(
  {
    conditions: Type.Optional(
      conditionList("Ready says whether all of the class can be used, and if not, the way out."),
    ),
    addresses: Type.Optional(
      Type.Object(
        { ipv4: counters("IPv4"), ipv6: counters("IPv6") },
        { description: "How full the pool is." },
      ),
    ),
    free: Type.Optional(
      Type.String({ maxLength: 128, description: "Addresses left, in words: for kubectl get." }),
    ),
    nodes: Type.Optional(
      Type.Integer({ format: "int32", description: "Nodes that may answer for the class." }),
    ),
    services: Type.Optional(
      Type.Integer({ format: "int32", description: "Services that the class serves." }),
    ),
  },
  { description: "What the controller found; written by it alone." },
);

export type MetalLoadBalancerClassSpec = Static<typeof metalLoadBalancerClassSpec>;
export type MetalLoadBalancerClassStatus = Static<typeof metalLoadBalancerClassStatus>;

/** The object as the API server gives it; only what we use of its metadata. */
export interface MetalLoadBalancerClass {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: MetalLoadBalancerClassSpec;
  readonly status?: MetalLoadBalancerClassStatus;
}

const objectSchema = Type.Object({
  apiVersion: Type.Optional(Type.String()),
  kind: Type.Optional(Type.String()),
  metadata: Type.Object({
    name: Type.String({ minLength: 1 }),
    creationTimestamp: Type.Optional(Type.String()),
  }),
  spec: Type.Optional(metalLoadBalancerClassSpec),
  status: Type.Optional(metalLoadBalancerClassStatus),
});

/** Reads a manifest: types and bounds. What the rules say, compileClasses says of the value. */
export const parseMetalLoadBalancerClass = lazyValidator<MetalLoadBalancerClass>(objectSchema);

export const metalLoadBalancerClassCrd = buildCrd({
  group: CLASS_GROUP,
  version: CLASS_VERSION,
  kind: CLASS_KIND,
  plural: CLASS_PLURAL,
  singular: "metalloadbalancerclass",
  shortNames: ["mlbc"],
  scope: "Cluster",
  description:
    "Ties a group of nodes to a pool of addresses: every Service of the class gets addresses of the pool, " +
    "each answered by a different node of the group.",
  spec: metalLoadBalancerClassSpec,
  specRequired: false,
  status: metalLoadBalancerClassStatus,
  columns: [
    { name: "Default", type: "boolean", jsonPath: ".spec.isDefault" },
    { name: "Type", type: "string", jsonPath: ".spec.type" },
    { name: "Pool", type: "string", jsonPath: ".spec.addressPool" },
    { name: "Free", type: "string", jsonPath: ".status.free" },
    { name: "Nodes", type: "integer", jsonPath: ".status.nodes" },
    { name: "Services", type: "integer", jsonPath: ".status.services" },
    {
      name: "Ready",
      type: "string",
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
    },
    { name: "Interfaces", type: "string", jsonPath: ".spec.l2.interfaces", priority: 1 },
    {
      name: "Reason",
      type: "string",
      jsonPath: '.status.conditions[?(@.type=="Ready")].message',
      priority: 1,
    },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
  ],
  labels: { "backup.deckhouse.io/cluster-config": "true" },
});
