/**
 * FRR as the one who is sent a table: when the session came up, and when it had the last prefix.
 *
 * The first is the moment that FRR's own log names. For the second it is asked all the time how many prefixes its table has of the
 * sender; it answers between two bites of what it reads.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startRouter, type Router } from "../../lab/routers/router.ts";
import { waitFor } from "../../lab/wait.ts";
import { RECEIVER, SENDER, type Place } from "./place.ts";
import { Vty } from "./vty.ts";

const WAIT_MS_MAX = 60_000;
/** For End-of-RIB, and what else comes last. */
const AFTER_MS = 300;

export interface Receipt {
  /** From the session to the last prefix. */
  readonly ms: number;
  readonly updates: number;
}

interface Summary {
  readonly peers?: Readonly<Record<string, { readonly state: string; readonly pfxRcd?: number }>>;
}

interface Neighbors {
  readonly [address: string]: { readonly messageStats: { readonly updatesRecv: number } };
}

export class Receiver {
  readonly #router: Router;
  readonly #vty: Vty;

  private constructor(router: Router, vty: Vty) {
    this.#router = router;
    this.#vty = vty;
  }

  /** Takes no session before `admit`. */
  static async start(place: Place): Promise<Receiver> {
    const router = await startRouter("frr", {
      ...{ netns: place.receiver.name, directory: place.directory, name: "receiver" },
      ...{ asn: RECEIVER.asn, routerId: RECEIVER.routerId },
      peers: [{ address: SENDER.address, asn: SENDER.asn }],
    });
    const receiver = new Receiver(
      router,
      await Vty.open(join(place.directory, "receiver", "bgpd.vty")),
    );
    await receiver.refuse();
    return receiver;
  }

  /** Ends the session, and forgets what came over it. */
  async refuse(): Promise<void> {
    await this.#configure(`neighbor ${SENDER.address} shutdown`);
    const isEmpty = async () => (await this.#peer())?.state !== "Established";
    await waitFor(isEmpty, { what: "the session's end" });
  }

  /** Takes a session, and all that comes over it. */
  async receive(prefixCount: number): Promise<Receipt> {
    const sessions = this.#upTimes().length;
    const before = await this.#updates();
    await this.#configure(`no neighbor ${SENDER.address} shutdown`);
    let waitMs = 20;
    const atMs = await waitUntil(async () => {
      const peer = await this.#peer();
      if (peer?.state === "Established") waitMs = 1;
      if (peer?.pfxRcd === prefixCount) return performance.timeOrigin + performance.now();
      await sleep(waitMs);
      return null;
    });
    await sleep(AFTER_MS);
    const ups = this.#upTimes().slice(sessions);
    const [upMs] = ups;
    if (upMs === undefined || ups.length > 1) throw new Error(`${ups.length} sessions, not one`);
    return { ms: atMs - upMs, updates: (await this.#updates()) - before };
  }

  async #configure(line: string): Promise<void> {
    const steps = ["enable", "configure terminal", `router bgp ${RECEIVER.asn}`, line, "end"];
    for (const step of steps) await this.#vty.ask(step);
  }

  async #peer(): Promise<{ readonly state: string; readonly pfxRcd?: number } | undefined> {
    const text = await this.#vty.ask("show bgp ipv4 unicast summary json");
    return (JSON.parse(text) as Summary).peers?.[SENDER.address];
  }

  async #updates(): Promise<number> {
    const text = await this.#vty.ask(`show bgp neighbors ${SENDER.address} json`);
    return (JSON.parse(text) as Neighbors)[SENDER.address]?.messageStats.updatesRecv ?? 0;
  }

  /** `2026/11/21 23:10:04.123456 BGP: … %ADJCHANGE: neighbor … Up`. */
  #upTimes(): number[] {
    const pattern = /^(\d+)\/(\d+)\/(\d+) (\d+:\d+:\d+)\.(\d{6}) .*%ADJCHANGE: .* Up$/gm;
    return [...this.#router.log().matchAll(pattern)].map(([, year, month, day, time, fraction]) => {
      return Date.parse(`${year}-${month}-${day}T${time}`) + Number(fraction) / 1000;
    });
  }

  async stop(): Promise<void> {
    this.#vty.close();
    await this.#router.stop();
  }
}

async function waitUntil<T>(look: () => Promise<T | null>): Promise<T> {
  const endMs = performance.now() + WAIT_MS_MAX;
  while (performance.now() < endMs) {
    const value = await look();
    if (value !== null) return value;
  }
  throw new Error(`Waited ${WAIT_MS_MAX / 1000} s for the table`);
}
