/**
 * What the reviews that the API server sends have in common. Pure.
 */

/** The review to answer with, or what is wrong with the body. */
export type Reviewed =
  { readonly ok: true; readonly value: object } | { readonly ok: false; readonly message: string };

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
