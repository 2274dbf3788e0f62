/**
 * Whether BFD sessions hold while every CPU is busy: ours with BIRD and with FRR, and those two with each other, side by side.
 *
 * `npm run bench:bfd-busy -- [--seconds 600] [--interval-ms 100]`, as root. Twice as many programs as there are CPUs compute without end, at the
 * priority of any other program. A session that is lost here was lost for nothing. Exit status 1 where one of ours was.
 */
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { count, readOptions } from "../lab/options.ts";
import { start, type LabProcess } from "../lab/process.ts";
import { startRouter, type Router, type RouterKind } from "../lab/routers/router.ts";
import { waitFor } from "../lab/wait.ts";
import { OurEnd } from "../test/interop/bfd-end.ts";
import { LINK, Place } from "../test/interop/place.ts";

const { seconds, intervalMs } = readOptions(
  "bench:bfd-busy",
  "Whether BFD sessions hold while every CPU is busy.",
  {
    seconds: count("to be busy for", 600),
    intervalMs: count("between two packets; three of them are the detection time", 100, 10),
  },
);
const TIMING = { transmitMs: intervalMs, receiveMs: intervalMs, multiplier: 3 };
const PROFILE = {
  desiredMinTxUs: intervalMs * 1000,
  requiredMinRxUs: intervalMs * 1000,
  detectMultiplier: 3,
};

type Kind = Extract<RouterKind, "bird" | "frr">;

function router(kind: Kind, place: Place, side: "left" | "right"): Promise<Router> {
  const [own, other] = side === "left" ? [place.left, place.right] : [place.right, place.left];
  return startRouter(kind, {
    netns: own.namespace.name,
    directory: place.directory,
    name: `${kind}-${side}`,
    ...{ asn: 65_000, routerId: own.ipv4 },
    bfdPeers: [{ ...TIMING, address: other.ipv4, interface: LINK }],
  });
}

interface Pair {
  readonly name: string;
  readonly isOurs: boolean;
  /** How often it has gone down so far. */
  readonly timesDown: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

async function oursWith(kind: Kind): Promise<Pair> {
  const place = new Place();
  const theirs = await router(kind, place, "right");
  const ours = await OurEnd.start(place.left.namespace);
  ours.want({ to: place.right.ipv4, from: place.left.ipv4, profile: PROFILE });
  await ours.until("Up (handshake)");
  const stop = async () => {
    for (const { to, cause, atMs } of ours.changes.filter(({ from }) => from === "Up")) {
      console.log(`  ours: ${to} (${cause}) at ${new Date(atMs).toISOString()}`);
    }
    await ours.stop();
    await theirs.stop();
    await place.remove();
  };
  const timesDown = () => Promise.resolve(ours.changes.filter(({ from }) => from === "Up").length);
  return { name: `ours and ${kind}`, isOurs: true, timesDown, stop };
}

/** FRR counts. */
async function routers(): Promise<Pair> {
  const place = new Place();
  const [bird, frr] = [await router("bird", place, "left"), await router("frr", place, "right")];
  await waitFor(async () => (await frr.bfdSessions())[0]?.state === "up", { what: "both are up" });
  const timesDown = async () => {
    const shown = JSON.parse(await frr.command("show bfd peers counters json")) as {
      readonly "session-down": number;
    }[];
    return shown[0]?.["session-down"] ?? 0;
  };
  const stop = async () => {
    await bird.stop();
    await frr.stop();
    await place.remove();
  };
  return { name: "bird and frr", isOurs: false, timesDown, stop };
}

const pairs = [await oursWith("bird"), await oursWith("frr"), await routers()];
const busy: LabProcess[] = [];
try {
  for (let i = 0; i < 2 * availableParallelism(); i++) {
    const options = { name: "busy", logFile: "/dev/null" };
    busy.push(await start([process.execPath, "-e", "for (;;) Math.random();"], options));
  }
  const before = await Promise.all(pairs.map(({ timesDown }) => timesDown()));
  await sleep(seconds * 1000);
  const after = await Promise.all(pairs.map(({ timesDown }) => timesDown()));
  console.log(`${intervalMs} ms × 3, ${seconds} s, ${busy.length} busy programs: lost for nothing`);
  for (const [i, { name, isOurs }] of pairs.entries()) {
    const lost = (after[i] ?? 0) - (before[i] ?? 0);
    console.log(`${name.padEnd(16)} ${lost}`);
    if (isOurs && lost > 0) process.exitCode = 1;
  }
} finally {
  for (const program of busy) await program.stop("SIGKILL");
  for (const { stop } of pairs) await stop();
}
