/**
 * Where the API server is and who we are to it, as a kubeconfig or a pod's service account say.
 *
 * Files, tokens and exec plugins are read by client-node, anew every few seconds, because
 * certificates and projected tokens are replaced while we run.
 * Left out on purpose: SOCKS proxies.
 * Neighbours: client.ts builds its connections from the answer.
 */

import type { RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { BalancerError } from "../../base/errors.ts";

/** For so long an answer is used again. client-node itself keeps a token for a minute. */
const FRESH_MS = 10_000;

export interface Credentials {
  /** "https://[2001:db8::1]:6443" */
  readonly origin: string;
  /** Before every path, without its last slash: "" for most. */
  readonly pathPrefix: string;
  readonly proxyUrl: string | null;
  readonly tls: TlsFacts;
  /** Changes when `tls` or the addresses do: connections made with another value are outdated. */
  readonly connectionKey: string;
  /** Authorization, impersonation. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface TlsFacts {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

export class CredentialSource {
  readonly #config: KubeConfig;
  #known: { readonly atMs: number; readonly credentials: Promise<Credentials> } | null = null;

  /** @throws BalancerError KUBECONFIG_INVALID, with the file's name and what is wrong with it */
  constructor(kubeconfig: string | undefined) {
    this.#config = loadConfig(kubeconfig);
  }

  /** @param anew reads everything again, for the API server has just refused us */
  current({ anew = false } = {}): Promise<Credentials> {
    const nowMs = performance.now();
    if (this.#known !== null && !anew && nowMs - this.#known.atMs < FRESH_MS) {
      return this.#known.credentials;
    }
    const credentials = readCredentials(this.#config);
    this.#known = { atMs: nowMs, credentials };
    credentials.catch(() => (this.#known = null));
    return credentials;
  }
}

function loadConfig(kubeconfig: string | undefined): KubeConfig {
  const config = new KubeConfig();
  const source = kubeconfig ?? "the pod's service account";
  try {
    if (kubeconfig !== undefined) config.loadFromFile(kubeconfig);
    else if (process.env.KUBERNETES_SERVICE_HOST !== undefined) config.loadFromCluster();
    else throw new Error("KUBERNETES_SERVICE_HOST is not set");
    if (config.getCurrentCluster() === null) throw new Error("no current cluster in it");
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new BalancerError("KUBECONFIG_INVALID", `Cannot use ${source}: ${cause}`);
  }
  return config;
}

async function readCredentials(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const cluster = config.getCurrentCluster();
  const url = new URL(cluster?.server ?? "");
  const tls = tlsFacts(options);
  const proxyUrl = cluster?.proxyUrl ?? null;
  return {
    origin: url.origin,
    pathPrefix: url.pathname.replace(/\/+$/, ""),
    proxyUrl,
    tls,
    connectionKey: JSON.stringify([url.origin, proxyUrl, tls]),
    headers: authHeaders(options),
  };
}

function tlsFacts(options: RequestOptions): TlsFacts {
  const { passphrase, servername, rejectUnauthorized } = options;
  return {
    ...pem("ca", options.ca),
    ...pem("cert", options.cert),
    ...pem("key", options.key),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(servername === undefined ? {} : { servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  };
}

function pem(name: "ca" | "cert" | "key", value: unknown): TlsFacts {
  if (typeof value === "string") return { [name]: value };
  return Buffer.isBuffer(value) ? { [name]: value.toString("utf8") } : {};
}

function authHeaders({ headers, auth }: RequestOptions): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (typeof value === "string") result[name.toLowerCase()] = value.trim();
  }
  if (typeof auth === "string") {
    result.authorization = `Basic ${Buffer.from(auth).toString("base64")}`;
  }
  return result;
}
