/**
 * `spreadlb lint`: its arguments and flags; documents in, one line per problem out. Pure.
 *
 * What is known of the cluster is what the files say: Services and Nodes among them are looked at as the webhook would. With
 * --before the change is judged, as if the files were applied one after the other, and what is in them no more deleted.
 * Neighbours: ../classes/check has the checks; lint-reading.ts sorts the documents; io/lint.ts reads files and prints.
 */
import type { Command } from "commander";
import { isFields, type Fields } from "../base/fields.ts";
import { checkAll, checkChange, checkObject } from "../classes/check/check.ts";
import type { Fault, Finding } from "../classes/check/finding.ts";
import { readLoosely } from "../classes/check/kinds.ts";
import type { Change, CheckWorld } from "../classes/check/world.ts";
import { flag, metallbNamespaceFlag } from "./command-line.ts";
import { checkPublisherChange } from "../dns/check.ts";
import {
  readDocuments,
  type Document,
  type Found,
  type FoundPublisher,
  type Place,
} from "./lint-reading.ts";

export interface LintFlags {
  readonly before?: readonly string[];
  readonly metallbNamespace: string;
}

export function addLint(
  program: Command,
  run: (files: readonly string[], flags: LintFlags) => Promise<void>,
): void {
  program
    .command("lint")
    .description(
      "Check manifests without a cluster: what the API server and the webhook would refuse, and why.",
    )
    .argument("<files...>", "YAML or JSON, directories of it, - for stdin")
    .addOption(
      flag(
        "--before <file>",
        "what there is now, several times: then the change is checked",
      ).argParser(collect),
    )
    .addOption(metallbNamespaceFlag())
    .action((files: readonly string[], flags: LintFlags) => run(files, flags));
}

function collect(file: string, before: readonly string[] = []): readonly string[] {
  return [...before, file];
}

const STRICT = { isStrict: true } as const;

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

interface LintOptions {
  readonly metallbNamespace: string;
  /** What there is now; absent: the files are looked at as they are. */
  readonly before?: readonly Document[];
}

/** @returns what is wrong in the documents */
export function lint(documents: readonly Document[], options: LintOptions): LintReport {
  const { metallbNamespace, before } = options;
  const reading = readDocuments(documents, metallbNamespace);
  const { objects, services, publishers, skipped } = reading;
  const places = [...objects.map(({ at }) => at), ...services, ...publishers.map(({ at }) => at)];
  const unread = reading.unread.map(({ at, ...problem }) =>
    lineOf(at, { ...problem, isWarning: false }),
  );
  const misnamed = reading.misnamed.map(({ at, ...fault }) => lineOf(at, fault));
  const old = before === undefined ? null : readDocuments(before, metallbNamespace);
  const lines =
    old === null
      ? [
          ...linesOfAll(objects, metallbNamespace),
          ...linesBetween(reading.world, objects, services),
        ]
      : linesOfChanges(old, reading);
  const ofPublishers = linesOfPublishers(publishers, old?.publishers ?? []);
  return {
    lines: [...unread, ...doublesOf(places), ...misnamed, ...lines, ...ofPublishers].map(withHint),
    ...{ checked: places.length, skipped },
  };
}

function doublesOf(places: readonly Place[]): LintLine[] {
  const seen = new Map<string, Place>();
  return places.flatMap((at) => {
    const first = at.id === null ? undefined : seen.get(at.id);
    if (at.id !== null) seen.set(at.id, first ?? at);
    if (first === undefined) return [];
    const message = `It is in the files twice, first in ${first.file}:${first.place}. Keep one of the two.`;
    return [lineOf(at, { field: "metadata.name", message, isWarning: false })];
  });
}

function linesOfAll(objects: readonly Found[], home: string): LintLine[] {
  return objects.flatMap(({ at, kind, value }) =>
    checkObject(kind, value, home).map((fault) => lineOf(at, fault)),
  );
}

function linesBetween(
  world: CheckWorld,
  objects: readonly Found[],
  services: readonly Place[],
): LintLine[] {
  const home = world.metallbNamespace;
  const obeyed = objects.filter(({ namespace }) => namespace === "" || namespace === home);
  const places = new Map([...obeyed.map(({ at }) => at), ...services].map((at) => [at.object, at]));
  return checkAll(world).flatMap((finding) => {
    const at = places.get(finding.object);
    return at === undefined ? [] : [lineOf(at, finding)];
  });
}

type Read = ReturnType<typeof readDocuments>;

/** Each file meets what those before it left, as with kubectl apply; what is in none any more goes last. */
function linesOfChanges(before: Read, after: Read): LintLine[] {
  const gone = new Map(before.objects.map((found) => [idOf(found), found]));
  const known = (list: "services" | "nodes" | "secrets") => after.world[list] ?? before.world[list];
  let world = {
    ...before.world,
    ...{ services: known("services"), nodes: known("nodes"), secrets: known("secrets") },
  } as CheckWorld;
  const lines: LintLine[] = [];
  const apply = (
    { at, kind, name, namespace }: Found,
    change: Pick<Change, "operation" | "before" | "after">,
  ) => {
    const findings = checkChange(world, { ...change, kind: kind.kind, name, namespace }, STRICT);
    lines.push(...findings.map((finding) => lineOf(at, finding)));
    const read = change.after === null ? null : readLoosely(kind, change.after);
    const object = read?.ok === true ? read.object : null;
    world = { ...world, manifests: kind.put(world.manifests, name, object) };
  };
  for (const found of after.objects) {
    const old = gone.get(idOf(found));
    gone.delete(idOf(found));
    if (old === undefined) apply(found, { operation: "CREATE", before: null, after: found.value });
    else if (JSON.stringify(old.value) !== JSON.stringify(found.value)) {
      apply(found, { operation: "UPDATE", before: old.value, after: asOldAs(old, found) });
    }
  }
  for (const found of gone.values()) {
    apply(found, { operation: "DELETE", before: found.value, after: null });
  }
  return lines;
}

/** Each meets those before it. */
function linesOfPublishers(
  publishers: readonly FoundPublisher[],
  before: readonly FoundPublisher[],
): LintLine[] {
  const there = new Map(before.map((found) => [found.name, found]));
  return publishers.flatMap((found) => {
    const { at, name, value } = found;
    const old = there.get(name);
    const others = [...there.values()].flatMap(({ object }) => object ?? []);
    there.set(name, found);
    const change = { operation: old ? "UPDATE" : "CREATE", name, after: value } as const;
    const findings = checkPublisherChange(
      others,
      { ...change, before: old?.value ?? null },
      STRICT,
    );
    return findings.map((finding) => lineOf(at, finding));
  });
}

/** @returns the object as the API server would store it: files do not say how old it is, and of two that clash the older keeps */
function asOldAs({ value: old }: Found, { value }: Found): unknown {
  const { creationTimestamp } = metadataOf(old);
  if (creationTimestamp === undefined || !isFields(value)) return value;
  return { ...value, metadata: { ...metadataOf(value), creationTimestamp } };
}

function metadataOf(value: unknown): Fields {
  const metadata = isFields(value) ? value["metadata"] : undefined;
  return isFields(metadata) ? metadata : {};
}

function idOf({ at, kind, namespace, name }: Found): string {
  return at.id ?? `${kind.kind}/${namespace}/${name}`;
}

const QUOTES =
  "Put it into quotes: kubectl reads a bare yes, no, on, off, y or n as a boolean, and 0755 as an octal number";

/** What is a text for the reader's eye is none for kubectl. */
function withHint(line: LintLine): LintLine {
  if (line.message !== "must be string") return line;
  return { ...line, message: `${line.message}. ${QUOTES}.` };
}

function lineOf({ file, place, object }: Place, { field, message, isWarning }: Fault): LintLine {
  return { file, place, object, field, message, isWarning };
}

/** @returns `file:document: Kind/name field: message`, one line */
export function formatLine({ file, place, object, field, message, isWarning }: LintLine): string {
  const where = field === "" ? object : `${object} ${field}`;
  const mark = isWarning ? "warning: " : "";
  return `${file}:${place}: ${where}: ${mark}${message.replaceAll(/\s+/g, " ")}`;
}

/** @returns true where nothing but warnings was found */
export function isClean({ lines }: LintReport): boolean {
  return lines.every(({ isWarning }) => isWarning);
}
