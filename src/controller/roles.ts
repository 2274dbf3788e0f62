/**
 * What each Service is to us: served by a class or by pools, ours without one, no longer ours, or none of our business.
 * Pure.
 *
 * A Service that was never ours and names no class of ours is not touched (design rule K3). One that was ours is
 * known by its mark, the condition that only we write, or by a VirtualIP that names it; it gets the rest of us removed.
 * Pools serve what no class does, and before a default class what has an address of theirs, names one or asks for an address
 * of one.
 * Neighbours: ../classes/choose.ts chooses the class; status.ts writes what follows.
 */
import type { Problem } from "../base/errors.ts";
import type { Ip } from "../base/ip.ts";
import { boundClassIn, chooseClass, wantsPools } from "../classes/choose.ts";
import { readAnnotation } from "../classes/annotations.ts";
import {
  hasPools,
  namedPoolProblems,
  offersFor,
  offersOfClass,
  type OfferedService,
  type Offers,
} from "../classes/offers.ts";
import type { Labels } from "../classes/label-selector.ts";
import type { Compiled } from "../classes/model.ts";
import { parseRequest, type ServiceFacts, type ServiceRequest } from "../classes/request.ts";
import type { Service } from "../kube/types.ts";
import { goTogether, listedAddresses } from "./assignments.ts";
import { onceForEach } from "../base/once.ts";
import { READY_CONDITION } from "./resources.ts";
import type { ClaimedAddress, World } from "./world.ts";

export type Role =
  | {
      readonly kind: "served";
      /** The class that serves it; null: the pools that it may use. */
      readonly className: string | null;
      readonly offers: Offers;
      readonly request: ServiceRequest;
      readonly problems: readonly Problem[];
    }
  /** Ours, and no class is there for it: it has to know why. */
  | {
      readonly kind: "unserved";
      readonly request: ServiceRequest;
      readonly problems: readonly Problem[];
    }
  /** Not ours any more: it gives back what it has of us. */
  | { readonly kind: "released" };

export interface RoleOptions {
  /** As `--lb-class` says; empty: the pools are for Services that name no class. */
  readonly lbClass?: string;
}

/** @returns the class that a Service is bound to: the message of Deckhouse's condition */
export function boundClassOf(service: Service): string | null {
  return boundClassIn(service.status?.conditions);
}

/**
 * A Service that a VirtualIP names stays bound to the class that it has its addresses of though somebody wiped its status.
 *
 * @returns null where no VirtualIP that names it is of a class; of two, while half of a plan is written, one that is there
 */
function claimedClassOf(claims: readonly ClaimedAddress[], { compiled }: World): string | null {
  const names = claims.flatMap(({ object }) => object.spec.class ?? []);
  return names.findLast((name) => compiled.classes.has(name)) ?? names.at(-1) ?? null;
}

function hasMark(service: Service): boolean {
  return service.status?.conditions?.some(({ type }) => type === READY_CONDITION) ?? false;
}

export interface RoleContext extends RoleOptions {
  readonly world: World;
  /** The VirtualIPs that name the Service, in the order of names. */
  readonly claims: readonly ClaimedAddress[];
}

/** @returns undefined where the Service is none of our business */
export function roleOf(
  service: Service,
  { world, claims, lbClass = "" }: RoleContext,
): Role | undefined {
  const isMarked = hasMark(service) || claims.length > 0;
  const claimedClass = claimedClassOf(claims, world);
  const released: Role | undefined = isMarked ? { kind: "released" } : undefined;
  if (!isLive(service)) return released;
  const wishes = {
    loadBalancerClass: service.spec?.loadBalancerClass,
    annotation: readAnnotation(service.metadata, "class"),
    classes: world.compiled.classes,
    defaultClass: world.compiled.defaultClass,
    hasPools: hasPools(world.compiled),
    wantsPools: wantsPools(
      { held: heldBy(service, claims, world), request: () => poolRequestOf(service) },
      world.compiled,
    ),
    lbClass,
  };
  // What it has of pools alone it was given when its class was gone: it stays with them should the class be made anew.
  const isOfPools = claims.length > 0 && claimedClass === null;
  const said = boundClassOf(service);
  const isThere = (name: string | null) => name !== null && world.compiled.classes.has(name);
  // On its way from a class that is gone to another the claims come first.
  const isNamed = said !== null && service.spec?.loadBalancerClass === said;
  const isLeft = !isThere(said) && isThere(claimedClass) && !isNamed;
  const conditionClass = isOfPools || isLeft ? null : said;
  const chosen = chooseClass({ ...wishes, boundClass: conditionClass });
  // A new Service's claims are of the class that it chose, and what is wrong with its choice is still to be told.
  const isNew = chosen.kind === "class" && chosen.name === claimedClass;
  const boundClass = conditionClass ?? (isNew ? null : claimedClass);
  const choice = boundClass === null ? chosen : chooseClass({ ...wishes, boundClass });
  if (choice.kind === "foreign") return released;
  if (choice.kind === "class") {
    const { name: className, problems } = choice;
    const offers = offersOfClass(className);
    return { kind: "served", className, offers, request: requestOf(service), problems };
  }
  if (choice.kind === "pools") return servedByPools(service, world, choice.problems);
  if (choice.problems.length === 0 && !isMarked) return undefined;
  const problems = choice.problems.length > 0 ? choice.problems : [NO_CLASS];
  return { kind: "unserved", request: requestOf(service), problems };
}

/** What VirtualIPs give it, and what its status lists and no VirtualIP says that another has who may not share it. */
function heldBy(
  service: Service,
  claims: readonly ClaimedAddress[],
  { claimed, services }: World,
): Ip[] {
  const sharesWith = (key: string) => {
    const other = services.get(key);
    return other !== undefined && goTogether(other, service);
  };
  const adopted = listedAddresses(service).filter(
    (ip) => claimed.get(ip)?.services.every(sharesWith) ?? true,
  );
  return [...claims.map(({ ip }) => ip), ...adopted];
}

function servedByPools(
  service: Service,
  { compiled, namespaceLabels }: World,
  problems: readonly Problem[],
): Role {
  const { namespace = "", labels = {} } = service.metadata;
  const request = poolRequestOf(service);
  const facts = {
    ...{ namespace, labels, pool: request.pool },
    namespaceLabels: namespaceLabels.get(namespace) ?? NO_LABELS,
  };
  const known = poolChoices.get(service);
  const isKnown = known?.of === compiled && known.namespaceLabels === facts.namespaceLabels;
  const choice = isKnown ? known : poolChoiceOf(facts, compiled);
  if (!isKnown) poolChoices.set(service, choice);
  return {
    ...{ kind: "served", className: null, offers: choice.offers, request },
    problems: problems.length === 0 ? choice.problems : [...problems, ...choice.problems],
  };
}

interface PoolChoice {
  readonly of: Compiled;
  readonly namespaceLabels: Labels;
  readonly offers: Offers;
  readonly problems: readonly Problem[];
}

/** A Service is looked at again for its addresses' sake, too: which of many pools it fits is not asked again for that. */
const poolChoices = new WeakMap<Service, PoolChoice>();

function poolChoiceOf(facts: OfferedService, compiled: Compiled): PoolChoice {
  const offers = offersFor(facts, compiled);
  return {
    ...{ of: compiled, namespaceLabels: facts.namespaceLabels, offers },
    problems: namedPoolProblems(facts, offers, compiled),
  };
}

const NO_LABELS: Labels = {};

const NO_CLASS: Problem = {
  code: "CLASS_MISSING",
  message: "The class that served the Service is gone, and there is no default class",
};

/** One that is being deleted counts as gone: we hold it back by no finalizer. */
function isLive({ metadata, spec }: Service): boolean {
  return spec?.type === "LoadBalancer" && metadata.deletionTimestamp === undefined;
}

const requestOf = onceForEach((service: Service): ServiceRequest => {
  return parseRequest(factsOf(service));
});

/** MetalLB reads spec.loadBalancerIP, and Deckhouse's classes do not: a leftover there must not cost a Service its address. */
const poolRequestOf = onceForEach((service: Service): ServiceRequest => {
  return parseRequest({ ...factsOf(service), loadBalancerIP: service.spec?.loadBalancerIP });
});

function factsOf({ metadata, spec }: Service): ServiceFacts {
  return {
    annotations: metadata.annotations,
    ipFamilies: spec?.ipFamilies,
    ipFamilyPolicy: spec?.ipFamilyPolicy,
    clusterIPs: spec?.clusterIPs,
  };
}
