/** The files of deploy/ as objects, in the order in which kubectl reads them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";

export const DEPLOY = join(import.meta.dirname, "../../deploy");

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: Record<string, unknown>;
}

export interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: Record<string, unknown>;
  readonly resources: {
    readonly limits: Record<string, string>;
    readonly requests: Record<string, string>;
  };
}

export interface PodSpec {
  readonly hostNetwork?: boolean;
  readonly securityContext: Record<string, unknown>;
  readonly containers: readonly Container[];
  readonly terminationGracePeriodSeconds: number;
}

export function manifests(): readonly Manifest[] {
  const files = readdirSync(DEPLOY).filter((name) => name.endsWith(".yaml"));
  return files
    .sort()
    .flatMap((name) => loadAll(readFileSync(join(DEPLOY, name), "utf8")) as Manifest[]);
}

/** @returns the pod template's spec of `Deployment/spreadlb-controller` or `DaemonSet/spreadlb-speaker` */
export function podSpecOf(kind: "Deployment" | "DaemonSet"): PodSpec {
  const manifest = manifests().find((one) => one.kind === kind);
  const template = manifest?.spec?.["template"] as { readonly spec: PodSpec } | undefined;
  if (template === undefined) throw new Error(`deploy/ has no ${kind}`);
  return template.spec;
}
