/**
 * The webhook's server: HTTPS, JSON in, JSON out.
 *
 * Left out on purpose: asking who calls (the API server shows no certificate by default, and an answer tells nothing secret).
 * Neighbours: webhook.ts gives it certificates; ../admission.ts and ../conversion.ts know the answers.
 */
import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { listenOnAll } from "../../linux/io/listen.ts";

const REQUEST_TIMEOUT_MS = 10_000;
/** Longer than the API server's own 90 s: a connection that ends just when it is asked over is an answer lost. */
const KEEP_ALIVE_MS = 120_000;
const HANDSHAKE_MS_MAX = 5000;
const CONNECTIONS_MAX = 256;
/** The API server takes objects of 3 MiB at most, and sends two; in a conversion, many. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;
/** Of all that is being read: anybody in the cluster may ask, and the memory is the controller's. */
const BODIES_BYTES_MAX = 32 * 1024 * 1024;
/** What runs at the end: an answer takes milliseconds, a body may come slowly. */
const CLOSE_MS_MAX = 1000;

/** What is answered to a body: JSON, or what is wrong with it. */
export type Answer =
  { readonly ok: true; readonly value: object } | { readonly ok: false; readonly message: string };

export interface WebhookServerOptions {
  readonly port: number;
  /** By path. */
  readonly routes: ReadonlyMap<string, (body: unknown) => Answer>;
  /** A route failed: that is a fault of ours, and is answered with status 500. */
  readonly onFault: (error: unknown, path: string) => void;
}

/** PEM, both. */
export interface ServedCertificate {
  readonly cert: string;
  readonly key: string;
}

export class WebhookServer {
  readonly #server: Server;
  #isLeaving = false;
  readonly #bodies = { bytes: 0 };

  /** Listens at once; before the first certificate every handshake fails. */
  static async listen(options: WebhookServerOptions): Promise<WebhookServer> {
    const server = new WebhookServer(options);
    await listenOnAll(server.#server, options.port);
    return server;
  }

  private constructor(options: WebhookServerOptions) {
    const tls = { minVersion: "TLSv1.3", handshakeTimeout: HANDSHAKE_MS_MAX } as const;
    this.#server = createServer(tls, (request, response) => {
      answer(request, options, this.#bodies).then(
        ({ status, text }) => {
          this.#send(response, status, text);
        },
        () => response.destroy(), // Who asked is gone.
      );
    });
    this.#server.requestTimeout = REQUEST_TIMEOUT_MS;
    this.#server.headersTimeout = REQUEST_TIMEOUT_MS;
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** For connections that begin from now on; what is under way is not disturbed. */
  serve(certificate: ServedCertificate): void {
    this.#server.setSecureContext({ ...certificate, minVersion: "TLSv1.3" });
  }

  /** Goes on answering, and lets no connection live beyond its next answer: who asks again comes to another replica. */
  leave(): void {
    this.#isLeaving = true;
  }

  /** Answers what was asked, and takes nothing new. */
  async close(): Promise<void> {
    this.leave();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => {
      this.#server.closeAllConnections();
    }, CLOSE_MS_MAX);
    await closed;
    clearTimeout(timer);
  }

  #send(response: ServerResponse, status: number, text: string): void {
    const type = status === 200 ? "application/json" : "text/plain; charset=utf-8";
    const connection = this.#isLeaving || status === 413 ? { connection: "close" } : {};
    response.writeHead(status, { "content-type": type, ...connection });
    response.end(text);
  }
}

/** @param bodies what is being read of all requests */
async function answer(
  request: IncomingMessage,
  { routes, onFault }: WebhookServerOptions,
  bodies: { bytes: number },
): Promise<{ status: number; text: string }> {
  const [path = ""] = (request.url ?? "").split("?", 1);
  const route = routes.get(path);
  if (route === undefined) return { status: 404, text: `try ${[...routes.keys()].join(" or ")}\n` };
  if (request.method !== "POST") return { status: 405, text: "only POST is answered\n" };
  const text = await readBody(request, bodies);
  if (text === null) {
    const bounds = `${BODY_BYTES_MAX} bytes, or all bodies together than ${BODIES_BYTES_MAX}`;
    return { status: 413, text: `the body is larger than ${bounds}\n` };
  }
  const body = parseJson(text);
  if (body === undefined) {
    return { status: 400, text: `the body is no JSON: ${JSON.stringify(text.slice(0, 80))}\n` };
  }
  try {
    const result = route(body);
    return result.ok
      ? { status: 200, text: JSON.stringify(result.value) }
      : { status: 400, text: `${result.message}\n` };
  } catch (error) {
    onFault(error, path);
    return { status: 500, text: "a fault of the controller; its log has more\n" };
  }
}

/** @returns null where it is larger than may be */
async function readBody(
  request: IncomingMessage,
  bodies: { bytes: number },
): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      bodies.bytes += chunk.length;
      if (bytes > BODY_BYTES_MAX || bodies.bytes > BODIES_BYTES_MAX) return null;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  } finally {
    bodies.bytes -= bytes;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
