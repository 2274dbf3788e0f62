/**
 * What has gone to a peer and come from it, by kind of message: for statuses and metrics. Pure: counts.
 *
 * Neighbours: session.ts counts; the metrics of MetalLB's names are made of it.
 */
import type { Heard } from "./hearing.ts";
import type { Message } from "./wire/message.ts";
import type { UpdateBody } from "./wire/update.ts";

type Kind = Message["kind"];

const none = (): Record<Kind, number> => ({
  ...{ open: 0, update: 0, notification: 0, keepalive: 0, "route-refresh": 0 },
});

export class SessionCounters {
  readonly #sent = none();
  readonly #received = none();
  readonly #faults = new Map<string, number>();
  #prefixesReceived = 0;

  get sentByKind(): Readonly<Record<Kind, number>> {
    return this.#sent;
  }

  get receivedByKind(): Readonly<Record<Kind, number>> {
    return this.#received;
  }

  /** Each time that one was announced: which ones are there still nobody keeps in mind. */
  get prefixesReceived(): number {
    return this.#prefixesReceived;
  }

  /** By the name of the fault: messages that ended a session, and attributes that did not. */
  get faults(): ReadonlyMap<string, number> {
    return this.#faults;
  }

  sent(kind: Kind, count = 1): void {
    this.#sent[kind] += count;
  }

  received({ message, fault }: Pick<Heard, "message" | "fault">): void {
    if (message !== null) this.#received[message.kind]++;
    if (fault !== null) this.#faulty(fault);
    if (message?.kind !== "update") return;
    for (const each of message.faults) this.#faulty(each.fault);
    this.#prefixesReceived += announcedIn(message);
  }

  #faulty(name: string): void {
    this.#faults.set(name, (this.#faults.get(name) ?? 0) + 1);
  }
}

function announcedIn({ announced, attributes }: UpdateBody): number {
  const more = attributes.map((one) => (one.kind === "mp-reach" ? one.prefixes.count : 0));
  return more.reduce((sum, count) => sum + count, announced.count);
}
