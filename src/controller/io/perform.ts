/**
 * Sends one write and feeds the answer back, so that the next pass sees it before the watch tells.
 */
import type { KubeClient } from "../../kube/io/client.ts";
import type { EventRecorder } from "../../kube/io/event-recorder.ts";
import { outcomeOf, patchStatus, type WriteOutcome } from "../../kube/io/status.ts";
import { NODES, SERVICES } from "../../kube/types.ts";
import { VIRTUAL_IPS } from "../../multi-ip/kind.ts";
import { IP_ADDRESS_POOLS, METAL_LOAD_BALANCER_CLASSES } from "../../multi-ip/configured.ts";
import { MEMBER_LABEL } from "../resources.ts";
import { CONFIGURATION_STATES, SERVICE_L2_STATUSES } from "../status-kinds.ts";
import type { PlannedEvent, StatusKind, Write } from "../writes.ts";
import type { KubeObject, ResourceType } from "../../kube/resource.ts";
import type { Sources } from "./sources.ts";

const OPTIONS = { fieldManager: "spreadlb-controller" } as const;

export interface PerformContext {
  readonly client: KubeClient;
  readonly feed: Sources["feed"];
  readonly recorder: EventRecorder;
}

/** @throws ApiError for a failure that is neither "conflict" nor "gone" */
export async function perform(
  write: Write,
  context: PerformContext,
): Promise<WriteOutcome<unknown>["kind"]> {
  const { client, feed } = context;
  switch (write.kind) {
    case "create-virtual-ip": {
      const answer = await outcomeOf(client.create(VIRTUAL_IPS, write.object, OPTIONS));
      return fed(answer, feed.virtualIp);
    }
    case "update-virtual-ip": {
      const { name, uid, resourceVersion } = write.before.metadata;
      const body = { metadata: { uid, resourceVersion }, spec: write.spec };
      const options = { ...OPTIONS, kind: "merge" } as const;
      const answer = await outcomeOf(client.patch(VIRTUAL_IPS, { name }, body, options));
      if (answer.kind === "done") tell(write, context.recorder);
      return fed(answer, feed.virtualIp);
    }
    case "delete-virtual-ip": {
      const { name, uid } = write.before.metadata;
      const answer = await outcomeOf(client.delete(VIRTUAL_IPS, { name }, { uid }));
      if (answer.kind === "done") feed.virtualIpDeleted(write.before);
      return answer.kind;
    }
    case "service-status": {
      const { before: object, status, annotations } = write;
      const answer = await patchStatus(client, SERVICES, {
        object,
        status,
        annotations,
        ...OPTIONS,
      });
      if (answer.kind === "done") tell(write, context.recorder);
      return fed(answer, feed.service);
    }
    case "node-label": {
      const { name, uid } = write.before.metadata;
      const labels = { [MEMBER_LABEL]: write.member ? "" : null };
      const options = { ...OPTIONS, kind: "merge" } as const;
      const patch = client.patch(NODES, { name }, { metadata: { uid, labels } }, options);
      return fed(await outcomeOf(patch), feed.node);
    }
    case "class-status": {
      const job = { object: write.before, status: write.status, ...OPTIONS };
      const answer = await patchStatus(client, METAL_LOAD_BALANCER_CLASSES, job);
      if (answer.kind === "done") tell(write, context.recorder);
      return fed(answer, feed.class);
    }
    case "manifest-status": {
      const job = { object: write.before, status: write.status, ...OPTIONS };
      const answer = await patchStatus(client, write.type, job);
      if (answer.kind === "done") tell(write, context.recorder);
      return answer.kind; // the watch tells of it: nothing is promised by these
    }
    case "tell":
      tell(write, context.recorder);
      feed.told(write.key, write.sentences);
      return "done";
    case "create-metallb-status": {
      const place = placeOf(write.of, feed);
      const { status = {}, ...object } = write.object;
      const made = await outcomeOf(client.create(place.type, object, OPTIONS));
      if (made.kind !== "done") return made.kind;
      const { about: before, events = [] } = write;
      if (before !== undefined) tell({ before, events }, context.recorder);
      const job = { object: made.object, status, ...OPTIONS };
      return fed(await patchStatus(client, place.type, job), place.feed);
    }
    case "metallb-status": {
      const place = placeOf(write.of, feed);
      const job = { object: write.before, status: write.status, ...OPTIONS };
      return fed(await patchStatus(client, place.type, job), place.feed);
    }
    case "delete-metallb-status": {
      const { name, namespace, uid } = write.before.metadata;
      const { type } = placeOf(write.of, feed);
      const answer = await outcomeOf(client.delete(type, { name, namespace }, { uid }));
      if (answer.kind === "done") feed.metallbStatusDeleted(write.before);
      return answer.kind;
    }
  }
}

interface Place {
  readonly type: ResourceType<KubeObject>;
  readonly feed: (object: KubeObject) => void;
}

/** Where objects of a kind are, and who takes the answers: the API server answers with the kind that it was asked for. */
function placeOf(kind: StatusKind | "IPAddressPool", feed: Sources["feed"]): Place {
  switch (kind) {
    case "ServiceL2Status":
      return { type: SERVICE_L2_STATUSES, feed: feed.serviceL2Status as Place["feed"] };
    case "ConfigurationState":
      return { type: CONFIGURATION_STATES, feed: feed.configurationState as Place["feed"] };
    case "IPAddressPool":
      return { type: IP_ADDRESS_POOLS, feed: feed.ipAddressPool as Place["feed"] };
  }
}

function fed<T>(answer: WriteOutcome<T>, feed: (object: T) => void): WriteOutcome<T>["kind"] {
  if (answer.kind === "done") feed(answer.object);
  return answer.kind;
}

function tell(
  { before, events }: { readonly before: KubeObject; readonly events: readonly PlannedEvent[] },
  recorder: EventRecorder,
): void {
  for (const event of events) recorder.event({ ...event, object: before });
}
