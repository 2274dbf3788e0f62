/** The two ends of a connection, as Node and the machine show them. */
import type { Socket } from "node:net";
import { networkInterfaces, type NetworkInterfaceInfo } from "node:os";
import { parseIp, type Ip } from "../../base/ip.ts";
import { endsOf, type InterfaceAddresses } from "../ends.ts";
import type { OwnLink } from "../on-link.ts";
import type { BgpPeer } from "../peer.ts";
import type { Ends } from "../route-attributes.ts";

/** @returns undefined for a connection that is gone already */
export function endsOfSocket(
  socket: Socket,
  { interface: link }: Pick<BgpPeer, "interface">,
): Ends | undefined {
  const [ourAddress, theirAddress] = [plainIp(socket.localAddress), plainIp(socket.remoteAddress)];
  if (ourAddress === undefined || theirAddress === undefined) return undefined;
  return endsOf({ ourAddress, theirAddress, interface: link }, interfaces());
}

/** @returns whether it is this peer that has dialled, and the address of ours that it is to know us by */
export function isFrom(
  socket: Socket,
  { address, sourceAddress, interface: link }: BgpPeer,
): boolean {
  const { localAddress, remoteAddress } = socket;
  if (plainIp(remoteAddress) !== address) return false;
  if (sourceAddress !== null && plainIp(localAddress) !== sourceAddress) return false;
  return link === null || remoteAddress?.endsWith(`%${link}`) === true;
}

/** @returns the address without a zone; IPv4 also where it comes mapped */
export function plainIp(text: string | undefined): Ip | undefined {
  const bare = (text ?? "").replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/, "");
  return parseIp(bare);
}

/** @returns all that are up and running; none where the system does not tell, as where the process has too many open files */
export function ownLinks(): OwnLink[] {
  try {
    return Object.entries(networkInterfaces()).map(ownLinkOf);
  } catch (error) {
    if (error instanceof Error && error.name === "SystemError") return [];
    throw error;
  }
}

function ownLinkOf([name, entries = []]: [string, NetworkInterfaceInfo[] | undefined]): OwnLink {
  const networks = entries.flatMap(({ cidr }) => {
    const [text = "", length = ""] = (cidr ?? "").split("/");
    const address = plainIp(text);
    return address === undefined ? [] : [{ address, prefixLength: Number(length) }];
  });
  return { name, networks };
}

function interfaces(): InterfaceAddresses[] {
  return Object.entries(networkInterfaces()).map(([name, entries = []]) => ({
    name,
    addresses: entries.flatMap(({ address }) => plainIp(address) ?? []),
  }));
}
