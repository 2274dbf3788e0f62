/**
 * What `spreadlb bgp` shows: rows of tables, and a line for each session that needs somebody. Pure.
 */
import { compareText } from "../base/hash.ts";
import { withPort } from "../base/ip.ts";
import type { Prefix } from "../bgp/prefix.ts";
import { EXCLUDE_LABEL } from "../multi-ip/node-marks.ts";
import type { HeldReason, RouteView } from "./bgp-routes.ts";
import type { SessionView } from "./bgp-sessions.ts";
import { renderAge } from "./table.ts";

const NONE = "-";
const NAMES_SHOWN_MAX = 4;
/** An end that is as old as this is shown only where more is asked for. */
const END_SHOWN_MS = 3_600_000;

const HEAD = [
  ...["NODE", "PEER", "ROUTER", "AS", "STATE", "SINCE", "ANNOUNCED", "RECEIVED", "BFD"],
] as const;
const HEAD_WIDE = [...HEAD, "ROUTER ID", "HOLD", "NEGOTIATED"] as const;

interface Showing {
  readonly wide: boolean;
  readonly nowMs: number;
}

/** @returns rows for table.ts, the head first */
export function sessionRows(
  sessions: readonly SessionView[],
  { wide, nowMs }: Showing,
): readonly (readonly string[])[] {
  const rows = sessions.map((session) => {
    const { node, peer, theirAsn, state, since, announced, wanted, bfd, negotiated } = session;
    const cells = [
      ...[node, peer, routerOf(session), theirAsn === null ? "any" : String(theirAsn), state],
      since === null ? NONE : renderAge(since, nowMs),
      announced === wanted ? String(announced) : `${announced} of ${wanted}`,
      ...[String(session.receivedPrefixes), bfd ?? NONE],
    ];
    if (!wide) return cells;
    const { routerId = NONE, holdTimeSeconds } = negotiated ?? {};
    const hold = holdTimeSeconds === undefined ? NONE : `${holdTimeSeconds}s`;
    return [...cells, routerId, hold, negotiatedWords(negotiated).join(", ") || NONE];
  });
  return [[...(wide ? HEAD_WIDE : HEAD)], ...rows];
}

/** `10.0.0.254:179`, `[fe80::1]:179`, `eth0:179`. */
function routerOf({ address, port, vrf }: SessionView): string {
  return `${withPort(address, port)}${vrf === null ? "" : ` in ${vrf}`}`;
}

function negotiatedWords(negotiated: SessionView["negotiated"]): readonly string[] {
  if (negotiated === null) return [];
  const { gracefulRestartSeconds: seconds, restartOverNotification } = negotiated;
  const over = restartOverNotification ? ", over notifications" : "";
  return [
    ...negotiated.families,
    ...(negotiated.fourOctetAs ? ["4-octet AS"] : []),
    ...(negotiated.routeRefresh ? ["route refresh"] : []),
    ...(negotiated.extendedNextHop ? ["IPv6 next hops"] : []),
    ...(negotiated.extendedMessages ? ["extended messages"] : []),
    ...(seconds === undefined ? [] : [`graceful restart (${seconds}s${over})`]),
  ];
}

/** @returns a line for each session that is not as it should be: why, and what can be done */
export function troubleLines(
  sessions: readonly SessionView[],
  { wide, nowMs }: Showing,
): readonly string[] {
  return sessions.flatMap((session) => {
    const { node, peer, state, problem, heldBack, lastEnd } = session;
    const isUp = state === "Established";
    const isShown = !isUp || wide || (lastEnd !== null && agoMs(lastEnd.at, nowMs) < END_SHOWN_MS);
    const sentences = [
      ...(problem === null ? [] : [problem]),
      ...heldBack.map(({ family, reason }) => `no prefix of ${family} is told: ${WHY[reason]}`),
      ...(lastEnd !== null && isShown ? [endSentence(lastEnd, isUp, nowMs)] : []),
    ];
    if (sentences.length === 0 && !isUp) sentences.push("nothing has come of it yet");
    return sentences.map((sentence) => `${node} ${peer}: ${withStop(sentence)}\n`);
  });
}

function endSentence(
  { at, by, reason, remedy }: NonNullable<SessionView["lastEnd"]>,
  isUp: boolean,
  nowMs: number,
): string {
  const when = isUp ? `it ended ${renderAge(at, nowMs)} ago` : `since ${renderAge(at, nowMs)}`;
  const whose = by === "network" ? "" : ` (by ${by === "us" ? "this node" : "the router"})`;
  const words = `${when}${whose}: ${reason}`;
  return remedy === undefined ? words : `${words}. ${remedy}`;
}

function agoMs(at: string, nowMs: number): number {
  return nowMs - Date.parse(at);
}

function withStop(sentence: string): string {
  return sentence.endsWith(".") ? sentence : `${sentence}.`;
}

/** Why nothing is announced, and the way out. */
export const WHY: Readonly<Record<HeldReason, string>> = {
  excluded: `the node bears the label ${EXCLUDE_LABEL}; take it away`,
  "network-unavailable":
    "the node has the condition NetworkUnavailable; see what the CNI says of it",
  "being-deleted": "the node is being deleted",
  gated: "the gate is closed: kube-proxy does not work on the node; see its health endpoint",
  unknown: "the speaker has not read its Node object yet",
  "no-endpoint": "no Service of it has an endpoint that serves; see its pods and their readiness",
  "no-endpoint-here":
    "no endpoint on this node, and the Service's externalTrafficPolicy is Local; start a pod here, or set Cluster",
  "not-selected": "no advertisement of it selects the node; see their nodeSelectors",
  "no-peer": "the node speaks to no router; see the nodeSelectors of the peers",
  "no-advertisement":
    "no advertisement by BGP is for it; make a BGPAdvertisement that selects its pool and its Service",
  "other-peers": "its advertisements are for other peers; see the peers that they name",
  "other-family":
    "the peer's sessions are for the other family alone; dualStackAddressFamily on the peer changes that",
  "session-down": "the session is down",
  "session-held": "the session is not tried",
  "session-unknown": "how the session is nobody says",
  "family-not-agreed":
    "the router does not take the family in this session; activate it there for this node",
  "no-next-hop":
    "the node has no address of the family on the interface of the session; give it one",
};

/** @returns the reason with what the session says */
export function whyHeld({ reason, detail }: Pick<RouteView, "reason" | "detail">): string {
  if (reason === null) return "";
  return detail === null ? WHY[reason] : `${WHY[reason]}: ${detail}`;
}

/** By place: as many as a rank names. */
const PLACES = ["first", "second", "third", "fourth", "fifth"] as const;

/** What the router is to make of it beside what other nodes announce. */
function choiceOf({ isLastChoice, place }: RouteView): string {
  if (isLastChoice) return ", as the last choice: the node is drained";
  if (place === null) return "";
  return place in PLACES ? `, as the ${PLACES[place] ?? ""} choice` : ", behind the chosen nodes";
}

/** @returns one row for each prefix on each node to each peer, the head first */
export function routeRows(routes: readonly RouteView[]): readonly (readonly string[])[] {
  const rows = routes.map((route) => {
    const { prefix, node, peer, state, advertisements } = route;
    const by = `by ${advertisements.join(", ")}`;
    const why = state === "announced" ? by + choiceOf(route) : whyHeld(route);
    return [prefix, node ?? "all", peer ?? "all", state, why];
  });
  return [["PREFIX", "NODE", "PEER", "STATE", "WHY"], ...rows];
}

/** @returns one row for each prefix, the head first: who announces it to whom, and why not all do */
export function prefixRows(routes: readonly RouteView[]): readonly (readonly string[])[] {
  const byPrefix = new Map<Prefix, RouteView[]>();
  for (const route of routes) {
    const before = byPrefix.get(route.prefix);
    if (before === undefined) byPrefix.set(route.prefix, [route]);
    else before.push(route);
  }
  const rows = [...byPrefix].map(([prefix, all]) => {
    const announced = all.filter(({ state }) => state === "announced");
    const services = all.flatMap((route) => route.services);
    return [
      ...[prefix, shown(services), shown(announced.flatMap(({ node }) => node ?? []))],
      shown(announced.flatMap(({ peer }) => peer ?? [])),
      heldCell(all.filter(({ state }) => state === "held")),
    ];
  });
  return [["PREFIX", "SERVICE", "NODES", "PEERS", "HELD BACK"], ...rows];
}

/** As it should be, and no news in a row for all. */
const BY_DESIGN: ReadonlySet<HeldReason | null> = new Set(["other-peers", "other-family"] as const);

/** `gated (n3), session-down (n4)`: by word, for the sentences are long. */
function heldCell(all: readonly RouteView[]): string {
  const held = all.filter(({ reason }) => !BY_DESIGN.has(reason));
  const words = [...new Set(held.map(({ reason }) => reason ?? ""))].sort(compareText);
  const parts = words.map((word) => {
    const nodes = held.filter(({ reason }) => reason === word).map(({ node }) => node ?? "all");
    return `${word} (${shown(nodes)})`;
  });
  return parts.join(", ") || NONE;
}

function shown(names: readonly string[]): string {
  const all = [...new Set(names)];
  const rest = all.length - NAMES_SHOWN_MAX;
  const list = all.slice(0, NAMES_SHOWN_MAX).join(",");
  return rest > 0 ? `${list},+${rest}` : list || NONE;
}
