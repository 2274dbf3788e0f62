/**
 * What people hear of a publisher: its status, Events, the log and the gauges. The same of every way out.
 *
 * Neighbours: ../publisher-status.ts has the words; publisher-object.ts writes.
 */
import type { Logger } from "pino";
import type { Problem } from "../../base/errors.ts";
import type { BookNews } from "../../dns/book-entry.ts";
import { reasonOfFailure } from "../../dns/failures.ts";
import type { DNSPublisher } from "../../dns/resource.ts";
import { isoSeconds } from "../../kube/patches.ts";
import type { ControllerMetrics } from "../../metrics/io/metrics.ts";
import {
  failureWords,
  publisherStatus,
  statusDifference,
  steadyTroubles,
  warningOf,
  wordsOf,
  type NewsWords,
  type PublisherFacts,
} from "../publisher-status.ts";
import type { PublisherObject } from "./publisher-object.ts";

export interface VoiceOptions {
  readonly publisher: DNSPublisher;
  readonly ownerId: string;
  readonly object: Pick<
    PublisherObject,
    "status" | "isDoubtful" | "read" | "write" | "sayNotReady"
  >;
  readonly metrics: Pick<ControllerMetrics, "dnsNames">;
  readonly log: Logger;
  /** @param service whom it is about; null: the publisher */
  readonly tell: (words: NewsWords, service: string | null) => void;
}

export interface Saying {
  /** Each once. */
  readonly news: readonly BookNews[];
  /** Why names could not be written down; null: they are. */
  readonly fault: string | null;
  readonly mayWrite: boolean;
}

/** What is told, and about what: once is enough. */
type Sentence = readonly [about: string, words: NewsWords, service: string | null];

export class PublisherVoice {
  readonly #options: VoiceOptions;
  readonly #told = new Map<string, string>();
  #troubles: PublisherFacts["troubles"] = [];

  constructor(options: VoiceOptions) {
    this.#options = options;
  }

  /** @returns whether the status says it all */
  async say(
    found: Omit<PublisherFacts, "ownerId" | "nowIso">,
    { news, fault, mayWrite }: Saying,
  ): Promise<boolean> {
    const { ownerId, metrics, object, tell, log } = this.#options;
    this.#troubles = steadyTroubles(found.troubles, this.#troubles);
    const facts = { ...found, troubles: this.#troubles };
    const { figures, troubles, keyProblem, nameProblems } = facts;
    metrics.dnsNames.set({ publisher: this.#name, state: "wanted" }, figures.wanted);
    metrics.dnsNames.set({ publisher: this.#name, state: "published" }, figures.published);
    for (const each of news) {
      const words = wordsOf(each);
      tell(words, each.service);
      log.warn({ publisher: this.#name, name: each.name, service: each.service }, words.reason);
    }
    this.#tellOnce([
      ...troubles.map(({ zone, failure }): Sentence => {
        const message = `Zone ${zone}: ${failureWords(failure)}`;
        return [
          `zone ${zone}`,
          { type: "Warning", reason: reasonOfFailure(failure.kind), message },
          null,
        ];
      }),
      ...(keyProblem === null ? [] : [["key", warningOf(keyProblem), null] as const]),
      ...(fault === null ? [] : [["status", notWritten(fault), null] as const]),
      ...nameProblems.map(({ service, name, problem }): Sentence => {
        return [`name ${service} ${name} ${problem.code}`, warningOf(problem), service];
      }),
    ]);
    const nowIso = isoSeconds(Date.now());
    const after = publisherStatus(object.status, { ...facts, ownerId, nowIso });
    const status = statusDifference(object.status, after);
    if (status === null && !object.isDoubtful) return true;
    if (!mayWrite) return false;
    return (await (status === null ? object.read() : object.write(status))) === null;
  }

  async sayNotRead(fault: string): Promise<void> {
    const message = `DNSPublisher ${this.#name} cannot be read, and nothing is published for it: ${fault}`;
    const problem: Problem = { code: "PUBLISHER_NOT_READ", message };
    this.#tellOnce([["object", warningOf(problem), null]]);
    await this.#options.object.sayNotReady(problem);
  }

  end(): void {
    const { dnsNames } = this.#options.metrics;
    for (const state of ["wanted", "published"]) dnsNames.remove({ publisher: this.#name, state });
  }

  #tellOnce(sentences: readonly Sentence[]): void {
    const now = new Set(sentences.map(([about]) => about));
    for (const about of this.#told.keys()) if (!now.has(about)) this.#told.delete(about);
    for (const [about, words, service] of sentences) {
      if (this.#told.get(about) === words.message) continue;
      this.#told.set(about, words.message);
      this.#options.tell(words, service);
      this.#options.log.warn({ publisher: this.#name, about }, words.message);
    }
  }

  get #name(): string {
    return this.#options.publisher.metadata.name;
  }
}

function notWritten(fault: string): NewsWords {
  const remedy =
    "Look whether the API server is well; if it says that the object is too large, divide the Services among several DNSPublishers";
  const message = `New names wait, for they cannot be written into the status: ${fault}. ${remedy}.`;
  return { type: "Warning", reason: "StatusNotWritten", message };
}
