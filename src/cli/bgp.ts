/**
 * `spreadlb bgp`: its arguments and flags.
 *
 * Neighbours: bgp-sessions.ts and bgp-routes.ts find the facts, bgp-view.ts the words; io/bgp.ts fetches and prints.
 */
import { Argument, InvalidArgumentError, type Command } from "commander";
import { familyOf, IP_BITS, parseIp, type Ip } from "../base/ip.ts";
import { hostPrefixOf, prefixOf, type Prefix } from "../bgp/prefix.ts";
import {
  addConnectionFlags,
  flag,
  ignoreExcludeLbFlag,
  metallbNamespaceFlag,
  parseNodeName,
  type ConnectionFlags,
} from "./command-line.ts";

export interface BgpFlags extends ConnectionFlags {
  readonly metallbNamespace: string;
  readonly ignoreExcludeLb: boolean;
  readonly node?: string;
  readonly output?: "json" | "wide";
}

/** What a person asks about: an address, or all within a network. */
export interface AskedPrefix {
  readonly prefix: Prefix;
  /** Null: a network is meant. */
  readonly ip: Ip | null;
}

export type BgpQuestion =
  | { readonly kind: "sessions" }
  /** Null: all. */
  | { readonly kind: "routes"; readonly asked: AskedPrefix | null };

export function addBgp(
  program: Command,
  run: (question: BgpQuestion, flags: BgpFlags) => Promise<void>,
): void {
  const command = program
    .command("bgp")
    .description(
      "Say how the sessions with routers are, and what is announced to whom or held back, and why.",
    )
    .addArgument(
      new Argument("[what]", "which of the two")
        .choices(["sessions", "routes"])
        .default("sessions"),
    )
    .argument("[prefix]", "of routes: an address or a network; without it: all", parsePrefix);
  addConnectionFlags(command)
    .addOption(metallbNamespaceFlag())
    .addOption(ignoreExcludeLbFlag("as the speakers were given it"))
    .addOption(flag("--node <name>", "of this node alone").argParser(parseNodeName))
    .addOption(flag("-o, --output <format>", "more columns, or data").choices(["wide", "json"]))
    .action((what: string, asked: AskedPrefix | undefined) => {
      if (what === "routes") return run({ kind: what, asked: asked ?? null }, command.opts());
      if (asked === undefined) return run({ kind: "sessions" }, command.opts());
      return command.error(
        `error: sessions have no prefix: ask "spreadlb bgp routes ${asked.prefix}"`,
      );
    });
}

/** @returns what is meant; bits behind a network's length count for nothing, as routers have it */
export function parsePrefix(text: string): AskedPrefix {
  const [address = "", length, ...more] = text.split("/");
  const ip = parseIp(address);
  if (ip !== undefined && more.length === 0) {
    const bits = IP_BITS[familyOf(ip)];
    if (length === undefined) return { prefix: hostPrefixOf(ip), ip };
    const isLength = /^[0-9]{1,3}$/.test(length) && Number(length) <= bits;
    if (isLength) {
      return { prefix: prefixOf(ip, Number(length)), ip: Number(length) === bits ? ip : null };
    }
  }
  throw new InvalidArgumentError(
    "It is an address such as 192.0.2.1, or a network such as 192.0.2.0/24",
  );
}

/** @returns whether the address is in the network */
export function isWithin(prefix: Prefix, ip: Ip): boolean {
  const length = Number(prefix.slice(prefix.indexOf("/") + 1));
  const isSameFamily = prefix.includes(":") === (familyOf(ip) === "IPv6");
  return isSameFamily && prefixOf(ip, length) === prefix;
}
