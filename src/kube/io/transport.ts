/**
 * One request to the API server and its answer, over kept connections that follow our credentials.
 *
 * Calls share a bounded pool and have a time limit each; watches have connections of their own, so
 * that no call ever waits behind a stream. HTTP/1.1 on purpose: HTTP/2 watches cost memory and time.
 * Neighbours: client.ts speaks Kubernetes over this.
 */

import type { Dispatcher } from "undici";
import { Agent, ProxyAgent } from "undici";
import { ApiError } from "../api-error.ts";
import type { Credentials } from "./credentials.ts";
import { CredentialSource } from "./credentials.ts";

export const CALL_CONNECTIONS_MAX = 16;
export const CALL_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** Shorter than the idle limits of load balancers and of the API server (180 s). */
const IDLE_CONNECTION_MS = 30_000;

export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With its query, below the server's own path. */
  readonly path: string;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  /** As text; "" for none. */
  readonly body: string;
}

interface Connections {
  readonly key: string;
  readonly calls: Dispatcher;
  readonly watches: Dispatcher;
}

type RawAnswer = Dispatcher.ResponseData<unknown>;

export class Transport {
  readonly #source: CredentialSource;
  #connections: Connections | null = null;
  #closed = false;

  constructor(kubeconfig: string | undefined) {
    this.#source = new CredentialSource(kubeconfig);
  }

  /** @throws ApiError with status 0 when no whole answer came in time */
  async call(call: Call): Promise<Answer> {
    const answer = await this.#callOnce(call, false);
    return answer.status === 401 ? this.#callOnce(call, true) : answer;
  }

  /** @returns the answer as soon as its head is there; only `signal` ends its body */
  async open(path: string, signal: AbortSignal): Promise<RawAnswer> {
    const answer = await this.#openOnce(path, signal, false);
    if (answer.statusCode !== 401) return answer;
    await answer.body.dump();
    return this.#openOnce(path, signal, true);
  }

  /** Ends all connections and everything on them. */
  async close(): Promise<void> {
    this.#closed = true;
    const connections = this.#connections;
    this.#connections = null;
    await Promise.all([connections?.calls.destroy(), connections?.watches.destroy()]);
  }

  async #callOnce(call: Call, anew: boolean): Promise<Answer> {
    const timeoutMs = call.timeoutMs ?? CALL_TIMEOUT_MS;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      abort.abort(new ApiError(noAnswer("Timeout", `No answer within ${timeoutMs} ms`)));
    }, timeoutMs);
    const giveUp = () => {
      abort.abort(call.signal?.reason);
    };
    call.signal?.addEventListener("abort", giveUp);
    try {
      return await this.#perform(call, abort.signal, anew);
    } catch (error) {
      throw notReached(error);
    } finally {
      clearTimeout(timer);
      call.signal?.removeEventListener("abort", giveUp);
    }
  }

  async #perform(call: Call, signal: AbortSignal, anew: boolean): Promise<Answer> {
    const { credentials, connections } = await this.#connect(anew);
    signal.throwIfAborted();
    const raw = await connections.calls.request({
      ...address(credentials, call.path),
      method: call.method,
      headers: {
        ...baseHeaders(credentials),
        ...(call.contentType === undefined ? {} : { "content-type": call.contentType }),
      },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal,
    });
    return {
      status: raw.statusCode,
      retryAfterMs: retryAfterMs(raw.headers["retry-after"]),
      body: await raw.body.text(),
    };
  }

  async #openOnce(path: string, signal: AbortSignal, anew: boolean): Promise<RawAnswer> {
    try {
      const { credentials, connections } = await this.#connect(anew);
      return await connections.watches.request({
        ...address(credentials, path),
        method: "GET",
        headers: baseHeaders(credentials),
        signal,
        headersTimeout: CALL_TIMEOUT_MS,
        bodyTimeout: 0,
      });
    } catch (error) {
      throw notReached(error);
    }
  }

  async #connect(anew: boolean): Promise<{ credentials: Credentials; connections: Connections }> {
    const credentials = await this.#source.current({ anew });
    if (this.#closed) throw new ApiError(noAnswer("Closed", "The client is closed"));
    const outdated = this.#connections;
    if (outdated?.key === credentials.connectionKey) {
      return { credentials, connections: outdated };
    }
    const connections = connectionsFor(credentials);
    this.#connections = connections;
    // What runs on the old connections ends in its own time: calls soon, watches within minutes.
    void outdated?.calls.close();
    void outdated?.watches.close();
    return { credentials, connections };
  }
}

/** @returns what the error means to a caller: always an ApiError, status 0 unless it was one before */
export function notReached(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (!(error instanceof Error)) return new ApiError(noAnswer("Unknown", String(error)));
  const { code } = error as NodeJS.ErrnoException;
  const cause = error.cause instanceof Error ? notReached(error.cause) : null;
  return new ApiError(
    noAnswer(code ?? cause?.reason ?? error.name, cause?.message ?? error.message),
  );
}

function noAnswer(reason: string, message: string) {
  return { status: 0, reason, message };
}

function connectionsFor({ connectionKey, proxyUrl, tls }: Credentials): Connections {
  const make = (connections: number | null, bodyTimeout: number): Dispatcher => {
    const options = {
      connections,
      bodyTimeout,
      keepAliveTimeout: IDLE_CONNECTION_MS,
      pipelining: 1,
    };
    return proxyUrl === null
      ? new Agent({ ...options, connect: { ...tls, timeout: CONNECT_TIMEOUT_MS } })
      : new ProxyAgent({ ...options, uri: proxyUrl, requestTls: tls });
  };
  return {
    key: connectionKey,
    calls: make(CALL_CONNECTIONS_MAX, CALL_TIMEOUT_MS),
    watches: make(null, 0),
  };
}

function address({ origin, pathPrefix }: Credentials, path: string) {
  return { origin, path: `${pathPrefix}${path}` };
}

function baseHeaders(credentials: Credentials): Record<string, string> {
  return { accept: "application/json", "user-agent": "spreadlb", ...credentials.headers };
}

function retryAfterMs(header: string | string[] | undefined): number | undefined {
  const seconds = typeof header === "string" ? Number.parseInt(header, 10) : Number.NaN;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
