/**
 * BGP messages: the header, and which body it announces. Pure.
 *
 *   +-----------------------------------------------+
 *   |                    Marker                     |  16 octets, all ones
 *   +-----------------------+-----------+-----------+
 *   |        Length         |   Type    |
 *   +-----------------------+-----------+
 *
 * Read first: RFC 4271 sections 4.1 and 6.1, RFC 8654 (up to 65,535 octets where both want it), RFC 2918 and RFC 7313 (ROUTE-REFRESH).
 * Neighbours: open.ts, update.ts and notification.ts have the bodies; framing.ts cuts a stream.
 */
import { concatBytes, uintBytes } from "../../base/bytes.ts";
import type { WireContext } from "./attributes.ts";
import type { FamilyCode } from "./capabilities.ts";
import { messageFault, type BgpDecoded } from "./faults.ts";
import {
  decodeNotification,
  encodeNotification,
  type NotificationMessage,
} from "./notification.ts";
import { decodeOpen, encodeOpen, type OpenMessage } from "./open.ts";
import { decodeUpdate, encodeUpdate, type UpdateBody, type UpdateMessage } from "./update.ts";

export interface RouteRefreshMessage extends FamilyCode {
  readonly kind: "route-refresh";
  /** RFC 7313: 0 asks for all routes; others frame an answer, and mean nothing to us. */
  readonly subtype: number;
}

export type Message =
  | OpenMessage
  | UpdateMessage
  | NotificationMessage
  | { readonly kind: "keepalive" }
  | RouteRefreshMessage;

export type SendableMessage =
  Exclude<Message, UpdateMessage> | ({ readonly kind: "update" } & UpdateBody);

export const HEADER_BYTES = 19;
export const MESSAGE_BYTES_MAX = 4096;
export const EXTENDED_BYTES_MAX = 65_535;

const MARKER = new Uint8Array(16).fill(0xff);
const TYPE = { open: 1, update: 2, notification: 3, keepalive: 4, "route-refresh": 5 } as const;
/** By type: the shortest message, RFC 4271 section 6.1. */
const BYTES_MIN: readonly number[] = [HEADER_BYTES, 29, 23, 21, 19, 23];

export interface Limits {
  /** RFC 8654 section 4: OPEN and KEEPALIVE stay short. */
  readonly isExtended: boolean;
}

/**
 * Looks at a header.
 *
 * @param header at least 19 octets
 * @returns the length of the whole message
 */
export function decodeHeader(header: Uint8Array, { isExtended }: Limits): BgpDecoded<number> {
  for (let i = 0; i < MARKER.length; i++) {
    if (header[i] !== 0xff) return messageFault("bgp-not-synchronized");
  }
  const length = (header[16] ?? 0) * 256 + (header[17] ?? 0);
  const type = header[18] ?? 0;
  const bytesMin = BYTES_MIN[type];
  const isLong = isExtended && type !== TYPE.open && type !== TYPE.keepalive;
  const bytesMax = isLong ? EXTENDED_BYTES_MAX : MESSAGE_BYTES_MAX;
  const isBad = length < (bytesMin ?? HEADER_BYTES) || length > bytesMax;
  const isLongKeepalive = type === TYPE.keepalive && length !== HEADER_BYTES;
  if (isBad || isLongKeepalive) return messageFault("bgp-bad-length", uintBytes(length, 2));
  if (type === 0 || bytesMin === undefined) {
    return messageFault("bgp-unknown-type", uintBytes(type, 1));
  }
  return { ok: true, value: length };
}

/** @param message whole, its header looked at */
export function decodeMessage(message: Uint8Array, context: WireContext): BgpDecoded<Message> {
  const body = message.subarray(HEADER_BYTES);
  const type = message[18] ?? 0;
  switch (type) {
    case TYPE.open:
      return decodeOpen(body);
    case TYPE.update:
      return decodeUpdate(body, context);
    case TYPE.notification:
      return { ok: true, value: decodeNotification(body) };
    case TYPE.keepalive:
      return { ok: true, value: { kind: "keepalive" } };
    case TYPE["route-refresh"]:
      return decodeRouteRefresh(body);
    default:
      return messageFault("bgp-unknown-type", uintBytes(type, 1));
  }
}

/** RFC 2918 section 3: AFI (2), reserved (1), SAFI (1). */
function decodeRouteRefresh(body: Uint8Array): BgpDecoded<RouteRefreshMessage> {
  if (body.length !== 4) return messageFault("bgp-bad-length", uintBytes(body.length + 19, 2));
  const [high = 0, low = 0, subtype = 0, safi = 0] = body;
  return { ok: true, value: { kind: "route-refresh", afi: high * 256 + low, subtype, safi } };
}

export function encodeMessage(message: SendableMessage, context: WireContext): Uint8Array {
  return withHeader(TYPE[message.kind], encodeBody(message, context));
}

function encodeBody(message: SendableMessage, context: WireContext): Uint8Array {
  switch (message.kind) {
    case "open":
      return encodeOpen(message);
    case "update":
      return encodeUpdate(message, context);
    case "notification":
      return encodeNotification(message);
    case "keepalive":
      return new Uint8Array();
    case "route-refresh":
      return concatBytes(
        uintBytes(message.afi, 2),
        uintBytes(message.subtype, 1),
        uintBytes(message.safi, 1),
      );
  }
}

function withHeader(type: number, body: Uint8Array): Uint8Array {
  return concatBytes(MARKER, uintBytes(HEADER_BYTES + body.length, 2), uintBytes(type, 1), body);
}
