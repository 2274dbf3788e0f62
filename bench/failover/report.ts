/** The table as text. Pure. */
import { table } from "../../lab/table.ts";
import { broken, judged, H2_MS_MAX, spreadOf, type Judgement, type RowResult } from "./figures.ts";

const HEADING = [
  ...["fault", "nodes", "trials", "addresses hit, silent", "lost in a row", "others, silent"],
  ...["undisturbed", "while mended, any", "two answers", "load, busy, steal"],
];

const PROMISED = [
  ...["fault", "addresses hit, silent", "others, silent", "two answers", "found besides", "kept"],
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
      `  Share: a client that rotates over ${share.addresses} addresses lost ${share.lost} of ${share.attempts} connections, ${percent} %, from its first loss to its last, ${share.msMax.toFixed(0)} ms at most; ${trials.length} trials.`,
    ];
  });
  return [
    table(HEADING, lines),
    ...shares,
    "",
    table(PROMISED, rows.map(promises)),
    "",
    "  Milliseconds, min / median / p99 / max over the trials; of a trial the longest silence of any address, less what the",
    "  probe itself was late. Undisturbed: median / max of as many windows as long, right before, and attempts lost in all.",
    "  Others: at most the noise of the undisturbed windows and one probe are promised.",
    `  Two answers: the longest time in which two nodes answered for one address; at most ${H2_MS_MAX} are promised.`,
    ...(first === undefined ? [] : [`  ${first.load.cpus} CPUs, ${first.load.model}`]),
  ].join("\n");
}

/** Of each bound that belongs to the row, what was measured beside it. */
function promises(row: RowResult): string[] {
  const all = judged(row);
  const of = (...what: readonly Judgement["what"][]) => {
    const mine = all.filter((judgement) => what.includes(judgement.what));
    return mine.map(beside).join(", ");
  };
  const besides = broken(row).length - all.filter(({ kept }) => !kept).length;
  return [
    row.title,
    of("own-median", "own-max"),
    of("others-max"),
    of("overlap-max"),
    `${besides}`,
    broken(row).length === 0 ? "yes" : "NO",
  ];
}

function beside({ what, ms, msMax, kept }: Judgement): string {
  const name = what === "own-median" ? "median" : "max";
  return `${name} ${ms.toFixed(1)} ${kept ? "≤" : ">"} ${msMax.toFixed(0)}`;
}

function four(values: readonly number[]): string {
  const { min, median, p99, max } = spreadOf(values);
  return [min, median, p99, max].map((ms) => ms.toFixed(0)).join(" / ");
}
