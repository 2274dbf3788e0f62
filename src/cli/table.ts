/**
 * Columns of text as kubectl prints them, and ages as it writes them. Pure.
 */

const GAP = "   ";

/** @returns lines with columns padded to their widest cell; the last column is not padded */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const columnCount = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columnCount }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join(GAP)
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * @param since a time in RFC 3339
 * @returns "42s", "7m", "3h", "12d": the largest unit of which there are at least two, as kubectl does; "?" where
 *   the time cannot be read; a time ahead of ours (clocks differ) counts as now
 */
export function renderAge(since: string, nowMs: number): string {
  const ageMs = Math.max(0, nowMs - Date.parse(since));
  if (Number.isNaN(ageMs)) return "?";
  if (ageMs < 2 * MINUTE_MS) return `${Math.floor(ageMs / SECOND_MS)}s`;
  if (ageMs < 2 * HOUR_MS) return `${Math.floor(ageMs / MINUTE_MS)}m`;
  if (ageMs < 2 * DAY_MS) return `${Math.floor(ageMs / HOUR_MS)}h`;
  return `${Math.floor(ageMs / DAY_MS)}d`;
}
