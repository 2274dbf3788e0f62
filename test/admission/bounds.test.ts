/** Objects of an older definition, that break a bound of ours: what is refused of a change of them, and what they protect. */
import { expect } from "chai";
import { parseIp, type Ip } from "../../src/base/ip.ts";
import { checkChange } from "../../src/classes/check/check.ts";
import type { Finding } from "../../src/classes/check/finding.ts";
import type { Change } from "../../src/classes/check/world.ts";
import { readDocuments } from "../../src/cli/lint-reading.ts";
import { METALLB_NAMESPACE } from "./cases.ts";

interface Fields {
  readonly addresses?: unknown;
  readonly labels?: object;
  readonly autoAssign?: unknown;
}

function pool({ addresses, labels = {}, ...rest }: Fields, name = "a") {
  return {
    ...{ apiVersion: "metallb.io/v1beta1", kind: "IPAddressPool" },
    metadata: { name, namespace: METALLB_NAMESPACE, labels },
    spec: { addresses, ...rest },
  };
}

/** One address each: 300 are more than a definition of ours lets in. */
const entries = (count: number) =>
  Array.from({ length: count }, (_, i) => `10.1.${i >> 8}.${i & 255}/32`);

function ip(text: string): Ip {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

function change(before: object | null, after: object | null, others: readonly object[] = []) {
  const objects = [...others, ...(before === null ? [] : [before])];
  const documents = objects.map((value, i) => ({ file: "f", place: i + 1, value }));
  const { world } = readDocuments(documents, METALLB_NAMESPACE);
  const operation: Change["operation"] =
    before === null ? "CREATE" : after === null ? "DELETE" : "UPDATE";
  const what = { kind: "IPAddressPool", name: "a", namespace: METALLB_NAMESPACE, before, after };
  const uses = [{ ip: ip("10.1.0.5"), services: ["shop/web"] }];
  return checkChange({ ...world, uses }, { ...what, operation });
}

const TOO_MANY = "must NOT have more than 256 items";
const LOST = "10.1.0.5 (shop/web)";
const long = pool({ addresses: entries(300) });

interface Row {
  readonly name: string;
  readonly findings: readonly Finding[];
  /** Parts of the refusals and of the warnings, in their order. */
  readonly refusals: readonly string[];
  readonly warnings?: readonly string[];
}

const rows: readonly Row[] = [
  {
    name: "made anew it is refused",
    findings: change(null, long),
    refusals: [TOO_MANY],
  },
  {
    name: "a label on it is a warning",
    findings: change(long, pool({ addresses: entries(300), labels: { tier: "gold" } })),
    ...{ refusals: [], warnings: [TOO_MANY] },
  },
  {
    name: "another field, too",
    findings: change(long, pool({ addresses: entries(300), autoAssign: false })),
    ...{ refusals: [], warnings: [TOO_MANY] },
  },
  {
    name: "one entry less, and still too many: the list is another one, as for the API server",
    findings: change(long, pool({ addresses: entries(299) })),
    refusals: [TOO_MANY],
  },
  {
    name: "few enough",
    findings: change(long, pool({ addresses: entries(200) })),
    refusals: [],
  },
  {
    name: "few enough, without an address that is in use",
    findings: change(long, pool({ addresses: entries(200).slice(6) })),
    refusals: [LOST],
  },
  {
    name: "deleted, with an address in use",
    findings: change(long, null),
    refusals: [LOST],
  },
  {
    name: "an overlap that was there is a warning",
    findings: change(long, pool({ addresses: entries(200) }), [
      pool({ addresses: ["10.1.0.8/29"] }, "0"),
    ]),
    ...{ refusals: [], warnings: ["shares 10.1.0.8-10.1.0.15"] },
  },
  {
    name: "another pool that takes of its addresses is refused",
    findings: change(null, pool({ addresses: ["10.1.0.8/29"] }), [
      pool({ addresses: entries(300) }, "b"),
    ]),
    refusals: ["shares 10.1.0.8-10.1.0.15"],
  },
  {
    name: "what nobody can read has nothing in use, and keeps nobody from mending it",
    findings: change(pool({ addresses: "10.1.0.0/24" }), pool({ addresses: entries(3) })),
    refusals: [],
  },
  {
    name: "nor from deleting it",
    findings: change(pool({}), null),
    refusals: [],
  },
  {
    name: "what becomes unreadable is refused",
    findings: change(pool({ addresses: entries(3) }), pool({ addresses: 7 })),
    refusals: ["must be array"],
  },
];

describe("admission: what breaks a bound of ours", () => {
  for (const { name, findings, refusals, warnings = [] } of rows) {
    it(name, () => {
      const of = (isWarning: boolean) =>
        findings.filter((it) => it.isWarning === isWarning).map(({ message }) => message);
      for (const [wanted, said] of [
        [refusals, of(false)],
        [warnings, of(true)],
      ] as const) {
        expect(said).to.have.length(wanted.length, said.join("\n"));
        for (const [i, part] of wanted.entries()) expect(said[i]).to.contain(part);
      }
    });
  }
});
