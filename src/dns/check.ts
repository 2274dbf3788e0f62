/**
 * A DNSPublisher held against its definition without an API server: types, bounds, rules, selectors; and against the others. Pure.
 *
 * The rules in CEL are said again here; a test holds both to the same cases.
 * Neighbours: resource.ts has the definition; ../cli/lint-reading.ts and ../controller/admission.ts ask.
 */
import { isFields } from "../base/fields.ts";
import { parseIp } from "../base/ip.ts";
import type { JsonSchema } from "../base/crd.ts";
import { CHECKS_ANNOTATION, ratcheted } from "../classes/check/check.ts";
import { refusal, type Fault, type Finding } from "../classes/check/finding.ts";
import { isLabelKey, isLabelValue } from "../classes/check/label-syntax.ts";
import { selectorFaults } from "../classes/check/selectors.ts";
import { unknownFields } from "../classes/check/unknown.ts";
import type { Change } from "../classes/check/world.ts";
import { apiVersionOf } from "../kube/resource.ts";
import { DNS_PUBLISHERS } from "./kind.ts";
import { parseName } from "./name.ts";
import { mayBeOneServer, serverOf } from "./shared-owners.ts";
import {
  dnsPublisherCrd,
  parseDnsPublisher,
  type DNSPublisher,
  type DNSPublisherSpec,
} from "./resource.ts";

interface Strictness {
  /** Whether a field that is not in the definition refuses, as kubectl has it. */
  readonly isStrict: boolean;
}

/** @returns what the API server and kubectl would refuse of it, and what would never be right */
export function dnsPublisherFaults(value: unknown, strictness: Strictness): Fault[] {
  const schema: JsonSchema = dnsPublisherCrd.spec.versions[0]?.schema.openAPIV3Schema ?? {};
  const unknown = unknownFields(schema, value, strictness);
  const read = parseDnsPublisher(value);
  const faults = read.ok
    ? [
        ...ruleFaults(read.value.spec),
        ...selectorFaults(schema, read.value),
        ...labelFaults(read.value.spec),
      ]
    : read.problems.map((problem) => ({ ...problem, isWarning: false }));
  return [...versionFaults(value), ...unknown, ...faults];
}

/** @returns what is to be said of the change; what was as wrong before is a warning */
export function checkPublisherChange(
  publishers: readonly DNSPublisher[],
  { operation, name, before, after }: Pick<Change, "operation" | "name" | "before" | "after">,
  strictness: Strictness = { isStrict: false },
): Finding[] {
  if (operation === "DELETE") return [];
  const others = publishers.filter(({ metadata }) => metadata.name !== name);
  const faultsOf = (value: unknown) => [
    ...dnsPublisherFaults(value, strictness),
    ...sharedOwnerFaults(value, others),
  ];
  const faults = [
    ...ratcheted(faultsOf(after), before === null ? [] : faultsOf(before)),
    ...wayFaults(before, after),
  ];
  const object = `${DNS_PUBLISHERS.kind}/${name}`;
  return faults.map((fault) => ({ object, ...fault }));
}

/** What it left by the other way nobody would take out. */
function wayFaults(before: unknown, after: unknown): Fault[] {
  const [old, now] = [parseDnsPublisher(before), parseDnsPublisher(after)];
  if (!old.ok || !now.ok) return [];
  const isSame = (old.value.spec.rfc2136 === undefined) === (now.value.spec.rfc2136 === undefined);
  const message = "the way out cannot be changed: make another DNSPublisher";
  return isSame ? [] : [fault("spec", message)];
}

/** What shared-owners.ts would keep from publishing: whichever is the older, the one that is changed is told. */
function sharedOwnerFaults(value: unknown, others: readonly DNSPublisher[]): Fault[] {
  const read = parseDnsPublisher(value);
  if (!read.ok) return [];
  const { ownerId, zones, rfc2136 } = read.value.spec;
  if (ownerId === undefined || rfc2136 === undefined) return [];
  const other = others.find(
    ({ spec }) =>
      spec.rfc2136 !== undefined &&
      spec.ownerId === ownerId &&
      mayBeOneServer(serverOf(rfc2136), serverOf(spec.rfc2136)) &&
      spec.zones.some((zone) => zones.includes(zone)),
  );
  if (other === undefined) return [];
  const message = `DNSPublisher ${other.metadata.name} has the ownerId "${ownerId}" and a zone of this one, too`;
  const fault = refusal("spec.ownerId", { code: "OWNER_ID_SHARED", message });
  return [{ ...fault, isWarning: isMild(value) }];
}

function isMild(value: unknown): boolean {
  const metadata = isFields(value) && isFields(value["metadata"]) ? value["metadata"] : {};
  const annotations = isFields(metadata["annotations"]) ? metadata["annotations"] : {};
  return annotations[CHECKS_ANNOTATION] === "warn";
}

function labelFaults({ dnsEndpoint }: DNSPublisherSpec): Fault[] {
  return Object.entries(dnsEndpoint?.labels ?? {}).flatMap(([key, value]) => [
    ...(isLabelKey(key) ? [] : [noLabel(`"${key}" is no key of a label`)]),
    ...(isLabelValue(value) ? [] : [noLabel(`"${value}" is no value of a label`)]),
  ]);
}

function noLabel(message: string): Fault {
  return fault("spec.dnsEndpoint.labels", message);
}

function versionFaults(value: unknown): Fault[] {
  const right = apiVersionOf(DNS_PUBLISHERS);
  if (isFields(value) && value["apiVersion"] === right) return [];
  return [fault("apiVersion", `There is no such version of DNSPublisher. Write "${right}".`)];
}

function ruleFaults(spec: DNSPublisherSpec): Fault[] {
  const { rfc2136, dnsEndpoint, template, zones, abandonedZones = [] } = spec;
  const { server } = rfc2136 ?? {};
  const faults: Fault[] = [];
  if ((rfc2136 === undefined) === (dnsEndpoint === undefined)) {
    faults.push(fault("spec", "spec needs one way out: rfc2136 or dnsEndpoint"));
  }
  if (server !== undefined && parseIp(server) === undefined) {
    faults.push(fault("spec.rfc2136.server", "must be an IP address"));
  }
  if (abandonedZones.some((zone) => zones.includes(zone))) {
    faults.push(fault("spec.abandonedZones", "must have no zone of spec.zones"));
  }
  if (spec.abandonedZones !== undefined && dnsEndpoint !== undefined) {
    const words = "is for rfc2136: with dnsEndpoint nothing is deleted in zones";
    const remedy = "and taking it out of spec.zones is enough";
    faults.push(fault("spec.abandonedZones", `${words}, ${remedy}`));
  }
  if (template === undefined) return faults;
  const filled = template.replaceAll(/\{\{(name|namespace)\}\}/g, "a");
  if (filled !== filled.toLowerCase() || filled.endsWith(".") || !parseName(filled).ok) {
    const words = "must be a name with {{name}} and {{namespace}} in it";
    faults.push(fault("spec.template", `${words}, such as {{name}}.lb.example.org`));
  } else if (!zones.some((zone) => template.endsWith(`.${zone}`))) {
    faults.push(fault("spec.template", "must be in one of spec.zones"));
  }
  return faults;
}

function fault(field: string, message: string): Fault {
  return { field, message, isWarning: false };
}
