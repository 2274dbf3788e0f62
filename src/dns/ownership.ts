/**
 * Whose a name is: a TXT record beside it says so, as external-dns's TXT registry writes it. Pure.
 *
 * Of each type of addresses at a name a mark of its own: `a-web.example.org` for A, `aaaa-web.example.org` for AAAA, with the text
 * `heritage=external-dns,external-dns/owner=ID,external-dns/resource=service/NAMESPACE/NAME`. What has the mark of another owner, or none,
 * is never changed: external-dns holds to the same, so it and several clusters can be at home in one zone.
 * Read first: https://kubernetes-sigs.github.io/external-dns/latest/docs/registry/txt/.
 * Decided: no prefix, no encryption. A wildcard's mark says `_wildcard` for the asterisk (`--txt-wildcard-replacement`), which is no host's
 * name. The name of the zone itself has none: its mark would lie outside the zone.
 * Neighbours: transaction.ts changes nothing without it.
 */
import { fault, type Decoded } from "../base/decoded.ts";
import { isWithin, labelsOf, parseName, type DnsName } from "./name.ts";
import type { OwnData } from "./wire/record.ts";

export type AddressType = "A" | "AAAA";
export const ADDRESS_TYPES: readonly AddressType[] = ["A", "AAAA"];

export const WILDCARD_LABEL = "_wildcard";
const HERITAGE = "heritage=external-dns";
const OWNER = "external-dns/owner=";
const RESOURCE = "external-dns/resource=";
const TXT_STRING_CHARS_MAX = 255;

/** @returns where the mark of the addresses is, or why there is no room for one */
export function markName(name: DnsName, type: AddressType, zone: DnsName): Decoded<DnsName> {
  const [first = "", ...rest] = labelsOf(name);
  if (first === WILDCARD_LABEL) return fault("name-reserved");
  const label = first === "*" ? WILDCARD_LABEL : first;
  const mark = parseName([`${type.toLowerCase()}-${label}`, ...rest].join("."));
  if (!mark.ok) return mark;
  return isWithin(mark.value, zone) ? mark : fault("name-of-the-zone");
}

/** @param service `namespace/name` */
export function markText(ownerId: string, service: string): OwnData {
  const text = `${HERITAGE},${OWNER}${ownerId},${RESOURCE}service/${service}`;
  const strings: string[] = [];
  for (let at = 0; at < text.length; at += TXT_STRING_CHARS_MAX) {
    strings.push(text.slice(at, at + TXT_STRING_CHARS_MAX));
  }
  return { type: "TXT", strings };
}

export type Owner =
  | { readonly kind: "nobody" }
  | { readonly kind: "us" }
  /** @property {string | null} id of the owner; null: a text that is no mark stands there */
  | { readonly kind: "another"; readonly id: string | null };

/** @param marks all TXT records where the mark is */
export function ownerOf(marks: readonly OwnData[], ownerId: string): Owner {
  if (marks.length === 0) return { kind: "nobody" };
  const ids = marks.map(ownerIdIn);
  const other = ids.find((id) => id !== ownerId);
  return other === undefined ? { kind: "us" } : { kind: "another", id: other };
}

function ownerIdIn(mark: OwnData): string | null {
  if (mark.type !== "TXT") return null;
  // Some programs have written the quotes of zone files into the record.
  const parts = mark.strings
    .join("")
    .replace(/^"(.*)"$/, "$1")
    .split(",");
  if (!parts.includes(HERITAGE)) return null;
  return parts.find((part) => part.startsWith(OWNER))?.slice(OWNER.length) ?? null;
}
