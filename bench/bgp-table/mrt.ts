/**
 * A table as an MRT dump, which is how GoBGP takes many routes at once. Pure.
 *
 * Read first: RFC 6396 section 4.3 (TABLE_DUMP_V2).
 */
import { concatBytes } from "../../src/base/bytes.ts";
import { prefixToBytes, type Prefix } from "../../src/bgp/prefix.ts";

const TABLE_DUMP_V2 = 13;
const PEER_INDEX_TABLE = 1;
const RIB_IPV4_UNICAST = 2;

/** @param nextHop of all of them, of IPv4 */
export function mrtDump(prefixes: readonly Prefix[], nextHop: string): Uint8Array {
  const hop = nextHop.split(".").map(Number);
  // Origin IGP, an empty AS path, the next hop.
  const attributes = [0x40, 1, 1, 0, 0x40, 2, 0, 0x40, 3, 4, ...hop];
  // One peer, without a view's name: type (AS number of four octets), identifier, address, AS number.
  const peers = [...hop, ...u16(0), ...u16(1), 2, ...hop, ...hop, ...u32(0)];
  const routes = prefixes.map((prefix, i) => {
    const entry = [...u16(0), ...u32(0), ...u16(attributes.length), ...attributes];
    const head = [...u32(i), ...prefixToBytes(prefix), ...u16(1)];
    return record(RIB_IPV4_UNICAST, [...head, ...entry]);
  });
  return concatBytes(record(PEER_INDEX_TABLE, peers), ...routes);
}

/** RFC 6396 section 2; made in 1970. */
function record(subtype: number, body: readonly number[]): Uint8Array {
  const head = [...u32(0), ...u16(TABLE_DUMP_V2), ...u16(subtype), ...u32(body.length)];
  return Uint8Array.from([...head, ...body]);
}

function u16(value: number): number[] {
  return [value >> 8, value & 0xff];
}

function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}
