/** Bad classes on a real API server: refused where the rules can see the fault, in the words of the remedy. */
import { expect } from "chai";
import { BAD_CLASSES } from "../classes/bad-input.ts";
import { CLASSES_PATH } from "./crd-install.ts";
import { usePlane } from "./plane.ts";

describe("bad classes: what the API server says", function () {
  this.timeout(90_000);
  const plane = usePlane();

  for (const { name, object, wantAdmission } of BAD_CLASSES) {
    if (wantAdmission === undefined) {
      it(`lets pass what only the whole world shows: ${name}`, async () => {
        const { metadata, ...rest } = object;
        const answer = await plane.api.create(`${CLASSES_PATH}?dryRun=All`, {
          ...rest,
          metadata: { name: metadata.name },
        });
        expect([answer.status, answer.message]).to.deep.equal([201, ""]);
      });
    } else {
      it(`refuses ${name}`, async () => {
        const answer = await plane.api.create(`${CLASSES_PATH}?dryRun=All`, object);
        expect(answer.status).to.equal(422);
        expect(answer.message).to.contain(wantAdmission);
        expect(faultsIn(answer.body)).to.equal(1);
      });
    }
  }

  it("lets a class from before the rules be changed elsewhere, and mended", async () => {
    const path = `${CLASSES_PATH}/old`;
    const crd =
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/metalloadbalancerclasses.network.deckhouse.io";
    const loose = { "x-kubernetes-preserve-unknown-fields": true, type: "object" };
    const schema = (await plane.api.get(crd)).body["spec"];
    await plane.api.patch(crd, "json", [
      {
        op: "replace",
        path: "/spec/versions/0/schema/openAPIV3Schema/properties/spec",
        value: loose,
      },
    ]);
    const old = { addressPool: ["192.0.2.9-192.0.2.1", "198.51.100.0/30"], type: "l2" };
    await until(
      async () => (await plane.api.create(CLASSES_PATH, head("old", old))).status !== 422,
    );
    await plane.api.patch(crd, "json", [{ op: "replace", path: "/spec", value: schema }]);
    await until(
      async () =>
        (await plane.api.create(`${CLASSES_PATH}?dryRun=All`, head("new", old))).status === 422,
    );
    const changed = await plane.api.patch(path, "merge", { spec: { isDefault: true } });
    expect([changed.status, changed.message]).to.deep.equal([200, ""]);
    const spoiled = await plane.api.patch(path, "merge", {
      spec: { addressPool: ["192.0.2.8-192.0.2.1"] },
    });
    expect(spoiled.status).to.equal(422);
    const mended = await plane.api.patch(path, "merge", {
      spec: { addressPool: ["192.0.2.1-192.0.2.9"], type: "L2" },
    });
    expect([mended.status, mended.message]).to.deep.equal([200, ""]);
  });
});

function head(name: string, spec: object) {
  return {
    apiVersion: "network.deckhouse.io/v1alpha1",
    kind: "MetalLoadBalancerClass",
    metadata: { name },
    spec,
  };
}

/** What the answer names as wrong, less the remark that rules were left out for it. */
function faultsIn(body: Readonly<Record<string, unknown>>): number {
  const { causes } = body["details"] as { causes: readonly { readonly message: string }[] };
  return causes.filter(({ message }) => !message.includes("rules were not checked")).length;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
