/** What the controller watches, where the cluster does not know MetalLB's kinds, and when it comes to know them. */
import { expect } from "chai";
import { pino } from "pino";
import { CRDS } from "../../crds/generate.ts";
import { startControlPlane, type ControlPlane } from "../../lab/control-plane.ts";
import { waitFor } from "../../lab/wait.ts";
import { startSources, type Sources } from "../../src/controller/io/sources.ts";
import { KubeClient } from "../../src/kube/io/client.ts";
import { manifest } from "../classes/metallb/cases.ts";
import { Api } from "./api.ts";
import { applyCrds } from "./crd-install.ts";

describe("sources: kinds that the cluster may not have", function () {
  this.timeout(120_000);
  let plane: ControlPlane | undefined;
  let api: Api;
  let client: KubeClient;
  let sources: Sources | undefined;

  before(async () => {
    plane = await startControlPlane();
    api = await Api.connect(plane.kubeconfig);
    client = await KubeClient.connect({ kubeconfig: plane.kubeconfig });
  });

  after(async () => {
    await sources?.stop();
    await (client as KubeClient | undefined)?.close();
    await (api as Api | undefined)?.close();
    await plane?.stop();
  });

  it("without them everything is listed; once they are there, so are their objects", async () => {
    const ours = CRDS.filter(({ spec }) => spec.group !== "metallb.io");
    await applyCrds(api, ours);
    const started = (sources = startSources({
      client,
      namespace: "default",
      metallbNamespace: "default",
      log: pino({ level: "silent" }),
      metrics: {},
      ...{ onNews: () => undefined, onNameNews: () => undefined },
    }));
    await started.synced;
    expect([started.missing(), started.unwatched()]).to.deep.equal([[], []]);
    expect(started.snapshot().ipAddressPools).to.deep.equal([]);
    await applyCrds(api);
    const pool = manifest("IPAddressPool", "prod", { addresses: ["192.0.2.1"] });
    const body = { ...pool, metadata: { name: "prod" } };
    const path = "/apis/metallb.io/v1beta1/namespaces/default/ipaddresspools";
    await waitFor(async () => (await api.create(path, body)).status === 201, {
      what: "the pool to be taken",
      timeoutMs: 20_000,
    });
    await waitFor(() => started.snapshot().ipAddressPools.length === 1, {
      what: "the pool to be seen",
      timeoutMs: 60_000,
    });
    expect(started.missing()).to.deep.equal([]);
  });
});
