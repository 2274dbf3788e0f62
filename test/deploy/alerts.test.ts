/** deploy/optional/alerts.yaml: that every expression asks for what there is, under the names that people's routes and silences know. */
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { CATALOG } from "../../src/metrics/catalog.ts";
import type { MetricSpec } from "../../src/metrics/spec.ts";
import { DEPLOY } from "./manifests.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface PrometheusRule {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
}

const objects = loadAll(
  readFileSync(join(DEPLOY, "optional/alerts.yaml"), "utf8"),
) as PrometheusRule[];
const rules = objects.flatMap(({ spec }) => spec.groups.flatMap((group) => group.rules));
const metrics = new Map<string, MetricSpec>(
  Object.values(CATALOG).map((spec): [string, MetricSpec] => [spec.name, spec]),
);
/** What the language has of its own, as far as it is used here. */
const WORDS = new Set(["absent", "by", "count", "increase", "max", "or", "vector"]);
/** What Prometheus says of where it scraped. */
const SCRAPED = ["instance"];

/** What is wrong with an expression, and which labels its results have. */
function read(expr: string): { readonly faults: string[]; readonly labels: readonly string[] } {
  const faults: string[] = [];
  const seen: string[] = [];
  const bare = expr.replaceAll(/\bby \([^)]*\)/g, "").replaceAll(/\[\d+[smhd]\]/g, "");
  for (const [, name = "", selector = ""] of bare.matchAll(/([a-zA-Z_]\w*)(?:\{([^}]*)\})?/g)) {
    const spec = metrics.get(name);
    if (spec === undefined) {
      if (!WORDS.has(name)) faults.push(`no metric ${name}`);
      continue;
    }
    seen.push(...spec.labels);
    for (const [, label = "", value = ""] of selector.matchAll(/(\w+)="([^"]*)"/g)) {
      if (!spec.labels.includes(label)) faults.push(`${name} has no label ${label}`);
      if (!spec.help.includes(value)) faults.push(`${name} speaks of no ${value}`);
    }
  }
  for (const [, list = ""] of expr.matchAll(/\bby \(([^)]*)\)/g)) {
    const unknown = list.split(/, */).filter((label) => !seen.includes(label));
    faults.push(...unknown.map((label) => `nothing has the label ${label}`));
  }
  if (expr.split("(").length !== expr.split(")").length) faults.push("brackets");
  // Aggregated over everything: nothing is left of the labels.
  const isWhole = /^(absent|max|count)\(/.test(expr);
  return { faults, labels: isWhole ? [] : [...seen, ...SCRAPED] };
}

describe("deploy: the alerts", () => {
  it("are objects of the Prometheus operator, in our namespace", () => {
    for (const { apiVersion, kind, metadata } of objects) {
      expect([apiVersion, kind, metadata.namespace]).to.deep.equal([
        ...["monitoring.coreos.com/v1", "PrometheusRule", "spreadlb-system"],
      ]);
    }
    const names = rules.map(({ alert }) => alert);
    expect(names).to.deep.equal([...new Set(names)]);
  });

  for (const { alert, expr, ...rest } of rules) {
    it(`${alert}: asks for metrics and labels of the catalog, and speaks of labels that it has`, () => {
      const { faults, labels } = read(expr);
      expect(faults).to.deep.equal([]);
      const said = [...JSON.stringify(rest.annotations).matchAll(/\$labels\.(\w+)/g)];
      for (const [, label] of said) expect(labels).to.include(label);
    });

    it(`${alert}: waits, is of some severity and says what is wrong`, () => {
      expect(rest.for).to.match(/^[1-9]\d*m$/);
      expect(Object.keys(rest.labels).join()).to.match(/^severity(_level)?$/);
      expect(rest.annotations["summary"]).to.match(/^.{10,}$/);
    });
  }

  const wrong = [
    ["spreadlb_leaders == 1", "no metric spreadlb_leaders"],
    ["sum(spreadlb_leader)", "no metric sum"],
    ['spreadlb_services{phase="waiting"} > 0', "spreadlb_services has no label phase"],
    ['spreadlb_services{state="pending"} > 0', "spreadlb_services speaks of no pending"],
    ["count by (node) (spreadlb_leader)", "nothing has the label node"],
    ["max((spreadlb_leader)", "brackets"],
  ] as const;
  for (const [expr, fault] of wrong) {
    it(`this test sees: ${fault}`, () => expect(read(expr).faults).to.deep.equal([fault]));
  }

  it("has those of MetalLB's chart, a minute each", () => {
    const severities = Object.fromEntries(
      rules
        .filter((rule) => rule.alert.startsWith("MetalLB") && rule.for === "1m")
        .map(({ alert, labels }) => [alert, labels["severity"]]),
    );
    expect(severities).to.deep.equal({
      MetalLBStaleConfig: "warning",
      MetalLBConfigNotLoaded: "warning",
      MetalLBAddressPoolExhausted: "critical",
      MetalLBAddressPoolUsage75Percent: "warning",
      MetalLBAddressPoolUsage85Percent: "warning",
      MetalLBAddressPoolUsage95Percent: "critical",
      MetalLBBGPSessionDown: "critical",
    });
  });

  it("a percentage that a name says is the one that is asked for, of each family", () => {
    for (const { alert, expr } of rules) {
      const [, percent] = /(\d+)Percent$/.exec(alert) ?? [];
      if (percent === undefined) continue;
      expect([...expr.matchAll(/> (\d+)/g)].map(([, bound]) => bound)).to.deep.equal([
        ...[percent, percent],
      ]);
    }
  });

  it("has Deckhouse's of the configuration and of sessions, five minutes each", () => {
    const names = rules
      .filter(
        (rule) =>
          rule.alert.startsWith("D8") && rule.for === "5m" && rule.labels["severity_level"] === "4",
      )
      .map(({ alert }) => alert);
    expect(names).to.deep.equal([
      ...["D8MetallbConfigNotLoaded", "D8MetallbConfigStale", "D8MetallbBGPSessionDown"],
    ]);
  });
});
