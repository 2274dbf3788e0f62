/**
 * What the reviews that the API server sends have in common. Pure.
 */

/** The review to answer with, or what is wrong with the body. */
export type Reviewed =
  { readonly ok: true; readonly value: object } | { readonly ok: false; readonly message: string };
