/**
 * A request and its answer: signed, sent over UDP, over TCP where that is needed, and checked.
 *
 * Never throws: whatever the network and the server do has a name (../failures.ts).
 * Neighbours: client.ts makes the requests and reads the answers.
 */
import { failure, type Outcome } from "../failures.ts";
import { judge, type Awaited } from "../judge.ts";
import type { Answer } from "../readings.ts";
import { LIMITS, type Ending, type Limits, type NameServer } from "../waiting.ts";
import { UDP_BYTES_MAX } from "../wire/message.ts";
import type { TsigKey } from "../wire/tsig.ts";
import { isMacOf, sign } from "./mac.ts";
import { overTcp } from "./tcp.ts";
import { overUdp } from "./udp.ts";

export interface Asking {
  readonly server: NameServer;
  /** Signs the request; then the answer has to be signed, too. */
  readonly key?: TsigKey | undefined;
  /** Where UDP does not get through; else it is tried first, for what fits. */
  readonly tcpOnly?: boolean;
  readonly limits?: Partial<Limits>;
  readonly signal?: AbortSignal;
  /** Since 1970, of the clock that signatures go by. */
  readonly nowMs?: () => number;
}

export async function exchange(
  message: Uint8Array,
  awaited: Omit<Awaited, "signed">,
  asking: Asking,
): Promise<Outcome<Answer>> {
  let sends = 0;
  if (asking.tcpOnly !== true && sizeOf(message, asking) <= UDP_BYTES_MAX) {
    const ending = await askOver(overUdp, message, awaited, asking);
    sends = ending.sends;
    const { kind } = ending.verdict;
    if (kind !== "truncated" && kind !== "unheard") return outcomeOf(ending, sends, asking);
  }
  const ending = await askOver(overTcp, message, awaited, asking);
  return outcomeOf(ending, sends + ending.sends, asking);
}

function sizeOf(message: Uint8Array, { key }: Asking): number {
  return key === undefined ? message.length : sign(message, key, 0).bytes.length;
}

/** Signed anew each time: much time may have gone by. */
function askOver(
  over: typeof overUdp,
  message: Uint8Array,
  awaited: Omit<Awaited, "signed">,
  asking: Asking,
): Promise<Ending> {
  const { server, key, limits, signal = null, nowMs = Date.now } = asking;
  const nowSeconds = () => Math.floor(nowMs() / 1000);
  const signed = key === undefined ? null : { key, ...sign(message, key, nowSeconds()) };
  const expected: Awaited = {
    ...awaited,
    signed: signed && {
      key: signed.key,
      requestMac: signed.mac,
      isMacOf: (octets, mac) => isMacOf(signed.key, octets, mac),
    },
  };
  return over({
    ...{ server, signal, limits: { ...LIMITS, ...limits } },
    request: signed?.bytes ?? message,
    judge: (bytes) => judge(bytes, expected, nowSeconds()),
  });
}

function outcomeOf({ verdict }: Ending, sends: number, { key }: Asking): Outcome<Answer> {
  switch (verdict.kind) {
    case "answer":
      return { ok: true, value: { message: verdict.message, isSigned: key !== undefined, sends } };
    case "failure":
    case "unheard":
      return { ok: false, failure: verdict.failure };
    case "truncated":
      return {
        ok: false,
        failure: failure("answer-malformed", "The name server cuts its answer off over TCP, too"),
      };
  }
}
