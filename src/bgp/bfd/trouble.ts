/** Why BFD can neither send nor hear on a path, in words, and what can be done. Pure. Neighbour: io/bfd-plane.ts meets it. */
import { EADDRINUSE, EADDRNOTAVAIL, ENODEV, type SystemCallError } from "../../linux/errno.ts";
import type { Endpoints } from "./sessions.ts";

const REMEDIES: Readonly<Record<number, (endpoints: Endpoints) => string>> = {
  [EADDRINUSE]: () => "Another program on this node watches by BFD, such as FRR's bfdd: end that",
  [EADDRNOTAVAIL]: ({ ourAddress }) =>
    ourAddress === null
      ? "Set sourceAddress to an address that the node has"
      : `Give this node the address ${ourAddress}, or the peer another source address`,
  [ENODEV]: ({ interface: link, vrf }) =>
    `Make the device ${link ?? vrf ?? ""} on this node, or select other nodes with nodeSelectors`,
};

export function bfdTrouble({ message, errno }: SystemCallError, endpoints: Endpoints): string {
  const remedy = REMEDIES[errno]?.(endpoints);
  return remedy === undefined ? message : `${message}. ${remedy}`;
}
