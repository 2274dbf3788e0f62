/**
 * The options of a benchmark or a tool of this repository, as `npm run NAME -- OPTIONS` gives them.
 *
 * What is wrong is said in one sentence that shows the value, before anything is started; `--help` lists the options.
 */
import { Command, InvalidArgumentError, Option } from "commander";

const EXIT_USAGE = 2;
const COUNT_MAX = 1e9;

/** One option; its name is the key that it stands under: `warmUp` is `--warm-up`. */
export interface Wish<V> {
  /** As the help shows the value; none: it is given or not. */
  readonly value: string | null;
  readonly description: string;
  /** Where it is not given, and how the help shows that. */
  readonly standard: readonly [value: V, shown?: string];
  readonly parse?: (text: string) => V;
}

type Values<W> = { [K in keyof W]: W[K] extends Wish<infer V> ? V : never };

/** A whole number. */
export function count(description: string, standard: number, min = 1): Wish<number> {
  return { value: "<n>", description, standard: [standard], parse: countFrom(min) };
}

/** A whole number, or none. */
export function maybeCount(description: string): Wish<number | undefined> {
  return { value: "<n>", description, standard: [undefined], parse: countFrom(1) };
}

/** Whole numbers with commas between them. */
export function counts(description: string, standard: readonly number[]): Wish<readonly number[]> {
  const parse = (given: string) => given.split(",").map(countFrom(1));
  return { value: "<a,b>", description, standard: [standard, standard.join(",")], parse };
}

/** Some of the names, with commas between them. @param standard where it is not given; without it all of them */
export function names<Name extends string>(
  description: string,
  known: readonly Name[],
  standard: readonly Name[] = known,
): Wish<readonly Name[]> {
  const parse = (given: string) => given.split(",").map((name) => oneOf(known, name));
  const what = `${description}: ${known.join(", ")}`;
  const shown = standard === known ? "all" : standard.join(",");
  return { value: "<a,b>", description: what, standard: [standard, shown], parse };
}

/** One of the names, or none. */
export function choice(description: string, known: readonly string[]): Wish<string | undefined> {
  const what = `${description}: ${known.join(", ")}`;
  const parse = (given: string) => oneOf(known, given);
  return { value: "<name>", description: what, standard: [undefined], parse };
}

/** Any text, or none. */
export function text(value: string, description: string): Wish<string | undefined> {
  return { value, description, standard: [undefined], parse: (given) => given };
}

export function flag(description: string): Wish<boolean> {
  return { value: null, description, standard: [false] };
}

/**
 * Ends the process where the arguments are wrong, or help was asked for.
 *
 * @param name of the script in package.json
 */
export function readOptions<W extends Readonly<Record<string, Wish<unknown>>>>(
  name: string,
  description: string,
  wishes: W,
): Values<W> {
  const command = new Command(`npm run ${name} --`)
    .description(description)
    .helpOption("-h, --help", "this text")
    .configureHelp({ helpWidth: 110 })
    .showHelpAfterError(`See npm run ${name} -- --help`)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE));
  for (const [key, wish] of Object.entries(wishes)) command.addOption(optionOf(key, wish));
  return command.parse().opts();
}

function optionOf(key: string, { value, description, standard, parse }: Wish<unknown>): Option {
  const flags = `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const option = new Option(value === null ? flags : `${flags} ${value}`, description);
  if (parse !== undefined) option.argParser(parse);
  return standard[0] === undefined ? option : option.default(...standard);
}

function oneOf<Name extends string>(known: readonly Name[], name: string): Name {
  const found = known.find((each) => each === name);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`There is no "${name}"; there are: ${known.join(", ")}`);
}

function countFrom(min: number): (text: string) => number {
  return (given) => {
    const value = /^\d{1,10}$/.test(given) ? Number(given) : -1;
    if (value >= min && value <= COUNT_MAX) return value;
    throw new InvalidArgumentError(`It is a whole number from ${min} to ${COUNT_MAX}`);
  };
}
