/**
 * Waiting for an answer: what came that was none, and what it comes to when nothing better does. Pure.
 *
 * Neighbours: judge.ts looks at what comes; io/udp.ts and io/tcp.ts wait.
 */
import { withPort, type Ip } from "../base/ip.ts";
import { failure, type DnsFailure } from "./failures.ts";
import type { Judgement } from "./judge.ts";

export interface NameServer {
  readonly address: Ip;
  readonly port: number;
}

export interface Limits {
  /** Over UDP a request is sent so often; then TCP is tried. */
  readonly udpSendsMax: number;
  /** Between the first two; it doubles, up to `maxMs`, and up to half of it is taken away at random. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** After an error that nobody signed: so long may a better answer take. */
  readonly hintWaitMs: number;
  /** From dialling to the last octet. */
  readonly tcpMs: number;
}

export const LIMITS: Limits = {
  ...{ udpSendsMax: 3, baseMs: 1000, maxMs: 4000, hintWaitMs: 200, tcpMs: 5000 },
};

/** What ends the waiting. */
export type Verdict = Exclude<Judgement, { readonly kind: "hint" | "discard" }>;

export interface Ending {
  /** "unheard": nobody is there, as far as this way of asking shows. */
  readonly verdict: Verdict | { readonly kind: "unheard"; readonly failure: DnsFailure };
  readonly sends: number;
}

/** What came so far: of each kind the last. */
export interface Heard {
  readonly hint: DnsFailure | null;
  /** Of what was discarded. */
  readonly fault: string | null;
  /** What the network said: ECONNREFUSED, EHOSTUNREACH. */
  readonly error: string | null;
}

export const NOTHING_HEARD: Heard = { hint: null, fault: null, error: null };

/** @param via how it was asked: "UDP", "TCP" */
export function giveUp(heard: Heard, server: NameServer, via: string): Ending["verdict"] {
  const { hint, fault, error } = heard;
  if (hint !== null) return { kind: "failure", failure: hint };
  const whom = withPort(server.address, server.port);
  if (fault !== null) {
    const kind = fault.startsWith("tsig-") ? "answer-untrusted" : "answer-malformed";
    const words = `What ${whom} answers over ${via} cannot be used: ${fault}`;
    return { kind: "failure", failure: failure(kind, words) };
  }
  if (error !== null) {
    const words = `The name server ${whom} is not reached over ${via}: ${error}`;
    return { kind: "unheard", failure: failure("unreachable", words) };
  }
  const words = `The name server ${whom} does not answer over ${via}`;
  return { kind: "unheard", failure: failure("no-answer", words) };
}

/** The waiting was called off. */
export const ABORTED: Verdict = {
  kind: "failure",
  failure: failure("aborted", "The request was called off"),
};
