/**
 * The name of the VirtualIP object of an address. Pure.
 *
 * The name is the address with `-` for `.` and `:`. Only a name that would begin or end with `-`
 * (`::1`, `fd00::`) gets a zero there: `0--1`, `fd00--0`, and `0--0` for `::`. The zero is a zero
 * group that `::` would have covered, so a name read back with its separators is still a text of the
 * same address. Hence two addresses never share a name, and every name is a DNS-1123 label.
 * Neighbours: resource.ts lets the API server check the same.
 */
import { parseIp, type Ip } from "../base/ip.ts";

/** @returns `192-0-2-1` for `192.0.2.1`, `2001-db8--1` for `2001:db8::1`, `0--1` for `::1` */
export function virtualIpName(ip: Ip): string {
  return ip.replace(/^:/, "0:").replace(/:$/, ":0").replace(/[.:]/g, "-");
}

/** @returns the address that the name stands for, or undefined where it is no such name */
export function addressOfName(name: string): Ip | undefined {
  const ip = parseIp(name.replaceAll("-", ".")) ?? parseIp(name.replaceAll("-", ":"));
  return ip !== undefined && virtualIpName(ip) === name ? ip : undefined;
}
