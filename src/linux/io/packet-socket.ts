/**
 * One AF_PACKET socket for one EtherType over all interfaces: whole Ethernet frames in and out.
 *
 * Read first: packet(7). The socket is bound to no interface, so that a link that goes down or away does not
 * concern it, and one that appears is heard at once. The filter is attached before the socket is bound: no
 * frame slips in before it.
 */
import type { Instruction } from "../bpf.ts";
import { EAGAIN, errnoFault, packetSocketError } from "../errno.ts";
import { AF_PACKET, encodeSockaddrLl, SockaddrLlReader, type PacketType } from "../sockaddr.ts";
import * as system from "./system.ts";

export type { PacketType } from "../sockaddr.ts";

/**
 * A frame that came in. The object and its bytes are used again for the next frame: they are yours until
 * `onFrame` returns, and what you keep you copy.
 */
export interface Frame {
  readonly interfaceIndex: number;
  readonly packetType: PacketType;
  /** From the Ethernet header on, without the checksum; short frames come with their padding. */
  readonly bytes: Uint8Array;
}

export interface PacketSocketOptions {
  readonly etherType: number;
  readonly filter: readonly Instruction[];
  readonly onFrame: (frame: Frame) => void;
  /** The name of what went wrong, such as `packet-enobufs`; the socket goes on. */
  readonly onFault: (name: string) => void;
}

export interface PacketSocket {
  /** @returns the number of bytes sent, or `-errno`: -ENETDOWN, -ENXIO where the interface is gone */
  send(interfaceIndex: number, frame: Uint8Array): number;
  /** Since the call before: `dropped` is what the kernel had no room for. */
  statistics(): { readonly received: number; readonly dropped: number };
  close(): void;
}

/** More than any ARP or neighbour message: the MTU of Ethernet, its header, a VLAN tag, and room. */
const FRAME_BYTES_MAX = 2048;
/** So that a flood leaves the loop time for its timers. */
const FRAMES_PER_WAKE_MAX = 64;
/** Interfaces whose address for sendto is kept at once. */
const DESTINATIONS_MAX = 1024;

const SOL_PACKET = 263;
const PACKET_STATISTICS = 6;
const PACKET_IGNORE_OUTGOING = 23;

/** @throws BalancerError RAW_SOCKET_DENIED without CAP_NET_RAW; SystemCallError where the kernel refuses */
export function openPacketSocket(options: PacketSocketOptions): PacketSocket {
  return new OpenPacketSocket(open(options), options);
}

function open({ etherType, filter }: PacketSocketOptions): number {
  const fd = system.socket(AF_PACKET, system.SOCK_RAW, 0);
  if (fd < 0) throw packetSocketError("open a packet socket", fd);
  // Since Linux 4.20, and only a saving: the filter refuses them as well.
  system.setIntOption(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
  const attached = system.attachFilter(fd, filter);
  const failed =
    attached < 0 ? attached : system.bind(fd, encodeSockaddrLl({ etherType, interfaceIndex: 0 }));
  if (failed >= 0) return fd;
  system.close(fd);
  throw packetSocketError("set up a packet socket", failed);
}

/** A frame whose fields are written again and again. */
interface ReusedFrame {
  interfaceIndex: number;
  packetType: PacketType;
  bytes: Uint8Array;
}

class OpenPacketSocket implements PacketSocket {
  readonly #fd: number;
  readonly #options: PacketSocketOptions;
  readonly #watch: system.Watch;
  readonly #buffer = new Uint8Array(FRAME_BYTES_MAX);
  /** By length: frames come in few lengths, and a view costs more than a look-up. */
  readonly #views: (Uint8Array | undefined)[] = [];
  readonly #sender = new SockaddrLlReader();
  readonly #frame: ReusedFrame = {
    interfaceIndex: 0,
    packetType: "host",
    bytes: this.#buffer,
  };
  readonly #destinations = new Map<number, Uint8Array>();
  #closed = false;

  constructor(fd: number, options: PacketSocketOptions) {
    this.#fd = fd;
    this.#options = options;
    this.#watch = system.watch(fd, (errno) => {
      this.#wake(errno);
    });
  }

  send(interfaceIndex: number, frame: Uint8Array): number {
    return system.sendTo(this.#fd, frame, this.#destination(interfaceIndex));
  }

  statistics(): { readonly received: number; readonly dropped: number } {
    const view = new DataView(new ArrayBuffer(8)); // struct tpacket_stats; reading sets it to zero
    system.getOption(this.#fd, SOL_PACKET, PACKET_STATISTICS, new Uint8Array(view.buffer));
    return { received: view.getUint32(0, true), dropped: view.getUint32(4, true) };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#watch.close();
    system.close(this.#fd);
  }

  #wake(errno: number): void {
    if (errno !== 0 && errno !== -EAGAIN) this.#options.onFault(errnoFault("packet", errno));
    // The caller may close the socket from within its callbacks: the descriptor is then not ours any more.
    for (let i = 0; i < FRAMES_PER_WAKE_MAX && !this.#closed; i++) {
      const length = system.receiveFrom(this.#fd, this.#buffer, this.#sender.bytes);
      if (length === -EAGAIN) return;
      this.#received(length);
    }
  }

  #received(length: number): void {
    if (length < 0) this.#options.onFault(errnoFault("packet", length));
    else if (length > FRAME_BYTES_MAX) this.#options.onFault("packet-frame-too-long");
    else if (this.#sender.packetType !== "outgoing") this.#options.onFrame(this.#describe(length));
  }

  #describe(length: number): Frame {
    const frame = this.#frame;
    frame.interfaceIndex = this.#sender.interfaceIndex;
    frame.packetType = this.#sender.packetType;
    frame.bytes = this.#views[length] ??= this.#buffer.subarray(0, length);
    return frame;
  }

  #destination(interfaceIndex: number): Uint8Array {
    const known = this.#destinations.get(interfaceIndex);
    if (known !== undefined) return known;
    if (this.#destinations.size >= DESTINATIONS_MAX) this.#destinations.clear();
    const address = encodeSockaddrLl({ etherType: this.#options.etherType, interfaceIndex });
    this.#destinations.set(interfaceIndex, address);
    return address;
  }
}
