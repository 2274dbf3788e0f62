/**
 * Pools, and what else gives addresses: overlaps, addresses of nodes, addresses that would be lost. Pure.
 *
 * Neighbours: ../overlaps.ts says who keeps what two claim; ../compile.ts says it in words.
 */
import { parseIp } from "../../base/ip.ts";
import { classFinder } from "../class-at.ts";
import { overlap } from "../compile.ts";
import { titleAtStart, type Compiled } from "../model.ts";
import { settleOverlaps } from "../overlaps.ts";
import { refusal, type Fault } from "./finding.ts";
import { addressesField, objectOf, type Scene, type Standing } from "./standing.ts";
import type { Use } from "./world.ts";

/** Services that one message names; what is more is counted. */
const NAMED_MAX = 3;

export function poolFaults(scene: Scene): Standing[] {
  return [...overlaps(scene), ...nodeAddresses(scene), ...unadvertised(scene)];
}

function overlaps({ written }: Scene): Standing[] {
  const kept = settleOverlaps(written.map(({ ranges }) => ranges));
  return written.flatMap((model, place) =>
    (kept[place]?.lost ?? []).flatMap(({ to, shared }): Standing[] => {
      const older = written[to];
      if (older === undefined) return [];
      const problem = { ...overlap(model, older, shared), about: "" };
      const [object, field] = [objectOf(model.key), addressesField(model)];
      return [{ object, field, problem, isWarning: false, lost: shared }];
    }),
  );
}

function nodeAddresses({ world, compiled }: Scene): Standing[] {
  const classAt = classFinder(compiled.classes);
  return (world.nodes ?? []).flatMap(({ metadata, status }) =>
    (status?.addresses ?? []).flatMap(({ address }): Standing[] => {
      const ip = parseIp(address);
      const model = ip === undefined ? undefined : classAt(ip);
      if (model === undefined) return [];
      const message = `${titleAtStart(model)} contains ${address}, the address of the node "${metadata.name}"`;
      return [
        {
          ...{ object: objectOf(model.key), field: addressesField(model) },
          ...{ problem: { code: "NODE_ADDRESS_IN_POOL", message }, isWarning: true },
        },
      ];
    }),
  );
}

/** People who announce by other means know it: a warning. */
function unadvertised({ compiled }: Scene): Standing[] {
  return [...compiled.classes.values()]
    .filter(({ ways }) => ways.length === 0)
    .map((model) => ({
      ...{ object: objectOf(model.key), field: "", isWarning: true },
      problem: {
        code: "NOT_ADVERTISED",
        message: `No advertisement is for the ${model.pool === null ? "class" : "pool"} "${model.name}"`,
      },
    }));
}

/**
 * @param uses the addresses that Services hold
 * @returns a refusal where one of them would be in no pool any more
 */
export function lostAddresses(uses: readonly Use[], before: Compiled, after: Compiled): Fault[] {
  const [classBefore, classAfter] = [classFinder(before.classes), classFinder(after.classes)];
  const lost = uses.filter(
    ({ ip }) => classBefore(ip) !== undefined && classAfter(ip) === undefined,
  );
  const [first] = lost;
  if (first === undefined) return [];
  const owner = classBefore(first.ip);
  const named = lost
    .slice(0, NAMED_MAX)
    .map(({ ip, services }) => `${ip} (${services.join(", ")})`);
  const more = lost.length > NAMED_MAX ? ` and ${lost.length - NAMED_MAX} more` : "";
  const title = owner === undefined ? "It" : titleAtStart(owner);
  const message = `${title} has addresses in use that would be lost: ${named.join(", ")}${more}`;
  const field = owner === undefined ? "" : addressesField(owner);
  return [refusal(field, { code: "ADDRESSES_IN_USE", message })];
}
