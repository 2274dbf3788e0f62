/**
 * The webhook's server: HTTPS, JSON in, JSON out.
 *
 * Left out on purpose: asking who calls (the API server shows no certificate by default, and an answer tells nothing secret).
 * Neighbours: webhook.ts gives it certificates; ../admission.ts and ../conversion.ts know the answers.
 */
import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const REQUEST_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;
const CONNECTIONS_MAX = 256;
/** The API server takes objects of 3 MiB at most, and sends two; in a conversion, many. */
const BODY_BYTES_MAX = 32 * 1024 * 1024;
const CLOSE_MS_MAX = 300;

/** What is answered to a body: JSON, or what is wrong with it. */
export type Answer =
  { readonly ok: true; readonly value: object } | { readonly ok: false; readonly message: string };

export interface WebhookServerOptions {
  readonly port: number;
  /** By path. */
  readonly routes: ReadonlyMap<string, (body: unknown) => Answer>;
}

/** PEM, both. */
export interface ServedCertificate {
  readonly cert: string;
  readonly key: string;
}

export class WebhookServer {
  readonly #server: Server;
  #isClosing = false;

  /** Listens at once; before the first certificate every handshake fails. */
  static async listen({ port, routes }: WebhookServerOptions): Promise<WebhookServer> {
    const server = new WebhookServer(routes);
    await server.#listen(port);
    return server;
  }

  private constructor(routes: WebhookServerOptions["routes"]) {
    this.#server = createServer({ minVersion: "TLSv1.3" }, (request, response) => {
      answer(request, routes).then(
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

  /** Answers what was asked, and takes nothing new. */
  async close(): Promise<void> {
    this.#isClosing = true;
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
    const connection = this.#isClosing || status === 413 ? { connection: "close" } : {};
    response.writeHead(status, { "content-type": type, ...connection });
    response.end(text);
  }

  async #listen(port: number): Promise<void> {
    try {
      await listenOn(this.#server, { port, host: "::" });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EAFNOSUPPORT" && code !== "EADDRNOTAVAIL") throw error;
      await listenOn(this.#server, { port, host: "0.0.0.0" }); // A machine without IPv6.
    }
  }
}

function listenOn(server: Server, where: { port: number; host: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function answer(
  request: IncomingMessage,
  routes: WebhookServerOptions["routes"],
): Promise<{ status: number; text: string }> {
  const [path = ""] = (request.url ?? "").split("?", 1);
  const route = routes.get(path);
  if (route === undefined) return { status: 404, text: `try ${[...routes.keys()].join(" or ")}\n` };
  if (request.method !== "POST") return { status: 405, text: "only POST is answered\n" };
  const text = await readBody(request);
  if (text === null) {
    return { status: 413, text: `the body is larger than ${BODY_BYTES_MAX} bytes\n` };
  }
  const body = parseJson(text);
  if (body === undefined) {
    return { status: 400, text: `the body is no JSON: ${JSON.stringify(text.slice(0, 80))}\n` };
  }
  const result = route(body);
  return result.ok
    ? { status: 200, text: JSON.stringify(result.value) }
    : { status: 400, text: `${result.message}\n` };
}

/** @returns null where it is larger than may be */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
