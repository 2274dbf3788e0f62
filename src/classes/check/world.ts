/**
 * What a check looks at: the manifests, what is in use, and the change that somebody asks for. Pure.
 *
 * What is not known is null, and nothing is held against it: a folder of files knows no nodes.
 * Neighbours: check.ts is the one door; kinds.ts reads objects.
 */
import type { Ip } from "../../base/ip.ts";
import type { Manifests } from "../compile.ts";
import type { Labels } from "../label-selector.ts";

export interface CheckWorld {
  /** Of MetalLB's kinds those of its namespace alone. */
  readonly manifests: Manifests;
  /** The addresses that Services hold. */
  readonly uses: readonly Use[] | null;
  readonly services: readonly ServiceObject[] | null;
  readonly nodes: readonly NodeObject[] | null;
  readonly secrets: readonly SecretObject[] | null;
  /** Where objects of `metallb.io` are obeyed; null: it is not looked at. */
  readonly metallbNamespace: string | null;
  /** Namespaces that are being deleted: what is in them may go in any order. */
  readonly endingNamespaces: ReadonlySet<string>;
}

export interface Use {
  readonly ip: Ip;
  /** `namespace/name`. */
  readonly services: readonly string[];
}

interface Named {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string | undefined;
    readonly labels?: Labels | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
}

export interface ServicePort {
  readonly name?: string;
  readonly protocol?: string;
  readonly port: number;
  readonly targetPort?: string | number;
  readonly appProtocol?: string;
}

/** A Service: as much of it as a check reads. */
export interface ServiceObject extends Named {
  readonly spec?:
    | {
        readonly type?: string | undefined;
        readonly loadBalancerClass?: string | undefined;
        readonly loadBalancerIP?: string | undefined;
        readonly ipFamilies?: readonly string[] | undefined;
        readonly ipFamilyPolicy?: string | undefined;
        readonly clusterIPs?: readonly string[] | undefined;
        readonly externalTrafficPolicy?: string | undefined;
        readonly selector?: Labels | undefined;
        readonly ports?: readonly ServicePort[] | undefined;
      }
    | undefined;
  readonly status?:
    | {
        readonly loadBalancer?:
          { readonly ingress?: readonly { readonly ip?: string }[] } | undefined;
        readonly conditions?:
          | readonly {
              readonly type: string;
              readonly status?: string;
              readonly message?: string;
            }[]
          | undefined;
      }
    | undefined;
}

export interface NodeObject extends Named {
  readonly status?:
    | {
        readonly addresses?:
          readonly { readonly type: string; readonly address: string }[] | undefined;
      }
    | undefined;
}

export interface SecretObject extends Named {
  readonly type?: string | undefined;
}

export interface Change {
  readonly operation: "CREATE" | "UPDATE" | "DELETE";
  readonly kind: string;
  readonly name: string;
  /** "" for what has none. */
  readonly namespace: string;
  /** As the API has it; null on CREATE. */
  readonly before: unknown;
  /** null on DELETE. */
  readonly after: unknown;
}

/** @returns a world of these manifests of which nothing else is known */
export function worldOf(manifests: Manifests): CheckWorld {
  return {
    manifests,
    ...{ uses: null, services: null, nodes: null, secrets: null },
    ...{ metallbNamespace: null, endingNamespaces: new Set<string>() },
  };
}
