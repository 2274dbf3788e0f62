/**
 * Runs `spreadlb lint`: reads files, directories and stdin, prints what is wrong, leaves.
 */
import { YAMLException } from "js-yaml";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { EXIT_FAILED, EXIT_USAGE, type Output } from "../command-line.ts";
import type { Document } from "../lint-reading.ts";
import { formatLine, isClean, lint, type LintFlags } from "../lint.ts";
import { loadAsKubectl } from "../yaml.ts";
import { CommandFailure } from "./failure.ts";

const STDIN = "-";
const MANIFEST = /\.(ya?ml|json)$/;

/** @returns the exit status: 1 where something would be refused */
export async function runCommand(
  files: readonly string[],
  { flags, output }: { readonly flags: LintFlags; readonly output: Output },
): Promise<number> {
  const reading = new Reading(output);
  const documents = await reading.read(files);
  const before = flags.before === undefined ? undefined : await reading.read(flags.before);
  const { metallbNamespace } = flags;
  const report = lint(documents, { metallbNamespace, ...(before === undefined ? {} : { before }) });
  for (const line of report.lines) output.out(`${formatLine(line)}\n`);
  const warnings = report.lines.filter(({ isWarning }) => isWarning).length;
  output.err(
    `spreadlb: ${report.checked} objects checked, ${report.skipped} of other kinds skipped: ` +
      `${report.lines.length - warnings} problems, ${warnings} warnings\n`,
  );
  return reading.isReadable && isClean(report) ? 0 : EXIT_FAILED;
}

/** Files to documents; what is no YAML is said, and the rest is read. */
class Reading {
  isReadable = true;
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  async read(files: readonly string[]): Promise<Document[]> {
    return (await readAll(files)).flatMap(({ file, content }) => {
      try {
        return loadAsKubectl(content).map((value, i) => ({ file, place: i + 1, value }));
      } catch (error) {
        if (!(error instanceof YAMLException)) throw error;
        this.isReadable = false;
        this.#output.out(`${file}: this is no YAML: ${error.message.split("\n", 1)[0] ?? ""}\n`);
        return [];
      }
    });
  }
}

interface FileContent {
  readonly file: string;
  readonly content: string;
}

async function readAll(files: readonly string[]): Promise<FileContent[]> {
  const contents: FileContent[] = [];
  for (const given of files) {
    if (given === STDIN) contents.push({ file: STDIN, content: await text(process.stdin) });
    else for (const file of await filesOf(given)) contents.push(await readText(file));
  }
  return contents;
}

/** @returns the file itself, or what is in the directory and below, by name */
async function filesOf(given: string): Promise<string[]> {
  const found = await stat(given).catch(() => null);
  if (found === null) throw unreadable(given);
  if (!found.isDirectory()) return [given];
  const names = await readdir(given, { recursive: true });
  return names
    .filter((name) => MANIFEST.test(name))
    .sort()
    .map((name) => join(given, name));
}

async function readText(file: string): Promise<FileContent> {
  try {
    return { file, content: await readFile(file, "utf8") };
  } catch {
    throw unreadable(file);
  }
}

function unreadable(file: string): CommandFailure {
  return new CommandFailure(
    `"${file}" cannot be read; name a file, a directory, or - for stdin`,
    EXIT_USAGE,
  );
}
