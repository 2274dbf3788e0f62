/**
 * OPEN: bytes to values and back. Pure.
 *
 *   +---------------+
 *   |    Version    |  4
 *   +---------------+---------------+
 *   |     My Autonomous System      |  23456 (AS_TRANS) where the number needs four octets
 *   +-------------------------------+
 *   |           Hold Time           |
 *   +-------------------------------+-------------------------------+
 *   |                         BGP Identifier                        |
 *   +---------------+-----------------------------------------------+
 *   | Opt Parm Len  |  Optional Parameters (variable)               |
 *   +---------------+-----------------------------------------------+
 *
 * Read first: RFC 4271 sections 4.2 and 6.2, RFC 5492 (capabilities are the one parameter left), RFC 9072 (more than 255 octets).
 * Neighbours: capabilities.ts; ../handshake.ts decides what the two offers come to.
 */
import { ByteReader, concatBytes, uintBytes } from "../../base/bytes.ts";
import { ipToBytes, type Ip } from "../../base/ip.ts";
import { decodeCapabilities, encodeCapabilities, type Capability } from "./capabilities.ts";
import { messageFault, type BgpDecoded } from "./faults.ts";

export interface OpenMessage {
  readonly kind: "open";
  /** The number of 16 bits; the whole one is in a capability. */
  readonly asn16: number;
  readonly holdTimeSeconds: number;
  readonly identifier: Ip;
  readonly capabilities: readonly Capability[];
}

/** RFC 6793 section 4.2.2. */
export const AS_TRANS = 23456;
const VERSION = 4;
const FIXED_BYTES = 10;
const PARAMETER_CAPABILITIES = 2;
const PARAMETER_EXTENDED = 255;

/** @param body without the header */
export function decodeOpen(body: Uint8Array): BgpDecoded<OpenMessage> {
  if (body.length < FIXED_BYTES) return messageFault("bgp-bad-length");
  const r = new ByteReader(body);
  if (r.u8() !== VERSION) {
    return messageFault("open-unsupported-version", uintBytes(VERSION, 2)); // RFC 4271 section 6.2
  }
  const [asn16, holdTimeSeconds, identifier] = [r.u16(), r.u16(), r.ipv4()];
  if (asn16 === 0) return messageFault("open-wrong-as"); // RFC 7607 section 2
  if (holdTimeSeconds === 1 || holdTimeSeconds === 2) return messageFault("open-bad-hold-time");
  if (identifier === "0.0.0.0") return messageFault("open-bad-identifier"); // RFC 6286 section 2.2
  const parameters = decodeParameters(r);
  if (!parameters.ok) return parameters;
  const value: OpenMessage = {
    ...{ kind: "open", asn16, holdTimeSeconds, identifier },
    capabilities: parameters.value,
  };
  return { ok: true, value };
}

function decodeParameters(r: ByteReader): BgpDecoded<Capability[]> {
  let [length, lengthBytes] = [r.u8(), 1];
  if (length === PARAMETER_EXTENDED && r.left >= 3) {
    // RFC 9072 section 2: a type of 255 says that lengths have two octets.
    const type = r.u8();
    if (type !== PARAMETER_EXTENDED) return messageFault("open-malformed");
    [length, lengthBytes] = [r.u16(), 2];
  }
  if (length !== r.left) return messageFault("open-malformed");
  const capabilities: Capability[] = [];
  while (r.left > 0) {
    if (r.left < 1 + lengthBytes) return messageFault("open-malformed");
    const type = r.u8();
    const size = r.uint(lengthBytes);
    if (size > r.left) return messageFault("open-malformed");
    const value = r.take(size);
    if (type !== PARAMETER_CAPABILITIES) return messageFault("open-unsupported-parameter");
    const decoded = decodeCapabilities(value);
    if (decoded === null) return messageFault("open-malformed");
    capabilities.push(...decoded);
  }
  return { ok: true, value: capabilities };
}

/** @returns the body: the header is message.ts's */
export function encodeOpen(open: Omit<OpenMessage, "kind">): Uint8Array {
  return concatBytes(
    uintBytes(VERSION, 1),
    uintBytes(open.asn16, 2),
    uintBytes(open.holdTimeSeconds, 2),
    ipToBytes(open.identifier),
    ...encodeParameters(encodeCapabilities(open.capabilities)),
  );
}

function encodeParameters(capabilities: Uint8Array): Uint8Array[] {
  if (capabilities.length === 0) return [uintBytes(0, 1)];
  const isExtended = capabilities.length + 2 >= PARAMETER_EXTENDED;
  const lengthBytes = isExtended ? 2 : 1;
  const size = 1 + lengthBytes + capabilities.length;
  return [
    ...(isExtended ? [uintBytes(0xffff, 2)] : []),
    uintBytes(size, lengthBytes),
    uintBytes(PARAMETER_CAPABILITIES, 1),
    uintBytes(capabilities.length, lengthBytes),
    capabilities,
  ];
}

/** @returns the peer's number, of whichever length: RFC 6793 section 4.1 */
export function asnOf({ asn16, capabilities }: OpenMessage): number {
  const long = capabilities.find((capability) => capability.kind === "four-octet-as");
  return long?.kind === "four-octet-as" ? long.asn : asn16;
}
