/**
 * Classic BPF: which frames the kernel hands to us at all, and which segments. Programs as values, and their encoding. Pure.
 *
 * Read first: Documentation/networking/filter.rst of the kernel. A raw packet socket's offsets count from
 * the Ethernet header. A load beyond the end of the frame ends the program and drops the frame.
 * Left out on purpose: matching our addresses in frames. Jumps reach 255 instructions, addresses come and go,
 * and a Map of the caller's finds them in less time than a new filter would take to attach.
 */
import { familyOf, ipToBytes, type Ip } from "../base/ip.ts";
import { SOURCE_OFFSET } from "./ip-header.ts";

/** `struct sock_filter`. */
export interface Instruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly k: number;
}

/** One load and the values that let a frame pass on to the next check. */
interface Check {
  readonly load: Pick<Instruction, "code" | "k">;
  readonly oneOf: readonly number[];
}

const [LOAD_WORD, LOAD_HALF, LOAD_BYTE, JUMP_EQUAL, RETURN] = [0x20, 0x28, 0x30, 0x15, 0x06];
/** SKF_AD_OFF: loads from here up read facts about the frame, not its bytes. */
const ANCILLARY = 0xfffff000;
/** SKF_NET_OFF: of a TCP socket, whose offsets count from the TCP header, where that of IP begins. */
const IP_HEADER = 0xfff00000;
const WORD_BYTES = 4;
const WHOLE_FRAME = 0x40000;

export const INSTRUCTION_BYTES = 8;

const byteAt = (k: number) => ({ code: LOAD_BYTE, k });
const halfAt = (k: number) => ({ code: LOAD_HALF, k });

/**
 * On an Ethernet interface, and to us: our MAC, broadcast, multicast.
 *
 * "Other host" is refused here, in the kernel: it is what a promiscuous interface overhears, and frames of
 * a VLAN that this node has no interface for. Nobody asks us in those. So is our own output.
 */
const TO_US: readonly Check[] = [
  { load: { code: LOAD_WORD, k: ANCILLARY + 4 }, oneOf: [0, 1, 2] }, // SKF_AD_PKTTYPE
  { load: { code: LOAD_WORD, k: ANCILLARY + 28 }, oneOf: [1] }, // SKF_AD_HATYPE: ARPHRD_ETHER
];

/** ARP for IPv4 over Ethernet, requests and replies: a stranger who claims our address does so in either. */
export function arpFilter(): readonly Instruction[] {
  return passWhere([
    ...TO_US,
    { load: halfAt(12), oneOf: [0x0806] }, // EtherType
    { load: halfAt(14), oneOf: [1] }, // ar$hrd, RFC 826 "Packet format"
    { load: halfAt(16), oneOf: [0x0800] }, // ar$pro
    { load: halfAt(18), oneOf: [0x0604] }, // ar$hln, ar$pln
    { load: halfAt(20), oneOf: [1, 2] }, // ar$op
  ]);
}

/**
 * Neighbour solicitations and advertisements that no router has forwarded (RFC 4861 section 7.1.1, 7.1.2).
 *
 * Those behind extension headers are refused: nobody sends them so, and RFC 6980 forbids fragments.
 */
export function neighborSolicitationFilter(): readonly Instruction[] {
  return passWhere([
    ...TO_US,
    { load: halfAt(12), oneOf: [0x86dd] }, // EtherType
    { load: byteAt(20), oneOf: [58] }, // Next Header: ICMPv6
    { load: byteAt(21), oneOf: [255] }, // Hop Limit
    { load: byteAt(54), oneOf: [135, 136] }, // Type
  ]);
}

/** @returns a program that passes whole the frames that satisfy every check, and drops the others */
function passWhere(checks: readonly Check[]): readonly Instruction[] {
  const program: Instruction[] = [];
  const drop = checks.reduce((sum, { oneOf }) => sum + 1 + oneOf.length, 0) + 1;
  for (const { load, oneOf } of checks) {
    program.push({ ...load, jumpTrue: 0, jumpFalse: 0 });
    const next = program.length + oneOf.length;
    for (const [i, k] of oneOf.entries()) {
      const after = program.length + 1; // jumps count from the instruction that follows
      const jumpFalse = i === oneOf.length - 1 ? drop - after : 0;
      program.push({ code: JUMP_EQUAL, jumpTrue: next - after, jumpFalse, k });
    }
  }
  return [...program, returning(WHOLE_FRAME), returning(0)];
}

/**
 * For a socket of TCP that listens: whose segments it hears.
 *
 * @param those the source addresses, all of one family
 * @param verdict on what comes from them; on what comes from others it is the opposite
 */
export function senderFilter(those: readonly Ip[], verdict: "pass" | "drop"): Instruction[] {
  const [onThose, onOthers] = verdict === "pass" ? [WHOLE_FRAME, 0] : [0, WHOLE_FRAME];
  return [...those.flatMap((ip) => returnWhereFrom(ip, onThose)), returning(onOthers)];
}

/** Falls through where the source is another one. */
function returnWhereFrom(ip: Ip, result: number): Instruction[] {
  const bytes = ipToBytes(ip);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const source = IP_HEADER + SOURCE_OFFSET[familyOf(ip)];
  const checks: Instruction[] = [];
  for (let at = 0; at < bytes.length; at += WORD_BYTES) {
    const behind = (2 * (bytes.length - at)) / WORD_BYTES - 1; // what is left, and the return
    checks.push({ code: LOAD_WORD, k: source + at, jumpTrue: 0, jumpFalse: 0 });
    checks.push({ code: JUMP_EQUAL, k: view.getUint32(at), jumpTrue: 0, jumpFalse: behind });
  }
  return [...checks, returning(result)];
}

function returning(k: number): Instruction {
  return { code: RETURN, jumpTrue: 0, jumpFalse: 0, k };
}

/** @returns an array of `struct sock_filter`, in the host's (little-endian) order */
export function encodeBpf(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * INSTRUCTION_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [i, { code, jumpTrue, jumpFalse, k }] of program.entries()) {
    view.setUint16(i * INSTRUCTION_BYTES, code, true);
    view.setUint8(i * INSTRUCTION_BYTES + 2, jumpTrue);
    view.setUint8(i * INSTRUCTION_BYTES + 3, jumpFalse);
    view.setUint32(i * INSTRUCTION_BYTES + 4, k, true);
  }
  return bytes;
}
