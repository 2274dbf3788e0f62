/**
 * What Deckhouse's BGP kinds have in common. Pure.
 *
 * They are Deckhouse's: every manifest that it takes is accepted, IPv6 too, which it refuses. Ours are the bounds, the rules in
 * CEL, the columns and the status (theirs is empty).
 */
import {
  buildCrd,
  type CrdOptions,
  type CustomResourceDefinition,
  type PrinterColumn,
} from "../../base/crd.ts";
import { Type } from "../../base/schema.ts";
import { conditionList, type ConditionsStatus } from "../lists.ts";
import type { Manifest } from "../metallb/kinds.ts";

export const DECKHOUSE_GROUP = "network.deckhouse.io";
export const DECKHOUSE_VERSION = "v1alpha1";
const DECKHOUSE_LABELS = { "backup.deckhouse.io/cluster-config": "true" } as const;

export type DeckhouseManifest<Spec> = Manifest<Spec, ConditionsStatus>;

const readyStatus = Type.Object(
  {
    conditions: Type.Optional(
      conditionList("Ready says whether all of the object can be used, and if not, the way out."),
    ),
  },
  { description: "What the controller found; written by it alone." },
);

const READY_COLUMNS: readonly PrinterColumn[] = [
  { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  {
    name: "Reason",
    type: "string",
    jsonPath: '.status.conditions[?(@.type=="Ready")].message',
    priority: 1,
  },
  { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
];

type DeckhouseKind = Pick<
  CrdOptions,
  "kind" | "plural" | "shortNames" | "description" | "spec" | "columns"
>;

/** @returns the CRD of a kind of Deckhouse with a condition Ready, which the last columns show */
export function deckhouseCrd({ columns, ...kind }: DeckhouseKind): CustomResourceDefinition {
  return buildCrd({
    ...kind,
    group: DECKHOUSE_GROUP,
    version: DECKHOUSE_VERSION,
    singular: kind.kind.toLowerCase(),
    scope: "Cluster",
    status: readyStatus,
    columns: [...columns, ...READY_COLUMNS],
    labels: DECKHOUSE_LABELS,
  });
}
