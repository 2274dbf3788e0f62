/**
 * Which routers are on a link of ours, and when that is another matter: an interface may get its address, or come up, after we have begun.
 *
 * That it is on one is believed at once, that it is on none any more only after a while: what renews an address, such as DHCP, or
 * `netplan apply`, takes it away and puts it back. Without a router to ask for nothing is open. Neighbour: ../on-link.ts decides.
 */
import type { Logger } from "pino";
import type { Ip } from "../../base/ip.ts";
import type { Link, LinkMonitor } from "../../linux/io/link-monitor.ts";
import { linkTo, type OwnLink } from "../on-link.ts";
import { ownLinks } from "./ends.ts";
import { tryWatchLinks } from "./try-watch-links.ts";

export interface OnLinkWatchOptions {
  readonly log: Logger;
  /** `isOnLink` is another for one of those that are wanted; never within a call of the caller's. */
  readonly onChange: () => void;
}

/** An address is taken away and put back within it. */
const LEAVE_MS = 5000;

export class OnLinkWatch {
  readonly #options: OnLinkWatchOptions;
  /** By router: the name of its link, or null. */
  readonly #linkOf = new Map<Ip, string | null>();
  /** By router that is on none, as it seems: when that is believed. */
  readonly #leaving = new Map<Ip, NodeJS.Timeout>();
  #monitor: LinkMonitor | undefined;
  /** Null: not told yet. */
  #links: readonly OwnLink[] | null = null;

  constructor(options: OnLinkWatchOptions) {
    this.#options = options;
  }

  /** All routers from now on. */
  want(routers: ReadonlySet<Ip>): void {
    for (const router of this.#linkOf.keys()) if (!routers.has(router)) this.#forget(router);
    if (routers.size === 0) this.#stopWatching();
    else this.#monitor ??= this.#watchLinks();
    // What the monitor says first comes later, and who asks cannot wait.
    const links = this.#links ?? ownLinks();
    for (const router of routers) this.#place(router, links);
  }

  /** Of one of those that are wanted: whether no router is between. */
  isOnLink(router: Ip): boolean {
    return (this.#linkOf.get(router) ?? null) !== null;
  }

  close(): void {
    this.want(new Set());
  }

  #watchLinks(): LinkMonitor | undefined {
    return tryWatchLinks(this.#options.log, (links) => {
      this.#links = links.filter(({ up, carrier }) => up && carrier).map(ownLinkOf);
      this.#decide(this.#links);
    });
  }

  #stopWatching(): void {
    this.#monitor?.close();
    this.#monitor = undefined;
    this.#links = null;
  }

  #decide(links: readonly OwnLink[]): void {
    let isChanged = false;
    for (const router of this.#linkOf.keys()) {
      const wasOnLink = this.isOnLink(router);
      this.#place(router, links);
      if (this.isOnLink(router) !== wasOnLink) isChanged = true;
    }
    if (isChanged) this.#options.onChange();
  }

  #place(router: Ip, links: readonly OwnLink[]): void {
    const before = this.#linkOf.get(router) ?? null;
    const after = linkTo(router, links, before);
    if (before !== null && after === null) {
      this.#leave(router);
      return;
    }
    this.#stay(router);
    this.#linkOf.set(router, after);
  }

  #leave(router: Ip): void {
    if (this.#leaving.has(router)) return;
    const timer = setTimeout(() => {
      this.#leaving.delete(router);
      this.#linkOf.set(router, null);
      this.#options.onChange();
    }, LEAVE_MS);
    this.#leaving.set(router, timer);
  }

  #stay(router: Ip): void {
    clearTimeout(this.#leaving.get(router));
    this.#leaving.delete(router);
  }

  #forget(router: Ip): void {
    this.#stay(router);
    this.#linkOf.delete(router);
  }
}

function ownLinkOf({ name, addresses }: Link): OwnLink {
  const networks = addresses.map(({ ip: address, prefixLength }) => ({ address, prefixLength }));
  return { name, networks };
}
