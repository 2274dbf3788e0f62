/**
 * Writes ServiceBGPStatus objects for this node: slowly, one after the other, and nothing where nothing is new.
 *
 * They are for people and their tools, and there is one for each Service: at 1,000 Services they must not stand in the way of what
 * routers are told. Each belongs to the node's NodeBGPStatus: when that goes, the API server takes them away.
 * One that is made is told in an Event on the Service: as with those of L2 the object is the memory, so it is told once.
 * Neighbours: ../service-peers.ts says what they should say.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Ip } from "../../base/ip.ts";
import { isEqualList } from "../../base/lists.ts";
import type { ServiceBGPStatus } from "../../classes/metallb/service-bgp-status.ts";
import { isOurs, NODE_LABEL, nodeAssigned } from "../../classes/metallb/status-kinds.ts";
import type { KubeClient } from "../../kube/io/client.ts";
import type { EventRecorder } from "../../kube/io/event-recorder.ts";
import { startReflector, type Reflector } from "../../kube/io/reflector.ts";
import { outcomeOf, patchStatus } from "../../kube/io/status.ts";
import { RateBucket } from "../../kube/rate-bucket.ts";
import { keyOf, type OwnerReference } from "../../kube/resource.ts";
import { SERVICES } from "../../kube/types.ts";
import { pauseAfter, REFUSED_MS } from "../pause.ts";
import type { Fate } from "../routes.ts";
import { serviceBgpStatusOf, ServicePeers, type ServiceBGPStatusBody } from "../service-peers.ts";
import { SERVICE_BGP_STATUSES } from "../status-kinds.ts";

export interface ServiceStatusesOptions {
  readonly client: KubeClient;
  readonly log: Logger;
  readonly node: string;
  /** Where MetalLB's objects live. */
  readonly namespace: string;
  readonly recorder: Pick<EventRecorder, "event">;
}

/** One or two calls each. */
const WRITES = { burst: 10, perSecond: 5 } as const;
const WRITE_MS_MAX = 5000;
/** The API server takes no longer value of a label. */
const LABEL_CHARS_MAX = 63;

export class ServiceStatuses {
  readonly #options: ServiceStatusesOptions;
  readonly #peers: ServicePeers;
  readonly #due = new Set<string>();
  readonly #bucket = new RateBucket(WRITES);
  readonly #stop = new AbortController();
  #reflector: Reflector<ServiceBGPStatus> | undefined;
  #owner: OwnerReference | null = null;
  #isRunning = false;

  constructor(options: ServiceStatusesOptions) {
    this.#options = options;
    this.#peers = new ServicePeers(options.node);
  }

  start(): void {
    const { client, log, node, namespace } = this.#options;
    if (node.length > LABEL_CHARS_MAX) return;
    this.#reflector = startReflector<ServiceBGPStatus>({
      ...{ client, log, type: SERVICE_BGP_STATUSES, namespace },
      labelSelector: `${NODE_LABEL}=${node}`,
      onChange: ({ after, before }) => {
        const object = after ?? before;
        if (object !== undefined && isOurs(object)) this.#look(object.metadata.name);
      },
      onSynced: () => {
        for (const name of this.#peers.names) this.#look(name);
      },
    });
  }

  see(ip: Ip, fate: Fate | undefined): void {
    for (const name of this.#peers.see(ip, fate)) this.#look(name);
  }

  /** @param owner null: there is none, and without it nothing is written */
  setOwner(owner: OwnerReference | null): void {
    if (owner?.uid === this.#owner?.uid) return;
    this.#owner = owner;
    for (const name of this.#peers.names) this.#look(name);
  }

  /** What is under way is not waited for. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#reflector?.stop();
  }

  #look(name: string): void {
    this.#due.add(name);
    this.#go();
  }

  #go(): void {
    if (this.#isRunning || this.#stop.signal.aborted) return;
    if (this.#due.size === 0 || this.#reflector?.store.synced !== true) return;
    this.#isRunning = true;
    void this.#work().finally(() => {
      this.#isRunning = false;
      this.#go();
    });
  }

  async #work(): Promise<void> {
    const { signal } = this.#stop;
    for (const name of this.#due) {
      const nowMs = performance.now();
      if (this.#isSettled(name)) {
        this.#due.delete(name);
        continue;
      }
      if (!this.#bucket.take(nowMs)) {
        await pause(this.#bucket.nextAtMs(nowMs) - nowMs, signal);
        this.#bucket.take(performance.now());
      }
      if (signal.aborted) return;
      this.#due.delete(name);
      const againAfterMs = await this.#write(name).catch((error: unknown) => {
        this.#options.log.warn({ name, error: String(error) }, "ServiceBGPStatus not written");
        return pauseAfter(error);
      });
      if (againAfterMs === null) continue;
      this.#due.add(name);
      await pause(againAfterMs, signal);
    }
  }

  /** Most of what is looked at is as it should be. */
  #isSettled(name: string): boolean {
    const wanted = this.#peers.statusOf(name);
    const object = this.#objectOf(name);
    if (wanted === null) return object === undefined || !isOurs(object);
    return this.#owner === null || (object !== undefined && isSaid(object, wanted));
  }

  /** @returns when to look again, at all of them; null: it is done, or the watch brings what is new */
  async #write(name: string): Promise<number | null> {
    const { client, namespace } = this.#options;
    const wanted = this.#peers.statusOf(name);
    const object = this.#objectOf(name);
    const options = { timeoutMs: WRITE_MS_MAX };
    if (wanted === null) {
      const uid = object?.metadata.uid;
      await outcomeOf(
        client.delete(SERVICE_BGP_STATUSES, { name, namespace }, { ...options, uid }),
      );
      return null;
    }
    if (object !== undefined) return this.#say(object, wanted);
    if (this.#owner === null) return null;
    const made = serviceBgpStatusOf(name, wanted, { namespace, owner: this.#owner });
    const outcome = await outcomeOf(client.create(SERVICE_BGP_STATUSES, made, options));
    if (outcome.kind === "gone") return REFUSED_MS; // There is no such namespace.
    if (outcome.kind !== "done") return null;
    await this.#tell(wanted);
    return this.#say(outcome.object, wanted);
  }

  /** The Service is read for its uid: without it `kubectl describe` does not show the Event. */
  async #tell(status: ServiceBGPStatusBody): Promise<void> {
    const { client, recorder, node } = this.#options;
    const { serviceName: name = "", serviceNamespace: namespace = "" } = status;
    const read = client.get(SERVICES, { namespace, name }, { timeoutMs: WRITE_MS_MAX });
    const outcome = await outcomeOf(read).catch(() => null);
    if (outcome?.kind !== "done") return;
    recorder.event({ object: outcome.object, ...nodeAssigned(node, "bgp") });
  }

  async #say(object: ServiceBGPStatus, status: ServiceBGPStatusBody): Promise<null> {
    const job = { object, status, timeoutMs: WRITE_MS_MAX };
    const outcome = await patchStatus(this.#options.client, SERVICE_BGP_STATUSES, job);
    if (outcome.kind === "done") this.#reflector?.upsert(outcome.object);
    return null;
  }

  #objectOf(name: string): ServiceBGPStatus | undefined {
    const { namespace } = this.#options;
    return this.#reflector?.store.get(keyOf({ metadata: { name, namespace } }));
  }
}

function isSaid({ status }: ServiceBGPStatus, wanted: ServiceBGPStatusBody): boolean {
  return status?.node !== undefined && isEqualList(status.peers ?? [], wanted.peers ?? []);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
