/**
 * Real routers in network namespaces: BIRD, FRR and GoBGP, from Debian, started by path with a configuration of the test's own.
 *
 *   const tor = await startRouter("bird", { netns, directory, routerId: "10.0.0.254", asn: 65000, peers: [...] });
 *   await tor.sessions(); await tor.paths(); await tor.kernelRoutes(); await tor.bfdSessions(); await tor.stop();
 *
 * What they say is brought into one form, so that one test runs with all three. None of their files lies outside of `directory`, and
 * they end with the process that started them (../process.ts).
 * Neighbours: bird.ts, frr.ts, gobgp.ts are one each; kernel-routes.ts asks the kernel; ../setup.mjs installs them.
 */
import { startBird } from "./bird.ts";
import { startFrr } from "./frr.ts";
import { startGobgp } from "./gobgp.ts";
import type { KernelRoute } from "./kernel-routes.ts";

export type RouterKind = "bird" | "frr" | "gobgp";

export interface BfdTiming {
  readonly transmitMs: number;
  readonly receiveMs: number;
  readonly multiplier: number;
}

/** Whom a router speaks BGP with. */
export interface RouterPeer {
  /** "": whoever is on the interface; of GoBGP not. */
  readonly address: string;
  /** A link-local address means something on an interface only; without an address the peer is whoever is there. */
  readonly interface?: string;
  /** Its number; of FRR and BIRD also whether that is to be the router's own. */
  readonly asn: number | "internal" | "external";
  /** Its own end; without it the kernel chooses. */
  readonly source?: string;
  readonly port?: number;
  /** Over so many hops at most. */
  readonly multihop?: number;
  /** Takes only what came with a TTL of at least 256 less this. */
  readonly ttlSecurity?: number;
  readonly password?: string;
  /** Waits for the other end to dial. */
  readonly passive?: boolean;
  readonly holdSeconds?: number;
  /** How long it waits for an answer when it dials, 1 where nothing is said. GoBGP has at least 5. */
  readonly connectSeconds?: number;
  readonly bfd?: BfdTiming;
  /** Offers messages of up to 65,535 octets (RFC 8654), which FRR does in any case; GoBGP has none. */
  readonly extendedMessages?: boolean;
  /** Keeps the routes of a peer that restarts. */
  readonly gracefulRestart?: boolean;
}

/** Somebody to watch by BFD, without BGP. */
export interface RouterBfdPeer extends BfdTiming {
  readonly address: string;
  readonly interface?: string;
  /** Over several hops, and then from here. */
  readonly multihopFrom?: string;
  readonly passive?: boolean;
}

/** What a router says of all the prefixes that it announces. */
export interface RouterAttributes {
  readonly origin: "igp" | "egp" | "incomplete";
  /** In front of which the router puts its own number, for peers of other ASes. */
  readonly asPath: readonly number[];
  readonly multiExit: number;
  /** For peers of its own AS; nothing: as it likes. */
  readonly localPreference?: number;
  /** `65000:100`. */
  readonly communities: readonly string[];
  /** `65000:1:2`. */
  readonly largeCommunities: readonly string[];
}

export interface RouterOptions {
  readonly netns: string;
  /** Its configuration, its sockets and its log; it exists, and is the caller's to remove. */
  readonly directory: string;
  readonly name?: string;
  readonly asn: number;
  readonly routerId: string;
  readonly peers?: readonly RouterPeer[];
  readonly bfdPeers?: readonly RouterBfdPeer[];
  /** Prefixes of its own, told to every peer. */
  readonly announces?: readonly string[];
  /** Of those; nothing: as the router likes. */
  readonly announcesWith?: RouterAttributes;
  /** Puts what it learns into the kernel of its namespace, all next hops of equal routes; GoBGP cannot. */
  readonly installsRoutes?: boolean;
  /** BGP listens here; 179 where nothing is said. */
  readonly port?: number;
}

export interface RouterSession {
  readonly peer: string;
  /** "established", or what it is before. */
  readonly state: string;
  /** Routes that it has from this peer. */
  readonly received: number;
}

/** One path of one peer to one prefix, as the router has it. */
export interface RouterPath {
  readonly prefix: string;
  readonly peer: string;
  readonly nextHop: string;
  readonly asPath: readonly number[];
  readonly origin: string;
  readonly localPreference: number | null;
  /** MED; null: none. */
  readonly multiExit: number | null;
  /** `65000:100`. */
  readonly communities: readonly string[];
  /** `65000:1:2`. */
  readonly largeCommunities: readonly string[];
  readonly stale: boolean;
}

export interface RouterBfdSession {
  readonly peer: string;
  readonly state: "up" | "init" | "down" | "admin-down";
  /** How often it sends. */
  readonly transmitMs: number;
  /** After how long a silence it gives the other end up. */
  readonly detectionMs: number;
}

export interface Router {
  readonly kind: RouterKind;
  /** Of its programs; the first is the one that speaks BGP. */
  readonly pids: readonly number[];
  sessions(): Promise<RouterSession[]>;
  paths(): Promise<RouterPath[]>;
  /** Empty where the router has no BFD. */
  bfdSessions(): Promise<RouterBfdSession[]>;
  kernelRoutes(): Promise<KernelRoute[]>;
  /** Runs a command of its own language: birdc, vtysh or gobgp. */
  command(line: string): Promise<string>;
  log(): string;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const STARTERS = { bird: startBird, frr: startFrr, gobgp: startGobgp };

/** Resolves when it answers questions; whether it has sessions is to be asked. */
export function startRouter(kind: RouterKind, options: RouterOptions): Promise<Router> {
  return STARTERS[kind](options);
}
