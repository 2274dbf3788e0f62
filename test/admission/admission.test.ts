/** Every admission case through the webhook's check and through lint: one verdict, one sentence. */
import { expect } from "chai";
import { parseIp } from "../../src/base/ip.ts";
import { checkAll, checkChange } from "../../src/classes/check/check.ts";
import { isAllowed, type Finding } from "../../src/classes/check/finding.ts";
import { CHECKED_KINDS, readObject } from "../../src/classes/check/kinds.ts";
import { RULES, shapeFaults } from "../../src/classes/check/shape.ts";
import type { Use } from "../../src/classes/check/world.ts";
import { formatLine, isClean, lint } from "../../src/cli/lint.ts";
import { readDocuments, type Document } from "../../src/cli/lint-reading.ts";
import { findingsOf, type AdmissionWorld } from "../../src/controller/admission.ts";
import { ADMISSION_CASES, dated, keyOf, METALLB_NAMESPACE, type AdmissionCase } from "./cases.ts";

function documentsOf(objects: readonly object[], file = "world.yaml"): Document[] {
  return objects.map((value, i) => ({ file, place: i + 1, value }));
}

/** Services that hold the addresses, as files would show them. */
function holdersOf({ uses }: AdmissionCase): object[] {
  return uses.map(({ ip, services: [service = ""] }) => {
    const [namespace, name] = service.split("/");
    const ingress = [{ ip }];
    return {
      ...{ apiVersion: "v1", kind: "Service", metadata: { name, namespace } },
      ...{ spec: { type: "LoadBalancer" }, status: { loadBalancer: { ingress } } },
    };
  });
}

function stored({ world }: AdmissionCase): object[] {
  return world.map((object, i) => dated(object, i));
}

function worldOfCase(row: AdmissionCase): AdmissionWorld {
  const uses = row.uses.flatMap(({ ip, services }): Use[] => {
    const parsed = parseIp(ip);
    return parsed === undefined ? [] : [{ ip: parsed, services }];
  });
  const { world, publishers } = readDocuments(documentsOf(stored(row)), METALLB_NAMESPACE);
  return { ...world, uses, dnsPublishers: publishers.flatMap(({ object }) => object ?? []) };
}

function changeOf(row: AdmissionCase): Finding[] {
  const { operation, before, after } = row;
  const object = after ?? before;
  if (object === null) throw new Error("no object");
  const { kind, metadata } = object;
  const place = row.world.findIndex((it) => keyOf(it) === keyOf(object));
  const at = place < 0 ? row.world.length : place;
  return findingsOf(worldOfCase(row), {
    ...{ operation, kind, name: metadata.name, namespace: metadata.namespace ?? "" },
    before: before === null ? null : dated(before, at),
    after: after === null ? null : dated(after, at),
  });
}

function lintOf(row: AdmissionCase) {
  const { before, after } = row;
  const others = row.world.map((object, i) => (object === before ? null : dated(object, i)));
  const at = row.world.findIndex((object) => object === before);
  const changed = after === null ? [] : [dated(after, at < 0 ? row.world.length : at)];
  const files = [...others.filter((it) => it !== null), ...changed, ...holdersOf(row)];
  return lint(documentsOf(files, "new.yaml"), {
    metallbNamespace: METALLB_NAMESPACE,
    before: documentsOf([...stored(row), ...holdersOf(row)], "old.yaml"),
  });
}

function wordsOf(findings: readonly Finding[], isWarning: boolean): string[] {
  return findings
    .filter((finding) => finding.isWarning === isWarning)
    .map(({ field, message }) => `${field}: ${message}`);
}

function expectVerdict({ refused, warnings }: AdmissionCase, findings: readonly Finding[]) {
  const refusals = wordsOf(findings, false);
  expect(isAllowed(findings), refusals.join("\n")).to.equal(refused === null);
  if (refused !== null) expect(refusals.join("\n")).to.include(refused);
  for (const text of warnings) expect(wordsOf(findings, true).join("\n")).to.include(text);
}

describe("admission: the cases", () => {
  it("are at least 120, each with a name of its own", () => {
    expect(ADMISSION_CASES.length).to.be.at.least(120);
    expect(new Set(ADMISSION_CASES.map(({ name }) => name)).size).to.equal(ADMISSION_CASES.length);
  });

  for (const row of ADMISSION_CASES) {
    it(`${row.name}: ${row.refused === null ? "allowed" : "refused"}`, () => {
      // What kubectl has the API server refuse comes to no webhook; other programs have such a field left out.
      expectVerdict(row.by === "kubectl" ? { ...row, refused: null } : row, changeOf(row));
      const report = lintOf(row);
      expectVerdict(row, report.lines);
      expect(isClean(report)).to.equal(row.refused === null);
    });
  }
});

describe("admission: who refuses", () => {
  for (const row of ADMISSION_CASES) {
    const kind = CHECKED_KINDS.get(row.after?.kind ?? "");
    // Kubernetes' own kinds have no definition of ours.
    if (kind === undefined) continue;
    it(`${row.name}: ${row.by === "definition" ? "the definition" : "not the definition"}`, () => {
      const [read, old] = [readObject(kind, row.after), readObject(kind, row.before)];
      const before = old.ok ? old.written : undefined;
      const faults = read.ok ? shapeFaults(read.schema, read.written, before) : [];
      const isRefused = !read.ok || faults.some(({ isWarning }) => !isWarning);
      expect(isRefused).to.equal(row.by === "definition");
    });
  }
});

describe("admission: lint without --before", () => {
  /** What refuses a change from what was, and cannot be seen in the files alone. */
  const needsBefore = ({ operation, world, refused }: AdmissionCase) =>
    operation !== "CREATE" || (refused === null && isBroken(world));
  const isBroken = (world: AdmissionCase["world"]) =>
    checkAll(readDocuments(documentsOf(world), METALLB_NAMESPACE).world).some(
      ({ isWarning }) => !isWarning,
    );

  for (const row of ADMISSION_CASES.filter((it) => !needsBefore(it))) {
    it(`${row.name}: the same verdict of the files alone`, () => {
      const objects = [...stored(row), ...(row.after === null ? [] : [row.after])];
      const report = lint(documentsOf(objects), { metallbNamespace: METALLB_NAMESPACE });
      const lines = report.lines.map(formatLine).join("\n");
      expect(isClean(report), lines).to.equal(row.refused === null);
      if (row.refused !== null) expect(lines).to.include(row.refused);
    });
  }
});

describe("admission: rules", () => {
  for (const { crd, kind } of CHECKED_KINDS.values()) {
    it(`every rule of ${kind} is known to lint`, () => {
      const text = JSON.stringify(crd.spec.versions.map(({ schema }) => schema.openAPIV3Schema));
      const rules = [...text.matchAll(/"rule":("(?:[^"\\]|\\.)*")/g)].map(
        ([, rule = '""']) => JSON.parse(rule) as string,
      );
      expect(rules.filter((rule) => !RULES.has(rule))).to.deep.equal([]);
    });
  }

  it("an object of another kind is not looked at", () => {
    const change = { operation: "CREATE", kind: "Deployment", name: "a", namespace: "b" } as const;
    const world = readDocuments([], METALLB_NAMESPACE).world;
    expect(checkChange(world, { ...change, before: null, after: {} })).to.deep.equal([]);
  });

  it("nothing is said of a good pool whose advertisement is still to come", () => {
    const row = ADMISSION_CASES.find(({ name }) => name === "pools: a CIDR");
    expect(row === undefined ? null : changeOf(row)).to.deep.equal([]);
  });

  it("in a namespace that is being deleted everything may go", () => {
    const row = ADMISSION_CASES.find(({ name }) =>
      name.includes("a profile deleted that a peer names"),
    );
    if (row?.before === undefined || row.before === null) throw new Error("no such case");
    const world = { ...worldOfCase(row), endingNamespaces: new Set([METALLB_NAMESPACE]) };
    const what = { kind: "BFDProfile", name: "fast", namespace: METALLB_NAMESPACE };
    const change = { ...what, operation: "DELETE", before: row.before, after: null } as const;
    expect(checkChange(world, change)).to.deep.equal([]);
  });
});
