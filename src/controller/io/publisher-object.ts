/**
 * A DNSPublisher as the API server has it: read before anything is decided by it, and written only as it was read.
 *
 * What the watch has may be older than what the leader before wrote down last, and a name that is forgotten stays in its zone for ever. So
 * every write names the version that it is made of. Where another was faster, what came to `names` meanwhile is taken over.
 * Neighbours: name-publisher.ts decides what is written.
 */
import type { Logger } from "pino";
import type { Problem } from "../../base/errors.ts";
import { DNS_PUBLISHERS } from "../../dns/kind.ts";
import type { DNSPublisher, DNSPublisherStatus, PublishedEntry } from "../../dns/resource.ts";
import type { KubeClient } from "../../kube/io/client.ts";
import { outcomeOf, type WriteOutcome } from "../../kube/io/status.ts";
import { isoSeconds, setCondition } from "../../kube/patches.ts";
import type { ControllerMetrics } from "../../metrics/io/metrics.ts";
import { notReadyWish } from "../publisher-status.ts";

const OPTIONS = {
  fieldManager: "spreadlb-controller",
  kind: "merge",
  subresource: "status",
} as const;
/** Nobody is to be told: the watch brings it. */
export const PUBLISHER_GONE = "it is no more";
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
  /** A write failed, or was obeyed and its answer lost. */
  #isDoubtful = false;

  constructor(options: PublisherObjectOptions) {
    this.#options = options;
    this.#object = options.publisher;
  }

  get isRead(): boolean {
    return this.#isRead;
  }

  /** What the API server has may be another than we know: it is to be read. */
  get isDoubtful(): boolean {
    return this.#isDoubtful;
  }

  get status(): DNSPublisherStatus | undefined {
    return this.#object.status;
  }

  /** @returns null: it is read, and is the one that we know; else what kept it from that */
  async read(): Promise<string | null> {
    const { client, log, publisher } = this.#options;
    const { name, uid } = publisher.metadata;
    try {
      const answer = await outcomeOf(client.get(DNS_PUBLISHERS, { name }));
      if (answer.kind !== "done" || answer.object.metadata.uid !== uid) return PUBLISHER_GONE;
      this.#take(answer.object);
      this.#isRead = true;
      this.#isDoubtful = false;
      return null;
    } catch (error) {
      log.warn({ publisher: name, err: error }, "cannot read the publisher");
      return wordsOf(error);
    }
  }

  /** Who cannot be read may be written all the same. @returns as `write` */
  async sayNotReady(problem: Problem): Promise<string | null> {
    const before = this.status?.conditions;
    const conditions = setCondition(before, notReadyWish(problem), isoSeconds(Date.now()));
    return conditions === before ? null : this.write({ conditions });
  }

  /** @returns null: it is written; else what kept it from that */
  async write(status: Partial<DNSPublisherStatus>): Promise<string | null> {
    let wanted = status;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      if (!this.#options.mayWrite()) return "another may lead";
      const answer = await this.#patch(wanted);
      if (typeof answer === "string") return answer;
      if (answer.kind === "gone") return PUBLISHER_GONE;
      if (answer.kind === "done") {
        this.#isDoubtful = false;
        const { resourceVersion } = answer.object.metadata;
        const metadata = { ...this.#object.metadata, resourceVersion };
        this.#object = {
          ...{ ...this.#object, metadata },
          status: { ...this.#object.status, ...wanted },
        };
        return null;
      }
      const known = new Set((this.status?.names ?? []).map(({ name }) => name));
      const fault = await this.read();
      if (fault !== null) return fault;
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
      this.#isDoubtful = true;
      return wordsOf(error);
    }
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
