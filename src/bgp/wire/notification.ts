/**
 * NOTIFICATION: why a session ends, bytes to values and back, and in words. Pure.
 *
 *   +---------------+---------------+---------------------------+
 *   |  Error code   | Error subcode |      Data (variable)      |
 *   +---------------+---------------+---------------------------+
 *
 * Read first: RFC 4271 sections 4.5 and 6, RFC 4486 and IANA (subcodes of Cease), RFC 9003 (a text with a shutdown),
 * RFC 8538 section 3 (a hard reset holds another NOTIFICATION), RFC 6608 (subcodes of the state machine's error).
 */
import { Buffer } from "node:buffer";
import { concatBytes, uintBytes } from "../../base/bytes.ts";

export interface NotificationMessage {
  readonly kind: "notification";
  readonly code: number;
  readonly subcode: number;
  readonly data: Uint8Array;
}

export const CEASE = 6;
/** Subcodes of Cease: IANA, "BGP Cease NOTIFICATION message subcodes". */
export const CEASE_SUBCODE = {
  prefixesMax: 1,
  shutdown: 2,
  deconfigured: 3,
  reset: 4,
  rejected: 5,
  otherChange: 6,
  collision: 7,
  outOfResources: 8,
  hardReset: 9,
  bfdDown: 10,
} as const;

/** RFC 9003 section 2. */
const TEXT_BYTES_MAX = 255;
const NOTHING = new Uint8Array();

interface ErrorName {
  readonly name: string;
  readonly subcodes: Readonly<Record<number, string>>;
}

const ERRORS: Readonly<Record<number, ErrorName>> = {
  1: {
    name: "message header error",
    subcodes: { 1: "connection not synchronized", 2: "bad message length", 3: "bad message type" },
  },
  2: {
    name: "OPEN message error",
    subcodes: {
      1: "unsupported version number",
      2: "bad peer AS",
      3: "bad BGP identifier",
      4: "unsupported optional parameter",
      6: "unacceptable hold time",
      7: "unsupported capability",
      11: "role mismatch",
    },
  },
  3: {
    name: "UPDATE message error",
    subcodes: {
      1: "malformed attribute list",
      2: "unrecognized well-known attribute",
      3: "missing well-known attribute",
      4: "attribute flags error",
      5: "attribute length error",
      6: "invalid ORIGIN",
      8: "invalid NEXT_HOP",
      9: "optional attribute error",
      10: "invalid network field",
      11: "malformed AS_PATH",
    },
  },
  4: { name: "hold timer expired", subcodes: {} },
  5: {
    name: "state machine error",
    subcodes: {
      1: "unexpected message in OpenSent",
      2: "unexpected message in OpenConfirm",
      3: "unexpected message in Established",
    },
  },
  6: {
    name: "cease",
    subcodes: {
      1: "maximum number of prefixes reached",
      2: "administrative shutdown",
      3: "peer de-configured",
      4: "administrative reset",
      5: "connection rejected",
      6: "other configuration change",
      7: "connection collision resolution",
      8: "out of resources",
      9: "hard reset",
      10: "BFD down",
    },
  },
  7: { name: "ROUTE-REFRESH message error", subcodes: { 1: "invalid message length" } },
  8: { name: "send hold timer expired", subcodes: {} }, // RFC 9687
};

export function notification(
  code: number,
  subcode: number,
  data: Uint8Array = NOTHING,
): NotificationMessage {
  return { kind: "notification", code, subcode, data };
}

/** @param body at least two octets: message.ts has looked */
export function decodeNotification(body: Uint8Array): NotificationMessage {
  return notification(body[0] ?? 0, body[1] ?? 0, body.subarray(2));
}

export function encodeNotification(message: Omit<NotificationMessage, "kind">): Uint8Array {
  return concatBytes(uintBytes(message.code, 1), uintBytes(message.subcode, 1), message.data);
}

/** @returns a Cease whose text people at the router read: cut to what RFC 9003 allows, between characters */
export function ceaseWithText(subcode: 2 | 4, text: string): NotificationMessage {
  const characters = Array.from(text);
  let bytes = Buffer.from(text);
  while (bytes.length > TEXT_BYTES_MAX) {
    characters.pop();
    bytes = Buffer.from(characters.join(""));
  }
  return notification(CEASE, subcode, concatBytes(uintBytes(bytes.length, 1), bytes));
}

/** @returns the same, but nobody keeps routes over it: RFC 8538 section 3.1 */
export function hardReset(inner: NotificationMessage): NotificationMessage {
  return notification(CEASE, CEASE_SUBCODE.hardReset, encodeNotification(inner));
}

/** @returns what is in a hard reset, else the message itself */
export function withoutHardReset(message: NotificationMessage): NotificationMessage {
  const isHard = message.code === CEASE && message.subcode === CEASE_SUBCODE.hardReset;
  return isHard && message.data.length >= 2 ? decodeNotification(message.data) : message;
}

/** @returns the text that came with a shutdown or a reset; null where there is none that can be read */
export function textOf({ code, subcode, data }: NotificationMessage): string | null {
  const mayHave =
    code === CEASE && (subcode === CEASE_SUBCODE.shutdown || subcode === CEASE_SUBCODE.reset);
  const length = data[0] ?? 0;
  if (!mayHave || length === 0 || data.length < 1 + length) return null;
  const text = Buffer.from(data.subarray(1, 1 + length)).toString();
  // A stranger's text goes into logs and onto terminals.
  return text.replace(/[\p{Cc}\p{Cf}]/gu, " ").trim();
}

/** @returns `cease: administrative shutdown, "power is going off"` */
export function describeNotification(message: NotificationMessage): string {
  const inner = withoutHardReset(message);
  const error = ERRORS[inner.code];
  const name = error?.name ?? `error ${inner.code}`;
  const detail = error?.subcodes[inner.subcode] ?? (inner.subcode === 0 ? "" : `${inner.subcode}`);
  const text = textOf(inner);
  const words = detail === "" ? name : `${name}: ${detail}`;
  return text === null ? words : `${words}, "${text}"`;
}
