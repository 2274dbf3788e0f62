import { expect } from "chai";
import fc from "fast-check";
import type { Ip } from "../../src/base/ip.ts";
import {
  INITIAL_LINK_TABLE,
  stepLinkTable,
  type Link,
  type LinkTableEffect,
  type LinkTableEvent,
} from "../../src/linux/link-table.ts";
import type { AddressFacts, LinkFacts, NetlinkMessage } from "../../src/linux/wire/netlink.ts";

const eth0: LinkFacts = {
  index: 2,
  name: "eth0",
  mac: null,
  ethernet: true,
  loopback: false,
  up: true,
  carrier: true,
  broadcast: true,
  noArp: false,
  masterIndex: null,
  kind: null,
  mtu: 1500,
};
const eth1: LinkFacts = { ...eth0, index: 3, name: "eth1" };
const v4: AddressFacts = {
  interfaceIndex: 2,
  ip: "192.0.2.1" as Ip,
  prefixLength: 24,
  linkLocal: false,
  usable: true,
};
const v6: AddressFacts = { ...v4, ip: "2001:db8::1" as Ip, prefixLength: 64 };
const local: AddressFacts = { ...v6, ip: "fe80::1" as Ip, linkLocal: true };

type Bare<M> = M extends NetlinkMessage ? Omit<M, "sequence" | "inDump" | "interrupted"> : never;
/** A message without its header. */
type Told = Bare<NetlinkMessage>;

const news = (...told: readonly Told[]): LinkTableEvent => ({
  kind: "received",
  messages: told.map((one) => ({ sequence: 0, inDump: false, interrupted: false, ...one })),
});
const part = (sequence: number, ...told: readonly Told[]): LinkTableEvent => ({
  kind: "received",
  messages: told.map((one) => ({ sequence, inDump: true, interrupted: false, ...one })),
});
const failed = (sequence: number, errno: number): LinkTableEvent => ({
  kind: "received",
  messages: [{ sequence, inDump: false, interrupted: false, kind: "error", errno }],
});
const interrupted = (sequence: number): LinkTableEvent => ({
  kind: "received",
  messages: [{ sequence, inDump: true, interrupted: true, kind: "done" }],
});

const link = (facts: LinkFacts): Told => ({ kind: "link", link: facts });
const address = (facts: AddressFacts): Told => ({ kind: "address", address: facts });
const done: Told = { kind: "done" };

const ask = (what: "links" | "addresses", sequence: number): LinkTableEffect => ({
  kind: "request-dump",
  what,
  sequence,
});
const publish = (...links: readonly Link[]): LinkTableEffect => ({ kind: "publish", links });
const bare = (facts: LinkFacts): Link => ({ ...facts, addresses: [], linkLocalIpv6: null });
const eth0With = (addresses: readonly AddressFacts[], linkLocalIpv6: Ip | null = null): Link => ({
  ...eth0,
  addresses: addresses.map(({ ip, prefixLength }) => ({ ip, prefixLength })),
  linkLocalIpv6,
});

interface Line {
  readonly event: LinkTableEvent;
  readonly want: readonly LinkTableEffect[];
}

/** The first dump, with eth0 and 192.0.2.1 on it: sequences 1 and 2. */
const started: readonly Line[] = [
  { event: { kind: "start" }, want: [ask("links", 1)] },
  { event: part(1, link(eth0)), want: [] },
  { event: part(1, done), want: [ask("addresses", 2)] },
  { event: part(2, address(v4), done), want: [publish(eth0With([v4]))] },
];

const scripts: readonly { readonly name: string; readonly steps: readonly Line[] }[] = [
  { name: "nothing is told before the first dump is whole, then all at once", steps: started },
  {
    name: "news before the end of the first dump are in it",
    steps: [
      { event: { kind: "start" }, want: [ask("links", 1)] },
      { event: part(1, link(eth0), done), want: [ask("addresses", 2)] },
      { event: news(link(eth1)), want: [] },
      { event: part(2, done), want: [publish(bare(eth0), bare(eth1))] },
    ],
  },
  {
    name: "what is removed while a dump runs stays removed",
    steps: [
      { event: { kind: "start" }, want: [ask("links", 1)] },
      { event: part(1, link(eth0), link(eth1), done), want: [ask("addresses", 2)] },
      { event: news({ kind: "link-removed", index: 3 }), want: [] },
      { event: part(2, done), want: [publish(bare(eth0))] },
    ],
  },
  {
    name: "a burst of news is told of once, in order of index",
    steps: [
      ...started,
      {
        event: news(link(eth1), link({ ...eth1, carrier: false }), link({ ...eth1, up: false })),
        want: [publish(eth0With([v4]), bare({ ...eth1, up: false }))],
      },
    ],
  },
  {
    name: "news that say nothing new are not told",
    steps: [
      ...started,
      { event: news(link(eth0), { kind: "other" }), want: [] },
      { event: news(link(eth1), { kind: "link-removed", index: 3 }), want: [] },
    ],
  },
  {
    name: "news count, whatever request of others they come from",
    steps: [
      ...started,
      {
        event: {
          kind: "received",
          messages: [
            { sequence: 99, inDump: false, interrupted: false, kind: "address", address: v6 },
          ],
        },
        want: [publish(eth0With([v4, v6]))],
      },
    ],
  },
  {
    name: "a removed link takes its addresses along",
    steps: [
      ...started,
      { event: news({ kind: "link-removed", index: 2 }), want: [publish()] },
      { event: news(link(eth0)), want: [publish(bare(eth0))] },
    ],
  },
  {
    name: "addresses: IPv4 first, those in doubt left out, the link-local one named",
    steps: [
      ...started,
      {
        event: news(address({ ...local, usable: false }), address(v6)),
        want: [publish(eth0With([v4, v6]))],
      },
      { event: news(address(local)), want: [publish(eth0With([v4, v6, local], local.ip))] },
      {
        event: news({ kind: "address-removed", address: v4 }),
        want: [publish(eth0With([v6, local], local.ip))],
      },
    ],
  },
  {
    name: "an IPv4 address of link scope is no link-local IPv6",
    steps: [...started, { event: news(address({ ...v4, linkLocal: true })), want: [] }],
  },
  {
    name: "a tick asks for everything; what was missed either way is put right",
    steps: [
      ...started,
      { event: { kind: "tick" }, want: [ask("links", 3)] },
      { event: part(3, link(eth1), done), want: [ask("addresses", 4)] },
      { event: part(4, done), want: [publish(bare(eth1))] },
    ],
  },
  {
    name: "a tick that finds what was known tells nothing",
    steps: [
      ...started,
      { event: { kind: "tick" }, want: [ask("links", 3)] },
      { event: part(3, link(eth0), done), want: [ask("addresses", 4)] },
      { event: part(4, address(v4), done), want: [] },
    ],
  },
  {
    name: "while a dump runs, the old picture goes on with the news",
    steps: [
      ...started,
      { event: { kind: "tick" }, want: [ask("links", 3)] },
      { event: news(link(eth1)), want: [publish(eth0With([v4]), bare(eth1))] },
    ],
  },
  {
    name: "parts of a dump that was given up are not believed",
    steps: [
      ...started,
      { event: { kind: "tick" }, want: [ask("links", 3)] },
      { event: part(1, link(eth1), done), want: [] },
      { event: part(3, link(eth0), done), want: [ask("addresses", 4)] },
      { event: part(4, address(v4), done), want: [] },
    ],
  },
  {
    name: "after an overrun everything is asked for",
    steps: [...started, { event: { kind: "overrun" }, want: [ask("links", 3)] }],
  },
  {
    name: "the kernel's own word for an overrun counts as well",
    steps: [...started, { event: news({ kind: "overrun" }), want: [ask("links", 3)] }],
  },
  {
    name: "an overrun during a dump: it is finished, not believed, and asked for again",
    steps: [
      ...started,
      { event: { kind: "tick" }, want: [ask("links", 3)] },
      { event: { kind: "overrun" }, want: [] },
      { event: part(3, link(eth1), done), want: [ask("links", 4)] },
      { event: part(4, link(eth0), done), want: [ask("addresses", 5)] },
      { event: part(5, address(v4), done), want: [] },
    ],
  },
  {
    name: "a dump that the kernel calls interrupted is asked for again, three times, then at the tick",
    steps: [
      ...started,
      { event: { kind: "tick" }, want: [ask("links", 3)] },
      { event: interrupted(3), want: [ask("links", 4)] },
      { event: interrupted(4), want: [ask("links", 5)] },
      { event: interrupted(5), want: [] },
      { event: { kind: "tick" }, want: [ask("links", 6)] },
      { event: interrupted(6), want: [ask("links", 7)] },
    ],
  },
  {
    name: "a refused dump is told, and tried again at the tick",
    steps: [
      ...started,
      { event: { kind: "tick" }, want: [ask("links", 3)] },
      { event: failed(3, -16), want: [{ kind: "report-error", errno: -16 }] },
      { event: news(link(eth0)), want: [] },
      { event: { kind: "tick" }, want: [ask("links", 4)] },
    ],
  },
  {
    name: "an acknowledgement is no error",
    steps: [
      ...started,
      { event: { kind: "tick" }, want: [ask("links", 3)] },
      { event: failed(3, 0), want: [] },
    ],
  },
];

describe("link table", () => {
  for (const { name, steps } of scripts) {
    it(name, () => {
      let state = INITIAL_LINK_TABLE;
      const seen = steps.map(({ event }) => {
        const out = stepLinkTable(state, event);
        state = out.state;
        return out.effects;
      });
      expect(seen).to.deep.equal(steps.map(({ want }) => want));
    });
  }

  it("a dump tells the truth whatever news overtook it, and however they were split", () => {
    const change = fc.oneof(
      fc.record({ index: fc.integer({ min: 1, max: 4 }), up: fc.boolean() }),
      fc.integer({ min: 1, max: 4 }),
    );
    const told = (one: { index: number; up: boolean } | number): Told =>
      typeof one === "number" ? { kind: "link-removed", index: one } : link({ ...eth0, ...one });
    fc.assert(
      fc.property(fc.array(change), fc.array(change), fc.array(change), (before, mid, after) => {
        const truth = new Map<number, Told>();
        const apply = (changes: typeof before): void => {
          for (const one of changes) {
            if (typeof one === "number") truth.delete(one);
            else truth.set(one.index, told(one));
          }
        };
        apply(before);
        const dumped = [...truth.values()];
        apply(mid);
        apply(after);
        let { state } = stepLinkTable(INITIAL_LINK_TABLE, { kind: "start" });
        for (const event of [
          part(1, ...dumped),
          news(...mid.map(told)),
          part(1, done),
          news(...after.map(told)),
          part(2, done),
        ]) {
          state = stepLinkTable(state, event).state;
        }
        expect(state.published?.map(({ index, up }) => ({ index, up }))).to.deep.equal(
          [...truth.values()]
            .map((one) => (one.kind === "link" ? { index: one.link.index, up: one.link.up } : null))
            .sort((a, b) => (a?.index ?? 0) - (b?.index ?? 0)),
        );
      }),
    );
  });
});
