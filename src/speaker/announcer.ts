/**
 * When to announce what was gained: gratuitous ARP and unsolicited advertisements, on a schedule. Pure.
 *
 * Read first: RFC 5227 section 2.3, RFC 4861 section 7.2.6. At once, and once more for a lost frame; then past
 * the second in which Linux takes no other MAC for an address that it has just learned (arp_tbl locktime).
 * A node that takes over hundreds of addresses paces itself: switches and neighbours drop bursts. Everything is
 * announced once, in its quick form, before anything is announced again. Where neighbours forget or were told
 * otherwise, what is held can be announced again and again, at long intervals.
 * A class, mutated in place: thousands of addresses come and go at once.
 * Neighbours: speaker.ts says what is gained and makes the frames.
 */
import type { Ip } from "../base/ip.ts";

/** After the gain. Those after the first second pass the locktime, and a switch that learns slowly. */
export const ANNOUNCEMENTS_MS: readonly number[] = [0, 100, 1100, 2200, 3300];
/** Together 1,000 frames a second, in small bursts. */
const BATCH_FRAMES_MAX = 10;
const BATCH_INTERVAL_MS = 10;
/** One more, behind the schedule, for those that repeat. */
const ROUNDS = ANNOUNCEMENTS_MS.length + 1;

export interface AnnouncerOptions {
  /** After the schedule, for as long as the address is held; 0: never. */
  readonly reannounceIntervalMs: number;
}

export interface Announcement {
  readonly ip: Ip;
  readonly linkIndex: number;
  /** 0 is the quick one: one frame. Later ones come in every form that some neighbour listens to. */
  readonly round: number;
}

interface Job {
  readonly announcement: Announcement;
  readonly dueMs: number;
  readonly gain: Gain;
}

/** What announcements belong to: those of an address that was lost, or gained anew, are stale. */
interface Gain {
  over: boolean;
}

interface Schedule {
  readonly ip: Ip;
  readonly linkIndex: number;
  readonly nowMs: number;
  readonly fromRound: number;
}

export class Announcer {
  /** Per round, in the order of their due times, for delays are the same for all; behind them those that repeat. */
  readonly #rounds: Job[][] = Array.from({ length: ROUNDS }, () => []);
  /** Where each round goes on: taking from the front of a long array would move the rest. */
  readonly #heads: number[] = Array.from({ length: ROUNDS }, () => 0);
  readonly #reannounceIntervalMs: number;
  readonly #gains = new Map<string, Gain>();
  #pausedUntilMs = -Infinity;

  constructor({ reannounceIntervalMs }: AnnouncerOptions = { reannounceIntervalMs: 0 }) {
    this.#reannounceIntervalMs = reannounceIntervalMs;
  }

  /** When `due` wants to be asked next; Infinity: never. */
  get dueMs(): number {
    let due = Infinity;
    for (let round = 0; round < this.#rounds.length; round++) {
      due = Math.min(due, this.#head(round)?.dueMs ?? Infinity);
    }
    return due === Infinity ? due : Math.max(due, this.#pausedUntilMs);
  }

  /** Begins the schedule for one address on one interface, anew where it runs already. */
  gained(ip: Ip, linkIndex: number, nowMs: number): void {
    this.#schedule({ ip, linkIndex, nowMs, fromRound: 0 });
  }

  #schedule({ ip, linkIndex, nowMs, fromRound }: Schedule): void {
    this.lost(ip, linkIndex);
    const gain: Gain = { over: false };
    this.#gains.set(key(ip, linkIndex), gain);
    for (const [round, delayMs] of ANNOUNCEMENTS_MS.entries()) {
      if (round < fromRound) continue;
      const announcement = { ip, linkIndex, round };
      this.#rounds[round]?.push({ announcement, dueMs: nowMs + delayMs, gain });
    }
  }

  /**
   * Announces once more what is held already, but for the quick round: what was gained meanwhile comes first. Of those
   * that heard another node announce it, some still believe that.
   */
  again(ip: Ip, linkIndex: number, nowMs: number): void {
    this.#schedule({ ip, linkIndex, nowMs, fromRound: 1 });
  }

  /** No announcement comes after this. */
  lost(ip: Ip, linkIndex: number): void {
    const gain = this.#gains.get(key(ip, linkIndex));
    if (gain === undefined) return;
    gain.over = true;
    this.#gains.delete(key(ip, linkIndex));
  }

  /** @returns what to announce now, a batch at most; ask again at `dueMs` */
  due(nowMs: number, framesOf: (announcement: Announcement) => number): readonly Announcement[] {
    if (nowMs < this.#pausedUntilMs) return [];
    const batch: Announcement[] = [];
    let frames = 0;
    for (let round = 0; round < this.#rounds.length; round++) {
      for (let job = this.#head(round); job !== undefined; job = this.#head(round)) {
        if (job.dueMs > nowMs) break;
        if (frames >= BATCH_FRAMES_MAX) return batch;
        this.#advance(round);
        frames += framesOf(job.announcement);
        batch.push(job.announcement);
        this.#repeat(job, nowMs);
        this.#pausedUntilMs = nowMs + BATCH_INTERVAL_MS * Math.max(1, frames / BATCH_FRAMES_MAX);
      }
    }
    return batch;
  }

  /** The last of its schedule is the first of those that repeat. */
  #repeat({ announcement, gain }: Job, nowMs: number): void {
    const isLast = announcement.round >= ROUNDS - 2;
    if (this.#reannounceIntervalMs === 0 || !isLast) return;
    const repeated = { ...announcement, round: ROUNDS - 1 };
    const dueMs = nowMs + this.#reannounceIntervalMs;
    this.#rounds[ROUNDS - 1]?.push({ announcement: repeated, dueMs, gain });
  }

  /** Skips what is stale. */
  #head(round: number): Job | undefined {
    for (;;) {
      const job = this.#rounds[round]?.[this.#heads[round] ?? 0];
      if (job === undefined || !job.gain.over) return job;
      this.#advance(round);
    }
  }

  #advance(round: number): void {
    const [jobs = [], head = 0] = [this.#rounds[round], this.#heads[round]];
    this.#heads[round] = head + 1;
    if (head + 1 < jobs.length && head < 1024) return;
    jobs.splice(0, head + 1);
    this.#heads[round] = 0;
  }
}

function key(ip: Ip, linkIndex: number): string {
  return `${ip}%${linkIndex}`;
}
