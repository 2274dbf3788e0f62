/** Which Leases were seen to live, by our own clock. */
import { expect } from "chai";
import { Presences } from "../../../src/controller/io/presences.ts";
import type { Lease } from "../../../src/kube/types.ts";

const KEY = "default/spreadlb-speaker-n1";

function lease(resourceVersion: string): Lease {
  return { metadata: { name: "spreadlb-speaker-n1", resourceVersion }, spec: {} };
}

describe("controller: presences", () => {
  it("a Lease of the first list is unheard until it changes; one that comes later was heard of", () => {
    const presences = new Presences();
    presences.apply({ key: KEY, after: lease("1") }, 1000);
    presences.listed();
    const other = lease("2");
    presences.apply({ key: "default/other", after: other }, 2000);
    expect(presences.list()).to.deep.equal([
      { lease: lease("1"), heardAtMs: 1000, isUnheard: true },
      { lease: other, heardAtMs: 2000 },
    ]);
    presences.apply({ key: KEY, before: lease("1"), after: lease("3") }, 6000);
    expect(presences.list()).to.deep.equal([
      { lease: lease("3"), heardAtMs: 6000 },
      { lease: other, heardAtMs: 2000 },
    ]);
  });
});
