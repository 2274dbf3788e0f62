/**
 * What a plan asks to be written, one write per object at most. Pure.
 *
 * A write carries the object as it was read: its version is the precondition, so a plan made of an older
 * world is refused by the API server and made anew. Neighbours: plan.ts makes them, io/perform.ts sends them.
 */
import type { MetalLoadBalancerClass } from "../classes/resource.ts";
import type { Condition } from "../kube/patches.ts";
import { keyOf, type KubeObject, type ResourceType } from "../kube/resource.ts";
import type { LoadBalancerIngress, Node, Service } from "../kube/types.ts";
import type { RankMove } from "../multi-ip/rank.ts";
import type { VirtualIP, VirtualIPSpec } from "../multi-ip/resource.ts";
import type { AnnotationPatch } from "./service-annotations.ts";

/** Told once the write that it belongs to is done, so that a refused write tells nothing. */
export interface PlannedEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly action: string;
}

export interface ServiceStatusPatch {
  readonly loadBalancer?: { readonly ingress: readonly LoadBalancerIngress[] | null };
  readonly conditions?: readonly Condition[];
}

export type Write =
  | { readonly kind: "create-virtual-ip"; readonly object: VirtualIP }
  | {
      readonly kind: "update-virtual-ip";
      readonly before: VirtualIP;
      readonly spec: Partial<VirtualIPSpec>;
      /** Where the first place goes to another node. */
      readonly move?: RankMove;
      readonly events: readonly PlannedEvent[];
    }
  | { readonly kind: "delete-virtual-ip"; readonly before: VirtualIP }
  | {
      readonly kind: "service-status";
      readonly before: Service;
      readonly status: ServiceStatusPatch;
      readonly annotations?: AnnotationPatch;
      readonly events: readonly PlannedEvent[];
    }
  | { readonly kind: "node-label"; readonly before: Node; readonly member: boolean }
  | {
      readonly kind: "class-status";
      readonly before: MetalLoadBalancerClass;
      readonly status: object;
      readonly events: readonly PlannedEvent[];
    }
  | {
      readonly kind: "create-metallb-status";
      readonly of: StatusKind;
      /** Made first, and then its status: the API server takes one at a time. */
      readonly object: StatusObject;
      /** Whom the Events are about. */
      readonly about?: Service;
      readonly events?: readonly PlannedEvent[];
    }
  | {
      readonly kind: "metallb-status";
      readonly of: StatusKind | "IPAddressPool";
      readonly before: StatusObject;
      readonly status: object;
    }
  | {
      readonly kind: "delete-metallb-status";
      readonly of: StatusKind;
      readonly before: StatusObject;
    }
  | {
      readonly kind: "manifest-status";
      readonly type: ResourceType<KubeObject>;
      readonly before: KubeObject;
      readonly status: object;
      readonly events: readonly PlannedEvent[];
    }
  | {
      /** Of an object with no condition of ours: Events alone. */
      readonly kind: "tell";
      readonly key: string;
      readonly before: KubeObject;
      /** All that is wrong with it now. */
      readonly sentences: readonly string[];
      readonly events: readonly PlannedEvent[];
    };

/** Kinds of MetalLB that only say how things are. */
export type StatusKind = "ServiceL2Status" | "ConfigurationState";

type StatusObject = KubeObject & { readonly status?: object };

/** Claims come before promises, and what silences an address before what only describes. */
export const WRITE_ORDER: readonly Write["kind"][] = [
  "create-virtual-ip",
  "delete-virtual-ip",
  "update-virtual-ip",
  "service-status",
  "node-label",
  "class-status",
  "delete-metallb-status",
  "create-metallb-status",
  "metallb-status",
  "manifest-status",
  "tell",
];

/** @returns the object that is written, such as "service/default/web": no two writes to it run at once */
export function writeKey(write: Write): string {
  switch (write.kind) {
    case "create-virtual-ip":
      return `virtualip/${keyOf(write.object)}`;
    case "update-virtual-ip":
    case "delete-virtual-ip":
      return `virtualip/${keyOf(write.before)}`;
    case "service-status":
      return `service/${keyOf(write.before)}`;
    case "node-label":
      return `node/${keyOf(write.before)}`;
    case "class-status":
      return `class/${keyOf(write.before)}`;
    case "create-metallb-status":
      return `${write.of}/${keyOf(write.object)}`;
    case "metallb-status":
    case "delete-metallb-status":
      return `${write.of}/${keyOf(write.before)}`;
    case "manifest-status":
      return `manifest/${write.type.kind}/${keyOf(write.before)}`;
    case "tell":
      return `tell/${write.key}`;
  }
}
