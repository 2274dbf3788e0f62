/**
 * A client that asks for addresses every few milliseconds and remembers who answered when.
 *
 * Its packet sockets are opened inside the client's namespace, and stay there. Frames are made by our own codecs, which
 * have golden bytes of their own; the kernel's resolver is asked in other tests.
 */
import { closeSync, openSync } from "node:fs";
import koffi from "koffi";
import type { Ip } from "../../../src/base/ip.ts";
import { MAC_BROADCAST, MAC_ZERO, type Mac } from "../../../src/base/mac.ts";
import { arpFilter, neighborSolicitationFilter } from "../../../src/linux/bpf.ts";
import { openPacketSocket, type PacketSocket } from "../../../src/linux/io/packet-socket.ts";
import { decodeArp, encodeArp } from "../../../src/speaker/wire/arp.ts";
import {
  decodeEthernet,
  encodeEthernet,
  ETHER_TYPE_ARP,
  ETHER_TYPE_IPV6,
} from "../../../src/speaker/wire/ethernet.ts";
import {
  decodeNdp,
  encodeNdp,
  multicastMac,
  solicitedNodeGroup,
} from "../../../src/speaker/wire/ndp.ts";

export interface Answer {
  readonly ip: Ip;
  readonly mac: Mac;
  readonly atMs: number;
}

export interface ProberOptions {
  readonly netns: string;
  readonly linkIndex: number;
  readonly mac: Mac;
  readonly ipv4: Ip;
  readonly ipv6: Ip;
  readonly targets: readonly Ip[];
  readonly intervalMs: number;
}

export class Prober {
  /** Answers to what we asked: not announcements, which come to everybody. */
  readonly answers: Answer[] = [];
  readonly #options: ProberOptions;
  readonly #askedMs: number[] = [];
  readonly #arp: PacketSocket;
  readonly #ndp: PacketSocket;
  readonly #timer: NodeJS.Timeout;

  constructor(options: ProberOptions) {
    this.#options = options;
    const onFault = () => undefined;
    const onFrame = ({ bytes }: { readonly bytes: Uint8Array }) => {
      this.#note(bytes);
    };
    const [arp, ndp] = inNamespace(options.netns, () => [
      openPacketSocket({ etherType: ETHER_TYPE_ARP, filter: arpFilter(), onFrame, onFault }),
      openPacketSocket({
        etherType: ETHER_TYPE_IPV6,
        filter: neighborSolicitationFilter(),
        onFrame,
        onFault,
      }),
    ]);
    this.#arp = arp;
    this.#ndp = ndp;
    this.#timer = setInterval(() => {
      this.#askedMs.push(performance.now());
      for (const target of options.targets) this.#ask(target);
    }, options.intervalMs);
  }

  /** Who answered last, and nobody else since `sinceMs`. */
  macsOf(target: Ip, sinceMs: number): Mac[] {
    const answers = this.answers.filter(({ ip, atMs }) => ip === target && atMs >= sinceMs);
    return [...new Set(answers.map(({ mac }) => mac))];
  }

  /**
   * The longest time without an answer between two moments, in questions asked in vain: a moment in which this
   * process did not come to ask is nobody's silence.
   */
  longestSilenceMs(target: Ip, fromMs: number, toMs: number): number {
    const times = this.answers.filter(({ ip }) => ip === target).map(({ atMs }) => atMs);
    let [longest, inVain, next] = [0, 0, 0];
    for (const askedMs of this.#askedMs) {
      if (askedMs > toMs) break;
      let answered = false;
      while (next < times.length && (times[next] ?? 0) <= askedMs) {
        answered = true;
        next++;
      }
      inVain = answered || askedMs < fromMs ? 0 : inVain + 1;
      longest = Math.max(longest, inVain);
    }
    return longest * this.#options.intervalMs;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#arp.close();
    this.#ndp.close();
  }

  #ask(target: Ip): void {
    const { linkIndex, mac, ipv4, ipv6 } = this.#options;
    if (target.includes(":")) {
      const group = solicitedNodeGroup(target);
      const solicitation = encodeNdp({
        ...{ kind: "solicitation", source: ipv6, destination: group, target, linkLayer: mac },
      });
      const to = { destination: multicastMac(group), source: mac, etherType: ETHER_TYPE_IPV6 };
      this.#ndp.send(linkIndex, encodeEthernet({ ...to, payload: solicitation }));
      return;
    }
    const request = encodeArp({
      ...{ operation: "request", senderMac: mac, senderIp: ipv4 },
      ...{ targetMac: MAC_ZERO, targetIp: target },
    });
    const to = { destination: MAC_BROADCAST, source: mac, etherType: ETHER_TYPE_ARP };
    this.#arp.send(linkIndex, encodeEthernet({ ...to, payload: request }));
  }

  #note(bytes: Uint8Array): void {
    const frame = decodeEthernet(bytes);
    if (!frame.ok || frame.value.destination !== this.#options.mac) return;
    const atMs = performance.now();
    const mac = frame.value.source;
    if (frame.value.etherType === ETHER_TYPE_ARP) {
      const arp = decodeArp(frame.value.payload);
      if (arp.ok && arp.value.operation === "reply") {
        this.answers.push({ ip: arp.value.senderIp, mac, atMs });
      }
      return;
    }
    const ndp = decodeNdp(frame.value.payload);
    if (ndp.ok && ndp.value.kind === "advertisement") {
      this.answers.push({ ip: ndp.value.target, mac, atMs });
    }
  }
}

const CLONE_NEWNET = 0x40000000;

/** Moves this thread into the namespace for the length of a synchronous call. */
function inNamespace<T>(name: string, call: () => T): T {
  const setns = koffi.load(null).func("int setns(int, int)") as unknown as typeof Math.max;
  const home = openSync("/proc/thread-self/ns/net", "r");
  const there = openSync(`/run/netns/${name}`, "r");
  try {
    if (setns(there, CLONE_NEWNET) !== 0) throw new Error(`setns: errno ${koffi.errno()}`);
    return call();
  } finally {
    setns(home, CLONE_NEWNET);
    closeSync(there);
    closeSync(home);
  }
}
