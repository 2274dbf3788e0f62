/**
 * The routes of a kernel as they change, each change with its moment: `ip monitor`, which asks nobody and waits for nothing.
 *
 * In both families a change of a route's next hops is a message that has all of those that are left.
 */
import { createInterface } from "node:readline";
import type { LabProcess } from "../../lab/process.ts";

/** One route with all of its next hops, or one that is gone. */
export interface RouteChange {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly address: string;
  /** Sorted; "" where it is gone. */
  readonly nextHops: string;
}

interface Waiter {
  readonly holds: () => boolean;
  readonly resolve: (atMs: number) => void;
}

/** Reads a line of `ip -ts -o monitor route`. @returns null for routes to networks or without a next hop, and for what is no route */
export function readChange(line: string): RouteChange | null {
  const [, time, gone, address] =
    /^\[([^\]]+)\]\s*(?:\[[^\]]*\])?(Deleted )?([0-9a-f.:]+) /.exec(line) ?? [];
  if (time === undefined || address === undefined) return null;
  const [whole = "", fraction = "0"] = time.split(".");
  const atMs = Date.parse(whole) + Number(`0.${fraction}`) * 1000;
  const hops = [...line.matchAll(/\bvia (?:inet6? )?([0-9a-f.:]+)/g)].map(([, hop]) => hop);
  if (hops.length === 0) return null;
  return { atMs, address, nextHops: gone === undefined ? hops.sort().join(" ") : "" };
}

export class RouteWatch {
  /** By address, without those that are gone. */
  readonly routes = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  readonly #waiters = new Set<Waiter>();
  readonly #process: LabProcess;

  /** @param process `ip -ts -o monitor route` in the router's namespace, with pipes */
  constructor(process: LabProcess) {
    this.#process = process;
    if (process.stdout === null) throw new Error(`${process.name} has no stdout pipe`);
    createInterface({ input: process.stdout }).on("line", (line) => {
      const change = readChange(line);
      if (change !== null) this.#take(change);
    });
  }

  /** How many addresses are reached by exactly these. */
  countOf(nextHops: readonly string[]): number {
    return this.#counts.get([...nextHops].sort().join(" ")) ?? 0;
  }

  /**
   * To be asked before what is waited for may happen.
   *
   * @returns the moment of the change with which it began to be so, in milliseconds since 1970
   */
  until(
    holds: () => boolean,
    { what, timeoutMs = 60_000 }: { readonly what: string; readonly timeoutMs?: number },
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        holds,
        resolve: (atMs) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(atMs);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`Waited ${timeoutMs / 1000} s for ${what}`));
      }, timeoutMs);
      this.#waiters.add(waiter);
      if (holds()) waiter.resolve(Date.now());
    });
  }

  #take({ atMs, address, nextHops }: RouteChange): void {
    this.#count(this.routes.get(address), -1);
    if (nextHops === "") this.routes.delete(address);
    else this.routes.set(address, nextHops);
    this.#count(this.routes.get(address), 1);
    for (const waiter of [...this.#waiters]) if (waiter.holds()) waiter.resolve(atMs);
  }

  #count(nextHops: string | undefined, by: number): void {
    if (nextHops === undefined) return;
    this.#counts.set(nextHops, (this.#counts.get(nextHops) ?? 0) + by);
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
