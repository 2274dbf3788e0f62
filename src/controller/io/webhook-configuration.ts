/**
 * Brings the bundle to where the API server reads it, and tells whether it is there.
 *
 * Looked at again and again by every replica: what somebody strips is back within one interval. Neighbours: ../webhook-injection.ts.
 */
import type { Logger } from "pino";
import { isConflict, isNotFound } from "../../kube/api-error.ts";
import type { KubeObject, ResourceType } from "../../kube/resource.ts";
import type { KubeClient } from "../../kube/io/client.ts";
import {
  CONFIGURATION_NAME,
  configurationPatch,
  CONVERTED_CRD,
  conversionPatch,
  conversionState,
  CRDS,
  WEBHOOK_CONFIGURATIONS,
  type ConvertedCrd,
  type WebhookConfiguration,
} from "../webhook-injection.ts";

/** What the API server has; null: no such object. */
export interface Injected {
  readonly configuration: WebhookConfiguration | null;
  readonly crd: ConvertedCrd | null;
}

/** @throws ApiError where the API server cannot be asked, or refuses: try again later */
export async function readInjected(client: KubeClient): Promise<Injected> {
  const [configuration, crd] = await Promise.all([
    getOrNull(client, WEBHOOK_CONFIGURATIONS, CONFIGURATION_NAME),
    getOrNull(client, CRDS, CONVERTED_CRD),
  ]);
  return { configuration, crd };
}

export interface InjectOptions {
  /** PEM. */
  readonly bundle: string;
  readonly log: Logger;
}

/**
 * @returns whether all was in place already
 * @throws ApiError where the API server cannot be asked, or refuses: try again later
 */
export async function inject(
  client: KubeClient,
  { configuration, crd }: Injected,
  { bundle, log }: InjectOptions,
): Promise<boolean> {
  if (configuration === null) return true;
  const caBundle = Buffer.from(bundle).toString("base64");
  const patches = [
    [WEBHOOK_CONFIGURATIONS, CONFIGURATION_NAME, configurationPatch(configuration, caBundle)],
    [CRDS, CONVERTED_CRD, crd && conversionPatch(crd, configuration, caBundle)],
  ] as const;
  for (const [type, name, patch] of patches) {
    if (patch === null) continue;
    await patchUnlessChanged(client, { type, name, patch });
    log.info({ kind: type.kind, name }, "the webhook's authority was injected");
  }
  return patches.every(([, , patch]) => patch === null);
}

/** Whether BGPPeers are converted by another program, or by what is left of one. */
export function isConvertedByOthers({ configuration, crd }: Injected): boolean {
  const where = configuration?.webhooks?.[0]?.clientConfig;
  return crd !== null && where !== undefined && conversionState(crd, where) === "foreign";
}

async function patchUnlessChanged(
  client: KubeClient,
  job: { type: ResourceType<KubeObject>; name: string; patch: object },
): Promise<void> {
  try {
    await client.patch(job.type, { name: job.name }, job.patch, { kind: "merge" });
  } catch (error) {
    if (!isConflict(error)) throw error; // The next look sees what it is now.
  }
}

async function getOrNull<T extends KubeObject>(
  client: KubeClient,
  type: ResourceType<T>,
  name: string,
): Promise<T | null> {
  try {
    return await client.get(type, { name });
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
