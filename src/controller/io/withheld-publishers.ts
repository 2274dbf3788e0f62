/**
 * DNSPublishers that are not at work: says why, in an Event once, and in their status until it is written.
 *
 * Neighbours: names.ts knows which; publisher-object.ts writes.
 */
import type { Problem } from "../../base/errors.ts";
import type { DNSPublisher } from "../../dns/resource.ts";
import { warningOf, type NewsWords } from "../publisher-status.ts";
import { PublisherObject, type PublisherObjectOptions } from "./publisher-object.ts";

const RETRY_MS = 5000;

export interface WithheldOptions extends Pick<
  PublisherObjectOptions,
  "client" | "metrics" | "log" | "mayWrite"
> {
  readonly tell: (words: NewsWords, publisher: DNSPublisher) => void;
  /** Come again then, by performance.now(). */
  readonly again: (atMs: number) => void;
}

interface Saying {
  readonly uid: string | undefined;
  readonly message: string;
  isSaid: boolean;
  isBusy: boolean;
  notBeforeMs: number;
}

export class WithheldPublishers {
  readonly #options: WithheldOptions;
  readonly #sayings = new Map<string, Saying>();

  constructor(options: WithheldOptions) {
    this.#options = options;
  }

  /** @param all of them: what was said of others is over */
  say(all: ReadonlyMap<DNSPublisher, Problem>): void {
    const names = new Set([...all.keys()].map(({ metadata }) => metadata.name));
    for (const name of this.#sayings.keys()) if (!names.has(name)) this.#sayings.delete(name);
    for (const [object, problem] of all) {
      const saying = this.#sayingOf(object, problem);
      if (saying.isSaid || saying.isBusy || performance.now() < saying.notBeforeMs) continue;
      saying.isBusy = true;
      void this.#write(object, problem, saying);
    }
  }

  #sayingOf(object: DNSPublisher, problem: Problem): Saying {
    const { name, uid } = object.metadata;
    const { message } = problem;
    const known = this.#sayings.get(name);
    if (known?.uid === uid && known?.message === message) return known;
    const saying = { uid, message, isSaid: false, isBusy: false, notBeforeMs: 0 };
    this.#sayings.set(name, saying);
    this.#options.tell(warningOf(problem), object);
    return saying;
  }

  async #write(publisher: DNSPublisher, problem: Problem, saying: Saying): Promise<void> {
    const { client, metrics, log, mayWrite, again } = this.#options;
    const object = new PublisherObject({
      ...{ client, metrics, log, mayWrite, publisher, onOthers: () => undefined },
    });
    const fault = (await object.read()) ?? (await object.sayNotReady(problem));
    saying.isBusy = false;
    saying.isSaid = fault === null;
    if (fault === null) return;
    saying.notBeforeMs = performance.now() + RETRY_MS;
    again(saying.notBeforeMs);
  }
}
