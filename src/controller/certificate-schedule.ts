/**
 * When the webhook's certificates are made, and in which order they are changed. Pure.
 *
 * The API server trusts whom the bundle says, so a new authority is in the bundle, and was seen there for a while,
 * before a certificate that it signed is served; and the old one leaves only when nobody serves what it signed.
 * Neighbours: io/certificates.ts makes them and keeps them; webhook-injection.ts brings the bundle to the API server.
 */

export interface Validity {
  /** When it was made. */
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Authority extends Validity {
  readonly id: string;
}

export interface Leaf extends Validity {
  /** Which authority signed it; null: none of the bundle's. */
  readonly issuer: string | null;
  /** Whether it is for all names under which the API server calls. */
  readonly hasNames: boolean;
}

/** What the Secret holds. */
export interface KeptCertificates {
  /** All of the bundle, oldest first; the last one signs. */
  readonly authorities: readonly Authority[];
  readonly leaf: Leaf;
}

export interface CertificateFacts {
  readonly nowMs: number;
  /** Since when this replica sees the whole bundle where the API server reads it; null: it is not there yet. */
  readonly knownSinceMs: number | null;
  /** Somebody asked for a new authority. */
  readonly isRotationAsked: boolean;
}

/**
 * - begin: all anew; what was kept is of no use, or there is nothing
 * - add-authority: one more in the bundle; what is served stays
 * - issue: a new certificate by the newest authority
 * - forget: all authorities but the newest leave the bundle
 */
export type CertificateStep = "none" | "begin" | "add-authority" | "issue" | "forget";

const DAY_MS = 86_400_000;
export const AUTHORITY_LIFE_MS = 365 * DAY_MS;
export const LEAF_LIFE_MS = 30 * DAY_MS;
/** Clocks differ: a certificate made now is valid for who is behind. */
export const BACKDATE_MS = 3_600_000;
/** The bundle reaches every API server by a watch, within a second; this is long beyond that. */
export const SPREAD_MS = 30_000;
/** For a name that it lacks: where a new one lacks it as well, making more in a row would help nobody. */
export const REISSUE_AFTER_MS = 60_000;
/** Every replica reads the Secret each 10 s; this long after, nobody serves the old one. */
export const FORGET_AFTER_MS = 600_000;

/** @returns what is to be done now; the next look finds the rest */
export function certificateStep(
  kept: KeptCertificates | null,
  facts: CertificateFacts,
): CertificateStep {
  const newest = kept?.authorities.at(-1);
  if (kept === null || newest === undefined || newest.untilMs <= facts.nowMs) return "begin";
  const { leaf, authorities } = kept;
  const isServed = leaf.untilMs > facts.nowMs && leaf.issuer !== null;
  if (!isServed) return "issue"; // Nothing to lose.
  if (leaf.issuer !== newest.id) return isKnown(facts) ? "issue" : "none";
  if (facts.isRotationAsked || isDue(newest, facts)) return "add-authority";
  const lacksNames = !leaf.hasNames && facts.nowMs >= leaf.fromMs + REISSUE_AFTER_MS;
  if (isDue(leaf, facts) || lacksNames) return "issue";
  const isForgotten = authorities.length > 1 && facts.nowMs >= leaf.fromMs + FORGET_AFTER_MS;
  return isForgotten ? "forget" : "none";
}

function isKnown({ nowMs, knownSinceMs }: CertificateFacts): boolean {
  return knownSinceMs !== null && nowMs - knownSinceMs >= SPREAD_MS;
}

/** A third of its life is left: months or days to notice that renewing fails. */
function isDue({ fromMs, untilMs }: Validity, { nowMs }: CertificateFacts): boolean {
  return nowMs >= fromMs + ((untilMs - fromMs) * 2) / 3;
}
