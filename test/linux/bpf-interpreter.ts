/**
 * Runs classic BPF as the kernel would, for the instructions that our filters are made of.
 *
 * test/linux/io/packet-socket.test.ts compares it with the kernel.
 */
import assert from "node:assert/strict";
import type { Instruction } from "../../src/linux/bpf.ts";

/** What the kernel knows of a frame beside its bytes. */
export interface FrameFacts {
  /** sll_pkttype: 0 host, 1 broadcast, 2 multicast, 3 other host, 4 outgoing. */
  readonly packetType: number;
  /** ARPHRD_*: 1 is Ethernet. */
  readonly hardwareType: number;
}

/** SKF_NET_OFF: for programs of TCP sockets the "frame" is the packet from the IP header on. */
const IP_HEADER = 0xfff00000;
const SIZES: Readonly<Record<number, number>> = { 0x20: 4, 0x28: 2, 0x30: 1 };

/** @returns how many bytes of the frame are passed on: 0 drops it */
export function runBpf(
  program: readonly Instruction[],
  frame: Uint8Array,
  facts: FrameFacts,
): number {
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const instruction = program[at];
    assert(instruction !== undefined, "a program ends with a return");
    const { code, jumpTrue, jumpFalse, k } = instruction;
    const size = SIZES[code];
    if (code === 0x06) return k;
    if (code === 0x15) at += accumulator === k ? jumpTrue : jumpFalse;
    else {
      assert(size !== undefined, `instruction ${code} is none of ours`);
      const loaded = load(frame, facts, { offset: k, size });
      if (loaded === undefined) return 0;
      accumulator = loaded;
    }
  }
}

function load(
  frame: Uint8Array,
  facts: FrameFacts,
  { offset, size }: { readonly offset: number; readonly size: number },
): number | undefined {
  if (offset === 0xfffff004) return facts.packetType;
  if (offset === 0xfffff01c) return facts.hardwareType;
  const at = offset >= IP_HEADER ? offset - IP_HEADER : offset;
  if (at + size > frame.length) return undefined;
  return Buffer.from(frame).readUIntBE(at, size);
}
