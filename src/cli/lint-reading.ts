/**
 * The documents of files, sorted out: what is checked, what says how the cluster is, and what is neither. Pure.
 *
 * Neighbours: lint.ts judges what is read here.
 */
import { readLoosely, type CheckedKind } from "../classes/check/kinds.ts";
import type { SchemaProblem, Validator } from "../base/schema.ts";
import {
  worldOf,
  type CheckWorld,
  type NodeObject,
  type SecretObject,
  type ServiceObject,
} from "../classes/check/world.ts";
import { NO_MANIFESTS } from "../classes/compile.ts";
import type { Fault } from "../classes/check/finding.ts";
import { metadataFaults } from "../classes/check/metadata.ts";
import { serviceNameFaults } from "../classes/check/service-names.ts";
import { DNS_PUBLISHERS } from "../dns/kind.ts";
import { parseDnsPublisher, type DNSPublisher } from "../dns/resource.ts";
import { CORE_KINDS, readMetadata } from "./lint-core.ts";
import { checkedKind, typeProblem } from "./lint-kinds.ts";

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
  /** `Kind/namespace/name`: of two objects in a cluster no two have the same; null: it has no name. */
  readonly id: string | null;
}

/** An object of a kind that is checked. */
export interface Found {
  readonly at: Place;
  readonly kind: CheckedKind;
  readonly name: string;
  readonly namespace: string;
  readonly value: unknown;
}

/** A DNSPublisher. */
export interface FoundPublisher {
  readonly at: Place;
  readonly name: string;
  readonly value: unknown;
  /** Null: nobody can read it. */
  readonly object: DNSPublisher | null;
}

export interface Reading {
  readonly world: CheckWorld;
  /** In the order of the files. */
  readonly objects: readonly Found[];
  readonly services: readonly Place[];
  readonly publishers: readonly FoundPublisher[];
  /** Kinds and versions that there are not, and Kubernetes' own objects that nobody can read. */
  readonly unread: readonly Unread[];
  /** Names and labels that the API server does not take, and where kubectl would put an object. */
  readonly misnamed: readonly Misnamed[];
  /** Objects of other kinds. */
  readonly skipped: number;
}

/** What is wrong with a document, so that no check looks at it. */
export interface Unread extends SchemaProblem {
  readonly at: Place;
}

/** What is wrong with the metadata of a document; the rest of it is looked at. */
interface Misnamed extends Fault {
  readonly at: Place;
}

/** @param metallbNamespace where the objects are that name no namespace */
export function readDocuments(documents: readonly Document[], metallbNamespace: string): Reading {
  const objects: Found[] = [];
  const [services, nodes, secrets]: [ServiceObject[], NodeObject[], SecretObject[]] = [[], [], []];
  const servicePlaces: Place[] = [];
  const publishers: FoundPublisher[] = [];
  const unread: Unread[] = [];
  const misnamed: Misnamed[] = [];
  const collect = <T>(at: Place, validate: Validator<T>, [value, list]: [unknown, T[]]) => {
    const read = validate(value);
    if (read.ok) list.push(read.value);
    else unread.push(...read.problems.map((problem) => ({ at, ...problem })));
    return read.ok ? read.value : null;
  };
  const say = (at: Place, faults: readonly Fault[]) => {
    misnamed.push(...faults.map((fault) => ({ at, ...fault })));
  };
  const looksAt = (at: Place, kind: string, metadata: unknown) => {
    say(at, metadataFaults(kind, metadata));
  };
  let [manifests, skipped] = [NO_MANIFESTS, 0];
  for (const { file, place, value } of documents.flatMap(unpack)) {
    const { apiVersion = "", kind = "", metadata } = value;
    const { name = "", namespace } = metadata ?? {};
    const known = checkedKind(apiVersion, kind);
    const idIn = (where: string) => (name === "" ? null : `${kind}/${where}/${name}`);
    const object = `${kind}/${name}`;
    const problem = typeProblem(apiVersion, kind);
    const bare = { file, place, object, id: null };
    if (problem !== null) unread.push({ at: bare, ...problem });
    if (known !== undefined) {
      const isNamespaced = known.crd.spec.scope === "Namespaced";
      const home = isNamespaced ? (namespace ?? metallbNamespace) : "";
      const at = { file, place, object, id: idIn(home) };
      objects.push({ at, kind: known, name, namespace: home, value });
      looksAt(at, kind, metadata);
      if (isNamespaced && namespace === undefined && name !== "") {
        say(at, [withoutNamespace(home)]);
      }
      collect(at, readMetadata, [value, []]);
      const read = readLoosely(known, value);
      const isObeyed = !isNamespaced || home === metallbNamespace;
      if (read.ok && isObeyed) manifests = known.put(manifests, name, read.object);
    } else if (kind === DNS_PUBLISHERS.kind && apiVersion.startsWith(`${DNS_PUBLISHERS.group}/`)) {
      const at = { file, place, object, id: idIn("") };
      const read = parseDnsPublisher(value);
      publishers.push({ at, name, value, object: read.ok ? read.value : null });
      looksAt(at, kind, metadata);
    } else if (apiVersion === "v1" && kind === "Service") {
      const home = namespace ?? "default";
      const at = { file, place, object: `${kind}/${home}/${name}`, id: idIn(home) };
      servicePlaces.push(at);
      looksAt(at, kind, metadata);
      const service = collect(at, CORE_KINDS.Service, [value, services]);
      if (service !== null) say(at, serviceNameFaults(service));
    } else if (apiVersion === "v1" && kind === "Node") {
      looksAt(bare, kind, metadata);
      collect(bare, CORE_KINDS.Node, [value, nodes]);
    } else if (apiVersion === "v1" && kind === "Secret") {
      looksAt(bare, kind, metadata);
      collect(bare, CORE_KINDS.Secret, [value, secrets]);
    } else if (problem === null) skipped += 1;
  }
  const world: CheckWorld = {
    ...{ ...worldOf(manifests), metallbNamespace, services: orNull(services) },
    ...{ nodes: orNull(nodes), secrets: orNull(secrets) },
  };
  return { world, objects, services: servicePlaces, publishers, unread, misnamed, skipped };
}

function withoutNamespace(home: string): Fault {
  const message = `It names no namespace: kubectl puts it into that of its context. Write "${home}".`;
  return { field: "metadata.namespace", message, isWarning: true };
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
