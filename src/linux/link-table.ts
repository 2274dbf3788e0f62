/**
 * What the kernel said about links and addresses, as one picture that is always whole. Pure.
 *
 * Read first: netlink(7) on dumps and lost messages. A dump is asked for at the start, after an overrun and at every tick;
 * links first, then addresses. News that arrive meanwhile are applied to the old picture and to the new one:
 * the kernel queues dump and news on one socket, in the order in which they came true.
 * Neighbours: wire/netlink.ts reads the bytes; io/link-monitor.ts performs.
 */
import { compareIps, familyOf, type Ip } from "../base/ip.ts";
import type { Step } from "../base/step.ts";
import type { AddressFacts, LinkFacts, NetlinkMessage } from "./wire/netlink.ts";

export interface LinkAddress {
  readonly ip: Ip;
  readonly prefixLength: number;
}

/** An interface and the addresses that it can use now. */
export interface Link extends LinkFacts {
  /** IPv4 first, each by number; without those that duplicate address detection still holds back. */
  readonly addresses: readonly LinkAddress[];
  readonly linkLocalIpv6: Ip | null;
}

interface Picture {
  readonly links: ReadonlyMap<number, LinkFacts>;
  /** By interface and address. */
  readonly addresses: ReadonlyMap<string, AddressFacts>;
}

interface Dump {
  readonly sequence: number;
  readonly what: "links" | "addresses";
  readonly picture: Picture;
  /** What was said does not fit together: ask again when it is over. */
  readonly spoilt: boolean;
}

export interface LinkTableState {
  /** Null until the first dump is whole. */
  readonly picture: Picture | null;
  readonly dump: Dump | null;
  readonly lastSequence: number;
  /** Dumps in a row that came to nothing. */
  readonly failures: number;
  readonly published: readonly Link[] | null;
}

export type LinkTableEvent =
  | { readonly kind: "start" }
  /** All that one wake of the socket brought, so that a burst is told of once. */
  | { readonly kind: "received"; readonly messages: readonly NetlinkMessage[] }
  /** Messages were lost. */
  | { readonly kind: "overrun" }
  /** Every now and then, as a net below all this. */
  | { readonly kind: "tick" };

export type LinkTableEffect =
  | {
      readonly kind: "request-dump";
      readonly what: "links" | "addresses";
      readonly sequence: number;
    }
  | { readonly kind: "publish"; readonly links: readonly Link[] }
  | { readonly kind: "report-error"; readonly errno: number };

type LinkTableStep = Step<LinkTableState, LinkTableEffect>;

/** After so many spoilt dumps in a row the next one waits for the tick. */
const DUMP_FAILURES_MAX = 3;

const EMPTY: Picture = { links: new Map(), addresses: new Map() };

export const INITIAL_LINK_TABLE: LinkTableState = {
  picture: null,
  dump: null,
  lastSequence: 0,
  failures: 0,
  published: null,
};

/**
 * Moves the table by one event.
 *
 * @returns the next state, and what to send and to tell, in order; links are told of only when they differ
 *   from what was told last, and never before the first dump is whole
 */
export function stepLinkTable(state: LinkTableState, event: LinkTableEvent): LinkTableStep {
  switch (event.kind) {
    case "start":
    case "tick":
      return startDump({ ...state, failures: 0 });
    case "overrun":
      // The kernel refuses a second dump while one runs: that one is finished first.
      if (state.dump === null) return startDump(state);
      return { state: { ...state, dump: { ...state.dump, spoilt: true } }, effects: [] };
    case "received":
      return received(state, event.messages);
  }
}

function startDump(state: LinkTableState): LinkTableStep {
  const sequence = (state.lastSequence % 0xffffffff) + 1;
  const dump: Dump = { sequence, what: "links", picture: EMPTY, spoilt: false };
  return {
    state: { ...state, dump, lastSequence: sequence },
    effects: [{ kind: "request-dump", what: "links", sequence }],
  };
}

function received(before: LinkTableState, messages: readonly NetlinkMessage[]): LinkTableStep {
  let state = learn(before, messages);
  const effects: LinkTableEffect[] = [];
  for (const message of messages) {
    const out = control(state, message);
    state = out.state;
    effects.push(...out.effects);
  }
  return publish(state, effects);
}

/** Messages that say something about a dump, not about a link. */
function control(state: LinkTableState, message: NetlinkMessage): LinkTableStep {
  const { dump } = state;
  if (message.kind === "overrun") return stepLinkTable(state, { kind: "overrun" });
  if (dump === null || message.sequence !== dump.sequence) return { state, effects: [] };
  const spoilt = dump.spoilt || message.interrupted;
  const now = { ...state, dump: { ...dump, spoilt } };
  if (message.kind === "done") return dumpEnded(now, now.dump);
  if (message.kind === "error" && message.errno !== 0) {
    return {
      state: { ...state, dump: null },
      effects: [{ kind: "report-error", errno: message.errno }],
    };
  }
  return { state: now, effects: [] };
}

function dumpEnded(state: LinkTableState, dump: Dump): LinkTableStep {
  if (dump.spoilt) {
    const failures = state.failures + 1;
    const failed = { ...state, dump: null, failures };
    return failures < DUMP_FAILURES_MAX ? startDump(failed) : { state: failed, effects: [] };
  }
  if (dump.what === "addresses") {
    return { state: { ...state, picture: dump.picture, dump: null, failures: 0 }, effects: [] };
  }
  const sequence = (state.lastSequence % 0xffffffff) + 1;
  return {
    state: { ...state, dump: { ...dump, sequence, what: "addresses" }, lastSequence: sequence },
    effects: [{ kind: "request-dump", what: "addresses", sequence }],
  };
}

/** Dump parts go into the picture that is being taken; news go into that and the one that is shown. */
function learn(state: LinkTableState, messages: readonly NetlinkMessage[]): LinkTableState {
  const news = messages.filter(({ inDump }) => !inDump);
  const sequence = state.dump?.sequence;
  const forDump = messages.filter((m) => !m.inDump || m.sequence === sequence);
  return {
    ...state,
    picture: state.picture && developed(state.picture, news),
    dump: state.dump && { ...state.dump, picture: developed(state.dump.picture, forDump) },
  };
}

/** @returns the picture after these messages; the one given stays as it is */
function developed(picture: Picture, messages: readonly NetlinkMessage[]): Picture {
  if (messages.length === 0) return picture;
  const links = new Map(picture.links);
  const addresses = new Map(picture.addresses);
  for (const message of messages) {
    if (message.kind === "link") links.set(message.link.index, message.link);
    if (message.kind === "link-removed") {
      links.delete(message.index);
      for (const [key, { interfaceIndex }] of addresses) {
        if (interfaceIndex === message.index) addresses.delete(key);
      }
    }
    if (message.kind === "address") addresses.set(keyOf(message.address), message.address);
    if (message.kind === "address-removed") addresses.delete(keyOf(message.address));
  }
  return { links, addresses };
}

function keyOf({ interfaceIndex, ip, prefixLength }: AddressFacts): string {
  return `${interfaceIndex} ${ip}/${prefixLength}`;
}

/** Adds the whole set to the effects, where it is known and news. */
function publish(state: LinkTableState, effects: LinkTableEffect[]): LinkTableStep {
  if (state.picture === null) return { state, effects };
  const links = linksOf(state.picture);
  if (JSON.stringify(links) === JSON.stringify(state.published)) return { state, effects };
  return {
    state: { ...state, published: links },
    effects: [...effects, { kind: "publish", links }],
  };
}

function linksOf({ links, addresses }: Picture): readonly Link[] {
  const usable = new Map<number, AddressFacts[]>();
  for (const address of addresses.values()) {
    if (!address.usable) continue;
    const known = usable.get(address.interfaceIndex);
    if (known === undefined) usable.set(address.interfaceIndex, [address]);
    else known.push(address);
  }
  return [...links.values()]
    .sort((a, b) => a.index - b.index)
    .map((link) => withAddresses(link, usable.get(link.index) ?? []));
}

function withAddresses(link: LinkFacts, facts: readonly AddressFacts[]): Link {
  const sorted = [...facts].sort((a, b) => compareIps(a.ip, b.ip));
  const linkLocal = sorted.find((one) => one.linkLocal && familyOf(one.ip) === "IPv6");
  return {
    ...link,
    addresses: sorted.map(({ ip, prefixLength }) => ({ ip, prefixLength })),
    linkLocalIpv6: linkLocal?.ip ?? null,
  };
}
