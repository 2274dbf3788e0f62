/** The definitions on a real API server: accepted, in step with the schemas, and taking the manifests in use. */
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { CRDS, crdFiles, driftedFiles } from "../../crds/generate.ts";
import { compileClasses } from "../../src/classes/compile.ts";
import { addressCounters } from "../../src/classes/model.ts";
import {
  parseMetalLoadBalancerClass,
  type MetalLoadBalancerClass,
} from "../../src/classes/resource.ts";
import { applyCrds, CLASSES_PATH } from "./crd-install.ts";
import { usePlane } from "./plane.ts";

describe("crds: files", () => {
  it("are what the schemas say: npm run gen writes them", () => {
    expect(driftedFiles()).to.deep.equal([]);
  });

  it("hold the definition and nothing else", () => {
    const read = crdFiles().map(({ path }) => load(readFileSync(path, "utf8")));
    expect(read).to.deep.equal(JSON.parse(JSON.stringify(CRDS)));
  });

  it("npm run gen --check agrees", () => {
    const generate = join(import.meta.dirname, "../../crds/generate.ts");
    const { status } = spawnSync(process.execPath, ["--import", "tsx", generate, "--check"]);
    expect(status).to.equal(0);
  });
});

const GOOD: readonly { readonly name: string; readonly spec?: object }[] = [
  {
    name: "all of the newest manifest",
    spec: {
      isDefault: true,
      type: "L2",
      addressPool: ["203.0.113.16/29", "203.0.113.40-203.0.113.47"],
      nodeSelector: { "node-role.example.com/lb": "" },
      l2: { interfaces: ["bond0.120"] },
    },
  },
  {
    name: "tolerations of older manifests",
    spec: {
      addressPool: ["203.0.113.16/29"],
      tolerations: [
        { key: "dedicated", operator: "Equal", value: "lb", effect: "NoExecute" },
        { operator: "Exists", tolerationSeconds: 300 },
      ],
    },
  },
  {
    name: "our own options",
    spec: { drainOn: ["Cordon", "OutOfServiceTaint"], rebalance: "Off" },
  },
  { name: "no reason to leave a node", spec: { drainOn: [], rebalance: "Gradual" } },
  { name: "no type", spec: { addressPool: ["203.0.113.16/29"] } },
  { name: "no spec" },
  { name: "an empty spec", spec: {} },
  { name: "an empty pool", spec: { addressPool: [] } },
  { name: "empty l2 and selector", spec: { l2: {}, nodeSelector: {} } },
  { name: "no interfaces", spec: { l2: { interfaces: [] } } },
  { name: "host bits in a CIDR", spec: { addressPool: ["203.0.113.17/29"] } },
  { name: "spaces around the dash", spec: { addressPool: ["203.0.113.1 - 203.0.113.9"] } },
  { name: "a range of one", spec: { addressPool: ["203.0.113.1-203.0.113.1"] } },
  { name: "a range over an octet", spec: { addressPool: ["203.0.112.250-203.0.113.4"] } },
  { name: "one address", spec: { addressPool: ["203.0.113.1", "2001:db8::1"] } },
  { name: "IPv6", spec: { addressPool: ["2001:db8::/64", "2001:DB8:1::1-2001:db8:1::ff"] } },
  {
    name: "IPv6 ranges in every shape",
    spec: {
      addressPool: [
        "::-::1",
        "::1-1::",
        "1::-1:0:0:0:0:0:0:1",
        "1:2:3:4:5:6:7::-1:2:3:4:5:6:7:8",
        "::2:3:4:5:6:7:8-1:2:3:4:5:6:7:9",
        "2001:db8::9-2001:db8::10",
        "2001:db8::ffff-2001:db8::1:0",
        "2001:db8::a - 2001:DB8::B",
        "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
      ],
    },
  },
  { name: "very large and very small", spec: { addressPool: ["10.0.0.0/8", "192.0.2.1/32"] } },
  {
    name: "as many entries as the bound allows",
    spec: {
      addressPool: [...Array(256).keys()].map((n) => `2001:db8:${n.toString(16)}::1-2001:db9::`),
    },
  },
];

describe("crds: a real API server", function () {
  this.timeout(90_000);
  const plane = usePlane({ withCrds: false });

  it("accepts every definition by server-side apply", async () => {
    expect(await applyCrds(plane.api)).to.deep.equal(CRDS.map(() => "Established"));
  });

  for (const { name, spec } of GOOD) {
    const object = { metadata: { name: "good" }, ...(spec === undefined ? {} : { spec }) };

    it(`accepts a class with ${name}`, async () => {
      const answer = await plane.api.create(`${CLASSES_PATH}?dryRun=All`, {
        apiVersion: "network.deckhouse.io/v1alpha1",
        kind: "MetalLoadBalancerClass",
        ...object,
      });
      expect([answer.status, answer.message]).to.deep.equal([201, ""]);
      expect(answer.body["spec"]).to.deep.equal(spec);
    });

    it(`parses and compiles a class with ${name}`, () => {
      expect(parseMetalLoadBalancerClass(object)).to.deep.equal({ ok: true, value: object });
      const { problems } = compileClasses([object]);
      const codes = (problems.get("good") ?? []).map(({ code }) => code);
      expect(codes.filter((code) => code !== "POOL_EMPTY")).to.deep.equal([]);
    });
  }

  it("lets the type be left out, added and left out again", async () => {
    const path = `${CLASSES_PATH}/typed?fieldManager=test`;
    const statuses: number[] = [];
    for (const type of [{}, { type: "L2" }, {}]) {
      const spec = { addressPool: ["203.0.113.0/30"], ...type };
      statuses.push((await plane.api.patch(path, "apply", { ...head("typed"), spec })).status);
    }
    expect(statuses).to.deep.equal([201, 200, 200]);
  });

  it("shows the status in its columns", async () => {
    const spec = { isDefault: true, type: "L2", addressPool: ["203.0.113.0/30", "2001:db8::/64"] };
    await plane.api.create(CLASSES_PATH, { ...head("shown"), spec });
    const [model] = compileClasses([
      { ...head("shown"), spec } as MetalLoadBalancerClass,
    ]).classes.values();
    if (model === undefined) throw new Error("no model");
    const conditions = [
      {
        type: "Ready",
        status: "True",
        reason: "AllRangesUsed",
        message: "",
        lastTransitionTime: "2026-01-01T00:00:00Z",
      },
    ];
    const status = {
      ...addressCounters(model, { IPv4: 1, IPv6: 2 }),
      conditions,
      nodes: 4,
      services: 2,
    };
    const answer = await plane.api.patch(`${CLASSES_PATH}/shown/status`, "merge", { status });
    expect([answer.status, answer.message]).to.deep.equal([200, ""]);
    expect(answer.body["status"]).to.deep.equal(status);
    const table = await plane.controlPlane.kubectl(["get", "mlbc", "shown"]);
    const [titles, row] = table
      .trim()
      .split("\n")
      .map((line) => line.split(/\s{2,}/));
    expect(titles).to.deep.equal([
      "NAME",
      "DEFAULT",
      "TYPE",
      "POOL",
      "FREE",
      "NODES",
      "SERVICES",
      "READY",
      "AGE",
    ]);
    expect(row?.slice(0, -1)).to.deep.equal([
      "shown",
      "true",
      "L2",
      '["203.0.113.0/30","2001:db8::/64"]',
      "3 IPv4, 18446744073709551614 IPv6",
      "4",
      "2",
      "True",
    ]);
  });

  it("counts exactly: an IPv6 total is no float", () => {
    const model = compileClasses([
      { ...head("large"), spec: { addressPool: ["::/0"] } },
    ]).classes.get("large");
    if (model === undefined) throw new Error("no model");
    expect(addressCounters(model, { IPv4: 0, IPv6: 1 })).to.deep.equal({
      addresses: {
        ipv6: {
          total: "340282366920938463463374607431768211456",
          assigned: 1,
          free: "340282366920938463463374607431768211455",
        },
      },
      free: "340282366920938463463374607431768211455 IPv6",
    });
  });

  it("explains the fields", async () => {
    const text = await plane.controlPlane.kubectl([
      "explain",
      "metalloadbalancerclasses.spec.addressPool",
    ]);
    expect(text.replaceAll(/\s+/g, " ")).to.contain("in the order written here");
  });
});

function head(name: string) {
  return {
    apiVersion: "network.deckhouse.io/v1alpha1",
    kind: "MetalLoadBalancerClass",
    metadata: { name },
  };
}
