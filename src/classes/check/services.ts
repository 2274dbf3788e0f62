/**
 * Services, as they ask for addresses: for lint alone, no webhook looks at them. Pure.
 *
 * Neighbours: service-request.ts reads what a Service asks for, and says who serves it.
 */
import { familyOf, parseIp, type Ip } from "../../base/ip.ts";
import { readAnnotation } from "../annotations.ts";
import { classFinder } from "../class-at.ts";
import { clashOf, partyOf, type Party } from "../sharing.ts";
import type { Problem } from "../../base/errors.ts";
import { askedBy } from "./service-request.ts";
import type { Scene, Standing } from "./standing.ts";
import type { CheckWorld, ServiceObject, Use } from "./world.ts";

/** @returns who holds which address: as it is known, or as the Services' status says */
export function usesOf({ uses, services }: CheckWorld): readonly Use[] {
  if (uses !== null) return uses;
  const found = new Map<Ip, string[]>();
  for (const service of services ?? []) {
    for (const { ip: text = "" } of service.status?.loadBalancer?.ingress ?? []) {
      const ip = parseIp(text);
      if (ip !== undefined) found.set(ip, [...(found.get(ip) ?? []), titleOf(service)]);
    }
  }
  return [...found].map(([ip, names]) => ({ ip, services: names }));
}

/** @returns `namespace/name` */
export function titleOf({ metadata: { namespace = "default", name } }: ServiceObject): string {
  return `${namespace}/${name}`;
}

export function serviceFaults({ world, compiled }: Scene): Standing[] {
  const classAt = classFinder(compiled.classes);
  const asking = new Asking(compiled);
  return (world.services ?? [])
    .filter(({ spec }) => spec?.type === "LoadBalancer")
    .flatMap((service) => {
      const asked = askedBy(service, compiled);
      if (asked === null) return [];
      const { request, wanted, problems } = asked;
      const say = (problem: Problem, isWarning: boolean, isOfField = false): Standing => ({
        ...{ object: `Service/${titleOf(service)}`, problem, isWarning },
        field: isOfField ? "spec.loadBalancerIP" : "metadata.annotations",
      });
      const hasPools = compiled.classes.size > 0;
      const outside = wanted.filter((ip) => hasPools && classAt(ip) === undefined);
      return [
        ...problems.map((it) => say(it.problem, !it.isCertain, it.isOfField)),
        ...request.hints.map((problem) => say(problem, true)),
        ...(hasPools ? unknownNames(service, scenePools(compiled), request.pool) : []).map((it) =>
          say(it, true),
        ),
        ...outside.map((ip) =>
          say(
            {
              code: "ADDRESS_OUTSIDE_POOL",
              message: `The Service requests ${ip}, which no pool of ${familyOf(ip)} addresses has`,
            },
            true,
          ),
        ),
        ...asking.problems(service, wanted).map((it) => say(it, true)),
      ];
    });
}

/** Who asks for which address by name: of two that do not share it one gets nothing. */
class Asking {
  readonly #classes: Scene["compiled"]["classes"];
  readonly #askers = new Map<Ip, { readonly title: string; readonly party: Party }[]>();

  constructor({ classes }: Scene["compiled"]) {
    this.#classes = classes;
  }

  /** @returns what is in the way of the Service among those that asked before it */
  problems(service: ServiceObject, wanted: readonly Ip[]): Problem[] {
    const { metadata, spec = {} } = service;
    const { loadBalancerClass = "" } = spec;
    // Who knows what others let two of their Services have.
    if (loadBalancerClass !== "" && !this.#classes.has(loadBalancerClass)) return [];
    const [title, party] = [titleOf(service), partyOf({ ...metadata, ...spec })];
    return wanted.flatMap((ip) => {
      const others = (this.#askers.get(ip) ?? []).filter((other) => other.title !== title);
      this.#askers.set(ip, [...others, { title, party }]);
      const other = others.find((one) => clashOf(one.party, party) !== null);
      if (other === undefined) return [];
      const why = clashOf(other.party, party) ?? "";
      const message = `The Service requests ${ip}, as the Service ${other.title} does${why === "" ? "" : `, and ${why}`}`;
      return [{ code: "ADDRESS_TAKEN", message }];
    });
  }
}

function scenePools({ classes }: Scene["compiled"]): ReadonlySet<string> {
  return new Set([...classes.values()].flatMap(({ key, pool }) => [key, pool ?? key]));
}

function unknownNames(
  { metadata: { annotations } }: ServiceObject,
  known: ReadonlySet<string>,
  pool: string | null,
): Problem[] {
  const named = readAnnotation({ annotations }, "class") ?? "";
  const problems: Problem[] = [];
  if (pool !== null && !known.has(pool)) {
    problems.push({ code: "POOL_UNKNOWN", message: `There is no pool "${pool}"` });
  }
  if (named !== "" && !known.has(named)) {
    problems.push({ code: "CLASS_UNKNOWN", message: `There is no class "${named}"` });
  }
  return problems;
}
