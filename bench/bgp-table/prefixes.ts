/** The table: addresses of Services, each a route of its own. Pure. */
import type { Ip } from "../../src/base/ip.ts";
import { prefixOf, type Prefix } from "../../src/bgp/prefix.ts";

export function prefixes(count: number): Prefix[] {
  return Array.from({ length: count }, (_, i) =>
    prefixOf(`10.${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}` as Ip, 32),
  );
}
