/**
 * What both families say of an announcement by BGP, in terms of the model. Pure.
 *
 * What cannot be read is left out and told, and the rest is announced: an aggregate that is wider than what the pool has would
 * draw strangers' traffic, so the addresses are announced one by one instead.
 * Neighbours: metallb/compile-bgp.ts and deckhouse/compile.ts gather what goes in.
 */
import type { Problem } from "../base/errors.ts";
import { IP_BITS, type IpFamily } from "../base/ip.ts";
import type { LabelSelector } from "./label-selector.ts";
import type { BgpWay, OwnNode, Way } from "./model.ts";
import {
  parseCommunity,
  WELL_KNOWN_COMMUNITIES,
  type CommunityValue,
} from "./metallb/community-values.ts";
import { parseRange, type IpRange } from "./ranges.ts";

export interface BgpWish extends Pick<Way, "nodes" | "services"> {
  /** See BgpWay. */
  readonly key: string;
  /** As sentences call it: `advertisement "a"`. */
  readonly title: string;
  readonly name: string;
  /** Prefix lengths; absent: every address by itself. */
  readonly aggregation: Readonly<Partial<Record<IpFamily, number>>>;
  /** 0 and absent: none. */
  readonly localPref: number | undefined;
  /** Values and names. */
  readonly communities: readonly string[];
  /** Keys of the peers that are told. */
  readonly peers: readonly string[];
  /** For each address routers should prefer another node. */
  readonly prefersOwnNode: boolean;
  /** See OwnNode. */
  readonly speakers: readonly LabelSelector[];
}

export type CommunityAliases = ReadonlyMap<string, CommunityValue>;

/**
 * @param entries of the pool, as people write them
 * @param found takes what is wrong with the wish
 */
export function bgpWay(
  wish: BgpWish,
  pool: { readonly name: string; readonly entries: readonly string[] },
  aliases: CommunityAliases,
  found: Problem[],
): Way {
  const { key, name, nodes, services, localPref = 0, peers } = wish;
  const bgp: BgpWay = {
    key,
    aggregation: {
      IPv4: aggregationOf("IPv4", wish, pool, found),
      IPv6: aggregationOf("IPv6", wish, pool, found),
    },
    localPref: localPref === 0 ? null : localPref,
    communities: wish.communities.flatMap((text) => communityOf(text, wish.title, aliases, found)),
    peers,
    ...ownNodeOf(wish, found),
  };
  const empty = { interfaces: [], preferences: [] };
  return { advertisement: name, mode: "BGP", nodes, services, ...empty, bgp };
}

/** @returns what is wrong with the communities, whichever pools there are */
export function communityProblems(
  { communities, title }: Pick<BgpWish, "communities" | "title">,
  aliases: CommunityAliases,
): Problem[] {
  const found: Problem[] = [];
  for (const text of communities) communityOf(text, title, aliases, found);
  return found;
}

function communityOf(
  text: string,
  title: string,
  aliases: CommunityAliases,
  found: Problem[],
): CommunityValue[] {
  const named = aliases.get(text) ?? ownValue(text);
  if (named !== undefined) return [named];
  if (text === "none") return []; // Deckhouse's word for it
  const parsed = parseCommunity(text);
  if (parsed.ok) return [parsed.value];
  const isName = !text.includes(":");
  found.push(
    isName
      ? {
          code: "COMMUNITY_MISSING",
          message: `The ${title} names the community "${text}", which nothing defines`,
        }
      : { ...parsed.problem, message: `In the ${title} ${parsed.problem.message}` },
  );
  return [];
}

function ownValue(text: string): CommunityValue | undefined {
  return Object.hasOwn(WELL_KNOWN_COMMUNITIES, text) ? WELL_KNOWN_COMMUNITIES[text] : undefined;
}

function aggregationOf(
  family: IpFamily,
  { title, aggregation, services }: BgpWish,
  { name, entries }: { readonly name: string; readonly entries: readonly string[] },
  found: Problem[],
): number {
  const all = IP_BITS[family];
  const length = aggregation[family] ?? all;
  if (length === all) return all;
  if (services.length > 0) {
    found.push({
      ...{ code: "AGGREGATION_INVALID", about: `services ${family}` },
      message: `The ${title} aggregates to /${length} and is for some Services only: their addresses are announced one by one`,
    });
    return all;
  }
  const entry = entries.find((text) => {
    const parsed = parseRange(text);
    return parsed.ok && parsed.value.family === family && length < shortestMask(parsed.value);
  });
  if (entry === undefined) return length;
  found.push({
    ...{ code: "AGGREGATION_INVALID", about: `${name} ${family}` },
    message: `The ${title} aggregates to /${length}, which is wider than "${entry}" of the pool "${name}": its addresses are announced one by one`,
  });
  return all;
}

/**
 * One prefix cannot prefer a node for each of its addresses: the aggregate, which works, comes before the wish. Also where the
 * pool is too narrow for it, or an edit of the pool would turn the wish on and off.
 */
function ownNodeOf(
  { title, prefersOwnNode, speakers, aggregation }: BgpWish,
  found: Problem[],
): { readonly ownNode?: OwnNode } {
  if (!prefersOwnNode) return {};
  const families = (Object.keys(IP_BITS) as IpFamily[]).filter((family) => {
    const length = aggregation[family] ?? IP_BITS[family];
    if (length === IP_BITS[family]) return true;
    found.push({
      ...{ code: "AGGREGATION_INVALID", about: `own node ${family}` },
      message: `The ${title} aggregates to /${length} and asks for own nodes, which one prefix cannot have for its addresses: routers prefer none`,
    });
    return false;
  });
  return families.length === 0 ? {} : { ownNode: { families, speakers } };
}

/** @returns the prefix length of the largest network that lies within the range */
function shortestMask({ family, first, last }: IpRange): number {
  for (let hostBits = IP_BITS[family]; hostBits > 0; hostBits--) {
    const size = 1n << BigInt(hostBits);
    const begin = ((first + size - 1n) / size) * size;
    if (begin + size - 1n <= last) return IP_BITS[family] - hostBits;
  }
  return IP_BITS[family];
}
