import { expect } from "chai";
import type { Condition } from "../../src/kube/patches.ts";
import { isoSeconds, removeCondition, setCondition, statusPatch } from "../../src/kube/patches.ts";

const now = "2026-11-21T10:00:00Z";
const before = "2026-11-21T09:00:00Z";
const other: Condition = {
  type: "Other",
  status: "True",
  reason: "Theirs",
  message: "",
  lastTransitionTime: before,
};
const wish = {
  type: "spreadlb.io/Ready",
  status: "True",
  reason: "AddressesAssigned",
  message: "3 addresses",
} as const;
const ready: Condition = { ...wish, lastTransitionTime: before };

describe("setCondition", () => {
  const rows = [
    {
      name: "adds what is missing",
      has: [other],
      wish,
      want: [other, { ...ready, lastTransitionTime: now }],
    },
    {
      name: "adds to nothing",
      has: undefined,
      wish,
      want: [{ ...ready, lastTransitionTime: now }],
    },
    {
      name: "keeps the time when only the words change",
      has: [ready, other],
      wish: { ...wish, message: "2 addresses" },
      want: [{ ...ready, message: "2 addresses" }, other],
    },
    {
      name: "moves the time with the status",
      has: [ready, other],
      wish: { ...wish, status: "False", reason: "PoolExhausted" } as const,
      want: [
        { ...ready, status: "False", reason: "PoolExhausted", lastTransitionTime: now },
        other,
      ],
    },
    {
      name: "writes the generation that was observed",
      has: [ready],
      wish: { ...wish, observedGeneration: 4 },
      want: [{ ...ready, observedGeneration: 4 }],
    },
    {
      name: "cuts a message that the API server would refuse",
      has: [],
      wish: { ...wish, message: "x".repeat(40_000) },
      want: [{ ...ready, message: "x".repeat(32_768), lastTransitionTime: now }],
    },
  ];
  for (const row of rows) {
    it(row.name, () => {
      expect(setCondition(row.has, row.wish, now)).to.deep.equal(row.want);
    });
  }

  it("returns the very same array when nothing changed", () => {
    const has = [other, ready];
    expect(setCondition(has, wish, now)).to.equal(has);
    expect(removeCondition(has, "None")).to.equal(has);
    expect(removeCondition(has, "Other")).to.deep.equal([ready]);
  });
});

describe("statusPatch", () => {
  it("carries uid and resourceVersion as the precondition, and nothing else of the object", () => {
    const metadata = { name: "web", namespace: "default", uid: "u1", resourceVersion: "7" };
    expect(statusPatch({ metadata }, { loadBalancer: {} })).to.deep.equal({
      metadata: { uid: "u1", resourceVersion: "7" },
      status: { loadBalancer: {} },
    });
  });
});

describe("isoSeconds", () => {
  it("has no fraction", () => {
    expect(isoSeconds(1795222265274)).to.equal("2026-11-21T00:51:05Z");
  });
});
