/**
 * Ethernet addresses: six bytes, written `aa:bb:cc:dd:ee:ff` in lower case. Pure.
 */

declare const macBrand: unique symbol;

/** An Ethernet address in canonical text: six lower-case hexadecimal pairs joined by colons. */
export type Mac = string & { readonly [macBrand]: true };

export const MAC_BYTES = 6;
export const MAC_BROADCAST = "ff:ff:ff:ff:ff:ff" as Mac;
export const MAC_ZERO = "00:00:00:00:00:00" as Mac;

/** @returns the address in canonical text, or undefined where the text is none */
export function parseMac(text: string): Mac | undefined {
  const lower = text.toLowerCase();
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(lower) ? (lower as Mac) : undefined;
}

/** @param bytes exactly six */
export function macFromBytes(bytes: Uint8Array): Mac {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":") as Mac;
}

/** @returns six bytes, in the order of the wire */
export function macToBytes(mac: Mac): Uint8Array {
  return Uint8Array.from(mac.split(":"), (pair) => Number.parseInt(pair, 16));
}
