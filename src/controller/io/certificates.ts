/**
 * The webhook's certificates in a Secret, for all replicas: made by whichever comes first, renewed by whichever sees first that it
 * is time. A write needs the version that was read, so of two that renew at once one wins and the other reads.
 *
 * Neighbours: ../certificate-schedule.ts says when; x509.ts makes them; webhook.ts looks again and again.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { Logger } from "pino";
import { isConflict, isNotFound } from "../../kube/api-error.ts";
import type { KubeClient } from "../../kube/io/client.ts";
import { SECRETS, type Secret } from "../../kube/types.ts";
import {
  AUTHORITY_LIFE_MS,
  BACKDATE_MS,
  certificateStep,
  LEAF_LIFE_MS,
  type Authority,
  type CertificateStep,
  type KeptCertificates,
  type Leaf,
} from "../certificate-schedule.ts";

export const WEBHOOK_SECRET = "spreadlb-webhook";
/** Any value: a new authority is made, and the annotation taken off. */
export const ROTATE_ANNOTATION = "spreadlb.io/rotate";

/** PEM, all of them; the names are the keys of the Secret. */
export interface CertificateFiles {
  readonly "tls.crt": string;
  readonly "tls.key": string;
  /** The bundle, oldest first. */
  readonly "ca.crt": string;
  /** Of the newest of the bundle. */
  readonly "ca.key": string;
}

const FILES = ["tls.crt", "tls.key", "ca.crt", "ca.key"] as const;
const TRIES_MAX = 3;
/** P-256, as node:crypto calls it: x509.ts signs with no other. */
const CURVE = "prime256v1";

export interface LookFacts {
  /** The bundle that is where the API server reads it, and since when it is known to be there. */
  readonly known: { readonly bundle: string; readonly sinceMs: number } | null;
  /** DNS names and addresses under which the API server calls. */
  readonly names: readonly string[];
}

export interface CertificatesOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly log: Logger;
  readonly nowMs?: () => number;
}

export class Certificates {
  readonly #options: CertificatesOptions;
  #known: CertificateFiles | null = null;

  constructor(options: CertificatesOptions) {
    this.#options = options;
  }

  /**
   * Reads the Secret and does the next step, if one is due.
   *
   * @returns what is valid now
   * @throws ApiError where the API server cannot be asked, or refuses: try again later
   */
  async look(facts: LookFacts): Promise<CertificateFiles> {
    const { nowMs = Date.now, log } = this.#options;
    for (let tries = 1; ; tries++) {
      const secret = await this.#read();
      // Somebody deleted it: what the API server trusts now is written back, so that nothing is lost.
      const files = secret === null ? this.#known : filesOf(secret);
      const isRotationAsked = secret?.metadata.annotations?.[ROTATE_ANNOTATION] !== undefined;
      const now = nowMs();
      const kept = files === null ? null : readCertificates(files, facts.names);
      const knownSinceMs = facts.known?.bundle === files?.["ca.crt"] ? facts.known?.sinceMs : null;
      const step = certificateStep(kept, {
        ...{ nowMs: now, isRotationAsked },
        knownSinceMs: knownSinceMs ?? null,
      });
      const next = await this.#take(step, { files, names: facts.names, nowMs: now });
      try {
        if (step !== "none" || secret === null) {
          await this.#write(secret, next);
          log.info({ secret: WEBHOOK_SECRET, step }, "the webhook's certificates were written");
        }
        this.#known = next;
        return next;
      } catch (error) {
        if (!isConflict(error) || tries >= TRIES_MAX) throw error; // Another replica was first.
      }
    }
  }

  async #take(
    step: CertificateStep,
    {
      files,
      names,
      nowMs,
    }: { files: CertificateFiles | null; names: readonly string[]; nowMs: number },
  ): Promise<CertificateFiles> {
    if (files === null || step === "begin") return begin(names, nowMs);
    switch (step) {
      case "none":
        return files;
      case "add-authority": {
        const authority = await newAuthority(nowMs);
        const bundle = [...splitPem(files["ca.crt"]), authority.certificate];
        return { ...files, "ca.crt": bundle.join(""), "ca.key": authority.key };
      }
      case "issue":
        return { ...files, ...(await issue(files, names, nowMs)) };
      case "forget":
        return { ...files, "ca.crt": splitPem(files["ca.crt"]).slice(-1).join("") };
    }
  }

  async #read(): Promise<Secret | null> {
    const { client, namespace } = this.#options;
    try {
      return await client.get(SECRETS, { name: WEBHOOK_SECRET, namespace });
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  async #write(before: Secret | null, files: CertificateFiles): Promise<void> {
    const { client, namespace } = this.#options;
    const data = Object.fromEntries(
      FILES.map((name) => [name, Buffer.from(files[name]).toString("base64")]),
    );
    if (before === null) {
      const metadata = { name: WEBHOOK_SECRET, namespace };
      await client.create(SECRETS, { metadata, type: "Opaque", data });
      return;
    }
    const asked = Object.entries(before.metadata.annotations ?? {});
    const annotations = asked.filter(([key]) => key !== ROTATE_ANNOTATION);
    const metadata = { ...before.metadata, annotations: Object.fromEntries(annotations) };
    await client.update(SECRETS, { ...before, metadata, data: { ...before.data, ...data } });
  }
}

async function begin(names: readonly string[], nowMs: number): Promise<CertificateFiles> {
  const authority = await newAuthority(nowMs);
  const files = { "ca.crt": authority.certificate, "ca.key": authority.key };
  return { ...files, ...(await issue(files, names, nowMs)) };
}

async function newAuthority(nowMs: number) {
  const { makeAuthority } = await import("./x509.ts");
  return makeAuthority({ fromMs: nowMs, untilMs: nowMs + AUTHORITY_LIFE_MS });
}

/** By the newest authority, and not for longer than it lives. */
async function issue(
  files: Pick<CertificateFiles, "ca.crt" | "ca.key">,
  names: readonly string[],
  nowMs: number,
): Promise<Pick<CertificateFiles, "tls.crt" | "tls.key">> {
  const { makeLeaf } = await import("./x509.ts");
  const certificate = splitPem(files["ca.crt"]).at(-1) ?? "";
  const untilMs = Math.min(nowMs + LEAF_LIFE_MS, untilOf(new X509Certificate(certificate)));
  const authority = { certificate, key: files["ca.key"] };
  const leaf = await makeLeaf(authority, { names, fromMs: nowMs, untilMs });
  return { "tls.crt": leaf.certificate, "tls.key": leaf.key };
}

/** @returns null where the Secret lacks a file */
function filesOf({ data = {} }: Secret): CertificateFiles | null {
  if (FILES.some((name) => data[name] === undefined)) return null;
  const files = FILES.map((name) => [name, Buffer.from(data[name] ?? "", "base64").toString()]);
  return Object.fromEntries(files) as Record<(typeof FILES)[number], string>;
}

/** @returns null where it cannot be used: no certificates, or keys that are of others */
export function readCertificates(
  files: CertificateFiles,
  names: readonly string[],
): KeptCertificates | null {
  try {
    const bundle = splitPem(files["ca.crt"]).map((pem) => new X509Certificate(pem));
    const leaf = new X509Certificate(files["tls.crt"]);
    const newest = bundle.at(-1);
    const signingKey = createPrivateKey(files["ca.key"]);
    const keysFit =
      signingKey.asymmetricKeyDetails?.namedCurve === CURVE &&
      newest?.checkPrivateKey(signingKey) === true &&
      leaf.checkPrivateKey(createPrivateKey(files["tls.key"]));
    if (!keysFit) return null;
    const issuer = bundle.find((authority) => leaf.verify(authority.publicKey));
    return {
      authorities: bundle.map((authority): Authority => ({
        id: authority.fingerprint256,
        fromMs: madeAt(authority),
        untilMs: untilOf(authority),
      })),
      leaf: {
        issuer: issuer?.fingerprint256 ?? null,
        hasNames: names.every((name) => isFor(leaf, name)),
        fromMs: madeAt(leaf),
        untilMs: untilOf(leaf),
      } satisfies Leaf,
    };
  } catch {
    return null; // No PEM, or not of certificates.
  }
}

function madeAt(certificate: X509Certificate): number {
  return Date.parse(certificate.validFrom) + BACKDATE_MS;
}

function untilOf(certificate: X509Certificate): number {
  return Date.parse(certificate.validTo);
}

function isFor(certificate: X509Certificate, name: string): boolean {
  const found = isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name);
  return found !== undefined;
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function splitPem(text: string): string[] {
  return [...text.matchAll(PEM)].map(([pem]) => `${pem}\n`);
}
