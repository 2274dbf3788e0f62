/** The two ends of a connection, as Node and the machine show them. */
import type { Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { parseIp, type Ip } from "../../base/ip.ts";
import { endsOf, type InterfaceAddresses } from "../ends.ts";
import type { Ends } from "../route-attributes.ts";

/** @returns the address without a zone; IPv4 also where it comes mapped */
export function plainIp(text: string | undefined): Ip | undefined {
  const bare = (text ?? "").replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/, "");
  return parseIp(bare);
}

/** @returns undefined for a connection that is gone already */
export function endsOfSocket(socket: Socket): Ends | undefined {
  const [ourAddress, theirAddress] = [plainIp(socket.localAddress), plainIp(socket.remoteAddress)];
  if (ourAddress === undefined || theirAddress === undefined) return undefined;
  return endsOf({ ourAddress, theirAddress }, interfaces());
}

function interfaces(): InterfaceAddresses[] {
  return Object.entries(networkInterfaces()).map(([name, entries = []]) => ({
    name,
    addresses: entries.flatMap(({ address }) => plainIp(address) ?? []),
  }));
}
