/**
 * What a name server is asked for: to change a zone, for records, for the zone of a name.
 *
 * Neighbours: ../update.ts makes UPDATEs; ../readings.ts says what answers mean; exchange.ts carries both.
 */
import { randomInt } from "node:crypto";
import { failure, type Outcome } from "../failures.ts";
import { parentOf, ROOT, type DnsName } from "../name.ts";
import {
  readAddresses,
  readRecords,
  readUpdateAnswer,
  readZone,
  type Answer,
  type Published,
  type Zone,
} from "../readings.ts";
import { encodeUpdate, type Update } from "../update.ts";
import type { NameServer } from "../waiting.ts";
import { encodeRequest, OPCODE, questionOf } from "../wire/message.ts";
import type { OwnType } from "../wire/record.ts";
import { exchange, type Asking } from "./exchange.ts";

/** Changes a zone, or nothing. @returns how often it was sent */
export async function update(what: Update, asking: Asking): Promise<Outcome<{ sends: number }>> {
  const id = randomId();
  const message = encodeUpdate(what, id);
  if (!message.ok) {
    const words = `The update of zone "${what.zone}" cannot be written: ${message.fault}`;
    return { ok: false, failure: failure("request-invalid", words) };
  }
  const awaited = { id, opcode: OPCODE.UPDATE, question: questionOf(what.zone, "SOA") };
  const answer = await exchange(message.value, awaited, asking);
  return answer.ok ? readUpdateAnswer(answer.value) : answer;
}

/** What the zone has now. Ask its primary: a secondary or a resolver may have what was there before. */
export async function publishedRecords(
  name: DnsName,
  type: OwnType,
  { zone = null, ...asking }: Asking & { readonly zone?: DnsName | null },
): Promise<Outcome<Published>> {
  const answer = await ask(name, type, asking, false);
  return answer.ok ? readRecords(answer.value, name, { type, zone }) : answer;
}

/**
 * Finds the zone that a name is in, from the name upwards.
 *
 * @param asking a resolver, or a server that has the zone
 */
export async function findZone(name: DnsName, asking: Asking): Promise<Outcome<Zone>> {
  for (let at = name; at !== ROOT; at = parentOf(at)) {
    const answer = await ask(at, "SOA", asking, true);
    if (!answer.ok) return answer;
    const zone = readZone(answer.value, at);
    if (!zone.ok) return zone;
    if (zone.value !== null) return { ok: true, value: zone.value };
  }
  const words = `No zone has the name "${name}"`;
  return { ok: false, failure: failure("zone-not-found", words) };
}

/** @returns where the primary of a zone is, IPv4 first: at least one address */
export async function findPrimary(
  { zone, primary }: Zone,
  port: number,
  asking: Asking,
): Promise<Outcome<readonly NameServer[]>> {
  const servers: NameServer[] = [];
  for (const type of ["A", "AAAA"] as const) {
    const answer = await ask(primary, type, asking, true);
    if (!answer.ok) return answer;
    const addresses = readAddresses(answer.value);
    if (!addresses.ok) return addresses;
    servers.push(...addresses.value.map((address) => ({ address, port })));
  }
  if (servers.length > 0) return { ok: true, value: servers };
  const words = `The primary of zone "${zone}", "${primary}", has no address`;
  return { ok: false, failure: failure("primary-unknown", words) };
}

function ask(
  name: DnsName,
  type: OwnType | "SOA",
  asking: Asking,
  wantsRecursion: boolean,
): Promise<Outcome<Answer>> {
  const [id, opcode, question] = [randomId(), OPCODE.QUERY, questionOf(name, type)];
  const message = encodeRequest({ id, opcode, question, wantsRecursion });
  return exchange(message, { id, opcode, question }, asking);
}

/** Hard to guess: whoever does not see our questions cannot answer them (RFC 5452 section 9). */
function randomId(): number {
  return randomInt(0x1_0000);
}
