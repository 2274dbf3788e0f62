/**
 * Planned work by a person who has no more than the rights of deploy/40-operator.yaml; and a node that an administrator
 * declares out of service.
 */
import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { waitFor } from "../../lab/wait.ts";
import { edgeClass, metallb, needsRoot, service, SpreadCluster } from "./spread-cluster.ts";

const ROOT = join(import.meta.dirname, "../..");
const PEOPLE = "spreadlb-system";
const VIPS = "/apis/spreadlb.io/v1alpha1/virtualips";
const TAINT = "node.kubernetes.io/out-of-service";

describe("end to end: the operator's rights, and the out-of-service taint", function () {
  this.timeout(180_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;
  let addresses: readonly string[] = [];
  let kubeconfig = "";

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({
      nodes: 3,
      controllerFlags: ["--settling-time-ms", "2000", "--move-interval-ms", "200"],
    });
    await cluster.apply(
      edgeClass("edge", { drainOn: ["OutOfServiceTaint"] }),
      service("web", { count: 3 }),
    );
    addresses = await cluster.addressesOf("web", 3);
    await cluster.holders(addresses);
    await becomeOperator();
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await started?.printLogs();
  });
  after(() => started?.stop());

  /** A service account with that role alone, and a token as `kubectl create token` asks for it. */
  async function becomeOperator(): Promise<void> {
    const role = join(ROOT, "deploy/40-operator.yaml");
    await cluster.lab.kubectl(["apply", "--server-side", "-f", role]);
    const subject = { kind: "ServiceAccount", name: "operator", namespace: PEOPLE };
    const apiGroup = "rbac.authorization.k8s.io";
    await cluster.apply(
      {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "operator", namespace: PEOPLE },
      },
      {
        ...{ apiVersion: `${apiGroup}/v1`, kind: "ClusterRoleBinding" },
        metadata: { name: "operator" },
        roleRef: { apiGroup, kind: "ClusterRole", name: "spreadlb-operator" },
        subjects: [subject],
      },
    );
    const path = `/api/v1/namespaces/${PEOPLE}/serviceaccounts/operator/token`;
    const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
    const answer = (await cluster.lab.api("POST", path, request)) as { status: { token: string } };
    kubeconfig = await cluster.lab.controlPlane.writeKubeconfig("operator", answer.status.token);
  }

  const spreadlb = async (...argv: string[]) => {
    const child = spawn(join(ROOT, "bin/spreadlb"), [...argv, "--kubeconfig", kubeconfig]);
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const [status] = (await once(child, "close")) as [number | null];
    return { status, out, err };
  };
  const heldBy = async (node: string): Promise<string[]> =>
    [...(await cluster.holders(addresses))].flatMap(([ip, holder]) => (holder === node ? ip : []));
  const untilNothingOn = (node: string) =>
    waitFor(async () => (await heldBy(node)).length === 0, { what: `${node} to hold nothing` });

  it("suffice for status, why, bgp, drain and undrain", async () => {
    const [address = ""] = addresses;
    const status = await spreadlb("status");
    expect({ status: status.status, err: status.err }).to.deep.equal({ status: 0, err: "" });
    expect(status.out).to.include(address);
    const why = await spreadlb("why", address);
    expect({ status: why.status, err: why.err }).to.deep.equal({ status: 0, err: "" });
    expect(why.out).to.include(address);
    expect(why.out, "what forbids nodes is known").to.match(/Now .*may hold it/);
    const bgp = await spreadlb("bgp");
    expect({ ...bgp, err: "" }).to.deep.equal({ status: 0, out: "", err: "" });
    expect(bgp.err).to.match(/^No router is spoken to/);
    const routes = await spreadlb("bgp", "routes", address);
    expect(routes.out).to.match(/held +no advertisement by BGP is for it/);
    const drained = await spreadlb("drain", "n1");
    expect(drained.err).to.match(/\nn1 is drained: no address is left on it\n$/);
    expect(drained.status).to.equal(0);
    expect(await heldBy("n1")).to.deep.equal([]);
    expect((await spreadlb("undrain", "n1")).status).to.equal(0);
  });

  it("and for no more: what the commands do not need is refused", async () => {
    const [vip = ""] = addresses.map((address) => address.replaceAll(".", "-"));
    const attempts = [
      ["delete", "virtualips", vip],
      ["patch", "virtualips", vip, "--type=merge", "-p", '{"spec":{"rank":[]}}'],
      ["patch", "virtualips", vip, "--subresource=status", "--type=merge", "-p", '{"status":{}}'],
      ["patch", "services", "web", "--type=merge", "-p", '{"spec":{"type":"ClusterIP"}}'],
      ["patch", "nodes", "n1", "--subresource=status", "--type=merge", "-p", '{"status":{}}'],
      ["patch", "metalloadbalancerclasses", "edge", "--type=merge", "-p", '{"spec":{}}'],
      ["delete", "node", "n1"],
      ["delete", "leases", "-n", PEOPLE, "--all"],
      ["get", "secrets", "-n", PEOPLE],
      ["get", "pods", "--all-namespaces"],
      ["get", "configmaps", "--all-namespaces"],
    ];
    for (const attempt of attempts) {
      const asOperator = ["--kubeconfig", kubeconfig, ...attempt];
      const said = await cluster.lab.kubectl(asOperator).then(
        () => "was allowed",
        (error: unknown) => String(error),
      );
      expect(said, attempt.join(" ")).to.match(/forbidden/i);
    }
    expect(((await cluster.lab.api("GET", VIPS)) as { items: object[] }).items).to.have.length(3);
  });

  it("the taint: addresses leave the node before anything else happens, and the plan says why", async () => {
    await waitFor(async () => (await heldBy("n2")).length === 1, {
      what: "n2 to hold one",
      timeoutMs: 30_000,
    });
    const [address] = await heldBy("n2");
    const recorder = await cluster.lab.startRecorder(addresses);
    await cluster.lab.kubectl(["taint", "node", "n2", `${TAINT}=nodeshutdown:NoExecute`]);
    await untilNothingOn("n2");
    const record = await recorder.stop();
    const seen = record.addresses.find((each) => each.address === address)?.spells ?? [];
    const [old, next] = [...seen].sort((a, b) => a.fromMs - b.fromMs);
    expect(old?.port).to.equal("n2");
    expect(next?.fromMs, "made before it is broken (rule H4)").to.be.lessThan(old?.toMs ?? 0);
    const moved = (await cluster.virtualIps()).find(({ spec }) => spec.address === address);
    expect(moved?.spec.cause).to.equal("out-of-service");
    expect(moved?.spec.rank).not.to.include("n2");
    await cluster.lab.kubectl(["taint", "node", "n2", `${TAINT}-`]);
  });

  it("the taint, where the class does not go by it, moves nothing", async () => {
    await cluster.apply(edgeClass("edge", { drainOn: [], rebalance: "Off" }));
    await waitFor(
      async () => (await cluster.virtualIps()).every(({ spec }) => spec.rank.includes("n2")),
      {
        what: "n2 in every rank",
        timeoutMs: 30_000,
      },
    );
    const before = await cluster.holders(addresses);
    await cluster.lab.kubectl(["taint", "node", "n3", `${TAINT}=nodeshutdown:NoExecute`]);
    await cluster.apply(service("later"));
    const [later = ""] = await cluster.addressesOf("later", 1); // So the controller has seen the taint by now.
    await cluster.holders([later]);
    expect([...(await cluster.holders(addresses))]).to.deep.equal([...before]);
    await cluster.lab.kubectl(["taint", "node", "n3", `${TAINT}-`]);
  });

  it("why and drain know pools: which nodes the advertisements select, and that none is left", async () => {
    await cluster.lab.kubectl(["label", "node", "n1", "example.org/lb="]);
    await cluster.apply(
      metallb("IPAddressPool", "solo", { addresses: ["10.77.0.190/32"] }),
      metallb("L2Advertisement", "one", {
        ipAddressPools: ["solo"],
        nodeSelectors: [{ matchLabels: { "example.org/lb": "" } }],
      }),
      service("pooled", { annotations: { "metallb.io/address-pool": "solo" } }),
    );
    const [address = ""] = await cluster.addressesOf("pooled", 1);
    expect([...(await cluster.holders([address])).values()]).to.deep.equal(["n1"]);
    const why = await spreadlb("why", "pooled", "-n", "default");
    expect(why.out).to.include("Now n1 may hold it");
    expect(why.out).to.include('the nodes that its advertisements select: "one" (L2)');
    const drained = await spreadlb("drain", "n1", "--timeout", "5");
    expect(drained.err).to.include(
      `${address} stays on n1, for no other node may hold it: the advertisements of IPAddressPool solo select no other node`,
    );
    expect(drained.status).to.equal(1);
    expect((await spreadlb("undrain", "n1")).status).to.equal(0);
  });
});
