/**
 * The leader's loop for names: news, a look at what is wanted, a round of each publisher that is due.
 *
 * It has nothing to do with the loop that gives addresses: a name server that hangs keeps nobody from anything.
 * Neighbours: ../names.ts and ../held.ts see; ../../dns/service-names.ts decides; name-publisher.ts performs.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Problem } from "../../base/errors.ts";
import type { DnsName } from "../../dns/name.ts";
import type { DNSPublisher } from "../../dns/resource.ts";
import { wantedNames, type PublisherView } from "../../dns/service-names.ts";
import {
  leftTo,
  namesLeftBy,
  serverOf,
  sharedOwners,
  zonesLeftBy,
  type OwningPublisher,
} from "../../dns/shared-owners.ts";
import type { KubeClient } from "../../kube/io/client.ts";
import type { EventRecorder } from "../../kube/io/event-recorder.ts";
import { keyOf } from "../../kube/resource.ts";
import type { ControllerMetrics } from "../../metrics/io/metrics.ts";
import { Held } from "../held.ts";
import { namedServices, ownerIdOf } from "../names.ts";
import type { NewsWords } from "../publisher-status.ts";
import type { Snapshot } from "../world.ts";
import { Alarm } from "./alarm.ts";
import { EndpointPublisher } from "./endpoint-publisher.ts";
import { NamePublisher, type Wishes } from "./name-publisher.ts";
import { WithheldPublishers } from "./withheld-publishers.ts";

/** From the first news to the look. */
const GATHER_MS = 50;
/** Between two rounds of a publisher: its status is written no faster. Each zone has a pace of its own. */
const ROUND_INTERVAL_MS = 1000;
/** After a failure of our own making. */
const RETRY_MS = 5000;
/** Whoever begins to lead may write a moment later. */
const LEAD_RETRY_MS = 200;
const ACTION = "PublishNames";

type Seen = Pick<
  Snapshot,
  "services" | "namespaces" | "virtualIps" | "presences" | "hearing" | "dnsPublishers"
>;

export interface NamesOptions {
  readonly client: KubeClient;
  /** Where the Secrets are. */
  readonly namespace: string;
  readonly snapshot: () => Seen;
  /** False as soon as another may lead: then nothing is published any more. */
  readonly mayWrite: () => boolean;
  readonly recorder: Pick<EventRecorder, "event">;
  readonly metrics: ControllerMetrics;
  readonly log: Logger;
}

/** By one way out or the other. */
type Publisher = NamePublisher | EndpointPublisher;

interface Publishing {
  /** Where it is another, all begins anew. */
  readonly identity: string;
  readonly publisher: Publisher;
  readonly ownerId: string;
  notBeforeMs: number;
  isBusy: boolean;
  /** There was a look while it was busy. */
  hasMissed: boolean;
}

export class Names {
  readonly #options: NamesOptions;
  readonly #held = new Held();
  readonly #publishing = new Map<string, Publishing>();
  readonly #stopping = new Map<Publishing, Promise<void>>();
  readonly #withheld: WithheldPublishers;
  readonly #alarm = new Alarm(() => {
    this.#look();
  });
  #heldTimer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: NamesOptions) {
    this.#options = options;
    const { client, metrics, log, mayWrite } = options;
    this.#withheld = new WithheldPublishers({
      ...{ client, metrics, log, mayWrite },
      tell: (words, publisher) => {
        this.#tell(words, null, publisher);
      },
      again: (atMs) => {
        this.#alarm.by(atMs);
      },
    });
  }

  /** Something changed: there will be a look soon. */
  news(): void {
    this.#alarm.by(performance.now() + GATHER_MS);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#alarm.off();
    clearTimeout(this.#heldTimer);
    for (const name of [...this.#publishing.keys()]) this.#end(name);
    await Promise.all(this.#stopping.values());
  }

  #look(): void {
    const seen = this.#options.snapshot();
    const nowMs = performance.now();
    this.#follow(seen);
    if (this.#publishing.size === 0) {
      clearTimeout(this.#heldTimer);
      return;
    }
    this.#lookWhoHolds(seen);
    // Who begins tells when it knows what it has: until then it does nothing, and keeps nobody from anything.
    const ready = [...this.#publishing.values()].filter(({ publisher }) => publisher.isReady);
    for (const each of ready) each.hasMissed = each.isBusy;
    const all = ready.filter(({ isBusy }) => !isBusy);
    const due = all.filter(({ notBeforeMs }) => notBeforeMs <= nowMs);
    for (const { notBeforeMs } of all) if (notBeforeMs > nowMs) this.#alarm.by(notBeforeMs);
    if (due.length === 0) return;
    const { names, problems } = wantedNames(this.#views(seen), namedServices(seen, this.#held));
    const uids = new Map(seen.services.map((each) => [keyOf(each), each.metadata.uid ?? null]));
    const uidOf = (service: string) => uids.get(service) ?? null;
    for (const each of due) {
      const { name } = each.publisher;
      this.#begin(each, {
        names: names.get(name) ?? new Map(),
        problems: problems.filter(({ publisher }) => publisher === name),
        uidOf,
      });
    }
  }

  /** Of all of them: which zone a name goes into does not change while one is not at work. Those at work are first: they tell. */
  #views({ dnsPublishers = [] }: Seen): PublisherView[] {
    const views = dnsPublishers.map(({ metadata: { name }, spec }) => {
      const publisher = this.#publishing.get(name)?.publisher;
      const isAtWork = publisher?.isReady === true;
      const serviceOf = (asked: DnsName) => publisher?.serviceOf(asked);
      return { view: { name, spec, serviceOf, isReady: isAtWork }, isAtWork };
    });
    return [
      ...views.filter(({ isAtWork }) => isAtWork),
      ...views.filter((each) => !each.isAtWork),
    ].map(({ view }) => view);
  }

  /** Leases are renewed all the time, and hardly ever is that news. */
  #lookWhoHolds(seen: Seen): void {
    clearTimeout(this.#heldTimer);
    const nowMs = performance.now();
    const { hasChanged, againAtMs } = this.#held.look(seen, nowMs);
    if (hasChanged) this.news();
    if (againAtMs === null) return;
    this.#heldTimer = setTimeout(
      () => {
        if (!this.#isStopped) this.#lookWhoHolds(this.#options.snapshot());
      },
      Math.ceil(againAtMs - nowMs),
    );
  }

  #begin(publishing: Publishing, wishes: Wishes): void {
    publishing.isBusy = true;
    publishing.notBeforeMs = performance.now() + ROUND_INTERVAL_MS;
    void this.#round(publishing, wishes);
  }

  async #round(publishing: Publishing, wishes: Wishes): Promise<void> {
    const { publisher } = publishing;
    try {
      const againMs = await publisher.round(wishes);
      if (againMs !== null) this.#alarm.by(againMs);
    } catch (error) {
      this.#options.log.error({ publisher: publisher.name, err: error }, "a round has failed");
      this.#alarm.by(performance.now() + RETRY_MS);
    } finally {
      publishing.isBusy = false;
      if (publishing.hasMissed) this.#alarm.by(publishing.notBeforeMs);
    }
  }

  /** Begins and ends publishers as they come and go, and anew where what they are to do is another. */
  #follow(seen: Seen): void {
    const objects = seen.dnsPublishers ?? [];
    const owning = owningAmong(objects, seen);
    const withheld = withheldAmong(objects, owning);
    const right = new Map(
      objects.flatMap((object) => {
        const identity = identityOf(object, owning);
        return withheld.has(object) ? [] : [[object.metadata.name, { object, identity }]];
      }),
    );
    for (const [name, { identity }] of [...this.#publishing]) {
      if (identity !== right.get(name)?.identity) this.#end(name);
    }
    for (const [name, { object, identity }] of right) {
      if (!this.#publishing.has(name)) this.#start(object, identity, seen);
    }
    this.#withheld.say(withheld);
  }

  #start(object: DNSPublisher, identity: string, seen: Seen): void {
    const ownerId = ownerIdOf(object, seen);
    if (ownerId === null) return;
    const { name } = object.metadata;
    const isBefore = (each: Publishing) => each.publisher.name === name || each.ownerId === ownerId;
    // Whoever had its names before tells when it has ended.
    if ([...this.#stopping.keys()].some(isBefore)) return;
    if (!this.#options.mayWrite()) {
      this.#alarm.by(performance.now() + LEAD_RETRY_MS);
      return;
    }
    const publisher = this.#make(object, ownerId);
    if (publisher === null) return;
    this.#publishing.set(name, {
      ...{ identity, publisher, ownerId, notBeforeMs: 0, isBusy: false, hasMissed: false },
    });
    void this.#prepare(publisher);
  }

  /** @returns null: it has no way out that we know */
  #make(object: DNSPublisher, ownerId: string): Publisher | null {
    const { client, namespace, metrics, log, mayWrite } = this.#options;
    const options = {
      ...{ client, metrics, log, mayWrite },
      onNews: () => {
        this.news();
      },
      tell: (words: NewsWords, service: string | null) => {
        this.#tell(words, service, object);
      },
    };
    const { rfc2136, dnsEndpoint } = object.spec;
    if (rfc2136 !== undefined) {
      const publisher = { ...object, spec: { ...object.spec, rfc2136 } };
      return new NamePublisher({ ...options, namespace, ownerId, publisher });
    }
    if (dnsEndpoint === undefined) return null;
    const publisher = { ...object, spec: { ...object.spec, dnsEndpoint } };
    return new EndpointPublisher({ ...options, publisher });
  }

  async #prepare(publisher: Publisher): Promise<void> {
    const isOurs = () => this.#publishing.get(publisher.name)?.publisher === publisher;
    while (!this.#isStopped && isOurs()) {
      const againMs = await publisher.prepare();
      if (againMs === null) {
        this.news();
        return;
      }
      await sleep(Math.ceil(againMs - performance.now()), undefined, { ref: false });
    }
  }

  /** Its successor begins when it has ended, by what it has written down. */
  #end(name: string): void {
    const publishing = this.#publishing.get(name);
    if (publishing === undefined) return;
    this.#publishing.delete(name);
    const ending = publishing.publisher.stop().finally(() => {
      this.#stopping.delete(publishing);
      this.news();
    });
    this.#stopping.set(publishing, ending);
  }

  #tell(words: NewsWords, service: string | null, publisher: DNSPublisher): void {
    const { recorder, snapshot } = this.#options;
    const about =
      service === null ? undefined : snapshot().services.find((each) => keyOf(each) === service);
    recorder.event({ ...words, action: ACTION, object: about ?? publisher });
  }
}

function owningAmong(objects: readonly DNSPublisher[], seen: Seen): OwningPublisher[] {
  return objects.flatMap((object) => {
    const { name, creationTimestamp: createdAt = "" } = object.metadata;
    const ownerId = ownerIdOf(object, seen);
    const { zones, rfc2136 } = object.spec;
    // Whoever has objects in place of records shares nothing.
    if (ownerId === null || rfc2136 === undefined) return [];
    const [zonesLeft, server] = [zonesLeftBy(object), serverOf(rfc2136)];
    const zonesOnceIts = namesLeftBy(object).map(({ zone }) => zone);
    return [{ name, createdAt, ownerId, zones, zonesLeft, zonesOnceIts, server }];
  });
}

function withheldAmong(
  objects: readonly DNSPublisher[],
  owning: readonly OwningPublisher[],
): ReadonlyMap<DNSPublisher, Problem> {
  const problems = sharedOwners(owning);
  return new Map(
    objects.flatMap((object) => {
      const problem = problems.get(object.metadata.name);
      return problem === undefined ? [] : [[object, problem]];
    }),
  );
}

/** What another leaves behind in its zones is of it: where it goes after all, names of the one may have gone with it. */
function identityOf(
  { metadata: { uid, name }, spec }: DNSPublisher,
  owning: readonly OwningPublisher[],
): string {
  const one = owning.find((each) => each.name === name);
  return JSON.stringify([uid, spec, one === undefined ? [] : leftTo(one, owning)]);
}
