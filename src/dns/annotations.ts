/**
 * What a Service says of its names, in external-dns's annotations: nobody has to learn new ones. Pure.
 *
 * Read first: https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/.
 * Left out: `target`, `internal-hostname` and those of clouds. What a name leads to is what the Service's addresses are.
 */
import { parseDurationMs } from "../base/duration.ts";

export const HOSTNAME_ANNOTATION = "external-dns.alpha.kubernetes.io/hostname";
export const TTL_ANNOTATION = "external-dns.alpha.kubernetes.io/ttl";

const TTL_SECONDS_MIN = 1;
const TTL_SECONDS_MAX = 2 ** 31 - 1;

type Annotations = Readonly<Record<string, string>>;

export function isNameAnnotation(key: string): boolean {
  return key === HOSTNAME_ANNOTATION || key === TTL_ANNOTATION;
}

/** @returns the names as they are written, each once; none: the annotation is not there, or is empty */
export function hostnamesIn(annotations: Annotations): readonly string[] {
  const texts = (annotations[HOSTNAME_ANNOTATION] ?? "").split(",").map((text) => text.trim());
  return [...new Set(texts.filter((text) => text !== ""))];
}

/** @returns seconds, null where it says nothing, undefined where it cannot be read: a number of seconds or a duration is wanted */
export function ttlIn(annotations: Annotations): number | null | undefined {
  const text = annotations[TTL_ANNOTATION]?.trim();
  if (text === undefined || text === "") return null;
  const ms = /^[0-9]+$/.test(text) ? Number(text) * 1000 : parseDurationMs(text);
  if (ms === undefined) return undefined;
  const seconds = Math.floor(ms / 1000);
  return seconds >= TTL_SECONDS_MIN && seconds <= TTL_SECONDS_MAX ? seconds : undefined;
}
