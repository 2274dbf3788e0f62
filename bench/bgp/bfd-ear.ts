/**
 * What a router's namespace hears of its neighbours' BFD, by the kernel's own moments: tcpdump, which asks nobody and sends nothing.
 *
 * IPv4 alone.
 */
import { createInterface } from "node:readline";
import type { LabProcess } from "../../lab/process.ts";

/** In the router's namespace, with pipes. */
export const BFD_EAR = [
  ...["tcpdump", "-i", "eth0", "-Q", "in", "--immediate-mode", "-ntt", "-l"],
  ...["udp", "dst", "port", "3784"],
];

/** Reads a line of it. @returns null for what is no packet */
export function readPacket(line: string): { readonly from: string; readonly atMs: number } | null {
  const [, seconds, from] = /^(\d+\.\d+) IP (\d+\.\d+\.\d+\.\d+)\.\d+ > /.exec(line) ?? [];
  return seconds === undefined || from === undefined
    ? null
    : { from, atMs: Number(seconds) * 1000 };
}

export class BfdEar {
  /** Milliseconds since 1970, by neighbour. */
  readonly #heard = new Map<string, number[]>();
  readonly #process: LabProcess;

  constructor(process: LabProcess) {
    this.#process = process;
    if (process.stdout === null) throw new Error(`${process.name} has no stdout pipe`);
    createInterface({ input: process.stdout }).on("line", (line) => {
      const packet = readPacket(line);
      if (packet === null) return;
      const moments = this.#heard.get(packet.from) ?? [];
      moments.push(packet.atMs);
      this.#heard.set(packet.from, moments);
    });
  }

  /** The last packet before a moment. */
  lastBefore(neighbour: string, atMs: number): number {
    const last = this.#heard.get(neighbour)?.findLast((moment) => moment < atMs);
    if (last === undefined) throw new Error(`No packet of BFD was heard from ${neighbour}`);
    return last;
  }

  /** Those that ended between two moments. */
  intervals(neighbour: string, fromMs: number, toMs: number): number[] {
    const moments = this.#heard.get(neighbour) ?? [];
    return moments.flatMap((moment, i) => {
      const before = moments[i - 1];
      return before === undefined || moment < fromMs || moment > toMs ? [] : [moment - before];
    });
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
