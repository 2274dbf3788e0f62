/**
 * One DNSPublisher with DNSEndpoints at work: watches them, performs its rounds, writes its status and tells people.
 *
 * The same life as that of a publisher with a name server (name-publisher.ts). The kind is external-dns's: while the cluster has none, nothing is
 * published and all is said; when it comes, all goes on.
 * Neighbours: names.ts has all of them; ../../dns/endpoint-desk.ts decides; endpoint-jobs.ts writes.
 */
import type { Logger } from "pino";
import {
  DNS_ENDPOINTS,
  PUBLISHER_LABEL,
  publisherMark,
  type DNSEndpoint,
} from "../../dns/dns-endpoint.ts";
import { EndpointDesk, type EndpointJob } from "../../dns/endpoint-desk.ts";
import { failure, type DnsFailure } from "../../dns/failures.ts";
import type { DnsName } from "../../dns/name.ts";
import type { DNSPublisher, EndpointSpec, PublishedEntry } from "../../dns/resource.ts";
import { backoffMs } from "../../kube/backoff.ts";
import type { KubeClient } from "../../kube/io/client.ts";
import { startReflector, type Reflector } from "../../kube/io/reflector.ts";
import type { ControllerMetrics } from "../../metrics/io/metrics.ts";
import type { NewsWords } from "../publisher-status.ts";
import { performEndpointJob } from "./endpoint-jobs.ts";
import type { Wishes } from "./name-publisher.ts";
import { PUBLISHER_GONE, PublisherObject } from "./publisher-object.ts";
import { PublisherVoice } from "./publisher-voice.ts";

const JOBS_AT_ONCE_MAX = 16;
/** Where the API server has not let us read or write the publisher: it grows. */
const API_BACKOFF = { baseMs: 1000, maxMs: 60_000 } as const;

export interface EndpointPublisherOptions {
  readonly client: KubeClient;
  readonly publisher: DNSPublisher & { readonly spec: EndpointSpec };
  readonly metrics: ControllerMetrics;
  readonly log: Logger;
  /** False as soon as another may lead. */
  readonly mayWrite: () => boolean;
  /** Some DNSEndpoint is another, or may be read now. */
  readonly onNews: () => void;
  /** @param service whom it is about; null: the publisher */
  readonly tell: (words: NewsWords, service: string | null) => void;
}

export class EndpointPublisher {
  readonly #options: EndpointPublisherOptions;
  readonly #desk: EndpointDesk;
  readonly #objects: Reflector<DNSEndpoint>;
  readonly #object: PublisherObject;
  readonly #voice: PublisherVoice;
  #isStopped = false;
  #isListed = false;
  /** Why DNSEndpoints cannot be read; null: they can, or nobody knows. */
  #failure: DnsFailure | null = null;
  /** In a row: reads and writes of the publisher. */
  #apiFailures = 0;
  #apiNotBeforeMs = 0;
  /** Why names could not be written down; null: they are. */
  #fault: string | null = null;
  #nextWriteMs = 0;
  #running: Promise<number | null> | null = null;

  constructor(options: EndpointPublisherOptions) {
    const { client, log, publisher, metrics, onNews } = options;
    const { spec, metadata } = publisher;
    const { withdrawAfterSeconds = 15, dnsEndpoint } = spec;
    const ownerId = publisherMark(metadata.name);
    this.#options = options;
    this.#desk = new EndpointDesk({
      publisher: metadata.name,
      way: dnsEndpoint,
      withdrawAfterMs: withdrawAfterSeconds * 1000,
    });
    this.#object = new PublisherObject({
      ...{ client, publisher, metrics, log, mayWrite: () => this.#mayGoOn() },
      onOthers: (names) => {
        this.#desk.recall(names);
        onNews();
      },
    });
    this.#voice = new PublisherVoice({ ...options, ownerId, object: this.#object });
    this.#objects = startReflector<DNSEndpoint>({
      ...{ client, log, type: DNS_ENDPOINTS, onChange: onNews },
      labelSelector: `${PUBLISHER_LABEL}=${ownerId}`,
      onSynced: () => {
        this.#isListed = true;
        this.#mayRead();
      },
      onHealth: (isHealthy, status) => {
        if (isHealthy) this.#mayRead();
        else this.#mayNotRead(status);
      },
    });
    log.info({ publisher: metadata.name }, "publishing names by DNSEndpoints");
  }

  get spec(): EndpointSpec {
    return this.#options.publisher.spec;
  }

  get name(): string {
    return this.#options.publisher.metadata.name;
  }

  serviceOf(name: DnsName): string | undefined {
    return this.#desk.serviceOf(name);
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

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([this.#objects.stop(), this.#running?.catch(() => undefined)]);
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

  #mayRead(): void {
    this.#failure = null;
    this.#desk.tryAgain();
    this.#options.onNews();
  }

  #mayNotRead(status: number | undefined): void {
    // What is no answer of the API server says nothing of them.
    if (status !== 404 && status !== 403) return;
    const { group, plural } = DNS_ENDPOINTS;
    this.#failure =
      status === 404
        ? failure("endpoints-unknown", `The cluster has no ${plural}.${group}`)
        : failure("endpoints-forbidden", `The controller may not read ${plural}.${group}`);
    this.#options.onNews();
  }

  async #round({ names, problems, uidOf }: Wishes): Promise<number | null> {
    const beganMs = performance.now();
    if (this.#failure === null && !this.#isListed) return null;
    if (beganMs < this.#nextWriteMs) return this.#nextWriteMs;
    const mayWrite = beganMs >= this.#apiNotBeforeMs;
    const desk = this.#desk;
    let wakeAtMs: number | null = null;
    if (this.#failure === null) {
      desk.want(names, uidOf);
      this.#see();
      const first = desk.round(beganMs);
      if (first.claims === null) this.#fault = null;
      else if (mayWrite) this.#fault = await this.#claim(first.claims);
      const { jobs } = first.claims === null ? first : desk.round(beganMs);
      const { updateIntervalSeconds = 1 } = this.spec;
      if (jobs.length > 0) this.#nextWriteMs = beganMs + updateIntervalSeconds * 1000;
      await this.#perform(jobs);
      this.#see();
      ({ wakeAtMs } = desk.round(performance.now()));
    }
    if (!this.#mayGoOn()) return beganMs + API_BACKOFF.baseMs;
    const isSaid = await this.#voice.say(
      {
        ...{ figures: this.#figures(names), nameProblems: problems, keyProblem: null },
        ...{ bookProblems: desk.problems, troubles: this.#troubles() },
      },
      { news: desk.takeNews(), fault: this.#fault, mayWrite },
    );
    const isWell = this.#fault === null && isSaid;
    const againMs = mayWrite ? this.#apiAnswers(isWell) : this.#apiNotBeforeMs;
    const times = [wakeAtMs, againMs].filter((atMs) => atMs !== null);
    return times.length === 0 ? null : Math.max(Math.min(...times), this.#nextWriteMs);
  }

  #see(): void {
    this.#desk.see(this.#objects.store.list());
  }

  #figures(names: Wishes["names"]): ReturnType<EndpointDesk["figures"]> {
    if (this.#failure === null) return this.#desk.figures(performance.now());
    const wanted = [...names.values()].filter(({ addresses }) => addresses.length > 0);
    return { wanted: wanted.length, published: 0 };
  }

  /** What cannot be read is so in every zone. */
  #troubles() {
    const why = this.#failure;
    if (why === null) return [];
    return this.spec.zones.map((zone) => {
      return { zone: zone as DnsName, failure: why, failures: 1 };
    });
  }

  /** @returns null: the names are written down; else why not */
  async #claim(names: readonly PublishedEntry[]): Promise<string | null> {
    const fault = await this.#object.write({ names });
    if (fault === null) this.#desk.claimed(names);
    return fault;
  }

  async #perform(jobs: readonly EndpointJob[]): Promise<void> {
    const queue = [...jobs];
    const work = async () => {
      for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
        if (!this.#mayGoOn()) return;
        await this.#performOne(job);
      }
    };
    await Promise.all(Array.from({ length: JOBS_AT_ONCE_MAX }, work));
  }

  async #performOne(job: EndpointJob): Promise<void> {
    const { client, metrics } = this.#options;
    const { outcome, after } = await performEndpointJob(job, client);
    const word = outcome === null ? "ok" : outcome.kind;
    metrics.dnsRequests.inc({ publisher: this.name, kind: job.kind, outcome: word });
    if (after !== undefined) this.#objects.upsert(after);
    this.#desk.ended(job, outcome, performance.now(), after);
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

  #mayGoOn(): boolean {
    return !this.#isStopped && this.#options.mayWrite();
  }
}
