/**
 * The Secrets that peers name: each is watched by itself, so that the right to read these and no others is enough.
 *
 * Neighbours: ../passwords.ts says what follows from them.
 */
import type { Logger } from "pino";
import type { PasswordSource, PeerModel } from "../../classes/peers.ts";
import type { KubeClient } from "../../kube/io/client.ts";
import { startReflector, type Reflector } from "../../kube/io/reflector.ts";
import { SECRETS, type Secret } from "../../kube/types.ts";
import { KnownPasswords, type Password, type SecretSource } from "../passwords.ts";

export interface PasswordsOptions {
  readonly client: KubeClient;
  readonly log: Logger;
  /** Where MetalLB's objects live. */
  readonly home: string;
  readonly onChange: () => void;
}

export class Passwords {
  readonly #options: PasswordsOptions;
  readonly #known = new KnownPasswords();
  readonly #watched = new Map<string, Reflector<Secret>>();

  constructor(options: PasswordsOptions) {
    this.#options = options;
  }

  /** Watches these and no others from now on. */
  want(sources: readonly PasswordSource[]): void {
    this.#known.retain(sources);
    const wanted = new Map(
      sources.flatMap((source) => {
        if (source.kind === "text") return [];
        return [[this.#placeOf(source), source] as const];
      }),
    );
    for (const [place, reflector] of this.#watched) {
      if (wanted.has(place)) continue;
      this.#watched.delete(place);
      void reflector.stop();
    }
    for (const [place, source] of wanted) {
      if (!this.#watched.has(place)) this.#watched.set(place, this.#watch(source));
    }
  }

  of({ password }: PeerModel): Password {
    if (password === null) return { kind: "none" };
    if (password.kind === "text") return { kind: "known", text: password.text };
    const [secret] = this.#watched.get(this.#placeOf(password))?.store.list() ?? [];
    return this.#known.read(password, secret);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#watched.values()].map((reflector) => reflector.stop()));
  }

  #placeOf({ namespace, name }: SecretSource): string {
    return `${namespace ?? this.#options.home}/${name}`;
  }

  #watch({ namespace, name }: SecretSource): Reflector<Secret> {
    const { client, log, home, onChange } = this.#options;
    return startReflector<Secret>({
      ...{ client, log, type: SECRETS, namespace: namespace ?? home, onChange, onSynced: onChange },
      fieldSelector: `metadata.name=${name}`,
    });
  }
}
