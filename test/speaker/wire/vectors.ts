/**
 * Frames that other programs put on a wire: see "made" and "by" in the file.
 */
import { readFileSync } from "node:fs";

interface Vectors {
  readonly frames: readonly { readonly name: string; readonly hex: string }[];
}

const file = new URL("../../vectors/neighbors.json", import.meta.url);
const { frames } = JSON.parse(readFileSync(file, "utf8")) as Vectors;

/** @returns the captured frame, from its Ethernet header on */
export function captured(name: string): Uint8Array {
  const frame = frames.find((each) => each.name === name);
  if (frame === undefined) throw new Error(`no frame "${name}"`);
  return bytesOf(frame.hex);
}

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}
