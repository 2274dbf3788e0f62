/**
 * A client on the segment, with an ARP cache as Linux keeps it, and strangers that claim addresses.
 *
 * It asks by real frames, which the production responder answers, and takes gratuitous ARP but in the second after it
 * has learned of another MAC (arp_tbl locktime). It is where the first node is.
 */
import { macToBytes, MAC_BROADCAST, MAC_ZERO, type Mac } from "../../src/base/mac.ts";
import type { Ip } from "../../src/base/ip.ts";
import { encodeArp } from "../../src/speaker/wire/arp.ts";
import { encodeEthernet, ETHER_TYPE_ARP } from "../../src/speaker/wire/ethernet.ts";
import type { EventQueue } from "./queue.ts";
import type { Observer } from "./observer.ts";
import type { Fact } from "./rules/fact.ts";
import { countOf } from "./rules/fact.ts";
import type { Segment } from "./segment.ts";
import type { SimNode } from "./node.ts";

const LOCKTIME_MS = 1000;
/** How often its cache is looked at, and how many looks there are to a question asked anew. */
const LOOK_INTERVAL_MS = 1500;
const LOOKS_TO_A_QUESTION = 4;
/** It asks by itself where an entry is older: Linux's base_reachable_time. */
const REACHABLE_MS = 30_000;
const CLAIM_INTERVAL_MS = 1500;
const CLIENT_MAC = "02:00:00:00:01:00" as Mac;
const CLIENT_IP = "192.0.2.200" as Ip;
const STRANGER_MAC = "02:00:00:00:02:00" as Mac;
/** ar$op, ar$sha and so on begin behind the Ethernet header. */
const SENDER_MAC_AT = 14 + 8;

export interface ClientWorld {
  readonly queue: EventQueue;
  readonly segment: Segment;
  readonly nodes: readonly SimNode[];
  readonly observer: Observer;
  readonly nowMs: () => number;
  readonly tell: (fact: Fact) => void;
}

interface Entry {
  readonly node: number;
  readonly learnedMs: number;
}

export class Client {
  readonly #world: ClientWorld;
  readonly #cache = new Map<string, Entry>();
  readonly #questions = new Map<string, Uint8Array>();
  readonly #claimed = new Map<string, number>();
  #looks = 0;

  constructor(world: ClientWorld) {
    this.#world = world;
  }

  begin(): void {
    this.#later(LOOK_INTERVAL_MS, () => {
      this.#looks++;
      for (const address of this.#world.observer.addresses) {
        this.#look(address);
        if (this.#looks % LOOKS_TO_A_QUESTION === 0) this.#ask(address);
      }
      this.begin();
    });
  }

  announced(node: SimNode, address: string): void {
    if (!this.#reaches(node)) return;
    const nowMs = this.#world.nowMs();
    const entry = this.#cache.get(address);
    if (entry !== undefined && entry.node !== node.index && nowMs - entry.learnedMs < LOCKTIME_MS) {
      return;
    }
    this.#cache.set(address, { node: node.index, learnedMs: nowMs });
  }

  /** Begins or ceases to claim the address of that number, where there is one. */
  stranger(index: number, begins: boolean): void {
    const address = this.#world.observer.addresses[index];
    if (address === undefined) return;
    const count = (this.#claimed.get(address) ?? 0) + (begins ? 1 : -1);
    this.#claimed.set(address, count);
    if (begins && count === 1) this.#claim(address);
  }

  #claim(address: string): void {
    if ((this.#claimed.get(address) ?? 0) <= 0) return;
    const { observer, nodes, nowMs, tell } = this.#world;
    const [holder] = this.#holders(address);
    const frame = encodeArp({
      ...{ operation: "request", senderMac: STRANGER_MAC, senderIp: address as Ip },
      ...{ targetMac: MAC_ZERO, targetIp: address as Ip },
    });
    if (holder !== undefined && countOf(observer.answersOn(address, -1)) === 1) {
      const atMs = nowMs();
      tell({ kind: "stranger", address, atMs, endMs: atMs + CLAIM_INTERVAL_MS, holder });
    }
    const to = { destination: MAC_BROADCAST, source: STRANGER_MAC, etherType: ETHER_TYPE_ARP };
    const bytes = encodeEthernet({ ...to, payload: frame });
    for (const node of nodes) if (this.#reaches(node)) node.ask(bytes);
    this.#later(CLAIM_INTERVAL_MS, () => {
      this.#claim(address);
    });
  }

  #holders(address: string): number[] {
    const { observer, nodes } = this.#world;
    const piece = nodes.reduce((mask, n) => (this.#reaches(n) ? mask | (1 << n.index) : mask), 0);
    const answers = observer.answersOn(address, piece);
    return nodes.filter(({ index }) => (answers >> index) & 1).map(({ index }) => index);
  }

  /** Whom its cache names, against who answers: worth a word while the segment is whole and no stranger interferes. */
  #look(address: string): void {
    const { observer, nowMs, tell, segment } = this.#world;
    const entry = this.#cache.get(address);
    const isWhole = segment.groups.every((group) => group === segment.groups[0]);
    if (entry === undefined || !isWhole || this.#claimed.has(address)) return;
    const answers = this.#answers(address);
    const heardSinceMs = this.#holders(address).map((holder) =>
      holder === entry.node ? -Infinity : this.#heardSinceMs(entry.node, holder),
    );
    const steadySinceMs = Math.max(observer.steadySinceMs(address), ...heardSinceMs);
    tell({ kind: "client", address, atMs: nowMs(), cached: entry.node, answers, steadySinceMs });
  }

  /**
   * Who does not hear that another gave way does not know that it should say again where the address is. One that
   * answered on another side and died there gives a sign when it starts again.
   */
  #heardSinceMs(cached: number, holder: number): number {
    const { segment, nodes } = this.#world;
    const openMs = segment.openSinceMs(cached, holder);
    const node = nodes[cached];
    if (node === undefined || node.diedMs > Math.max(openMs, segment.mendedMs)) return openMs;
    return Math.max(openMs, node.running ? node.startedMs : Infinity);
  }

  #answers(address: string): number {
    return this.#holders(address).reduce((mask, node) => mask | (1 << node), 0);
  }

  /** What the answers say must be what the observer believes. */
  #ask(address: string): void {
    const { nodes, nowMs } = this.#world;
    const before = this.#cache.get(address);
    const isOld = before === undefined || nowMs() - before.learnedMs > REACHABLE_MS;
    const believed = this.#answers(address);
    let answered = 0;
    for (const node of nodes) {
      if (!this.#reaches(node)) continue;
      const answer = node.ask(this.#question(address));
      if (answer?.kind !== "send-frame") continue;
      const mac = answer.frame.subarray(SENDER_MAC_AT, SENDER_MAC_AT + 6);
      if (Buffer.compare(mac, macToBytes(node.mac)) !== 0)
        throw new Error("an answer with another's MAC");
      answered |= 1 << node.index;
      if (isOld) this.#cache.set(address, { node: node.index, learnedMs: nowMs() });
    }
    if (answered !== believed) {
      throw new Error(`${address}: ${answered} answered by frames, ${believed} by what they hold`);
    }
  }

  #question(address: string): Uint8Array {
    const known = this.#questions.get(address);
    if (known !== undefined) return known;
    const payload = encodeArp({
      ...{ operation: "request", senderMac: CLIENT_MAC, senderIp: CLIENT_IP },
      ...{ targetMac: MAC_ZERO, targetIp: address as Ip },
    });
    const to = { destination: MAC_BROADCAST, source: CLIENT_MAC, etherType: ETHER_TYPE_ARP };
    const bytes = encodeEthernet({ ...to, payload });
    this.#questions.set(address, bytes);
    return bytes;
  }

  #reaches(node: SimNode): boolean {
    const { groups } = this.#world.segment;
    return groups[node.index] === groups[0];
  }

  #later(forMs: number, call: () => void): void {
    const { queue, nowMs } = this.#world;
    queue.call(nowMs() + forMs, call);
  }
}
