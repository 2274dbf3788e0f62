/**
 * What a cut-over by BGP takes: somebody who tells the routers, the passwords of the sessions, and that the old speaker ends first. Pure.
 *
 * Read first: RFC 4271 section 6.8. A router has one session with an address of a node: ours waits as long as the old speaker has it.
 * Neighbours: migrate-plan.ts says what becomes of Services; io/migrate-secrets.ts looks at the Secrets.
 */
import type { Labels } from "../classes/label-selector.ts";
import { isSelected } from "../classes/model.ts";
import type { PeerModel } from "../classes/peers.ts";
import type { ClassNodes } from "../controller/world.ts";
import type { Secret } from "../kube/types.ts";
import type { KubeObject } from "../kube/resource.ts";
import { speaksTo } from "../speaker/bgp-peers.ts";
import { KnownPasswords, type SecretSource } from "../speaker/passwords.ts";
import type { Note } from "./migrate-checks.ts";
import type { Hand } from "./migrate-plan.ts";

export type Peers = ReadonlyMap<string, PeerModel>;

/** The Secret that a peer names, as whoever runs the command sees it. */
export interface PeerSecret {
  /** Key of the peer. */
  readonly peer: string;
  readonly namespace: string;
  /** Undefined: there is none. Null: it may not be read. */
  readonly secret: Secret | undefined | null;
  /** By our speakers; null: nobody says. */
  readonly mayBeRead: boolean | null;
}

type Session = Pick<Hand, "message" | "todo">;

/** @returns what keeps every router from being told of addresses that these ways announce; null: one would be */
export function untold({ ways, eligible }: ClassNodes, title: string, peers: Peers) {
  const told = ways.flatMap((way) =>
    (way.bgp?.peers ?? []).flatMap((key) => {
      const peer = peers.get(key);
      return peer === undefined ? [] : [{ way, peer }];
    }),
  );
  if (told.length === 0) {
    return {
      message: `No router is told of its addresses of ${title}: the advertisement has no peer`,
      todo: "Make the peer that it names, or name one that there is.",
    };
  }
  const isTold = told.some(({ way, peer }) =>
    eligible.some((node) => isSelected([way], node.labels) && speaksTo(node, peer)),
  );
  if (isTold) return null;
  const names = [...new Set(told.map(({ peer }) => `"${peer.name}"`))].join(", ");
  return {
    message: `No node that may announce its addresses of ${title} speaks to ${names}`,
    todo: "Let the nodeSelectors of the peer and of the advertisement meet on a node that is not excluded.",
  };
}

/** What keeps a session from being opened. */
export function sessionHands(peers: Peers, secrets: readonly PeerSecret[]): readonly Hand[] {
  const secretOf = new Map(secrets.map((one) => [one.peer, one]));
  return [...peers.values()].flatMap((peer) => {
    const { password } = peer;
    const found = secretOf.get(peer.key);
    if (password?.kind !== "secret" || found === undefined) return [];
    return secretHands(password, found).map((hand) => ({ object: peer.key, ...hand }));
  });
}

function secretHands(
  source: SecretSource,
  { namespace, secret, mayBeRead }: PeerSecret,
): readonly Session[] {
  const { name, label } = source;
  const title = `the Secret ${namespace}/${name}`;
  const isUsable =
    secret === null || new KnownPasswords().read(source, secret ?? undefined).kind === "known";
  const wanted = `the key "password"${label === null ? "" : ` and the label ${label}=true`}`;
  const lack = secret === undefined ? "does not exist" : `lacks ${wanted}`;
  return [
    ...(isUsable
      ? []
      : [
          {
            message: `Its session waits for ${title}, which ${lack}`,
            todo: `Make it with ${wanted}, as the router has it.`,
          },
        ]),
    ...(mayBeRead === false
      ? [
          {
            message: `Its session waits for ${title}, which our speakers may not read`,
            todo: grantOf(namespace),
          },
        ]
      : []),
  ];
}

/** The namespace of the manifest. */
const GRANTED_NAMESPACE = "metallb-system";

function grantOf(namespace: string): string {
  const role = "kubectl apply -f deploy/optional/bgp-passwords.yaml";
  if (namespace === GRANTED_NAMESPACE) return role;
  const binding = `kubectl create rolebinding spreadlb-bgp-passwords -n ${namespace}`;
  return `${role}; ${binding} --clusterrole=spreadlb-bgp-passwords --serviceaccount=spreadlb-system:spreadlb-speaker`;
}

export interface OldSpeakers {
  readonly nodes: readonly { readonly name: string; readonly labels: Labels }[];
  readonly secrets: readonly PeerSecret[];
}

/** What is to be known of the sessions that the old speakers have. */
export function sessionNotes(peers: Peers, { nodes, secrets }: OldSpeakers): readonly Note[] {
  const all = [...peers.values()];
  const speaking = nodes.filter((node) => all.some((peer) => speaksTo(node, peer)));
  const clash =
    "a router has one session with a node, and there ours begins when the old speaker's has ended";
  return [
    ...(speaking.length === 0
      ? []
      : [{ object: "BGP", message: `${clash}: one node after the other, as in the walk` }]),
    ...all
      .filter(({ isGracefulRestart }) => isGracefulRestart)
      .map(({ key: object }) => ({
        object,
        message:
          "with enableGracefulRestart a router takes the second session of a node for a restart of the first: let no node have both speakers, as in the walk",
      })),
    ...all.flatMap(({ key: object, interface: link }) =>
      link === null
        ? []
        : [
            {
              object,
              message: `it finds its router by the router advertisements that it sends on "${link}", with MetalLB and here: spreadlb bgp says where none is heard`,
            },
          ],
    ),
    ...secrets
      .filter(({ secret, mayBeRead }) => secret === null || mayBeRead === null)
      .map(({ peer: object, namespace }) => ({
        object,
        message: `you may not see whether its Secret in ${namespace} is there and our speakers may read it`,
      })),
  ];
}

/** FRR beside MetalLB, which speaks for it and goes on without it. */
export function isFrr({ metadata: { name } }: KubeObject): boolean {
  return /(^|-)frr-k8s$/.test(name);
}

export function frrNotes(daemonSets: readonly KubeObject[]): readonly Note[] {
  return daemonSets.filter(isFrr).map(({ metadata: { name, namespace = "" } }) => ({
    object: `DaemonSet ${namespace}/${name}`,
    message:
      "it has MetalLB's sessions, and keeps them when MetalLB's speakers are gone: it has to end on each node, as in the walk",
  }));
}
