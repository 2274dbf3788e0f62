/**
 * Many prefixes in one UPDATE: as many as fit. Pure.
 *
 * Read first: RFC 4271 section 4.3, RFC 7606 section 5.1 (the attribute with prefixes comes first, and alone has them).
 * Neighbours: out-rib.ts groups what can share a message.
 */
import assert from "node:assert/strict";
import { prefixToBytes, type Prefix } from "./prefix.ts";
import type { IpFamily } from "../base/ip.ts";
import type { Agreement } from "./handshake.ts";
import type { Route } from "./route-attributes.ts";
import { encodeMessage, HEADER_BYTES } from "./wire/message.ts";
import { joinNlri, NO_NLRI, type Nlri } from "./wire/nlri.ts";
import { encodeUpdate, type UpdateBody } from "./wire/update.ts";

export interface Packed {
  readonly message: Uint8Array;
  readonly taken: readonly Prefix[];
}

type Limits = Pick<Agreement, "wire" | "messageBytesMax">;

/** An attribute of more than 255 octets has one more octet of length than an empty one. */
const LONGER_LENGTH_BYTES = 1;

export function packWithdrawn(
  family: IpFamily,
  prefixes: readonly Prefix[],
  limits: Limits,
): Iterable<Packed> {
  return pack(prefixes, limits, (list) =>
    family === "IPv4"
      ? { withdrawn: list, attributes: [], announced: NO_NLRI }
      : {
          withdrawn: NO_NLRI,
          attributes: [{ kind: "mp-unreach", family, prefixes: list }],
          announced: NO_NLRI,
        },
  );
}

export function packAnnounced(
  { family, isMultiprotocol, nextHops, attributes }: Route,
  prefixes: readonly Prefix[],
  limits: Limits,
): Iterable<Packed> {
  return pack(prefixes, limits, (list) =>
    isMultiprotocol
      ? {
          withdrawn: NO_NLRI,
          attributes: [{ kind: "mp-reach", family, nextHops, prefixes: list }, ...attributes],
          announced: NO_NLRI,
        }
      : { withdrawn: NO_NLRI, attributes, announced: list },
  );
}

/** @param bodyOf makes the UPDATE of a list of prefixes */
function* pack(
  prefixes: readonly Prefix[],
  { wire, messageBytesMax }: Limits,
  bodyOf: (list: Nlri) => UpdateBody,
): Iterable<Packed> {
  const empty = encodeUpdate(bodyOf(NO_NLRI), wire).length;
  const room = messageBytesMax - HEADER_BYTES - empty - LONGER_LENGTH_BYTES;
  for (let first = 0; first < prefixes.length;) {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for (let i = first; i < prefixes.length; i++) {
      const part = prefixToBytes(prefixes[i] as Prefix);
      if (bytes + part.length > room) break;
      bytes += part.length;
      parts.push(part);
    }
    assert(parts.length > 0, "the attributes alone fill a message");
    const taken = prefixes.slice(first, first + parts.length);
    first += parts.length;
    yield { message: encodeMessage({ kind: "update", ...bodyOf(joinNlri(parts)) }, wire), taken };
  }
}
