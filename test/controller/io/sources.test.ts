/** Whom a kind that may not be read keeps from work, against a plain HTTP server in place of the API. */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { pino } from "pino";
import { waitFor } from "../../../lab/wait.ts";
import { startSources, type Sources } from "../../../src/controller/io/sources.ts";
import { DNS_PUBLISHERS } from "../../../src/dns/kind.ts";
import { KubeClient } from "../../../src/kube/io/client.ts";

const NOTHING = JSON.stringify({ metadata: { resourceVersion: "1" }, items: [] });
const FORBIDDEN = JSON.stringify({ kind: "Status", reason: "Forbidden", code: 403 });

describe("controller: sources", () => {
  let directory: string;
  let server: Server | undefined;
  let client: KubeClient | undefined;
  let sources: Sources | undefined;
  let refused = 0;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "spreadlb-sources-"));
    server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "", "http://api");
      if (pathname.endsWith(`/${DNS_PUBLISHERS.plural}`)) {
        refused += 1;
        response.writeHead(403).end(FORBIDDEN);
      } else if (searchParams.has("watch")) response.flushHeaders();
      else response.end(NOTHING);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const kubeconfig = join(directory, "kubeconfig");
    const config = {
      ...{ apiVersion: "v1", kind: "Config", "current-context": "x" },
      clusters: [
        {
          name: "c",
          cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true },
        },
      ],
      users: [{ name: "u", user: { token: "secret" } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    };
    await writeFile(kubeconfig, JSON.stringify(config));
    client = await KubeClient.connect({ kubeconfig });
  });

  after(async () => {
    await sources?.stop();
    await client?.close();
    server?.closeAllConnections();
    server?.close();
    await rm(directory, { recursive: true });
  });

  it("DNSPublishers that may not be read keep nobody from leading: names alone wait", async () => {
    const started = (sources = startSources({
      client: client as KubeClient,
      ...{ namespace: "default", metallbNamespace: "default" },
      ...{ log: pino({ level: "silent" }), metrics: {} },
      ...{ onNews: () => undefined, onNameNews: () => undefined },
    }));
    await started.synced;
    await waitFor(() => refused > 0, { what: "them to be refused", timeoutMs: 10_000 });
    expect([started.missing(), started.unwatched(), started.cutOff()]).to.deep.equal([
      ...[[], [], false],
    ]);
    expect(started.snapshot().dnsPublishers).to.deep.equal([]);
  });
});
