/**
 * The addresses of a session's two ends, and the next hops that the node has there. Pure.
 *
 * Read first: RFC 2545 section 3 (IPv6: a global address, and a link-local one beside it for a peer on the link).
 * Neighbours: io/ends.ts asks the machine; route-attributes.ts uses what comes out.
 */
import { isLinkLocal, type Ip } from "../base/ip.ts";
import type { Ends } from "./route-attributes.ts";

export interface InterfaceAddresses {
  readonly name: string;
  readonly addresses: readonly Ip[];
}

interface Connected extends Pick<Ends, "ourAddress" | "theirAddress"> {
  /** On which it runs, where that is known: several may have the same link-local address. */
  readonly interface: string | null;
}

/**
 * @param ourAddress our end of the connection
 * @param interfaces of the node, in the order of the kernel
 */
export function endsOf(
  { ourAddress, theirAddress, interface: link }: Connected,
  interfaces: readonly InterfaceAddresses[],
): Ends {
  const ours = interfaces.find(
    ({ name, addresses }) => (link === null || name === link) && addresses.includes(ourAddress),
  );
  const addresses = ours?.addresses ?? [ourAddress];
  const ipv4 = addresses.filter((ip) => !ip.includes(":"));
  const ipv6 = addresses.filter((ip) => ip.includes(":"));
  const global = ipv6.filter((ip) => !isLinkLocal(ip));
  const local = ipv6.filter(isLinkLocal);
  const isIpv6 = ourAddress.includes(":");
  return {
    ...{ ourAddress, theirAddress },
    nextHops: {
      IPv4: isIpv6 ? ipv4.slice(0, 1) : [ourAddress],
      IPv6: nextHopsOfIpv6(isIpv6 ? ourAddress : null, global, local),
    },
  };
}

function nextHopsOfIpv6(ourAddress: Ip | null, global: readonly Ip[], local: readonly Ip[]): Ip[] {
  const [first] = global;
  if (ourAddress === null) return first === undefined ? local.slice(0, 1) : [first];
  if (!isLinkLocal(ourAddress)) return [ourAddress];
  return first === undefined ? [ourAddress] : [first, ourAddress];
}
