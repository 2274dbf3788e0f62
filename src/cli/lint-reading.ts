/**
 * The documents of files, sorted out: what is checked, what says how the cluster is, and what is neither. Pure.
 *
 * Neighbours: lint.ts judges what is read here.
 */
import { CHECKED_KINDS, readObject, type CheckedKind } from "../classes/check/kinds.ts";
import {
  worldOf,
  type CheckWorld,
  type NodeObject,
  type SecretObject,
  type ServiceObject,
} from "../classes/check/world.ts";
import { NO_MANIFESTS } from "../classes/compile.ts";

/** One document of a file, from 1. */
export interface Document {
  readonly file: string;
  readonly place: number;
  readonly value: unknown;
}

/** Where an object stands. */
export interface Place {
  readonly file: string;
  readonly place: number;
  /** `Kind/name`; of a Service `Service/namespace/name`. */
  readonly object: string;
}

/** An object of a kind that is checked. */
export interface Found {
  readonly at: Place;
  readonly kind: CheckedKind;
  readonly name: string;
  readonly namespace: string;
  readonly value: unknown;
}

export interface Reading {
  readonly world: CheckWorld;
  /** In the order of the files. */
  readonly objects: readonly Found[];
  readonly services: readonly Place[];
  /** Objects of other kinds. */
  readonly skipped: number;
}

/** @param metallbNamespace where the objects are that name no namespace */
export function readDocuments(documents: readonly Document[], metallbNamespace: string): Reading {
  const objects: Found[] = [];
  const [services, nodes, secrets]: [ServiceObject[], NodeObject[], SecretObject[]] = [[], [], []];
  const servicePlaces: Place[] = [];
  let [manifests, skipped] = [NO_MANIFESTS, 0];
  for (const { file, place, value } of documents.flatMap(unpack)) {
    const { apiVersion = "", kind = "", metadata } = value;
    const { name = "", namespace } = metadata ?? {};
    const known = CHECKED_KINDS.get(kind);
    const at = { file, place, object: `${kind}/${name}` };
    if (known !== undefined && apiVersion.startsWith(`${known.group}/`)) {
      const isNamespaced = known.crd.spec.scope === "Namespaced";
      const home = isNamespaced ? (namespace ?? metallbNamespace) : "";
      objects.push({ at, kind: known, name, namespace: home, value });
      const read = readObject(known, value);
      const isObeyed = !isNamespaced || home === metallbNamespace;
      if (read.ok && isObeyed) manifests = known.put(manifests, name, read.object);
    } else if (kind === "Service" && apiVersion === "v1") {
      services.push(value as unknown as ServiceObject);
      servicePlaces.push({ file, place, object: `${kind}/${namespace ?? "default"}/${name}` });
    } else if (kind === "Node") nodes.push(value as unknown as NodeObject);
    else if (kind === "Secret") secrets.push(value as unknown as SecretObject);
    else skipped += 1;
  }
  const world: CheckWorld = {
    ...{ ...worldOf(manifests), metallbNamespace, services: orNull(services) },
    ...{ nodes: orNull(nodes), secrets: orNull(secrets) },
  };
  return { world, objects, services: servicePlaces, skipped };
}

/** Files without any say nothing about them. */
function orNull<T>(list: readonly T[]): readonly T[] | null {
  return list.length > 0 ? list : null;
}

interface LooseObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly items?: readonly unknown[];
}

interface Unpacked {
  readonly file: string;
  readonly place: number;
  readonly value: LooseObject;
}

/** @returns the object, or those of a List */
function unpack({ file, place, value }: Document): Unpacked[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const { kind, apiVersion, ...fields } = withoutNulls(value) as Record<string, unknown>;
  const object = { ...fields, kind: textOf(kind), apiVersion: textOf(apiVersion) } as LooseObject;
  if (textOf(kind).endsWith("List") && Array.isArray(object.items)) {
    return object.items.flatMap((item) => unpack({ file, place, value: item }));
  }
  return [{ file, place, value: object }];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A field that is written and left empty is one that is not there: so the API server takes it, and so kubectl writes it. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutNulls(field)]));
}
