/**
 * UPDATE: bytes to values and back, with the revised error handling. Pure.
 *
 *   +-----------------------------------------------------+
 *   |   Withdrawn Routes Length (2 octets)                |
 *   +-----------------------------------------------------+
 *   |   Withdrawn Routes (variable)                       |
 *   +-----------------------------------------------------+
 *   |   Total Path Attribute Length (2 octets)            |
 *   +-----------------------------------------------------+
 *   |   Path Attributes (variable)                        |  flags (1), type (1), length (1 or 2), value
 *   +-----------------------------------------------------+
 *   |   Network Layer Reachability Information (variable) |
 *   +-----------------------------------------------------+
 *
 * Read first: RFC 4271 section 4.3, RFC 7606 sections 3 to 5, RFC 4724 section 2 (an UPDATE that says nothing is End-of-RIB).
 * Neighbours: attributes.ts has the values, attribute-rules.ts what follows from each error.
 */
import { ByteReader, concatBytes, uintBytes } from "../../base/bytes.ts";
import type { IpFamily } from "../../base/ip.ts";
import { FLAG, ruleOfKind, ruleOfType, type AttributeRemedy } from "./attribute-rules.ts";
import {
  DECODERS,
  encodeValue,
  FOREIGN_FAMILY,
  type KnownKind,
  type PathAttribute,
  type WireContext,
} from "./attributes.ts";
import { messageFault, type BgpDecoded } from "./faults.ts";
import { decodeNlri, NO_NLRI, type Nlri } from "./nlri.ts";

export interface UpdateBody {
  /** Of IPv4. */
  readonly withdrawn: Nlri;
  readonly attributes: readonly PathAttribute[];
  /** Of IPv4. */
  readonly announced: Nlri;
}

export interface UpdateMessage extends UpdateBody {
  readonly kind: "update";
  /** What was wrong with it, and does not end the session. */
  readonly faults: readonly AttributeFault[];
}

export interface AttributeFault {
  readonly type: number;
  readonly fault: string;
  readonly remedy: Exclude<AttributeRemedy, "reset">;
}

/** @param body without the header */
export function decodeUpdate(body: Uint8Array, context: WireContext): BgpDecoded<UpdateMessage> {
  const r = new ByteReader(body);
  if (r.left < 4) return messageFault("bgp-bad-length");
  const withdrawnBytes = r.u16();
  // RFC 7606 section 3.b: where the lists end is not known.
  if (withdrawnBytes + 2 > r.left) return messageFault("update-malformed-list");
  const withdrawn = decodeNlri(r.take(withdrawnBytes), "IPv4");
  const attributeBytes = r.u16();
  if (attributeBytes > r.left) return messageFault("update-malformed-list");
  const list = new AttributeList(context);
  const wrong = list.read(r.take(attributeBytes));
  if (wrong !== null) return wrong;
  const announced = decodeNlri(r.take(r.left), "IPv4");
  if (withdrawn === null || announced === null) return messageFault("update-bad-network");
  list.requireMandatory(announced.count > 0);
  const { attributes, faults } = list;
  return { ok: true, value: { kind: "update", withdrawn, attributes, announced, faults } };
}

type Refusal = Extract<BgpDecoded<never>, { ok: false }>;

/** Reads the attributes of one UPDATE. */
class AttributeList {
  readonly attributes: PathAttribute[] = [];
  readonly faults: AttributeFault[] = [];
  readonly #context: WireContext;
  readonly #seen = new Set<number>();

  constructor(context: WireContext) {
    this.#context = context;
  }

  /** @returns what ends the session, or null */
  read(bytes: Uint8Array): Refusal | null {
    const r = new ByteReader(bytes);
    while (r.left > 0) {
      const begin = bytes.length - r.left;
      // RFC 7606 section 4: the list ends within an attribute; the prefixes behind it are known all the same.
      if (r.left < 3) return this.#cutOff();
      const [flags, type] = [r.u8(), r.u8()];
      const isExtended = (flags & FLAG.extendedLength) !== 0;
      if (isExtended && r.left < 2) return this.#cutOff();
      const length = isExtended ? r.u16() : r.u8();
      if (length > r.left) return this.#cutOff();
      const value = r.take(length);
      const whole = bytes.subarray(begin, bytes.length - r.left);
      const wrong = this.#take(flags, type, value, whole);
      if (wrong !== null) return wrong;
    }
    return null;
  }

  #cutOff(): null {
    this.faults.push({ type: 0, fault: "attributes-cut-off", remedy: "withdraw" });
    return null;
  }

  #take(flags: number, type: number, value: Uint8Array, whole: Uint8Array): Refusal | null {
    const rule = ruleOfType(type);
    if (this.#seen.has(type)) {
      // RFC 7606 section 3.g.
      if (rule?.onMalformed === "reset") return messageFault("update-malformed-list");
      this.faults.push({ type, fault: "attribute-doubled", remedy: "discard" });
      return null;
    }
    this.#seen.add(type);
    if (rule === undefined) return this.#takeUnknown(flags, type, value, whole);
    if ((flags & (FLAG.optional | FLAG.transitive)) !== rule.flags) {
      const remedy = rule.onMalformed === "discard" ? "discard" : "withdraw"; // RFC 7606 section 3.c
      this.faults.push({ type, fault: "attribute-bad-flags", remedy });
      if (rule.onMalformed !== "reset") return null;
    }
    if (rule.isInternal === true && this.#context.isExternal) {
      this.faults.push({ type, fault: "attribute-not-for-others", remedy: "discard" });
      return null;
    }
    const decoded = DECODERS[rule.kind](value, this.#context);
    if (decoded === FOREIGN_FAMILY) this.attributes.push(unknown(flags, type, value));
    else if (decoded !== null) this.attributes.push(decoded);
    else if (rule.onMalformed === "reset") return messageFault("update-bad-optional", whole);
    else this.faults.push({ type, fault: "attribute-malformed", remedy: rule.onMalformed });
    return null;
  }

  #takeUnknown(flags: number, type: number, value: Uint8Array, whole: Uint8Array): Refusal | null {
    // RFC 4271 section 6.3: everybody must know what is well-known.
    if ((flags & FLAG.optional) === 0) return messageFault("update-unknown-well-known", whole);
    this.attributes.push(unknown(flags, type, value));
    return null;
  }

  /** RFC 7606 section 3.d. @param hasNlri whether there are prefixes behind the attributes */
  requireMandatory(hasNlri: boolean): void {
    const reach = this.attributes.find(({ kind }) => kind === "mp-reach");
    const wanted: KnownKind[] = hasNlri ? ["origin", "as-path", "next-hop"] : [];
    if (reach !== undefined && !hasNlri) wanted.push("origin", "as-path");
    for (const kind of wanted) {
      const { type } = ruleOfKind(kind);
      if (this.#seen.has(type)) continue; // Malformed is told already.
      this.faults.push({ type, fault: "attribute-missing", remedy: "withdraw" });
    }
  }
}

function unknown(flags: number, type: number, bytes: Uint8Array): PathAttribute {
  return { kind: "unknown", flags: flags & ~FLAG.extendedLength, type, bytes };
}

/** @returns the body: the header is message.ts's */
export function encodeUpdate(update: UpdateBody, context: WireContext): Uint8Array {
  const attributes = encodeAttributes(update.attributes, context);
  return concatBytes(
    uintBytes(update.withdrawn.bytes.length, 2),
    update.withdrawn.bytes,
    uintBytes(attributes.length, 2),
    attributes,
    update.announced.bytes,
  );
}

export function encodeAttributes(
  attributes: readonly PathAttribute[],
  context: WireContext,
): Uint8Array {
  return concatBytes(...attributes.map((attribute) => encodeAttribute(attribute, context)));
}

function encodeAttribute(attribute: PathAttribute, context: WireContext): Uint8Array {
  const value = encodeValue(attribute, context);
  const isLong = value.length > 255;
  const { type, flags } = attribute.kind === "unknown" ? attribute : ruleOfKind(attribute.kind);
  return concatBytes(
    uintBytes(isLong ? flags | FLAG.extendedLength : flags, 1),
    uintBytes(type, 1),
    uintBytes(value.length, isLong ? 2 : 1),
    value,
  );
}

/** RFC 4724 section 2: everything of this family has been told. */
export function endOfRib(family: IpFamily): UpdateBody {
  const attributes: PathAttribute[] =
    family === "IPv4" ? [] : [{ kind: "mp-unreach", family, prefixes: NO_NLRI }];
  return { withdrawn: NO_NLRI, attributes, announced: NO_NLRI };
}

/** @returns the family of which this is the End-of-RIB, or null where it says something */
export function endOfRibFamily(update: UpdateBody): IpFamily | null {
  if (update.withdrawn.count + update.announced.count > 0) return null;
  const [first, ...more] = update.attributes;
  if (first === undefined) return "IPv4";
  const isEmpty = first.kind === "mp-unreach" && first.prefixes.count === 0 && more.length === 0;
  return isEmpty ? first.family : null;
}
