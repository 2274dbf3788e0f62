/**
 * Datagrams between speakers: one UDP port on every address of the node, IPv4 and IPv6.
 *
 * A datagram that comes alone is read at once. Where they come thick, the socket is read by the clock, each 13 ms, or 25 where
 * several wait each time, and whenever the loop is awake for a beat: waking it costs more than reading. Silence is judged after
 * one more look, so a datagram that waits is not silence. A node without IPv6 has one socket only. Nothing here knows what a
 * datagram says.
 */
import { parseIp, type Ip } from "../../base/ip.ts";
import { openDatagramSocket, type DatagramSocket } from "../../linux/io/datagram-socket.ts";
import { EADDRINUSE, SystemCallError } from "../../linux/errno.ts";

export interface HeartbeatSocketOptions {
  readonly port: number;
  /** The bytes are yours until it returns, and what you keep you copy. */
  readonly onDatagram: (bytes: Uint8Array) => void;
  /** The name of what went wrong, such as `udp-enetunreach`; the socket goes on. */
  readonly onFault: (name: string) => void;
}

/** Whoever comes within this after the one before waits for the clock. */
const READ_INTERVAL_MS = 13; // with the beats of the standard interval four times in 50 ms
/** Where so many wait at a time, they are read less often: twice in 50 ms. */
const MANY = 4;
const READ_MANY_INTERVAL_MS = 25;
/** A bounded number of datagrams is taken per turn of the loop; more than this many turns is a flood. */
const DRAIN_TURNS_MAX = 8;

/** Kept in the form that a socket takes. */
const ADDRESSES_MAX = 4096;

/** @throws SystemCallError where the port is taken */
export function openHeartbeatSocket(options: HeartbeatSocketOptions): HeartbeatSocket {
  return new HeartbeatSocket(options);
}

export class HeartbeatSocket {
  readonly #options: HeartbeatSocketOptions;
  readonly #v4: DatagramSocket;
  readonly #v6: DatagramSocket | undefined;
  readonly #ips = new Map<string, Ip | null>();
  /** Read by the clock. */
  readonly #resting = new Set<DatagramSocket>();
  #clock: NodeJS.Timeout | undefined;
  #intervalMs = READ_INTERVAL_MS;
  #readMs = -Infinity;
  #closed = false;

  constructor(options: HeartbeatSocketOptions) {
    this.#options = options;
    const onReadable = () => {
      this.#readable();
    };
    this.#v4 = openDatagramSocket({ ...options, family: "IPv4", onReadable });
    try {
      this.#v6 = openDatagramSocket({ ...options, family: "IPv6", onReadable });
    } catch (error) {
      if (!(error instanceof SystemCallError) || error.errno === EADDRINUSE) {
        this.#v4.close();
        throw error;
      }
      // There is no IPv6 here.
    }
  }

  send(bytes: Uint8Array, to: readonly string[]): void {
    if (this.#closed) return;
    const [v4, v6]: [Ip[], Ip[]] = [[], []];
    for (const address of to) {
      const ip = this.#ipOf(address);
      if (ip === null) this.#options.onFault("udp-no-address");
      else (ip.includes(":") ? v6 : v4).push(ip);
    }
    if (v4.length > 0) this.#v4.send(bytes, v4);
    if (v6.length === 0) return;
    if (this.#v6 === undefined) this.#options.onFault("udp-no-ipv6");
    else this.#v6.send(bytes, v6);
  }

  #ipOf(address: string): Ip | null {
    const known = this.#ips.get(address);
    if (known !== undefined) return known;
    if (this.#ips.size >= ADDRESSES_MAX) this.#ips.clear();
    const ip = parseIp(address) ?? null;
    this.#ips.set(address, ip);
    return ip;
  }

  /** The loop is awake: what waits for the clock is read now, and the clock begins anew. */
  readWaiting(): void {
    if (this.#resting.size === 0) return;
    let received = 0;
    for (const socket of this.#resting) received += socket.receive();
    if (received > 0) this.#readMs = performance.now();
    if (!this.#closed) this.#clock?.refresh();
  }

  /** Reads until nothing waits any more, or so much came that it may go on for ever; then calls back, in a later turn of the loop. */
  drain(done: () => void, turn = 1): void {
    setImmediate(() => {
      if (this.#read() > 0 && turn < DRAIN_TURNS_MAX) this.drain(done, turn + 1);
      else done();
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#clock);
    this.#v4.close();
    this.#v6?.close();
  }

  #readable(): void {
    const nowMs = performance.now();
    const isThick = nowMs - this.#readMs < READ_INTERVAL_MS;
    this.#readMs = nowMs;
    for (const socket of this.#sockets) {
      if (socket.receive() === 0 || !isThick || this.#closed) continue;
      socket.rest();
      this.#resting.add(socket);
    }
    if (this.#resting.size > 0) this.#clock ??= this.#startClock(READ_INTERVAL_MS);
  }

  #startClock(intervalMs: number): NodeJS.Timeout {
    this.#intervalMs = intervalMs;
    return setTimeout(() => {
      this.#tick();
    }, intervalMs);
  }

  /** As long as something comes in between, the clock goes on. */
  #tick(): void {
    let received = 0;
    for (const socket of this.#resting) {
      const count = socket.receive();
      if (this.#closed) return;
      received += count;
      if (count > 0) continue;
      this.#resting.delete(socket);
      socket.resume();
    }
    if (received > 0) this.#readMs = performance.now();
    const intervalMs = received >= MANY ? READ_MANY_INTERVAL_MS : READ_INTERVAL_MS;
    if (this.#resting.size === 0) this.#clock = undefined;
    else if (intervalMs === this.#intervalMs) this.#clock?.refresh();
    else this.#clock = this.#startClock(intervalMs);
  }

  #read(): number {
    return this.#sockets.reduce((total, socket) => total + socket.receive(), 0);
  }

  get #sockets(): readonly DatagramSocket[] {
    return this.#v6 === undefined ? [this.#v4] : [this.#v4, this.#v6];
  }
}
