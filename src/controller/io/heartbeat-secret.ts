/**
 * The key with which speakers sign their heartbeats: made once, by whichever controller comes first.
 *
 * It is made without looking first: a controller needs no right to read Secrets.
 */
import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { isConflict } from "../../kube/api-error.ts";
import type { KubeClient } from "../../kube/io/client.ts";
import { SECRETS, type Secret } from "../../kube/types.ts";

export const HEARTBEAT_SECRET = "spreadlb-heartbeat";
const KEY_BYTES = 32;

/** @throws ApiError where the API server cannot be asked, or refuses: try again later */
export async function ensureHeartbeatSecret(
  client: KubeClient,
  namespace: string,
  log: Logger,
): Promise<void> {
  const secret: Secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: HEARTBEAT_SECRET, namespace },
    type: "Opaque",
    data: { key: randomBytes(KEY_BYTES).toString("base64") },
  };
  try {
    await client.create(SECRETS, secret);
    log.info({ secret: HEARTBEAT_SECRET, namespace }, "heartbeat key made");
  } catch (error) {
    if (!isConflict(error)) throw error; // It is there already.
  }
}
