/**
 * The metadata of any object, as the API server looks at it before it asks a webhook. Pure.
 *
 * What is no text where one belongs is left to those who read the shape.
 * Neighbours: misnamed.ts has the words; service-names.ts looks within a Service; ../../cli/lint-reading.ts asks for every document.
 */
import { isFields } from "../../base/fields.ts";
import type { Fault } from "./finding.ts";
import { isDnsLabel, isLabelKey, isServiceName, isSubdomain } from "./label-syntax.ts";
import { keysOf, labelFaults, misnamed, textsOf, WAYS } from "./misnamed.ts";

/** @returns what kubectl would refuse of an object of the kind, whatever its definition says */
export function metadataFaults(kind: string, metadata: unknown): Fault[] {
  if (!isFields(metadata)) return [];
  const { name, namespace, labels, annotations } = metadata;
  const [isName, way] =
    kind === "Service" ? [isServiceName, WAYS.service] : [isSubdomain, WAYS.subdomain];
  return [
    ...misnamed("metadata.name", textsOf([name], isName), ["name", way]),
    ...misnamed("metadata.namespace", textsOf([namespace], isDnsLabel), ["namespace", WAYS.label]),
    ...labelFaults("metadata.labels", labels),
    // Their capitals do not count.
    ...misnamed(
      "metadata.annotations",
      keysOf(annotations, (key) => isLabelKey(key.toLowerCase())),
      ["key of an annotation", WAYS.key],
    ),
  ];
}
