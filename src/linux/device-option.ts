/** Binding a socket to an interface or to a VRF (SO_BINDTODEVICE), as bytes and numbers. Pure. Read first: socket(7). */
import { Buffer } from "node:buffer";

const SOL_SOCKET = 1;
const SO_BINDTODEVICE = 25;

export function deviceOption(device: string) {
  const value: Uint8Array = Buffer.from(`${device}\0`);
  return { level: SOL_SOCKET, option: SO_BINDTODEVICE, value };
}
