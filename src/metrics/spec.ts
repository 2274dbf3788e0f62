/** What is said of a metric. Pure data. */

export type Component = "controller" | "speaker";

export interface MetricSpec {
  readonly name: string;
  readonly kind: "counter" | "gauge" | "histogram";
  readonly of: readonly Component[];
  readonly labels: readonly string[];
  /** One sentence; its last words name the unit. */
  readonly help: string;
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly buckets?: readonly number[];
}
