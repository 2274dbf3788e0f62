/** Names of the interfaces of this network namespace, as the kernel lists them. */
import { readFile } from "node:fs/promises";

const HEADER_LINES = 2;

/** @returns in the kernel's order; proc(5), /proc/net/dev: two lines of headings, then one for each interface */
export async function interfaceNames(): Promise<string[]> {
  const lines = (await readFile("/proc/self/net/dev", "utf8")).split("\n").slice(HEADER_LINES);
  return lines.map((line) => line.split(":")[0]?.trim() ?? "").filter((name) => name !== "");
}
