/**
 * Peers of both families: those that contradict each other on a node, and the Secrets that they name. Pure.
 *
 * Read first: RFC 4271 sections 4.2 and 6.8: a router has one session with one address, and one identifier. Two sessions of a node with one
 * router are refused. Two AS numbers of ours, or two identifiers, are a warning: MetalLB's native mode takes them, its FRR modes
 * do not, and the same manifests should work here.
 * Neighbours: ../metallb/bgp-peer-rules.ts has what one peer alone may say.
 */
import { parseDurationMs } from "../../base/duration.ts";
import { parseIp } from "../../base/ip.ts";
import { METAL_PEER_KIND, type MetalLoadBalancerBGPPeer } from "../deckhouse/bgp-peer.ts";
import { compareObjects } from "../draft.ts";
import type { LabelSelector } from "../label-selector.ts";
import { BFD_BOUNDS, withinBfdBounds, type BFDProfileSpec } from "../metallb/bfd-profile.ts";
import { BGP_PEER_KIND, type BGPPeerSpec } from "../metallb/bgp-peer.ts";
import { warning, type Fault } from "./finding.ts";
import { meeting } from "./meeting.ts";
import type { Scene, Standing } from "./standing.ts";

const PORT = 179;
const BFD_FIELDS = Object.keys(BFD_BOUNDS) as (keyof typeof BFD_BOUNDS)[];
const PASSWORD_TYPE = "kubernetes.io/basic-auth";

type MetalPeerSpec = NonNullable<MetalLoadBalancerBGPPeer["spec"]>;

/** A peer of either family, as far as two can clash. */
interface NodePeer {
  /** `Kind/name`. */
  readonly object: string;
  readonly spec: Pick<
    Partial<BGPPeerSpec>,
    "peerAddress" | "interface" | "peerPort" | "vrf" | "myASN" | "routerID"
  >;
  /** Empty: all nodes. */
  readonly nodes: readonly LabelSelector[];
}

export function peerFaults(scene: Scene): Standing[] {
  const peers = [...ofMetallb(scene), ...ofDeckhouse(scene)];
  const clashes = peers.flatMap((peer, place) =>
    peers.slice(0, place).flatMap((older) => clashOf(peer, older, scene)),
  );
  return [...clashes, ...secretFaults(scene), ...echoFaults(scene)];
}

function ofMetallb({ world: { manifests } }: Scene): NodePeer[] {
  return [...manifests.bgpPeers].sort(compareObjects).map(({ metadata, spec = {} }) => ({
    ...{ object: `${BGP_PEER_KIND}/${metadata.name}`, spec },
    nodes: (spec as Partial<BGPPeerSpec>).nodeSelectors ?? [],
  }));
}

/** Which nodes speak to them, the configurations say; one that none names is spoken to by nobody. */
function ofDeckhouse({ world: { manifests } }: Scene): NodePeer[] {
  return [...manifests.metalPeers].sort(compareObjects).flatMap(({ metadata, spec = {} }) => {
    const naming = manifests.configurations.filter((it) =>
      it.spec?.bgp?.peerNames?.includes(metadata.name),
    );
    const nodes = naming.map((it) => ({ matchLabels: it.spec?.nodeSelector ?? {} }));
    const object = `${METAL_PEER_KIND}/${metadata.name}`;
    return nodes.length === 0 ? [] : [{ object, spec, nodes }];
  });
}

function clashOf(peer: NodePeer, older: NodePeer, { world }: Scene): Standing[] {
  const contradictions = contradictionsOf(peer.spec, older.spec, nameOf(older, peer));
  if (contradictions.length === 0) return [];
  const met = meeting(peer.nodes, older.nodes, world.nodes);
  if (met === "never") return [];
  const where = met === "surely" ? "on the same nodes" : "if a node is selected by both";
  const title = `The peer "${peer.object.split("/").at(-1) ?? ""}"`;
  return contradictions.map(({ field, words, isWarning }) => ({
    ...{ object: peer.object, field, isWarning: isWarning || met === "perhaps" },
    problem: {
      ...{ code: "PEER_CLASH", message: `${title}: ${words}, ${where}` },
      about: `${older.object} ${field}`,
    },
  }));
}

/** @returns its name, with its kind where the other is of another */
function nameOf({ object }: NodePeer, other: NodePeer): string {
  const [kind = "", name = ""] = object.split("/");
  return other.object.startsWith(`${kind}/`) ? `peer "${name}"` : `${kind} "${name}"`;
}

interface Contradiction {
  readonly field: string;
  readonly words: string;
  readonly isWarning: boolean;
}

/** A VRF is a router of its own; a peer that names no router ID takes whichever the node has. */
function contradictionsOf(a: NodePeer["spec"], b: NodePeer["spec"], other: string) {
  const found: Contradiction[] = [];
  if ((a.vrf ?? "") !== (b.vrf ?? "")) return found;
  if (routerOf(a) === routerOf(b)) {
    const field = (a.interface ?? "") === "" ? "spec.peerAddress" : "spec.interface";
    const words = `${other} already exists with the router ${routerOf(a)}`;
    found.push({ field, words, isWarning: false });
  }
  if (a.myASN !== b.myASN) {
    const words = `myASN ${a.myASN ?? 0} differs from ${b.myASN ?? 0} of the ${other}`;
    found.push({ field: "spec.myASN", words, isWarning: true });
  }
  const [mine, its] = [canonicalIp(a.routerID), canonicalIp(b.routerID)];
  if (mine !== its && mine !== "" && its !== "") {
    const words = `routerID ${mine} differs from ${its} of the ${other}`;
    found.push({ field: "spec.routerID", words, isWarning: true });
  }
  return found;
}

/** An address of IPv6 can be written in many ways. */
function canonicalIp(text = ""): string {
  return parseIp(text) ?? text;
}

function routerOf({ peerAddress, interface: name = "", peerPort = PORT }: NodePeer["spec"]) {
  return `${name === "" ? canonicalIp(peerAddress) : name} port ${peerPort}`;
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

/** Of a BFDProfile, and of a peer of Deckhouse's, where 0 says nothing. */
type Echo = Pick<BFDProfileSpec, "echoInterval" | "echoMode">;

function echoHints({ echoInterval = 0, echoMode = false }: Echo, within: "" | "bfd."): Fault[] {
  if (echoInterval === 0 || echoMode) return [];
  const message = `${within}echoInterval has no effect without echoMode`;
  return [warning(`spec.${within}echoInterval`, { code: "PEER_INVALID", message })];
}

/** What is said once, of a peer or a profile that is made or changed. */
export function peerHints(spec: object): Fault[] {
  const said: Partial<BGPPeerSpec> & Pick<Partial<MetalPeerSpec>, "bfd"> & Echo = spec;
  const { disableMP = false, ebgpMultiHop = false, interface: link = "" } = said;
  const hint = (field: string, message: string) =>
    warning(`spec.${field}`, { code: "PEER_INVALID", message });
  return [
    ...(disableMP ? [hint("disableMP", "disableMP is deprecated and has no effect")] : []),
    ...(ebgpMultiHop && link !== ""
      ? [
          hint(
            "ebgpMultiHop",
            `ebgpMultiHop has no effect with interface: who is on "${link}" is one hop away`,
          ),
        ]
      : []),
    ...timeHints(said, hint),
    ...echoHints(said, ""),
    ...echoHints(said.bfd ?? {}, "bfd."),
    ...bfdHints(said.bfd ?? {}),
  ];
}

/**
 * MetalLB takes times that FRR cannot be told, such as 500ms, and cuts them off; a keepalive that is hardly sent before the hold time is
 * over it passes on. A refusal would keep people from editing what works.
 */
function timeHints(
  { holdTime, keepaliveTime }: Partial<BGPPeerSpec>,
  hint: (field: string, message: string) => Fault,
): Fault[] {
  const [holdMs, keepaliveMs] = [msOf(holdTime), msOf(keepaliveTime)];
  const hints: Fault[] = [];
  const cut = Math.floor(holdMs / 1000);
  if (holdMs % 1000 !== 0) {
    hints.push(
      hint("holdTime", `holdTime ${holdTime ?? ""} has parts of a second: ${cut}s is taken`),
    );
  }
  if (keepaliveMs === 0) return hints;
  const said = `keepaliveTime ${keepaliveTime ?? ""}`;
  if (holdTime !== undefined && cut === 0) {
    hints.push(hint("keepaliveTime", `${said} has no effect without a holdTime to keep`));
  } else if (keepaliveMs < 1000) {
    const third = "a third of the hold time is taken";
    hints.push(hint("keepaliveTime", `${said} is less than a second: ${third}`));
  } else if (holdTime !== undefined && Math.floor(keepaliveMs / 1000) > cut / 3) {
    const third = "is more than a third of holdTime: that is taken";
    hints.push(hint("keepaliveTime", `${said} ${third}, or one that is lost ends the session`));
  } else if (keepaliveMs % 1000 !== 0) {
    const seconds = Math.floor(keepaliveMs / 1000);
    hints.push(hint("keepaliveTime", `${said} has parts of a second: ${seconds}s is taken`));
  }
  return hints;
}

/** 0: nothing is said, or nothing that can be read. */
function msOf(text = "0s"): number {
  return parseDurationMs(text) ?? 0;
}

/** Of Deckhouse, whose own BGP ignores it, and whose 0 says nothing: a refusal would keep people from editing what works. */
function bfdHints({ minimumTTL, ...bfd }: NonNullable<MetalPeerSpec["bfd"]>): Fault[] {
  const said: Readonly<Record<string, unknown>> = { minimumTtl: minimumTTL, ...bfd };
  return BFD_FIELDS.flatMap((field) => {
    const value = said[field];
    if (typeof value !== "number" || value === 0) return [];
    const { reason } = withinBfdBounds(field, value);
    const message = `bfd.${field} ${reason ?? ""}`;
    return reason === null ? [] : [warning("spec.bfd", { code: "PEER_INVALID", message })];
  });
}
