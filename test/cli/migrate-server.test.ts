/** Whether the API server can take our definitions: what it says it is, and the command against one that is too old. */
import { expect } from "chai";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../src/cli/main.ts";
import { serverFindings } from "../../src/cli/migrate-server.ts";
import type { ServerVersion } from "../../src/kube/io/client.ts";

/** Without it the client speaks no plain HTTP. */
const PLAIN = { "insecure-skip-tls-verify": true };

describe("cli: which Kubernetes a migration needs", () => {
  const rows: readonly (readonly [string, ServerVersion | null, "fits" | "hand" | "note"])[] = [
    ["1.31", { major: "1", minor: "31", gitVersion: "v1.31.0" }, "fits"],
    ["1.36, with a plus", { major: "1", minor: "36+", gitVersion: "v1.36.1-eks" }, "fits"],
    ["2.0", { major: "2", minor: "0" }, "fits"],
    ["1.30", { major: "1", minor: "30", gitVersion: "v1.30.4+k3s1" }, "hand"],
    ["1.30, with a plus", { major: "1", minor: "30+", gitVersion: "v1.30.4+k3s1" }, "hand"],
    ["1.9", { major: "1", minor: "9", gitVersion: "v1.9.0" }, "hand"],
    ["one that says nothing", {}, "note"],
    ["one that may not be asked", null, "note"],
  ];
  for (const [name, version, want] of rows) {
    it(`${name}: ${want}`, () => {
      const { hands, notes } = serverFindings(version);
      expect([hands.length, notes.length]).to.deep.equal([
        want === "hand" ? 1 : 0,
        want === "note" ? 1 : 0,
      ]);
      if (want !== "hand") return;
      expect(hands[0]?.object).to.equal("Kubernetes");
      expect(hands[0]?.message).to.contain(`is ${version?.gitVersion ?? ""}, and refuses`);
      expect(hands[0]?.todo).to.match(/^Upgrade the cluster to 1\.31 or newer first/);
    });
  }
});

describe("cli: migrate, by the version that the API server says", () => {
  let directory: string;
  let server: Server | undefined;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "spreadlb-test-"));
  });
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const statusOf = (url: string, version: ServerVersion | null) => {
    if (url.includes("/configmaps/")) return 404;
    return url === "/version" && version === null ? 403 : 200;
  };

  /** A server with lists of nothing. */
  async function serve(version: ServerVersion | null): Promise<string> {
    server = createServer(({ url = "" }, response) => {
      const status = statusOf(url, version);
      const body = url === "/version" ? version : { metadata: {}, items: [] };
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(status === 200 ? body : { kind: "Status", code: status }));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const file = join(directory, "kubeconfig");
    const config = {
      ...{ apiVersion: "v1", kind: "Config", "current-context": "x" },
      clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}`, ...PLAIN } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    };
    await writeFile(file, JSON.stringify(config));
    return file;
  }

  for (const source of ["metallb", "deckhouse"]) {
    const migrate = async (version: ServerVersion | null) => {
      let said = "";
      const argv = ["migrate", source, "--kubeconfig", await serve(version)];
      const out = (text: string) => void (said += text);
      return { status: await main(argv, { out, err: out }), said };
    };

    it(`${source}: too old is the first thing to do, and the status is 1`, async () => {
      const { status, said } = await migrate({ major: "1", minor: "30", gitVersion: "v1.30.9" });
      expect(said).to.match(
        /before the cut-over:\n {2}1\. Kubernetes: The API server is v1\.30\.9,/,
      );
      expect(status).to.equal(1);
    });

    it(`${source}: new enough is not spoken of, and the status is 0`, async () => {
      const { status, said } = await migrate({ major: "1", minor: "31", gitVersion: "v1.31.0" });
      expect(said).not.to.contain("Kubernetes");
      expect(status).to.equal(0);
    });

    it(`${source}: one that may not be asked is worth a look`, async () => {
      const { status, said } = await migrate(null);
      expect(said).to.match(/Worth a look:\n {2}- Kubernetes: .*1\.31 or newer/);
      expect(status).to.equal(0);
    });
  }
});
