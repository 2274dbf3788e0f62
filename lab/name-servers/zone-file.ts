/** The zone that a name server of the lab begins with. */
import type { NameServerOptions } from "./name-server.ts";

/** Name, type and data of each record; the zone's own name and all others in full. */
export function zoneRecords({ zone, records = [] }: NameServerOptions): string[] {
  return [
    `${zone}. SOA ns.${zone}. hostmaster.${zone}. 1 3600 600 86400 5`,
    `${zone}. NS ns.${zone}.`,
    `ns.${zone}. A 127.0.0.1`,
    `ns.${zone}. AAAA ::1`,
    ...records,
  ];
}

export function zoneFile(options: NameServerOptions): string {
  return ["$TTL 60", ...zoneRecords(options), ""].join("\n");
}
