/**
 * The sessions of all nodes with all routers, as their speakers say, and where one is missing, what is known of it. Pure.
 *
 * What a speaker says counts as long as its Lease is renewed. Neighbours: bgp-routes.ts builds on this; bgp-view.ts has the words.
 */
import { compareText } from "../base/hash.ts";
import type { NodeBGPStatus, SessionEntry, SESSION_STATES } from "../bgp/resource.ts";
import type { Manifests } from "../classes/compile.ts";
import { compilePeerModels, type PeerModel } from "../classes/peers.ts";
import { isStale } from "../controller/nodes.ts";
import { MEMBER_LABEL } from "../controller/resources.ts";
import { isoSeconds } from "../kube/patches.ts";
import type { Lease, Node } from "../kube/types.ts";
import { speaksTo } from "../speaker/bgp-peers.ts";

export interface BgpCluster extends Manifests {
  readonly nodes: readonly Node[];
  readonly leases: readonly Lease[];
  readonly statuses: readonly NodeBGPStatus[];
  /** Milliseconds since 1970: the Leases' clock. */
  readonly nowMs: number;
}

/** One session as `-o json` shows it; field names are part of the interface. */
export interface SessionView {
  readonly node: string;
  readonly peer: string;
  readonly address: string;
  readonly port: number;
  readonly vrf: string | null;
  readonly ourAsn: number;
  readonly theirAsn: number | null;
  readonly state: (typeof SESSION_STATES)[number] | "Unknown";
  readonly since: string | null;
  readonly problem: string | null;
  readonly announced: number;
  readonly wanted: number;
  readonly heldBack: NonNullable<SessionEntry["heldBack"]>;
  readonly receivedPrefixes: number;
  readonly bfd: NonNullable<SessionEntry["bfd"]> | null;
  readonly negotiated: NonNullable<SessionEntry["negotiated"]> | null;
  readonly lastEnd: NonNullable<SessionEntry["lastEnd"]> | null;
}

/** A node that speaks to routers, or is to. */
export interface BgpNode {
  readonly node: Node;
  readonly isGated: boolean;
  readonly sessions: readonly SessionView[];
}

/** @returns those with a speaker, or that are to have one, by name */
export function bgpNodes(cluster: BgpCluster): readonly BgpNode[] {
  const models = [...compilePeerModels(cluster).values()];
  const statuses = new Map(cluster.statuses.map((status) => [status.metadata.name, status]));
  const leases = new Map(cluster.leases.map((lease) => [lease.spec?.holderIdentity ?? "", lease]));
  return [...cluster.nodes]
    .sort((a, b) => compareText(a.metadata.name, b.metadata.name))
    .flatMap((node): BgpNode[] => {
      const { name, labels = {} } = node.metadata;
      const [status, lease] = [statuses.get(name)?.status, leases.get(name)];
      if (status === undefined && lease === undefined && labels[MEMBER_LABEL] === undefined) {
        return [];
      }
      const silent = silenceOf(lease, cluster.nowMs);
      const entries = silent === null ? (status?.sessions ?? []) : [];
      const said = new Set(entries.map(({ peer }) => peer));
      const unsaid = models.filter((model) => speaksTo({ labels }, model) && !said.has(model.key));
      const sessions = [
        ...entries.map((entry) => viewOf(name, entry)),
        ...unsaid.map((model) => unknownSession(name, model, silent ?? UNSAID)),
      ];
      sessions.sort((a, b) => compareText(a.peer, b.peer));
      return [{ node, isGated: silent === null && status?.gate === "Closed", sessions }];
    });
}

const UNSAID =
  "its speaker says nothing of it: see in its log whether it has read the peer and may write NodeBGPStatus";

/** @returns why what the speaker said last no longer counts, or null */
function silenceOf(lease: Lease | undefined, nowMs: number): string | null {
  if (lease === undefined) return "no speaker is heard of on the node: see whether its pod runs";
  const heardAtMs = Date.parse(lease.spec?.renewTime ?? "") || 0;
  if (!isStale({ lease, heardAtMs }, nowMs)) return null;
  return `its speaker was last heard of at ${isoSeconds(heardAtMs)}: see whether its pod runs and reaches the API server`;
}

function viewOf(node: string, entry: SessionEntry): SessionView {
  const { vrf = null, theirAsn = null, problem = null, heldBack = [] } = entry;
  const { bfd = null, negotiated = null, lastEnd = null } = entry;
  return {
    ...{ node, ...entry, vrf, theirAsn, problem, heldBack },
    ...{ bfd, negotiated, lastEnd },
  };
}

function unknownSession(node: string, model: PeerModel, problem: string): SessionView {
  const { key, address, port, vrf, ourAsn, theirAsn } = model;
  return {
    ...{ node, peer: key, address: address ?? model.interface ?? "", port, vrf, ourAsn },
    theirAsn: typeof theirAsn === "number" ? theirAsn : null,
    ...{ state: "Unknown", since: null, problem },
    ...{ announced: 0, wanted: 0, heldBack: [], receivedPrefixes: 0 },
    ...{ bfd: null, negotiated: null, lastEnd: null },
  };
}
