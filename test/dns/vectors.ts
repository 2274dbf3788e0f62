/** What BIND's tools and named said: test/vectors/tsig.json, made by capture.ts. */
import { readFileSync } from "node:fs";
import { decodeMessage, type DnsMessage } from "../../src/dns/wire/message.ts";
import {
  decodeTsig,
  type Tsig,
  type TsigAlgorithm,
  type TsigKey,
} from "../../src/dns/wire/tsig.ts";
import type { Decoded } from "../../src/base/decoded.ts";
import { parseName, type DnsName } from "../../src/dns/name.ts";
import type { TsigVector } from "./capture.ts";

interface Spoken {
  readonly bytes: Uint8Array;
  readonly message: DnsMessage;
  readonly tsig: Tsig;
  readonly tsigStart: number;
}

export interface Vector {
  readonly name: string;
  readonly key: TsigKey;
  readonly request: Spoken;
  readonly answer: Spoken;
}

export function valueOf<T>(read: Decoded<T>): T {
  if (!read.ok) throw new Error(read.fault);
  return read.value;
}

export function nameOf(text: string): DnsName {
  return valueOf(parseName(text));
}

function spoken(hex: string): Spoken {
  const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
  const message = valueOf(decodeMessage(bytes));
  if (message.tsig === null) throw new Error("not signed");
  return { bytes, message, tsig: valueOf(decodeTsig(message.tsig)), tsigStart: message.tsig.start };
}

const file = new URL("../vectors/tsig.json", import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, "utf8")) as {
  readonly vectors: readonly TsigVector[];
};

export const VECTORS: readonly Vector[] = vectors.map(({ name, key, request, answer }) => ({
  name,
  key: {
    name: nameOf(key.name),
    algorithm: key.algorithm as TsigAlgorithm,
    secret: Buffer.from(key.secretBase64, "base64"),
  },
  request: spoken(request),
  answer: spoken(answer),
}));

export function vector(name: string): Vector {
  const found = VECTORS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no vector "${name}"`);
  return found;
}
