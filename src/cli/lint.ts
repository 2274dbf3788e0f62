/**
 * `spreadlb lint`: its arguments and flags; documents in, one line per problem out. Pure.
 *
 * What is known of the cluster is what the files say: Services and Nodes among them are looked at as the webhook would.
 * Neighbours: ../classes/check has the checks; io/lint.ts reads files and prints.
 */
import type { Command } from "commander";
import { checkAll, checkObject } from "../classes/check/check.ts";
import type { Fault, Finding } from "../classes/check/finding.ts";
import { CHECKED_KINDS, readObject } from "../classes/check/kinds.ts";
import {
  worldOf,
  type CheckWorld,
  type NodeObject,
  type SecretObject,
  type ServiceObject,
} from "../classes/check/world.ts";
import { NO_MANIFESTS } from "../classes/compile.ts";
import { flag, parseNamespace } from "./command-line.ts";

export interface LintFlags {
  readonly metallbNamespace: string;
}

export function addLint(
  program: Command,
  run: (files: readonly string[], flags: LintFlags) => Promise<void>,
): void {
  const command = program
    .command("lint")
    .description(
      "Check manifests without a cluster: what the API server and the webhook would refuse, and why.",
    )
    .argument("<files...>", "YAML or JSON, directories of it, - for stdin");
  command
    .addOption(
      flag("--metallb-namespace <name>", "where the metallb.io objects live")
        .default("metallb-system")
        .argParser(parseNamespace),
    )
    .action((files: readonly string[]) => run(files, command.opts()));
}

/** One document of a file, from 1. */
export interface Document {
  readonly file: string;
  readonly place: number;
  readonly value: unknown;
}

/** A line of the report. */
export interface LintLine extends Finding {
  readonly file: string;
  readonly place: number;
}

export interface LintReport {
  readonly lines: readonly LintLine[];
  /** Objects that were looked at. */
  readonly checked: number;
  /** Objects of other kinds. */
  readonly skipped: number;
}

interface Located {
  readonly file: string;
  readonly place: number;
  readonly object: string;
}

/** @returns what is wrong in the documents, in their order */
export function lint(documents: readonly Document[], metallbNamespace: string | null): LintReport {
  const reading = new Reading(metallbNamespace);
  for (const document of documents) reading.read(document, document.value);
  return reading.report();
}

class Reading {
  readonly #lines: LintLine[] = [];
  readonly #places = new Map<string, Located>();
  readonly #services: ServiceObject[] = [];
  readonly #nodes: NodeObject[] = [];
  readonly #secrets: SecretObject[] = [];
  readonly #metallbNamespace: string | null;
  #manifests = NO_MANIFESTS;
  #checked = 0;
  #skipped = 0;

  constructor(metallbNamespace: string | null) {
    this.#metallbNamespace = metallbNamespace;
  }

  read(document: Document, value: unknown): void {
    if (value === null || value === undefined) return;
    const { kind = "", metadata = {}, items } = value as LooseObject;
    if (kind.endsWith("List") && Array.isArray(items)) {
      for (const item of items) this.read(document, item);
      return;
    }
    const name = metadata.name ?? "";
    const at = { file: document.file, place: document.place, object: `${kind}/${name}` };
    if (!this.#readManifest(at, value)) this.#readOther(kind, value);
  }

  #readManifest(at: Located, value: LooseObject): boolean {
    const kind = CHECKED_KINDS.get(value.kind ?? "");
    if (kind === undefined || !(value.apiVersion ?? "").startsWith(`${kind.group}/`)) return false;
    this.#checked += 1;
    if (this.#places.has(at.object)) {
      const message = "It is in the files twice. Keep one of the two.";
      this.#add(at, { field: "metadata.name", message, isWarning: false });
    }
    this.#places.set(at.object, at);
    const stored = withoutNulls(value);
    const faults = checkObject(kind, stored, this.#metallbNamespace);
    for (const fault of faults) this.#add(at, fault);
    const read = readObject(kind, stored);
    if (read.ok) {
      this.#manifests = kind.put(this.#manifests, read.object.metadata.name, read.object);
    }
    return true;
  }

  #readOther(kind: string, value: unknown): void {
    if (kind === "Service") this.#services.push(value as ServiceObject);
    else if (kind === "Node") this.#nodes.push(value as NodeObject);
    else if (kind === "Secret") this.#secrets.push(value as SecretObject);
    else this.#skipped += 1;
  }

  #add({ file, place, object }: Located, { field, message, isWarning }: Fault): void {
    this.#lines.push({ file, place, object, field, message, isWarning });
  }

  report(): LintReport {
    const world: CheckWorld = {
      ...worldOf(this.#manifests),
      services: this.#services.length > 0 ? this.#services : null,
      nodes: this.#nodes.length > 0 ? this.#nodes : null,
      secrets: this.#secrets.length > 0 ? this.#secrets : null,
    };
    for (const finding of checkAll(world)) {
      const at = this.#places.get(finding.object);
      if (at !== undefined) this.#add(at, finding);
    }
    return { lines: this.#lines, checked: this.#checked, skipped: this.#skipped };
  }
}

interface LooseObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly items?: unknown;
}

/** A field that is written and left empty is one that is not there: so the API server takes it, and so kubectl writes it. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutNulls(field)]));
}

/** @returns `file:document: Kind/name field: message`, one line */
export function formatLine({ file, place, object, field, message, isWarning }: LintLine): string {
  const where = field === "" ? object : `${object} ${field}`;
  return `${file}:${place}: ${where}: ${isWarning ? "warning: " : ""}${message.replaceAll(/\s+/g, " ")}`;
}

/** @returns true where nothing but warnings was found */
export function isClean({ lines }: LintReport): boolean {
  return lines.every(({ isWarning }) => isWarning);
}
