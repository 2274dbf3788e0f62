/**
 * When two Services may have one address: they say so with equal keys, their traffic goes the same way, and no port is
 * both's. Pure.
 *
 * Read first: docs/decisions/0014-one-model-of-two-families.md, "Sharing". The conditions are MetalLB's, to the letter.
 * Neighbours: tenants.ts knows who has what; allocate.ts asks.
 */
import { compareText } from "../base/hash.ts";
import { readAnnotation, type Annotated } from "./annotations.ts";

/** As many Services as one VirtualIP names. */
export const TENANTS_MAX = 1024;

/** What of a Service decides with whom it may share. */
export interface Party {
  /** Empty: with nobody. */
  readonly key: string;
  /** Empty, or for `externalTrafficPolicy: Local` the selector: such Services need the same Pods. */
  readonly backend: string;
  /** `TCP/80`, in order. */
  readonly ports: readonly string[];
}

export interface PartyFacts extends Annotated {
  readonly externalTrafficPolicy?: string | undefined;
  readonly selector?: Readonly<Record<string, string>> | undefined;
  readonly ports?: readonly { readonly protocol?: string; readonly port: number }[] | undefined;
}

/** Of a Service that shares with nobody: nothing else of it matters. */
export const NO_PARTY: Party = { key: "", backend: "", ports: [] };

export function partyOf({
  annotations,
  externalTrafficPolicy,
  selector,
  ports,
}: PartyFacts): Party {
  const key = sharingKeyOf(annotations);
  if (key === "") return NO_PARTY;
  return {
    key,
    backend: externalTrafficPolicy === "Local" ? textOf(selector ?? {}) : "",
    ports: (ports ?? []).map(({ protocol = "TCP", port }) => `${protocol}/${port}`).sort(),
  };
}

/** @returns the key that the annotations say; empty where they say none */
export function sharingKeyOf(annotations: PartyFacts["annotations"]): string {
  return readAnnotation({ annotations }, "sharingKey") ?? "";
}

/** @returns true where the party may join all that are there */
export function fits(present: readonly Party[], party: Party): boolean {
  return present.length < TENANTS_MAX && present.every((other) => clashOf(other, party) === null);
}

/** @returns why two cannot share, as half a sentence; empty where neither has asked to; null where they can */
export function clashOf(present: Party, party: Party): string | null {
  if (present.key === "" && party.key === "") return "";
  if (present.key !== party.key) return "their sharing keys differ";
  if (present.backend !== party.backend) {
    return "with externalTrafficPolicy: Local both need it, and the same selector";
  }
  const port = party.ports.find((one) => present.ports.includes(one));
  return port === undefined ? null : `both use ${port}`;
}

function textOf(selector: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(selector).sort(([a], [b]) => compareText(a, b));
  return pairs.map(([name, value]) => `${name}=${value}`).join(",");
}
