/** Whole frames for tests, written field by field. */

const frame = (...fields: readonly string[]): Uint8Array => Buffer.from(fields.join(""), "hex");

/** Who has 192.0.2.2? Tell 192.0.2.1 (RFC 826). */
export const ARP_REQUEST = frame(
  ...["ffffffffffff", "020000000001", "0806"],
  ...["0001", "0800", "06", "04", "0001"],
  ...["020000000001", "c0000201", "000000000000", "c0000202"],
);

/** The answer of 02:00:00:00:00:02 to it. */
export const ARP_REPLY = frame(
  ...["020000000001", "020000000002", "0806"],
  ...["0001", "0800", "06", "04", "0002"],
  ...["020000000002", "c0000202", "020000000001", "c0000201"],
);

/** Who has 2001:db8::2? Tell fe80::1 (RFC 4861 section 4.3); nobody here checks its checksum. */
export const NEIGHBOR_SOLICITATION = frame(
  ...["3333ff000002", "020000000001", "86dd"],
  ...["60000000", "0020", "3a", "ff"],
  ...["fe800000000000000000000000000001", "ff0200000000000000000001ff000002"],
  ...["87", "00", "0000", "00000000", "20010db8000000000000000000000002"],
  ...["01", "01", "020000000001"],
);

/** @returns the frame with one byte changed */
export function withByte(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[offset] = value;
  return changed;
}
