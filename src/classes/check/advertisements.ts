/**
 * Advertisements: what two of them say of one pool, and what selects no node. Pure.
 *
 * A router is told one LOCAL_PREF for one prefix (RFC 4271 section 5.1.5): two advertisements that announce the same prefixes from
 * one node to one peer must agree on it, as MetalLB has it.
 * Neighbours: ../metallb/compile-bgp.ts and ../deckhouse/compile.ts make the ways that are compared.
 */
import type { Problem } from "../../base/errors.ts";
import { IP_BITS, type IpFamily } from "../../base/ip.ts";
import { METAL_POOL_KIND } from "../deckhouse/pool.ts";
import { CONFIGURATION_KIND } from "../deckhouse/configuration.ts";
import { compareObjects } from "../draft.ts";
import { BGP_ADVERTISEMENT_KIND } from "../metallb/bgp-advertisement.ts";
import { COMMUNITIES_BYTES_MAX, communitiesThatFit } from "../metallb/community-values.ts";
import type { BgpWay, ClassModel, Way } from "../model.ts";
import { canonical } from "./loose.ts";
import { meeting } from "./meeting.ts";
import type { Scene, Standing } from "./standing.ts";
import type { CheckWorld } from "./world.ts";

export function advertisementFaults(scene: Scene): Standing[] {
  const clashes = scene.written.flatMap((model) => prefClashes(model, scene.world));
  const crowds = scene.written.flatMap(crowdedCommunities);
  return [...doubled(scene), ...distinct(clashes), ...distinct(crowds)];
}

function doubled({ world }: Scene): Standing[] {
  const seen = new Map<string, string>();
  return [...world.manifests.bgpAdvertisements]
    .sort(compareObjects)
    .flatMap(({ metadata, spec = {} }): Standing[] => {
      const text = canonical(spec);
      const other = seen.get(text);
      if (other === undefined) {
        seen.set(text, metadata.name);
        return [];
      }
      const message = `duplicate definition of bgpadvertisements: "${metadata.name}" says what "${other}" says`;
      const object = `${BGP_ADVERTISEMENT_KIND}/${metadata.name}`;
      return [
        {
          ...{ object, field: "spec", isWarning: false },
          problem: { code: "ADVERTISEMENT_DOUBLED", message, about: "" },
        },
      ];
    });
}

interface Announced extends Way {
  readonly bgp: BgpWay;
}

function prefClashes(model: ClassModel, { manifests, nodes }: CheckWorld): Standing[] {
  const isOfDeckhouse = model.key.startsWith(`${METAL_POOL_KIND}/`);
  const kind = isOfDeckhouse ? CONFIGURATION_KIND : BGP_ADVERTISEMENT_KIND;
  const peersOf = ({ advertisement, bgp }: Announced): readonly string[] => {
    if (isOfDeckhouse) return bgp.peers;
    const named = manifests.bgpAdvertisements.find(
      ({ metadata }) => metadata.name === advertisement,
    );
    return named?.spec?.peers ?? [];
  };
  const isPeered = (a: Announced, b: Announced) => {
    const [its, others] = [peersOf(a), peersOf(b)];
    if (isOfDeckhouse) return its.some((peer) => others.includes(peer));
    const isForAll = its.length === 0 || others.length === 0;
    return isForAll || its.some((peer) => others.includes(peer));
  };
  const ways = model.ways.filter((way): way is Announced => way.bgp !== undefined);
  return ways.flatMap((way, place) =>
    ways.slice(0, place).flatMap((other): Standing[] => {
      const families = isPeered(way, other) ? familiesOfClash(way, other, model) : [];
      const met = families.length === 0 ? "never" : meeting(way.nodes, other.nodes, nodes);
      if (met === "never") return [];
      const object = `${kind}/${way.advertisement ?? ""}`;
      return families.map((family) => ({
        ...{ object, field: "spec.localPref", isWarning: met === "perhaps" },
        problem: prefClash({ way, other, family, model }),
      }));
    }),
  );
}

/** All advertisements of a pool may be for one Service, and are one route then. */
function crowdedCommunities({ key, name, ways }: ClassModel): Standing[] {
  const told = ways.filter((way): way is Announced => way.bgp !== undefined);
  const { excess } = communitiesThatFit(told.flatMap(({ bgp }) => bgp.communities));
  const last = told.at(-1)?.advertisement ?? "";
  if (excess === 0) return [];
  const message =
    `The advertisements of the pool "${name}", of which "${last}" is the last, have more communities together than a message ` +
    `of BGP has room for beside the rest (${COMMUNITIES_BYTES_MAX} octets): ${excess} would be left out of a route that has them all`;
  return [
    {
      ...{ object: objectOfWay(key, last), field: "spec.communities", isWarning: true },
      problem: { code: "COMMUNITY_INVALID", message, about: key },
    },
  ];
}

function objectOfWay(key: string, name: string): string {
  const isOfDeckhouse = key.startsWith(`${METAL_POOL_KIND}/`);
  return `${isOfDeckhouse ? CONFIGURATION_KIND : BGP_ADVERTISEMENT_KIND}/${name}`;
}

interface PrefClash {
  readonly way: Announced;
  readonly other: Announced;
  readonly family: IpFamily;
  readonly model: ClassModel;
}

function prefClash({ way, other, family, model: { key, name } }: PrefClash): Problem {
  const [own, its] = [way, other].map(({ bgp }) => bgp.localPref ?? 0);
  const message =
    `invalid local preference ${own} in "${way.advertisement ?? ""}": "${other.advertisement ?? ""}" announces the ` +
    `/${way.bgp.aggregation[family]} of the pool "${name}" to the same peers with ${its}`;
  const about = `${other.advertisement ?? ""} ${key} ${family}`;
  return { code: "LOCAL_PREFERENCE_CLASH", message, about };
}

/** @returns the families in which both announce the same prefixes with two preferences */
function familiesOfClash(a: Announced, b: Announced, { ranges }: ClassModel): IpFamily[] {
  if (a.bgp.localPref === b.bgp.localPref) return [];
  if (a.services.length > 0 || b.services.length > 0) return [];
  return (Object.keys(IP_BITS) as IpFamily[]).filter(
    (family) =>
      ranges.some((range) => range.family === family) &&
      a.bgp.aggregation[family] === b.bgp.aggregation[family],
  );
}

function distinct(faults: readonly Standing[]): Standing[] {
  return [...new Map(faults.map((it) => [`${it.object} ${it.problem.message}`, it])).values()];
}
