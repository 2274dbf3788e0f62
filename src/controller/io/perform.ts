/**
 * Sends one write and feeds the answer back, so that the next pass sees it before the watch tells.
 */
import type { KubeClient } from "../../kube/io/client.ts";
import type { EventRecorder } from "../../kube/io/event-recorder.ts";
import { outcomeOf, patchStatus, type WriteOutcome } from "../../kube/io/status.ts";
import { NODES, SERVICES } from "../../kube/types.ts";
import { VIRTUAL_IPS } from "../../multi-ip/kind.ts";
import { MEMBER_LABEL, METAL_LOAD_BALANCER_CLASSES } from "../resources.ts";
import type { PlannedEvent, Write } from "../writes.ts";
import type { KubeObject } from "../../kube/resource.ts";
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
