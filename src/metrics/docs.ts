/**
 * The catalog as a page for people: docs/metrics.md is this text, and a test compares them. Pure.
 */
import { CATALOG, type MetricSpec } from "./catalog.ts";

const HEAD = `# Metrics

Both processes answer \`/metrics\` on their http port (controller 7472, speaker 7473) in the text format of Prometheus.
Names that begin with \`metallb_\` are MetalLB's, with its labels and meaning, so that dashboards made for it keep working.
Beside these come the usual \`process_*\` and \`nodejs_*\` metrics of the process itself.

This page is written from \`src/metrics/catalog.ts\` by \`node --import tsx src/metrics/io/write-docs.ts\`.
`;

/** @returns the whole page, one table for each process and one for what both show */
export function renderMetricsPage(): string {
  const specs: readonly MetricSpec[] = Object.values(CATALOG);
  const section = (title: string, of: string): string =>
    `\n## ${title}\n\n${table(specs.filter((spec) => spec.of.join() === of))}`;
  return [
    HEAD,
    section("Controller", "controller"),
    section("Speaker", "speaker"),
    section("Both", "controller,speaker"),
  ].join("");
}

function table(specs: readonly MetricSpec[]): string {
  const head = ["metric", "kind", "labels", "meaning"];
  const rows = specs.map(({ name, kind, labels, help }) => {
    return [`\`${name}\``, kind, labels.map((label) => `\`${label}\``).join(", "), help];
  });
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |\n`;
  const rule = widths.map((width) => "-".repeat(width));
  return [head, rule, ...rows].map(line).join("");
}
