/**
 * BGPPeers: those that contradict each other on a node, and the Secrets that they name. Pure.
 *
 * Read first: RFC 4271 sections 4.2 and 6.8: a node has one identifier, and one session with one address. What MetalLB refuses
 * for FRR's sake is refused here: two AS numbers of one node in one VRF, two router IDs.
 * Neighbours: ../metallb/bgp-peer-rules.ts has what one peer alone may say.
 */
import { compareObjects } from "../draft.ts";
import { BGP_PEER_KIND, type BGPPeer, type BGPPeerSpec } from "../metallb/bgp-peer.ts";
import { warning, type Fault } from "./finding.ts";
import { meeting } from "./meeting.ts";
import type { Scene, Standing } from "./standing.ts";

const PORT = 179;
const PASSWORD_TYPE = "kubernetes.io/basic-auth";

export function peerFaults(scene: Scene): Standing[] {
  const peers = [...scene.world.manifests.bgpPeers].sort(compareObjects);
  const clashes = peers.flatMap((peer, place) =>
    peers.slice(0, place).flatMap((older) => clashOf(peer, older, scene)),
  );
  return [...clashes, ...secretFaults(scene), ...echoFaults(scene)];
}

function clashOf(peer: BGPPeer, older: BGPPeer, { world }: Scene): Standing[] {
  const [a, b] = [specOf(peer), specOf(older)];
  const [name, other] = [peer.metadata.name, older.metadata.name];
  const contradictions = contradictionsOf(a, b, other);
  if (contradictions.length === 0) return [];
  const met = meeting(a.nodeSelectors ?? [], b.nodeSelectors ?? [], world.nodes);
  if (met === "never") return [];
  const where = met === "surely" ? "on the same nodes" : "if a node is selected by both";
  return contradictions.map(({ field, words }) => ({
    ...{ object: `${BGP_PEER_KIND}/${name}`, field, isWarning: met === "perhaps" },
    problem: { code: "PEER_CLASH", message: `The peer "${name}": ${words}, ${where}` },
  }));
}

function specOf({ spec }: BGPPeer): Partial<BGPPeerSpec> {
  return spec ?? {};
}

function contradictionsOf(a: Partial<BGPPeerSpec>, b: Partial<BGPPeerSpec>, other: string) {
  const found: { readonly field: string; readonly words: string }[] = [];
  const { vrf = "", routerID = "" } = a;
  if (vrf === (b.vrf ?? "")) {
    if (routerOf(a) === routerOf(b)) {
      const field = (a.interface ?? "") === "" ? "spec.peerAddress" : "spec.interface";
      found.push({ field, words: `peer "${other}" already exists with the router ${routerOf(a)}` });
    }
    if (a.myASN !== b.myASN) {
      found.push({
        field: "spec.myASN",
        words: `myASN ${a.myASN ?? 0} differs from ${b.myASN ?? 0} of the peer "${other}"`,
      });
    }
  }
  if (routerID !== (b.routerID ?? "")) {
    const [mine, its] = [routerID, b.routerID ?? ""].map((id) => (id === "" ? "none" : id));
    found.push({
      field: "spec.routerID",
      words: `routerID ${mine ?? ""} differs from ${its ?? ""} of the peer "${other}"`,
    });
  }
  return found;
}

function routerOf({
  peerAddress = "",
  interface: name = "",
  peerPort = PORT,
}: Partial<BGPPeerSpec>) {
  return `${name === "" ? peerAddress : name} port ${peerPort}`;
}

function secretFaults({ world }: Scene): Standing[] {
  const { secrets, metallbNamespace } = world;
  if (secrets === null) return [];
  return world.manifests.bgpPeers.flatMap(({ metadata, spec }): Standing[] => {
    const named = spec?.passwordSecret?.name ?? "";
    if (named === "") return [];
    const home = metallbNamespace ?? metadata.namespace;
    const secret = secrets.find(
      (it) => it.metadata.name === named && (it.metadata.namespace ?? home) === home,
    );
    if (secret?.type === PASSWORD_TYPE) return [];
    const fault = secret === undefined ? "does not exist" : `is of the type "${secret.type ?? ""}"`;
    const message = `The peer "${metadata.name}" names the Secret "${named}", which ${fault}`;
    return [
      {
        ...{ object: `${BGP_PEER_KIND}/${metadata.name}`, field: "spec.passwordSecret" },
        ...{ problem: { code: "SECRET_UNUSABLE", message }, isWarning: true },
      },
    ];
  });
}

/** RFC 5881 section 5: echo packets are looped back by the peer's forwarding; FRR does it for IPv4 alone. */
function echoFaults({ world, compiled }: Scene): Standing[] {
  const echoing = new Set(
    world.manifests.bfdProfiles
      .filter(({ spec }) => spec?.echoMode === true)
      .map(({ metadata }) => metadata.name),
  );
  const told = new Map<string, string>();
  for (const { ranges, ways, name } of compiled.classes.values()) {
    if (!ranges.some(({ family }) => family === "IPv6")) continue;
    for (const key of ways.flatMap(({ bgp }) => bgp?.peers ?? [])) told.set(key, name);
  }
  return world.manifests.bgpPeers.flatMap(({ metadata, spec }): Standing[] => {
    const profile = spec?.bfdProfile ?? "";
    const object = `${BGP_PEER_KIND}/${metadata.name}`;
    const pool = told.get(object);
    if (pool === undefined || !echoing.has(profile)) return [];
    const message = `The peer "${metadata.name}" is told of IPv6 addresses of "${pool}", and the echoMode of its BFDProfile "${profile}" is for IPv4 alone`;
    const problem = { code: "PEER_INVALID", message } as const;
    return [{ object, field: "spec.bfdProfile", problem, isWarning: true }];
  });
}

/** What is said once, of a peer that is made or changed. */
export function peerHints(spec: object): Fault[] {
  const { disableMP = false } = spec as Partial<BGPPeerSpec>;
  if (!disableMP) return [];
  const message = "disableMP is deprecated and has no effect";
  return [warning("spec.disableMP", { code: "PEER_INVALID", message })];
}
