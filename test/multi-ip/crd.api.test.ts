/**
 * The definition of VirtualIP against a real API server: the cases of virtual-ip-cases.ts, the rules over two
 * versions, defaults under merge patches, and the columns as kubectl prints them.
 */
import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startControlPlane, type ControlPlane } from "../../lab/control-plane.ts";
import type { Ip } from "../../src/base/ip.ts";
import { virtualIpCrd, type VirtualIP } from "../../src/multi-ip/resource.ts";
import { CASES, virtualIp } from "./virtual-ip-cases.ts";

describe("multi-ip: VirtualIP at a real API server", function () {
  this.timeout(600_000);
  let controlPlane: ControlPlane | undefined;
  let directory: string;
  let files = 0;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "spreadlb-vip-"));
    controlPlane = await startControlPlane();
    await apply(virtualIpCrd);
    await kubectl("wait", "--for=condition=Established", "crd/virtualips.spreadlb.io");
  });

  after(async () => {
    await controlPlane?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  function kubectl(...args: readonly string[]): Promise<string> {
    return controlPlane?.kubectl(args) ?? Promise.reject(new Error("no control plane"));
  }

  async function apply(object: object, ...flags: readonly string[]): Promise<string> {
    const file = join(directory, `${files++}.json`);
    await writeFile(file, JSON.stringify(object));
    return kubectl("apply", "--server-side", "--force-conflicts", "-f", file, ...flags);
  }

  async function refusal(promise: Promise<string>): Promise<string> {
    return promise.then(
      () => "accepted",
      (error: unknown) => String(error),
    );
  }

  async function read(name: string): Promise<VirtualIP> {
    return JSON.parse(await kubectl("get", "vip", name, "-o", "json")) as VirtualIP;
  }

  for (const { name, object, field } of CASES) {
    it(`${name}: ${field === undefined ? "accepted" : "refused"}`, async () => {
      const answer = await refusal(apply(object, "--dry-run=server"));
      if (field === undefined) expect(answer).to.equal("accepted");
      else expect(answer).to.include(field === "metadata.name" ? "metadata.name must be" : field);
    });
  }

  it("the address is immutable", async () => {
    await apply(virtualIp());
    const other = virtualIp({ address: "192.0.2.8" as Ip }, "192-0-2-7");
    expect(await refusal(apply(other))).to.include("is immutable");
  });

  it("a merge patch that sets null is accepted, and takes the field away or to its default", async () => {
    await apply(virtualIp());
    const spec = { spec: { class: null, pool: null, interfaces: null, mode: null } };
    await kubectl("patch", "vip", "192-0-2-7", "--type=merge", "-p", JSON.stringify(spec));
    const at = "2026-01-02T03:04:05Z";
    const lastMove = { from: null, to: null, at, reason: "no-node" };
    const status = { status: { holder: null, lastMove } };
    const patch = ["--type=merge", "--subresource=status", "-p", JSON.stringify(status)];
    await kubectl("patch", "vip", "192-0-2-7", ...patch);
    const object = await read("192-0-2-7");
    expect({ class: null, pool: null, ...object.spec }).to.deep.equal(
      virtualIp({ class: null }).spec,
    );
    expect(object.spec).not.to.have.any.keys("class", "pool");
    expect(object.status).to.deep.equal({ lastMove: { at, reason: "no-node" } });
  });

  it("the status has its own door", async () => {
    await apply(virtualIp());
    await apply({ ...virtualIp(), status: { holder: "n9" } });
    expect((await read("192-0-2-7")).status?.holder ?? null).to.equal(null);
  });

  it("kubectl get vip answers which node has my address", async () => {
    await apply(virtualIp());
    const at = new Date(Date.now() - 90_000).toISOString();
    const lastMove = { from: null, to: "n1", at, reason: "first" };
    const status = { status: { holder: "n1", since: at, generation: 7, lastMove } };
    const patch = ["--type=merge", "--subresource=status", "-p", JSON.stringify(status)];
    await kubectl("patch", "vip", "192-0-2-7", ...patch);
    const [head, row] = (await kubectl("get", "vip", "192-0-2-7")).trim().split("\n");
    expect(head?.split(/\s{2,}|\s(?=[A-Z])/).map((word) => word.trim())).to.deep.equal([
      "NAME",
      "ADDRESS",
      "NAMESPACE",
      "SERVICE",
      "HOLDER",
      "SINCE",
      "REASON",
    ]);
    expect(row?.split(/\s+/).filter((_, i) => i !== 5)).to.deep.equal([
      "192-0-2-7",
      "192.0.2.7",
      "shop",
      "web",
      "n1",
      "first",
    ]);
    expect(row?.split(/\s+/)[5]).to.match(/^9\ds$|^1m/);
  });
});
