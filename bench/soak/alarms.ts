/**
 * False alarms: nobody is dead, and nobody may be taken for it, while all CPUs are busy with twice their number of
 * programs, a twentieth of what the speakers send to each other is lost, and each of them is stopped for a moment in turn.
 */
import { cpus } from "node:os";
import { silenceOf } from "../failover/measuring.ts";
import { World } from "../failover/world.ts";
import { HolderTrail } from "./holder-trail.ts";
import type { SoakOptions, Verdicts } from "./verdicts.ts";

const NODES = 4;
const LOSS_PERCENT = 5;
const PAUSE_MS = 200;
const BETWEEN_PAUSES_MS = 1800;
/** Undisturbed first, for this part of the time. */
const BASELINE_SHARE = 0.1;

export async function alarms(verdicts: Verdicts, { seconds, logs }: SoakOptions): Promise<void> {
  const world = await World.start({ nodes: NODES, heartbeats: "segment", services: "dual-stack" });
  try {
    await world.untilSteady();
    await look(world, verdicts, { seconds: seconds * BASELINE_SHARE, what: "undisturbed" });
    const hogs = Array.from({ length: 2 * cpus().length }, (_, i) =>
      world.lab.spawn("observer", ["sh", "-c", "while :; do :; done"], { name: `hog-${i + 1}` }),
    );
    await Promise.all(hogs);
    await world.lab.segment.setLossAmong(world.nodes, LOSS_PERCENT);
    const what = `${hogs.length} hogs, ${LOSS_PERCENT} % loss, pauses of ${PAUSE_MS} ms`;
    await look(world, verdicts, { seconds, what, pauses: true });
  } catch (error) {
    world.printLogs();
    throw error;
  } finally {
    if (logs) world.printLogs(Infinity);
    await world.stop();
  }
}

interface Look {
  readonly seconds: number;
  readonly what: string;
  readonly pauses?: boolean;
}

async function look(world: World, verdicts: Verdicts, { seconds, what, pauses = false }: Look) {
  const lossesBefore = world.lossesJudged();
  const gainsBefore = world.gains();
  const trail = new HolderTrail(world);
  await world.probe.mark("look");
  const endMs = performance.now() + 1000 * seconds;
  let paused = 0;
  while (performance.now() < endMs) {
    if (pauses) {
      const node = world.nodes[paused % world.nodes.length] ?? "";
      await world.speaker(node).pause(PAUSE_MS);
      paused += 1;
    }
    await trail.follow(Math.min(BETWEEN_PAUSES_MS, endMs - performance.now()));
  }
  const { addresses } = await world.probe.mark("end");
  const losses = world.lossesJudged() - lossesBefore;
  const gains = world.gains() - gainsBefore;
  verdicts.say(`${what}: ${seconds.toFixed(0)} s, ${paused} pauses`);
  verdicts.say(`longest silence of an address ${silenceOf(addresses).toFixed(0)} ms`);
  verdicts.judge(losses === 0, `nobody was judged lost: ${losses} times`);
  verdicts.judge(gains === 0, `no address moved: ${gains} gained`);
}
