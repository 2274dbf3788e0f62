/**
 * Whether the API server takes our definitions: they have rules that an older one cannot read. Pure.
 *
 * Neighbours: ../classes/rules.ts has the rules; io/migrate.ts asks the server.
 */
import type { ServerVersion } from "../kube/io/client.ts";
import type { Extras } from "./migrate-extras.ts";

/** `isIP`, `isCIDR`, `ip()` and `cidr()` of the rules came with it. */
const MINOR_MIN = 31;

/** @param version null: it may not be read */
export function serverFindings(version: ServerVersion | null): Extras {
  const { major = "", minor = "", gitVersion } = version ?? {};
  const [majorNumber, minorNumber] = [Number.parseInt(major, 10), Number.parseInt(minor, 10)];
  if (Number.isNaN(majorNumber) || Number.isNaN(minorNumber)) {
    const message = `the API server does not say its version: it has to be 1.${MINOR_MIN} or newer`;
    return { hands: [], notes: [{ object: "Kubernetes", message }] };
  }
  if (majorNumber > 1 || minorNumber >= MINOR_MIN) return { hands: [], notes: [] };
  return {
    hands: [
      {
        object: "Kubernetes",
        message: `The API server is ${gitVersion ?? `v${major}.${minor}`}, and refuses definitions of crds/: their rules need 1.${MINOR_MIN}`,
        todo: `Upgrade the cluster to 1.${MINOR_MIN} or newer first, and leave the old load balancer in charge until then.`,
      },
    ],
    notes: [],
  };
}
