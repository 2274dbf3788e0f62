/**
 * Whether JSON that we have written ourselves is still what its type says, and where it is not. Pure.
 *
 * For what processes read that have no room for ajv. A type of many fields is checked by a table that the compiler
 * holds against it: a field that nobody looks at does not compile.
 */
import { isFields } from "./fields.ts";

/** @returns the place of the first fault (`.port`, `[2].name`, "" for the value itself); null: there is none */
export type ShapeCheck = (value: unknown) => string | null;

export type FieldChecks<T> = { readonly [Field in keyof T]-?: ShapeCheck };

export function that(holds: (value: unknown) => boolean): ShapeCheck {
  return (value) => (holds(value) ? null : "");
}

export const isText: ShapeCheck = that((value) => typeof value === "string");
export const isFlag: ShapeCheck = that((value) => typeof value === "boolean");

export function wholeNumber(least: number, most: number): ShapeCheck {
  return that(
    (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
  );
}

export function orNull(check: ShapeCheck): ShapeCheck {
  return (value) => (value === null ? null : check(value));
}

/** May be missing. */
export function orAbsent(check: ShapeCheck): ShapeCheck {
  return (value) => (value === undefined ? null : check(value));
}

export function listOf(check: ShapeCheck): ShapeCheck {
  return (value) =>
    Array.isArray(value) ? firstFault(value.entries(), check, (i) => `[${i}]`) : "";
}

/** As many items as there are checks. */
export function tupleOf(...checks: readonly ShapeCheck[]): ShapeCheck {
  return (value) => {
    if (!Array.isArray(value) || value.length !== checks.length) return "";
    const at = checks.findIndex((check, i) => check(value[i]) !== null);
    return at < 0 ? null : `[${at}]${checks[at]?.(value[at]) ?? ""}`;
  };
}

/** A map from text to text. */
export const isTextMap: ShapeCheck = (value) =>
  isFields(value) ? firstFault(Object.entries(value), isText, (key) => `.${key}`) : "";

/** Other fields may be there. */
export function fieldsOf<T extends object>(checks: FieldChecks<T>): ShapeCheck {
  const all = Object.entries<ShapeCheck>(checks);
  return (value) => {
    if (!isFields(value)) return "";
    for (const [field, check] of all) {
      const fault = check(value[field]);
      if (fault !== null) return `.${field}${fault}`;
    }
    return null;
  };
}

function firstFault<Key>(
  entries: Iterable<readonly [Key, unknown]>,
  check: ShapeCheck,
  placeOf: (key: Key) => string,
): string | null {
  for (const [key, item] of entries) {
    const fault = check(item);
    if (fault !== null) return placeOf(key) + fault;
  }
  return null;
}
