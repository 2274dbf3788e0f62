/**
 * Every admission case through kubectl, against a real API server that asks our webhook: the verdict of the table, which is that of
 * checkChange and of `spreadlb lint` (test/admission).
 *
 * The controller is a standby: an answer needs no leader, and nobody hands out or takes back what a case says is in use.
 */
import { expect } from "chai";
import { waitFor } from "../../lab/wait.ts";
import { run } from "../../lab/process.ts";
import { CHECKED_KINDS } from "../../src/classes/check/kinds.ts";
import { parseIp } from "../../src/base/ip.ts";
import { ADMISSION_CASES, type AdmissionCase, type CaseObject } from "../admission/cases.ts";
import { virtualIp } from "../multi-ip/virtual-ip-cases.ts";
import { METALLB, WebhookCluster } from "./webhook-cluster.ts";

const HOOK = /admission webhook "[a-z]+\.admission\.spreadlb\.io" denied the request/;
const COMMUNITIES = `/apis/metallb.io/v1beta1/namespaces/${METALLB}/communities`;
const VIRTUAL_IPS = "/apis/spreadlb.io/v1alpha1/virtualips";

describe("admission through kubectl", function () {
  this.timeout(60_000);
  let cluster: WebhookCluster;
  let count = 0;

  before(async function () {
    this.timeout(120_000);
    cluster = await WebhookCluster.start(1, { canLead: false });
    for (const name of ["shop", "other"]) {
      await cluster.unasked.create("/api/v1/namespaces", { metadata: { name } });
    }
  });

  after(() => cluster.stop());

  for (const row of ADMISSION_CASES) {
    it(`${row.name}: ${row.refused === null ? "allowed" : "refused"}`, async () => {
      const made: string[] = [];
      try {
        for (const object of row.world) made.push(...(await make(object)));
        for (const use of row.uses) made.push(...(await hold(use)));
        await untilSeen();
        const { status, said } = await judged(row);
        expect(status === 0, said).to.equal(row.refused === null);
        if (row.refused !== null) expect(said).to.include(row.refused);
        if (row.refused !== null) expect(HOOK.test(said), said).to.equal(row.by === "webhook");
        for (const text of row.warnings) expect(said).to.include(text);
      } finally {
        for (const path of made.reverse()) await cluster.unasked.delete(path);
      }
    });
  }

  /** @returns the path of what was made */
  async function make(object: CaseObject): Promise<string[]> {
    const path = pathOf(object);
    const { message } = await cluster.unasked.create(path, object);
    expect(message, "the world of the case").to.equal("");
    const own = `${path}/${object.metadata.name}`;
    if (object.status !== undefined) {
      const answer = await cluster.unasked.patch(`${own}/status`, "merge", {
        status: object.status,
      });
      expect(answer.message).to.equal("");
    }
    return [own];
  }

  async function hold({ ip, services }: AdmissionCase["uses"][number]): Promise<string[]> {
    const address = parseIp(ip);
    if (address === undefined) throw new Error(`${ip} is no address`);
    const users = services.map((service, index) => {
      const [namespace = "", name = ""] = service.split("/");
      return { namespace, name, index };
    });
    const object = virtualIp({ address, services: users });
    const { message } = await cluster.unasked.create(VIRTUAL_IPS, object);
    expect(message).to.equal("");
    return [`${VIRTUAL_IPS}/${object.metadata.name}`];
  }

  /** What is written last is seen: a name of its own, and the refusal of its double. */
  async function untilSeen(): Promise<void> {
    count += 1;
    const communities = [{ name: `seen-${count}`, value: "1:1" }];
    const body = (name: string) => ({
      ...{ apiVersion: "metallb.io/v1beta1", kind: "Community" },
      ...{ metadata: { name }, spec: { communities } },
    });
    const { message } = await cluster.unasked.create(COMMUNITIES, body(`seen-${count}`));
    expect(message).to.equal("");
    await waitFor(
      async () => {
        const answer = await cluster.api.create(`${COMMUNITIES}?dryRun=All`, body("double"));
        return answer.status >= 400;
      },
      { what: "the controller to see the world of the case", intervalMs: 10 },
    );
    await cluster.unasked.delete(`${COMMUNITIES}/seen-${count}`);
  }

  /** Ages are told in seconds: what is as old as its neighbour is asked about again when it is younger. */
  async function judged(row: AdmissionCase): Promise<{ status: number; said: string }> {
    const first = await kubectl(row);
    if (row.refused === null || first.said.includes(row.refused)) return first;
    const madeAt = Math.floor(Date.now() / 1000);
    const isLater = () => Math.floor(Date.now() / 1000) > madeAt;
    await waitFor(isLater, { what: "the next second", intervalMs: 20 });
    return kubectl(row);
  }

  async function kubectl(row: AdmissionCase): Promise<{ status: number; said: string }> {
    const { kubeconfig, binaries } = cluster.plane;
    const verb = { CREATE: "create", UPDATE: "replace", DELETE: "delete" }[row.operation];
    const stdin = JSON.stringify(row.after ?? row.before);
    const flags = ["--kubeconfig", kubeconfig, "--dry-run=server", "-f", "-"];
    // Warnings are on stderr: all that is said, then the status.
    const script = '"$@" 2>&1; echo "status $?"';
    const said = await run(["sh", "-c", script, "sh", binaries.kubectl, verb, ...flags], { stdin });
    return { status: Number(/status (\d+)\n$/.exec(said)?.[1]), said };
  }
});

function pathOf({ kind, apiVersion, metadata: { namespace } }: CaseObject): string {
  const plural = CHECKED_KINDS.get(kind)?.crd.spec.names.plural ?? `${kind.toLowerCase()}s`;
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${group}/${namespace === undefined ? "" : `namespaces/${namespace}/`}${plural}`;
}
