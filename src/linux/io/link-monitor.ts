/**
 * Watches interfaces and their addresses: the whole set at the start, and again after every change.
 *
 * Read first: ../link-table.ts, which decides everything. Needs no capability.
 */
import { EAGAIN, ENOBUFS, errnoFault, SystemCallError } from "../errno.ts";
import {
  INITIAL_LINK_TABLE,
  stepLinkTable,
  type Link,
  type LinkTableEffect,
  type LinkTableEvent,
} from "../link-table.ts";
import { AF_NETLINK, encodeSockaddrNl, netlinkPortOf, SOCKADDR_NL_BYTES } from "../sockaddr.ts";
import { decodeNetlink, encodeDumpRequest, RTMGRP, type NetlinkMessage } from "../wire/netlink.ts";
import * as system from "./system.ts";

export type { Link } from "../link-table.ts";

export interface LinkMonitorOptions {
  /** Never within the call to `watchLinks`, and only when something differs from the time before. */
  readonly onLinks: (links: readonly Link[]) => void;
  /** The name of what went wrong, such as `netlink-enobufs`; the watch goes on, and asks for everything anew. */
  readonly onFault: (name: string) => void;
  /** Everything is asked for this often, whatever was heard; 10 000 where nothing is said. */
  readonly reconcileIntervalMs?: number;
}

export interface LinkMonitor {
  close(): void;
}

const NETLINK_ROUTE = 0;
const SO_RCVBUF = 8;
const RECEIVE_BUFFER_BYTES = 1 << 20;
/** The kernel fills at most 32 KiB with one datagram of a dump. */
const DATAGRAM_BYTES_MAX = 1 << 16;
const DATAGRAMS_PER_WAKE_MAX = 64;
const RECONCILE_INTERVAL_MS = 10_000;

/** @throws SystemCallError where the kernel refuses the socket */
export function watchLinks(options: LinkMonitorOptions): LinkMonitor {
  return new OpenLinkMonitor(open(), options);
}

function open(): number {
  const fd = system.socket(AF_NETLINK, system.SOCK_RAW, NETLINK_ROUTE);
  if (fd < 0) throw new SystemCallError("open a netlink socket", fd);
  system.setIntOption(fd, system.SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_BYTES);
  const groups = RTMGRP.link | RTMGRP.ipv4Address | RTMGRP.ipv6Address;
  const bound = system.bind(fd, encodeSockaddrNl(groups));
  if (bound >= 0) return fd;
  system.close(fd);
  throw new SystemCallError("subscribe to news of links", bound);
}

class OpenLinkMonitor implements LinkMonitor {
  readonly #fd: number;
  readonly #options: LinkMonitorOptions;
  readonly #watch: system.Watch;
  readonly #timer: NodeJS.Timeout;
  readonly #buffer = new Uint8Array(DATAGRAM_BYTES_MAX);
  readonly #sender = new Uint8Array(SOCKADDR_NL_BYTES);
  #state = INITIAL_LINK_TABLE;
  #closed = false;

  constructor(fd: number, options: LinkMonitorOptions) {
    this.#fd = fd;
    this.#options = options;
    this.#watch = system.watch(fd, (errno) => {
      this.#wake(errno);
    });
    this.#timer = setInterval(() => {
      this.#step({ kind: "tick" });
    }, options.reconcileIntervalMs ?? RECONCILE_INTERVAL_MS);
    this.#timer.unref();
    this.#step({ kind: "start" });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#watch.close();
    system.close(this.#fd);
  }

  #wake(errno: number): void {
    const messages: NetlinkMessage[] = [];
    let overrun = this.#failed(errno);
    for (let i = 0; i < DATAGRAMS_PER_WAKE_MAX && !this.#closed; i++) {
      const length = system.receiveFrom(this.#fd, this.#buffer, this.#sender);
      if (length === -EAGAIN) break;
      if (length < 0) overrun = this.#failed(length) || overrun;
      else messages.push(...this.#decode(length));
    }
    // What was lost came after what was read: the order here is that of the truth.
    if (messages.length > 0) this.#step({ kind: "received", messages });
    if (overrun) this.#step({ kind: "overrun" });
  }

  /** @returns whether messages were lost */
  #failed(result: number): boolean {
    if (result >= 0 || result === -EAGAIN) return false;
    this.#options.onFault(errnoFault("netlink", result));
    return result === -ENOBUFS;
  }

  #decode(length: number): readonly NetlinkMessage[] {
    if (netlinkPortOf(this.#sender) !== 0) return []; // not the kernel
    const datagram = decodeNetlink(this.#buffer.subarray(0, length));
    if (datagram.ok) return datagram.value;
    this.#options.onFault(datagram.fault);
    return [];
  }

  #step(event: LinkTableEvent): void {
    if (this.#closed) return;
    const { state, effects } = stepLinkTable(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: LinkTableEffect): void {
    switch (effect.kind) {
      case "publish":
        this.#options.onLinks(effect.links);
        return;
      case "report-error":
        this.#options.onFault(errnoFault("netlink", effect.errno));
        return;
      case "request-dump": {
        const request = encodeDumpRequest(effect.what, effect.sequence);
        this.#failed(system.sendTo(this.#fd, request, null));
      }
    }
  }
}
