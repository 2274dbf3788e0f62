/**
 * Strangers that have an address before any of ours uses it: they announce nothing, and answer who asks.
 *
 * Neighbours: client.ts has those that announce what is held; rules/h6.ts says what is to follow.
 */
import type { Ip } from "../../src/base/ip.ts";
import type { Mac } from "../../src/base/mac.ts";
import { RETRIES_MS } from "../../src/speaker/detection.ts";
import { encodeArp } from "../../src/speaker/wire/arp.ts";
import { encodeEthernet, ETHER_TYPE_ARP } from "../../src/speaker/wire/ethernet.ts";
import type { Fact } from "./rules/fact.ts";
import type { SimNode } from "./node.ts";

const SQUATTER_MAC = "02:00:00:00:03:00" as Mac;
const POOL_SIZE = 32;
/** After it has gone: whoever found the address taken looks again, and probes. */
const NOTICED_MS = Math.max(...RETRIES_MS) + 500;

export interface SquattersWorld {
  readonly delayMs: number;
  readonly nowMs: () => number;
  readonly later: (forMs: number, call: () => void) => void;
  readonly isClaimed: (ip: string) => boolean;
  /** Nobody has it any more. */
  readonly onFree: (ip: string) => void;
  readonly tell: (fact: Fact) => void;
}

export class Squatters {
  readonly #world: SquattersWorld;
  /** By the fault that it came with. */
  readonly #at = new Map<object, string>();
  /** When the address counts as free again. */
  readonly #untilMs = new Map<string, number>();

  constructor(world: SquattersWorld) {
    this.#world = world;
  }

  /** @param beyond of the pool's addresses that no VirtualIP has, how many are left out before */
  fault(fault: { readonly beyond: number }, begins: boolean): void {
    const { nowMs, tell, isClaimed, later, onFree } = this.#world;
    if (begins) {
      const pool = Array.from({ length: POOL_SIZE }, (_, i) => `192.0.2.${i}`);
      const ip = pool.filter((each) => !isClaimed(each))[fault.beyond];
      if (ip === undefined || this.#untilMs.has(ip)) return;
      this.#at.set(fault, ip);
      this.#untilMs.set(ip, Infinity);
      tell({ kind: "squatter", address: ip, atMs: nowMs(), begins });
      return;
    }
    const ip = this.#at.get(fault);
    if (ip === undefined) return;
    this.#at.delete(fault);
    this.#untilMs.set(ip, nowMs() + NOTICED_MS);
    tell({ kind: "squatter", address: ip, atMs: nowMs(), begins });
    later(NOTICED_MS, () => {
      this.#untilMs.delete(ip);
      onFree(ip);
    });
  }

  /** Somebody has it, or had it until a moment ago. */
  has(ip: string): boolean {
    return this.#untilMs.has(ip);
  }

  /** A node of ours asks who has it. */
  asked(node: SimNode, ip: Ip): void {
    if (this.#untilMs.get(ip) !== Infinity) return;
    const { nowMs, later, delayMs, tell } = this.#world;
    const payload = encodeArp({
      ...{ operation: "reply", senderMac: SQUATTER_MAC, senderIp: ip },
      ...{ targetMac: node.mac, targetIp: "0.0.0.0" as Ip },
    });
    const to = { destination: node.mac, source: SQUATTER_MAC, etherType: ETHER_TYPE_ARP };
    const bytes = encodeEthernet({ ...to, payload });
    later(2 * delayMs, () => {
      if (!node.running || node.paused || !node.carrier) return;
      tell({ kind: "squatted", address: ip, node: node.index, atMs: nowMs() });
      node.ask(bytes);
    });
  }
}
