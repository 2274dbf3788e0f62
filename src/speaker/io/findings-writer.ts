/**
 * Writes what was found on the wire: a condition per kind of finding, applied by a field manager of its own; and Events.
 *
 * The API server merges what different managers apply (conditions are a map by type), so that the holder's word, a
 * stranger's appearance and a verification never overwrite each other, whoever writes when.
 * Neighbours: ../findings.ts says what to write; the work queue retries.
 */
import type { Logger } from "pino";
import type { Ip } from "../../base/ip.ts";
import { startEventRecorder, type EventRecorder } from "../../kube/io/event-recorder.ts";
import type { KubeClient } from "../../kube/io/client.ts";
import type { Reflector } from "../../kube/io/reflector.ts";
import { outcomeOf, type WriteOutcome } from "../../kube/io/status.ts";
import { startWorkQueue, type RunningWorkQueue } from "../../kube/io/work-queue.ts";
import { apiVersionOf } from "../../kube/resource.ts";
import { SERVICES } from "../../kube/types.ts";
import { VIRTUAL_IPS } from "../../multi-ip/kind.ts";
import { virtualIpName } from "../../multi-ip/name.ts";
import type { VirtualIP } from "../../multi-ip/resource.ts";
import { Findings, type FindingEvent } from "../findings.ts";
import type { Sighting } from "../guard.ts";
import type { Verification } from "../verifier.ts";

export interface FindingsWriterOptions {
  readonly node: string;
  readonly client: KubeClient;
  readonly virtualIps: () => Pick<Reflector<VirtualIP>, "store" | "upsert"> | undefined;
  readonly onWritten: (outcome: "ok" | "conflict" | "gone" | "error") => void;
  readonly log: Logger;
}

const WRITE_MS_MAX = 5000;
/** Of an address that many share, these are told. */
const SERVICES_TOLD_MAX = 8;

export class FindingsWriter {
  readonly #options: FindingsWriterOptions;
  readonly #findings: Findings;
  readonly #recorder: EventRecorder;
  readonly #queue: RunningWorkQueue;

  constructor(options: FindingsWriterOptions) {
    this.#options = options;
    this.#findings = new Findings(options.node);
    const { client, node, log } = options;
    this.#recorder = startEventRecorder({
      ...{ client, log, reportingController: "spreadlb.io/speaker", reportingInstance: node },
    });
    this.#queue = startWorkQueue({
      name: "findings",
      concurrency: 2,
      work: (name) => this.#write(name),
      log: options.log,
      backoff: { baseMs: 200, maxMs: 5000 },
    });
  }

  sighted(sighting: Sighting, atMs: number): void {
    this.#findings.sighted(virtualIpName(sighting.ip), sighting, atMs);
  }

  verified(verification: Verification, atMs: number): void {
    this.#findings.verified(virtualIpName(verification.ip), verification, atMs);
  }

  foundFree(address: Ip): void {
    this.#findings.foundFree(virtualIpName(address));
  }

  look(name: string, object: VirtualIP | undefined): void {
    this.#findings.look(name, object, Date.now());
  }

  /** About once a second. */
  tick(): void {
    const store = this.#options.virtualIps()?.store;
    if (store === undefined) return;
    for (const name of this.#findings.due(Date.now(), (each) => store.get(each))) {
      this.#queue.add(name);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.#queue.stop(), this.#recorder.stop(0)]);
  }

  async #write(name: string): Promise<void> {
    const { client, virtualIps, onWritten } = this.#options;
    const object = virtualIps()?.store.get(name);
    if (object === undefined) return;
    for (const { condition, event } of this.#findings.writes(object, Date.now())) {
      const body = {
        apiVersion: apiVersionOf(VIRTUAL_IPS),
        kind: VIRTUAL_IPS.kind,
        metadata: { name },
        status: { conditions: [condition] },
      };
      const write = client.patch(VIRTUAL_IPS, { name }, body, {
        ...{ kind: "apply", subresource: "status", force: true, timeoutMs: WRITE_MS_MAX },
        fieldManager: `spreadlb-speaker-${condition.type.toLowerCase()}`,
      });
      const outcome = await outcomeOf(write).catch((error: unknown) => {
        onWritten("error");
        throw error;
      });
      onWritten(outcome.kind === "done" ? "ok" : outcome.kind);
      if (outcome.kind !== "done") return;
      this.#noteWritten(name, outcome);
      if (event !== null) await this.#tell(outcome.object, event);
    }
  }

  #noteWritten(
    name: string,
    { object }: Extract<WriteOutcome<VirtualIP>, { readonly kind: "done" }>,
  ): void {
    this.#options.virtualIps()?.upsert(object);
    this.look(name, object);
  }

  /** The Services are read for their uids: without them `kubectl describe` does not show the Event. */
  async #tell(object: VirtualIP, event: FindingEvent): Promise<void> {
    const { client, log } = this.#options;
    log.warn({ ip: object.spec.address, ...event }, "told of a finding");
    const action = "VerifyAddress";
    this.#recorder.event({ object, ...event, action });
    const message = `${object.spec.address}: ${event.message}`;
    for (const { namespace, name } of object.spec.services.slice(0, SERVICES_TOLD_MAX)) {
      const read = await outcomeOf(client.get(SERVICES, { namespace, name })).catch(() => null);
      if (read?.kind === "done") {
        this.#recorder.event({ object: read.object, ...event, message, action });
      }
    }
  }
}
