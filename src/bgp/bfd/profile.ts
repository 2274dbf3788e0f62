/**
 * What a BFDProfile asks for, in BFD's own terms. Pure.
 *
 * Read first: src/classes/metallb/bfd-profile.ts (the fields), docs/decisions/0020-bfd.md (echo).
 * What is not said is FRR's default, as in MetalLB. A value that the wire cannot carry, or that would cost a core, becomes the nearest that
 * works: Deckhouse's own BGP ignores its `bfd`, so that anything up to 60,000 stands in manifests that are in use.
 */
import {
  withinBfdBounds,
  type BFD_BOUNDS,
  type BFDProfileSpec,
} from "../../classes/metallb/bfd-profile.ts";
import type { BfdProfile } from "./timing.ts";

export interface ReadProfile {
  readonly profile: BfdProfile;
  /** Counts over several hops only. */
  readonly minimumTtl: number;
  /** Fields that ask for what is not done, each with the reason: to be told, not to be dropped in silence. */
  readonly refused: readonly { readonly field: keyof BFDProfileSpec; readonly reason: string }[];
}

const DEFAULT = { intervalMs: 300, detectMultiplier: 3, minimumTtl: 254 };
const US_PER_MS = 1000;

const ECHO_REASON =
  "echo packets are not sent: control packets as often as receiveInterval and transmitInterval say notice the same";

/** @param spec of the profile that a peer names; undefined where it names none: all defaults */
export function readProfile(spec: BFDProfileSpec = {}): ReadProfile {
  const { intervalMs } = DEFAULT;
  const refused: ReadProfile["refused"][number][] = [];
  const numberOf = (field: keyof typeof BFD_BOUNDS, unsaid: number): number => {
    const { taken, reason } = withinBfdBounds(field, spec[field] ?? unsaid);
    if (reason !== null) refused.push({ field, reason });
    return taken;
  };
  const profile = {
    desiredMinTxUs: numberOf("transmitInterval", intervalMs) * US_PER_MS,
    requiredMinRxUs: numberOf("receiveInterval", intervalMs) * US_PER_MS,
    detectMultiplier: numberOf("detectMultiplier", DEFAULT.detectMultiplier),
    isPassive: spec.passiveMode ?? false,
  };
  const minimumTtl = numberOf("minimumTtl", DEFAULT.minimumTtl);
  if (spec.echoMode === true) refused.push({ field: "echoMode", reason: ECHO_REASON });
  return { profile, minimumTtl, refused };
}
