/**
 * A DNSPublisher as the API server has it: read before anything is decided by it, and written only as it was read.
 *
 * What the watch has may be older than what the leader before wrote down last, and a name that is forgotten stays in its zone for ever. So
 * every write names the version that it is made of. Where another was faster, what came to `names` meanwhile is taken over.
 * Neighbours: name-publisher.ts decides what is written.
 */
import type { Logger } from "pino";
import { DNS_PUBLISHERS } from "../../dns/kind.ts";
import type { DNSPublisher, DNSPublisherStatus, PublishedEntry } from "../../dns/resource.ts";
import type { KubeClient } from "../../kube/io/client.ts";
import { outcomeOf, type WriteOutcome } from "../../kube/io/status.ts";
import type { ControllerMetrics } from "../../metrics/io/metrics.ts";

const OPTIONS = {
  fieldManager: "spreadlb-controller",
  kind: "merge",
  subresource: "status",
} as const;
/** Of one write: whoever is at it all the time, there is a next round. */
const TRIES_MAX = 3;

export interface PublisherObjectOptions {
  readonly client: Pick<KubeClient, "get" | "patch">;
  readonly publisher: DNSPublisher;
  readonly metrics: Pick<ControllerMetrics, "writes">;
  readonly log: Logger;
  readonly mayWrite: () => boolean;
  /** Names that another wrote down. */
  readonly onOthers: (names: readonly PublishedEntry[]) => void;
}

export class PublisherObject {
  readonly #options: PublisherObjectOptions;
  #object: DNSPublisher;
  #isRead = false;

  constructor(options: PublisherObjectOptions) {
    this.#options = options;
    this.#object = options.publisher;
  }

  get isRead(): boolean {
    return this.#isRead;
  }

  get status(): DNSPublisherStatus | undefined {
    return this.#object.status;
  }

  /** @returns whether it could be read, and is the one that we know */
  async read(): Promise<boolean> {
    const { client, log, publisher } = this.#options;
    const { name, uid } = publisher.metadata;
    const answer = await outcomeOf(client.get(DNS_PUBLISHERS, { name })).catch((error: unknown) => {
      log.warn({ publisher: name, err: error }, "cannot read the publisher");
      return null;
    });
    if (answer?.kind !== "done" || answer.object.metadata.uid !== uid) return false;
    this.#take(answer.object);
    this.#isRead = true;
    return true;
  }

  /** @returns null: it is written; else what kept it from that */
  async write(status: Partial<DNSPublisherStatus>): Promise<string | null> {
    let wanted = status;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      if (!this.#options.mayWrite()) return "another may lead";
      const answer = await this.#patch(wanted);
      if (typeof answer === "string") return answer;
      if (answer.kind === "gone") return "it is no more";
      if (answer.kind === "done") {
        const { resourceVersion } = answer.object.metadata;
        const metadata = { ...this.#object.metadata, resourceVersion };
        this.#object = {
          ...{ ...this.#object, metadata },
          status: { ...this.#object.status, ...wanted },
        };
        return null;
      }
      const known = new Set((this.status?.names ?? []).map(({ name }) => name));
      if (!(await this.read())) return "it cannot be read";
      const { names } = wanted;
      if (names === undefined) continue;
      const ours = new Set(names.map(({ name }) => name));
      const others = (this.status?.names ?? []).filter(
        ({ name }) => !known.has(name) && !ours.has(name),
      );
      wanted = { ...wanted, names: [...names, ...others] };
    }
    return "others write it all the time";
  }

  /** What is not known yet of its names is another's. */
  #take(object: DNSPublisher): void {
    const known = new Set(
      this.#isRead ? (this.#object.status?.names ?? []).map(({ name }) => name) : [],
    );
    this.#object = object;
    const others = (object.status?.names ?? []).filter(({ name }) => !known.has(name));
    if (others.length > 0) this.#options.onOthers(others);
  }

  async #patch(status: Partial<DNSPublisherStatus>): Promise<WriteOutcome<DNSPublisher> | string> {
    const { client, log, metrics } = this.#options;
    const { name, uid, resourceVersion } = this.#object.metadata;
    const body = { metadata: { uid, resourceVersion }, status };
    const { kind } = DNS_PUBLISHERS;
    try {
      const answer = await outcomeOf(client.patch(DNS_PUBLISHERS, { name }, body, OPTIONS));
      metrics.writes.inc({ kind, outcome: answer.kind === "done" ? "ok" : answer.kind });
      return answer;
    } catch (error) {
      log.warn({ publisher: name, err: error }, "cannot write the publisher's status");
      metrics.writes.inc({ kind, outcome: "error" });
      return error instanceof Error ? error.message : String(error);
    }
  }
}
