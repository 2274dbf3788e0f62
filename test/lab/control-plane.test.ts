/** The control plane of the lab: starts, keeps its data over a restart, asks for rights, is gone after stop. */

import { existsSync } from "node:fs";
import { expect } from "chai";
import { startControlPlane, type ControlPlane } from "../../lab/control-plane.ts";
import { CommandError, run } from "../../lab/process.ts";
import { waitFor } from "../../lab/wait.ts";

const configMap = (name: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default" },
  data: { colour: "green" },
});

describe("control plane", function () {
  this.timeout(120_000);
  let controlPlane: ControlPlane;

  before(async () => {
    controlPlane = await startControlPlane({ controllerManager: true });
  });
  after(() => controlPlane.stop());

  it("keeps what was written when the API server is restarted", async () => {
    await controlPlane.apply([configMap("kept")]);
    await controlPlane.restartApiServer();
    const out = await controlPlane.kubectl(["get", "configmap", "kept", "-o", "json"]);
    expect((JSON.parse(out) as ReturnType<typeof configMap>).data).to.deep.equal({
      colour: "green",
    });
  });

  it("is away between stopApiServer and startApiServer", async () => {
    await controlPlane.stopApiServer("SIGKILL");
    const failure = await controlPlane
      .kubectl(["get", "--raw", "/readyz"])
      .catch((e: unknown) => e);
    await controlPlane.startApiServer();
    expect(failure).to.be.instanceOf(CommandError);
    expect(await controlPlane.kubectl(["get", "--raw", "/readyz"])).to.equal("ok");
  });

  it("refuses a service account what its role does not allow", async () => {
    await controlPlane.kubectl(["create", "serviceaccount", "reader"]);
    const token = await controlPlane.kubectl(["create", "token", "reader"]);
    const kubeconfig = await controlPlane.writeKubeconfig("reader", token.trim());
    const asReader = (args: readonly string[]) =>
      run([controlPlane.binaries.kubectl, "--kubeconfig", kubeconfig, ...args]);
    const answer = await asReader(["auth", "can-i", "get", "secrets"]).catch((e: unknown) => e);
    expect(answer).to.be.instanceOf(CommandError);
    expect(
      await asReader(["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"]),
    ).to.equal("system:serviceaccount:default:reader");
  });

  it("makes endpoint slices of ready Pods", async () => {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "backend", namespace: "default", labels: { app: "web" } },
      spec: { nodeName: "n1", containers: [{ name: "web", image: "none" }] },
    };
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "default" },
      spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] },
    };
    const node = { apiVersion: "v1", kind: "Node", metadata: { name: "n1" } };
    await controlPlane.apply([node, pod, service]);
    const status = {
      status: {
        phase: "Running",
        podIPs: [{ ip: "10.78.1.2" }],
        podIP: "10.78.1.2",
        conditions: [{ type: "Ready", status: "True" }],
      },
    };
    await controlPlane.kubectl([
      ...["patch", "pod", "backend", "--subresource=status"],
      ...["-p", JSON.stringify(status)],
    ]);
    const path = "jsonpath={.items[*].endpoints[*].addresses[*]}";
    const slices = ["get", "endpointslices", "-l", "kubernetes.io/service-name=web", "-o", path];
    await waitFor(async () => (await controlPlane.kubectl(slices)) === "10.78.1.2", {
      what: "the endpoint slice",
    });
  });

  it("leaves no process and no file after stop, and stops twice without complaint", async () => {
    const passing = await startControlPlane();
    const { pids, directory } = passing;
    expect(pids).to.have.length(2);
    await passing.stop();
    await passing.stop();
    expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).to.deep.equal([]);
    expect(existsSync(directory)).to.equal(false);
  });
});
