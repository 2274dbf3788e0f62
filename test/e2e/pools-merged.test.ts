/**
 * Two pools become one on a real API server with the webhook: what is refused, what `spreadlb.io/checks: warn` makes a warning of it, and
 * what it does not.
 *
 * On the wire, where nobody is asked: election.test.ts.
 */
import { expect } from "chai";
import { waitFor } from "../../lab/wait.ts";
import { pool, POOLS_PATH, WebhookCluster } from "./webhook-cluster.ts";

describe("spreadlb.io/checks: warn, where two pools become one", function () {
  this.timeout(60_000);
  let cluster: WebhookCluster;
  const [LOW, HIGH] = ["198.51.100.5", "198.51.100.200"] as const;
  const SERVICES = "/api/v1/namespaces/default/services";
  const CHECKS = "spreadlb.io/checks";
  const TWO = ["left", "right"] as const;

  const union = (annotations: object, addresses: readonly string[] = ["198.51.100.0/24"]) => {
    const made = pool("union", addresses) as { readonly metadata: object };
    return { ...made, metadata: { ...made.metadata, annotations } };
  };
  const tryUnion = (annotations: object, addresses?: readonly string[]) =>
    cluster.api.create(`${POOLS_PATH}?dryRun=All`, union(annotations, addresses));
  const tryEdit = (change: object) =>
    cluster.api.patch(`${POOLS_PATH}/union?dryRun=All`, "merge", change);

  /** Each Service has its address, of the pool that is named. */
  const untilServed = (pools: readonly [left: string, right: string]) =>
    waitFor(
      async () => {
        const said = await Promise.all(TWO.map((name) => cluster.api.get(`${SERVICES}/${name}`)));
        return said.every(({ body }, i) => {
          const text = JSON.stringify(body);
          const from = `"metallb.io/ip-allocated-from-pool":"${pools[i] ?? ""}"`;
          return text.includes(`"ip":"${[LOW, HIGH][i] ?? ""}"`) && text.includes(from);
        });
      },
      { what: `addresses of ${pools.join(" and ")}` },
    );

  before(async function () {
    this.timeout(120_000);
    cluster = await WebhookCluster.start(1);
    const made = {
      left: { addresses: "198.51.100.0/25", ip: LOW },
      right: { addresses: "198.51.100.128/25", ip: HIGH },
    };
    for (const name of TWO) {
      const { addresses, ip } = made[name];
      await cluster.api.create(POOLS_PATH, pool(name, [addresses]));
      await cluster.api.create(SERVICES, {
        metadata: { name, annotations: { "metallb.io/loadBalancerIPs": ip } },
        spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
      });
    }
    await untilServed(TWO);
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await cluster.printLogs();
  });

  after(() => cluster.stop());

  it("without it the pool that has the addresses of both is refused, and so is the end of one of the two", async () => {
    const [made, deleted] = await waitFor(
      async () => {
        const answers = await Promise.all([
          tryUnion({}),
          cluster.api.delete(`${POOLS_PATH}/left?dryRun=All`),
        ]);
        return answers.every(({ status }) => status === 422) && answers;
      },
      { what: "both to be refused" },
    );
    for (const name of TWO) expect(made.message).to.include(`the older pool "${name}"`);
    expect(deleted.message).to.include(`${LOW} (default/left)`);
  });

  it("it lets through neither what the definition refuses, nor anything in another word", async () => {
    const unread = await tryUnion({ [CHECKS]: "warn" }, ["198.51.100.0/24", "some"]);
    expect(unread.status).to.equal(422);
    expect(unread.message).to.include('Cannot read "some"').and.not.to.include("webhook");
    const other = await tryUnion({ [CHECKS]: "Warn" });
    expect(other.status).to.equal(422);
    expect(other.message).to.include('the older pool "left"');
  });

  it("with it the same pool is a warning, the two can go, and no Service loses its address", async () => {
    const { status, warnings } = await cluster.api.create(POOLS_PATH, union({ [CHECKS]: "warn" }));
    expect(status).to.equal(201);
    for (const name of TWO) expect(warnings.join("\n")).to.include(`the older pool "${name}"`);
    for (const name of TWO) {
      // Refused until who is asked has seen the union.
      const isGone = async () => (await cluster.api.delete(`${POOLS_PATH}/${name}`)).status === 200;
      await waitFor(isGone, { what: `${name} to go` });
    }
    await untilServed(["union", "union"]);
  });

  it("with it an address in use is given away with a warning; a change that takes it back is refused", async () => {
    const spec = { addresses: ["198.51.100.0/25"] };
    const warned = await tryEdit({ spec });
    expect(warned.message).to.equal("");
    expect(warned.warnings.join("\n")).to.include(`${HIGH} (default/right)`);
    const annotations = { [CHECKS]: null };
    const refused = await tryEdit({ metadata: { annotations }, spec });
    expect(refused.status).to.equal(422);
    expect(refused.message).to.include(`${HIGH} (default/right)`);
  });
});
