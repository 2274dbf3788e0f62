/** What kubectl makes of bare words, written down from kubectl 1.32 and 1.34; test/api/yaml.test.ts asks the one that is there. */

export const YAML_CASES: readonly (readonly [written: string, value: unknown])[] = [
  ...["yes", "Yes", "YES", "y", "Y", "on", "On", "ON", "true", "True", "TRUE"].map(
    (word) => [word, true] as const,
  ),
  ...["no", "No", "NO", "n", "N", "off", "Off", "OFF", "false", "False", "FALSE"].map(
    (word) => [word, false] as const,
  ),
  ...["~", "null", "Null", "NULL", ""].map((word) => [word, null] as const),
  ...["yEs", "oN", "tRUE", "nUll", "1:30", "12:30:45", "2020-01-01", "2020-1-1"].map(
    (word) => [word, word] as const,
  ),
  ...["2001-12-14 21:59:43.10 -5", "2001-12-14T21:59:43Z", "1.2.3", "0-1", "1e", "_1"].map(
    (word) => [word, word] as const,
  ),
  ...["0o8", "0b2", "0xg", ".", "+", ".e3", "=", "10.0.0.1", "10.0.0.0/8", "65000:100"].map(
    (word) => [word, word] as const,
  ),
  ["0", 0],
  ["00", 0],
  ["-0", 0],
  ["+12", 12],
  ["-12", -12],
  ["0755", 493],
  ["-017", -15],
  ["0179", 179],
  ["08", 8],
  ["0o17", 15],
  ["0O7", 7],
  ["0x1F", 31],
  ["0X1f", 31],
  ["+0x1", 1],
  ["0b11", 3],
  ["0B11", 3],
  ["-0b11", -3],
  ["1_000", 1000],
  ["1__0", 10],
  ["1_", 1],
  ["0_7", 7],
  ["0x_1", 1],
  ["0b1_1", 3],
  ["1_0.5", 10.5],
  [".5", 0.5],
  ["+.5", 0.5],
  ["1.", 1],
  ["1.0", 1],
  ["1e3", 1000],
  [".5e3", 500],
  ["1.5e+3", 1500],
  ["9223372036854775808", 9223372036854775808],
  ['"yes"', "yes"],
  ["'0755'", "0755"],
  ["!!str 12", "12"],
];

/** All of them in one document: `spec.f0`, `spec.f1` and so on. */
export const YAML_DOCUMENT = [
  "apiVersion: example.org/v1\nkind: Words\nmetadata: {name: words}\nspec:",
  ...YAML_CASES.map(([written], i) => `  f${i}: ${written}`),
  "  yes: key",
  "  0x10: key",
  "  merged: {<<: {a: 1, b: 2}, b: 3}",
  "",
].join("\n");

export const YAML_WANTED: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(YAML_CASES.map(([, value], i) => [`f${i}`, value])),
  ...{ true: "key", 16: "key", merged: { a: 1, b: 3 } },
};
