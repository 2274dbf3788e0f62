/**
 * Finds a lost peer's MAC again the moment it can be found: a question from us where the kernel would ask too rarely. Pure.
 *
 * While a peer is away, the kernel gives up its neighbour entry and asks for it once a second only; heartbeats wait for
 * that, and after a mend two nodes would answer for an address for so long. An answer to our question fills the kernel's
 * entry too. The more nodes hear each other, the less each of them asks: together about one question per interval.
 * Left out on purpose: peers behind a router, whose MAC is not the one that is missing.
 * Neighbours: speaker.ts calls this with every heartbeat; questions.ts makes the frame.
 */
import type { Ip } from "../base/ip.ts";
import type { UsableLink } from "./links.ts";
import type { Peer } from "./peers.ts";
import { ask, isOnLink, type Question } from "./questions.ts";

/**
 * @param beat counts the heartbeats of this node
 * @returns a question for one of the lost peers; null where none is lost, or it is not our turn
 */
export function poke(
  peers: Iterable<Readonly<Peer>>,
  links: readonly UsableLink[],
  beat: number,
): Question | null {
  const lost: Readonly<Peer>[] = [];
  let turns = 1;
  for (const peer of peers) {
    if (peer.state === "heard") turns++;
    else if (peer.state === "silent" && !peer.left) lost.push(peer);
  }
  if (lost.length === 0 || beat % turns !== 0) return null;
  const address = lost[(beat / turns) % lost.length]?.addresses[0];
  return address === undefined ? null : question(address as Ip, links);
}

function question(target: Ip, links: readonly UsableLink[]): Question | null {
  for (const link of links) {
    const own = link.addresses.find((address) => isOnLink(target, address));
    if (own !== undefined) return ask(link, target, own.ip);
  }
  return null;
}
