/**
 * The state machine of one connection to a peer, as a table: state × event → next state and what is done. Pure data.
 *
 * Read first: RFC 4271 section 8 (8.1: events, by number below; 8.2.2: the table in prose), RFC 6608, RFC 9384 (BFD), RFC 9687 (send hold).
 * Left out on purpose, all optional there: DelayOpen (events 12 and 20) and events 6 and 7: what damps a peer that oscillates is the
 * idle hold time, which every failure lengthens (`count`). Event 15 is the listener's: a stranger's connection never gets here.
 *
 * Where it deviates, in the way of all routers that it was tried with:
 * - A dial that fails leads from Connect to Active, not to Idle: Idle refuses a router that has just come back and dials.
 * - A NOTIFICATION is never answered by another one, also in OpenSent.
 * - Errors in a header or an OPEN are told as such in Established too, as section 6 has it, not as errors of the state machine.
 * Neighbours: session.ts has two of these for each peer, and performs the actions.
 */

export type FsmState = "idle" | "connect" | "active" | "open-sent" | "open-confirm" | "established";

export type FsmEvent =
  | "start" // 1, 3
  | "start-passive" // 4, 5
  | "stop" // 2
  | "automatic-stop" // 8
  | "retry-expires" // 9
  | "hold-expires" // 10
  | "keepalive-expires" // 11
  | "send-hold-expires" // 29, RFC 9687
  | "connected" // 16, 17
  | "disconnected" // 18
  | "open" // 19
  | "header-error" // 21
  | "open-error" // 22
  | "collision" // 23
  | "version-refused" // 24
  | "notified" // 25
  | "keepalive" // 26
  | "update" // 27
  | "update-error" // 28
  | "refresh"; // RFC 2918

export type FsmAction =
  /** Begins to dial, and gives it a time. */
  | "dial"
  /** When to dial again, if nobody has dialled us: the later, the more failures. */
  | "wait-to-retry"
  | "stop-retry"
  | "send-open"
  | "send-keepalive"
  /** Tells the peer why, in a NOTIFICATION. */
  | "notify"
  | "close"
  /** Four minutes in RFC 4271, for an OPEN that does not come. */
  | "hold-long"
  | "hold"
  | "pace-keepalives"
  /** One more failure in a row. */
  | "count"
  | "forget-failures"
  | "establish"
  /** Everything is told anew. */
  | "refresh";

export interface Cell {
  readonly next: FsmState;
  readonly actions: readonly FsmAction[];
}

type Row = Readonly<Record<FsmEvent, Cell>>;

const to = (next: FsmState, ...actions: FsmAction[]): Cell => ({ next, actions });

/** For each event that the state does not know by name. */
function row(known: Readonly<Partial<Record<FsmEvent, Cell>>>, otherwise: Cell): Row {
  return Object.fromEntries(
    FSM_EVENTS.map((event) => [event, known[event] ?? otherwise]),
  ) as unknown as Row;
}

export const FSM_EVENTS: readonly FsmEvent[] = [
  "start",
  "start-passive",
  "stop",
  "automatic-stop",
  "retry-expires",
  "hold-expires",
  "keepalive-expires",
  "send-hold-expires",
  "connected",
  "disconnected",
  "open",
  "header-error",
  "open-error",
  "collision",
  "version-refused",
  "notified",
  "keepalive",
  "update",
  "update-error",
  "refresh",
];

export const FSM_STATES: readonly FsmState[] = [
  "idle",
  "connect",
  "active",
  "open-sent",
  "open-confirm",
  "established",
];

const told = to("idle", "stop-retry", "notify", "close", "count");
const silent = to("idle", "stop-retry", "close", "count");
/** By a person's word: no failure, so nothing is counted. */
const stopped = to("idle", "stop-retry", "notify", "close", "forget-failures");

export const FSM: Readonly<Record<FsmState, Row>> = {
  idle: row({ start: to("connect", "dial"), "start-passive": to("active") }, to("idle")),

  connect: row(
    {
      start: to("connect"),
      "start-passive": to("connect"),
      stop: to("idle", "stop-retry", "close", "forget-failures"),
      "retry-expires": to("connect", "close", "count", "dial"),
      connected: to("open-sent", "stop-retry", "send-open", "hold-long"),
      disconnected: to("active", "close", "count", "wait-to-retry"),
    },
    silent,
  ),

  active: row(
    {
      start: to("active"),
      "start-passive": to("active"),
      stop: to("idle", "stop-retry", "close", "forget-failures"),
      "retry-expires": to("connect", "dial"),
      connected: to("open-sent", "stop-retry", "send-open", "hold-long"),
    },
    silent,
  ),

  "open-sent": row(
    {
      start: to("open-sent"),
      "start-passive": to("open-sent"),
      stop: stopped,
      disconnected: to("active", "close", "count", "wait-to-retry"),
      open: to("open-confirm", "stop-retry", "send-keepalive", "hold", "pace-keepalives"),
      "version-refused": silent,
      notified: silent,
    },
    told,
  ),

  "open-confirm": row(
    {
      start: to("open-confirm"),
      "start-passive": to("open-confirm"),
      stop: stopped,
      "keepalive-expires": to("open-confirm", "send-keepalive", "pace-keepalives"),
      disconnected: silent,
      keepalive: to("established", "hold", "establish"),
      "version-refused": silent,
      notified: silent,
    },
    told,
  ),

  established: row(
    {
      start: to("established"),
      "start-passive": to("established"),
      stop: stopped,
      "keepalive-expires": to("established", "send-keepalive", "pace-keepalives"),
      "send-hold-expires": silent,
      disconnected: silent,
      keepalive: to("established", "hold"),
      update: to("established", "hold"),
      refresh: to("established", "hold", "refresh"),
      "version-refused": silent,
      notified: silent,
    },
    told,
  ),
};

/** @returns whether something has come to an end that had begun */
export function isEnd(before: FsmState, next: FsmState, event: FsmEvent): boolean {
  if (before === "connect" && event === "retry-expires") return true;
  if (event === "stop" && (before === "connect" || before === "active")) return false;
  return (next === "idle" || next === "active") && before !== next && before !== "idle";
}
