/**
 * Ethernet addresses: six bytes, written `aa:bb:cc:dd:ee:ff` in lower case. Pure.
 */

declare const macBrand: unique symbol;

/** An Ethernet address in canonical text: six lower-case hexadecimal pairs joined by colons. */
export type Mac = string & { readonly [macBrand]: true };

export const MAC_BYTES = 6;
export const MAC_BROADCAST = "ff:ff:ff:ff:ff:ff" as Mac;
export const MAC_ZERO = "00:00:00:00:00:00" as Mac;

/** Every frame has two, and every heartbeat some: no list is made for each. */
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);

/** @returns the address in canonical text, or undefined where the text is none */
export function parseMac(text: string): Mac | undefined {
  const lower = text.toLowerCase();
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(lower) ? (lower as Mac) : undefined;
}

/** @param bytes exactly six */
export function macFromBytes(bytes: Uint8Array): Mac {
  let text = "";
  for (const byte of bytes) text += (text === "" ? "" : ":") + (HEX[byte] ?? "");
  return text as Mac;
}

/** @returns six bytes, in the order of the wire */
export function macToBytes(mac: Mac): Uint8Array {
  const bytes = new Uint8Array(MAC_BYTES);
  for (let i = 0; i < MAC_BYTES; i++) bytes[i] = Number.parseInt(mac.slice(3 * i, 3 * i + 2), 16);
  return bytes;
}
