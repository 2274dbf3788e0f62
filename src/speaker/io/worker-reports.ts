/**
 * Takes what the frame worker tells: into the log, the metrics and the status of VirtualIPs.
 *
 * Neighbours: protocol.ts is the language; status-writer.ts writes.
 */
import type { Logger } from "pino";
import { parseIp } from "../../base/ip.ts";
import type { SpeakerMetrics } from "../../metrics/io/metrics.ts";
import { virtualIpName } from "../../multi-ip/name.ts";
import { AnnouncedSeries } from "./announced-series.ts";
import type { Counters, Gauges, KeptChange, TimedChange, WorkerReport } from "./protocol.ts";
import type { FindingsWriter } from "./findings-writer.ts";
import type { Sighting } from "../guard.ts";
import type { Verification } from "../verifier.ts";
import type { StatusWriter } from "./status-writer.ts";
import type { Presence } from "./presence.ts";
import type { Witness } from "./testimony.ts";

export interface WorkerReportsOptions {
  readonly node: string;
  readonly writer: Pick<StatusWriter, "set" | "keep" | "drop" | "sayAgain">;
  readonly findings: Pick<FindingsWriter, "sighted" | "verified" | "foundFree" | "tick">;
  readonly witness: Pick<Witness, "company">;
  readonly presence: () => Pick<Presence, "renew" | "rejoined"> | undefined;
  /** The Services of a VirtualIP, by its name. */
  readonly servicesOf: (
    name: string,
  ) => readonly { readonly namespace: string; readonly name: string }[];
  readonly metrics: SpeakerMetrics | undefined;
  readonly log: Logger;
}

export type WriteOutcomeWord = "ok" | "conflict" | "gone" | "error";

export class WorkerReports {
  readonly #options: WorkerReportsOptions;
  readonly #announced: AnnouncedSeries;
  readonly #held = new Set<string>();
  #serving = false;

  constructor(options: WorkerReportsOptions) {
    this.#options = options;
    this.#announced = new AnnouncedSeries({ ...options, protocol: "layer2" });
  }

  get serving(): boolean {
    return this.#serving;
  }

  /** How many addresses this node answers for. */
  get heldCount(): number {
    return this.#held.size;
  }

  take(report: WorkerReport): void {
    switch (report.kind) {
      case "open":
        this.#options.log.info("sockets are open");
        return;
      case "serving":
        this.#serving = true;
        this.#options.presence()?.renew();
        this.#options.log.info("knows who is alive; serving");
        return;
      case "company": {
        const { alive, lost } = report.company;
        this.#options.witness.company(report.company);
        this.#options.log.info({ alive: alive.length, lost: lost.join() }, "company");
        return;
      }
      case "heard-again":
        this.#options.writer.sayAgain();
        return;
      case "rejoined":
        this.#options.presence()?.rejoined();
        return;
      case "holdings":
        for (const change of report.changes) this.#changed(change);
        for (const kept of report.kept) this.#kept(kept);
        return;
      case "counters":
        this.#count(report.counters);
        this.#gauge(report.gauges);
        this.#options.findings.tick();
        return;
      case "findings":
        for (const sighting of report.sightings) this.#sighted(sighting);
        for (const verification of report.verifications) this.#verified(verification);
        this.#options.findings.tick();
        return;
      case "log":
        this.#options.log[report.level](report.facts, report.message);
        return;
      case "left":
        this.#serving = false;
        this.#options.log.info("everything is handed over");
        return;
    }
  }

  /** What the API server has is the plan from now on. */
  planRead(virtualIps: number, generation: number): void {
    const { metrics } = this.#options;
    metrics?.virtualIps.set(virtualIps);
    metrics?.planGeneration.set(generation);
    metrics?.k8sClientConfigLoaded.set(1);
    metrics?.k8sClientUpdates.inc();
  }

  /** A status was written, or was not. */
  written(outcome: WriteOutcomeWord): void {
    const { metrics } = this.#options;
    metrics?.writes.inc({ kind: "VirtualIP", outcome });
    if (outcome === "error") metrics?.k8sClientUpdateErrors.inc();
  }

  /** A Service more or less on an address that may be held. */
  servicesChanged(address: string): void {
    if (this.#announced.has(address)) this.#announce(address);
  }

  #changed(change: TimedChange): void {
    const { writer, log, metrics, findings } = this.#options;
    const { address, from, to, gained, generation, reason, atMs } = change;
    const message = gained ? "address gained" : "address given up";
    log.info({ ip: address, from, to, reason, generation }, message);
    if (gained) this.#held.add(address);
    else this.#held.delete(address);
    if (gained) {
      writer.set(address, { holder: to, reason, atMs, generation });
      metrics?.moves.inc({ reason });
      if (reason === "first") findings.foundFree(address);
      this.#announce(address);
      return;
    }
    // A stopped speaker leaves it to the others to say who holds it.
    const nobody = to === null && reason !== "speaker-stopped" && reason !== "plan";
    if (nobody) writer.set(address, { holder: null, reason, atMs, generation });
    else writer.drop(address);
    this.#announced.delete(address);
  }

  #sighted(sighting: Sighting & { readonly atMs: number }): void {
    const { ip, mac, node, interface: where, use, atMs } = sighting;
    this.#options.log.warn({ ip, mac, node, interface: where, use }, "somebody else has it");
    this.#options.findings.sighted(sighting, atMs);
  }

  #verified(verification: Verification & { readonly atMs: number }): void {
    const { ip, result, expected, others, atMs } = verification;
    this.#options.metrics?.verifications.inc({ result });
    if (result !== "ok") {
      const macs = others.map(({ mac }) => mac);
      this.#options.log.warn({ ip, result, expected, macs }, "asked on the wire");
    }
    this.#options.findings.verified(verification, atMs);
  }

  #kept({ address, generation }: KeptChange): void {
    this.#options.writer.keep(address, generation);
  }

  #announce(address: string): void {
    const ip = parseIp(address);
    const services = ip === undefined ? [] : this.#options.servicesOf(virtualIpName(ip));
    const keys = services.map(({ namespace, name }) => `${namespace}/${name}`);
    this.#announced.set(address, keys);
  }

  #count(counters: Counters): void {
    const { metrics } = this.#options;
    if (metrics === undefined) return;
    for (const [ip, n] of counters.requests) metrics.layer2RequestsReceived.inc({ ip }, n);
    for (const [ip, n] of counters.answers) metrics.layer2ResponsesSent.inc({ ip }, n);
    for (const [ip, n] of counters.announcements) metrics.layer2GratuitousSent.inc({ ip }, n);
    for (const [ip, n] of counters.conflicts) metrics.conflicts.inc({ ip }, n);
    for (const [reason, n] of counters.frameFaults) metrics.framesDropped.inc({ reason }, n);
    for (const [fault, n] of counters.heartbeatFaults) metrics.heartbeatFaults.inc({ fault }, n);
    metrics.heartbeatsSent.inc(counters.heartbeatsSent);
    metrics.heartbeatsReceived.inc(counters.heartbeatsReceived);
  }

  #gauge(gauges: Gauges): void {
    const { metrics } = this.#options;
    metrics?.addressesHeld.set(gauges.held);
    metrics?.peersKnown.set(gauges.peersKnown);
    metrics?.peersAlive.set(gauges.peersAlive);
  }
}
