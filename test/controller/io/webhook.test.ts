/** The webhook of one replica against a plain HTTP server that answers as an API server in trouble would: it goes on, and says what is missing. */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { expect } from "chai";
import { pino } from "pino";
import { freePorts } from "../../../lab/ports.ts";
import { waitFor } from "../../../lab/wait.ts";
import { Webhook } from "../../../src/controller/io/webhook.ts";
import { KubeClient } from "../../../src/kube/io/client.ts";
import { createMetrics } from "../../../src/metrics/io/metrics.ts";

/** What the API server does when it is asked for the webhook's configuration. */
type Mood = "well" | "reset" | "odd" | "forbidden";

class ApiServer {
  mood: Mood = "well";
  asked = 0;
  #secret: object | null = null;
  readonly #server: Server = createHttpServer((request, response) => {
    const send = (status: number, body: object) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    const path = request.url ?? "";
    if (path.includes("validatingwebhookconfigurations")) {
      this.asked += 1;
      if (this.mood === "reset") request.socket.destroy();
      else if (this.mood === "odd") send(200, { metadata: { name: "spreadlb" }, webhooks: [{}] });
      else send(this.mood === "forbidden" ? 403 : 404, { kind: "Status", status: "Failure" });
    } else if (request.method === "POST") {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.once("end", () => {
        this.#secret = JSON.parse(text) as object;
        send(201, this.#secret);
      });
    } else if (path.includes("secrets") && this.#secret !== null) send(200, this.#secret);
    else send(404, { kind: "Status", status: "Failure", reason: "NotFound" });
  });

  async listen(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

describe("webhook of one replica", function () {
  this.timeout(30_000);
  let directory: string;
  let apiServer: ApiServer;
  let client: KubeClient;
  let webhook: Webhook | null = null;
  let port = 0;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "spreadlb-webhook-"));
    apiServer = new ApiServer();
    const server = `http://127.0.0.1:${await apiServer.listen()}`;
    const kubeconfig = join(directory, "kubeconfig");
    const config = {
      ...{ apiVersion: "v1", kind: "Config", "current-context": "x" },
      clusters: [{ name: "c", cluster: { server, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user: { token: "t" } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    };
    await writeFile(kubeconfig, JSON.stringify(config));
    client = await KubeClient.connect({ kubeconfig });
    [port = 0] = await freePorts(1);
  });

  afterEach(async () => {
    await webhook?.stop();
    webhook = null;
    await client.close();
    apiServer.close();
    await rm(directory, { recursive: true });
  });

  async function begin(leaveMs = 0): Promise<Webhook> {
    const metrics = createMetrics("controller");
    const log = pino({ level: "silent" });
    webhook = new Webhook({
      ...{ client, port, log, metrics, leaveMs },
      namespace: "spreadlb-system",
      world: () => null,
    });
    await webhook.start();
    return webhook;
  }

  it("nothing is missing once it listens and has a certificate", async () => {
    expect((await begin()).reasons()).to.deep.equal([]);
  });

  it("before it began it does not listen", () => {
    const metrics = createMetrics("controller");
    const parts = { client, port, metrics, namespace: "spreadlb-system", world: () => null };
    const idle = new Webhook({ ...parts, log: pino({ level: "silent" }) });
    expect(idle.reasons()).to.deep.equal([`the webhook does not listen on port ${port}`]);
  });

  const moods = [
    { mood: "reset", name: "connections are reset" },
    { mood: "forbidden", name: "it may not read" },
    { mood: "odd", name: "the answer has not the shape that it should have" },
  ] as const;
  for (const { mood, name } of moods) {
    it(`where ${name}, it is not ready, tries again, and is ready when that is over`, async () => {
      apiServer.mood = mood;
      const started = await begin();
      expect(started.reasons()).to.deep.equal(["the webhook has no certificate yet"]);
      const { asked } = apiServer;
      await waitFor(() => apiServer.asked > asked, { what: "another try", timeoutMs: 10_000 });
      expect(started.reasons()).to.have.length(1);
      apiServer.mood = "well";
      const isReady = () => started.reasons().length === 0;
      await waitFor(isReady, { what: "the certificate", timeoutMs: 15_000 });
    });
  }

  it("while another program has its port it is not ready, and is when the port is free", async () => {
    const other = createTcpServer().listen(port, "::");
    await once(other, "listening");
    const started = await begin();
    expect(started.reasons()).to.deep.equal([`the webhook does not listen on port ${port}`]);
    other.close();
    const isReady = () => started.reasons().length === 0;
    await waitFor(isReady, { what: "the port", timeoutMs: 20_000 });
  });

  it("when it stops it takes new connections for a while, and then no more", async () => {
    const leaveMs = 1000;
    const stopped = (await begin(leaveMs)).stop();
    const beginMs = performance.now();
    let lastMs = 0;
    let isOver = false;
    void stopped.then(() => (isOver = true));
    await waitFor(
      async () => {
        if (await canConnect(port)) lastMs = performance.now();
        return isOver;
      },
      { what: "the end", timeoutMs: 10_000, intervalMs: 50 },
    );
    expect(lastMs - beginMs).to.be.greaterThan(leaveMs / 2);
    expect(await canConnect(port)).to.equal(false);
  });
});

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const where = { port, host: "127.0.0.1", rejectUnauthorized: false };
    const socket = connectTls(where, () => {
      resolve(true);
      socket.destroy();
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}
