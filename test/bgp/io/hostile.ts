/** What hostile.test.ts and the peer that it starts have in common. */
import type { Ip } from "../../../src/base/ip.ts";

export const WIRE = { asnBytes: 4, isExternal: true } as const;
export const [BAD, US] = ["127.0.0.3" as Ip, "127.0.0.1" as Ip] as const;
/** Messages in a flood. */
export const FLOOD_COUNT = 10_000;

export type Deed =
  | "nothing"
  | "refreshes"
  | "wrong attributes"
  | "garbage"
  | "half a message"
  | "a million prefixes"
  | "reads nothing"
  | "tiny windows";

export type Order =
  /** Answered with the port. */
  | { readonly kind: "wait"; readonly deed: Deed }
  | { readonly kind: "connect-and-reset"; readonly port: number; readonly times: number }
  | { readonly kind: "end" };
