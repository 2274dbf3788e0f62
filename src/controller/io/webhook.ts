/**
 * The webhook of one replica: server, certificates and their way to the API server, looked at again and again.
 *
 * Every replica has one, whoever leads. Nothing of it is needed for addresses: where the port is taken or a right is
 * missing it says so in the log, tries again, and everything else goes on.
 * Neighbours: ../admission.ts and ../conversion.ts answer; ../certificate-schedule.ts has the order of a rotation.
 */
import { X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { ApiError } from "../../kube/api-error.ts";
import { backoffMs, type BackoffLimits } from "../../kube/backoff.ts";
import type { KubeClient } from "../../kube/io/client.ts";
import type { ControllerMetrics } from "../../metrics/io/metrics.ts";
import { reviewAdmission, type AdmissionWorld } from "../admission.ts";
import { reviewConversion } from "../conversion.ts";
import {
  CONVERT_PATH,
  CONVERTED_CRD,
  namesOf,
  oddHostsOf,
  VALIDATE_PATH,
} from "../webhook-injection.ts";
import { Certificates, type CertificateFiles } from "./certificates.ts";
import { inject, isConvertedByOthers, readInjected } from "./webhook-configuration.ts";
import { WebhookServer } from "./webhook-server.ts";

/** How long something stripped is missing, and how long another replica serves what was replaced. */
const LOOK_INTERVAL_MS = 10_000;
/** After looks that failed, in a row. */
const RETRY: BackoffLimits = { baseMs: 2000, maxMs: 60_000 };
/** From the deletion of a Pod until no API server calls it any more: EndpointSlice, then kube-proxy, by watches. */
const LEAVE_MS = 3000;

export interface WebhookOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly port: number;
  /** What to judge by; null: not everything was listed yet. */
  readonly world: () => AdmissionWorld | null;
  readonly log: Logger;
  readonly metrics: ControllerMetrics;
  /** How long it serves after it was asked to stop. */
  readonly leaveMs?: number;
}

export class Webhook {
  readonly #options: WebhookOptions;
  readonly #certificates: Certificates;
  readonly #stopping = new AbortController();
  #server: WebhookServer | null = null;
  #served: { readonly cert: string; readonly untilMs: number } | null = null;
  #failures = 0;
  #toldOddHosts = "";
  /** The bundle that is in place, and since when this process sees it there. */
  #known: { readonly bundle: string; readonly sinceMs: number } | null = null;
  #hasToldOfOthers = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.#certificates = new Certificates(options);
  }

  /** @returns once it was looked at the first time, whatever came of it */
  start(): Promise<void> {
    const first = this.#look();
    this.#loop = first.then(() => this.#lookOn());
    return first;
  }

  /** What is missing before the API server can ask here; empty: nothing. */
  reasons(): readonly string[] {
    const { port } = this.#options;
    if (this.#server === null) return [`the webhook does not listen on port ${port}`];
    if (this.#served === null) return ["the webhook has no certificate yet"];
    const isOver = this.#served.untilMs <= Date.now();
    return isOver ? ["the webhook's certificate has run out"] : [];
  }

  /** Serves until nobody can be calling any more, then ends what runs. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#server?.leave();
    const { leaveMs = LEAVE_MS } = this.#options;
    if (this.#server !== null && this.#served !== null) await sleep(leaveMs);
    await this.#server?.close();
    await this.#loop;
  }

  async #lookOn(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      const waitMs =
        this.#failures === 0 ? LOOK_INTERVAL_MS : backoffMs(this.#failures, Math.random(), RETRY);
      await sleep(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    const { client, log, namespace } = this.#options;
    try {
      await this.#listen();
      const injected = await readInjected(client);
      const names = namesOf(injected.configuration, namespace);
      const files = await this.#certificates.look({ names, known: this.#known });
      this.#serve(files);
      const bundle = files["ca.crt"];
      const isInPlace = await inject(client, injected, { bundle, log });
      if (!isInPlace) this.#known = null;
      else if (this.#known?.bundle !== bundle) this.#known = { bundle, sinceMs: Date.now() };
      this.#tellOfOthers(isConvertedByOthers(injected));
      this.#tellOddHosts(oddHostsOf(injected.configuration));
      this.#failures = 0;
    } catch (err) {
      this.#failures += 1;
      // Addresses need nothing of this: whatever it is, the process goes on, and tries again.
      const level = err instanceof ApiError ? "warn" : "error";
      log[level]({ err, failures: this.#failures }, "cannot see to the webhook's certificate now");
    }
  }

  async #listen(): Promise<void> {
    if (this.#server !== null || this.#stopping.signal.aborted) return;
    const { log, port } = this.#options;
    try {
      this.#server = await WebhookServer.listen({
        ...{ port, routes: this.#routes() },
        onFault: (err, path) => {
          log.error({ err, path }, "a review failed: what was asked is not judged");
        },
      });
      log.info({ port: this.#server.port }, "the webhook listens");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      log.error({ port, code }, "the webhook cannot listen; choose another --webhook-port");
    }
  }

  #routes() {
    const { metrics, world } = this.#options;
    return new Map([
      [
        VALIDATE_PATH,
        (body: unknown) => {
          const reviewed = reviewAdmission(body, world());
          if (reviewed.verdict !== null)
            metrics.admissionReviews.inc({ verdict: reviewed.verdict });
          return reviewed;
        },
      ],
      [
        CONVERT_PATH,
        (body: unknown) => {
          metrics.conversions.inc();
          return reviewConversion(body);
        },
      ],
    ]);
  }

  #serve(files: CertificateFiles): void {
    const cert = files["tls.crt"];
    if (this.#server === null || this.#served?.cert === cert) return;
    this.#server.serve({ cert, key: files["tls.key"] });
    const { fingerprint256, validTo } = new X509Certificate(cert);
    this.#served = { cert, untilMs: Date.parse(validTo) };
    this.#options.metrics.webhookCertificateExpiry.set(this.#served.untilMs / 1000);
    this.#options.log.info({ fingerprint256, validTo }, "the webhook serves a new certificate");
  }

  #tellOddHosts(hosts: readonly string[]): void {
    const told = hosts.join();
    if (told !== this.#toldOddHosts && told !== "") {
      this.#options.log.warn(
        { hosts },
        "no certificate can be for these hosts: put a DNS name or an address into the URLs of the webhooks",
      );
    }
    this.#toldOddHosts = told;
  }

  #tellOfOthers(isForeign: boolean): void {
    if (isForeign && !this.#hasToldOfOthers) {
      this.#options.log.warn(
        { crd: CONVERTED_CRD },
        "BGPPeers are converted by another program's webhook; set spec.conversion.strategy to None once it is gone",
      );
    }
    this.#hasToldOfOthers = isForeign;
  }
}
