/**
 * The ways in which a peer's messages are wrong: each has a name, and the NOTIFICATION that tells the peer. Pure data.
 *
 * Read first: RFC 4271 section 6 (which error where), RFC 7606 (which of them still end a session).
 * The name is the word in the log, in the session's last error and in the metric; `data` is what section 6 wants sent along.
 * Neighbours: notification.ts has the words for what peers send us.
 */

/** Code and subcode of the NOTIFICATION: RFC 4271 section 4.5. */
export const NOTIFICATION_OF = {
  "bgp-not-synchronized": [1, 1],
  "bgp-bad-length": [1, 2],
  "bgp-unknown-type": [1, 3],
  "open-malformed": [2, 0],
  "open-unsupported-version": [2, 1],
  "open-wrong-as": [2, 2],
  "open-bad-identifier": [2, 3],
  "open-unsupported-parameter": [2, 4],
  "open-bad-hold-time": [2, 6],
  "open-missing-capability": [2, 7],
  "update-malformed-list": [3, 1],
  "update-unknown-well-known": [3, 2],
  "update-bad-optional": [3, 9],
  "update-bad-network": [3, 10],
} as const satisfies Record<string, readonly [code: number, subcode: number]>;

export type MessageFault = keyof typeof NOTIFICATION_OF;

/** As base's `Decoded`, with what the NOTIFICATION needs. */
export type BgpDecoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: MessageFault; readonly data: Uint8Array };

const NOTHING = new Uint8Array();

/** @returns the decoder's "no" */
export function messageFault(fault: MessageFault, data: Uint8Array = NOTHING) {
  return { ok: false, fault, data } as const;
}
