/**
 * Finds MetalLB's old configuration in a text: a ConfigMap as it is in a cluster or in a file, or the configuration itself. Pure.
 *
 * All scalars stay texts: YAML would make 83 of a password 0123.
 * Neighbours: ../classes/metallb/config-map.ts converts it.
 */
import { FAILSAFE_SCHEMA, loadAll } from "js-yaml";

export type FoundConfig =
  | { readonly ok: true; readonly config: unknown }
  /** A sentence without its full stop, and the way out. */
  | { readonly ok: false; readonly sentence: string };

/** The key under which the ConfigMap has it. */
const CONFIG_KEY = "config";
const OWN_KEYS = [
  "address-pools",
  "peers",
  "bgp-communities",
  "bfd-profiles",
  "peer-autodiscovery",
];

/** @param name how messages call the text: its file, or the ConfigMap */
export function findConfig(text: string, name: string): FoundConfig {
  let documents: readonly unknown[];
  try {
    documents = loadAll(text, { schema: FAILSAFE_SCHEMA });
  } catch (error) {
    return unreadable(error, name);
  }
  const maps = documents.flatMap(itemsOf);
  const found = maps.filter(({ kind, data }) => kind === "ConfigMap" && textIn(data) !== undefined);
  const [first] = found;
  if (found.length > 1) {
    return { ok: false, sentence: `${name} has ${found.length} ConfigMaps; give one at a time` };
  }
  if (first !== undefined) {
    try {
      const [config] = loadAll(textIn(first["data"]) ?? "", { schema: FAILSAFE_SCHEMA });
      return { ok: true, config };
    } catch (error) {
      return unreadable(error, `the key "${CONFIG_KEY}" in ${name}`);
    }
  }
  const own = maps.find((map) => OWN_KEYS.some((key) => key in map));
  if (own !== undefined) return { ok: true, config: own };
  return {
    ok: false,
    sentence: `${name} has neither a ConfigMap with the key "${CONFIG_KEY}" nor address-pools; name the file that MetalLB was given`,
  };
}

/** The objects of a document: a List has several. */
function itemsOf(document: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (typeof document !== "object" || document === null || Array.isArray(document)) return [];
  const map = document as Readonly<Record<string, unknown>>;
  return map["kind"] === "List" && Array.isArray(map["items"])
    ? map["items"].flatMap(itemsOf)
    : [map];
}

function textIn(data: unknown): string | undefined {
  const text = (data as Readonly<Record<string, unknown>> | undefined)?.[CONFIG_KEY];
  return typeof text === "string" ? text : undefined;
}

function unreadable(error: unknown, name: string): FoundConfig {
  const reason = (error as Error).message.split("\n", 1)[0] ?? "";
  return { ok: false, sentence: `${name} is no YAML (${reason}); correct it` };
}
