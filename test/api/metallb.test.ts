/** MetalLB's kinds on a real API server: what it takes, what it refuses and with which words, and the columns. */
import { expect } from "chai";
import {
  ADVERTISEMENT_ROWS,
  manifest,
  POOL_ROWS,
  type ManifestRow,
} from "../classes/metallb/cases.ts";
import { usePlane } from "./plane.ts";

const PATH = "/apis/metallb.io/v1beta1/namespaces/default";
const KINDS: readonly [string, string, readonly ManifestRow[]][] = [
  ["IPAddressPool", "ipaddresspools", POOL_ROWS],
  ["L2Advertisement", "l2advertisements", ADVERTISEMENT_ROWS],
];

describe("metallb: a real API server", function () {
  this.timeout(90_000);
  const plane = usePlane();

  for (const [kind, plural, rows] of KINDS) {
    for (const { name, spec, refused } of rows) {
      it(`${kind}: ${refused === undefined ? "takes" : "refuses"} ${name}`, async () => {
        const { metadata, ...object } = manifest(kind, "case", spec);
        const body = { ...object, metadata: { name: metadata.name } };
        const answer = await plane.api.create(`${PATH}/${plural}?dryRun=All`, body);
        if (refused === undefined) expect([answer.status, answer.message]).to.deep.equal([201, ""]);
        else {
          expect(answer.status).to.equal(422);
          expect(answer.message).to.contain(refused);
        }
      });
    }
  }

  it("kubectl shows MetalLB's columns", async () => {
    const spec = { addresses: ["192.0.2.0/31"], autoAssign: false };
    const pool = { ...manifest("IPAddressPool", "shown", spec), metadata: { name: "shown" } };
    const lb = {
      ...manifest("L2Advertisement", "lb", { interfaces: ["eth0"] }),
      metadata: { name: "lb" },
    };
    expect((await plane.api.create(`${PATH}/ipaddresspools`, pool)).status).to.equal(201);
    expect((await plane.api.create(`${PATH}/l2advertisements`, lb)).status).to.equal(201);
    const columns = async (what: string) => {
      const text = await plane.controlPlane.kubectl(["get", what]);
      return text.split("\n").map((line) => line.trim().split(/\s{2,}/));
    };
    const [poolHead, poolRow] = await columns("ipaddresspools.metallb.io");
    expect([poolHead, poolRow]).to.deep.equal([
      ["NAME", "AUTO ASSIGN", "AVOID BUGGY IPS", "ADDRESSES"],
      ["shown", "false", "false", '["192.0.2.0/31"]'],
    ]);
    const [lbHead] = await columns("l2advertisements.metallb.io");
    expect(lbHead).to.deep.equal([
      "NAME",
      "IPADDRESSPOOLS",
      "IPADDRESSPOOL SELECTORS",
      "INTERFACES",
    ]);
  });
});
