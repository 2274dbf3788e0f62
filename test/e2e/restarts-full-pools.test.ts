/** Five restarts of the controller in a row with a full pool: who has an address keeps it, who waits steals none. */
import { expect } from "chai";
import { waitFor } from "../../lab/wait.ts";
import { needsRoot, service, SpreadCluster } from "./spread-cluster.ts";

const RESTARTS = 5;
const POOL = "metallb.io/address-pool";
const SERVICES = "/api/v1/namespaces/default/services";

describe("end to end: restarts with full pools", function () {
  this.timeout(240_000);
  let cluster: SpreadCluster;
  let started: SpreadCluster | undefined;

  before(async function () {
    needsRoot(this);
    started = cluster = await SpreadCluster.start({ nodes: 2 });
    const metallb = (kind: string, name: string, spec: object) => ({
      ...{ apiVersion: "metallb.io/v1beta1", kind },
      ...{ metadata: { name, namespace: "metallb-system" }, spec },
    });
    await cluster.apply(
      metallb("IPAddressPool", "full", { addresses: ["10.77.0.200/31"] }),
      metallb("IPAddressPool", "spare", { addresses: ["10.77.0.210/28"], autoAssign: false }),
      metallb("L2Advertisement", "all", {}),
    );
  });
  afterEach(async function () {
    if (this.currentTest?.isFailed() === true) await started?.printLogs();
  });
  after(() => started?.stop());

  const asking = (name: string, pool: string) => service(name, { annotations: { [POOL]: pool } });

  const readyReason = async (name: string): Promise<string> =>
    (await cluster.service(name)).conditions.get("spreadlb.io/Ready")?.reason ?? "";

  const untilExhausted = (name: string) =>
    waitFor(async () => (await readyReason(name)) === "PoolExhausted", {
      what: `${name} to be told that the pool is full`,
    });

  const wasTold = async (name: string, reason: string): Promise<boolean> => {
    const path = "/apis/events.k8s.io/v1/namespaces/default/events";
    const { items } = (await cluster.lab.api("GET", path)) as {
      items: { regarding?: { name?: string }; reason: string }[];
    };
    return items.some((one) => one.regarding?.name === name && one.reason === reason);
  };

  it("two keep their addresses, and two that are older and first by name never get them", async () => {
    // They wait for a pool that is not there, so that they are older than those who have the addresses.
    await cluster.apply(asking("a-waits", "absent"), asking("b-waits", "absent"));
    await waitFor(async () => (await readyReason("b-waits")) === "PoolUnknown", {
      what: "the older ones to wait",
    });
    await cluster.apply(service("y-has"), service("z-has"));
    const [[y = ""], [z = ""]] = [
      await cluster.addressesOf("y-has", 1),
      await cluster.addressesOf("z-has", 1),
    ];
    expect([y, z].sort()).to.deep.equal(["10.77.0.200", "10.77.0.201"]);
    await cluster.apply(asking("a-waits", "full"), asking("b-waits", "full"));
    await untilExhausted("a-waits");
    await untilExhausted("b-waits");
    await cluster.holders([y, z]);
    for (let restart = 1; restart <= RESTARTS; restart++) {
      const running = cluster.controllers.find((controller) => controller.running);
      await running?.stop(restart % 2 === 0 ? "SIGTERM" : "SIGKILL");
      await cluster.apply(asking(`canary-${restart}`, "spare"));
      await cluster.haveControllers(1);
      // It has planned for everybody when it has given the new one an address.
      await cluster.addressesOf(`canary-${restart}`, 1, 20_000);
      expect((await cluster.service("y-has")).addresses, `restart ${restart}`).to.deep.equal([y]);
      expect((await cluster.service("z-has")).addresses, `restart ${restart}`).to.deep.equal([z]);
      for (const name of ["a-waits", "b-waits"]) {
        expect((await cluster.service(name)).addresses, `${name}, ${restart}`).to.deep.equal([]);
        expect(await readyReason(name)).to.equal("PoolExhausted");
      }
    }
    await cluster.holders([y, z]);
    for (const name of ["a-waits", "b-waits"]) {
      expect(await wasTold(name, "IPAllocated"), `${name} ever had an address`).to.equal(false);
    }
    for (const name of ["y-has", "z-has"]) {
      expect(await wasTold(name, "IPAllocated"), `${name} has been told of its own`).to.equal(true);
      expect(await wasTold(name, "ClearAssignment"), `${name} ever lost it`).to.equal(false);
    }
  });

  it("they did wait: what comes free goes to the older one", async () => {
    const { addresses } = await cluster.service("y-has");
    await cluster.delete(`${SERVICES}/y-has`);
    expect(await cluster.addressesOf("a-waits", 1)).to.deep.equal(addresses);
    expect((await cluster.service("b-waits")).addresses).to.deep.equal([]);
  });
});
