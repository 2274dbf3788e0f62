/**
 * Advertisements: what two of them say of one pool, and what selects no node. Pure.
 *
 * A router is told one LOCAL_PREF for one prefix (RFC 4271 section 5.1.5): two advertisements that announce the same prefixes from
 * one node to one peer must agree on it, as MetalLB has it.
 * Neighbours: ../metallb/compile-bgp.ts and ../deckhouse/compile.ts make the ways that are compared.
 */
import { IP_BITS, type IpFamily } from "../../base/ip.ts";
import { METAL_POOL_KIND } from "../deckhouse/pool.ts";
import { CONFIGURATION_KIND } from "../deckhouse/configuration.ts";
import { compareObjects } from "../draft.ts";
import { BGP_ADVERTISEMENT_KIND } from "../metallb/bgp-advertisement.ts";
import type { BgpWay, ClassModel, Way } from "../model.ts";
import { canonical } from "./loose.ts";
import { meeting } from "./meeting.ts";
import type { Scene, Standing } from "./standing.ts";
import type { CheckWorld } from "./world.ts";

export function advertisementFaults(scene: Scene): Standing[] {
  const { compiled, world } = scene;
  const clashes = [...compiled.classes.values()].flatMap((model) => prefClashes(model, world));
  return [...doubled(scene), ...distinct(clashes)];
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
          problem: { code: "ADVERTISEMENT_DOUBLED", message },
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
      const family = isPeered(way, other) ? familyOfClash(way, other, model) : null;
      const met = family === null ? "never" : meeting(way.nodes, other.nodes, nodes);
      if (family === null || met === "never") return [];
      const [name, length] = [way.advertisement ?? "", way.bgp.aggregation[family]];
      const message =
        `invalid local preference ${way.bgp.localPref ?? 0} in "${name}": "${other.advertisement ?? ""}" announces the ` +
        `/${length} of the pool "${model.name}" to the same peers with ${other.bgp.localPref ?? 0}`;
      return [
        {
          ...{ object: `${kind}/${name}`, field: "spec.localPref", isWarning: met === "perhaps" },
          problem: { code: "LOCAL_PREFERENCE_CLASH", message },
        },
      ];
    }),
  );
}

/** @returns the family in which both announce the same prefixes with two preferences, or null */
function familyOfClash(a: Announced, b: Announced, { ranges }: ClassModel): IpFamily | null {
  if (a.bgp.localPref === b.bgp.localPref) return null;
  if (a.services.length > 0 || b.services.length > 0) return null;
  const families = (Object.keys(IP_BITS) as IpFamily[]).filter((family) =>
    ranges.some((range) => range.family === family),
  );
  return families.find((it) => a.bgp.aggregation[it] === b.bgp.aggregation[it]) ?? null;
}

function distinct(faults: readonly Standing[]): Standing[] {
  return [...new Map(faults.map((it) => [`${it.object} ${it.problem.message}`, it])).values()];
}
