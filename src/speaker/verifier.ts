/**
 * Asks on the wire, one address at a time: does exactly one right MAC answer? Pure.
 *
 * Of the living nodes of an address's rank one is chosen for each round, so that all of them together ask for it about
 * once in a round, and every node sees it in turn. For an address of its own a node asks whether anybody else answers.
 * An odd result is asked for twice more before it is believed: frames are lost, and addresses move. What is believed to
 * be wrong is looked at again soon.
 * A class, mutated in place, see liveness.ts.
 * Neighbours: guard.ts asks and hears; findings.ts makes conditions of the results.
 */
import { stableHash } from "../base/hash.ts";
import type { Ip } from "../base/ip.ts";
import type { Mac } from "../base/mac.ts";

export const VERIFICATION_RESULTS = ["ok", "silent", "wrong-node", "stranger", "several"] as const;
export type VerificationResult = (typeof VERIFICATION_RESULTS)[number];

/** For answers. */
export const ANSWER_MS = 300;
/** In a row, before an odd result is believed. */
export const TRIES = 3;
/** What was found wrong is asked for again after this. */
export const SUSPECT_INTERVAL_MS = 10_000;

export interface Verification {
  readonly ip: Ip;
  readonly result: VerificationResult;
  /** The node that should answer. */
  readonly expected: string;
  /** Who else answered, or in its place: its MAC, and its node where it is one of ours. */
  readonly others: readonly Answerer[];
}

export interface Answerer {
  readonly mac: Mac;
  readonly node: string | null;
}

/** What the verifier asks of the speaker around it. */
export interface VerifierWorld {
  readonly node: string;
  /** Every address of the plan. */
  readonly addresses: () => Iterable<Ip>;
  /** Who should answer, as all see it; null: nobody, or it is moving, or we cannot tell its MACs. */
  readonly expectedOf: (ip: Ip) => string | null;
  /** The living nodes of its rank, alike on every node. */
  readonly verifiersOf: (ip: Ip) => readonly string[];
  readonly nodeOf: (mac: Mac) => string | null;
}

export type VerifierEffect =
  | { readonly kind: "ask"; readonly ip: Ip }
  | { readonly kind: "verified"; readonly verification: Verification };

const NOTHING: readonly VerifierEffect[] = [];

interface Question {
  readonly ip: Ip;
  readonly expected: string;
  readonly tries: number;
  readonly endsMs: number;
  readonly answers: Set<Mac>;
}

export class Verifier {
  readonly #intervalMs: number;
  readonly #world: VerifierWorld;
  #nextMs = Infinity;
  #round = 0;
  /** What is left of this round. */
  #queue: Ip[] = [];
  #question: Question | null = null;
  readonly #suspects = new Map<Ip, number>();

  /** @param intervalMs between two questions; 0: none is asked */
  constructor(intervalMs: number, world: VerifierWorld) {
    this.#intervalMs = intervalMs;
    this.#world = world;
  }

  get dueMs(): number {
    return this.#question?.endsMs ?? this.#nextMs;
  }

  /** Whether what is heard of this address is an answer. */
  isAsking(ip: Ip): boolean {
    return this.#question?.ip === ip;
  }

  get asking(): boolean {
    return this.#question !== null;
  }

  answered(ip: Ip, mac: Mac): void {
    if (this.#question?.ip === ip) this.#question.answers.add(mac);
  }

  /** Begins; nodes that begin together ask at different times. */
  start(nowMs: number): void {
    if (this.#intervalMs === 0 || this.#nextMs !== Infinity) return;
    this.#nextMs = nowMs + (stableHash(this.#world.node) % this.#intervalMs);
  }

  /** What it asks for is in doubt: a move, a loss. No answer counts. */
  stop(): void {
    this.#nextMs = Infinity;
    this.#question = null;
  }

  due(nowMs: number): readonly VerifierEffect[] {
    if (nowMs < Math.min(this.#question?.endsMs ?? Infinity, this.#nextMs)) return NOTHING;
    const effects: VerifierEffect[] = [];
    if (this.#question !== null && this.#question.endsMs <= nowMs) {
      effects.push(...this.#judge(this.#question, nowMs));
    }
    if (this.#question !== null || this.#nextMs > nowMs) return effects;
    this.#nextMs = Math.max(this.#nextMs + this.#intervalMs, nowMs);
    const ip = this.#pick(nowMs);
    const expected = ip === undefined ? null : this.#world.expectedOf(ip);
    if (ip !== undefined && expected !== null) effects.push(this.#ask(ip, expected, 1, nowMs));
    return effects;
  }

  #ask(ip: Ip, expected: string, tries: number, nowMs: number): VerifierEffect {
    this.#question = { ip, expected, tries, endsMs: nowMs + ANSWER_MS, answers: new Set() };
    return { kind: "ask", ip };
  }

  #judge(question: Question, nowMs: number): VerifierEffect[] {
    const { ip, expected, tries } = question;
    this.#question = null;
    this.#suspects.delete(ip);
    if (this.#world.expectedOf(ip) !== expected) return []; // It moved meanwhile.
    const verification = this.#verdict(question);
    if (verification.result !== "ok") {
      if (tries < TRIES) return [this.#ask(ip, expected, tries + 1, nowMs)];
      this.#suspects.set(ip, nowMs + SUSPECT_INTERVAL_MS);
    }
    return [{ kind: "verified", verification }];
  }

  #verdict({ ip, expected, answers }: Question): Verification {
    const { node: self, nodeOf } = this.#world;
    const all = [...answers].map((mac) => ({ mac, node: nodeOf(mac) }));
    const others = all.filter(({ node }) => node !== expected && node !== self);
    // Our own answers we do not hear; nobody else's is what is right then.
    const right = expected === self || all.some(({ node }) => node === expected);
    const result = resultOf(right, others);
    return { ip, result, expected, others };
  }

  /** A suspect whose time has come, else the next of the round that it is for us to verify. */
  #pick(nowMs: number): Ip | undefined {
    for (const [ip, atMs] of this.#suspects) {
      if (atMs > nowMs) continue;
      this.#suspects.delete(ip);
      if (this.#world.expectedOf(ip) !== null) return ip;
    }
    if (this.#queue.length === 0) {
      this.#round++;
      this.#queue = [...this.#world.addresses()].reverse();
    }
    for (let ip = this.#queue.pop(); ip !== undefined; ip = this.#queue.pop()) {
      if (this.#isOurs(ip) && this.#world.expectedOf(ip) !== null) return ip;
    }
    return undefined;
  }

  #isOurs(ip: Ip): boolean {
    const verifiers = this.#world.verifiersOf(ip);
    const chosen = verifiers[stableHash(`${ip} ${this.#round}`) % Math.max(1, verifiers.length)];
    return chosen === this.#world.node;
  }
}

function resultOf(right: boolean, others: readonly Answerer[]): VerificationResult {
  if (others.length === 0) return right ? "ok" : "silent";
  if (right || others.length > 1) return "several";
  return others[0]?.node === null ? "stranger" : "wrong-node";
}
