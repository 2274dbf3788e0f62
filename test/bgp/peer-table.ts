/** The other end of a session in memory: what a peer knows after it has heard our messages. */
import type { Ip } from "../../src/base/ip.ts";
import type { Agreement } from "../../src/bgp/handshake.ts";
import type { Prefix } from "../../src/bgp/prefix.ts";
import type { RouteContext } from "../../src/bgp/route-attributes.ts";
import type { WireContext } from "../../src/bgp/wire/attributes.ts";
import { decodeMessage } from "../../src/bgp/wire/message.ts";
import { prefixesOf } from "../../src/bgp/wire/nlri.ts";
import { endOfRibFamily, type UpdateMessage } from "../../src/bgp/wire/update.ts";

const EXTERNAL: WireContext = { asnBytes: 4, isExternal: true };

/** A session of ours over IPv4 with a peer of another AS, on which both families were agreed. */
export function routeContext(more: Partial<Agreement> = {}): RouteContext {
  return {
    ourAsn: 64512,
    isDraining: false,
    agreement: {
      ...{ theirAsn: 64513, theirIdentifier: "192.0.2.254" as Ip, holdTimeMs: 9000 },
      ...{ wire: EXTERNAL, messageBytesMax: 4096, families: ["IPv4", "IPv6"], restart: null },
      ...{ takesIpv6NextHops: false, takesRefresh: true, theirCapabilities: [] },
      ...more,
    },
    ends: {
      ...{ ourAddress: "10.0.0.1" as Ip, theirAddress: "10.0.0.2" as Ip },
      nextHops: { IPv4: ["10.0.0.1" as Ip], IPv6: ["fd99::1" as Ip] },
    },
  };
}

export class PeerTable {
  /** By prefix: `next hops`, then everything else that is said of it. */
  readonly routes = new Map<Prefix, string>();
  readonly ends: string[] = [];
  readonly #wire: WireContext;

  constructor(wire: WireContext = EXTERNAL) {
    this.#wire = wire;
  }

  /** @param messages whole. @returns the routes after them */
  hear(messages: readonly Uint8Array[]): ReadonlyMap<Prefix, string> {
    for (const message of messages) {
      const decoded = decodeMessage(message, this.#wire);
      if (!decoded.ok) throw new Error(decoded.fault);
      if (decoded.value.kind === "update") this.#hear(decoded.value);
    }
    return this.routes;
  }

  #hear(update: UpdateMessage): void {
    if (update.faults.length > 0) throw new Error(JSON.stringify(update.faults));
    const end = endOfRibFamily(update);
    if (end !== null) this.ends.push(end);
    for (const prefix of prefixesOf(update.withdrawn, "IPv4")) this.routes.delete(prefix);
    const rest: string[] = [];
    let nextHops = "";
    for (const attribute of update.attributes) {
      if (attribute.kind === "mp-unreach") {
        for (const prefix of prefixesOf(attribute.prefixes, attribute.family)) {
          this.routes.delete(prefix);
        }
      } else if (attribute.kind === "mp-reach") nextHops = attribute.nextHops.join();
      else if (attribute.kind === "next-hop") nextHops = attribute.nextHop;
      else rest.push(JSON.stringify(attribute));
    }
    const said = `${nextHops} ${rest.join(" ")}`;
    for (const attribute of update.attributes) {
      if (attribute.kind !== "mp-reach") continue;
      for (const prefix of prefixesOf(attribute.prefixes, attribute.family)) {
        this.routes.set(prefix, said);
      }
    }
    for (const prefix of prefixesOf(update.announced, "IPv4")) this.routes.set(prefix, said);
  }
}
