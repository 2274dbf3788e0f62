/**
 * `metallb_speaker_announced`: a series for each Service of each address that this node announces by one protocol, while it does.
 *
 * Neighbours: worker-reports.ts knows what is answered for on the segment, bgp-eyes.ts what routers are told.
 */
import type { SpeakerMetrics } from "../../metrics/io/metrics.ts";

export interface AnnouncedSeriesOptions {
  /** As MetalLB has it. */
  readonly protocol: "layer2" | "bgp";
  readonly node: string;
  readonly metrics: Pick<SpeakerMetrics, "speakerAnnounced"> | undefined;
}

export class AnnouncedSeries {
  readonly #options: AnnouncedSeriesOptions;
  /** By address, the keys of its Services. */
  readonly #services = new Map<string, ReadonlySet<string>>();

  constructor(options: AnnouncedSeriesOptions) {
    this.#options = options;
  }

  has(ip: string): boolean {
    return this.#services.has(ip);
  }

  /** @param services keys, such as `shop/web` */
  set(ip: string, services: Iterable<string>): void {
    const [before, after] = [this.#services.get(ip), new Set(services)];
    this.#services.set(ip, after);
    for (const service of before ?? []) if (!after.has(service)) this.#remove(ip, service);
    const { protocol, node, metrics } = this.#options;
    for (const service of after) metrics?.speakerAnnounced.set({ service, protocol, node, ip }, 1);
  }

  delete(ip: string): void {
    for (const service of this.#services.get(ip) ?? []) this.#remove(ip, service);
    this.#services.delete(ip);
  }

  #remove(ip: string, service: string): void {
    const { protocol, node, metrics } = this.#options;
    metrics?.speakerAnnounced.remove({ service, protocol, node, ip });
  }
}
