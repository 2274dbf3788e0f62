/**
 * Node selectors that select no node, where it is known which nodes there are: nobody answers by them. Pure.
 *
 * A warning, for nodes may come later.
 * Neighbours: meeting.ts says whether two of them select one node.
 */
import { CONFIGURATION_KIND } from "../deckhouse/configuration.ts";
import { matchesAny, type LabelSelector } from "../label-selector.ts";
import { BGP_ADVERTISEMENT_KIND } from "../metallb/bgp-advertisement.ts";
import { BGP_PEER_KIND } from "../metallb/bgp-peer.ts";
import { L2_ADVERTISEMENT_KIND } from "../metallb/l2-advertisement.ts";
import { CLASS_KIND } from "../resource.ts";
import type { Scene, Standing } from "./standing.ts";

export function idleSelectors({ world: { manifests, nodes } }: Scene): Standing[] {
  if (nodes === null || nodes.length === 0) return [];
  const labels = nodes.map(({ metadata }) => metadata.labels ?? {});
  const { l2Advertisements, bgpAdvertisements, bgpPeers, classes, configurations } = manifests;
  const lists = [
    ...l2Advertisements.map((object) => ({ kind: L2_ADVERTISEMENT_KIND, object })),
    ...bgpAdvertisements.map((object) => ({ kind: BGP_ADVERTISEMENT_KIND, object })),
    ...bgpPeers.map((object) => ({ kind: BGP_PEER_KIND, object })),
  ];
  const maps = [
    ...classes.map((object) => ({ kind: CLASS_KIND, object })),
    ...configurations.map((object) => ({ kind: CONFIGURATION_KIND, object })),
  ];
  const isIdle = (selectors: readonly LabelSelector[]) =>
    selectors.length > 0 && !labels.some((own) => matchesAny(selectors, own));
  return [
    ...lists
      .filter(({ object: { spec } }) => isIdle(spec?.nodeSelectors ?? []))
      .map(({ kind, object }) => idle(`${kind}/${object.metadata.name}`, "spec.nodeSelectors")),
    ...maps
      .filter(({ object: { spec } }) => isIdle([{ matchLabels: spec?.nodeSelector ?? {} }]))
      .map(({ kind, object }) => idle(`${kind}/${object.metadata.name}`, "spec.nodeSelector")),
  ];
}

function idle(object: string, field: string): Standing {
  const message = `No node has the labels that ${object.replace("/", " ")} asks for`;
  return { object, field, problem: { code: "SELECTOR_IDLE", message }, isWarning: true };
}
