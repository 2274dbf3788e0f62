/**
 * Which nodes may hold addresses, and which of them can now. Pure.
 *
 * Eligible is what people and the cloud say of a node; present is what is heard of it; available is
 * present and past the time for which a node that was lost is not trusted (design rule H3).
 * Neighbours: world.ts gathers what goes in; rank-jobs.ts asks node by node.
 */
import type { NodeFacts } from "../classes/model.ts";
import { compareText } from "../base/hash.ts";
import type { Lease, Node } from "../kube/types.ts";
import { parseInterfaces } from "../multi-ip/interfaces.ts";
import { barOf, conditionOf, type Bar } from "../multi-ip/node-marks.ts";
import {
  INTERFACES_ANNOTATION,
  REJOINED_ANNOTATION,
  STOPPING_ANNOTATION,
} from "../multi-ip/presence.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";
import { leaveMarks, type LeaveReason } from "./leaving.ts";

/** For Leases that do not say how long they last. */
const LEASE_DURATION_SECONDS_DEFAULT = 15;

/** The Lease of one node's speaker, and when it was last seen to change: by our clock alone. */
export interface Presence {
  readonly lease: Lease;
  /** Milliseconds, monotonic, the epoch of `nowMs`. */
  readonly heardAtMs: number;
  /** It was there when we began to look, and has not changed since: its speaker may have ended long before. */
  readonly isUnheard?: true;
}

export interface ClusterNode extends NodeFacts {
  /** But for those of Pods; null: its speaker does not say. */
  readonly interfaces: ReadonlySet<string> | null;
  /** null where it is eligible. */
  readonly barred: Bar | null;
  /** What says that addresses should leave it, where their class goes by that. */
  readonly leaveMarks: readonly LeaveReason[];
  readonly ready: boolean;
  /** Its speaker answers still, and is about to stop: what it holds goes to others now. */
  readonly stopping: boolean;
  /** Ready, heard of and not stopping: may keep what it holds, even while it is not trusted with more. */
  readonly present: boolean;
  /** Lost since its speaker was last heard of: gone, as far as the other speakers can tell. */
  readonly lost: boolean;
  /** Changes when the speaker starts anew or joins the others again; null without a Lease. */
  readonly joinedAt: string | null;
  /** When its speaker started, by the node's own clock, in ms since 1970; 0 without a Lease. */
  readonly startedAtMs: number;
}

export interface NodeOptions {
  readonly nowMs: number;
  readonly settlingTimeMs: number;
  /** Nodes with `EXCLUDE_LABEL` are as good as others. */
  readonly ignoreExcludeLabel?: boolean;
}

/** @returns all nodes by name */
export function clusterNodes(
  seen: {
    readonly nodes: readonly Node[];
    readonly presences: readonly Presence[];
    readonly virtualIps: readonly VirtualIP[];
  },
  options: NodeOptions,
): ClusterNode[] {
  const presences = new Map(seen.presences.map((presence) => [nodeOf(presence), presence]));
  const losses = lossesOf(seen.virtualIps);
  return seen.nodes
    .map((node) => clusterNode(node, presences.get(node.metadata.name), losses, options))
    .sort((a, b) => compareText(a.name, b.name));
}

/** @returns when the first of the Leases will count as stale if it is not renewed, or null */
export function nextStaleAtMs(presences: readonly Presence[], nowMs: number): number | null {
  const times = presences.map(staleAtMs).filter((time) => time > nowMs);
  return times.length === 0 ? null : Math.min(...times);
}

export function isStale(presence: Presence, nowMs: number): boolean {
  return staleAtMs(presence) <= nowMs;
}

/**
 * Where the difference between two versions of a speaker's Lease is worth a new plan: a renewal as such is not,
 * for there is one per node every few seconds.
 */
export function isRejoin(before: Lease | undefined, after: Lease | undefined): boolean {
  const said = (lease: Lease | undefined) => lease?.metadata.annotations?.[INTERFACES_ANNOTATION];
  const isOther = joinOf(before) !== joinOf(after) || said(before) !== said(after);
  return isOther || isStopping(before) !== isStopping(after);
}

/** What a node is told by: where all of it is the same, the node is. */
interface Signs {
  readonly lease: Lease | undefined;
  readonly isHeardOf: boolean;
  readonly lostAtMs: number;
  readonly settlingTimeMs: number;
  readonly ignoreExcludeLabel: boolean;
}

const read = new WeakMap<Node, { readonly signs: Signs; readonly made: ClusterNode }>();

function clusterNode(
  node: Node,
  presence: Presence | undefined,
  losses: ReadonlyMap<string, number>,
  { nowMs, settlingTimeMs, ignoreExcludeLabel = false }: NodeOptions,
): ClusterNode {
  const signs: Signs = {
    lease: presence?.lease,
    isHeardOf: presence !== undefined && !isStale(presence, nowMs),
    lostAtMs: losses.get(node.metadata.name) ?? Number.NEGATIVE_INFINITY,
    ...{ settlingTimeMs, ignoreExcludeLabel },
  };
  const known = read.get(node);
  if (known !== undefined && isSameSigns(known.signs, signs)) return known.made;
  const made = readNode(node, signs);
  read.set(node, { signs, made });
  return made;
}

function isSameSigns(a: Signs, b: Signs): boolean {
  return (
    a.lease === b.lease &&
    a.isHeardOf === b.isHeardOf &&
    a.lostAtMs === b.lostAtMs &&
    a.settlingTimeMs === b.settlingTimeMs &&
    a.ignoreExcludeLabel === b.ignoreExcludeLabel
  );
}

function readNode(
  node: Node,
  { lease, isHeardOf, lostAtMs, settlingTimeMs, ignoreExcludeLabel }: Signs,
): ClusterNode {
  const { name } = node.metadata;
  const [ready, barred] = [isReady(node), barOf(node, ignoreExcludeLabel)];
  const stopping = isStopping(lease);
  const present = ready && isHeardOf && !stopping;
  const awayAtMs = Math.max(lostAtMs, rejoinedAtMs(lease));
  const renewedAtMs = Date.parse(lease?.spec?.renewTime ?? "") || 0;
  return {
    name,
    labels: node.metadata.labels ?? {},
    eligible: barred === null,
    interfaces: parseInterfaces(lease?.metadata.annotations?.[INTERFACES_ANNOTATION]),
    barred,
    leaveMarks: leaveMarks(node),
    ready,
    stopping: isHeardOf && stopping,
    present,
    lost: renewedAtMs <= lostAtMs,
    available: present && renewedAtMs >= awayAtMs + settlingTimeMs,
    joinedAt: joinOf(lease),
    startedAtMs: Date.parse(lease?.spec?.acquireTime ?? "") || 0,
  };
}

/** A node that says nothing of its readiness is taken as ready: its speaker is heard or it is not. */
function isReady(node: Node): boolean {
  const ready = conditionOf(node, "Ready");
  return ready === undefined || ready === "True";
}

export function nodeOf({ lease }: Presence): string {
  return lease.spec?.holderIdentity ?? "";
}

function staleAtMs({ lease, heardAtMs }: Presence): number {
  const seconds = lease.spec?.leaseDurationSeconds ?? LEASE_DURATION_SECONDS_DEFAULT;
  return heardAtMs + seconds * 1000;
}

function isStopping(lease: Lease | undefined): boolean {
  return lease?.metadata.annotations?.[STOPPING_ANNOTATION] !== undefined;
}

/** What a node says of itself: that it was away is in no VirtualIP where it held nothing. */
function rejoinedAtMs(lease: Lease | undefined): number {
  const rejoinedAt = lease?.metadata.annotations?.[REJOINED_ANNOTATION];
  return Date.parse(rejoinedAt ?? "") || Number.NEGATIVE_INFINITY;
}

function joinOf(lease: Lease | undefined): string | null {
  if (lease === undefined) return null;
  const { holderIdentity = "", acquireTime = "", leaseTransitions = 0 } = lease.spec ?? {};
  const rejoinedAt = lease.metadata.annotations?.[REJOINED_ANNOTATION] ?? "";
  return [holderIdentity, acquireTime, leaseTransitions, rejoinedAt].join(" ");
}

/**
 * When the other speakers last reported a node as lost: the reports are in the VirtualIPs that they took over.
 * These times and the Leases' are of different nodes' clocks; the settling time is far above their difference.
 */
function lossesOf(virtualIps: readonly VirtualIP[]): Map<string, number> {
  const losses = new Map<string, number>();
  for (const { status } of virtualIps) {
    const move = status?.lastMove;
    if (move?.reason !== "node-lost" || typeof move.from !== "string") continue;
    const atMs = Date.parse(move.at) || 0;
    losses.set(move.from, Math.max(atMs, losses.get(move.from) ?? 0));
  }
  return losses;
}
