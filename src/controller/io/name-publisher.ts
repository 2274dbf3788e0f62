/**
 * One DNSPublisher at work: follows its key, performs its rounds, writes its status and tells people.
 *
 * One round at a time; what it asks of each zone ends when it ends, and the round waits for that as long as it may, to say what came of it. So a zone
 * that hangs keeps no other waiting. Nothing here waits for anything else of the controller, nor does anything wait for it.
 * Neighbours: names.ts has all of them; ../../dns/book.ts decides; ../publisher-status.ts has the words.
 */
import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Problem } from "../../base/errors.ts";
import { Book } from "../../dns/book.ts";
import type { WantedName } from "../../dns/book-entry.ts";
import type { Job, Outcome } from "../../dns/book-jobs.ts";
import type { FailureKind } from "../../dns/failures.ts";
import { performJob, performJobs } from "../../dns/io/name-jobs.ts";
import { keySecretOf, readKey } from "../../dns/key.ts";
import type { DnsName } from "../../dns/name.ts";
import type { DNSPublisher, PublishedEntry, Rfc2136Spec } from "../../dns/resource.ts";
import type { NameProblem } from "../../dns/service-names.ts";
import type { TsigKey } from "../../dns/wire/tsig.ts";
import type { KubeClient } from "../../kube/io/client.ts";
import { startReflector, type Reflector } from "../../kube/io/reflector.ts";
import { backoffMs } from "../../kube/backoff.ts";
import { SECRETS, type Secret } from "../../kube/types.ts";
import type { ControllerMetrics } from "../../metrics/io/metrics.ts";
import { withWayOut, type NewsWords } from "../publisher-status.ts";
import { NameServers } from "./name-servers.ts";
import { PUBLISHER_GONE, PublisherObject } from "./publisher-object.ts";
import { PublisherVoice } from "./publisher-voice.ts";

/** Another address of the primary, or another primary, may do better. */
const NOT_HERE: ReadonlySet<FailureKind> = new Set<FailureKind>([
  ...(["unreachable", "no-answer", "not-authoritative", "answer-not-authoritative"] as const),
  ...(["not-implemented", "refused", "read-refused"] as const),
]);
/** Where the API server has not let us read or write the publisher: it grows. */
const API_BACKOFF = { baseMs: 1000, maxMs: 60_000 } as const;
/** So long a round waits for its zones; who takes longer is news when it has ended. */
const ZONES_WAIT_MS = 1000;
/** Where another may lead. */
const LEAD_RETRY_MS = 1000;

export interface PublisherOptions {
  readonly client: KubeClient;
  /** Where the Secrets are. */
  readonly namespace: string;
  readonly publisher: DNSPublisher & { readonly spec: Rfc2136Spec };
  readonly ownerId: string;
  readonly metrics: ControllerMetrics;
  readonly log: Logger;
  /** False as soon as another may lead. */
  readonly mayWrite: () => boolean;
  /** The key is another: there may be something to do. */
  readonly onNews: () => void;
  /** @param service whom it is about; null: the publisher */
  readonly tell: (words: NewsWords, service: string | null) => void;
}

export interface Wishes {
  readonly names: ReadonlyMap<DnsName, WantedName>;
  readonly problems: readonly NameProblem[];
  /** Of a Service; null: it is not known. */
  readonly uidOf: (service: string) => string | null;
}

export class NamePublisher {
  readonly #options: PublisherOptions;
  readonly #book: Book;
  readonly #aborting = new AbortController();
  readonly #secret: Reflector<Secret>;
  readonly #servers: NameServers;
  readonly #object: PublisherObject;
  #hasSecret = false;
  /** In a row: reads and writes of the publisher. */
  #apiFailures = 0;
  #apiNotBeforeMs = 0;
  /** Why names could not be written down; null: they are. */
  #fault: string | null = null;
  /** A Secret that vanishes takes nothing away: the last key is used until there is another. */
  #key: TsigKey | null = null;
  readonly #voice: PublisherVoice;
  #running: Promise<number | null> | null = null;
  /** Zones that take longer than their round. */
  readonly #late = new Set<Promise<void>>();

  constructor(options: PublisherOptions) {
    const { client, log, namespace, publisher, ownerId, onNews, metrics } = options;
    const { spec, metadata } = publisher;
    const { withdrawAfterSeconds = 15, resyncIntervalSeconds = 300 } = spec;
    const { updateIntervalSeconds = 1, abandonedZones = [] } = spec;
    this.#options = options;
    this.#book = new Book({
      ownerId,
      withdrawAfterMs: withdrawAfterSeconds * 1000,
      resyncIntervalMs: resyncIntervalSeconds * 1000,
      updateIntervalMs: updateIntervalSeconds * 1000,
      abandonedZones,
    });
    this.#object = new PublisherObject({
      ...{ client, publisher, metrics, log, mayWrite: () => this.#mayGoOn() },
      onOthers: (names) => {
        this.#book.recall(names);
        onNews();
      },
    });
    this.#voice = new PublisherVoice({ ...options, object: this.#object });
    // Each request that is under way listens, and there may be many.
    setMaxListeners(0, this.#aborting.signal);
    this.#servers = new NameServers(spec.rfc2136, this.#aborting.signal);
    const news = () => {
      this.#hasSecret = true;
      this.#book.tryAgain();
      onNews();
    };
    this.#secret = startReflector<Secret>({
      ...{ client, log, type: SECRETS, namespace, onChange: news, onSynced: news },
      fieldSelector: `metadata.name=${keySecretOf(spec)}`,
      onHealth: (_isHealthy, status) => {
        if (status === undefined || this.#hasSecret) return;
        news(); // It may not be read.
      },
    });
    log.info({ publisher: metadata.name, ownerId }, "publishing names");
  }

  get spec(): Rfc2136Spec {
    return this.#options.publisher.spec;
  }

  get name(): string {
    return this.#options.publisher.metadata.name;
  }

  serviceOf(name: DnsName): string | undefined {
    return this.#book.serviceOf(name);
  }

  /** Whether it knows what was written down before: without that nobody can tell whose a name is. */
  get isReady(): boolean {
    return this.#object.isRead;
  }

  /** One at a time. @returns when to come again though nothing changed, by performance.now(); null: never */
  round(wishes: Wishes): Promise<number | null> {
    this.#running ??= this.#round(wishes).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** What is under way is called off: the next leader looks up what became of it. */
  async stop(): Promise<void> {
    this.#aborting.abort();
    await Promise.all([this.#secret.stop(), this.#running?.catch(() => undefined)]);
    await Promise.all(this.#late);
    this.#voice.end();
  }

  /** Before its first round. @returns when to come again, by performance.now(); null: it is ready */
  async prepare(): Promise<number | null> {
    const nowMs = performance.now();
    if (nowMs < this.#apiNotBeforeMs) return this.#apiNotBeforeMs;
    const fault = await this.#object.read();
    if (fault !== null && fault !== PUBLISHER_GONE) await this.#voice.sayNotRead(fault);
    return this.#apiAnswers(fault === null);
  }

  async #round({ names, problems }: Wishes): Promise<number | null> {
    const beganMs = performance.now();
    const book = this.#book;
    book.want(names);
    if (!this.#hasSecret) return null;
    const read = readKey(this.spec, this.#secret.store.list()[0]);
    if (read.ok) this.#key = read.key;
    const first = book.round(beganMs);
    const mayWrite = beganMs >= this.#apiNotBeforeMs;
    // Where they cannot be written down now, those that are go on.
    if (first.claims === null) this.#fault = null;
    else if (mayWrite) this.#fault = await this.#claim(first.claims);
    const fault = this.#fault;
    await this.#perform(first.claims === null ? first.jobs : book.round(beganMs).jobs);
    if (!this.#mayGoOn()) return performance.now() + LEAD_RETRY_MS;
    const isSaid = await this.#say(problems, { keyProblem: read.ok ? null : read.problem, fault });
    const againMs = mayWrite ? this.#apiAnswers(fault === null && isSaid) : this.#apiNotBeforeMs;
    // Without a key there is nothing to do: that there is one is news.
    const wakeAtMs = this.#key === null ? null : book.wakeAtMs(performance.now());
    const times = [wakeAtMs, againMs].filter((atMs) => atMs !== null);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** @returns when to try it again; null: there is no need */
  #apiAnswers(isWell: boolean): number | null {
    if (isWell) {
      this.#apiFailures = 0;
      return null;
    }
    this.#apiFailures += 1;
    const waitMs = backoffMs(this.#apiFailures, Math.random(), API_BACKOFF);
    this.#apiNotBeforeMs = performance.now() + waitMs;
    return this.#apiNotBeforeMs;
  }

  /** @returns null: the names are written down; else why not */
  async #claim(names: readonly PublishedEntry[]): Promise<string | null> {
    const fault = await this.#object.write({ names });
    if (fault === null) this.#book.claimed(names);
    return fault;
  }

  async #perform(jobs: readonly Job[]): Promise<void> {
    const key = this.#key;
    if (key === null) return;
    const zones = performJobs(this.#book, jobs, {
      perform: (job) => this.#ask(job, key),
      mayGoOn: () => this.#mayGoOn(),
    });
    const late = new Set(zones);
    const waiting = new AbortController();
    const ended = zones.map((zone) => zone.finally(() => late.delete(zone)));
    const { signal } = waiting;
    await Promise.race([Promise.all(ended), sleep(ZONES_WAIT_MS, null, { signal, ref: false })]);
    waiting.abort();
    for (const zone of late) this.#letEnd(zone);
  }

  #letEnd(zone: Promise<void>): void {
    const { log, onNews } = this.#options;
    const ended = zone
      .catch((error: unknown) => {
        log.error({ publisher: this.name, err: error }, "a round of a zone has failed");
      })
      .finally(() => {
        this.#late.delete(ended);
        onNews();
      });
    this.#late.add(ended);
  }

  async #ask(job: Job, key: TsigKey): Promise<Outcome> {
    const { metrics } = this.#options;
    const outcome = await this.#askServer(job, key);
    const word = outcome.ok ? "ok" : outcome.failure.kind;
    metrics.dnsRequests.inc({ publisher: this.name, kind: job.kind, outcome: word });
    return outcome;
  }

  async #askServer(job: Job, key: TsigKey): Promise<Outcome> {
    const zone = job.kind === "read" ? job.zone : job.update.zone;
    const server = await this.#servers.of(zone);
    if (!server.ok) return server;
    const { tcpOnly = false } = this.spec.rfc2136;
    const { signal } = this.#aborting;
    const asking = { server: server.value, key, tcpOnly, signal };
    const outcome = await performJob(job, asking);
    if (outcome.ok || !NOT_HERE.has(outcome.failure.kind)) return outcome;
    // It is the right one for all others.
    const isOfName = outcome.failure.kind === "refused" && this.#book.isBlamed(job);
    if (!isOfName) await this.#servers.failed(zone, server.value);
    return outcome;
  }

  /** @returns whether the status says it all */
  #say(
    nameProblems: readonly NameProblem[],
    { keyProblem, fault }: { readonly keyProblem: Problem | null; readonly fault: string | null },
  ): Promise<boolean> {
    const { problems: bookProblems } = this.#book;
    const troubles = this.#book.troubles.map((trouble) => withWayOut(trouble, this.spec));
    const figures = this.#book.figures(performance.now());
    const facts = { figures, nameProblems, bookProblems, troubles, keyProblem };
    const mayWrite = performance.now() >= this.#apiNotBeforeMs;
    return this.#voice.say(facts, { news: this.#book.takeNews(), fault, mayWrite });
  }

  #mayGoOn(): boolean {
    return !this.#aborting.signal.aborted && this.#options.mayWrite();
  }
}
