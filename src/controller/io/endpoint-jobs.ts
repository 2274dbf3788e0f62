/**
 * Writes DNSEndpoints: by server-side apply, so that labels and annotations of others stay, and never one that is not ours.
 *
 * Where none was seen it is looked for first: one without our label is somebody else's, whatever its name. It is made without force, so whoever
 * makes one of that name in between keeps it. One of ours is written and deleted by its uid.
 * Neighbours: ../../dns/endpoint-desk.ts decides; endpoint-publisher.ts asks.
 */
import { DNS_ENDPOINTS, PUBLISHER_LABEL, type DNSEndpoint } from "../../dns/dns-endpoint.ts";
import type { EndpointJob, EndpointOutcome } from "../../dns/endpoint-desk.ts";
import { failure, type DnsFailure } from "../../dns/failures.ts";
import { ApiError } from "../../kube/api-error.ts";
import type { KubeClient } from "../../kube/io/client.ts";
import { keyOf } from "../../kube/resource.ts";

const FIELD_MANAGER = "spreadlb-controller";

type Client = Pick<KubeClient, "get" | "patch" | "delete">;

export interface EndpointAnswer {
  readonly outcome: EndpointOutcome;
  /** As it is now, where it was written. */
  readonly after?: DNSEndpoint;
}

export async function performEndpointJob(
  job: EndpointJob,
  client: Client,
): Promise<EndpointAnswer> {
  const { kind, object } = job;
  try {
    if (kind === "apply") return await applied(object, job.before, client);
    const { name, namespace, uid } = object.metadata;
    await client.delete(DNS_ENDPOINTS, { name, namespace }, { uid });
    return { outcome: null };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // It is no more, or it is another one: the watch tells.
    if (kind === "delete" && (error.status === 404 || error.status === 409)) {
      return { outcome: null };
    }
    return { outcome: failureOf(object, error) };
  }
}

async function applied(
  object: DNSEndpoint,
  seen: DNSEndpoint | null,
  client: Client,
): Promise<EndpointAnswer> {
  const { name, namespace, labels } = object.metadata;
  const before = seen ?? (await found(object, client));
  if (before !== null) {
    const isOurs = before.metadata.labels?.[PUBLISHER_LABEL] === labels?.[PUBLISHER_LABEL];
    if (!isOurs) return { outcome: taken(object) };
  }
  const uid = before === null ? {} : { uid: before.metadata.uid };
  const body = { ...object, metadata: { ...object.metadata, ...uid } };
  const how = { kind: "apply", fieldManager: FIELD_MANAGER, force: before !== null } as const;
  try {
    const after = await client.patch(DNS_ENDPOINTS, { name, namespace }, body, how);
    return { outcome: null, after };
  } catch (error) {
    const isMadeByOthers = error instanceof ApiError && error.status === 409 && before === null;
    if (!isMadeByOthers) throw error;
    return { outcome: taken(object) };
  }
}

async function found(
  { metadata: { name, namespace } }: DNSEndpoint,
  client: Client,
): Promise<DNSEndpoint | null> {
  try {
    return await client.get(DNS_ENDPOINTS, { name, namespace });
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

function taken(object: DNSEndpoint): DnsFailure {
  const words = `The DNSEndpoint ${keyOf(object)} is somebody else's: it has not our label`;
  return failure("endpoint-taken", words);
}

function failureOf(object: DNSEndpoint, { status, message }: ApiError): DnsFailure {
  const words = `The DNSEndpoint ${keyOf(object)} cannot be written: ${message}`;
  return failure(status === 403 ? "endpoints-forbidden" : "endpoint-not-written", words);
}
