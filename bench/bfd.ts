/**
 * How long after a silent cut a BFD session is down: ours with each router, and each router with its like, in one run.
 *
 * `npm run bench:bfd -- [--trials 10]`, as root. 50 ms three times: 100 to 150 ms are what the RFC makes of it, by the moment of the cut. For
 * all ends alike the end is the first packet that says "Down", as it enters the wire.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { count, readOptions } from "../lab/options.ts";
import { startRouter, type RouterKind } from "../lab/routers/router.ts";
import { waitFor } from "../lab/wait.ts";
import { STATES, type BfdState } from "../src/bgp/bfd/wire/control-packet.ts";
import { OurEnd } from "../test/interop/bfd-end.ts";
import { LINK, Place, type End } from "../test/interop/place.ts";

type Kind = "ours" | Extract<RouterKind, "bird" | "frr">;

let spoilt = 0;
const { trials } = readOptions(
  "bench:bfd",
  "How long after a silent cut a BFD session is down: ours beside the routers'.",
  { trials: count("cuts of each pair", 10) },
);
const INTERVAL_MS = 50;
const TIMING = { transmitMs: INTERVAL_MS, receiveMs: INTERVAL_MS, multiplier: 3 };
const PACKETS_MIN = 20;
const PAIRS: readonly (readonly [Kind, Kind])[] = [
  ["ours", "bird"],
  ["ours", "frr"],
  ["ours", "ours"],
  ["bird", "bird"],
  ["frr", "frr"],
];

async function startEnd(kind: Kind, place: Place, own: End, other: End) {
  if (kind === "ours") {
    const end = await OurEnd.start(own.namespace);
    end.want({ to: other.ipv4, from: own.ipv4 });
    return end;
  }
  return startRouter(kind, {
    netns: own.namespace.name,
    directory: place.directory,
    name: `${kind}-${own.ipv4}`,
    ...{ asn: 65_000, routerId: own.ipv4 },
    bfdPeers: [{ ...TIMING, address: other.ipv4, interface: LINK }],
  });
}

interface Heard {
  readonly atMs: number;
  readonly state: BfdState | undefined;
}

/** What an end sends, as it enters the middle. */
class Ear {
  readonly heard: Heard[] = [];
  readonly #child: ChildProcess;

  constructor(place: Place, port: string) {
    // In hexadecimal, for tcpdump takes FRR's source port for another protocol's.
    const tcpdump = ["tcpdump", "-i", port, "-Q", "in", "-ntt", "-x", "-l", "udp dst port 3784"];
    this.#child = spawn("ip", ["netns", "exec", place.middle.name, ...tcpdump], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    if (this.#child.stdout === null) throw new Error("tcpdump without output");
    let atMs = 0;
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      const [, seconds] = /^(\d+\.\d+) /.exec(line) ?? [];
      if (seconds !== undefined) atMs = Number(seconds) * 1000;
      // Behind headers of 28 bytes: version and diagnostic, then state and flags.
      const [, flags] = /^\t0x0010:(?: +[0-9a-f]{4}){6} +[0-9a-f]{2}([0-9a-f]{2})/.exec(line) ?? [];
      if (flags !== undefined) this.heard.push({ atMs, state: STATES[parseInt(flags, 16) >> 6] });
    });
  }

  /** Up, and as often as was agreed, for a while. */
  get isUp(): boolean {
    const last = this.heard.slice(-PACKETS_MIN);
    const tookMs = (last.at(-1)?.atMs ?? 0) - (last[0]?.atMs ?? 0);
    return (
      last.length === PACKETS_MIN &&
      last.every(({ state }) => state === "Up") &&
      tookMs < 1.2 * PACKETS_MIN * INTERVAL_MS
    );
  }

  downAfter(atMs: number): number | undefined {
    const first = this.heard.find((one) => one.atMs >= atMs && one.state === "Down");
    return first === undefined ? undefined : first.atMs - atMs;
  }

  close(): void {
    this.#child.kill();
  }
}

async function measure(kinds: readonly [Kind, Kind]): Promise<readonly [number[], number[]]> {
  const place = new Place();
  const ears = [new Ear(place, "left"), new Ear(place, "right")];
  const ends = [
    await startEnd(kinds[0], place, place.left, place.right),
    await startEnd(kinds[1], place, place.right, place.left),
  ];
  const silences: [number[], number[]] = [[], []];
  try {
    for (let trial = 0; trial < trials; trial++) {
      for (const ear of ears) ear.heard.length = 0;
      await waitFor(() => ears.every((ear) => ear.isUp), { what: `${kinds.join(" and ")} are up` });
      await sleep((trial * 17) % INTERVAL_MS); // At any moment between two packets.
      const cutMs = await place.cut();
      const found: number[] = [];
      for (const [i, ear] of ears.entries()) {
        const what = `${kinds[i] ?? ""} is down`;
        found.push(await waitFor(() => ear.downAfter(cutMs), { what, intervalMs: 5 }));
      }
      await place.mend();
      // Nobody is so quick: the session was lost before, by a machine that is too busy for it.
      if (Math.min(...found) < 1.8 * INTERVAL_MS) spoilt++;
      else for (const [i, ms] of found.entries()) silences[i]?.push(ms);
    }
  } finally {
    for (const ear of ears) ear.close();
    for (const end of ends) await end.stop();
    await place.remove();
  }
  return silences;
}

function row(name: string, values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b).map(Math.round);
  const [min = 0, median = 0, max = 0] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)];
  return `${name.padEnd(24)} ${String(median).padStart(6)} ${String(min).padStart(6)} ${String(max).padStart(6)}`;
}

console.log(`ms from a silent cut to "Down", ${INTERVAL_MS} ms × 3, ${trials} cuts each`);
console.log(`${"".padEnd(24)} median    min    max`);
for (const kinds of PAIRS) {
  const [left, right] = await measure(kinds);
  const [a, b] = kinds;
  if (a === b) console.log(row(`${a}, with its like`, [...left, ...right]));
  else
    for (const line of [row(`${a}, with ${b}`, left), row(`${b}, with ${a}`, right)])
      console.log(line);
}
if (spoilt > 0) console.log(`${spoilt} cuts do not count: the session was lost before`);
