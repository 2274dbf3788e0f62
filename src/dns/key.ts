/**
 * The key of a publisher, as its Secret has it. Pure.
 *
 * The field `secret` holds what tsig-keygen prints: base64, as people paste it into `stringData`; so it is in base64 twice on the wire.
 */
import { Buffer } from "node:buffer";
import type { Problem } from "../base/errors.ts";
import type { Secret } from "../kube/types.ts";
import { parseName } from "./name.ts";
import type { Rfc2136Spec } from "./resource.ts";
import type { TsigKey } from "./wire/tsig.ts";

export const KEY_SECRET_DEFAULT = "spreadlb-dns";
const FIELD = "secret";

export type ReadKey =
  { readonly ok: true; readonly key: TsigKey } | { readonly ok: false; readonly problem: Problem };

export function keySecretOf({ rfc2136 }: Rfc2136Spec): string {
  return rfc2136.tsig.secretName ?? KEY_SECRET_DEFAULT;
}

/** @param secret as it is now; undefined: it is not there, or cannot be read */
export function readKey(spec: Rfc2136Spec, secret: Secret | undefined): ReadKey {
  const { keyName, algorithm = "hmac-sha256" } = spec.rfc2136.tsig;
  const name = parseName(keyName);
  if (!name.ok) return unusable(`The name "${keyName}" of the TSIG key is none: ${name.fault}`);
  const where = `Secret ${keySecretOf(spec)}`;
  if (secret === undefined) {
    return unusable(`${where} with the TSIG key is not there, or may not be read`);
  }
  const text = Buffer.from(secret.data?.[FIELD] ?? "", "base64")
    .toString("latin1")
    .trim();
  if (text === "") return unusable(`${where} has no field "${FIELD}"`);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    return unusable(`${where} has something else than base64 in "${FIELD}"`);
  }
  return { ok: true, key: { name: name.value, algorithm, secret: Buffer.from(text, "base64") } };
}

function unusable(message: string): ReadKey {
  return { ok: false, problem: { code: "TSIG_KEY_UNUSABLE", message } };
}
