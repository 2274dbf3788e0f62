/**
 * The key with which speakers sign their heartbeats: made once, by whichever controller comes first, and again where
 * somebody deletes it.
 *
 * It is made without looking first: a controller needs no right to read Secrets.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { ApiError, isConflict } from "../../kube/api-error.ts";
import type { KubeClient } from "../../kube/io/client.ts";
import { SECRETS, type Secret } from "../../kube/types.ts";

export const HEARTBEAT_SECRET = "spreadlb-heartbeat";
const KEY_BYTES = 32;
/** A speaker that starts meanwhile has no key: this long at most, where the Secret was deleted. */
const KEEP_INTERVAL_MS = 60_000;

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

export interface KeepOptions {
  readonly namespace: string;
  readonly log: Logger;
  /** Ends it; it resolves then. */
  readonly signal: AbortSignal;
  readonly intervalMs?: number;
}

/** Makes the key again where it is gone; what the API server refuses or does not answer is tried again. */
export async function keepHeartbeatSecret(
  client: KubeClient,
  { namespace, log, signal, intervalMs = KEEP_INTERVAL_MS }: KeepOptions,
): Promise<void> {
  for (;;) {
    await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await ensureHeartbeatSecret(client, namespace, log);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      log.warn({ err: error }, "cannot see to the heartbeat key now");
    }
  }
}
