/**
 * What one run is made of: the cluster, its clocks, and the faults with their times. All of it follows from the seed.
 *
 * Faults fall in the first 40 s, and every fault has its end by then; what remains is for settling. A profile is a
 * handful of kinds that occur together, so that rules with narrow conditions (a flapping node and nothing else) get
 * their seeds as well as the storms in which everything happens at once.
 */
import { Random } from "./random.ts";

export const RUN_MS = 60_000;
export const FAULTS_END_MS = 40_000;
const FAULTS_BEGIN_MS = 4000;

export type Fault =
  /** `old`: the disk is as it was some seconds before; `none`: there is no disk. */
  | { readonly kind: "crash"; readonly node: number; readonly disk: "fresh" | "old" | "none" }
  | { readonly kind: "stop"; readonly node: number }
  | { readonly kind: "pause"; readonly node: number }
  /** By node: on which piece of the segment it is. */
  | { readonly kind: "partition"; readonly groups: readonly number[] }
  /** Heartbeats of one do not reach the other. */
  | { readonly kind: "one-way"; readonly from: number; readonly to: number }
  /** Heartbeats of one reach nobody, or nobody's reach it. */
  | { readonly kind: "mute" | "deaf"; readonly node: number }
  | { readonly kind: "carrier"; readonly node: number }
  | {
      readonly kind: "noise";
      readonly loss: number;
      readonly duplicates: number;
      readonly delayMs: number;
    }
  | { readonly kind: "api-away"; readonly node: number | "all" | "controller" }
  | { readonly kind: "controller-crash" }
  /** kube-proxy is gone, or says that it is not healthy. */
  | {
      readonly kind: "kube-proxy";
      readonly node: number | "all";
      readonly how: "dies" | "unhealthy";
    }
  | { readonly kind: "exclude"; readonly node: number }
  | { readonly kind: "service"; readonly name: string; readonly count: number }
  /** Somebody else announces an address that is held. */
  | { readonly kind: "stranger"; readonly address: number }
  /** Somebody else has an address that no VirtualIP has yet: the first of them, or that many beyond. */
  | { readonly kind: "squatter"; readonly beyond: number };

export interface TimedFault {
  readonly fault: Fault;
  readonly atMs: number;
  readonly endMs: number;
}

export interface Settings {
  readonly seed: string;
  readonly profile: string;
  readonly runMs: number;
  readonly nodeCount: number;
  /** Addresses by Service, from the beginning. */
  readonly services: Readonly<Record<string, number>>;
  readonly intervalMs: number;
  readonly detectionMs: number;
  /** Of a datagram, without noise. */
  readonly delayMs: number;
  readonly settlingTimeMs: number;
  readonly moveIntervalMs: number;
  /** Speakers ask their kube-proxy whether they can forward. */
  readonly gate: boolean;
  /** By node: how fast its clock runs, and how far the time of day is off. */
  readonly clocks: readonly { readonly rate: number; readonly offsetMs: number }[];
  readonly faults: readonly TimedFault[];
}

type Kind = Fault["kind"];

/** Which kinds, how many of them, and how often the profile is taken. */
const PROFILES: Readonly<
  Record<
    string,
    { readonly share: number; readonly kinds: readonly Kind[]; readonly countMax: number }
  >
> = {
  calm: { share: 1, kinds: ["noise"], countMax: 2 },
  crashes: { share: 3, kinds: ["crash", "crash", "pause"], countMax: 4 },
  partitions: { share: 3, kinds: ["partition", "partition", "api-away"], countMax: 4 },
  "one-way": { share: 2, kinds: ["one-way", "mute", "deaf"], countMax: 3 },
  flapping: { share: 2, kinds: [], countMax: 0 },
  planned: { share: 3, kinds: ["stop", "exclude", "service"], countMax: 5 },
  api: { share: 2, kinds: ["api-away", "controller-crash", "crash", "service"], countMax: 5 },
  links: { share: 1, kinds: ["carrier", "carrier", "pause"], countMax: 4 },
  strangers: { share: 1, kinds: ["stranger", "crash"], countMax: 3 },
  squatters: {
    share: 0,
    kinds: ["squatter", "squatter", "squatter", "service", "service", "service", "pause"],
    countMax: 8,
  },
  gate: {
    share: 0,
    kinds: ["kube-proxy", "kube-proxy", "kube-proxy", "crash", "stop", "pause", "service"],
    countMax: 6,
  },
  rolling: { share: 0, kinds: [], countMax: 0 },
  storm: {
    share: 4,
    kinds: [
      ...(["crash", "stop", "pause", "partition", "carrier", "noise"] as const),
      ...(["api-away", "controller-crash", "exclude", "service"] as const),
    ],
    countMax: 10,
  },
};

export const PROFILE_NAMES: readonly string[] = Object.keys(PROFILES);

/** They came later, and are drawn by a stream of their own: other seeds are the runs that they were. */
const LATER = { share: 0.1, profiles: ["gate", "squatters", "rolling"] } as const;

/** The same seed gives the same settings, and `profile` asks for one of them. */
export function settingsOf(seed: string, profile?: string): Settings {
  const random = new Random(seed);
  const nodeCount = random.pick([3, 3, 3, 4, 4, 4, 5, 6]);
  const drawn = drawProfile(random);
  const name = profile ?? drawLater(seed) ?? drawn;
  const services: Record<string, number> = {};
  for (let i = 0; i < random.whole(1, 3); i++) services[`s${i}`] = random.whole(1, nodeCount);
  const isLong = name === "flapping" || name === "rolling";
  const settlingTimeMs = isLong ? longSettling(seed, name) : random.pick([3000, 6000, 60_000]);
  const offsetMax = Math.min(2000, settlingTimeMs / 10);
  return {
    ...{ seed, profile: name, runMs: RUN_MS, nodeCount, services },
    ...random.pick([
      { intervalMs: 50, detectionMs: 330 },
      { intervalMs: 100, detectionMs: 300 },
    ]),
    delayMs: random.pick([0.3, 1, 3]),
    ...{ settlingTimeMs, moveIntervalMs: random.pick([300, 1000]), gate: name === "gate" },
    clocks: Array.from({ length: nodeCount }, () => ({
      rate: random.between(0.9997, 1.0003),
      offsetMs: random.between(-offsetMax, offsetMax),
    })),
    faults: faultsOfProfile(random, name, nodeCount),
  };
}

/** Above the period of the flapping; where it ends within the run, it shows that it begins anew each time. */
function longSettling(seed: string, profile: string): number {
  return profile === "flapping" ? new Random(`settling ${seed}`).pick([6000, 60_000]) : 60_000;
}

function drawProfile(random: Random): string {
  const tickets = Object.entries(PROFILES).flatMap(([name, { share }]) =>
    Array.from({ length: share }, () => name),
  );
  return random.pick(tickets);
}

function drawLater(seed: string): string | null {
  const random = new Random(`newer ${seed}`);
  return random.chance(LATER.share) ? random.pick(LATER.profiles) : null;
}

function faultsOfProfile(random: Random, profile: string, nodeCount: number): TimedFault[] {
  if (profile === "flapping") return flapping(random, nodeCount);
  if (profile === "rolling") return rolling(random, nodeCount);
  return faultsOf(random, profile, nodeCount);
}

function faultsOf(random: Random, profile: string, nodeCount: number): TimedFault[] {
  const { kinds = [], countMax = 0 } = PROFILES[profile] ?? {};
  if (kinds.length === 0) throw new Error(`no profile ${profile}`);
  const faults: TimedFault[] = [];
  for (let i = random.whole(1, countMax); i > 0; i--) {
    const fault = faultOf(random, random.pick(kinds), nodeCount);
    const atMs = random.between(FAULTS_BEGIN_MS, FAULTS_END_MS - 2000);
    const forMs = durationOf(random, fault);
    faults.push({ fault, atMs, endMs: Math.min(atMs + forMs, FAULTS_END_MS) });
  }
  return faults.sort((a, b) => a.atMs - b.atMs);
}

function durationOf(random: Random, { kind }: Fault): number {
  if (kind === "pause") return random.pick([60, 200, 250, 400, 900, 3000]) * random.between(0.8, 1);
  return random.pick([150, 400, 1000, 3000, 8000, 20_000]) * random.between(0.7, 1.3);
}

function faultOf(random: Random, kind: Kind, nodeCount: number): Fault {
  const node = random.whole(0, nodeCount - 1);
  switch (kind) {
    case "crash":
      return { kind, node, disk: random.pick(["fresh", "fresh", "old", "none"]) };
    case "stop":
    case "pause":
    case "mute":
    case "deaf":
    case "carrier":
    case "exclude":
      return { kind, node };
    case "partition":
      return { kind, groups: groupsOf(random, nodeCount) };
    case "one-way":
      return { kind, from: node, to: (node + random.whole(1, nodeCount - 1)) % nodeCount };
    case "noise":
      return {
        kind,
        loss: random.pick([0, 0.02, 0.1, 0.3]),
        duplicates: random.pick([0, 0.1]),
        delayMs: random.pick([0, 5, 40]),
      };
    case "api-away":
      return {
        kind,
        node: random.pick<number | "all" | "controller">(["all", "controller", node]),
      };
    case "controller-crash":
      return { kind };
    case "kube-proxy":
      return {
        kind,
        node: random.pick<number | "all">([node, node, node, "all"]),
        how: random.pick(["dies", "unhealthy"]),
      };
    case "service":
      return { kind, name: `s${random.whole(0, 3)}`, count: random.whole(0, nodeCount) };
    case "stranger":
      return { kind, address: random.whole(0, 3) };
    case "squatter":
      return { kind, beyond: random.whole(0, 2) };
  }
}

/** Mostly two pieces, sometimes one alone, sometimes three. */
function groupsOf(random: Random, nodeCount: number): number[] {
  const pieces = random.pick([2, 2, 2, 3]);
  const groups = Array.from({ length: nodeCount }, () => random.whole(0, pieces - 1));
  if (groups.every((group) => group === groups[0])) groups[0] = (groups[0] ?? 0) === 0 ? 1 : 0;
  return groups;
}

/** One node goes and comes every five seconds or faster, in one way or in several. */
function flapping(random: Random, nodeCount: number): TimedFault[] {
  const node = random.whole(0, nodeCount - 1);
  const alone = Array.from({ length: nodeCount }, (_, i) => (i === node ? 1 : 0));
  const ways: readonly Fault[] = [
    { kind: "crash", node, disk: "fresh" },
    { kind: "partition", groups: alone },
    { kind: "carrier", node },
    { kind: "mute", node },
  ];
  const way = random.pick(ways);
  const periodMs = random.pick([1200, 2500, 5000]);
  const faults: TimedFault[] = [];
  for (let atMs = FAULTS_BEGIN_MS; atMs + periodMs < FAULTS_END_MS; atMs += periodMs) {
    const forMs = periodMs * random.between(0.2, 0.8);
    faults.push({ fault: way, atMs, endMs: atMs + forMs });
  }
  // While the controller hears of it, its plans follow the holder at once; what the speakers do alone shows without.
  const away = { fault: { kind: "api-away", node: "all" }, atMs: FAULTS_BEGIN_MS - 500 } as const;
  if (random.chance(0.5)) faults.unshift({ ...away, endMs: FAULTS_END_MS + 2000 });
  return faults;
}

/** As a DaemonSet does it: all speakers, one after another, each when the one before has served for a while. */
function rolling(random: Random, nodeCount: number): TimedFault[] {
  const order = Array.from({ length: nodeCount }, (_, node) => ({ node, turn: random.next() }));
  const faults: TimedFault[] = [];
  let atMs = FAULTS_BEGIN_MS;
  for (const { node } of order.sort((a, b) => a.turn - b.turn)) {
    const endMs = atMs + random.between(100, 2000);
    faults.push({ fault: { kind: "stop", node }, atMs, endMs });
    // Gone by then, and listening for the detection time before it serves.
    atMs = Math.max(endMs, atMs + GONE_MS) + random.between(1000, 2500);
  }
  return faults;
}

/** SIGTERM leaves a speaker no longer. */
const GONE_MS = 1700;

/** How late noise makes a heartbeat, at the most. */
export function greatestDelayMs({ faults }: Settings): number {
  return Math.max(0, ...faults.map(({ fault }) => (fault.kind === "noise" ? fault.delayMs : 0)));
}
