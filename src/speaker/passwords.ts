/**
 * The passwords of peers: as their Secrets say, or said last. Pure, mutated in place.
 *
 * A Secret that vanishes, or loses what makes it a password, takes no session away (design rule K2): the last password stays in
 * use until the Secret has one again. A speaker that starts meanwhile has none.
 * Neighbours: io/passwords.ts reads the Secrets; bgp-peers.ts says what is missing.
 */
import { Buffer } from "node:buffer";
import type { PasswordSource, PeerModel } from "../classes/peers.ts";
import type { Secret } from "../kube/types.ts";

export type Password =
  | { readonly kind: "none" }
  | { readonly kind: "known"; readonly text: string }
  /** Its Secret does not say it any more. */
  | { readonly kind: "kept"; readonly text: string }
  | { readonly kind: "missing" }
  /** It has one, which is not kept on disk. */
  | { readonly kind: "unsaved" };

export type SecretSource = Extract<PasswordSource, { kind: "secret" }>;

export class KnownPasswords {
  readonly #last = new Map<string, string>();

  /** @param secret as it is now; undefined: it is not there, or cannot be read */
  read(source: SecretSource, secret: Secret | undefined): Password {
    const place = placeOf(source);
    const text = passwordIn(secret, source.label);
    if (text !== undefined) {
      this.#last.set(place, text);
      return { kind: "known", text };
    }
    const last = this.#last.get(place);
    return last === undefined ? { kind: "missing" } : { kind: "kept", text: last };
  }

  /** Forgets all others. */
  retain(sources: readonly PeerModel["password"][]): void {
    const wanted = new Set(
      sources.map((source) => (source?.kind === "secret" ? placeOf(source) : null)),
    );
    for (const place of this.#last.keys()) if (!wanted.has(place)) this.#last.delete(place);
  }
}

/** The label is part of it: what one peer may take from a Secret another may not. */
function placeOf({ namespace, name, label }: SecretSource): string {
  return [namespace ?? "", name, label ?? ""].join(" ");
}

/** @returns undefined also for an empty one: the kernel takes that for none */
function passwordIn(secret: Secret | undefined, label: string | null): string | undefined {
  const isMarked = label === null || secret?.metadata.labels?.[label] === "true";
  const text = Buffer.from(secret?.data?.["password"] ?? "", "base64").toString();
  return isMarked && text !== "" ? text : undefined;
}
