/**
 * The one door to all checks: of a change, before it is stored, and of all that there is. Pure.
 *
 * A change is judged by what it makes worse: the world is looked at without it and with it, and what is newly wrong, on the
 * object itself or on another one, is said of the changed object. What was as bad before is a warning at most: so the API
 * server treats its own rules, and nobody is kept from adding a label to what an older release let in.
 * Neighbours: ../../controller/admission.ts and ../../cli/lint.ts ask; worse.ts compares; shape.ts looks at one object alone.
 */
import { describeProblem } from "../../base/errors.ts";
import type { Manifests } from "../compile.ts";
import { METALLB_GROUP } from "../metallb/kinds.ts";
import { CLASS_KIND } from "../resource.ts";
import { advertisementFaults } from "./advertisements.ts";
import { classFaults, classInUse } from "./classes.ts";
import { refusal, type Fault, type Finding } from "./finding.ts";
import {
  CHECKED_KINDS,
  readLoosely,
  readObject,
  schemaOf,
  type CheckedKind,
  type ReadObject,
} from "./kinds.ts";
import { idleSelectors } from "./node-selectors.ts";
import { peerFaults, peerHints } from "./peers.ts";
import { isUnchangedAt } from "./loose.ts";
import { lostAddresses, poolFaults } from "./pools.ts";
import { compiledFaults, inUse } from "./references.ts";
import { selectorFaults } from "./selectors.ts";
import { serviceFaults, usesOf } from "./services.ts";
import { spellingFindings } from "./service-spelling.ts";
import { shapeFaults } from "./shape.ts";
import { sceneOf, type Scene, type Standing } from "./standing.ts";
import { unknownFields } from "./unknown.ts";
import type { Change, CheckWorld } from "./world.ts";
import { worseThan } from "./worse.ts";

/** `warn` on an object: what the checks would refuse of it is said, and let through. The definition's own rules stay. */
export const CHECKS_ANNOTATION = "spreadlb.io/checks";

interface Strictness {
  /** Whether a field that is not in the definition refuses, as kubectl has it. */
  readonly isStrict: boolean;
}

/** @returns what is to be said of the change; it is refused where one of the findings is no warning */
export function checkChange(
  world: CheckWorld,
  change: Change,
  strictness: Strictness = { isStrict: false },
): Finding[] {
  const kind = CHECKED_KINDS.get(change.kind);
  if (kind === undefined) return [];
  const object = `${change.kind}/${change.name}`;
  const unknown =
    change.operation === "DELETE"
      ? []
      : unknownFields(schemaOf(kind, change.after), change.after, strictness);
  const faults = [...unknown, ...faultsOf(world, change, kind)];
  return distinct(faults.map((fault) => ({ object, ...fault })));
}

function faultsOf(world: CheckWorld, change: Change, kind: CheckedKind): Fault[] {
  const { operation, namespace } = change;
  const home = world.metallbNamespace;
  if (kind.group === METALLB_GROUP && home !== null && namespace !== home) {
    return operation === "CREATE" ? [outside(home)] : [];
  }
  if (operation === "DELETE" && world.endingNamespaces.has(namespace)) return [];
  const old = operation === "CREATE" ? null : readable(kind, change.before);
  if (operation === "DELETE") return mildIfAsked(old, changeFaults({ world, change, kind, old }));
  const after = readLoosely(kind, change.after);
  const faults = [
    ...boundFaults(after, old),
    ...ratcheted(objectFaults(after, old), old === null ? [] : objectFaults(old, old)),
  ];
  if (!after.ok || faults.some(({ isWarning }) => !isWarning)) return faults;
  const more = changeFaults({ world, change, kind, old, after });
  return [...faults, ...mildIfAsked(after, more)];
}

type Readable = Extract<ReadObject, { readonly ok: true }>;

/** @returns what the object says; null where nobody can read it: then the controller had nothing from it either */
function readable(kind: CheckedKind, value: unknown): Readable | null {
  const read = readLoosely(kind, value);
  return read.ok ? read : null;
}

/** What breaks a bound and stays as it was is let through, as by the API server. */
function boundFaults(after: ReadObject, old: Readable | null): Fault[] {
  if (!after.ok) return [];
  return after.broken.map((problem) => ({
    ...problem,
    isWarning: old !== null && isUnchangedAt(problem, old.written, after.written),
  }));
}

/** @returns what is wrong with one object, whatever else there is */
function objectFaults(read: ReadObject, old: Readable | null): Fault[] {
  if (!read.ok) return read.problems.map((problem) => ({ ...problem, isWarning: false }));
  const { schema, written, deprecation, object } = read;
  const { spec = {} } = object as { readonly spec?: object };
  return [
    ...shapeFaults(schema, written, old?.written),
    ...selectorFaults(schema, written),
    ...peerHints(spec),
    ...(deprecation === null
      ? []
      : [{ field: "apiVersion", message: `${deprecation}.`, isWarning: true }]),
  ];
}

/** What was wrong before, in the same words and as often, refuses nothing. */
export function ratcheted(faults: readonly Fault[], before: readonly Fault[]): Fault[] {
  const known = before.map(({ message }) => message);
  return faults.map((fault) => {
    const place = known.indexOf(fault.message);
    if (place < 0) return fault;
    known.splice(place, 1);
    return { ...fault, isWarning: true };
  });
}

interface Changing {
  readonly world: CheckWorld;
  readonly change: Change;
  readonly kind: CheckedKind;
  readonly old: Readable | null;
  /** Absent: it is deleted. */
  readonly after?: Readable;
}

/** @returns what the change makes worse between objects */
function changeFaults({ world, change, kind, old, after }: Changing): Fault[] {
  const { operation, name } = change;
  const changed = `${change.kind}/${name}`;
  const sceneWith = (object: Readable | null): Scene =>
    sceneOf({ ...world, manifests: kind.put(world.manifests, name, object?.object ?? null) });
  const [before, then] = [sceneWith(old), sceneWith(after ?? null)];
  const isWorse = worseThan(standingFaults(before));
  const worse = standingFaults(then).flatMap((standing): Fault[] => {
    const isOwn = standing.object === changed;
    const isKnown = !isWorse(standing);
    const { field, problem, isWarning } = standing;
    const message = describeProblem(problem);
    if (isOwn) {
      // Its advertisement may come later: on the object itself it would be noise.
      if (problem.code === "NOT_ADVERTISED") return [];
      return [{ field, message, isWarning: isWarning || isKnown }];
    }
    if (isKnown) return [];
    const used = operation === "CREATE" ? null : inUse(changed, standing, operation);
    return used === null ? [{ field: "spec", message, isWarning }] : [refusal("", used)];
  });
  return [
    ...worse,
    ...lostAddresses(usesOf(world), before.compiled, then.compiled),
    ...(operation === "DELETE" && kind.kind === CLASS_KIND ? classInUse(world, name) : []),
  ];
}

/** Services are left out: no webhook looks at them. */
function standingFaults(scene: Scene): Standing[] {
  return [
    ...compiledFaults(scene),
    ...poolFaults(scene),
    ...classFaults(scene),
    ...advertisementFaults(scene),
    ...peerFaults(scene),
    ...idleSelectors(scene),
  ];
}

function mildIfAsked(read: Readable | null, faults: readonly Fault[]): Fault[] {
  const isAsked = read?.object.metadata.annotations?.[CHECKS_ANNOTATION] === "warn";
  return faults.map((fault) => (isAsked ? { ...fault, isWarning: true } : fault));
}

function outside(home: string): Fault {
  const message = `resource must be created in ${home} namespace`;
  return refusal("metadata.namespace", { code: "NAMESPACE_WRONG", message });
}

/**
 * @param home where objects of `metallb.io` are obeyed; null: it is not looked at
 * @returns what is wrong with one object, whatever else there is
 */
export function checkObject(
  kind: CheckedKind,
  value: unknown,
  home: string | null,
  strictness: Strictness = { isStrict: true },
): Fault[] {
  const read = readObject(kind, value);
  const namespace = read.ok ? (read.object.metadata.namespace ?? home) : home;
  const isOutside = kind.group === METALLB_GROUP && home !== null && namespace !== home;
  return [
    ...(isOutside ? [outside(home)] : []),
    ...unknownFields(schemaOf(kind, value), value, strictness),
    ...objectFaults(read, null),
  ];
}

/** @returns what is to be said of all objects together; what is wrong with one alone, checkObject says */
export function checkAll(world: CheckWorld): Finding[] {
  const scene = sceneOf(world);
  const between = [...standingFaults(scene), ...serviceFaults(scene)].map(
    ({ object, field, problem, isWarning }) => ({
      ...{ object, field, message: describeProblem(problem) },
      isWarning: isWarning || isMild(world.manifests, object),
    }),
  );
  return distinct([...between, ...spellingFindings(scene)]);
}

function isMild(manifests: Manifests, object: string): boolean {
  const [kind = "", name = ""] = object.split("/");
  const found = CHECKED_KINDS.get(kind)?.get(manifests, name);
  return found?.metadata.annotations?.[CHECKS_ANNOTATION] === "warn";
}

function distinct(findings: readonly Finding[]): Finding[] {
  return [
    ...new Map(findings.map((it) => [`${it.object} ${it.field} ${it.message}`, it])).values(),
  ];
}
