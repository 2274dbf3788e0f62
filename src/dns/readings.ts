/**
 * What answers mean: to an UPDATE, to a question for records, to one for the zone of a name. Pure.
 *
 * Read first: RFC 2136 section 3 (RCODEs of an UPDATE), RFC 2308 section 2 (the SOA of an answer that says no).
 * Neighbours: judge.ts has let them in; io/client.ts asks.
 */
import type { Ip } from "../base/ip.ts";
import { failure, RCODE, rcodeFailure, type Outcome } from "./failures.ts";
import { isWithin, ROOT, type DnsName } from "./name.ts";
import type { DnsMessage } from "./wire/message.ts";
import {
  CLASS,
  TTL_SECONDS_MAX,
  TYPE,
  type OwnData,
  type OwnType,
  type ResourceRecord,
} from "./wire/record.ts";

/** The answer that io/exchange.ts brings. */
export interface Answer {
  readonly message: DnsMessage;
  readonly isSigned: boolean;
  /** How often the request was sent. More than once: the server may have obeyed before, and its answer was lost. */
  readonly sends: number;
}

/**
 * @returns how often the request was sent. A prerequisite that fails after several sends may have been made untrue by the first of
 *   them: the message says so, and only the records themselves can tell.
 */
export function readUpdateAnswer({ message, isSigned, sends }: Answer): Outcome<{ sends: number }> {
  if (message.rcode === RCODE.noError) return { ok: true, value: { sends } };
  const said = rcodeFailure(message.rcode, isSigned);
  if (sends === 1 || !PREREQUISITE_KINDS.has(said.kind)) return { ok: false, failure: said };
  const doubt = `; it was asked ${sends} times, and may have obeyed before`;
  return { ok: false, failure: { ...said, message: said.message + doubt } };
}

const PREREQUISITE_KINDS: ReadonlySet<string> = new Set([
  "name-in-use",
  "name-not-in-use",
  "rrset-exists",
  "rrset-changed",
]);

export interface PublishedRecord {
  readonly ttlSeconds: number;
  readonly data: OwnData;
}

export interface Published {
  /** False where nothing has the name, nor one below it. */
  readonly isNameInUse: boolean;
  /** The name is an alias: records of ours have no place beside it. */
  readonly isAlias: boolean;
  /** Of the name and the type. */
  readonly records: readonly PublishedRecord[];
}

/**
 * Records of other names, which a server adds, are passed over.
 *
 * @param zone that the name is in, as far as we know; null: whatever the server has
 */
export function readRecords(
  { message, isSigned }: Answer,
  name: DnsName,
  { type, zone = null }: { readonly type: OwnType; readonly zone?: DnsName | null },
): Outcome<Published> {
  const { rcode, isAuthoritative, answers, authorities } = message;
  if (rcode !== RCODE.noError && rcode !== RCODE.nameError) {
    const said = rcodeFailure(rcode, isSigned);
    if (said.kind !== "refused") return { ok: false, failure: said };
    // BIND says so of zones that it does not have.
    return { ok: false, failure: failure("read-refused", said.message, { isSigned }) };
  }
  if (!isAuthoritative) {
    const cut = zone === null ? undefined : authorities.find((it) => isCutBelow(it, zone, name));
    if (cut !== undefined) {
      const words = `The name "${name}" is in "${cut.name}", which zone "${zone}" leaves to other servers`;
      return { ok: false, failure: failure("not-in-zone", words, { isSigned }) };
    }
    const words = `The name server is not authoritative for "${name}"`;
    return { ok: false, failure: failure("answer-not-authoritative", words, { isSigned }) };
  }
  const own = answers.filter((record) => record.name === name && record.class === CLASS.IN);
  const isAlias = own.some(isAliasRecord);
  const records = own.flatMap(({ data, ttlSeconds }) =>
    data.type === type ? [{ ttlSeconds: ttlSeconds > TTL_SECONDS_MAX ? 0 : ttlSeconds, data }] : [],
  );
  // Of an alias NXDOMAIN says that its target is missing: RFC 6604 section 3.
  return { ok: true, value: { isNameInUse: isAlias || rcode === RCODE.noError, isAlias, records } };
}

/** RFC 1034 section 4.2.1: the NS records where a zone ends and another begins. */
function isCutBelow({ name: at, typeCode }: ResourceRecord, zone: DnsName, name: DnsName): boolean {
  return typeCode === TYPE.NS && at !== zone && isWithin(at, zone) && isWithin(name, at);
}

function isAliasRecord({ typeCode }: ResourceRecord): boolean {
  return typeCode === TYPE.CNAME || typeCode === TYPE.DNAME;
}

export interface Zone {
  readonly zone: DnsName;
  /** Who takes updates: MNAME of the SOA (RFC 2136 section 4.3). */
  readonly primary: DnsName;
}

/**
 * Reads the answer to a question for the SOA of a name.
 *
 * @returns the zone of the name; null: it is not said, ask for the parent
 */
export function readZone({ message, isSigned }: Answer, name: DnsName): Outcome<Zone | null> {
  const { rcode, answers, authorities } = message;
  if (rcode !== RCODE.noError && rcode !== RCODE.nameError) {
    return { ok: false, failure: rcodeFailure(rcode, isSigned) };
  }
  // The SOA is then that of the target's zone, which may well be above the name's.
  if (answers.some(isAliasRecord)) return { ok: true, value: null };
  for (const { name: zone, class: classCode, data } of [...answers, ...authorities]) {
    if (data.type !== "SOA" || classCode !== CLASS.IN) continue;
    // Nobody publishes into the root: it answers for what nobody has.
    if (zone === ROOT || !isWithin(name, zone)) continue;
    return { ok: true, value: { zone, primary: data.primary } };
  }
  return { ok: true, value: null };
}

/** @returns the addresses of the answer, those of an alias's target among them */
export function readAddresses({ message, isSigned }: Answer): Outcome<readonly Ip[]> {
  const { rcode, answers } = message;
  if (rcode !== RCODE.noError && rcode !== RCODE.nameError) {
    return { ok: false, failure: rcodeFailure(rcode, isSigned) };
  }
  return {
    ok: true,
    value: answers.flatMap(({ data }) =>
      data.type === "A" || data.type === "AAAA" ? [data.address] : [],
    ),
  };
}
