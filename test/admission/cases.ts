/**
 * The admission cases of test/admission/cases, read: a world, a change, and what is to be said of it.
 *
 * One table for three readers: checkChange and lint (admission.test.ts beside it), and kubectl against a real API server with the
 * webhook. How a case is written: test/admission/README.md.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { CHECKED_KINDS } from "../../src/classes/check/kinds.ts";
import { DNS_PUBLISHERS } from "../../src/dns/kind.ts";
import { apiVersionOf as apiVersionOfType } from "../../src/kube/resource.ts";
import { timeOf } from "../classes/world.ts";

export const METALLB_NAMESPACE = "metallb-system";

export interface CaseObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  readonly status?: unknown;
}

export interface AdmissionCase {
  /** `pools: overlaps another pool`. */
  readonly name: string;
  /** What is there before, the oldest first. */
  readonly world: readonly CaseObject[];
  /** Addresses that Services hold. */
  readonly uses: readonly { readonly ip: string; readonly services: readonly string[] }[];
  readonly operation: "CREATE" | "UPDATE" | "DELETE";
  readonly before: CaseObject | null;
  readonly after: CaseObject | null;
  /** A part of what is said; null: it is allowed. */
  readonly refused: string | null;
  /**
   * Who refuses: the definition (types, bounds, CEL), so the API server by itself; it again, whatever the definition says (names, labels,
   * the fields that kubectl has it refuse); or the webhook.
   */
  readonly by: "definition" | "kubectl" | "webhook";
  /** Parts of what the webhook warns of. */
  readonly warnings: readonly string[];
}

type Written = Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;

interface WrittenCase {
  readonly name: string;
  readonly world?: Written;
  readonly uses?: Readonly<Record<string, string>>;
  readonly create?: Written;
  readonly update?: Written;
  readonly delete?: string;
  readonly refused?: string;
  readonly by?: "definition" | "kubectl";
  readonly warning?: string;
}

const WITHOUT_SPEC: readonly string[] = ["Node", "Secret"];
const FOLDER = join(import.meta.dirname, "cases");

export const ADMISSION_CASES: readonly AdmissionCase[] = readdirSync(FOLDER)
  .sort()
  .flatMap((file) => {
    const rows = load(readFileSync(join(FOLDER, file), "utf8")) as readonly WrittenCase[];
    return rows.map((row) => caseOf(row, file.replace(/\.yaml$/, "")));
  });

function caseOf(row: WrittenCase, group: string): AdmissionCase {
  const world = objectsOf(row.world ?? {});
  const [changed] = objectsOf(row.create ?? row.update ?? {});
  const key = row.delete ?? (changed === undefined ? "" : keyOf(changed));
  const before = world.find((object) => keyOf(object) === key) ?? null;
  const operation = row.create ? "CREATE" : row.update ? "UPDATE" : "DELETE";
  if ((before === null) !== (operation === "CREATE")) throw new Error(`${row.name}: ${key}?`);
  return {
    name: `${group}: ${row.name}`,
    ...{ world, operation, before, after: changed ?? null },
    uses: Object.entries(row.uses ?? {}).map(([ip, service]) => ({ ip, services: [service] })),
    refused: row.refused ?? null,
    by: row.by ?? "webhook",
    warnings: row.warning === undefined ? [] : [row.warning],
  };
}

export function keyOf({ kind, metadata }: CaseObject): string {
  return `${kind}/${metadata.name}`;
}

/** As the API server would give them: those written first are the oldest. */
export function dated(object: CaseObject, seconds: number): CaseObject {
  const metadata = { ...object.metadata, creationTimestamp: timeOf(seconds) };
  return { ...object, metadata };
}

function objectsOf(written: Written): CaseObject[] {
  return Object.entries(written).map(([key, fields]) => objectOf(key, fields ?? {}));
}

/** Fields that begin with a dot are the object's, all others the spec's. */
function objectOf(key: string, fields: Readonly<Record<string, unknown>>): CaseObject {
  const [kind = "", name = ""] = key.split("/");
  const own = Object.fromEntries(
    Object.entries(fields)
      .filter(([field]) => field.startsWith("."))
      .map(([field, value]) => [field.slice(1), value]),
  ) as Own;
  const spec = Object.fromEntries(
    Object.entries(fields).filter(([field]) => !field.startsWith(".")),
  );
  const { version, labels, annotations, status } = own;
  const namespace = own.namespace ?? namespaceOf(kind);
  return {
    apiVersion: apiVersionOf(kind, version),
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    ...(own.bare === true || WITHOUT_SPEC.includes(kind) ? {} : { spec }),
    ...(status === undefined ? {} : { status }),
  };
}

interface Own {
  readonly version?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly status?: unknown;
  /** Without a spec. */
  readonly bare?: boolean;
}

function apiVersionOf(kind: string, version: string | undefined): string {
  if (kind === DNS_PUBLISHERS.kind) return apiVersionOfType(DNS_PUBLISHERS);
  const known = CHECKED_KINDS.get(kind);
  const stored = known?.crd.spec.versions.find(({ storage }) => storage)?.name;
  return known === undefined ? "v1" : `${known.group}/${version ?? stored ?? ""}`;
}

function namespaceOf(kind: string): string | undefined {
  if (kind === "Service") return "shop";
  const scope = CHECKED_KINDS.get(kind)?.crd.spec.scope;
  return scope === "Namespaced" ? METALLB_NAMESPACE : undefined;
}
