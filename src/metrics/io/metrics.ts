/**
 * The objects that count, one for each line of the catalog (prom-client underneath).
 *
 * Made once for a process and passed to the `io/` of the rooms. In a hot path bind the labels once and keep
 * the child: `const received = metrics.layer2RequestsReceived.labels({ ip })`, then `received.inc()`.
 * A series about a thing that is gone is removed by who made it: `metrics.speakerAnnounced.remove(labels)`.
 */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import { metricsOf, type CATALOG, type Component, type MetricSpec } from "../catalog.ts";

type Catalog = typeof CATALOG;
type Label<Key extends keyof Catalog> = Catalog[Key]["labels"][number];
type KeyOf<C extends Component> = {
  [Key in keyof Catalog]: C extends Catalog[Key]["of"][number] ? Key : never;
}[keyof Catalog];

interface Kinds<L extends string> {
  counter: Counter<L>;
  gauge: Gauge<L>;
  histogram: Histogram<L>;
}

type Instruments<C extends Component> = {
  readonly [Key in KeyOf<C>]: Kinds<Label<Key>>[Catalog[Key]["kind"]];
};

/** What every process has, to read at `/metrics`. */
export interface Exposition {
  readonly contentType: string;
  /** @returns all metrics of this process in the text format */
  text(): Promise<string>;
}

export type ControllerMetrics = Instruments<"controller"> & Exposition;
export type SpeakerMetrics = Instruments<"speaker"> & Exposition;

/**
 * Makes the metrics of one process, in a registry of their own.
 *
 * @param component whose metrics: the others do not exist in this process, nor in its type
 * @param options.version shown in `spreadlb_build_info`
 */
export function createMetrics<C extends Component>(
  component: C,
  options: { readonly version?: string } = {},
): Instruments<C> & Exposition {
  const registry = new Registry();
  collectProcessMetrics(registry);
  const made = metricsOf(component).map(([key, spec]) => [key, instrument(spec, registry)]);
  const instruments = Object.fromEntries(made) as Instruments<Component>;
  const { version = "unknown" } = options;
  instruments.buildInfo.set({ version, node_version: process.version }, 1);
  return Object.assign(instruments as Instruments<C>, {
    contentType: registry.contentType,
    text: () => registry.metrics(),
  });
}

function instrument(spec: MetricSpec, registry: Registry): Counter | Gauge | Histogram {
  const { name, help } = spec;
  const options = { name, help, labelNames: [...spec.labels], registers: [registry] };
  switch (spec.kind) {
    case "counter":
      return new Counter(options);
    case "gauge":
      return new Gauge(options);
    case "histogram":
      return new Histogram({ ...options, buckets: [...(spec.buckets ?? [])] });
  }
}

/** `nodejs_active_*_total` are gauges under the name of counters: `promtool check metrics` refuses them. */
const REFUSED = ["nodejs_active_handles", "nodejs_active_requests", "nodejs_active_resources"];

function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const name of REFUSED) {
    registry.removeSingleMetric(name);
    registry.removeSingleMetric(`${name}_total`);
  }
}
