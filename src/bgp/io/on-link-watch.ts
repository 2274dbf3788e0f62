/**
 * Which routers are on a link of ours, and when that is another matter: an interface may get its address, or come up, after we have begun.
 *
 * Without a router to ask for nothing is open. Neighbour: ../on-link.ts decides.
 */
import type { Logger } from "pino";
import type { Ip } from "../../base/ip.ts";
import { watchLinks, type Link, type LinkMonitor } from "../../linux/io/link-monitor.ts";
import { linkTo, type OwnLink } from "../on-link.ts";
import { ownLinks } from "./ends.ts";

export interface OnLinkWatchOptions {
  readonly log: Logger;
  /** `isOnLink` is another for one of those that are wanted; never within a call of the caller's. */
  readonly onChange: () => void;
}

export class OnLinkWatch {
  readonly #options: OnLinkWatchOptions;
  /** By router: the name of its link, or null. */
  readonly #linkOf = new Map<Ip, string | null>();
  #monitor: LinkMonitor | undefined;
  /** Null: not told yet. */
  #links: readonly OwnLink[] | null = null;

  constructor(options: OnLinkWatchOptions) {
    this.#options = options;
  }

  /** All routers from now on. */
  want(routers: ReadonlySet<Ip>): void {
    for (const router of this.#linkOf.keys()) if (!routers.has(router)) this.#linkOf.delete(router);
    if (routers.size === 0) this.#stopWatching();
    else this.#monitor ??= this.#watchLinks();
    // What the monitor says first comes later, and who asks cannot wait.
    const links = this.#links ?? ownLinks();
    for (const router of routers) {
      this.#linkOf.set(router, linkTo(router, links, this.#linkOf.get(router) ?? null));
    }
  }

  /** Of one of those that are wanted: whether no router is between. */
  isOnLink(router: Ip): boolean {
    return (this.#linkOf.get(router) ?? null) !== null;
  }

  close(): void {
    this.want(new Set());
  }

  #watchLinks(): LinkMonitor {
    return watchLinks({
      onLinks: (links) => {
        this.#links = links.filter(({ up, carrier }) => up && carrier).map(ownLinkOf);
        this.#decide(this.#links);
      },
      onFault: (fault) => {
        this.#options.log.warn({ fault }, "interfaces could not be read");
      },
    });
  }

  #stopWatching(): void {
    this.#monitor?.close();
    this.#monitor = undefined;
    this.#links = null;
  }

  #decide(links: readonly OwnLink[]): void {
    let isChanged = false;
    for (const [router, before] of this.#linkOf) {
      const after = linkTo(router, links, before);
      this.#linkOf.set(router, after);
      if ((before === null) !== (after === null)) isChanged = true;
    }
    if (isChanged) this.#options.onChange();
  }
}

function ownLinkOf({ name, addresses }: Link): OwnLink {
  const networks = addresses.map(({ ip: address, prefixLength }) => ({ address, prefixLength }));
  return { name, networks };
}
