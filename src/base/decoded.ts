/**
 * What a decoder says of bytes from strangers: a value, or the name of what is wrong. Pure.
 *
 * Decoders never throw. The fault's name is the word in the log and the label of the metric, so it
 * is short, kebab-case and constant: `"arp-too-short"`.
 */

export type Decoded<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: string };

/** @returns the decoder's "no", with the name of the fault */
export function fault(name: string): { readonly ok: false; readonly fault: string } {
  return { ok: false, fault: name };
}

/** @returns the decoder's "yes", with the value */
export function decoded<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}
