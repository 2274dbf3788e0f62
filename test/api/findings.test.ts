/**
 * Holder, verifier and stranger-watcher write one VirtualIP's status on a real API server, and keep what is not theirs.
 *
 * Each speaker here is the pair of writers that a process has, over a reflector of its own.
 */
import { expect } from "chai";
import pino from "pino";
import { startControlPlane, type ControlPlane } from "../../lab/control-plane.ts";
import { waitFor } from "../../lab/wait.ts";
import { KubeClient } from "../../src/kube/io/client.ts";
import { startReflector, type Reflector } from "../../src/kube/io/reflector.ts";
import type { Ip } from "../../src/base/ip.ts";
import type { Mac } from "../../src/base/mac.ts";
import { VIRTUAL_IPS } from "../../src/multi-ip/kind.ts";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";
import { FindingsWriter } from "../../src/speaker/io/findings-writer.ts";
import { StatusWriter } from "../../src/speaker/io/status-writer.ts";
import { DEPLOY } from "../deploy/manifests.ts";

const IP = "192.0.2.7" as Ip;
const NAME = "192-0-2-7";
const STRANGER = "02:00:00:00:00:99" as Mac;

describe("conditions of several writers on a real API server", function () {
  this.timeout(120_000);
  let controlPlane: ControlPlane;
  let kubeconfig: string;
  const log = pino({ level: "silent" });
  const speakers: Speaker[] = [];

  class Speaker {
    readonly outcomes: string[] = [];
    readonly client: KubeClient;
    readonly status: StatusWriter;
    readonly findings: FindingsWriter;
    readonly reflector: Reflector<VirtualIP>;

    constructor(node: string, client: KubeClient) {
      this.client = client;
      const virtualIps = () => this.reflector;
      const onWritten = (outcome: string) => this.outcomes.push(outcome);
      this.status = new StatusWriter({ client, virtualIps, onWritten, log });
      this.findings = new FindingsWriter({ node, client, virtualIps, onWritten, log });
      this.reflector = startReflector<VirtualIP>({
        ...{ client, log, type: VIRTUAL_IPS },
        onChange: ({ key, after }) => {
          this.findings.look(key, after);
          if (after !== undefined) this.status.look(after);
        },
      });
    }

    async stop(): Promise<void> {
      await Promise.all([this.reflector.stop(), this.status.stop(), this.findings.stop()]);
      await this.client.close();
    }
  }

  async function speaker(node: string): Promise<Speaker> {
    const started = new Speaker(node, await KubeClient.connect({ kubeconfig }));
    speakers.push(started);
    await waitFor(() => started.reflector.store.get(NAME) !== undefined, { what: "the object" });
    return started;
  }

  const read = async (): Promise<VirtualIP> =>
    JSON.parse(await controlPlane.kubectl(["get", "vip", NAME, "-o", "json"])) as VirtualIP;

  const conditions = async (): Promise<Record<string, string>> => {
    const all = (await read()).status?.conditions ?? [];
    return Object.fromEntries(all.map((one) => [one.type, `${one.status} ${one.reason}`]));
  };

  const until = (wanted: Readonly<Record<string, string>>) =>
    waitFor(
      async () => {
        const now = await conditions();
        if (JSON.stringify(sorted(now)) === JSON.stringify(sorted(wanted))) return true;
        throw new Error(JSON.stringify(now));
      },
      { what: JSON.stringify(wanted) },
    );

  before(async () => {
    controlPlane = await startControlPlane();
    const files = new URL("../../crds", import.meta.url).pathname;
    await controlPlane.kubectl(["apply", "--server-side", "-f", files]);
    await controlPlane.kubectl(["wait", "--for=condition=Established", "-f", files]);
    for (const file of ["00-namespace.yaml", "10-rbac.yaml"]) {
      await controlPlane.kubectl(["apply", "-f", `${DEPLOY}/${file}`]);
    }
    kubeconfig = await controlPlane.kubeconfigOf("spreadlb-speaker");
    const service = {
      ...{ apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "default" } },
      spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
    };
    const vip = {
      ...{ apiVersion: "spreadlb.io/v1alpha1", kind: "VirtualIP", metadata: { name: NAME } },
      spec: {
        ...{ address: IP, services: [{ namespace: "default", name: "web", index: 0 }] },
        ...{ rank: ["n1", "n2"], generation: 1, mode: "L2", interfaces: [] },
      },
    };
    await controlPlane.apply([service, vip]);
  });
  after(async () => {
    await Promise.all(speakers.map((each) => each.stop()));
    await controlPlane.stop();
  });

  it("the rights in deploy/ are enough, and everybody's condition stays beside the others'", async () => {
    const [n1, n2] = [await speaker("n1"), await speaker("n2")];
    const atMs = Date.now();
    n1.status.set(IP, { holder: "n1", reason: "first", atMs, generation: 1 });
    const expected = "n1";
    n2.findings.verified({ ip: IP, result: "silent", expected, others: [] }, atMs);
    n2.findings.tick();
    n1.findings.sighted(
      { ip: IP, mac: STRANGER, node: null, interface: "eth0", use: "held" },
      atMs,
    );
    n1.findings.tick();
    await until({
      ...{ Announced: "True Answering", Conflict: "True Stranger", Verified: "False Silent" },
    });
    expect([...n1.outcomes, ...n2.outcomes]).to.deep.equal(["ok", "ok", "ok"]);
  });

  it("another holder takes over, later nobody holds: the others' conditions are not touched", async () => {
    const [n1, n2] = speakers;
    n1?.status.drop(IP);
    const move = { reason: "node-lost", atMs: Date.now(), generation: 1 } as const;
    n2?.status.set(IP, { holder: "n2", ...move });
    await waitFor(async () => (await read()).status?.holder === "n2", { what: "n2 in the status" });
    const { status } = await read();
    expect(status?.lastMove?.from).to.equal("n1");
    await until({
      ...{ Announced: "True Answering", Conflict: "True Stranger", Verified: "False Silent" },
    });
    n2?.status.set(IP, { holder: null, ...move, reason: "no-node", atMs: Date.now() });
    await until({
      ...{ Announced: "False NoNode", Conflict: "True Stranger", Verified: "False Silent" },
    });
    expect((await read()).status?.holder ?? null).to.equal(null);
    n2?.status.set(IP, { holder: "n2", ...move, atMs: Date.now() });
    await until({
      ...{ Announced: "True Answering", Conflict: "True Stranger", Verified: "False Silent" },
    });
  });

  it("found right again, by another node than found it wrong", async () => {
    const [n1] = speakers;
    n1?.findings.verified({ ip: IP, result: "ok", expected: "n2", others: [] }, Date.now());
    n1?.findings.tick();
    await until({
      ...{ Announced: "True Answering", Conflict: "True Stranger", Verified: "True Answered" },
    });
  });

  it("Events on the VirtualIP and on its Service, which kubectl describe shows", async () => {
    await waitFor(
      async () => {
        const shown = await controlPlane.kubectl(["describe", "service", "web"]);
        return ["AddressConflict", "AddressSilent", "AddressVerified"].every((reason) =>
          shown.includes(reason),
        );
      },
      { what: "Events of the Service" },
    );
    const all = await controlPlane.kubectl(["get", "events", "-o", "json"]);
    const { items } = JSON.parse(all) as {
      items: { type: string; reason: string; involvedObject: { kind: string; name: string } }[];
    };
    const told = items.map(
      ({ type, reason, involvedObject: { kind, name } }) => `${type} ${reason} ${kind}/${name}`,
    );
    expect(told).to.have.members(
      ["Service/web", `VirtualIP/${NAME}`].flatMap((object) => [
        `Warning AddressConflict ${object}`,
        `Warning AddressSilent ${object}`,
        `Normal AddressVerified ${object}`,
      ]),
    );
  });
});

function sorted(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort();
}
