/**
 * The API server is away for long: a cut node's addresses move all the same, a speaker that starts meanwhile begins from
 * the plan on disk, and when the API server is back the status catches up and nothing moves.
 */
import { silenceOf, TAIL_MS, untilMoved } from "../failover/measuring.ts";
import { World } from "../failover/world.ts";
import { HolderTrail } from "./holder-trail.ts";
import { setTimeout as sleep } from "node:timers/promises";
import type { SoakOptions, Verdicts } from "./verdicts.ts";

const NODES = 4;
const FAILOVER_MS_MAX = 600;
const CATCH_UP_MS_MAX = 30_000;
const AFTER_MS = 15_000;

export async function apiAway(verdicts: Verdicts, { seconds, logs }: SoakOptions): Promise<void> {
  const world = await World.start({ nodes: NODES, heartbeats: "segment", services: "dual-stack" });
  try {
    const before = await world.untilSteady();
    await world.lab.controlPlane.stopApiServer();
    const trail = new HolderTrail(world);
    await trail.follow(500 * seconds);
    verdicts.judge(trail.movesAll === 0, `nothing moves for want of it: ${trail.movesAll} moves`);
    await failover(world, verdicts, [...before.values()][0] ?? "");
    await restart(world, verdicts);
    const rest = new HolderTrail(world);
    await rest.follow(500 * seconds);
    verdicts.judge(rest.movesAll === 0, `nor afterwards: ${rest.movesAll} moves`);
    await comeBack(world, verdicts, rest);
  } catch (error) {
    world.printLogs();
    throw error;
  } finally {
    if (logs) world.printLogs(Infinity);
    await world.stop();
  }
}

async function failover(world: World, verdicts: Verdicts, victim: string): Promise<void> {
  await world.probe.mark("cut");
  await world.lab.cutNode(victim);
  await untilMoved(world, [victim]);
  await sleep(TAIL_MS);
  const { addresses } = await world.probe.mark("after");
  const ms = silenceOf(addresses);
  verdicts.judge(
    ms <= FAILOVER_MS_MAX,
    `${victim} cut: its addresses silent for ${ms.toFixed(0)} ms`,
  );
  await world.lab.mendNode(victim);
  await world.untilSteady({ api: false });
}

async function restart(world: World, verdicts: Verdicts): Promise<void> {
  const holders = await world.untilSteady({ api: false });
  const node = [...holders.values()][0] ?? "";
  const linesBefore = world.speaker(node).log().length;
  await world.speaker(node).stop("SIGTERM");
  await untilMoved(world, [node]);
  await world.startSpeaker(node);
  await world.untilSteady({ api: false });
  const log = world.speaker(node).log().slice(linesBefore);
  verdicts.judge(log.includes('"fromDisk":true'), `${node}'s speaker began with the plan on disk`);
}

async function comeBack(world: World, verdicts: Verdicts, trail: HolderTrail): Promise<void> {
  await world.lab.controlPlane.startApiServer();
  const backMs = performance.now();
  const { controller } = world;
  const ending = controller?.running === true ? "it runs" : (controller?.ending ?? "nothing");
  verdicts.judge(controller?.running === true, `the controller outlived it: ${ending}`);
  if (controller?.running !== true) await world.useController();
  const caughtUp = await world
    .untilSteady({ timeoutMs: CATCH_UP_MS_MAX })
    .then(() => `after ${((performance.now() - backMs) / 1000).toFixed(1)} s`)
    .catch((error: unknown) => `not: ${String(error)}`);
  verdicts.judge(caughtUp.startsWith("after"), `the status has caught up ${caughtUp}`);
  await trail.follow(AFTER_MS);
  verdicts.judge(trail.movesAll === 0, `nothing moved when it came back: ${trail.movesAll} moves`);
}
