/**
 * The names within a Service, as the API server looks at them: of its ports, its class, and what it selects. Pure.
 *
 * Read first: ServiceSpec and ServicePort in the reference of the Kubernetes API; RFC 6335 section 5.1 for the ports of Pods.
 * Left out: all that is no name, but for what service-spelling.ts knows.
 * Neighbours: metadata.ts has the names that every object has.
 */
import type { Fault } from "./finding.ts";
import { isDnsLabel, isLabelKey, isPortName } from "./label-syntax.ts";
import { labelFaults, misnamed, textsOf, WAYS } from "./misnamed.ts";
import type { ServiceObject, ServicePort } from "./world.ts";

/** @returns what kubectl would refuse of them */
export function serviceNameFaults({ spec = {} }: ServiceObject): Fault[] {
  const { type, selector, loadBalancerClass, ports = [] } = spec;
  // An empty class is one that is written, and no name.
  const isClass = type !== "LoadBalancer" || isLabelKey(loadBalancerClass ?? "none");
  return [
    ...labelFaults("spec.selector", selector),
    ...misnamed("spec.loadBalancerClass", isClass ? [] : [loadBalancerClass ?? ""], [
      "name of a class",
      WAYS.key,
    ]),
    ...ports.flatMap((port, place) => portFaults(port, ports, place)),
  ];
}

function portFaults(
  { name = "", targetPort, appProtocol }: ServicePort,
  all: readonly ServicePort[],
  place: number,
): Fault[] {
  const at = `spec.ports[${place}]`;
  const isFirst = all.findIndex((port) => port.name === name) === place;
  return [
    ...(name === "" && all.length > 1 ? [wrong(`${at}.name`, NAMELESS)] : []),
    ...(name === "" || isFirst ? [] : [wrong(`${at}.name`, `"${name}" ${TWICE}`)]),
    ...misnamed(`${at}.name`, textsOf([name], isDnsLabel), ["name of a port", WAYS.label]),
    ...misnamed(`${at}.targetPort`, textsOf([targetPort], isPortName), [
      "name of a port",
      WAYS.targetPort,
    ]),
    ...misnamed(`${at}.appProtocol`, textsOf([appProtocol], isLabelKey), [
      "name of a protocol",
      WAYS.key,
    ]),
  ];
}

const NAMELESS =
  "Of several ports each has a name, and this one has none: kubectl refuses it. Write one.";
const TWICE = "is the name of two ports: kubectl refuses it. Give each port a name of its own.";

function wrong(field: string, message: string): Fault {
  return { field, message, isWarning: false };
}
