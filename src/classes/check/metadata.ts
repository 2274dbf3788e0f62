/**
 * The metadata of any object, as the API server looks at it before it asks a webhook. Pure.
 *
 * What is no text where one belongs is left to those who read the shape.
 * Neighbours: label-syntax.ts has the syntax; ../../cli/lint-reading.ts asks for every document.
 */
import { isFields } from "../../base/fields.ts";
import type { Fault } from "./finding.ts";
import { isDnsLabel, isLabelKey, isLabelValue, isSubdomain } from "./label-syntax.ts";

const ENDS = "with a letter or digit at both ends";
const SUBDOMAIN_WAY = `at most 253 small letters, digits, "-" and ".", ${ENDS} of each part`;
const LABEL_WAY = `at most 63 small letters, digits and "-", ${ENDS}`;
const VALUE_WAY = `at most 63 letters, digits, "-", "_" and ".", ${ENDS}`;
const KEY_WAY = `${VALUE_WAY}; before it, where wanted, a domain in small letters and "/"`;

/** @returns what kubectl would refuse of an object of the kind, whatever its definition says */
export function metadataFaults(kind: string, metadata: unknown): Fault[] {
  if (!isFields(metadata)) return [];
  const { name, namespace, labels, annotations } = metadata;
  const isName = kind === "Service" ? isDnsLabel : isSubdomain;
  const nameWay = kind === "Service" ? LABEL_WAY : SUBDOMAIN_WAY;
  return [
    ...refused("metadata.name", textsOf([name], isName), ["name", nameWay]),
    ...refused("metadata.namespace", textsOf([namespace], isDnsLabel), ["namespace", LABEL_WAY]),
    ...refused("metadata.labels", keysOf(labels, isLabelKey), ["key of a label", KEY_WAY]),
    ...refused("metadata.labels", textsOf(valuesOf(labels), isLabelValue), [
      "value of a label",
      VALUE_WAY,
    ]),
    // Their capitals do not count.
    ...refused(
      "metadata.annotations",
      keysOf(annotations, (key) => isLabelKey(key.toLowerCase())),
      ["key of an annotation", KEY_WAY],
    ),
  ];
}

function refused(
  field: string,
  texts: readonly string[],
  [noun, way]: readonly [noun: string, way: string],
): Fault[] {
  return texts.map((text) => {
    const message = `"${text}" is no ${noun}: kubectl refuses it. Write ${way}.`;
    return { field, message, isWarning: false };
  });
}

/** @returns the texts that are not as they should be; an empty one is one that is not there */
function textsOf(values: readonly unknown[], isGood: (text: string) => boolean): string[] {
  return values.filter(
    (value): value is string => typeof value === "string" && value !== "" && !isGood(value),
  );
}

function keysOf(map: unknown, isGood: (key: string) => boolean): string[] {
  return isFields(map) ? Object.keys(map).filter((key) => !isGood(key)) : [];
}

function valuesOf(map: unknown): readonly unknown[] {
  return isFields(map) ? Object.values(map) : [];
}
