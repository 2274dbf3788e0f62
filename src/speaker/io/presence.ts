/**
 * Tells the controller that this node's speaker works: a Lease, renewed as long as it does, marked before it stops and
 * deleted when it does.
 *
 * Failover does not need it: that is the heartbeats' work. It keeps the controller from ranking nodes without a speaker.
 */
import type { Logger } from "pino";
import { ApiError } from "../../kube/api-error.ts";
import type { KubeClient } from "../../kube/io/client.ts";
import { LEASES, type Lease } from "../../kube/types.ts";
import { interfaceNames } from "../../linux/io/interface-names.ts";
import { formatInterfaces } from "../../multi-ip/interfaces.ts";
import {
  INTERFACES_ANNOTATION,
  PRESENCE_LABEL,
  PRESENCE_RENEW_MS,
  REJOINED_ANNOTATION,
  STOPPING_ANNOTATION,
} from "../../multi-ip/presence.ts";

export interface PresenceOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly node: string;
  /** A speaker that does not do its job is not there. */
  readonly works: () => boolean;
  readonly log: Logger;
}

export interface Presence {
  /** Renews now, where it does its job. */
  renew(): void;
  /** Others took over from this node, which is back: the controller is to wait until it has been well for a while. */
  rejoined(): void;
  /** Marks the Lease: this speaker is about to stop. @returns false where the API server did not take it */
  announceEnd(): Promise<boolean>;
  /** Resolves when the Lease is gone, or the API server did not say so in time. */
  stop(): Promise<void>;
}

const LEASE_SECONDS = 15;
/** One that comes late is better than none: while it is under way the controller may have it already. */
const MARK_MS_MAX = 1100;
/** Several peers tell of one absence: one write, and not while those that answered beside each other give way. */
const REJOINED_MS = 1000;
const DELETE_MS_MAX = 1000;
const FIELD_MANAGER = "spreadlb-speaker";

export function startPresence(options: PresenceOptions): Presence {
  const { client, namespace, node, works, log } = options;
  const name = `spreadlb-speaker-${node}`;
  const since = new Date();
  let rejoinedAt: Date | undefined;
  let soon: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;
  const renew = () => {
    if (stopped || running !== undefined || !works()) return;
    running = renewLease()
      .catch((error: unknown) => {
        log.warn({ lease: name, error: String(error) }, "the presence Lease cannot be renewed");
      })
      .finally(() => (running = undefined));
  };
  const renewLease = async (): Promise<void> => {
    const interfaces = formatInterfaces(await interfaceNames());
    const lease = leaseOf({
      ...{ name, namespace, node, since },
      ...{ rejoinedAt, interfaces, now: new Date() },
    });
    const write = { fieldManager: FIELD_MANAGER, timeoutMs: PRESENCE_RENEW_MS };
    try {
      // The mark of a life that ended before it could delete its Lease.
      const annotations = { ...lease.metadata.annotations, [STOPPING_ANNOTATION]: null };
      const unmarked = { ...lease.metadata, annotations };
      const body = { ...lease, metadata: unmarked };
      await client.patch(LEASES, { namespace, name }, body, { ...write, kind: "merge" });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      await client.create(LEASES, lease, write);
    }
  };
  const timer = setInterval(renew, PRESENCE_RENEW_MS);
  renew();
  const renewNoMore = async (): Promise<void> => {
    stopped = true;
    clearInterval(timer);
    clearTimeout(soon);
    await running;
  };
  return {
    renew,
    rejoined: () => {
      rejoinedAt = new Date();
      soon ??= setTimeout(() => {
        soon = undefined;
        renew();
      }, REJOINED_MS).unref();
    },
    announceEnd: async () => {
      await renewNoMore();
      const mark = {
        metadata: { annotations: { [STOPPING_ANNOTATION]: new Date().toISOString() } },
      };
      const write = { fieldManager: FIELD_MANAGER, timeoutMs: MARK_MS_MAX, kind: "merge" } as const;
      return client.patch(LEASES, { namespace, name }, mark, write).then(
        () => true,
        () => false,
      );
    },
    stop: async () => {
      await renewNoMore();
      const deletion = { timeoutMs: DELETE_MS_MAX };
      await client.delete(LEASES, { namespace, name }, deletion).catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 404) return;
        log.warn(
          { lease: name, error: String(error) },
          "the presence Lease stays until it expires",
        );
      });
    },
  };
}

interface LeaseFacts {
  readonly name: string;
  readonly namespace: string;
  readonly node: string;
  readonly since: Date;
  readonly rejoinedAt: Date | undefined;
  readonly interfaces: string;
  readonly now: Date;
}

function leaseOf(facts: LeaseFacts): Lease {
  const { name, namespace, node, since, rejoinedAt, interfaces, now } = facts;
  const annotations = {
    [INTERFACES_ANNOTATION]: interfaces,
    ...(rejoinedAt === undefined ? {} : { [REJOINED_ANNOTATION]: rejoinedAt.toISOString() }),
  };
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, namespace, labels: { [PRESENCE_LABEL]: "" }, annotations },
    spec: {
      holderIdentity: node,
      leaseDurationSeconds: LEASE_SECONDS,
      acquireTime: microTime(since),
      renewTime: microTime(now),
    },
  };
}

/** metav1.MicroTime takes six digits, no fewer. */
function microTime(time: Date): string {
  return time.toISOString().replace("Z", "000Z");
}
