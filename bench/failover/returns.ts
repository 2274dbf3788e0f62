/**
 * A trial of a node's return: within the settling time nothing moves; then addresses move to it, one at a time, and
 * nobody notices. What leads to it (a cut, an exclusion) is not looked at here.
 *
 * Neighbours: trials.ts runs the rows.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../lab/wait.ts";
import type { Trial } from "./figures.ts";
import {
  answersOnReturn,
  chooseVictims,
  doubled,
  holesOf,
  mark,
  measured,
  silenceOf,
  TAIL_MS,
  untilMoved,
  type Holders,
} from "./measuring.ts";
import { SETTLING_MS, type Row } from "./rows.ts";
import type { World } from "./world.ts";

/** Of the settling time this much is left for the instruments to be read before anything may move. */
const MARGIN_MS = 300;
/** A Lease is renewed every 5 s: so much later than the settling time the controller may learn that a node is well. */
const MOVES_MS_MAX = 20_000;

export async function runReturn(world: World, row: Row, turn: number): Promise<Trial> {
  const before = await world.untilSteady({ even: true });
  const victims = chooseVictims(world, before, { count: row.victims, turn });
  const findings: string[] = [];
  await row.hit(world, victims);
  await untilMoved(world, victims);
  const away = await world.untilSteady({ hearAll: false });
  await mark(world, "return");
  const returnMs = performance.now();
  await row.mend(world, victims);
  await sleep(SETTLING_MS - MARGIN_MS - (performance.now() - returnMs));
  findings.push(...moved(away, await world.holders()));
  const [settling, returned] = await mark(world, "moves");
  if (row.returnsQuietly) findings.push(...answersOnReturn(victims, returned));
  const even = world.untilSteady({ even: true, timeoutMs: MOVES_MS_MAX });
  const after = await even.catch((error: unknown) => {
    findings.push(messageOf(error));
    return away;
  });
  await sleep(TAIL_MS);
  const [probed, recorded] = await mark(world, "between");
  findings.push(...holesOf([returned, recorded]));
  const isOwn = (address: string) => after.get(address) !== away.get(address);
  const moves = measured(isOwn, probed);
  return {
    victims,
    ...moves,
    // Before anything moves nobody is to notice that a node is back.
    othersMs: Math.max(moves.othersMs, silenceOf(settling.addresses)),
    mendMs: silenceOf(probed.addresses),
    ...doubled([returned, recorded]),
    findings,
  };
}

/** Rule H3: nothing moves back within the settling time. */
function moved(away: Holders, now: ReadonlyMap<string, readonly string[]>): string[] {
  return [...away].flatMap(([address, node]) => {
    const ports = now.get(address)?.join("+") ?? "";
    return ports === node ? [] : [`${address} left ${node} for ${ports} within the settling time`];
  });
}
