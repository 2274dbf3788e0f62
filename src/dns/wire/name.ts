/**
 * Names in messages: octets to canonical text and back. Pure.
 *
 *   +--------+----------------+-   -+--------+          +----+--------------+
 *   | length |     label      |  …  |   0    |    or    | 11 |    offset    |
 *   +--------+----------------+-   -+--------+          +----+--------------+
 *
 * Read first: RFC 1035 sections 3.1 and 4.1.4 (compression).
 * We read compressed names and write none: TSIG wants names in full, and what grows too long for a datagram goes over TCP.
 * Neighbour: ../name.ts has the rules for names that people write.
 */
import { Buffer } from "node:buffer";
import { concatBytes } from "../../base/bytes.ts";
import { decoded, fault, type Decoded } from "../../base/decoded.ts";
import { LABEL_BYTES_MAX, labelsOf, NAME_BYTES_MAX, type DnsName } from "../name.ts";

export interface NameAt {
  readonly name: DnsName;
  /** Of the octet behind it, where it stands: not where a pointer leads to. */
  readonly end: number;
}

const POINTER_BITS = 0xc0;

/**
 * Reads a name out of a message.
 *
 * Each pointer has to lead before the part that it ends (RFC 1035 section 4.1.4, "a prior occurrence"), so that none can go in circles.
 */
export function decodeName(message: Uint8Array, start: number): Decoded<NameAt> {
  const labels: string[] = [];
  let [at, partStart, nameBytes] = [start, start, 1];
  let end: number | null = null;
  for (;;) {
    const length = message[at];
    if (length === undefined) return fault("dns-name-cut-off");
    if (length === 0) break;
    if ((length & POINTER_BITS) === POINTER_BITS) {
      const low = message[at + 1];
      if (low === undefined) return fault("dns-name-cut-off");
      const target = ((length & ~POINTER_BITS) << 8) | low;
      if (target >= partStart) return fault("dns-name-bad-pointer");
      end ??= at + 2;
      at = partStart = target;
      continue;
    }
    if (length > LABEL_BYTES_MAX) return fault("dns-name-bad-label");
    const label = message.subarray(at + 1, at + 1 + length);
    if (label.length < length) return fault("dns-name-cut-off");
    nameBytes += 1 + length;
    if (nameBytes > NAME_BYTES_MAX) return fault("dns-name-too-long");
    labels.push(textOf(label));
    at += 1 + length;
  }
  return decoded({ name: labels.join(".") as DnsName, end: end ?? at + 1 });
}

function textOf(label: Uint8Array): string {
  let text = "";
  for (const octet of label) {
    const character = String.fromCharCode(octet);
    text +=
      /[!-[\]-~]/.test(character) && character !== "." ? character.toLowerCase() : escaped(octet);
  }
  return text;
}

function escaped(octet: number): string {
  return `\\${String(octet).padStart(3, "0")}`;
}

/** @returns the name in full, in lower case: RFC 8945 section 4.3.3 wants it so */
export function encodeName(name: DnsName): Uint8Array {
  const labels = labelsOf(name).map((label) => {
    const octets = Buffer.from(
      label.replace(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(Number(digits))),
      "latin1",
    );
    return concatBytes(Uint8Array.of(octets.length), octets);
  });
  return concatBytes(...labels, Uint8Array.of(0));
}
