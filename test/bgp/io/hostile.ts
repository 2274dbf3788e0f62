/** What hostile.test.ts and the peer that it starts have in common. */
import type { Ip } from "../../../src/base/ip.ts";

export const WIRE = { asnBytes: 4, isExternal: true } as const;
export const [BAD, US] = ["127.0.0.3" as Ip, "127.0.0.1" as Ip] as const;
export const STRANGER = "127.0.0.9" as Ip;
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
  | "tiny windows"
  | "keepalives without end"
  | "updates octet by octet without end";

export type Order =
  /** Answered with the port. */
  | { readonly kind: "wait"; readonly deed: Deed }
  /** As many as go, each as soon as one before has come to something; answered with how many of them were connected. */
  | (Dialling & { readonly kind: "connect-and-reset"; readonly forMs: number })
  /** Without a word; answered, after a while, with how many believe that they are connected. */
  | (Dialling & { readonly kind: "hold"; readonly count: number; readonly forMs: number })
  | { readonly kind: "end" };

interface Dialling {
  readonly port: number;
  readonly from: Ip;
}
