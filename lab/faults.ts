/**
 * What is broken on a switch, and the nftables rules that make it so. Pure.
 *
 * The whole ruleset follows from the whole set of faults and is loaded in one transaction. A cut made
 * here leaves the carrier up on both ends, like a switch that stopped forwarding.
 */

export interface Faults {
  /** Ports that neither send nor receive. */
  readonly cut: ReadonlySet<string>;
  /** Pairs of ports that do not hear each other. */
  readonly apart: readonly (readonly [string, string])[];
  /** Ports that lose this percentage of frames, each way. */
  readonly lossPercent: ReadonlyMap<string, number>;
  /** Between these ports, and on no other way, this percentage of frames is lost. */
  readonly lossAmong: { readonly ports: readonly string[]; readonly percent: number };
}

export const NO_FAULTS: Faults = {
  cut: new Set(),
  apart: [],
  lossPercent: new Map(),
  lossAmong: { ports: [], percent: 0 },
};

export function faultRules(faults: Faults): string {
  const incoming = [...faults.cut].map((port) => `iifname "${port}" drop`);
  const outgoing = [...faults.cut].map((port) => `oifname "${port}" drop`);
  const pairs = faults.apart.flatMap(([a, b]) => [
    `iifname "${a}" oifname "${b}" drop`,
    `iifname "${b}" oifname "${a}" drop`,
  ]);
  const losses = [...faults.lossPercent].flatMap(([port, percent]) => {
    return [`iifname "${port}" ${share(percent)}`, `oifname "${port}" ${share(percent)}`];
  });
  const { ports, percent } = faults.lossAmong;
  const set = `{ ${ports.map((port) => `"${port}"`).join(", ")} }`;
  const among = percent > 0 ? [`iifname ${set} oifname ${set} ${share(percent)}`] : [];
  const chain = (hook: string, rules: readonly string[]) =>
    `chain ${hook} { type filter hook ${hook} priority 0; policy accept;\n${rules.join("\n")}\n}`;
  return [
    "table bridge faults {}", // So that there is one to delete.
    "delete table bridge faults",
    "table bridge faults {",
    chain("forward", [...incoming, ...outgoing, ...pairs, ...losses, ...among]),
    chain("input", incoming),
    chain("output", outgoing),
    "}\n",
  ].join("\n");
}

function share(percent: number): string {
  return percent < 100 ? `numgen random mod 10000 < ${Math.round(percent * 100)} drop` : "drop";
}

/** All pairs with one port of each group: a partition. */
export function pairsBetween(
  groups: readonly (readonly string[])[],
): readonly (readonly [string, string])[] {
  return groups.flatMap((group, index) =>
    groups
      .slice(index + 1)
      .flat()
      .flatMap((other) => group.map((port) => [port, other] as const)),
  );
}
