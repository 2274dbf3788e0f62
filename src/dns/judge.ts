/**
 * What to make of octets that came in where an answer is awaited. Pure: who checks MACs is handed in.
 *
 * Read first: RFC 8945 sections 5.2 (order of checks) and 5.4 (a client discards what it cannot verify, and goes on waiting).
 * An error without a signature may be a stranger's: it is a hint. What a hint says is reported when nothing better comes.
 * Neighbours: readings.ts says what an answer means; io/exchange.ts does as it is told here.
 */
import { failure, RCODE, rcodeFailure, type DnsFailure } from "./failures.ts";
import { decodeMessage, type DnsMessage, type Question } from "./wire/message.ts";
import {
  algorithmName,
  decodeTsig,
  MAC_BYTES,
  serverTimeSeconds,
  signedOctets,
  TSIG_ERROR,
  withoutTsig,
  type Tsig,
  type TsigKey,
} from "./wire/tsig.ts";

export interface Awaited {
  readonly id: number;
  readonly opcode: number;
  readonly question: Question;
  /** Of a request that was signed: the answer has to be, too. */
  readonly signed: {
    readonly key: Omit<TsigKey, "secret">;
    readonly requestMac: Uint8Array;
    /** @returns whether this is the MAC of these octets, in constant time */
    readonly isMacOf: (octets: Uint8Array, mac: Uint8Array) => boolean;
  } | null;
}

export type Judgement =
  | { readonly kind: "answer"; readonly message: DnsMessage }
  /** Ask again over TCP. Signed or not: who forges it gains nothing. */
  | { readonly kind: "truncated" }
  /** The end, signed. */
  | { readonly kind: "failure"; readonly failure: DnsFailure }
  /** Perhaps the end: nobody signed it. */
  | { readonly kind: "hint"; readonly failure: DnsFailure }
  /** As if it had not come. */
  | { readonly kind: "discard"; readonly fault: string };

/** What a server says that did not get as far as the key: FORMERR, SERVFAIL, NOTIMP, REFUSED, NOTAUTH. */
const UNSIGNED_RCODES: ReadonlySet<number> = new Set([1, 2, 4, 5, 9]);

/** @param nowSeconds since 1970, when it came */
export function judge(bytes: Uint8Array, awaited: Awaited, nowSeconds: number): Judgement {
  const read = decodeMessage(bytes);
  if (!read.ok) return discard(read.fault);
  const message = read.value;
  if (!message.isResponse) return discard("dns-not-an-answer");
  if (message.id !== awaited.id) return discard("dns-wrong-id");
  if (message.opcode !== awaited.opcode) return discard("dns-wrong-opcode");
  if (!isAbout(message, awaited.question)) return discard("dns-wrong-question");
  if (message.isTruncated) return { kind: "truncated" };
  if (awaited.signed !== null) return judgeSigned(bytes, message, awaited.signed, nowSeconds);
  return { kind: "answer", message };
}

function discard(fault: string): Judgement {
  return { kind: "discard", fault };
}

/** An error may leave the question out, for it may not have been read; so may the answer to an UPDATE (RFC 2136 section 3.8). */
function isAbout({ questions, rcode, opcode }: DnsMessage, wanted: Question): boolean {
  if (questions.length === 0) return rcode !== RCODE.noError || opcode !== 0;
  const [question] = questions;
  return (
    questions.length === 1 &&
    question?.name === wanted.name &&
    question.typeCode === wanted.typeCode &&
    question.class === wanted.class
  );
}

function judgeSigned(
  bytes: Uint8Array,
  message: DnsMessage,
  signed: NonNullable<Awaited["signed"]>,
  nowSeconds: number,
): Judgement {
  const { key, requestMac, isMacOf } = signed;
  if (message.tsig === null) {
    if (!UNSIGNED_RCODES.has(message.rcode)) return discard("tsig-missing");
    return { kind: "hint", failure: rcodeFailure(message.rcode, false) };
  }
  const read = decodeTsig(message.tsig);
  if (!read.ok) return discard(read.fault);
  const tsig = read.value;
  if (tsig.mac.length === 0) return judgeUnsigned(message, tsig, key);
  if (tsig.keyName !== key.name || tsig.algorithm !== algorithmName(key.algorithm)) {
    return discard("tsig-wrong-key"); // RFC 8945 section 5.2.1
  }
  if (tsig.mac.length !== MAC_BYTES[key.algorithm]) return discard("tsig-bad-mac-length"); // 5.2.2.1
  const before = withoutTsig(bytes, message.tsig.start, tsig.originalId);
  if (!isMacOf(signedOctets(before, tsig, requestMac), tsig.mac)) return discard("tsig-bad-mac");
  // Section 5.2.3. A server whose clock is off says BADTIME with our own time, which passes.
  if (Math.abs(nowSeconds - tsig.timeSignedSeconds) > tsig.fudgeSeconds) {
    return discard("tsig-bad-time");
  }
  const error = tsigFailure(tsig, key, true);
  return error === null ? { kind: "answer", message } : { kind: "failure", failure: error };
}

/** RFC 8945 section 5.3.2: BADSIG and BADKEY come without a MAC, for there is no key that both have. */
function judgeUnsigned(message: DnsMessage, tsig: Tsig, key: Omit<TsigKey, "secret">): Judgement {
  const isAllowed = tsig.error === TSIG_ERROR.badSignature || tsig.error === TSIG_ERROR.badKey;
  const error = tsigFailure(tsig, key, false);
  if (message.rcode !== RCODE.notAuth || !isAllowed || error === null) {
    return discard("tsig-unsigned");
  }
  return { kind: "hint", failure: error };
}

function tsigFailure(
  tsig: Tsig,
  { name, algorithm }: Omit<TsigKey, "secret">,
  isSigned: boolean,
): DnsFailure | null {
  const key = `TSIG key "${name}" (${algorithm})`;
  switch (tsig.error) {
    case 0:
      return null;
    case TSIG_ERROR.badSignature:
      return failure("bad-signature", `The name server has another secret for ${key}`, {
        isSigned,
      });
    case TSIG_ERROR.badKey:
      return failure("unknown-key", `The name server does not know ${key}`, { isSigned });
    case TSIG_ERROR.badTime: {
      const theirs = serverTimeSeconds(tsig);
      const off = theirs === null ? null : theirs - tsig.timeSignedSeconds;
      const words =
        off === null ? "off ours" : `${Math.abs(off)} s ${off < 0 ? "behind" : "ahead of"} ours`;
      return failure("bad-time", `The name server's clock is ${words}`, {
        ...{ isSigned, serverTimeSeconds: theirs },
      });
    }
    case TSIG_ERROR.badTruncation:
      return failure("bad-truncation", `The name server finds the MAC of ${key} too short`, {
        isSigned,
      });
    default:
      return failure("answer-untrusted", `The name server reports TSIG error ${tsig.error}`, {
        isSigned,
      });
  }
}
