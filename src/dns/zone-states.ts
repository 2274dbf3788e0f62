/**
 * How each zone of a publisher does: whether its round is under way, when the next may begin, what is wrong with it and until when it is
 * left alone. Pure: told the time.
 *
 * Of one zone nothing is concluded for another: their servers may be different ones. What a server says no to may be one name alone: the zone is left alone
 * once it has said no to a second one.
 * A class, mutated in place.
 * Neighbour: book.ts asks before each job, and tells what came of it.
 */
import { compareText, stableHash } from "../base/hash.ts";
import { backoffMs } from "../kube/backoff.ts";
import { REFUSALS, type DnsFailure } from "./failures.ts";
import type { DnsName } from "./name.ts";

export interface ZoneTrouble {
  readonly zone: DnsName;
  readonly failure: DnsFailure;
  readonly failures: number;
}

interface Trouble extends ZoneTrouble {
  readonly notBeforeMs: number;
  /** Whose update it did not take: that it can be read says nothing of that. */
  readonly updateOf: DnsName | null;
  /** What it has said no to since it last obeyed. */
  readonly refused: ReadonlySet<DnsName>;
}

export interface Asked {
  readonly zone: DnsName;
  readonly name: DnsName;
  readonly isUpdate: boolean;
}

const BACKOFF = { baseMs: 1000, maxMs: 60_000 } as const;
/** In the back-off of a zone that answers, if only no: another name may fare better. Up to 8 s. */
const REFUSALS_COUNTED_MAX = 4;
const NEVER = Number.NEGATIVE_INFINITY;

export class ZoneStates {
  readonly #updateIntervalMs: number;
  readonly #underWay = new Set<DnsName>();
  readonly #nextMs = new Map<DnsName, number>();
  readonly #troubles = new Map<DnsName, Trouble>();

  constructor(updateIntervalMs: number) {
    this.#updateIntervalMs = updateIntervalMs;
  }

  begin(zone: DnsName, nowMs: number): void {
    this.#underWay.add(zone);
    this.#nextMs.set(zone, nowMs + this.#updateIntervalMs);
  }

  end(zone: DnsName): void {
    this.#underWay.delete(zone);
  }

  /** Whether a round of it may begin: it may have nothing to do. */
  mayBegin(zone: DnsName, nowMs: number): boolean {
    return !this.#underWay.has(zone) && nowMs >= (this.#nextMs.get(zone) ?? NEVER);
  }

  /** @returns when the zones may begin that have had a round not long ago; those under way tell when they end */
  pausesMs(nowMs: number): readonly number[] {
    return [...this.#nextMs].flatMap(([zone, atMs]) =>
      atMs > nowMs && !this.#underWay.has(zone) ? [atMs] : [],
    );
  }

  /** Until then it is left alone. */
  notBeforeMs(zone: DnsName): number {
    return this.#troubles.get(zone)?.notBeforeMs ?? NEVER;
  }

  failed({ zone, name, isUpdate }: Asked, failure: DnsFailure, nowMs: number): void {
    const known = this.#troubles.get(zone);
    if (known !== undefined && nowMs < known.notBeforeMs) return; // Asked together with the one that found it out.
    const failures = (known?.failures ?? 0) + 1;
    const isRefusal = REFUSALS.has(failure.kind);
    const refused = new Set(known?.refused).add(name);
    const isAlone = isRefusal && refused.size === 1;
    const counted = isRefusal ? Math.min(failures, REFUSALS_COUNTED_MAX) : failures;
    this.#troubles.set(zone, {
      ...{ zone, failures, refused },
      failure: isAlone ? { ...failure, message: `${failure.message}, asked for ${name}` } : failure,
      notBeforeMs: isAlone ? NEVER : nowMs + waitMs(zone, counted),
      updateOf: isUpdate ? name : (known?.updateOf ?? null),
    });
  }

  updateOf(zone: DnsName): DnsName | null {
    return this.#troubles.get(zone)?.updateOf ?? null;
  }

  /** @returns what it has said no to before: that was their own fault, or is over */
  isWell(zone: DnsName): readonly DnsName[] {
    const { refused = [] } = this.#troubles.get(zone) ?? {};
    this.#troubles.delete(zone);
    return [...refused];
  }

  /** What failed is asked again at once. */
  tryAgain(): void {
    this.#troubles.clear();
  }

  get troubles(): readonly ZoneTrouble[] {
    return [...this.#troubles.values()]
      .map(({ zone, failure, failures }) => ({ zone, failure, failures }))
      .sort((a, b) => compareText(a.zone, b.zone));
  }
}

/** @param who zones, or names, that fail together are not asked again together */
export function waitMs(who: string, failures: number): number {
  return backoffMs(failures, stableHash(`${who} ${failures}`) / 2 ** 32, BACKOFF);
}
