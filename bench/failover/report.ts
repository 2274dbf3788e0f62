/** The table as text. Pure. */
import { table } from "../../lab/table.ts";
import { OVERLAP_MS_MAX, spreadOf, type RowResult } from "./figures.ts";

const HEADING = [
  ...["fault", "nodes", "trials", "addresses hit, silent", "lost in a row", "others, silent"],
  ...["undisturbed", "while mended, any", "two answers", "load, busy, steal"],
];

/** Silences as min / median / p99 / max. */
export function reportOf(rows: readonly RowResult[]): string {
  const lines = rows.map((row) => {
    const { trials, noise, load } = row;
    const lost = spreadOf(trials.map(({ ownLost }) => ownLost)).max;
    const othersLost = spreadOf(trials.map(({ othersLost }) => othersLost)).max;
    return [
      row.title,
      `${row.nodes}`,
      `${trials.length}`,
      four(trials.map(({ ownMs }) => ownMs)),
      `${lost}; others ${othersLost}`,
      four(trials.map(({ othersMs }) => othersMs)),
      `${noise.medianMs.toFixed(0)} / ${noise.maxMs.toFixed(0)}, ${noise.lost} lost`,
      four(trials.map(({ mendMs }) => mendMs)),
      spreadOf(trials.map(({ overlapMs }) => overlapMs)).max.toFixed(0),
      `${load.average}, ${load.busyPercent.toFixed(0)} %, ${load.stealPercent.toFixed(0)} %`,
    ];
  });
  const [first] = rows;
  const shares = rows.flatMap(({ share, trials }) => {
    if (share === undefined) return [];
    const percent = ((100 * share.lost) / share.attempts).toFixed(1);
    return [
      "",
      `  Share: of ${share.attempts} connections over ${share.addresses} addresses while a node's were silent, ${percent} % were lost, and ${share.lostAfter} besides; ${trials.length} trials.`,
    ];
  });
  return [
    table(HEADING, lines),
    ...shares,
    "",
    "  Milliseconds, min / median / p99 / max over the trials; of a trial the longest silence of any address, less what the",
    "  probe itself was late. Undisturbed: median / max of as many windows as long, right before, and attempts lost in all.",
    `  Two answers: the longest time in which two nodes answered for one address; at most ${OVERLAP_MS_MAX} are promised.`,
    ...(first === undefined ? [] : [`  ${first.load.cpus} CPUs, ${first.load.model}`]),
  ].join("\n");
}

function four(values: readonly number[]): string {
  const { min, median, p99, max } = spreadOf(values);
  return [min, median, p99, max].map((ms) => ms.toFixed(0)).join(" / ");
}
