/**
 * What a Service says in words that nobody knows, where one of ours was meant: for lint alone. Pure.
 *
 * Services belong to everybody: a field, an annotation or a class of others is no fault. Told is what is one or two letters away
 * from a word that we read, and what no API server takes.
 * Neighbours: services.ts looks at what is written right.
 */
import { nearestWord } from "../../base/nearest.ts";
import { annotationsLike, isOurAnnotation } from "../annotations.ts";
import type { Fault, Finding } from "./finding.ts";
import { titleOf } from "./services.ts";
import type { Scene } from "./standing.ts";
import type { ServiceObject } from "./world.ts";

/** More may be a word of somebody else's. */
const WRONG_LETTERS_MAX = 2;

/** By field: what the API server takes. */
const VALUES = {
  type: ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"],
  ipFamilyPolicy: ["SingleStack", "PreferDualStack", "RequireDualStack"],
  ipFamilies: ["IPv4", "IPv6"],
  externalTrafficPolicy: ["Cluster", "Local"],
} as const;

/** The fields of a Service that we read. */
const OUR_FIELDS = [
  ...["type", "loadBalancerClass", "loadBalancerIP", "ipFamilyPolicy", "ipFamilies"],
  ...["clusterIPs", "externalTrafficPolicy", "selector", "ports"],
] as const;

/** ServiceSpec of Kubernetes 1.34, and what it had before. */
const OTHER_FIELDS = [
  ...["clusterIP", "externalIPs", "sessionAffinity", "sessionAffinityConfig", "externalName"],
  ...["loadBalancerSourceRanges", "healthCheckNodePort", "publishNotReadyAddresses"],
  ...["allocateLoadBalancerNodePorts", "internalTrafficPolicy", "trafficDistribution"],
  ...["ipFamily", "topologyKeys"],
] as const;

const FIELDS: ReadonlySet<string> = new Set([...OUR_FIELDS, ...OTHER_FIELDS]);

export function spellingFindings({ world, compiled }: Scene): Finding[] {
  const classes = [...compiled.classes.keys()].filter((key) => !key.includes("/"));
  return (world.services ?? []).flatMap((service) => {
    const object = `Service/${titleOf(service)}`;
    return faultsOf(service, classes).map((fault) => ({ object, ...fault }));
  });
}

function faultsOf(service: ServiceObject, classes: readonly string[]): Fault[] {
  const { annotations = {} } = service.metadata;
  const spec: NonNullable<ServiceObject["spec"]> = service.spec ?? {};
  const { type = "ClusterIP" } = spec;
  const isMeant = type === "LoadBalancer" || !isOneOf(type, VALUES.type);
  return [
    ...(isMeant ? Object.keys(annotations).flatMap(annotationFaults) : []),
    ...Object.keys(spec).flatMap((name) => fieldFaults(name, spec)),
    ...Object.entries(VALUES).flatMap(([name, known]) => {
      const value = spec[name as keyof typeof VALUES];
      const texts = typeof value === "object" ? value : [value ?? ""];
      return texts.flatMap((text) => valueFaults(name, text, known));
    }),
    ...classFaults(spec.loadBalancerClass ?? "", classes),
  ];
}

function annotationFaults(key: string): Fault[] {
  if (isOurAnnotation(key)) return [];
  const near = nearestWord(key, annotationsLike(key), WRONG_LETTERS_MAX);
  if (near === undefined) return [];
  const message = `There is no annotation "${key}": it asks for nothing. Write "${near}".`;
  return [{ field: "metadata.annotations", message, isWarning: true }];
}

function fieldFaults(name: string, spec: object): Fault[] {
  if (FIELDS.has(name)) return [];
  const free = OUR_FIELDS.filter((field) => !Object.hasOwn(spec, field));
  const near = nearestWord(name, free, WRONG_LETTERS_MAX);
  if (near === undefined) return [];
  const message = `There is no field "${name}": kubectl refuses it. Write "${near}".`;
  return [{ field: `spec.${name}`, message, isWarning: false }];
}

function valueFaults(name: string, text: string, known: readonly string[]): Fault[] {
  if (text === "" || isOneOf(text, known)) return [];
  const near = nearestWord(text, known);
  const way = near === undefined ? `one of ${known.join(", ")}` : `"${near}"`;
  const message = `"${text}" is no value of it: kubectl refuses it. Write ${way}.`;
  return [{ field: `spec.${name}`, message, isWarning: false }];
}

/** A class of others is theirs, and so is the Service: nothing is said of either. */
function classFaults(named: string, classes: readonly string[]): Fault[] {
  if (named === "" || classes.includes(named)) return [];
  const near = nearestWord(named, classes, WRONG_LETTERS_MAX);
  if (near === undefined) return [];
  const message = `There is no class "${named}": the Service is left to others. Write "${near}".`;
  return [{ field: "spec.loadBalancerClass", message, isWarning: true }];
}

function isOneOf(text: string, known: readonly string[]): boolean {
  return known.includes(text);
}
