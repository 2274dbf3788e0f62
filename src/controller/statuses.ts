/**
 * The statuses of all Services, kept up to date: those are planned that the news touches, and those that are not written yet.
 * Pure in what it says: what is right stays right until something of it changes.
 *
 * Neighbours: service-status.ts plans one; desk.ts has the news; quiet.ts passes over the most when nodes change.
 */
import type { Problem } from "../base/errors.ts";
import type { Allocation } from "../classes/allocation.ts";
import type { Decided } from "./desk.ts";
import { Quiet } from "./quiet.ts";
import type { Role } from "./roles.ts";
import {
  planReleasedStatus,
  planServedStatus,
  planUnservedStatus,
  type StatusInput,
  type StatusPlan,
} from "./service-status.ts";
import type { World } from "./world.ts";
import type { Write } from "./writes.ts";

export interface StatusTimes {
  readonly nowMs: number;
  /** How long a status waits for claims that are being made. */
  readonly waitTimeMs: number;
  /** By Service: since when it waits. */
  readonly waiting: ReadonlyMap<string, number>;
}

export interface StatusPlans {
  readonly writes: readonly Write[];
  readonly waiting: ReadonlyMap<string, number>;
  readonly problems: readonly Problem[];
  /** Services that have all that they want, and those that have not. */
  readonly ready: number;
  readonly unready: number;
}

type Input = Omit<StatusInput, "service">;

export class Statuses {
  readonly #ready = new Set<string>();
  readonly #unready = new Set<string>();
  readonly #problems = new Map<string, readonly Problem[]>();
  /** Those that something is to be written of. */
  #open: ReadonlySet<string> = new Set();
  #classes: World["classes"] | null = null;
  readonly #quiet = new Quiet();

  plan(input: Input, { roles, allocations, news }: Decided, times: StatusTimes): StatusPlans {
    const isOtherWorld = input.world.classes !== this.#classes;
    this.#classes = input.world.classes;
    const keys = new Set([...news.services, ...this.#open, ...(isOtherWorld ? roles.keys() : [])]);
    const writes: Write[] = [];
    const waiting = new Map<string, number>();
    const open = new Set<string>();
    for (const key of keys) {
      this.#forget(key);
      const before = input.world.services.get(key);
      const role = roles.get(key);
      if (before === undefined || role === undefined) continue;
      const allocation = allocations.get(key) ?? NOTHING;
      const status = this.#look(key, { ...input, service: before }, role, allocation);
      if (status?.isChange !== true) continue;
      open.add(key);
      const sinceMs = times.waiting.get(key) ?? times.nowMs;
      if (status.mayWait && times.nowMs < sinceMs + times.waitTimeMs) waiting.set(key, sinceMs);
      else {
        const { status: patch, annotations, events } = status;
        const also = annotations === undefined ? {} : { annotations };
        writes.push({ kind: "service-status", before, status: patch, ...also, events });
      }
    }
    this.#open = open;
    const problems = [...this.#problems.values()].flat();
    return { writes, waiting, problems, ready: this.#ready.size, unready: this.#unready.size };
  }

  #forget(key: string): void {
    this.#ready.delete(key);
    this.#unready.delete(key);
    this.#problems.delete(key);
  }

  /** @returns null where it is right, as a glance shows */
  #look(key: string, input: StatusInput, role: Role, allocation: Allocation): StatusPlan | null {
    const { service, world } = input;
    if (role.kind === "served" && this.#quiet.is(service, { role, allocation, world })) {
      this.#ready.add(key);
      return null;
    }
    const status = planStatus(input, role, allocation);
    if (role.kind !== "released") (status.isComplete ? this.#ready : this.#unready).add(key);
    if (status.problems.length > 0) this.#problems.set(key, status.problems);
    const isRight = !status.isChange && status.isComplete && status.problems.length === 0;
    if (isRight && role.kind === "served")
      this.#quiet.rememberRight(service, { role, allocation, world });
    return status;
  }
}

const NOTHING: Allocation = { home: null, places: {}, problems: [], notices: [] };

function planStatus(input: StatusInput, role: Role, allocation: Allocation): StatusPlan {
  if (role.kind === "released") return planReleasedStatus(input);
  if (role.kind === "unserved") return planUnservedStatus(input, role);
  return planServedStatus(input, role, allocation);
}
