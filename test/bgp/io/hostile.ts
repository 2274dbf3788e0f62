/** What hostile.test.ts and the peer that it starts have in common. */
import type { Ip, IpFamily } from "../../../src/base/ip.ts";

export const WIRE = { asnBytes: 4, isExternal: true } as const;
/** Who is where on the loopback: a peer that is good, one that means ill, and nobody's peer. */
export const PLACES: Readonly<
  Record<IpFamily, Readonly<Record<"us" | "good" | "bad" | "stranger", Ip>>>
> = {
  IPv4: {
    ...{ us: "127.0.0.1" as Ip, good: "127.0.0.2" as Ip },
    ...{ bad: "127.0.0.3" as Ip, stranger: "127.0.0.9" as Ip },
  },
  IPv6: {
    ...{ us: "fd00::1" as Ip, good: "fd00::2" as Ip },
    ...{ bad: "fd00::3" as Ip, stranger: "fd00::9" as Ip },
  },
};
/** Messages in a flood. */
export const FLOOD_COUNT = 10_000;
export const PREFIXES_PER_UPDATE = 400;
/** Each of another prefix than all others. */
export const MILLION = 1_000_000;

export type Deed =
  | "nothing"
  | "refreshes"
  | "wrong attributes"
  | "garbage"
  | "half a message"
  | "a million prefixes, and none again"
  | "reads nothing"
  | "tiny windows"
  | "keepalives without end"
  | "updates octet by octet without end";

export type Order =
  /** Answered with the port. */
  | { readonly kind: "wait"; readonly deed: Deed; readonly family: IpFamily }
  /** As many as go, each as soon as one before has come to something; answered with how many of them were connected. */
  | (Dialling & { readonly kind: "connect-and-reset"; readonly forMs: number })
  /** Without a word; answered, after a while, with how many believe that they are connected. */
  | (Dialling & { readonly kind: "hold"; readonly count: number; readonly forMs: number })
  | { readonly kind: "end" };

interface Dialling {
  readonly to: Ip;
  readonly port: number;
  readonly from: Ip;
}
