/**
 * The one door to all checks: of a change, before it is stored, and of all that there is. Pure.
 *
 * A change is judged by what it makes worse: the model is compiled without it and with it, and what is newly wrong, on the
 * object itself or on another one, is said of the changed object. What was as bad before is a warning at most.
 * Neighbours: ../../controller/admission.ts and ../../cli/lint.ts ask; shape.ts looks at one object alone.
 */
import { describeProblem, type Problem, type ProblemCode } from "../../base/errors.ts";
import { compileAll, type Manifests } from "../compile.ts";
import { METALLB_GROUP } from "../metallb/kinds.ts";
import { CLASS_KIND } from "../resource.ts";
import type { Fault, Finding } from "./finding.ts";
import { CHECKED_KINDS, readObject, type CheckedKind, type ReadObject } from "./kinds.ts";
import { shapeFaults } from "./shape.ts";
import type { Change, CheckWorld } from "./world.ts";

/** @returns what is to be said of the change; it is refused where one of the findings is no warning */
export function checkChange(world: CheckWorld, change: Change): Finding[] {
  const kind = CHECKED_KINDS.get(change.kind);
  if (kind === undefined) return [];
  const object = `${change.kind}/${change.name}`;
  return distinct(faultsOf(world, change, kind).map((fault) => ({ object, ...fault })));
}

function faultsOf(world: CheckWorld, change: Change, kind: CheckedKind): Fault[] {
  const home = world.metallbNamespace;
  if (kind.group === METALLB_GROUP && home !== null && change.namespace !== home) {
    return change.operation === "CREATE" ? [outside(home)] : [];
  }
  const before = change.before === null ? null : readObject(kind, change.before);
  const old = before?.ok === true ? before : null;
  const without = kind.put(world.manifests, change.name, old?.object ?? null);
  if (change.after === null) return [];
  const after = readObject(kind, change.after);
  if (!after.ok) return after.problems.map((problem) => ({ ...problem, isWarning: false }));
  const shape = alone(after, old);
  if (shape.some(({ isWarning }) => !isWarning)) return shape;
  const together = kind.put(world.manifests, change.name, after.object);
  return [...shape, ...newlyWrong(without, together, `${change.kind}/${change.name}`)];
}

type Read = Extract<ReadObject, { readonly ok: true }>;

function alone(after: Read, old: Read | null): Fault[] {
  const faults = shapeFaults(after.schema, after.written, old?.written);
  if (after.deprecation === null) return faults;
  return [...faults, { field: "apiVersion", message: `${after.deprecation}.`, isWarning: true }];
}

/** @returns what is wrong with one object, whatever else there is */
export function checkObject(value: unknown, kind: CheckedKind, home: string | null): Fault[] {
  const read = readObject(kind, value);
  if (!read.ok) return read.problems.map((problem) => ({ ...problem, isWarning: false }));
  const { namespace = home } = read.object.metadata;
  const isOutside = kind.group === METALLB_GROUP && home !== null && namespace !== home;
  return [...(isOutside ? [outside(home)] : []), ...alone(read, null)];
}

function outside(home: string): Fault {
  return {
    field: "metadata.namespace",
    message: `resource must be created in ${home} namespace: nobody reads it elsewhere.`,
    isWarning: false,
  };
}

/** What is missing may come later, in whatever order a person applies files. */
const WARNED: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "BFD_PROFILE_MISSING",
  "COMMUNITY_MISSING",
  "PEER_MISSING",
  "POOL_MISSING",
  "RANGE_TOO_LARGE",
]);

function newlyWrong(before: Manifests, after: Manifests, changed: string): Fault[] {
  const [known, problems] = [compileAll(before).problems, compileAll(after).problems];
  return [...problems].flatMap(([key, found]) => {
    const object = objectOf(key);
    const old = new Set(known.get(key)?.map(({ message }) => message) ?? []);
    return found.flatMap((problem) => {
      const isOld = old.has(problem.message);
      if (object !== changed && isOld) return [];
      return [faultOf(problem, isOld || WARNED.has(problem.code))];
    });
  });
}

function faultOf(problem: Problem, isWarning: boolean): Fault {
  return { field: "", message: describeProblem(problem), isWarning };
}

/** @returns what is to be said of all objects of the world, in the order of their names */
export function checkAll(world: CheckWorld): Finding[] {
  const { problems } = compileAll(world.manifests);
  return [...problems].flatMap(([key, found]) =>
    found.map((problem) => ({
      object: objectOf(key),
      ...faultOf(problem, WARNED.has(problem.code)),
    })),
  );
}

/** Classes of Deckhouse go by their names alone in the model. */
function objectOf(key: string): string {
  return key.includes("/") ? key : `${CLASS_KIND}/${key}`;
}

function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((it) => [`${it.field} ${it.message}`, it])).values()];
}
