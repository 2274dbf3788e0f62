/**
 * Names of the DNS: strict text in, canonical text inside. Pure.
 *
 * Read first: RFC 1035 sections 2.3.1, 2.3.4 and 3.1, RFC 4034 section 6.2 (lower case is the canonical form), RFC 4592 (wildcards).
 * Decided: names of other scripts come as A-labels (`xn--…`), as Kubernetes has them, too. U-labels are refused: which A-label one
 * becomes depends on the version of IDNA, and two programs would publish two names.
 * Neighbour: wire/name.ts has the octets.
 */
import { decoded, fault, type Decoded } from "../base/decoded.ts";

declare const nameBrand: unique symbol;

/**
 * Lower case, without the dot at the end; the root is "". Octets that are no visible ASCII, dots inside a label and backslashes stand
 * as `\DDD` (RFC 1035 section 5.1), so equal names are equal strings. Only names from the wire have such octets.
 */
export type DnsName = string & { readonly [nameBrand]: true };

export const ROOT = "" as DnsName;
/** RFC 1035 section 2.3.4. */
export const LABEL_BYTES_MAX = 63;
/** With the length of each label and the root's. */
export const NAME_BYTES_MAX = 255;

/** What host names have, and the underscore that names beside them begin with. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/;

/**
 * Reads a name that somebody wrote.
 *
 * @param text with or without the dot at the end, in either case; `*` stands as the whole first label or not at all
 * @returns the canonical text, or which rule it breaks
 */
export function parseName(text: string): Decoded<DnsName> {
  if (/[^\x00-\x7f]/.test(text)) return fault("name-not-ascii");
  const name = text.toLowerCase().replace(/\.$/, "");
  if (name === "") return fault("name-empty");
  const labels = name.split(".");
  if (labels.includes("")) return fault("name-empty-label");
  if (labels.some((label) => label.length > LABEL_BYTES_MAX)) return fault("name-label-too-long");
  if (name.length + 2 > NAME_BYTES_MAX) return fault("name-too-long");
  const plain = labels[0] === "*" ? labels.slice(1) : labels;
  if (plain.some((label) => label.includes("*"))) return fault("name-bad-wildcard");
  if (!plain.every((label) => LABEL.test(label))) return fault("name-bad-character");
  return decoded(name as DnsName);
}

/** @returns its labels, the own one first; none of the root */
export function labelsOf(name: DnsName): readonly string[] {
  return name === ROOT ? [] : name.split(".");
}

/** @returns the name without its first label; of the root: the root */
export function parentOf(name: DnsName): DnsName {
  return labelsOf(name).slice(1).join(".") as DnsName;
}

/** @returns whether the name is the zone's own or below it */
export function isWithin(name: DnsName, zone: DnsName): boolean {
  return zone === ROOT || name === zone || name.endsWith(`.${zone}`);
}
