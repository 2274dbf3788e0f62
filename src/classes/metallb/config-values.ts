/**
 * The values in MetalLB's old configuration: each read from its text, or named with the way out. Pure.
 *
 * All scalars come as texts, whatever YAML would make of them: a password 0123 stays what it is.
 * Neighbours: config-map.ts knows the keys and what became of them.
 */
import { parseIp } from "../../base/ip.ts";
import { parseRange } from "../ranges.ts";
import { PEER_TEXTS } from "./bgp-peer-rules.ts";
import { COMMUNITY_LENGTH_MAX } from "./community-values.ts";

/** What could not be taken over, and what to write instead. */
export interface ConfigFault {
  /** As people write it: `peers[0].hold-time`. */
  readonly where: string;
  /** A sentence with the value, and one with the way out. */
  readonly message: string;
}

/** Where a value stands, and who takes the faults. */
export interface Place {
  readonly where: string;
  readonly found: ConfigFault[];
}

/** @returns the value; undefined: absent; null: a fault that was told */
export type Reader = (value: unknown, place: Place) => unknown;

export function fault({ where, found }: Place, message: string): null {
  found.push({ where, message });
  return null;
}

/** @returns the value as a message shows it: short, and never over two lines */
export function shown(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return `"${text.length <= 64 ? text : `${text.slice(0, 61)}...`}"`;
}

/** YAML's ways to say nothing: the key is as if it were not there. */
export function isNothing(value: unknown): boolean {
  return value === undefined || value === null || ["", "~", "null"].includes(value as string);
}

function reader(noun: string, remedy: string, read: (text: string) => unknown): Reader {
  return (value, place) => {
    if (isNothing(value)) return undefined;
    const result = typeof value === "string" ? read(value.trim()) : undefined;
    return result ?? fault(place, `${shown(value)} is no ${noun}. ${remedy}.`);
  };
}

export function whole(noun: string, min: number, max: number): Reader {
  return reader(noun, `Write a whole number from ${min} to ${max}`, (text) => {
    const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    return number >= min && number <= max ? number : undefined;
  });
}

const FLAGS: Readonly<Record<string, boolean>> = {
  ...{ true: true, yes: true, on: true, y: true },
  ...{ false: false, no: false, off: false, n: false },
};

export const flag: Reader = reader("yes or no", "Write true or false", (text) => {
  return FLAGS[text.toLowerCase()];
});

/** Any text, as it is: spaces count in a password. */
export const text: Reader = (value, place) => {
  if (isNothing(value)) return undefined;
  return typeof value === "string" ? value : fault(place, `${shown(value)} is no text. Quote it.`);
};

export const address: Reader = reader("address", "Write an IPv4 or IPv6 address", (text) =>
  parseIp(text),
);

export const routerId: Reader = reader(
  "router ID",
  "Write an IPv4 address, or leave it out",
  (text) => (PEER_TEXTS.routerId.holds(text) ? text : undefined),
);

export const holdTime: Reader = reader(
  "hold time",
  "Write 0s, or a duration from 3s to 65535s, such as 90s",
  (text) => (PEER_TEXTS.holdTime.holds(text) ? text : undefined),
);

export const keepaliveTime: Reader = reader(
  "keepalive time",
  "Write a duration such as 30s, at most a third of the hold time",
  (text) => (PEER_TEXTS.keepaliveTime.holds(text) ? text : undefined),
);

const range: Reader = reader(
  "range of addresses",
  "Write a CIDR such as 192.0.2.0/28 or a range such as 192.0.2.10-192.0.2.20",
  (text) => (parseRange(text).ok ? text : undefined),
);

/** A value, or the name of one in bgp-communities. */
const community: Reader = reader(
  "community",
  "Write 65000:100, or a name that bgp-communities defines",
  (text) => (text.length <= COMMUNITY_LENGTH_MAX ? text : undefined),
);

/** @returns a reader of a list: what is wrong in it is left out and told */
export function listOf(read: Reader): Reader {
  return (value, place) => {
    const items = asList(value, place);
    return items?.flatMap((item, i) => {
      const one = read(item, { ...place, where: `${place.where}[${i}]` });
      return one === undefined || one === null ? [] : [one];
    });
  };
}

export const ranges = listOf(range);
export const communities = listOf(community);

export function asList(value: unknown, place: Place): readonly unknown[] | null | undefined {
  if (isNothing(value)) return undefined;
  if (Array.isArray(value)) return value as readonly unknown[];
  return fault(place, `${shown(value)} is no list. Begin each entry with a dash.`);
}

export function asMap(
  value: unknown,
  place: Place,
): Readonly<Record<string, unknown>> | null | undefined {
  if (isNothing(value)) return undefined;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  return fault(place, `${shown(value)} is no map. Write keys and values.`);
}

const OPERATORS: readonly string[] = ["In", "NotIn", "Exists", "DoesNotExist"];

/** `match-labels` and `match-expressions`, as label selectors of Kubernetes: one that cannot be read is left out whole. */
const selector: Reader = (value, place) => {
  const map = asMap(value, place);
  if (map === undefined || map === null) return map;
  const found: ConfigFault[] = [];
  const inner = (key: string): Place => ({ where: `${place.where}.${key}`, found });
  const labels = asMap(map["match-labels"], inner("match-labels"));
  const expressions = listOf(expression)(map["match-expressions"], inner("match-expressions"));
  for (const key of Object.keys(map)) {
    if (["match-labels", "match-expressions"].includes(key)) continue;
    fault(inner(key), "The key is unknown. A selector has match-labels and match-expressions.");
  }
  place.found.push(...found);
  if (found.length > 0) return null;
  return {
    ...(labels ? { matchLabels: labels } : {}),
    ...(expressions ? { matchExpressions: expressions } : {}),
  };
};

const expression: Reader = (value, place) => {
  const { key, operator, values } = asMap(value, place) ?? {};
  if (typeof key !== "string" || key === "") {
    return fault(place, "The expression has no key. Name the label that it is about.");
  }
  if (typeof operator !== "string" || !OPERATORS.includes(operator)) {
    return fault(place, `${shown(operator ?? "")} is no operator. Write ${OPERATORS.join(", ")}.`);
  }
  const list = asList(values, place);
  const needsValues = operator === "In" || operator === "NotIn";
  if (needsValues !== (list ?? []).length > 0) {
    return fault(place, `${operator} ${needsValues ? "needs" : "takes no"} values. Correct it.`);
  }
  return { key, operator, ...(list ? { values: list } : {}) };
};

export const selectors = listOf(selector);
