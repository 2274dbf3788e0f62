/** The zone that a name server of the lab begins with. */
import type { NameServerOptions } from "./name-server.ts";

const LOOPBACK = ["127.0.0.1", "::1"];

/** Name, type and data of each record; the zone's own name and all others in full. */
export function zoneRecords(options: NameServerOptions): string[] {
  const { zone, records = [], primaryAddresses = LOOPBACK } = options;
  return [
    `${zone}. SOA ns.${zone}. hostmaster.${zone}. 1 3600 600 86400 5`,
    `${zone}. NS ns.${zone}.`,
    ...primaryAddresses.map(
      (address) => `ns.${zone}. ${address.includes(":") ? "AAAA" : "A"} ${address}`,
    ),
    ...records,
  ];
}

export function zoneFile(options: NameServerOptions): string {
  return ["$TTL 60", ...zoneRecords(options), ""].join("\n");
}
