/**
 * What is wrong with addresses on the wire, as conditions of their VirtualIPs and as Events. Pure: told the time.
 *
 * Every speaker that sees a stranger may write `Conflict`, every one that verifies may write `Verified`; each type of
 * condition is applied by a field manager of its own, so that neither touches what the holder says. What stands in the
 * object is what all of them share: who sees the stranger still, writes again when it was written some time ago; where
 * nobody has for a minute, the node that should answer takes it back.
 * A class, mutated in place, see liveness.ts.
 * Neighbours: guard.ts and verifier.ts find; io/findings-writer.ts writes.
 */
import { isoSeconds, setCondition, type Condition, type ConditionWish } from "../kube/patches.ts";
import type { VirtualIP } from "../multi-ip/resource.ts";
import type { Sighting } from "./guard.ts";
import type { Verification } from "./verifier.ts";

/** Not seen for so long: it is over. */
export const NOT_SEEN_MS = 60_000;
/** Seen still: said again after this, thrice before it would be over. */
export const SAY_AGAIN_MS = 20_000;

export interface FindingEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

/** One condition to apply, and what to tell people once that is done. */
export interface FindingWrite {
  readonly condition: Condition;
  readonly event: FindingEvent | null;
}

type Seen = Pick<Sighting, "mac" | "node"> & {
  readonly interface: string | null;
  readonly use: Sighting["use"] | "asked";
  readonly atMs: number;
};

interface Fact {
  seen: Seen | null;
  verified: (Verification & { readonly atMs: number }) | null;
  /** It answered no probe: there is nothing to wait for. */
  gone: boolean;
}

export class Findings {
  readonly #node: string;
  /** By object name. */
  readonly #facts = new Map<string, Fact>();
  /** Objects whose Conflict is True, and since when it says what it says, by our clock. */
  readonly #shown = new Map<string, { readonly message: string; readonly sinceMs: number }>();

  constructor(node: string) {
    this.#node = node;
  }

  sighted(name: string, { mac, node, interface: where, use }: Sighting, atMs: number): void {
    const fact = this.#factOf(name);
    fact.seen = { mac, node, interface: where, use, atMs };
    fact.gone = false;
  }

  verified(name: string, verification: Verification, atMs: number): void {
    const { others, expected } = verification;
    const other = others.find(({ node }) => node === null) ?? others[0];
    const hasOthers = isNotAlone(verification) && other !== undefined;
    // That nobody else answers in our place does not show that we do.
    if (!hasOthers && expected === this.#node) return;
    const fact = this.#factOf(name);
    fact.verified = { ...verification, atMs };
    if (!hasOthers) return;
    fact.seen = { ...other, interface: null, use: "asked", atMs };
    fact.gone = false;
  }

  /** First used, after nobody answered. */
  foundFree(name: string): void {
    if (!this.#shown.has(name) && !this.#facts.has(name)) return;
    const fact = this.#factOf(name);
    fact.seen = null;
    fact.gone = true;
  }

  /** The watch has brought the object, or says that it is no more. */
  look(name: string, object: VirtualIP | undefined, nowMs: number): void {
    const shown = conditionOf(object, "Conflict");
    if (object === undefined) this.#facts.delete(name);
    if (shown?.status !== "True") this.#shown.delete(name);
    else if (this.#shown.get(name)?.message !== shown.message) {
      this.#shown.set(name, { message: shown.message, sinceMs: nowMs });
    }
  }

  /** @returns the names of the objects that something is to be written to now */
  due(nowMs: number, objectOf: (name: string) => VirtualIP | undefined): readonly string[] {
    const names = new Set([...this.#facts.keys(), ...this.#shown.keys()]);
    return [...names].filter((name) => {
      const object = objectOf(name);
      if (object !== undefined && this.writes(object, nowMs).length > 0) return true;
      this.#forget(name, nowMs);
      return false;
    });
  }

  /** @returns what to apply to the object as it is */
  writes(object: VirtualIP, nowMs: number): readonly FindingWrite[] {
    const { name } = object.metadata;
    const fact = this.#facts.get(name);
    const both = [this.#conflict(object, fact, nowMs), verifiedWish(object, fact, this.#node)];
    return both.flatMap((wish) => (wish === null ? [] : [writeOf(object, wish, nowMs)]));
  }

  #conflict(object: VirtualIP, fact: Fact | undefined, nowMs: number): ConditionWish | null {
    const { name } = object.metadata;
    const isTrue = conditionOf(object, "Conflict")?.status === "True";
    const shownMs = this.#shown.get(name)?.sinceMs ?? nowMs;
    const seen = fact?.seen ?? null;
    if (seen !== null && nowMs - seen.atMs < NOT_SEEN_MS) {
      const isNews = seen.atMs > shownMs && nowMs - shownMs >= SAY_AGAIN_MS;
      return isTrue && !isNews ? null : conflictWish(seen, this.#node);
    }
    const isOver = fact?.gone === true || nowMs - shownMs >= NOT_SEEN_MS;
    if (!isTrue || !isOver || !this.#isForUs(object, fact)) return null;
    const message = "Nobody but our nodes was seen to answer for it any more";
    return { type: "Conflict", status: "False", reason: "NotSeen", message };
  }

  /** The node that should answer takes back what nobody sees any more; and whoever saw it last. */
  #isForUs({ spec, status }: VirtualIP, fact: Fact | undefined): boolean {
    const seenHere = fact !== undefined && (fact.seen !== null || fact.gone);
    return seenHere || (status?.holder ?? spec.rank[0]) === this.#node;
  }

  #factOf(name: string): Fact {
    let fact = this.#facts.get(name);
    if (fact === undefined) {
      fact = { seen: null, verified: null, gone: false };
      this.#facts.set(name, fact);
    }
    return fact;
  }

  /** Nothing is left to be written of it. */
  #forget(name: string, nowMs: number): void {
    const fact = this.#facts.get(name);
    if (fact === undefined) return;
    fact.verified = null;
    const over = fact.seen === null || nowMs - fact.seen.atMs >= NOT_SEEN_MS;
    if (over && !this.#shown.has(name)) this.#facts.delete(name);
  }
}

function conflictWish({ mac, node, interface: where, use, atMs }: Seen, self: string) {
  const who = node === null ? `${mac}, the MAC of none of our nodes,` : `Node ${node} (${mac})`;
  const place = where === null ? "" : ` on ${where}`;
  const answers = {
    held: `answers for it beside node ${self}`,
    wanted: `has it, so node ${self} does not begin to answer`,
    asked: `answers for it, as node ${self} finds`,
  }[use];
  const message = `${who} ${answers}${place}${LAST_SEEN}${isoSeconds(atMs)}`;
  const reason = node === null ? "Stranger" : "TwoNodes";
  return { type: "Conflict", status: "True", reason, message } as const;
}

const LAST_SEEN = "; last seen at ";

/** Silent and wrong nodes; null where the object says so already. */
function verifiedWish(
  object: VirtualIP,
  fact: Fact | undefined,
  self: string,
): ConditionWish | null {
  const verification = fact?.verified ?? null;
  if (verification === null) return null;
  const wish = verifiedCondition(verification, self);
  const shown = conditionOf(object, "Verified");
  return shown?.status === wish.status && shown.reason === wish.reason ? null : wish;
}

function isNotAlone({ result }: Verification): boolean {
  return result === "stranger" || result === "several";
}

/** Of which the condition `Conflict` says more, and its Event. */
const NOT_ALONE = "NotAlone";

function verifiedCondition(verification: Verification, self: string) {
  const { result, expected, others } = verification;
  const type = "Verified";
  if (isNotAlone(verification)) {
    const message = `Others than node ${expected} answer for it, as node ${self} finds`;
    return { type, status: "False", reason: NOT_ALONE, message } as const;
  }
  if (result === "ok") {
    const message = "Its holder answers for it on the wire, and nobody else";
    return { type, status: "True", reason: "Answered", message } as const;
  }
  if (result === "wrong-node") {
    const who = others[0]?.node ?? "another node";
    const message = `Node ${who} answers for it in place of node ${expected}, as node ${self} finds`;
    return { type, status: "False", reason: "WrongNode", message } as const;
  }
  const message = `Node ${expected} does not answer for it, as node ${self} finds`;
  return { type, status: "False", reason: "Silent", message } as const;
}

function writeOf(object: VirtualIP, wish: ConditionWish, nowMs: number): FindingWrite {
  const before = conditionOf(object, wish.type);
  const all = setCondition(before === undefined ? [] : [before], wish, isoSeconds(nowMs));
  const condition = all.find(({ type }) => type === wish.type);
  if (condition === undefined) throw new Error(`no condition ${wish.type} was set`);
  return { condition, event: eventOf(before, condition) };
}

/** Only of what is new: that it goes on is no Event. */
function eventOf(before: Condition | undefined, after: Condition): FindingEvent | null {
  const bad = after.type === "Conflict" ? "True" : "False";
  const wasBad = before?.status === bad;
  if (after.status === bad) {
    if (after.reason === NOT_ALONE) return null;
    const isSame = wasBad && withoutTime(before.message) === withoutTime(after.message);
    const reason = after.type === "Conflict" ? "AddressConflict" : `Address${after.reason}`;
    return isSame ? null : { type: "Warning", reason, message: after.message };
  }
  if (!wasBad) return null;
  const reason = after.type === "Conflict" ? "ConflictOver" : "AddressVerified";
  return { type: "Normal", reason, message: after.message };
}

function withoutTime(message: string): string {
  return message.split(LAST_SEEN)[0] ?? message;
}

function conditionOf(object: VirtualIP | undefined, type: string): Condition | undefined {
  return object?.status?.conditions?.find((condition) => condition.type === type);
}
