/** Lists presence Leases when ../testimony.ts asks, and tells the writer to keep quiet or to speak. */
import type { KubeClient } from "../../kube/io/client.ts";
import { LEASES } from "../../kube/types.ts";
import { PRESENCE_LABEL } from "../../multi-ip/presence.ts";
import type { Company } from "../company.ts";
import {
  stepTestimony,
  testimonyOf,
  type Testimony,
  type TestimonyEffect,
  type TestimonyEvent,
} from "../testimony.ts";
import type { StatusWriter } from "./status-writer.ts";

export interface WitnessOptions {
  readonly client: Pick<KubeClient, "list">;
  readonly namespace: string;
  readonly node: string;
  readonly writer: Pick<StatusWriter, "keepQuiet" | "speak">;
}

const LIST_MS_MAX = 2000;

export class Witness {
  readonly #options: WitnessOptions;
  #state: Testimony;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WitnessOptions) {
    this.#options = options;
    this.#state = testimonyOf(options.node);
  }

  /** The frame worker has lost somebody, or hears somebody again. */
  company(company: Company): void {
    this.#feed({ kind: "company", company });
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #feed(event: TestimonyEvent): void {
    const { state, effects } = stepTestimony(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: TestimonyEffect): void {
    switch (effect.kind) {
      case "keep-quiet":
        this.#options.writer.keepQuiet();
        return;
      case "speak":
        this.#options.writer.speak();
        return;
      case "list-leases":
        void this.#list();
        return;
      case "set-timer":
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => {
          this.#feed({ kind: "timer" });
        }, effect.afterMs);
        this.#timer.unref();
        return;
    }
  }

  async #list(): Promise<void> {
    const { client, namespace } = this.#options;
    const query = { namespace, labelSelector: `${PRESENCE_LABEL}=`, timeoutMs: LIST_MS_MAX };
    const leases = await client.list(LEASES, query).catch(() => undefined);
    if (leases === undefined) {
      this.#feed({ kind: "unanswered" });
      return;
    }
    const renewals = new Map(
      leases.items.map(({ spec }) => [spec?.holderIdentity ?? "", spec?.renewTime ?? ""]),
    );
    this.#feed({ kind: "leases", renewals, nowMs: performance.now() });
  }
}
