/** Which class serves a Service. Pure. */
import type { Problem } from "../base/errors.ts";

export interface ChooseInput {
  /** The message of the condition `network.deckhouse.io/load-balancer-class`. */
  readonly boundClass?: string | null | undefined;
  readonly loadBalancerClass?: string | null | undefined;
  readonly annotation?: string | null | undefined;
  readonly classes: { has(name: string): boolean };
  readonly defaultClass: string | null;
}

export type ClassChoice =
  | { readonly kind: "class"; readonly name: string; readonly problems: readonly Problem[] }
  | { readonly kind: "foreign" }
  | { readonly kind: "none"; readonly problems: readonly Problem[] };

export function chooseClass(input: ChooseInput): ClassChoice {
  throw new Error(`not built yet: ${input.defaultClass ?? ""}`);
}
