/**
 * YAML as kubectl reads it. Pure.
 *
 * kubectl turns files into JSON with Go's yaml v2: YAML 1.1 by and large, so that a bare `Off` is a boolean and `0755` is octal,
 * but for what that library leaves out (`1:30` and dates stay texts). What would be another value there must not be judged by
 * ours: `rebalance: Off` is refused by the API server, and so it is here.
 * One thing is stricter: a field that is written twice. kubectl takes the last and says nothing; here the file is no YAML.
 * Neighbours: io/lint.ts reads files with it; test/api/yaml.test.ts holds it against kubectl.
 */
import {
  defineScalarTag,
  FAILSAFE_SCHEMA,
  loadAll,
  mergeTag,
  NOT_RESOLVED,
  nullYaml11Tag,
  boolYaml11Tag,
  type ScalarTagDefinition,
} from "js-yaml";

/** @throws YAMLException where it is no YAML */
export function loadAsKubectl(text: string): unknown[] {
  return loadAll(text, { schema: AS_KUBECTL });
}

/** Signs and digits as Go's strconv.ParseInt takes them with base 0: the base is in the prefix, a bare 0 means octal. */
const INTEGERS: readonly (readonly [form: RegExp, base: number])[] = [
  [/^[-+]?0b([01]+)$/i, 2],
  [/^[-+]?0o([0-7]+)$/i, 8],
  [/^[-+]?0x([0-9a-f]+)$/i, 16],
  [/^[-+]?0([0-7]+)$/, 8],
  [/^[-+]?([0-9]+)$/, 10],
];

/** What is no integer may be one of these: so `0179` is 179. */
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;

/** kubectl can make no JSON of them: so no field may have one. */
const ENDLESS = /^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$/;

/** @returns the number that is written, or NOT_RESOLVED: it is a text */
function numberOf(source: string): number | typeof NOT_RESOLVED {
  if (!/^[-+.0-9]/.test(source)) return NOT_RESOLVED;
  if (ENDLESS.test(source)) return Number.NaN;
  const plain = source.replaceAll("_", "");
  const sign = plain.startsWith("-") ? -1 : 1;
  for (const [form, base] of INTEGERS) {
    const digits = form.exec(plain)?.[1];
    // A sum, for there is no negative zero in Go's integers.
    if (digits !== undefined && (base !== 10 || !/^[-+]?0./.test(plain))) {
      return 0 + sign * Number.parseInt(digits, base);
    }
  }
  return FLOAT.test(plain) ? Number(plain) : NOT_RESOLVED;
}

const numberTag = (name: string): ScalarTagDefinition<number> =>
  defineScalarTag(`tag:yaml.org,2002:${name}`, {
    implicit: true,
    implicitFirstChars: Array.from("-+.0123456789"),
    resolve: numberOf,
    identify: () => false,
  });

const AS_KUBECTL = FAILSAFE_SCHEMA.withTags(
  nullYaml11Tag,
  boolYaml11Tag,
  numberTag("int"),
  numberTag("float"),
  mergeTag,
);
