/**
 * What the demonstration promises, and whether what was seen keeps it. Pure.
 *
 * Neighbours: main.ts sees, this judges.
 */

import type { ProbeWindow } from "./probe.ts";

export const SURVIVOR_SILENCE_MS_MAX = 100;
export const FAILOVER_MS_MAX = 1500;
/** The detection time and one heartbeat. */
export const DOUBLED_MS_MAX = 400;

/** Who answers for each address, in order of the addresses: all that were heard. */
export type Holders = ReadonlyMap<string, readonly string[]>;

const isIpv6 = (address: string) => address.includes(":");

/** Each address answered by one node, the addresses of one Service and family by different ones. */
export function judgeSpread(service: string, addresses: readonly string[], holders: Holders) {
  const wrong = judgeSingle(addresses, holders);
  for (const family of ["IPv4", "IPv6"]) {
    const ours = addresses.filter((address) => isIpv6(address) === (family === "IPv6"));
    const nodes = new Set(ours.flatMap((address) => holders.get(address) ?? []));
    if (nodes.size === ours.length) continue;
    wrong.push(
      `${service}: its ${ours.length} ${family} addresses are answered by ${nodes.size} nodes (${[...nodes].join(", ")})`,
    );
  }
  return wrong;
}

/** Exactly one node answers for each address. */
export function judgeSingle(addresses: readonly string[], holders: Holders): string[] {
  return addresses.flatMap((address) => {
    const names = holders.get(address) ?? [];
    if (names.length === 1) return [];
    return [`${address} is answered by ${names.length === 0 ? "nobody" : names.join(" and ")}`];
  });
}

/** The cut: its addresses come back in time, on other nodes; the others hardly notice. */
export function judgeCut(cut: string, before: Holders, after: Holders, window: ProbeWindow) {
  return window.addresses.flatMap(({ address, longestSilence }) => {
    const wasCut = before.get(address)?.includes(cut) ?? false;
    const msMax = wasCut ? FAILOVER_MS_MAX : SURVIVOR_SILENCE_MS_MAX;
    const wrong: string[] = [];
    const ms = Math.round(longestSilence.ms);
    const allowance = wasCut
      ? ""
      : ` beside the probe's own pause of ${Math.round(window.pauseMsMax)} ms`;
    if (longestSilence.ms >= msMax + (wasCut ? 0 : window.pauseMsMax)) {
      wrong.push(
        `${address} was silent for ${ms} ms; at most ${msMax} ms were promised${allowance}`,
      );
    }
    if (!wasCut && !same(before.get(address), after.get(address))) {
      wrong.push(`${address} moved although its node ${nameOf(before, address)} was not cut`);
    }
    if (wasCut && after.get(address)?.includes(cut)) wrong.push(`${address} is still on ${cut}`);
    return wrong;
  });
}

/** Two nodes may answer for as long as it takes to notice each other (rule H2), and no longer. */
export function judgeDoubled(cut: string, doubledMs: number): string[] {
  if (doubledMs <= DOUBLED_MS_MAX) return [];
  const ms = Math.round(doubledMs);
  return [
    `two nodes answered for ${ms} ms while ${cut} came back; at most ${DOUBLED_MS_MAX} ms were promised`,
  ];
}

/** Nothing moves when the node returns. */
export function judgeReturn(before: Holders, after: Holders): string[] {
  return [...before.keys()].flatMap((address) =>
    same(before.get(address), after.get(address))
      ? []
      : [`${address} jumped from ${nameOf(before, address)} to ${nameOf(after, address)}`],
  );
}

export function nameOf(holders: Holders, address: string): string {
  return holders.get(address)?.join("+") || "nobody";
}

function same(a: readonly string[] = [], b: readonly string[] = []): boolean {
  return a.join() === b.join();
}
