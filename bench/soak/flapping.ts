/** A node flaps every 5 s: away for half of it, back for the other half. Its addresses leave once, and stay away. */
import { World } from "../failover/world.ts";
import { HolderTrail } from "./holder-trail.ts";
import type { SoakOptions, Verdicts } from "./verdicts.ts";

const NODES = 4;
const PERIOD_MS = 5000;

export async function flapping(verdicts: Verdicts, { seconds, logs }: SoakOptions): Promise<void> {
  const world = await World.start({ nodes: NODES, heartbeats: "segment", services: "dual-stack" });
  try {
    const before = await world.untilSteady();
    const flapper = [...before.values()][0] ?? "";
    const trail = new HolderTrail(world);
    await trail.look();
    const endMs = performance.now() + 1000 * seconds;
    let flaps = 0;
    while (performance.now() < endMs) {
      await world.lab.cutNode(flapper);
      await trail.follow(PERIOD_MS / 2);
      await world.lab.mendNode(flapper);
      await trail.follow(PERIOD_MS / 2);
      flaps += 1;
    }
    const lost = world.lossesJudged();
    verdicts.judge(lost >= flaps, `the others gave it up each time: ${lost} verdicts`);
    const moved = [...trail.moves].map(([address, moves]) => `${address} ${moves.join(", ")}`);
    verdicts.say(`${flapper} flapped ${flaps} times in ${seconds} s: ${moved.join("; ")}`);
    verdicts.judge(
      trail.movesMax <= 1,
      `each address moved at most once: ${trail.movesMax} at most`,
    );
    const own = [...before].filter(([, node]) => node === flapper).map(([address]) => address);
    const others = [...trail.moves.keys()].filter((address) => !own.includes(address));
    verdicts.judge(others.length === 0, `the others' addresses stayed: ${others.length} moved`);
  } catch (error) {
    world.printLogs();
    throw error;
  } finally {
    if (logs) world.printLogs(Infinity);
    await world.stop();
  }
}
