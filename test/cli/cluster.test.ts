/**
 * `spreadlb status`, `why` and `drain` against a real API server, by the bundled program: what a person sees.
 */
import { expect } from "chai";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startControlPlane, type ControlPlane } from "../../lab/control-plane.ts";

const ROOT = join(import.meta.dirname, "../..");
const START_MS_MAX = 120_000;

interface Outcome {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs bin/spreadlb as a shell would; `environment` replaces what it inherits of ours. */
async function spreadlb(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const env = { PATH: process.env["PATH"], HOME: "/nonexistent", ...environment };
  const child = spawn(join(ROOT, "bin/spreadlb"), argv, { env });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const [status] = (await once(child, "close")) as [number | null];
  return { status, out, err };
}

const since = new Date(Date.now() - 84 * 3_600_000).toISOString();

const OBJECTS = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "spreadlb-system" } },
  { apiVersion: "v1", kind: "Node", metadata: { name: "n1", labels: { edge: "" } } },
  { apiVersion: "v1", kind: "Node", metadata: { name: "n2", labels: { edge: "" } } },
  {
    apiVersion: "network.deckhouse.io/v1alpha1",
    kind: "MetalLoadBalancerClass",
    metadata: { name: "edge" },
    spec: { addressPool: ["192.0.2.0/28"], nodeSelector: { edge: "" } },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "default", name: "web" },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
  },
  virtualIp("192.0.2.1", 0),
  virtualIp("192.0.2.2", 1),
];

function virtualIp(address: string, index: number): object {
  return {
    apiVersion: "spreadlb.io/v1alpha1",
    kind: "VirtualIP",
    metadata: { name: address.replaceAll(".", "-") },
    spec: {
      address,
      services: [{ namespace: "default", name: "web", index }],
      class: "edge",
      mode: "L2",
      interfaces: [],
      rank: ["n1", "n2"],
      generation: 4,
    },
  };
}

describe("cli: status and why on a real API server", function () {
  this.timeout(START_MS_MAX);
  let controlPlane: ControlPlane;
  let kubeconfig: string;

  before(async () => {
    execFileSync("node", ["build.mjs"], { cwd: ROOT });
    controlPlane = await startControlPlane();
    kubeconfig = controlPlane.kubeconfig;
    await controlPlane.kubectl(["apply", "--server-side", "-f", join(ROOT, "crds")]);
    const crds = ["metalloadbalancerclasses.network.deckhouse.io", "virtualips.spreadlb.io"];
    await controlPlane.kubectl(["wait", "--for=condition=Established", "crd", ...crds]);
    await controlPlane.apply(OBJECTS);
    const status = { status: { holder: "n1", since } };
    const patch = ["patch", "vip", "192-0-2-1", "--subresource=status", "--type=merge"];
    await controlPlane.kubectl([...patch, "-p", JSON.stringify(status)]);
  });

  after(() => controlPlane.stop());

  it("status is a table", async () => {
    const { status, out, err } = await spreadlb(["status", "--kubeconfig", kubeconfig]);
    expect({ status, err }).to.deep.equal({ status: 0, err: "" });
    expect(out.split("\n")).to.deep.equal([
      "SERVICE       ADDRESS     HOLDER     SINCE   CLASS   RANK",
      "default/web   192.0.2.1   n1         3d      edge    n1,n2",
      "default/web   192.0.2.2   <nobody>   -       edge    n1,n2",
      "",
    ]);
  });

  it("status -o json is data", async () => {
    const { out } = await spreadlb(["status", "-o", "json"], { KUBECONFIG: kubeconfig });
    const { services } = JSON.parse(out) as { services: { addresses: { holder: string }[] }[] };
    expect(services[0]?.addresses.map(({ holder }) => holder)).to.deep.equal(["n1", null]);
  });

  it("status -n of an empty namespace is a message, not an error", async () => {
    const outcome = await spreadlb(["status", "-n", "kube-system", "--kubeconfig", kubeconfig]);
    expect(outcome).to.deep.equal({
      status: 0,
      out: "",
      err: "No Service has or awaits an address of ours.\n",
    });
  });

  it("why ADDRESS is a paragraph with the facts", async () => {
    const { status, out } = await spreadlb(["why", "192.0.2.1", "--kubeconfig", kubeconfig]);
    expect(status).to.equal(0);
    for (const fact of ["192.0.2.1", "default/web", '"edge"', "n1", "n2", "no speaker"]) {
      expect(out).to.include(fact);
    }
    expect(out.trim().split("\n")).to.have.length(1);
  });

  it("why SERVICE says of each of its addresses, by name with -n or as namespace/name", async () => {
    const options = ["--kubeconfig", kubeconfig];
    const byKey = await spreadlb(["why", "default/web", ...options]);
    const byName = await spreadlb(["why", "web", "-n", "default", ...options]);
    expect(byKey).to.deep.equal(byName);
    expect(byKey.status).to.equal(0);
    expect(byKey.out.trim().split("\n\n")).to.have.length(3);
  });

  it("why of what is not there names what is near, exit status 1", async () => {
    expect(await spreadlb(["why", "192.0.2.3", "--kubeconfig", kubeconfig])).to.deep.equal({
      status: 1,
      out: "",
      err: "spreadlb: 192.0.2.3 is no address of ours; near it: 192.0.2.1, 192.0.2.2\n",
    });
  });

  describe("drain", () => {
    const marks = async () => {
      const path = "jsonpath={.items[*].metadata.annotations.spreadlb\\.io/drained}";
      return (await controlPlane.kubectl(["get", "nodes", "-o", path])).trim();
    };
    const undo = 'n1 stays marked, and "spreadlb undrain n1" takes the mark away';

    it("marks the node, and gives up in time where nobody moves its addresses; undrain takes it back", async () => {
      const options = ["--kubeconfig", kubeconfig];
      const { status, out, err } = await spreadlb(["drain", "n1", "--timeout", "1", ...options]);
      expect({ status, out }).to.deep.equal({ status: 1, out: "" });
      const [first, second, last] = err.split("\n");
      expect(first).to.equal("n1 is marked: it has 2 addresses that should leave");
      expect(second).to.equal("n1: 2 addresses left");
      expect(last).to.match(
        /^spreadlb: after 1 s, 192\.0\.2\.1, 192\.0\.2\.2 did not leave n1: the plan names it still/,
      );
      const since = await marks();
      expect(Math.abs(Date.parse(since) - Date.now())).to.be.lessThan(60_000);
      const again = await spreadlb(["drain", "n1", "--no-wait", ...options]);
      expect(again).to.deep.equal({
        status: 0,
        out: "",
        err: `n1 is marked since ${since}: it has 2 addresses that should leave\n`,
      });
      expect(await marks()).to.equal(since);
      expect((await spreadlb(["undrain", "n1", ...options])).status).to.equal(0);
      expect(await marks()).to.equal("");
      expect(await spreadlb(["undrain", "n1", ...options])).to.deep.equal({
        status: 0,
        out: "",
        err: "n1 is not drained: nothing to do\n",
      });
    });

    it("Ctrl-C ends the waiting, leaves the mark and says how to undo it", async () => {
      const env = { PATH: process.env["PATH"], KUBECONFIG: kubeconfig };
      const child = spawn(join(ROOT, "bin/spreadlb"), ["drain", "n1"], { env });
      let err = "";
      child.stderr.on("data", (chunk: Buffer) => {
        const isNews = !err.includes("2 addresses left");
        err += chunk.toString();
        if (isNews && err.includes("2 addresses left")) child.kill("SIGINT");
      });
      const [status] = (await once(child, "close")) as [number | null];
      expect(status).to.equal(130);
      expect(err).to.include(`\nspreadlb: not waiting any more; ${undo}\n`);
      expect(await marks()).not.to.equal("");
      expect((await spreadlb(["status"], { KUBECONFIG: kubeconfig })).out).to.include(
        "\nDrained: n1 (",
      );
      await spreadlb(["undrain", "n1"], { KUBECONFIG: kubeconfig });
    });

    it("says what keeps an address as the controller has it: --ignore-exclude-lb", async () => {
      const label = "node.kubernetes.io/exclude-from-external-load-balancers";
      await controlPlane.kubectl(["label", "node", "n2", `${label}=`]);
      const argv = ["drain", "n1", "--timeout", "3", "--kubeconfig", kubeconfig];
      const without = await spreadlb(argv);
      const told = await spreadlb([...argv, "--ignore-exclude-lb"]);
      await spreadlb(["undrain", "n1", "--kubeconfig", kubeconfig]);
      await controlPlane.kubectl(["label", "node", "n2", `${label}-`]);
      const stays = "192.0.2.1 stays on n1, for no other node may hold it: n2";
      expect(without.err).to.include(`${stays} is excluded by the label ${label}`);
      expect(told.err).to.include(`${stays} has no speaker that is heard of`);
    });

    it("a wrong name lists those that there are", async () => {
      expect(await spreadlb(["drain", "n7"], { KUBECONFIG: kubeconfig })).to.deep.equal({
        status: 1,
        out: "",
        err: 'spreadlb: no node is called "n7"; there are: n1, n2\n',
      });
    });
  });

  describe("migrate configmap", () => {
    const CONFIG = `
address-pools: [{name: prod, protocol: layer2, addresses: [198.51.100.0/28]}]
peers: [{my-asn: 64500, peer-asn: 64501, peer-address: 10.0.0.1, password: hush}]
`;
    const configMap = (namespace: string, name: string, config: string) => ({
      ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name } },
      data: { config },
    });

    before(() =>
      controlPlane.apply([
        ...["metallb-system", "lb"].map((name) => ({
          ...{ apiVersion: "v1", kind: "Namespace", metadata: { name } },
        })),
        configMap("metallb-system", "config", CONFIG),
        configMap("metallb-system", "also", "address-pools: junk"),
      ]),
    );

    it("without a file: the cluster's own, as kubectl takes it", async () => {
      const { status, out, err } = await spreadlb(["migrate", "configmap"], {
        KUBECONFIG: kubeconfig,
      });
      expect(status).to.equal(0);
      expect(err).to.match(/^spreadlb: 4 objects, 0 values left out\n$/m);
      const dryRun = ["apply", "--dry-run=server", "-o", "name", "-f", "-"];
      expect((await controlPlane.kubectl(dryRun, out)).trim().split("\n")).to.deep.equal([
        ...["secret/peer1-password", "bgppeer.metallb.io/peer1"],
        ...["ipaddresspool.metallb.io/prod", "l2advertisement.metallb.io/l2advertisement1"],
      ]);
    });

    it("there is none in that namespace: a sentence, exit status 1", async () => {
      const argv = ["migrate", "configmap", "--metallb-namespace", "lb"];
      expect(await spreadlb(argv, { KUBECONFIG: kubeconfig })).to.deep.equal({
        status: 1,
        out: "",
        err: 'spreadlb: there is no ConfigMap "config" in lb; name a file, or another --metallb-namespace\n',
      });
    });
  });

  it("an unknown context is one sentence with those that there are, exit status 2", async () => {
    const argv = ["status", "--kubeconfig", kubeconfig, "--context", "prod"];
    expect(await spreadlb(argv)).to.deep.equal({
      status: 2,
      out: "",
      err: 'spreadlb: the kubeconfig has no context "prod"; it has lab\n',
    });
  });

  it("KUBECONFIG may name several files; --context chooses among all of them", async () => {
    const other = JSON.parse(await readFile(kubeconfig, "utf8")) as Record<string, object[]>;
    const renamed = join(controlPlane.directory, "other.kubeconfig");
    const text = JSON.stringify(other)
      .replaceAll('"lab"', '"other"')
      .replace(/127\.0\.0\.1:\d+/, "127.0.0.1:1");
    await writeFile(renamed, text, { mode: 0o600 });
    const environment = { KUBECONFIG: `${renamed}:/does/not/exist:${kubeconfig}` };
    const first = await spreadlb(["status"], environment);
    expect({ status: first.status, err: first.err }).to.deep.equal({
      status: 1,
      err: "spreadlb: cannot reach the API server https://127.0.0.1:1 (ECONNREFUSED); check the address and --context\n",
    });
    const second = await spreadlb(["status", "--context", "lab"], environment);
    expect({ status: second.status, err: second.err }).to.deep.equal({ status: 0, err: "" });
  });

  it("without any kubeconfig it says where it looked, exit status 2", async () => {
    expect(await spreadlb(["status"])).to.deep.equal({
      status: 2,
      out: "",
      err: "spreadlb: no kubeconfig is at /nonexistent/.kube/config and this is no pod; name one with --kubeconfig or KUBECONFIG\n",
    });
  });

  it("a user without rights gets the API server's reason in one sentence, exit status 1", async () => {
    const proxy = await controlPlane.kubeconfigOf("kube-proxy");
    const { status, out, err } = await spreadlb(["status", "--kubeconfig", proxy]);
    expect({ status, out }).to.deep.equal({ status: 1, out: "" });
    expect(err).to.match(/^spreadlb: the API server https:\S+ refuses: .*forbidden.*\n$/);
    expect(err.split("\n")).to.have.length(2);
  });

  it("a reader that goes away ends it without a word", async () => {
    const line = `${join(ROOT, "bin/spreadlb")} status --kubeconfig ${kubeconfig} | head -c 1`;
    const child = spawn("bash", ["-c", `set -o pipefail; ${line}`]);
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const [status] = (await once(child, "close")) as [number];
    expect({ status, err }).to.deep.equal({ status: 0, err: "" });
  });
});
