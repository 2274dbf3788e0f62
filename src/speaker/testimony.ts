/**
 * Whether this node's word on who holds an address is worth writing down. Pure.
 *
 * Both sides of a partition answer for every address (rule H5), and where both reach the API server both would report
 * themselves in turn, and the controller would follow each. So one side speaks, the one with more nodes, or of equal
 * ones the one with the smallest name. By heartbeats alone the lost may as well be dead. The API server can tell: whoever
 * renews a presence Lease lives. A side that would be the smaller one if all the lost lived keeps quiet until it has
 * seen how many of them do; the others speak at once, so that the word of a death is not late.
 * Neighbours: company.ts says who is lost; io/testimony.ts lists the Leases; io/status-writer.ts keeps quiet.
 */
import type { Step } from "../base/step.ts";
import { PRESENCE_RENEW_MS } from "../multi-ip/presence.ts";
import { NO_COMPANY, type Company } from "./company.ts";

/** Not renewed for so long: dead. Two renewals, and one look more. */
const NOT_RENEWED_MS = 2 * PRESENCE_RENEW_MS + 2000;
const LOOK_INTERVAL_MS = 2000;
/** Where a look will hardly change anything. */
const LOOK_INTERVAL_MS_MAX = 15_000;
/** The heartbeats of several nodes that are lost together end within one interval of each other, or two. */
const LOST_TOGETHER_MS = 200;
/** Longer than it takes to give up what others hold. */
const HEARD_AGAIN_MS = 500;

/** Renewal times by node, as written: compared for change only, never with a clock. */
export type Renewals = ReadonlyMap<string, string>;

/** What the Leases have told of a node that is lost. */
interface Sign {
  /** As it was seen first, or changed last. */
  readonly renewal: string;
  readonly atMs: number;
  /** "unknown": a Lease is there, and it was not looked at for long enough. */
  readonly is: "unknown" | "living" | "dead";
}

export interface Testimony {
  readonly node: string;
  /** False: what this node holds is not written into VirtualIPs. */
  readonly speaks: boolean;
  readonly company: Company;
  /** By node, of those that are lost and were looked for. */
  readonly signs: ReadonlyMap<string, Sign>;
  /** The moment in which a change of the company may go on is not over. */
  readonly gathers: boolean;
}

export type TestimonyEvent =
  | { readonly kind: "company"; readonly company: Company }
  | { readonly kind: "leases"; readonly renewals: Renewals; readonly nowMs: number }
  /** The API server did not answer: nothing is known of the others. */
  | { readonly kind: "unanswered" }
  | { readonly kind: "timer" };

export type TestimonyEffect =
  | { readonly kind: "keep-quiet" }
  | { readonly kind: "speak" }
  | { readonly kind: "list-leases" }
  /** Replaces the timer that was set before. */
  | { readonly kind: "set-timer"; readonly afterMs: number };

export function testimonyOf(node: string): Testimony {
  return { node, speaks: true, company: NO_COMPANY, signs: new Map(), gathers: false };
}

/** Moves by one event. @returns the next state, and effects in order */
export function stepTestimony(
  state: Testimony,
  event: TestimonyEvent,
): Step<Testimony, TestimonyEffect> {
  switch (event.kind) {
    case "company":
      return gather(state, event.company);
    case "timer":
      return judge({ ...state, gathers: false }, [{ kind: "list-leases" }]);
    case "unanswered": {
      // Who was dead is dead. What the others did meanwhile is not known: their time runs anew.
      const signs = new Map([...state.signs].filter(([, sign]) => sign.is === "dead"));
      const next = { ...state, signs };
      return state.gathers ? { state: next, effects: [] } : judge(next, lookAgain(next));
    }
    case "leases": {
      const next = { ...state, signs: signsOf(state, event) };
      return state.gathers ? { state: next, effects: [] } : judge(next, lookAgain(next));
    }
  }
}

/** Somebody was lost or is heard again, and others may be in a moment. */
function gather(before: Testimony, seen: Company): Step<Testimony, TestimonyEffect> {
  const company = withoutForgetting(seen, before.company);
  const signs = new Map([...before.signs].filter(([node]) => company.lost.includes(node)));
  const isLoss = company.lost.some((node) => !before.company.lost.includes(node));
  const state = { ...before, company, signs, gathers: true, speaks: before.speaks && !isLoss };
  const afterMs = isLoss ? LOST_TOGETHER_MS : HEARD_AGAIN_MS;
  const quiet = before.speaks && isLoss ? [{ kind: "keep-quiet" } as const] : [];
  return { state, effects: [...quiet, { kind: "set-timer", afterMs }] };
}

/** A plan that no longer names us beside a node does not bring it back: it is lost until it is heard, or dead. */
function withoutForgetting({ alive, lost }: Company, before: Company): Company {
  const known = new Set([...alive, ...lost]);
  return { alive, lost: [...lost, ...before.lost.filter((node) => !known.has(node))] };
}

/** @param next what to do to learn more, where there is more to learn */
function judge(
  before: Testimony,
  next: readonly TestimonyEffect[],
): Step<Testimony, TestimonyEffect> {
  const speaks = isTheLargerSide(before);
  const changed =
    speaks === before.speaks ? [] : [{ kind: speaks ? "speak" : "keep-quiet" } as const];
  return {
    state: { ...before, speaks },
    effects: [...changed, ...(isAllKnown(before) ? [] : next)],
  };
}

/** All the lost are dead, and too few to be the larger side if they came back on another. */
function isAllKnown({ company: { alive, lost }, signs }: Testimony): boolean {
  return lost.length <= alive.length && lost.every((node) => signs.get(node)?.is === "dead");
}

/** Who hears nobody says so only where it has seen how it stands: it may be the one that comes back. */
function isTheLargerSide({ node, company, signs }: Testimony): boolean {
  const others = company.lost.filter((lost) => signs.get(lost)?.is !== "dead");
  if (others.length === 0) return true;
  const ours = [node, ...company.alive];
  if (ours.length !== others.length) return ours.length > others.length;
  const isKnown = others.every((lost) => signs.get(lost)?.is === "living");
  const isFirst = ours.some((name) => others.every((other) => name < other));
  return isFirst && (isKnown || ours.length > 1);
}

function signsOf(
  { company, signs }: Testimony,
  { renewals, nowMs }: Extract<TestimonyEvent, { readonly kind: "leases" }>,
): Map<string, Sign> {
  return new Map(
    company.lost.map((node): [string, Sign] => {
      const renewal = renewals.get(node) ?? "";
      const before = signs.get(node);
      // Without a Lease there is no speaker: it was stopped, or never was.
      if (renewal === "") return [node, { renewal, atMs: nowMs, is: "dead" }];
      if (before === undefined) return [node, { renewal, atMs: nowMs, is: "unknown" }];
      if (before.renewal !== renewal) return [node, { renewal, atMs: nowMs, is: "living" }];
      return [node, nowMs - before.atMs >= NOT_RENEWED_MS ? { ...before, is: "dead" } : before];
    }),
  );
}

/** Often while we may have to begin to speak; else seldom, so as to know the dead when others are lost. */
function lookAgain(state: Testimony): TestimonyEffect[] {
  const isOpen = !isTheLargerSide(state);
  return [{ kind: "set-timer", afterMs: isOpen ? LOOK_INTERVAL_MS : LOOK_INTERVAL_MS_MAX }];
}
