/**
 * Faults planted on purpose, one for each rule at least: a checker that cannot see its rule broken is worth nothing.
 *
 * The sources are copied, one small text is changed in the copy, and a share of seeds is run on it in a child process.
 * What came out of it is in README.md.
 */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundled, runChild } from "./batch.ts";

export interface Mutant {
  /** The rule whose checker is to see it. */
  readonly rule: string;
  readonly what: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Which runs; by default the first seeds as they come. */
  readonly profile?: string;
  /** The first seed: where a fault needs its occasion, one that has it. */
  readonly firstSeed?: number;
}

export const MUTANTS: readonly Mutant[] = [
  {
    rule: "H1",
    what: "a peer is given up after one missed heartbeat, two in bad weather",
    file: "src/speaker/peers.ts",
    from: "peer.deadlineMs = now.nowMs + Math.max(now.detectionMs, heartbeat.detectionMs);",
    to: "peer.deadlineMs = now.nowMs + 1.2 * heartbeat.intervalMs;",
    profile: "calm",
  },
  {
    rule: "H2",
    what: "a dead peer is decided about 400 ms late",
    file: "src/speaker/liveness.ts",
    from: "peer.vouchedFor = silent && !peer.left &&",
    to: "peer.vouchedFor = silent && nowMs <= peer.deadlineMs + 400 ? true : silent && !peer.left &&",
    profile: "crashes",
  },
  {
    rule: "H2",
    what: "what is held is not announced again after a mend",
    file: "src/speaker/holdings.ts",
    from: "for (const link of links) this.#world.announcer.again(address, link.index, nowMs);",
    to: "if (nowMs < 0 && links.length < 0) this.#world.announcer.again(address, 0, nowMs);",
    profile: "partitions",
  },
  {
    rule: "H3",
    what: "fences are looked at by nobody",
    file: "src/speaker/peers.ts",
    from: "const fenceGeneration = Math.max(fence, linkFence) / TURNS;",
    to: "const fenceGeneration = Math.min(0, fence, linkFence) / TURNS;",
    profile: "storm",
  },
  {
    rule: "H3",
    what: "a node that was away without an address of its own does not say so",
    file: "src/speaker/liveness.ts",
    from: 'if (this.serving) this.#effects.push({ kind: "rejoined" });',
    to: 'if (!this.serving) this.#effects.push({ kind: "rejoined" });',
    profile: "flapping",
  },
  {
    rule: "H4",
    what: "the holder falls silent as soon as it reads the plan",
    file: "src/speaker/handover.ts",
    from: 'return { kind: "wait", what: "release", forMs: releaseAfterMs(situation) };',
    to: 'return releaseAfterMs(situation) > 0 ? { kind: "release" } : { kind: "keep" };',
    profile: "planned",
  },
  {
    rule: "H5",
    what: "two sides that hear each other again both go on",
    file: "src/speaker/peers.ts",
    from: "peer.imposedFence = imposedOn(peer, generation);",
    to: "peer.imposedFence = dead ? imposedOn(peer, generation) : 2 ** 48 - 1;",
    profile: "partitions",
  },
  {
    rule: "H6",
    what: "a stranger's claim to what is held is not looked at",
    file: "src/speaker/guard.ts",
    from: 'if (record.heldGeneration !== null && how === "has") {',
    to: 'if (record.heldGeneration === null && how === "has") {',
    profile: "strangers",
  },
  {
    rule: "H6",
    what: "a new address is used whoever has it",
    file: "src/speaker/detection.ts",
    from: 'if (entry?.phase !== "probing") return;',
    to: 'if (entry?.phase !== "probing" || nowMs > 0) return;',
    profile: "squatters",
  },
  {
    rule: "H6",
    what: "a stranger that has a new address is waited for, and nobody is told",
    file: "src/speaker/guard.ts",
    from: 'this.#world.emit({ kind: "conflict", sighting: { ...seen, use: "wanted" } });',
    to: "",
    profile: "squatters",
  },
  {
    rule: "gate",
    what: "nobody cares whose gate is closed",
    file: "src/multi-ip/holder.ts",
    from: "const standing = view.gated ? GATED + fence : fence;",
    to: "const standing = view.gated ? fence : Math.min(fence, GATED);",
    profile: "gate",
  },
  {
    rule: "H4",
    what: "a holder whose gate closes falls silent at once",
    file: "src/speaker/holdings.ts",
    from: "yielding: liveness.isGated(node),",
    to: "yielding: liveness.isGated(node) && nowMs < 0,",
    profile: "gate",
  },
  {
    rule: "P1",
    what: "rebalancing never happens",
    file: "src/controller/settling.ts",
    from: "const movesMax = settledAtMs <= nowMs ? 1 : 0;",
    to: "const movesMax = settledAtMs <= nowMs ? 0 : 0;",
    profile: "crashes",
  },
  {
    rule: "P2",
    what: "rebalancing never happens",
    file: "src/controller/settling.ts",
    from: "const movesMax = settledAtMs <= nowMs ? 1 : 0;",
    to: "const movesMax = settledAtMs <= nowMs ? 0 : 0;",
    profile: "planned",
  },
  {
    rule: "P3",
    what: "a node is taken for lost while its Lease holds",
    file: "src/controller/nodes.ts",
    from: "isHeardOf: presence !== undefined && !isStale(presence, nowMs),",
    to: "isHeardOf: presence !== undefined && !isStale(presence, nowMs + 12_000),",
    profile: "crashes",
  },
  {
    rule: "P4",
    what: "addresses move to even out before the cluster has settled",
    file: "src/controller/settling.ts",
    from: "const movesMax = settledAtMs <= nowMs ? 1 : 0;",
    to: "const movesMax = settledAtMs <= nowMs ? 1 : 1;",
    profile: "crashes",
  },
  {
    rule: "P4",
    what: "a speaker that stops does not say so first",
    file: "src/speaker/departure.ts",
    from: "if (event.heldCount === 0) return LEAVE;",
    to: "if (event.heldCount >= 0) return LEAVE;",
    profile: "rolling",
  },
  {
    rule: "P5",
    what: "a Service that shrinks gives back from the beginning",
    file: "src/classes/seats.ts",
    from: "for (const { index, address } of claims) sit(index, address);",
    to: "for (const { index, address } of claims) sit(index - Math.max(0, claims.length - places.length), address);",
    profile: "planned",
  },
];

const SEEDS = 40;
const ROOT = join(import.meta.dirname, "../..");

/** @returns whether every planted fault was seen by the checker of its rule */
export async function runMutants(tell: (line: string) => void): Promise<boolean> {
  let all = true;
  for (const mutant of MUTANTS) {
    const seen = await runMutant(mutant);
    const words = seen.own ?? `NOT SEEN (others: ${seen.others.join(", ") || "none"})`;
    tell(`${mutant.rule}, ${mutant.what}:\n    ${words}`);
    all &&= seen.own !== null;
  }
  return all;
}

export interface Seen {
  /** The first word of the rule that should see it. */
  readonly own: string | null;
  readonly others: readonly string[];
}

export async function runMutant(mutant: Mutant): Promise<Seen> {
  const dir = await mkdtemp(join(tmpdir(), "spreadlb-mutant-"));
  try {
    for (const part of ["src", "test/sim", "test/controller"]) {
      await cp(join(ROOT, part), join(dir, part), { recursive: true });
    }
    await cp(join(ROOT, "package.json"), join(dir, "package.json"));
    await symlink(join(ROOT, "node_modules"), join(dir, "node_modules"));
    const file = join(dir, mutant.file);
    const text = await readFile(file, "utf8");
    if (text.split(mutant.from).length !== 2) {
      throw new Error(`${mutant.file} does not have exactly one "${mutant.from}": plant it anew`);
    }
    await writeFile(
      file,
      text.replace(mutant.from, () => mutant.to),
    );
    return await see(dir, mutant);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function see(dir: string, { rule, profile, firstSeed = 1 }: Mutant): Promise<Seen> {
  const { file, remove } = await bundled(join(dir, "test/sim/child.ts"));
  try {
    const share = { from: firstSeed, seeds: SEEDS, profile, until: rule };
    const { violations } = await runChild(file, share);
    const own = violations.find((violation) => violation.rule === rule);
    const others = new Set(violations.map((violation) => violation.rule));
    return { own: own === undefined ? null : `seed ${own.seed}: ${own.what}`, others: [...others] };
  } finally {
    await remove();
  }
}
