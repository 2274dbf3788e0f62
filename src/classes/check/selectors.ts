/**
 * Label selectors, wherever an object has them: what Kubernetes would refuse, and what is written twice. Pure.
 *
 * Read first: "Labels and Selectors" in the Kubernetes documentation. The API server looks into the selectors of its own kinds
 * alone; in ours such a selector would silently select nothing.
 */
import type { JsonSchema } from "../../base/crd.ts";
import type { LabelSelector } from "../label-selector.ts";
import { refusal, type Fault } from "./finding.ts";
import { isLabelKey, isLabelValue } from "./label-syntax.ts";

/** @param schema of the value, where a selector is told by its fields */
export function selectorFaults(schema: JsonSchema, value: unknown, path = ""): Fault[] {
  const { items, properties } = schema as Children;
  if (Array.isArray(value)) {
    if (items === undefined) return [];
    const faults = value.flatMap((item, i) => selectorFaults(items, item, `${path}[${i}]`));
    return isSelector(items) ? [...faults, ...doubled(path, value as LabelSelector[])] : faults;
  }
  if (typeof value !== "object" || value === null || properties === undefined) return [];
  if (isSelector(schema)) return faultsOf(value, path);
  return Object.entries(value).flatMap(([name, child]) => {
    const known = properties[name];
    const field = path === "" ? name : `${path}.${name}`;
    return known === undefined ? [] : selectorFaults(known, child, field);
  });
}

interface Children {
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

function isSelector(schema: JsonSchema): boolean {
  return (schema as Children).properties?.["matchExpressions"] !== undefined;
}

function faultsOf(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  path: string,
): Fault[] {
  const labels = Object.entries(matchLabels).flatMap(([key, value]) => [
    ...(isLabelKey(key) ? [] : [invalid(`${path}.matchLabels`, `"${key}" is no key of a label`)]),
    ...(isLabelValue(value)
      ? []
      : [invalid(`${path}.matchLabels`, `"${value}" is no value of a label`)]),
  ]);
  const expressions = matchExpressions.flatMap(({ key, operator, values = [] }, i) => {
    const field = `${path}.matchExpressions[${i}]`;
    const isOfSet = operator === "In" || operator === "NotIn";
    const isKnown = isOfSet || operator === "Exists" || operator === "DoesNotExist";
    const twice = new Set(values.filter((value, place) => values.indexOf(value) !== place));
    return [
      ...(isLabelKey(key) ? [] : [invalid(`${field}.key`, `"${key}" is no key of a label`)]),
      ...(isKnown ? [] : [invalid(`${field}.operator`, `"${operator}" is no valid operator`)]),
      ...(isOfSet && values.length === 0
        ? [invalid(`${field}.values`, `${operator} needs at least one value`)]
        : []),
      ...(isKnown && !isOfSet && values.length > 0
        ? [invalid(`${field}.values`, `${operator} has no values`)]
        : []),
      ...values
        .filter((value) => !isLabelValue(value))
        .map((value) => invalid(`${field}.values`, `"${value}" is no value of a label`)),
      ...[...twice].map((value) => invalid(`${field}.values`, `"${value}" is written twice`)),
    ];
  });
  const texts = matchExpressions.map((it) => JSON.stringify(it));
  const again = texts.findIndex((text, place) => texts.indexOf(text) !== place);
  const twice =
    again < 0 ? [] : [invalid(`${path}.matchExpressions[${again}]`, "It is written twice")];
  return [...labels, ...expressions, ...twice];
}

function doubled(path: string, selectors: readonly LabelSelector[]): Fault[] {
  const texts = selectors.map((selector) => JSON.stringify(selector));
  const again = texts.findIndex((text, place) => texts.indexOf(text) !== place);
  return again < 0 ? [] : [invalid(`${path}[${again}]`, "The selector is written twice")];
}

function invalid(field: string, sentence: string): Fault {
  return refusal(field, {
    code: "SELECTOR_INVALID",
    message: `invalid label selector: ${sentence}`,
  });
}
