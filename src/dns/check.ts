/**
 * A DNSPublisher held against its definition without an API server: types, bounds, rules, selectors. Pure.
 *
 * The rules in CEL are said again here; a test holds both to the same cases.
 * Neighbours: resource.ts has the definition; ../cli/lint-reading.ts asks.
 */
import { isFields } from "../base/fields.ts";
import { parseIp } from "../base/ip.ts";
import type { JsonSchema } from "../base/crd.ts";
import type { Fault } from "../classes/check/finding.ts";
import { selectorFaults } from "../classes/check/selectors.ts";
import { unknownFields } from "../classes/check/unknown.ts";
import { apiVersionOf } from "../kube/resource.ts";
import { DNS_PUBLISHERS } from "./kind.ts";
import { parseName } from "./name.ts";
import { dnsPublisherCrd, parseDnsPublisher, type DNSPublisherSpec } from "./resource.ts";

/** @returns what the API server and kubectl would refuse of it, and what would never be right */
export function dnsPublisherFaults(value: unknown): Fault[] {
  const schema: JsonSchema = dnsPublisherCrd.spec.versions[0]?.schema.openAPIV3Schema ?? {};
  const unknown = unknownFields(schema, value, { isStrict: true });
  const read = parseDnsPublisher(value);
  const faults = read.ok
    ? [...ruleFaults(read.value.spec), ...selectorFaults(schema, read.value)]
    : read.problems.map((problem) => ({ ...problem, isWarning: false }));
  return [...versionFaults(value), ...unknown, ...faults];
}

function versionFaults(value: unknown): Fault[] {
  const right = apiVersionOf(DNS_PUBLISHERS);
  if (isFields(value) && value["apiVersion"] === right) return [];
  return [refusal("apiVersion", `There is no such version of DNSPublisher. Write "${right}".`)];
}

function ruleFaults({ rfc2136, template, zones, abandonedZones = [] }: DNSPublisherSpec): Fault[] {
  const { server } = rfc2136;
  const faults: Fault[] = [];
  if (server !== undefined && parseIp(server) === undefined) {
    faults.push(refusal("spec.rfc2136.server", "must be an IP address"));
  }
  if (abandonedZones.some((zone) => zones.includes(zone))) {
    faults.push(refusal("spec.abandonedZones", "must have no zone of spec.zones"));
  }
  if (template === undefined) return faults;
  const filled = template.replaceAll(/\{\{(name|namespace)\}\}/g, "a");
  if (filled !== filled.toLowerCase() || filled.endsWith(".") || !parseName(filled).ok) {
    const words = "must be a name with {{name}} and {{namespace}} in it";
    faults.push(refusal("spec.template", `${words}, such as {{name}}.lb.example.org`));
  } else if (!zones.some((zone) => template.endsWith(`.${zone}`))) {
    faults.push(refusal("spec.template", "must be in one of spec.zones"));
  }
  return faults;
}

function refusal(field: string, message: string): Fault {
  return { field, message, isWarning: false };
}
