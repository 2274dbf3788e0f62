/**
 * ConfigurationState, `metallb.io/v1beta1`: whether all that people wrote can be used. Pure.
 *
 * One for the controller and one for each speaker, by MetalLB's names. What cannot be used is left out and the rest
 * works, so Invalid does not mean that an older configuration is in force, as it does with MetalLB.
 */
import { oneOf, Type, type Static } from "../../base/schema.ts";
import type { Manifest } from "./kinds.ts";
import { statusCrd } from "./status-kinds.ts";

export const CONFIGURATION_STATE_KIND = "ConfigurationState";
export const CONFIGURATION_STATE_PLURAL = "configurationstates";

const CONDITIONS_MAX = 8;

const condition = Type.Object({
  type: Type.String({ maxLength: 316, description: "What was looked at." }),
  status: oneOf(["True", "False", "Unknown"], { description: "Whether it is right." }),
  reason: Type.String({
    maxLength: 1024,
    pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
    description: "Why, in CamelCase.",
  }),
  message: Type.String({ maxLength: 32_768, description: "Why, in sentences." }),
  lastTransitionTime: Type.String({
    format: "date-time",
    description: "When the status changed last.",
  }),
  observedGeneration: Type.Optional(
    Type.Integer({ minimum: 0, description: "metadata.generation that it was found at." }),
  ),
});

const status = Type.Object(
  {
    result: Type.Optional(
      oneOf(["Valid", "Invalid", "Unknown"], { description: "Whether all can be used." }),
    ),
    errorSummary: Type.Optional(
      Type.String({ description: "What cannot be used, and why, line by line." }),
    ),
    conditions: Type.Optional(
      Type.Array(condition, {
        maxItems: CONDITIONS_MAX,
        description: "The same, part by part.",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"],
      }),
    ),
  },
  { description: "Whether the configuration can be used; written by the controller alone." },
);

export type ConfigurationState = Manifest<object, Static<typeof status>>;

export const configurationStateCrd = statusCrd({
  kind: CONFIGURATION_STATE_KIND,
  plural: CONFIGURATION_STATE_PLURAL,
  description: "Whether a part of the load balancer can use all of its configuration.",
  status,
  columns: [
    { name: "Result", type: "string", jsonPath: ".status.result" },
    { name: "Error Summary", type: "string", jsonPath: ".status.errorSummary" },
  ],
});
