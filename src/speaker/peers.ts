/**
 * One peer as its heartbeats describe it, and the arithmetic of fences. Pure.
 *
 * A fence is a generation of the plan and a turn: 256 × generation + turn. Of nodes fenced at the same
 * generation the one with the smaller turn served on while the other was away, and keeps what it has.
 * Neighbours: liveness.ts judges; wire/heartbeat.ts is the form on the wire.
 */
import type { Mac } from "../base/mac.ts";
import type { NodeView } from "../multi-ip/holder.ts";
import { UINT48_MAX, type Heartbeat, type Id, type LinkReport } from "./wire/heartbeat.ts";

/** A node that should be heard: not the same as one that is. */
export interface PeerAddress {
  readonly node: string;
  /** Where its heartbeats go; the first is used. */
  readonly addresses: readonly string[];
}

export interface Peer {
  readonly node: string;
  readonly id: Id;
  addresses: readonly string[];
  /** It shares no address with us now: its silence means nothing. */
  lingering: boolean;
  /** "unjudged": never heard, and not yet given up. "silent": not heard for the detection time. */
  state: "unjudged" | "heard" | "silent";
  /** Silent after this, unless heard before. */
  deadlineMs: number;
  /** It was known when we began to listen: where it is first heard later, it was we who were cut off. */
  readonly awaited: boolean;
  /** Silent to us, and heard by one whom we hear. */
  vouchedFor: boolean;
  /** Silent to us, and to so many others that it may be dead: all were told so. */
  suspected: boolean;
  dead: boolean;
  /** It has heard us since both of us began: before that, whom it has lost is who we were before. */
  heardUs: boolean;
  /** By its newest word. */
  hearsUs: boolean;
  /** It hears nobody, or has given us up: it may answer for what we hold. */
  doubtsUs: boolean;
  /** It has given us up. */
  lostUs: boolean;
  /** It said that it stops. */
  left: boolean;
  /** When it was given up last, it had said no such thing. */
  lost: boolean;
  /** What we hold against it from its death until it says that it knows; 0: nothing. */
  imposedFence: number;
  /** 0 before its first heartbeat. */
  incarnation: number;
  sequence: number;
  fence: number;
  planGeneration: number;
  /** Since when it has known a newer plan than we do, all the time; Infinity: it does not. */
  aheadSinceMs: number;
  inServiceSeconds: number;
  starting: boolean;
  /** It says that it cannot forward. */
  gated: boolean;
  yields: number;
  /** How often we hear it, and how long its silence may be: as it says. */
  intervalMs: number;
  detectionMs: number;
  heard: readonly Id[];
  links: readonly LinkReport[];
  /** Since when it has reported these. */
  linksSinceMs: number;
  macs: readonly Mac[];
}

const TURNS = 256;
/** Of a node that does not know yet what it may hold. */
export const FENCE_EVERYTHING = UINT48_MAX;
/** Generations beyond this share one fence: after a million plans a second for eight days. */
const GENERATION_MAX = Math.floor(UINT48_MAX / TURNS) - 1;

export function fenceAt(generation: number, turn = 0): number {
  return Math.min(generation, GENERATION_MAX) * TURNS + Math.min(turn, TURNS - 1);
}

export function fencedGeneration(fence: number): number {
  return Math.floor(fence / TURNS);
}

export function newPeer(
  known: Pick<Peer, "node" | "id" | "addresses" | "deadlineMs" | "awaited">,
): Peer {
  return {
    ...known,
    ...{ state: "unjudged", lingering: false },
    ...{
      vouchedFor: false,
      suspected: false,
      dead: false,
      heardUs: false,
      hearsUs: false,
      lostUs: false,
      doubtsUs: false,
      left: false,
      lost: false,
    },
    ...{ imposedFence: 0 },
    ...{ incarnation: 0, sequence: 0, fence: 0, planGeneration: 0, inServiceSeconds: 0 },
    aheadSinceMs: Infinity,
    ...{ starting: false, gated: false, yields: 0, intervalMs: 0, detectionMs: 0 },
    ...{ heard: [], links: [], linksSinceMs: -Infinity, macs: [] },
  };
}

/** Whoever has served this long stands before one that fences itself at the same generation. */
const SETTLED_SECONDS = 60;

/**
 * @param peers those that are not heard now do not count
 * @param generation the newest that we know
 * @returns our fence: behind everybody who has served for long, level with those who start or return with us
 */
export function fenceBehind(peers: Iterable<Peer>, generation: number): number {
  return behindAll(peers, generation, ({ inServiceSeconds, fence }) =>
    inServiceSeconds >= SETTLED_SECONDS ? fence : null,
  );
}

/** Whoever has had an interface for so long answered on it while others had not. */
const LINK_SETTLED_MS = 1000;

/**
 * @param peers those that are not heard now do not count
 * @returns the fence of an interface of ours that returns now: behind those that had it meanwhile, level with those whose
 *   own has just come back, as after a restart of the switch
 */
export function linkFenceBehind(
  peers: Iterable<Peer>,
  returned: { readonly link: Id; readonly generation: number; readonly nowMs: number },
): number {
  return behindAll(peers, returned.generation, ({ links, linksSinceMs, fence }) => {
    const report = links.find(({ link }) => link === returned.link);
    const had = report !== undefined && returned.nowMs - linksSinceMs >= LINK_SETTLED_MS;
    return had ? Math.max(fence, report.fence) : null;
  });
}

/** @param fenceOf the fence that counts of one that is heard and does not start; null: none, it is level with us */
function behindAll(
  peers: Iterable<Peer>,
  generation: number,
  fenceOf: (peer: Peer) => number | null,
): number {
  const heard = [...peers].filter((peer) => peer.state === "heard");
  const newest = Math.max(generation, ...heard.map((peer) => peer.planGeneration));
  let behind = fenceAt(newest);
  for (const peer of heard) {
    const fence = peer.starting ? null : fenceOf(peer);
    if (fence !== null) behind = Math.max(behind, turnBehind(fence, newest));
  }
  return behind;
}

/** @returns the fence at that generation right behind another, or the first where the other's is of an older one */
export function turnBehind(fence: number, generation: number): number {
  const first = fenceAt(generation);
  return fence < first ? first : Math.min(fence + 1, fenceAt(generation, TURNS - 1));
}

/**
 * @param reports the node's usable interfaces; undefined: not known yet, taken to be right
 * @param wanted of which any one will do
 */
export function viewFrom(
  node: { readonly alive: boolean; readonly fence: number; readonly gated: boolean },
  reports: readonly LinkReport[] | undefined,
  wanted: readonly Id[],
): NodeView {
  const { alive, fence, gated } = node;
  if (!alive || reports === undefined) return { alive, gated, fenceGeneration: fence / TURNS };
  let linkFence = Infinity;
  for (const report of reports) {
    if (wanted.includes(report.link)) linkFence = Math.min(linkFence, report.fence);
  }
  const fenceGeneration = Math.max(fence, linkFence) / TURNS;
  return { alive: linkFence < Infinity, gated, fenceGeneration };
}

/** Before its first word a peer is taken to have every interface: it is about to speak, or to be judged. */
export function viewOfPeer(peer: Peer, wanted: readonly Id[]): NodeView {
  const reports = peer.state === "unjudged" && peer.incarnation === 0 ? undefined : peer.links;
  const fence = Math.max(peer.fence, peer.imposedFence);
  return viewFrom({ alive: !peer.dead, fence, gated: peer.gated }, reports, wanted);
}

export function isExpired(peer: Peer, nowMs: number): boolean {
  return peer.state !== "silent" && peer.deadlineMs <= nowMs;
}

/** @returns when the first of those that are not silent is to be looked at; Infinity: never */
export function soonestDeadlineMs(peers: Iterable<Peer>): number {
  let soonestMs = Infinity;
  for (const { state, deadlineMs } of peers) {
    if (state !== "silent" && deadlineMs < soonestMs) soonestMs = deadlineMs;
  }
  return soonestMs;
}

export function verdictOn(peer: Peer): "lost" | "left" | "heard-again" | "vouched-for" {
  if (peer.dead) return peer.left ? "left" : "lost";
  return peer.vouchedFor ? "vouched-for" : "heard-again";
}

/** It is back from the dead, and says that it gave up what others took over. */
export function knowsItsFence({ state, fence, imposedFence }: Peer): boolean {
  if (state !== "heard" || imposedFence === 0) return false;
  return fencedGeneration(fence) >= fencedGeneration(imposedFence);
}

/**
 * Until it says that it knows, a node back from the dead may hold only plans newer than its return.
 * One that was never heard has lost nothing: it was late to learn that we are its peer. So has one that lingers.
 */
function imposedOn(peer: Peer, generation: number): number {
  if (peer.dead) return peer.incarnation === 0 || peer.lingering ? 0 : FENCE_EVERYTHING;
  return peer.imposedFence === 0 ? 0 : fenceAt(generation, Infinity);
}

/** Brings `dead` in line with whether it is silent and vouched for. @returns whether that is news */
export function noteDeath(peer: Peer, generation: number): boolean {
  const dead = peer.state === "silent" && !peer.vouchedFor;
  if (dead === peer.dead) return false;
  peer.dead = dead;
  peer.imposedFence = imposedOn(peer, generation);
  if (dead) peer.lost = !peer.left;
  return true;
}

/** What a heartbeat was, compared with what was known of its sender. */
export interface Listened {
  /** Something that decides who holds what is not as it was. */
  readonly differs: boolean;
  /** It knows a newer plan than before. */
  readonly informed: boolean;
  /** It gave up, since the heartbeat before, what another holds. */
  readonly yielded: boolean;
  /** It runs for longer than it was silent: the silence may as well have been ours. */
  readonly ourAbsence: boolean;
}

/**
 * Takes a heartbeat into the record.
 *
 * @param now `detectionMs` is ours: whichever is longer counts, so that a change of settings, which reaches one
 *   node after another, accuses nobody
 * @returns "replayed", and nothing is changed, unless it is newer than every heartbeat before
 */
export function listenTo(
  peer: Peer,
  heartbeat: Omit<Heartbeat, "keyId" | "hasNewerKey">,
  now: { readonly nowMs: number; readonly detectionMs: number },
): Listened | "replayed" {
  const { incarnation, sequence, leaving } = heartbeat;
  const restarted = incarnation > peer.incarnation;
  const isNewer = restarted || (incarnation === peer.incarnation && sequence > peer.sequence);
  if (!isNewer) return "replayed";
  const linksDiffer = !sameLinks(peer.links, heartbeat.links);
  const wasThere = peer.incarnation === 0 ? peer.awaited : !restarted;
  const wasHeard = peer.state === "heard";
  const listened: Listened = {
    differs:
      peer.fence !== heartbeat.fence ||
      peer.gated !== heartbeat.gated ||
      (leaving ? peer.state !== "silent" : peer.state === "unjudged" || peer.dead) ||
      linksDiffer,
    informed: heartbeat.planGeneration > peer.planGeneration,
    yielded: !restarted && heartbeat.yields !== peer.yields,
    ourAbsence: !wasHeard && wasThere && !heartbeat.starting,
  };
  peer.state = leaving ? "silent" : "heard";
  peer.left = leaving;
  peer.suspected = false;
  peer.deadlineMs = now.nowMs + Math.max(now.detectionMs, heartbeat.detectionMs);
  if (restarted && heartbeat.starting) peer.heardUs = false;
  peer.incarnation = incarnation;
  peer.sequence = sequence;
  peer.fence = heartbeat.fence;
  peer.planGeneration = heartbeat.planGeneration;
  peer.inServiceSeconds = heartbeat.inServiceSeconds;
  peer.starting = heartbeat.starting;
  peer.gated = heartbeat.gated;
  peer.yields = heartbeat.yields;
  peer.intervalMs = heartbeat.intervalMs;
  peer.detectionMs = heartbeat.detectionMs;
  peer.heard = heartbeat.heard;
  if (linksDiffer) peer.linksSinceMs = now.nowMs;
  peer.links = heartbeat.links;
  peer.macs = heartbeat.macs;
  return listened;
}

/** @param generation of our newest plan */
export function noteLead(peer: Peer, generation: number, nowMs: number): void {
  const isAhead = peer.planGeneration > generation;
  peer.aheadSinceMs = isAhead ? Math.min(peer.aheadSinceMs, nowMs) : Infinity;
}

/** What a peer makes of us, and what of it is news. */
export interface Regard {
  /** Whether it hears us is not as it was. */
  readonly informed: boolean;
  /** Whether it may have taken over what we hold is not as it was. */
  readonly doubted: boolean;
  /** It had given us up in this life of ours, and no longer does. */
  readonly takenBack: boolean;
}

/** Takes what a heartbeat says of us into the record of its sender. */
export function noteRegard(
  peer: Peer,
  { heard, lost, isolated }: Pick<Heartbeat, "heard" | "lost" | "isolated">,
  own: Id,
): Regard {
  const [hearsUs, losesUs] = [heard.includes(own), lost.includes(own)];
  const doubtsUs = isolated || losesUs;
  // Whom it never heard before it lost in a former life, and our start has told of that.
  const lostUs = losesUs && (peer.lostUs || peer.heardUs);
  const regard: Regard = {
    informed: hearsUs !== peer.hearsUs,
    doubted: doubtsUs !== peer.doubtsUs,
    takenBack: peer.lostUs && !lostUs,
  };
  peer.hearsUs = hearsUs;
  peer.heardUs ||= hearsUs;
  peer.lostUs = lostUs;
  peer.doubtsUs = doubtsUs;
  return regard;
}

/** After a long stall of ours: one of a peer's heartbeats may be lost. */
const NEXT_HEARTBEATS = 2.5;

/** When we should have run and did not. */
export interface Stall {
  readonly nowMs: number;
  readonly latenessMs: number;
  /** Ours; the peer's count where they are longer. */
  readonly intervalMs: number;
  readonly detectionMs: number;
}

/**
 * Puts off a peer's deadline by a stall of ours: who was stalled accuses nobody, and silence counts while we run.
 *
 * What was sent to us meanwhile lies in the socket, and is read before anybody is judged. Where the whole machine
 * stood still it does not, and the next heartbeats are waited for. So a death is known after the detection time of our
 * own running time, however often we are late.
 */
export function excuse(peer: Peer, stall: Stall): void {
  const { nowMs, latenessMs } = stall;
  const detectionMs = Math.max(stall.detectionMs, peer.detectionMs);
  const putOffMs = Math.min(peer.deadlineMs + latenessMs, nowMs + detectionMs);
  const patienceMs = NEXT_HEARTBEATS * Math.max(stall.intervalMs, peer.intervalMs);
  const wasLong = latenessMs >= detectionMs / 2;
  peer.deadlineMs = wasLong ? Math.max(putOffMs, nowMs + patienceMs) : putOffMs;
}

function sameLinks(a: readonly LinkReport[], b: readonly LinkReport[]): boolean {
  const isSame = ({ link, fence }: LinkReport, i: number) =>
    link === b[i]?.link && fence === b[i].fence;
  return a === b || (a.length === b.length && a.every(isSame));
}
