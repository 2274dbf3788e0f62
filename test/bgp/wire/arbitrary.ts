/** Random values of what the wire carries, as our codecs hold them. */
import fc from "fast-check";
import { ipFromBytes, type Ip, type IpFamily } from "../../../src/base/ip.ts";
import { prefixOf, prefixToBytes, type Prefix } from "../../../src/bgp/prefix.ts";
import type { Capability } from "../../../src/bgp/wire/capabilities.ts";
import type { PathAttribute } from "../../../src/bgp/wire/attributes.ts";
import { joinNlri, type Nlri } from "../../../src/bgp/wire/nlri.ts";
import type { OpenMessage } from "../../../src/bgp/wire/open.ts";
import type { UpdateBody } from "../../../src/bgp/wire/update.ts";

export const uint8 = fc.nat(0xff);
export const uint16 = fc.nat(0xffff);
export const uint32 = fc.nat(0xffffffff);
export const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const ofLength = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
export const ipv4: fc.Arbitrary<Ip> = ofLength(4).map(ipFromBytes);
export const ipv6: fc.Arbitrary<Ip> = ofLength(16).map(ipFromBytes);

export function prefix(family: IpFamily): fc.Arbitrary<Prefix> {
  return family === "IPv4"
    ? fc.tuple(ipv4, fc.nat(32)).map(([ip, length]) => prefixOf(ip, length))
    : fc.tuple(ipv6, fc.nat(128)).map(([ip, length]) => prefixOf(ip, length));
}

export function nlri(family: IpFamily): fc.Arbitrary<Nlri> {
  return fc
    .array(prefix(family), { maxLength: 20 })
    .map((prefixes) => joinNlri(prefixes.map(prefixToBytes)));
}

const family = fc.record({ afi: uint16, safi: uint8 });

export const capability: fc.Arbitrary<Capability> = fc.oneof(
  family.map((code) => ({ kind: "multiprotocol", ...code }) as const),
  fc.constant({ kind: "route-refresh" } as const),
  fc.constant({ kind: "extended-message" } as const),
  fc
    .array(fc.record({ afi: uint16, safi: uint8, nextHopAfi: uint16 }), {
      minLength: 1,
      maxLength: 5,
    })
    .map((entries) => ({ kind: "extended-next-hop", entries }) as const),
  fc.record({
    kind: fc.constant("graceful-restart" as const),
    isRestarting: fc.boolean(),
    overNotification: fc.boolean(),
    restartSeconds: fc.nat(0xfff),
    families: fc.array(fc.record({ afi: uint16, safi: uint8, isForwarding: fc.boolean() }), {
      maxLength: 5,
    }),
  }),
  uint32.map((asn) => ({ kind: "four-octet-as", asn }) as const),
  fc.record({
    kind: fc.constant("unknown" as const),
    code: fc.integer({ min: 128, max: 255 }),
    bytes: bytes(40),
  }),
);

export const open: fc.Arbitrary<OpenMessage> = fc.record({
  kind: fc.constant("open" as const),
  asn16: fc.integer({ min: 1, max: 0xffff }),
  holdTimeSeconds: uint16.filter((seconds) => seconds === 0 || seconds > 2),
  identifier: ipv4.filter((ip) => ip !== "0.0.0.0"),
  capabilities: fc.array(capability, { maxLength: 30 }),
});

const asns = (asn: fc.Arbitrary<number>) => fc.array(asn, { minLength: 1, maxLength: 255 });
const segments = (asn: fc.Arbitrary<number>) =>
  fc.array(
    fc.record({
      kind: fc.constantFrom(
        "set" as const,
        "sequence" as const,
        "confederation-sequence" as const,
        "confederation-set" as const,
      ),
      asns: asns(asn),
    }),
    { maxLength: 3 },
  );
const list = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: 1, maxLength: 80 });

/** One of each kind, for a peer of our own AS that speaks four octets. */
export const attributes: fc.Arbitrary<PathAttribute[]> = fc
  .tuple(
    fc.constantFrom("igp" as const, "egp" as const, "incomplete" as const),
    segments(uint32),
    ipv4,
    uint32,
    list(fc.tuple(uint16, uint16)),
    list(fc.tuple(uint32, uint32, uint32)),
    fc.record({ nextHops: fc.constantFrom(1, 2), prefixes: nlri("IPv6"), hop: ipv6 }),
    fc.record({
      flags: fc.constantFrom(0x80, 0xc0, 0xe0),
      type: fc.integer({ min: 40, max: 255 }),
    }),
    bytes(300),
  )
  .map(([origin, path, nextHop, value, communities, large, reach, unknown, rest]) => [
    {
      kind: "mp-reach",
      family: "IPv6",
      nextHops: Array.from({ length: reach.nextHops }, () => reach.hop),
      prefixes: reach.prefixes,
    },
    { kind: "origin", origin },
    { kind: "as-path", segments: path },
    { kind: "next-hop", nextHop },
    { kind: "multi-exit", value },
    { kind: "local-preference", value },
    { kind: "atomic-aggregate" },
    { kind: "aggregator", asn: value, router: nextHop },
    { kind: "communities", values: communities },
    { kind: "originator", router: nextHop },
    { kind: "clusters", routers: [nextHop, nextHop] },
    { kind: "mp-unreach", family: "IPv6", prefixes: reach.prefixes },
    { kind: "extended-communities", bytes: new Uint8Array(16).fill(7) },
    { kind: "as4-path", segments: path },
    { kind: "as4-aggregator", asn: value, router: nextHop },
    { kind: "large-communities", values: large },
    { kind: "unknown", ...unknown, bytes: rest },
  ]);

export const update: fc.Arbitrary<UpdateBody> = fc.record({
  withdrawn: nlri("IPv4"),
  attributes,
  announced: nlri("IPv4"),
});
