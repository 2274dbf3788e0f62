/**
 * /healthz, /readyz and /metrics, on every address of the node.
 *
 * Left out on purpose: TLS and authentication (nothing secret is shown; a NetworkPolicy limits who asks).
 * Neighbours: serve.ts starts it before anything else, so that a slow start can be seen from outside.
 */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { listenOnAll } from "../../linux/io/listen.ts";
import type { Exposition } from "../../metrics/io/metrics.ts";
import { CommandFailure } from "./failure.ts";

const CONNECTIONS_MAX = 64;
const REQUEST_TIMEOUT_MS = 5000;
const KEEP_ALIVE_MS = 15_000;
const PLAIN = "text/plain; charset=utf-8";

export interface HttpServerOptions {
  readonly port: number;
  readonly metrics: Exposition;
  /** What is still missing before this process does its job; empty: ready. */
  readonly missing: () => readonly string[];
}

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Listens on `::`, which takes IPv4 as well, or on 0.0.0.0 where the machine has no IPv6.
 *
 * @throws CommandFailure where the port is taken or may not be used
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    answer(request.method ?? "", request.url ?? "", { response, options }).catch(() => {
      response.destroy();
    });
  });
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.maxConnections = CONNECTIONS_MAX;
  await listen(server, options.port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

interface Answering {
  readonly response: ServerResponse;
  readonly options: HttpServerOptions;
}

async function answer(
  method: string,
  url: string,
  { response, options }: Answering,
): Promise<void> {
  const send = (status: number, text: string, type = PLAIN): void => {
    response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
    response.end(method === "HEAD" ? "" : text);
  };
  if (method !== "GET" && method !== "HEAD") {
    send(405, "only GET and HEAD are answered\n");
    return;
  }
  const [path] = url.split("?", 1);
  if (path === "/healthz") send(200, "ok\n");
  else if (path === "/metrics")
    send(200, await options.metrics.text(), options.metrics.contentType);
  else if (path === "/readyz") {
    const missing = options.missing();
    if (missing.length === 0) send(200, "ok\n");
    else send(503, missing.map((reason) => `not ready: ${reason}\n`).join(""));
  } else send(404, "try /healthz, /readyz or /metrics\n");
}

async function listen(server: Server, port: number): Promise<void> {
  await listenOnAll(server, port).catch((error: unknown) => {
    throw portFailure(port, (error as NodeJS.ErrnoException).code);
  });
}

function portFailure(port: number, code: string | undefined): CommandFailure {
  if (code === "EADDRINUSE") {
    return new CommandFailure(
      `TCP port ${port} is taken by another program; choose another with --http-port`,
    );
  }
  return new CommandFailure(
    `TCP port ${port} cannot be opened (${code ?? "unknown"}); choose another with --http-port`,
  );
}
