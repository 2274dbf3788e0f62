/**
 * What is said of a name, a key or a value that Kubernetes does not take: the same of all objects. Pure.
 *
 * Neighbours: label-syntax.ts has the syntax; metadata.ts and service-names.ts look.
 */
import { isFields } from "../../base/fields.ts";
import type { Fault } from "./finding.ts";
import { isLabelKey, isLabelValue } from "./label-syntax.ts";

const ENDS = "with a letter or digit at both ends";
const VALUE = `at most 63 letters, digits, "-", "_" and ".", ${ENDS}`;

/** How it is to be written. */
export const WAYS = {
  subdomain: `at most 253 small letters, digits, "-" and ".", ${ENDS} of each part`,
  label: `at most 63 small letters, digits and "-", ${ENDS}`,
  service: `at most 63 small letters, digits and "-", a letter first (a digit from Kubernetes 1.36 on), a letter or digit last`,
  targetPort: `at most 15 small letters, digits and "-", no two "-" together, a letter among them, ${ENDS}; a number without quotes`,
  value: VALUE,
  key: `${VALUE}; before it, where wanted, a domain in small letters and "/"`,
} as const;

export function misnamed(
  field: string,
  texts: readonly string[],
  [noun, way]: readonly [noun: string, way: string],
): Fault[] {
  return texts.map((text) => {
    const message = `"${text}" is no ${noun}: kubectl refuses it. Write ${way}.`;
    return { field, message, isWarning: false };
  });
}

/** @param labels keys and values, whatever stands there */
export function labelFaults(field: string, labels: unknown): Fault[] {
  const values = isFields(labels) ? Object.values(labels) : [];
  return [
    ...misnamed(field, keysOf(labels, isLabelKey), ["key of a label", WAYS.key]),
    ...misnamed(field, textsOf(values, isLabelValue), ["value of a label", WAYS.value]),
  ];
}

/** @returns the texts that are not as they should be; an empty one is one that is not there */
export function textsOf(values: readonly unknown[], isGood: (text: string) => boolean): string[] {
  return values.filter(
    (value): value is string => typeof value === "string" && value !== "" && !isGood(value),
  );
}

export function keysOf(map: unknown, isGood: (key: string) => boolean): string[] {
  return isFields(map) ? Object.keys(map).filter((key) => !isGood(key)) : [];
}
