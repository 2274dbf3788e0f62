/**
 * AdmissionReview: what somebody wants to write, held against what there is. Pure.
 *
 * Read first: "Dynamic Admission Control" in the Kubernetes documentation; docs/admission.md.
 * Every replica answers, from what it watches: nothing is asked, so an answer takes no longer than a check. What cannot be judged is
 * allowed: the compiler leaves out what is wrong and says so on the object.
 * Neighbours: ../classes/check and ../dns/check.ts judge; io/webhook-server.ts carries it.
 */
import { checkChange } from "../classes/check/check.ts";
import { isAllowed, type Finding } from "../classes/check/finding.ts";
import type { Change, CheckWorld, Use } from "../classes/check/world.ts";
import { parseIp } from "../base/ip.ts";
import { checkPublisherChange } from "../dns/check.ts";
import { DNS_PUBLISHERS } from "../dns/kind.ts";
import type { DNSPublisher } from "../dns/resource.ts";
import type { Namespace } from "../kube/types.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";
import { isFields, type Fields } from "../base/fields.ts";
import type { Reviewed } from "./review.ts";
import type { Snapshot } from "./world.ts";

const ADMISSION_GROUP = "admission.k8s.io/v1";
const OPERATIONS: ReadonlySet<unknown> = new Set(["CREATE", "UPDATE", "DELETE"]);
/** As the API server says it of what a schema refuses. */
const INVALID = { code: 422, reason: "Invalid" } as const;
/** The API server shows 4096 letters of all warnings of an answer together. */
const WARNING_LENGTH_MAX = 1024;
const WARNINGS_MAX = 8;

export type AdmissionVerdict = "allowed" | "refused" | "unchecked";

export type ReviewedAdmission = Reviewed & { readonly verdict: AdmissionVerdict | null };

export interface AdmissionWorld extends CheckWorld {
  readonly dnsPublishers: readonly DNSPublisher[];
}

/** @param world null: not everything was listed yet */
export function reviewAdmission(body: unknown, world: AdmissionWorld | null): ReviewedAdmission {
  const request = isFields(body) && body["kind"] === "AdmissionReview" ? body["request"] : null;
  if (!isFields(request)) return wrong("the body is no AdmissionReview with a request");
  const { uid, operation } = request;
  if (typeof uid !== "string") return wrong("the request of the AdmissionReview has no uid");
  if (!OPERATIONS.has(operation)) {
    return wrong(
      `"${String(operation)}" is no operation that is checked: leave it out of the rules`,
    );
  }
  const change = changeOf(request, operation as Change["operation"]);
  const verdict = world === null ? UNCHECKED : verdictOf(findingsOf(world, change));
  const review = { apiVersion: ADMISSION_GROUP, kind: "AdmissionReview" };
  return {
    ok: true,
    value: { ...review, response: { uid, ...verdict.response } },
    verdict: verdict.word,
  };
}

/** @returns what is to be said of the change; it is refused where one of the findings is no warning */
export function findingsOf(world: AdmissionWorld, change: Change): Finding[] {
  return change.kind === DNS_PUBLISHERS.kind
    ? checkPublisherChange(world.dnsPublishers, change)
    : checkChange(world, change);
}

function wrong(message: string): ReviewedAdmission {
  return { ok: false, message, verdict: null };
}

const UNCHECKED = {
  word: "unchecked",
  response: {
    allowed: true,
    warnings: ["not checked: the controller has not read the cluster yet"],
  },
} as const;

function verdictOf(findings: readonly Finding[]): {
  readonly word: AdmissionVerdict;
  readonly response: object;
} {
  const sentences = (isWarning: boolean) =>
    findings.filter((finding) => finding.isWarning === isWarning).map(sentenceOf);
  const warnings = sentences(true)
    .slice(0, WARNINGS_MAX)
    .map((text) => text.slice(0, WARNING_LENGTH_MAX));
  const warned = warnings.length > 0 ? { warnings } : {};
  if (isAllowed(findings)) return { word: "allowed", response: { allowed: true, ...warned } };
  const status = { ...INVALID, message: sentences(false).join("; ") };
  return { word: "refused", response: { allowed: false, status, ...warned } };
}

function sentenceOf({ field, message }: Finding): string {
  return field === "" ? message : `${field}: ${message}`;
}

function changeOf(request: Fields, operation: Change["operation"]): Change {
  const { kind, namespace, object, oldObject } = request;
  const name = nameOf(request);
  return {
    operation,
    kind: isFields(kind) ? String(kind["kind"]) : "",
    name,
    namespace: typeof namespace === "string" ? namespace : "",
    before: isFields(oldObject) ? oldObject : null,
    after: isFields(object) ? named(object, name) : null,
  };
}

/** An object whose name is generated has none yet: its beginning stands in. */
function nameOf({ name, object }: Fields): string {
  const metadata = isFields(object) && isFields(object["metadata"]) ? object["metadata"] : {};
  const candidates = [name, metadata["name"], metadata["generateName"]];
  return candidates.filter((it) => typeof it === "string").find((it) => it !== "") ?? "";
}

function named(object: Fields, name: string): Fields {
  return { ...object, metadata: { ...(object["metadata"] as Fields | undefined), name } };
}

export type Watched = Omit<Snapshot, "claiming">;

/** @returns what a check looks at, of what is watched; Secrets are nobody's to list */
export function checkWorldOf(
  watched: Watched,
  { metallbNamespace }: { readonly metallbNamespace: string },
): AdmissionWorld {
  const { services, nodes, namespaces, virtualIps, dnsPublishers = [] } = watched;
  return {
    ...{ manifests: watched, services, nodes, secrets: null, metallbNamespace, dnsPublishers },
    uses: virtualIps.flatMap(useOf),
    endingNamespaces: new Set(namespaces.filter(isEnding).map(({ metadata }) => metadata.name)),
  };
}

function useOf({ spec }: VirtualIP): Use[] {
  const ip = parseIp(spec.address);
  if (ip === undefined) return [];
  return [{ ip, services: spec.services.map(({ namespace, name }) => `${namespace}/${name}`) }];
}

function isEnding({ metadata }: Namespace): boolean {
  return metadata.deletionTimestamp !== undefined;
}
