/**
 * The floor plan, checked: imports point to strictly lower floors or into the same room, minds never
 * import hands, and what is pure stays pure. Read first: docs/architecture.md.
 */
import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

const SRC = join(import.meta.dirname, "../../src");

const FLOORS: Readonly<Record<string, number>> = {
  base: 0,
  kube: 1,
  metrics: 1,
  classes: 1,
  linux: 1,
  "multi-ip": 2,
  bgp: 2,
  bfd: 2,
  dns: 2,
  speaker: 3,
  controller: 3,
  web: 4,
  cli: 5,
};

/** Rooms that are hands altogether: they put the others together. */
const HANDS = new Set(["cli", "metrics"]);

/** `node:` modules that compute and nothing else; net is for `isIP`, in one file. */
const PURE_NODE_MODULES = new Set(["node:assert", "node:assert/strict", "node:buffer"]);
const NODE_MODULE_EXCEPTIONS: Readonly<Record<string, string>> = { "base/ip.ts": "node:net" };

const IMPURE_WORDS = [
  /\bDate\.now\b/,
  /\bnew Date\(\)/,
  /\bMath\.random\b/,
  /\bset(Timeout|Interval|Immediate)\b/,
  /\bperformance\./,
  /\bprocess\./,
  /\bconsole\./,
  /\bPromise\b/,
  /\basync\b/,
];

interface Source {
  readonly file: string;
  readonly room: string;
  readonly isHands: boolean;
  readonly text: string;
  readonly imports: readonly { readonly from: string; readonly typeOnly: boolean }[];
}

function sources(): Source[] {
  return readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => {
      const text = readFileSync(join(SRC, file), "utf8");
      const room = file.split("/")[0] ?? "";
      return {
        file,
        room,
        isHands: HANDS.has(room) || file.includes("/io/"),
        text: withoutComments(text),
        imports: importsOf(text),
      };
    });
}

function importsOf(text: string): { from: string; typeOnly: boolean }[] {
  const pattern =
    /^\s*(?:import|export)(\s+type)?\s[^;]*?from\s+"([^"]+)"|^\s*import\s+"([^"]+)"/gm;
  return [...text.matchAll(pattern)].map((match) => ({
    from: match[2] ?? match[3] ?? "",
    typeOnly: match[1] !== undefined,
  }));
}

/** Good enough for our own files: no string of ours holds a comment's opening. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}

function roomOfImport(source: Source, from: string): string | undefined {
  if (!from.startsWith(".")) return undefined;
  const target = relative(SRC, normalize(join(SRC, dirname(source.file), from)));
  return target.startsWith("..") ? "outside" : target.split("/")[0];
}

describe("tidy: the floor plan", () => {
  const all = sources();

  it("every room has a floor", () => {
    expect(
      [...new Set(all.map((source) => source.room))].filter((room) => !(room in FLOORS)),
    ).to.deep.equal([]);
  });

  it("imports point to strictly lower floors or into the same room", () => {
    const wrong = all.flatMap((source) =>
      source.imports.flatMap(({ from }) => {
        const room = roomOfImport(source, from);
        if (room === undefined || room === source.room) return [];
        const lower = (FLOORS[room] ?? Infinity) < (FLOORS[source.room] ?? -1);
        return lower ? [] : [`${source.file} imports ${from}`];
      }),
    );
    expect(wrong).to.deep.equal([]);
  });

  it("a mind never imports hands", () => {
    const wrong = all
      .filter((source) => !source.isHands)
      .flatMap((source) =>
        source.imports
          .filter(({ from, typeOnly }) => !typeOnly && /(^|\/)io\//.test(from))
          .map(({ from }) => `${source.file} imports ${from}`),
      );
    expect(wrong).to.deep.equal([]);
  });

  it("a mind uses no clock, chance, promise, process or node: module", () => {
    const wrong = all
      .filter((source) => !source.isHands)
      .flatMap((source) => [
        ...IMPURE_WORDS.filter((word) => word.test(source.text)).map(
          (word) => `${source.file} has ${String(word)}`,
        ),
        ...source.imports
          .filter(({ from, typeOnly }) => from.startsWith("node:") && !typeOnly)
          .filter(({ from }) => !PURE_NODE_MODULES.has(from))
          .filter(({ from }) => NODE_MODULE_EXCEPTIONS[source.file] !== from)
          .map(({ from }) => `${source.file} imports ${from}`),
      ]);
    expect(wrong).to.deep.equal([]);
  });
});

describe("tidy: files", () => {
  const all = sources();

  it("every file opens by saying what it is", () => {
    const silent = all.filter(
      (source) => !readFileSync(join(SRC, source.file), "utf8").startsWith("/**"),
    );
    expect(silent.map((source) => source.file)).to.deep.equal([]);
  });

  it("no file is longer than 400 lines", () => {
    const long = all
      .map((source) => ({
        file: source.file,
        lines: readFileSync(join(SRC, source.file), "utf8").split("\n").length,
      }))
      .filter(({ lines }) => lines > 401);
    expect(long).to.deep.equal([]);
  });

  it("nothing exports a default", () => {
    expect(
      all.filter((source) => /^export default/m.test(source.text)).map((source) => source.file),
    ).to.deep.equal([]);
  });
});
