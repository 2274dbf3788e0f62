/** The client against a plain HTTP server that answers as a real API server in trouble would. */

import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { BalancerError } from "../../../src/base/errors.ts";
import { ApiError } from "../../../src/kube/api-error.ts";
import type { CallOutcome } from "../../../src/kube/io/client.ts";
import { KubeClient } from "../../../src/kube/io/client.ts";
import { NODES } from "../../../src/kube/types.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const node = { metadata: { name: "n1", resourceVersion: "1" } };

describe("KubeClient", () => {
  let directory: string;
  let server: Server | undefined;
  let client: KubeClient | undefined;
  const calls: CallOutcome[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "spreadlb-client-"));
    calls.length = 0;
  });

  afterEach(async () => {
    await client?.close();
    server?.closeAllConnections();
    server?.close();
    await rm(directory, { recursive: true });
  });

  async function serve(handler: Handler, host = "127.0.0.1", user: object = { token: "secret" }) {
    server = createServer(handler);
    server.listen(0, host);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const authority = host.includes(":") ? `[${host}]` : host;
    const kubeconfig = await write(`http://${authority}:${port}/prefix/`, user);
    client = await KubeClient.connect({ kubeconfig, onCall: (call) => calls.push(call) });
    return client;
  }

  async function write(url: string, user: object): Promise<string> {
    const path = join(directory, "kubeconfig");
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster: { server: url, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    };
    await writeFile(path, JSON.stringify(config));
    return path;
  }

  async function failure(work: Promise<unknown>): Promise<ApiError> {
    const error: unknown = await work.then(() => null).catch((reason: unknown) => reason);
    if (!(error instanceof ApiError)) throw new Error(`not an ApiError: ${String(error)}`);
    return error;
  }

  it("sends path prefix, query, token and content type", async () => {
    const seen: unknown[] = [];
    const its = await serve((request, response) => {
      const { authorization, "content-type": contentType } = request.headers;
      seen.push([request.method, request.url, authorization, contentType]);
      response.end(JSON.stringify({ metadata: { name: "n1" }, items: [node] }));
    });
    await its.list(NODES, { labelSelector: "a=b,c", limit: 5 });
    await its.patch(NODES, { name: "n1" }, {}, { kind: "apply", fieldManager: "me", force: true });
    expect(seen).to.deep.equal([
      ["GET", "/prefix/api/v1/nodes?labelSelector=a%3Db%2Cc&limit=5", "Bearer secret", undefined],
      [
        "PATCH",
        "/prefix/api/v1/nodes/n1?fieldManager=me&force=true",
        "Bearer secret",
        "application/apply-patch+yaml",
      ],
    ]);
    const told = calls.map(({ verb, plural, status }) => [verb, plural, status]);
    expect(told).to.deep.equal([
      ["list", "nodes", 200],
      ["patch", "nodes", 200],
    ]);
  });

  it("reaches an IPv6 address", async () => {
    const its = await serve((_request, response) => response.end(JSON.stringify(node)), "::1");
    expect((await its.get(NODES, { name: "n1" })).metadata.name).to.equal("n1");
  });

  it("keeps its connections", async () => {
    const its = await serve((_request, response) => response.end(JSON.stringify(node)));
    let connections = 0;
    server?.on("connection", () => (connections += 1));
    for (let n = 0; n < 20; n += 1) await its.get(NODES, { name: "n1" });
    // The pool may open a second one when the first is not yet known to be idle.
    expect(connections).to.be.within(1, 3);
  });

  it("gives up a call that is not answered in time, before the head and in the middle", async () => {
    const its = await serve((request, response) => {
      if (request.url?.endsWith("n2") === true) response.writeHead(200).write("{");
    });
    for (const name of ["n1", "n2"]) {
      const error = await failure(its.get(NODES, { name }, { timeoutMs: 100 }));
      expect(error).to.include({ status: 0, reason: "Timeout" });
    }
    expect(calls.map(({ status }) => status)).to.deep.equal([0, 0]);
  });

  it("reads credentials anew when it is refused, and asks once more", async () => {
    const seen: string[] = [];
    const its = await serve(
      (request, response) => {
        seen.push(request.headers.authorization ?? "");
        response.writeHead(seen.length === 1 ? 401 : 200).end(JSON.stringify(node));
      },
      "127.0.0.1",
      { username: "u", password: "p" },
    );
    await its.get(NODES, { name: "n1" });
    expect(seen).to.deep.equal(["Basic dTpw", "Basic dTpw"]);
  });

  const refusals = [
    {
      name: "a Status object",
      status: 409,
      headers: {},
      body: JSON.stringify({ kind: "Status", code: 409, reason: "Conflict", message: "too late" }),
      want: { status: 409, reason: "Conflict", message: "too late", retryAfterMs: undefined },
    },
    {
      name: "a request to come back later, in the header",
      status: 429,
      headers: { "retry-after": "3" },
      body: JSON.stringify({ reason: "TooManyRequests", message: "slowly" }),
      want: { status: 429, reason: "TooManyRequests", message: "slowly", retryAfterMs: 3000 },
    },
    {
      name: "a request to come back later, in the details",
      status: 500,
      headers: {},
      body: JSON.stringify({
        reason: "ServerTimeout",
        message: "",
        details: { retryAfterSeconds: 2 },
      }),
      want: { status: 500, reason: "ServerTimeout", message: "", retryAfterMs: 2000 },
    },
    {
      name: "a proxy's page",
      status: 502,
      headers: {},
      body: "<html>Bad gateway</html>",
      want: {
        status: 502,
        reason: "HTTP 502",
        message: "<html>Bad gateway</html>",
        retryAfterMs: undefined,
      },
    },
    {
      name: "a page with status 200",
      status: 200,
      headers: {},
      body: "<html>Log in</html>",
      want: {
        status: 0,
        reason: "NotJson",
        message: "The API server's answer is not JSON: <html>Log in</html>",
        retryAfterMs: undefined,
      },
    },
  ];
  for (const { name, status, headers, body, want } of refusals) {
    it(`understands ${name}`, async () => {
      const its = await serve((_request, response) =>
        response.writeHead(status, headers).end(body),
      );
      const error = await failure(its.get(NODES, { name: "n1" }));
      const { message, reason, retryAfterMs } = error;
      expect({ status: error.status, reason, message, retryAfterMs }).to.deep.equal(want);
    });
  }

  it("reads a watch by lines, ends cleanly with the stream, breaks with an ApiError", async () => {
    const lines = [1, 2, 3].map((n) => JSON.stringify({ type: "ADDED", object: { n } }));
    const its = await serve((request, response) => {
      response.write(lines.join("\n").slice(0, 30));
      setImmediate(() => {
        response.write(`${lines.join("\n").slice(30)}\n`);
        if (request.url?.includes("resourceVersion=7") === true) response.end();
        else setImmediate(() => response.destroy());
      });
    });
    const read = async (resourceVersion: string) => {
      const { signal } = new AbortController();
      const got: unknown[] = [];
      const stream = await its.watch(NODES, { resourceVersion, timeoutSeconds: 300, signal });
      try {
        for await (const batch of stream) got.push(...batch.map(({ object }) => object));
      } catch (error) {
        got.push(error instanceof ApiError ? error.status : error);
      }
      return got;
    };
    expect(await read("7")).to.deep.equal([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(await read("8")).to.deep.equal([{ n: 1 }, { n: 2 }, { n: 3 }, 0]);
  });

  it("never lets a call wait behind watches", async () => {
    const its = await serve((request, response) => {
      if (request.url?.includes("watch=true") === true) response.writeHead(200).flushHeaders();
      else response.end(JSON.stringify(node));
    });
    const open = () => {
      const { signal } = new AbortController();
      return its.watch(NODES, { resourceVersion: "1", timeoutSeconds: 300, signal });
    };
    await Promise.all(Array.from({ length: 40 }, open));
    expect((await its.get(NODES, { name: "n1" }, { timeoutMs: 2000 })).metadata.name).to.equal(
      "n1",
    );
  });

  it("says which kubeconfig it cannot use, and the way out", async () => {
    const rejected = async (options: { kubeconfig?: string }) =>
      KubeClient.connect(options).then(
        () => "connected",
        (error: unknown) => (error instanceof BalancerError ? error.code : String(error)),
      );
    expect(await rejected({ kubeconfig: "/no/such/file" })).to.equal("KUBECONFIG_INVALID");
    expect(await rejected({})).to.equal("KUBECONFIG_INVALID");
    const empty = join(directory, "empty");
    await writeFile(empty, "{}");
    expect(await rejected({ kubeconfig: empty })).to.equal("KUBECONFIG_INVALID");
  });
});
