/**
 * Writes who holds an address into its VirtualIP: the last state wins, and waits while the API server is away.
 *
 * Neighbours: ../holder-status.ts says what to write; the work queue retries.
 */
import type { Logger } from "pino";
import type { Ip } from "../../base/ip.ts";
import type { KubeClient, PatchOptions } from "../../kube/io/client.ts";
import { outcomeOf } from "../../kube/io/status.ts";
import { startWorkQueue, type RunningWorkQueue } from "../../kube/io/work-queue.ts";
import type { Reflector } from "../../kube/io/reflector.ts";
import { apiVersionOf } from "../../kube/resource.ts";
import { VIRTUAL_IPS } from "../../multi-ip/kind.ts";
import { virtualIpName } from "../../multi-ip/name.ts";
import type { VirtualIP } from "../../multi-ip/resource.ts";
import {
  CONTRADICTED_MS,
  holderStatus,
  isContradicted,
  type HolderFact,
  type Said,
} from "../holder-status.ts";

export interface StatusWriterOptions {
  readonly client: KubeClient;
  readonly virtualIps: () => Pick<Reflector<VirtualIP>, "store" | "upsert"> | undefined;
  readonly onWritten: (outcome: "ok" | "conflict" | "gone" | "error") => void;
  readonly log: Logger;
}

const CONCURRENT_WRITES_MAX = 8;
const WRITE_MS_MAX = 5000;
/** Another's status over ours is looked at again after this: it may be on its way to being right. */
const OVERWRITTEN_MS = 1000;

interface Entry {
  readonly fact: HolderFact;
  said: Said;
}

export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #queue: RunningWorkQueue;
  #quiet = false;
  /** What is to be in the status, by object name, for as long as it is for us to say. */
  readonly #facts = new Map<string, Entry>();

  constructor(options: StatusWriterOptions) {
    this.#options = options;
    this.#queue = startWorkQueue({
      name: "holder-status",
      concurrency: CONCURRENT_WRITES_MAX,
      work: (name) => this.#write(name),
      log: options.log,
      backoff: { baseMs: 100, maxMs: 5000 },
    });
  }

  /** This node holds it, or nobody does. */
  set(address: Ip, fact: HolderFact): void {
    const name = virtualIpName(address);
    this.#facts.set(name, { fact, said: "no" });
    this.#queue.add(name);
  }

  /** Still held, by a newer plan. */
  keep(address: Ip, generation: number): void {
    const name = virtualIpName(address);
    const before = this.#facts.get(name);
    if (before === undefined) return;
    this.#facts.set(name, { fact: { ...before.fact, generation }, said: before.said });
    this.#queue.add(name);
  }

  /**
   * A partition has mended: who holds an address now says so, whatever the other side has written. After a moment, in
   * which the two agree who that is.
   */
  sayAgain(): void {
    for (const [name, entry] of this.#facts) {
      entry.said = "no";
      this.#queue.addAfter(name, OVERWRITTEN_MS);
    }
  }

  /** Somebody else holds it and will say so. */
  drop(address: Ip): void {
    this.#facts.delete(virtualIpName(address));
  }

  /** The watch has brought the object: does it still say what we said? */
  look(object: VirtualIP): void {
    const { name } = object.metadata;
    const entry = this.#facts.get(name);
    if (entry === undefined) return;
    const { fact, said } = entry;
    const told = object.status?.holder === fact.holder;
    if (told && object.status.generation === fact.generation) return;
    if (said === "no" || object.status?.holder === undefined) this.#queue.add(name);
    else if (said === "yes") this.#queue.addAfter(name, OVERWRITTEN_MS);
  }

  /** This node hears nobody and may be wrong: nothing is written until told otherwise. */
  keepQuiet(): void {
    this.#quiet = true;
  }

  /** What is held now, is written now. */
  speak(): void {
    this.#quiet = false;
    for (const name of this.#facts.keys()) this.#queue.add(name);
  }

  stop(): Promise<void> {
    return this.#queue.stop();
  }

  async #write(name: string): Promise<void> {
    const { client, virtualIps, onWritten } = this.#options;
    const entry = this.#facts.get(name);
    const object = virtualIps()?.store.get(name);
    if (this.#quiet || entry === undefined || object === undefined) return; // looked at again when the watch brings it
    const status = holderStatus(object, entry.fact, entry.said === "yes");
    if (status === null) {
      if (isContradicted(object, entry.fact)) {
        entry.said = "contradicted";
        this.#queue.addAfter(name, CONTRADICTED_MS);
      }
      return;
    }
    entry.said = "yes";
    // Without a precondition: the controller may write the plan at the same time, and a uid is none for a status. An
    // object that was deleted and made anew meanwhile names a wrong holder until its own says otherwise, at once.
    const body = {
      apiVersion: apiVersionOf(VIRTUAL_IPS),
      kind: VIRTUAL_IPS.kind,
      metadata: { name },
      status,
    };
    // Applied, not merged: conditions of other types are other managers' (findings-writer.ts).
    const options: PatchOptions = {
      kind: "apply",
      force: true,
      subresource: "status",
      fieldManager: "spreadlb-speaker",
      timeoutMs: WRITE_MS_MAX,
    };
    const outcome = await outcomeOf(client.patch(VIRTUAL_IPS, { name }, body, options)).catch(
      (error: unknown) => {
        entry.said = "no";
        onWritten("error");
        throw error;
      },
    );
    onWritten(outcome.kind === "done" ? "ok" : outcome.kind);
    if (outcome.kind === "done") virtualIps()?.upsert(outcome.object);
  }
}
