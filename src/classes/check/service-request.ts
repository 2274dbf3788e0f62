/**
 * What a Service in a file asks for, as far as the file says: who serves it, and of which families it is. Pure.
 *
 * In a file much is left out that the API server fills in: the cluster's addresses and families. And the classes of the cluster may
 * be in other files. What is not known is held against nobody: no verdict, or a warning.
 * Neighbours: ../choose.ts and ../request.ts decide the same where all is known; services.ts asks.
 */
import { familyOf, parseIp, type Ip, type IpFamily } from "../../base/ip.ts";
import { readAnnotation } from "../annotations.ts";
import { boundClassIn, chooseClass, wantsPools } from "../choose.ts";
import type { Problem } from "../../base/errors.ts";
import type { Compiled } from "../model.ts";
import { hasPools } from "../offers.ts";
import { parseRequest, requestedAddresses, type ServiceRequest } from "../request.ts";
import type { ServiceObject } from "./world.ts";

type Spec = NonNullable<ServiceObject["spec"]>;

export interface AskedProblem {
  readonly problem: Problem;
  /** It is of spec.loadBalancerIP, not of the annotations. */
  readonly isOfField: boolean;
  readonly isCertain: boolean;
}

export interface Asked {
  readonly request: ServiceRequest;
  readonly problems: readonly AskedProblem[];
  /** The addresses that it names. */
  readonly wanted: readonly Ip[];
}

/** @returns null where the Service is none of ours */
export function askedBy(service: ServiceObject, compiled: Compiled): Asked | null {
  const { metadata, spec = {} } = service;
  const { annotations } = metadata;
  const facts = { annotations, ipFamilyPolicy: spec.ipFamilyPolicy, ...familiesIn(spec) };
  const { loadBalancerIP } = spec;
  const ofPools = parseRequest({ ...facts, loadBalancerIP });
  const servedBy = whoServes(service, ofPools, compiled);
  if (servedBy === "others") return null;
  const alone = parseRequest(facts);
  // Deckhouse's classes do not read it: a leftover there costs a Service nothing.
  const isRead = servedBy === "pools" || servedBy === "nobody known";
  const request = isRead ? ofPools : alone;
  const said = new Set(alone.problems.map(({ message }) => message));
  const wanted = requestedAddresses(request);
  const problems = request.problems.map((problem): AskedProblem => {
    const isOfField = !said.has(problem.message);
    const isCertain = servedBy !== "a class unknown" && (!isOfField || servedBy === "pools");
    return { problem, isOfField, isCertain };
  });
  return { request, wanted, problems: [...problems, ...ofBothFamilies(spec, wanted)] };
}

/** "a class unknown": one that no file defines; "nobody known": there is neither class nor pool in the files. */
type Server = "class" | "pools" | "a class unknown" | "nobody known" | "others";

function whoServes(service: ServiceObject, request: ServiceRequest, compiled: Compiled): Server {
  const { metadata, spec = {}, status } = service;
  const { classes, defaultClass } = compiled;
  const named = spec.loadBalancerClass ?? "";
  const hasClasses = [...classes.values()].some(({ pool }) => pool === null);
  if (named !== "" && !classes.has(named)) return hasClasses ? "others" : "a class unknown";
  const annotation = readAnnotation(metadata, "class") ?? "";
  const bound = boundClassIn(status?.conditions);
  const { kind } = chooseClass({
    ...{ loadBalancerClass: named, annotation, boundClass: bound, classes, defaultClass },
    hasPools: hasPools(compiled),
    wantsPools: wantsPools({ held: heldBy(status), request: () => request }, compiled),
  });
  if (kind === "foreign") return "others";
  if (kind === "none") return "nobody known";
  // The class that it names may be in another file.
  return kind === "pools" && annotation !== "" ? "nobody known" : kind;
}

function heldBy(status: ServiceObject["status"]): Ip[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip = "" }) => parseIp(ip) ?? []);
}

const BOTH: readonly IpFamily[] = ["IPv4", "IPv6"];

/** @returns what the API server would leave, or all families that it may give */
function familiesIn({ clusterIPs = [], ipFamilies = [], ipFamilyPolicy }: Spec) {
  if (clusterIPs.some((text) => parseIp(text) !== undefined)) return { clusterIPs, ipFamilies };
  const isSingle = ipFamilyPolicy === undefined || ipFamilyPolicy === "SingleStack";
  return { ipFamilies: isSingle && ipFamilies.length > 0 ? ipFamilies : BOTH };
}

/** Which one it has, the cluster decides; it has one. */
function ofBothFamilies(spec: Spec, wanted: readonly Ip[]): AskedProblem[] {
  const { ipFamilyPolicy = "SingleStack", clusterIPs = [], ipFamilies = [] } = spec;
  const isKnown = clusterIPs.length > 0 || ipFamilies.length > 0;
  if (ipFamilyPolicy !== "SingleStack" || isKnown) return [];
  const [one, other] = BOTH.map((family) => wanted.find((ip) => familyOf(ip) === family));
  if (one === undefined || other === undefined) return [];
  const message = `The Service requests ${one} and ${other}, and has one family: it names no ipFamilyPolicy of two`;
  const problem: Problem = { code: "ADDRESS_WRONG_FAMILY", message };
  return [{ problem, isOfField: false, isCertain: false }];
}
