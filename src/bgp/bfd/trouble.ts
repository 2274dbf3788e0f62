/** Why BFD can neither send nor hear on a path, in words, and what can be done. Pure. Neighbour: io/bfd-plane.ts meets it. */
import { EADDRINUSE, EADDRNOTAVAIL, ENODEV, type SystemCallError } from "../../linux/errno.ts";
import type { Endpoints } from "./sessions.ts";

type Remedy = (endpoints: Endpoints, device: string | null) => string;

const REMEDIES: Readonly<Record<number, Remedy>> = {
  [EADDRINUSE]: () => "Another program on this node watches by BFD, such as FRR's bfdd: end that",
  [EADDRNOTAVAIL]: ({ ourAddress }) =>
    ourAddress === null
      ? "Set sourceAddress to an address that the node has"
      : `Give this node the address ${ourAddress}, or the peer another source address`,
  // We send by the interface, and hear in its VRF: which of the two is missing the call alone knows.
  [ENODEV]: (_, device) =>
    `Make the device ${device ?? ""} on this node, or select other nodes with nodeSelectors`,
};

export function bfdTrouble(error: SystemCallError, endpoints: Endpoints): string {
  const { message, errno, device } = error;
  const remedy = REMEDIES[errno]?.(endpoints, device);
  return remedy === undefined ? message : `${message}. ${remedy}`;
}
