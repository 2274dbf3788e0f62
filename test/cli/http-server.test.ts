import { expect } from "chai";
import { createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describeFailure } from "../../src/cli/io/failure.ts";
import { startHttpServer, type HttpServer } from "../../src/cli/io/http-server.ts";

const metrics = { contentType: "text/plain; version=0.0.4", text: () => Promise.resolve("a 1\n") };

describe("cli: http server", () => {
  let server: HttpServer;
  let missing: readonly string[] = [];

  before(async () => {
    server = await startHttpServer({ port: 0, metrics, missing: () => missing });
  });
  after(() => server.close());
  beforeEach(() => {
    missing = [];
  });

  const rows = [
    { method: "GET", path: "/healthz", missing: ["anything"], status: 200, text: "ok\n" },
    { method: "GET", path: "/readyz", missing: [], status: 200, text: "ok\n" },
    { method: "GET", path: "/readyz?verbose", missing: [], status: 200, text: "ok\n" },
    {
      method: "GET",
      path: "/readyz",
      missing: ["no key yet", "no plan yet"],
      status: 503,
      text: "not ready: no key yet\nnot ready: no plan yet\n",
    },
    { method: "GET", path: "/metrics", missing: [], status: 200, text: "a 1\n" },
    { method: "HEAD", path: "/metrics", missing: [], status: 200, text: "" },
    {
      method: "GET",
      path: "/",
      missing: [],
      status: 404,
      text: "try /healthz, /readyz or /metrics\n",
    },
    {
      method: "POST",
      path: "/healthz",
      missing: [],
      status: 405,
      text: "only GET and HEAD are answered\n",
    },
  ];
  for (const row of rows) {
    const state = row.missing.length === 0 ? "ready" : "not ready";
    it(`${row.method} ${row.path} when ${state}: ${row.status}`, async () => {
      missing = row.missing;
      const url = `http://127.0.0.1:${server.port}${row.path}`;
      const response = await fetch(url, { method: row.method });
      expect({ status: response.status, text: await response.text() }).to.deep.equal({
        status: row.status,
        text: row.text,
      });
    });
  }

  it("answers on IPv6 as well as on IPv4", async () => {
    const response = await fetch(`http://[::1]:${server.port}/healthz`);
    expect(response.status).to.equal(200);
  });

  it("shows metrics with the type that Prometheus expects", async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/metrics`);
    expect(response.headers.get("content-type")).to.equal(metrics.contentType);
  });

  for (const host of ["::", "0.0.0.0"]) {
    it(`a port that is taken on ${host} is one sentence and exit status 1`, async () => {
      const other = createServer().listen(0, host);
      await once(other, "listening");
      const { port } = other.address() as AddressInfo;
      try {
        await startHttpServer({ port, metrics, missing: () => [] });
        expect.fail("it listens on a port that is taken");
      } catch (error) {
        expect(describeFailure(error)).to.deep.equal({
          text: `spreadlb: TCP port ${port} is taken by another program; choose another with --http-port\n`,
          status: 1,
        });
      } finally {
        other.close();
      }
    });
  }

  it("closes at once, also while a client keeps its connection", async () => {
    const second = await startHttpServer({ port: 0, metrics, missing: () => [] });
    await fetch(`http://127.0.0.1:${second.port}/healthz`);
    const beginMs = performance.now();
    await second.close();
    expect(performance.now() - beginMs).to.be.lessThan(500);
  });
});
