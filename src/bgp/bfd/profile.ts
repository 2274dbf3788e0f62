/**
 * What a BFDProfile asks for, in BFD's own terms. Pure.
 *
 * Read first: src/classes/metallb/bfd-profile.ts (the fields), docs/decisions/0020-bfd.md (echo).
 * What is not said is FRR's default, as in MetalLB.
 */
import type { BFDProfileSpec } from "../../classes/metallb/bfd-profile.ts";
import type { BfdProfile } from "./timing.ts";

export interface ReadProfile {
  readonly profile: BfdProfile;
  /** Counts over several hops only. */
  readonly minimumTtl: number;
  /** Fields that ask for what is not done, each with the reason: to be told, not to be dropped in silence. */
  readonly refused: readonly { readonly field: "echoMode"; readonly reason: string }[];
}

const DEFAULT = { intervalMs: 300, detectMultiplier: 3, minimumTtl: 254 };
const US_PER_MS = 1000;

const ECHO_REASON =
  "echo packets are not sent: control packets as often as receiveInterval and transmitInterval say notice the same";

/** @param spec of the profile that a peer names; undefined where it names none: all defaults */
export function readProfile(spec: BFDProfileSpec = {}): ReadProfile {
  const { transmitInterval = DEFAULT.intervalMs, receiveInterval = DEFAULT.intervalMs } = spec;
  const { detectMultiplier = DEFAULT.detectMultiplier, minimumTtl = DEFAULT.minimumTtl } = spec;
  return {
    profile: {
      desiredMinTxUs: transmitInterval * US_PER_MS,
      requiredMinRxUs: receiveInterval * US_PER_MS,
      detectMultiplier,
      isPassive: spec.passiveMode ?? false,
    },
    minimumTtl,
    refused: spec.echoMode === true ? [{ field: "echoMode", reason: ECHO_REASON }] : [],
  };
}
