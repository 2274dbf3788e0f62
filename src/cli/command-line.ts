/**
 * The words of the command line: commands, flags, their environment names and what may stand in them.
 *
 * Every flag can be given as SPREADLB_* in the environment; a flag wins. What is wrong with a value is said in
 * one sentence that shows the value. Nothing here acts: the commands' actions are passed in.
 * Neighbours: controller.ts, speaker.ts, status.ts, why.ts and drain.ts have the flags of their commands; main.ts runs them.
 */
import { Command, InvalidArgumentError, Option, type CommanderError } from "commander";

export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

const PORT_MAX = 65535;
/** A day. */
const MILLISECONDS_MAX = 86_400_000;
const SECONDS_MAX = 86_400;
const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_SUBDOMAIN =
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** @returns the flag with its environment name: `--http-port` is also SPREADLB_HTTP_PORT */
export function flag(flags: string, description: string, environment?: string): Option {
  const option = new Option(flags, description);
  const name = option.long?.slice(2) ?? "";
  return option.env(environment ?? `SPREADLB_${name.toUpperCase().replaceAll("-", "_")}`);
}

/** @returns the port as a number; a parser for `Option.argParser` */
export function parsePort(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= PORT_MAX) return port;
  throw new InvalidArgumentError(`A port is a whole number from 1 to ${PORT_MAX}`);
}

/** The same, or 0 for none. */
export function parsePortOrNone(text: string): number {
  return text === "0" ? 0 : parsePort(text);
}

/** @returns a parser of a length of time within bounds, for `Option.argParser` */
export function parseMilliseconds(min = 0, max = MILLISECONDS_MAX): (text: string) => number {
  return (text) => {
    const milliseconds = /^[0-9]{1,9}$/.test(text) ? Number(text) : -1;
    if (milliseconds >= min && milliseconds <= max) return milliseconds;
    throw new InvalidArgumentError(
      `A time is a whole number of milliseconds from ${min} to ${max}`,
    );
  };
}

/** @returns a length of time to wait; a parser for `Option.argParser` */
export function parseSeconds(text: string): number {
  const seconds = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= SECONDS_MAX) return seconds;
  throw new InvalidArgumentError(`A time is a whole number of seconds from 1 to ${SECONDS_MAX}`);
}

/** @returns whether a flag that may stand alone is meant: `--flag`, `--flag=true`, `--flag=false` */
export function parseBoolean(text: string): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw new InvalidArgumentError("It is true or false");
}

/** What the controller goes by, and what others have to be told that look at nodes as it does. */
export function ignoreExcludeLbFlag(description: string): Option {
  return flag("--ignore-exclude-lb [bool]", description)
    .default(false)
    .preset("true")
    .argParser(parseBoolean);
}

export function parseNamespace(text: string): string {
  if (DNS_LABEL.test(text)) return text;
  throw new InvalidArgumentError(
    "A namespace is lower-case letters, digits and dashes, at most 63",
  );
}

export function parseNodeName(text: string): string {
  if (DNS_SUBDOMAIN.test(text)) return text;
  throw new InvalidArgumentError("A node name is lower-case letters, digits, dashes and dots");
}

export function parseFile(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("A path cannot be empty");
}

export function metallbNamespaceFlag(): Option {
  return flag("--metallb-namespace <name>", "where the metallb.io objects live")
    .default("metallb-system")
    .argParser(parseNamespace);
}

/** What both programs that stay have in common. */
export interface ServerFlags {
  readonly kubeconfig?: string;
  readonly namespace: string;
  readonly metallbNamespace: string;
  readonly httpPort: number;
  readonly logLevel: LogLevel;
}

export function addServerFlags(command: Command, httpPort: number): Command {
  return command
    .addOption(
      flag("--kubeconfig <file>", "how to reach the API server; without it: in-cluster").argParser(
        parseFile,
      ),
    )
    .addOption(
      flag("--namespace <name>", "where our own Secrets and Leases live")
        .default("spreadlb-system")
        .argParser(parseNamespace),
    )
    .addOption(metallbNamespaceFlag())
    .addOption(
      flag("--http-port <port>", "/healthz, /readyz and /metrics, on every address")
        .default(httpPort)
        .argParser(parsePort),
    )
    .addOption(
      flag("--log-level <level>", "the least that is logged").choices(LOG_LEVELS).default("info"),
    );
}

/** How the commands that leave again find the API server. */
export interface ConnectionFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** What the commands that look and leave have in common. */
export interface ClientFlags extends ConnectionFlags {
  readonly namespace?: string;
}

export function addConnectionFlags(command: Command): Command {
  return command
    .addOption(
      flag(
        "--kubeconfig <file>",
        "how to reach the API server; without it: KUBECONFIG, ~/.kube/config, in-cluster",
      ).argParser(parseFile),
    )
    .addOption(
      flag("--context <name>", "the context of the kubeconfig; without it: its current one"),
    );
}

export function addClientFlags(command: Command): Command {
  return addConnectionFlags(command).addOption(
    flag(
      "-n, --namespace <name>",
      "the namespace of the Services",
      "SPREADLB_SERVICE_NAMESPACE",
    ).argParser(parseNamespace),
  );
}

/** Where text goes: the streams of the process, or a test's. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

/** @returns the program without its commands; it throws instead of exiting and prints only what was asked for */
export function createProgram(version: string, output: Output): Command {
  return new Command("spreadlb")
    .description(
      "A load balancer for Kubernetes on bare metal: N addresses on N nodes for every Service.",
    )
    .version(version, "-V, --version", "the version of this program")
    .helpOption("-h, --help", "this text")
    .helpCommand(false)
    .addHelpText("after", HELP_FOOT)
    .configureOutput({
      writeOut: (text) => {
        output.out(text);
      },
      writeErr: () => undefined, // what went wrong is said once, in one sentence: see usageSentence
    })
    .configureHelp({ sortSubcommands: false, helpWidth: 100 })
    .exitOverride();
}

const HELP_FOOT = `
"spreadlb COMMAND --help" lists the flags of a command; each can be given in the environment as well.
Exit status: 0 done, 1 could not be done, 2 wrong usage. Data and logs go to stdout, messages to stderr.`;

/**
 * Says in one sentence what is wrong with the command line, and where the right words are.
 *
 * @returns null where nothing is wrong: help or the version was asked for, and printed
 */
export function usageSentence(error: CommanderError, command: string): string | null {
  if (error.exitCode === 0) return null;
  const path = command === "" ? "spreadlb" : `spreadlb ${command}`;
  if (error.code === "commander.help") {
    return "spreadlb: no command is given: use controller, speaker, status, why, bgp, dns, drain, undrain, lint or migrate; see spreadlb --help";
  }
  const reason = error.message
    .replace(/^error: /, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll("'", '"')
    .replace(/\.$/, "")
    .replaceAll(". ", ": ");
  return `spreadlb: ${reason}; see ${path} --help`;
}
