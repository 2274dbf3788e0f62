/**
 * MetalLB's configuration of before 0.13, the ConfigMap `config`, as objects of `metallb.io`. Pure.
 *
 * Every key is here: taken over, or refused with the reason. What is at fault is left out and told with its value, the rest is
 * converted. The objects are named as MetalLB's own tool names them, so that both give the same. Where that tool changed what the
 * configuration meant (a keepalive time of 0s, passwords in plain sight), the meaning is kept instead.
 * Neighbours: config-values.ts reads values; ../../cli/io/migrate.ts reads the file and prints.
 */
import { AGGREGATION_DEFAULT } from "./bgp-advertisement.ts";
import { peerProblems } from "./bgp-peer-rules.ts";
import { parseCommunity, WELL_KNOWN_COMMUNITIES } from "./community-values.ts";
import {
  address,
  asList,
  asMap,
  communities,
  fault,
  flag,
  holdTime,
  isNothing,
  keepaliveTime,
  ranges,
  routerId,
  selectors,
  shown,
  text,
  whole,
  type ConfigFault,
  type Place,
  type Reader,
} from "./config-values.ts";
import { METALLB_GROUP, METALLB_VERSION } from "./kinds.ts";

/** An object as `kubectl apply` takes it. */
export interface ConvertedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly [field: string]: unknown;
}

export interface Conversion {
  /** In the order in which they should be made: what is named comes before what names it. */
  readonly objects: readonly ConvertedObject[];
  /** Left out, with the way out. */
  readonly faults: readonly ConfigFault[];
  /** Taken over, and to be known. */
  readonly remarks: readonly ConfigFault[];
}

/** What became of a key: the field that says it now, and how its value is read. */
type Keys = Readonly<Record<string, { readonly field: string; readonly read: Reader }>>;

const asn = whole("AS number", 1, 0xffffffff);
const intervalMs = whole("interval in milliseconds", 10, 60_000);

const PEER_KEYS: Keys = {
  "my-asn": { field: "myASN", read: asn },
  "peer-asn": { field: "peerASN", read: asn },
  "peer-address": { field: "peerAddress", read: address },
  "source-address": { field: "sourceAddress", read: address },
  "peer-port": { field: "peerPort", read: whole("port", 1, 65_535) },
  "hold-time": { field: "holdTime", read: holdTime },
  "keepalive-time": { field: "keepaliveTime", read: keepaliveTime },
  "router-id": { field: "routerID", read: routerId },
  "node-selectors": { field: "nodeSelectors", read: selectors },
  password: { field: "password", read: text },
  "bfd-profile": { field: "bfdProfile", read: text },
  "ebgp-multihop": { field: "ebgpMultiHop", read: flag },
};

const POOL_KEYS: Keys = {
  addresses: { field: "addresses", read: ranges },
  "auto-assign": { field: "autoAssign", read: flag },
  "avoid-buggy-ips": { field: "avoidBuggyIPs", read: flag },
};

const ADVERTISEMENT_KEYS: Keys = {
  "aggregation-length": {
    field: "aggregationLength",
    read: whole("aggregation length", 1, AGGREGATION_DEFAULT.IPv4),
  },
  "aggregation-length-v6": {
    field: "aggregationLengthV6",
    read: whole("aggregation length", 1, AGGREGATION_DEFAULT.IPv6),
  },
  localpref: { field: "localPref", read: whole("local preference", 0, 0xffffffff) },
  communities: { field: "communities", read: communities },
};

const BFD_KEYS: Keys = {
  "receive-interval": { field: "receiveInterval", read: intervalMs },
  "transmit-interval": { field: "transmitInterval", read: intervalMs },
  "detect-multiplier": { field: "detectMultiplier", read: whole("multiplier", 2, 255) },
  "echo-interval": { field: "echoInterval", read: intervalMs },
  "echo-mode": { field: "echoMode", read: flag },
  "passive-mode": { field: "passiveMode", read: flag },
  "minimum-ttl": { field: "minimumTtl", read: whole("TTL", 1, 254) },
};

/** Keys that are read by hand, or that nothing reads any more: with the reason. */
const AUTODISCOVERY =
  "Peers were found by labels and annotations of the nodes, and no MetalLB with CRDs does so. " +
  "Write each peer under peers, with node-selectors.";
const TOP_KEYS = ["peers", "address-pools", "bgp-communities", "bfd-profiles"] as const;

/** What MetalLB took where the configuration said nothing. */
const HOLD_TIME_DEFAULT = "90s";

/**
 * @param config the document under the key `config`, all of its scalars as texts
 * @param namespace where the objects are to live
 */
export function convertConfig(config: unknown, namespace: string): Conversion {
  return new Converter(namespace).convert(config);
}

class Converter {
  readonly #namespace: string;
  readonly #faults: ConfigFault[] = [];
  readonly #remarks: ConfigFault[] = [];
  /** By kind and name, so that none is made twice. */
  readonly #objects = new Map<string, ConvertedObject>();
  readonly #aliases = new Set(Object.keys(WELL_KNOWN_COMMUNITIES));
  #advertisements = { L2: 0, BGP: 0 };

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  convert(config: unknown): Conversion {
    const top = asMap(config, this.#at("config")) ?? {};
    for (const key of Object.keys(top)) {
      if (key === "peer-autodiscovery") fault(this.#at(key), AUTODISCOVERY);
      else if (!TOP_KEYS.some((known) => known === key)) this.#unknownKey(key, TOP_KEYS);
    }
    this.#each(top, "bfd-profiles", (map, where) => {
      this.#bfdProfile(map, where);
    });
    this.#communities(top["bgp-communities"]);
    this.#each(top, "peers", (map, where, i) => {
      this.#peer(map, where, i);
    });
    this.#each(top, "address-pools", (map, where) => {
      this.#pool(map, where);
    });
    if (this.#objects.size === 0 && this.#faults.length === 0) {
      fault(this.#at("config"), "Nothing is configured. Name the file that has address-pools.");
    }
    const objects = [...this.#objects.values()];
    return { objects, faults: this.#faults, remarks: this.#remarks };
  }

  #at(where: string): Place {
    return { where, found: this.#faults };
  }

  #unknownKey(where: string, known: readonly string[]): void {
    fault(this.#at(where), `The key is unknown. Those that are known: ${known.join(", ")}.`);
  }

  #each(
    top: Readonly<Record<string, unknown>>,
    key: string,
    take: (map: Readonly<Record<string, unknown>>, where: string, i: number) => void,
  ): void {
    for (const [i, item] of (asList(top[key], this.#at(key)) ?? []).entries()) {
      const where = `${key}[${i}]`;
      const map = asMap(item, this.#at(where));
      if (map) take(map, where, i);
    }
  }

  /** @param others keys that the caller reads itself */
  #read(
    map: Readonly<Record<string, unknown>>,
    where: string,
    { keys, others }: { readonly keys: Keys; readonly others: readonly string[] },
  ): Record<string, unknown> {
    const spec: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(map)) {
      const known = Object.hasOwn(keys, key) ? keys[key] : undefined;
      if (known === undefined) {
        if (!others.includes(key))
          this.#unknownKey(`${where}.${key}`, [...others, ...Object.keys(keys)]);
        continue;
      }
      const read = known.read(value, this.#at(`${where}.${key}`));
      if (read !== undefined && read !== null) spec[known.field] = read;
    }
    return spec;
  }

  #bfdProfile(map: Readonly<Record<string, unknown>>, where: string): void {
    const spec = this.#read(map, where, { keys: BFD_KEYS, others: ["name"] });
    const name = this.#name(map["name"], `${where}.name`);
    if (name !== null) this.#add({ kind: "BFDProfile", name, where, spec });
  }

  #communities(value: unknown): void {
    const map = asMap(value, this.#at("bgp-communities"));
    if (!map) return;
    const aliases = Object.entries(map).flatMap(([name, alias]) => {
      const isValue = typeof alias === "string" && parseCommunity(alias).ok;
      if (isValue) return [{ name, value: alias }];
      const at = this.#at(`bgp-communities.${name}`);
      fault(at, `${shown(alias)} is no community. Write two 16-bit numbers, such as 65000:100.`);
      return [];
    });
    for (const { name } of aliases) this.#aliases.add(name);
    if (aliases.length === 0) return;
    const spec = { communities: aliases };
    this.#add({ kind: "Community", name: "bgp-communities", where: "bgp-communities", spec });
  }

  #peer(map: Readonly<Record<string, unknown>>, where: string, i: number): void {
    const name = `peer${i + 1}`;
    const faults = this.#faults.length;
    const { password, ...read } = this.#read(map, where, { keys: PEER_KEYS, others: [] });
    const isBroken = this.#faults.length > faults;
    for (const key of ["my-asn", "peer-asn", "peer-address"]) {
      if (isNothing(map[key])) fault(this.#at(where), `The peer has no ${key}. Write it.`);
    }
    // A session with half of its settings would come up as another one: the whole peer waits.
    if (isBroken || this.#faults.length > faults) return;
    const spec: Record<string, unknown> = { holdTime: HOLD_TIME_DEFAULT, ...read };
    if (read["bfdProfile"] !== undefined) {
      const profile = nameOf(read["bfdProfile"]);
      if (!this.#objects.has(`BFDProfile/${profile}`)) {
        const missing = `There is no profile ${shown(read["bfdProfile"])}. Add it to bfd-profiles, or take it out.`;
        fault(this.#at(`${where}.bfd-profile`), missing);
      }
      spec["bfdProfile"] = profile;
    }
    for (const { message } of peerProblems(name, spec)) fault(this.#at(where), message + ".");
    if (this.#faults.length > faults) return;
    if (password !== undefined) {
      const secret = `${name}-password`;
      spec["passwordSecret"] = { name: secret, namespace: this.#namespace };
      this.#addSecret(secret, password);
      this.#remarks.push({
        where: `${where}.password`,
        message: `The password is in the Secret "${secret}" now, in plain sight on the output: let nobody else read it.`,
      });
    }
    this.#add({ kind: "BGPPeer", version: "v1beta2", name, where, spec });
  }

  #pool(map: Readonly<Record<string, unknown>>, where: string): void {
    const others = ["name", "protocol", "bgp-advertisements"];
    const faults = this.#faults.length;
    const spec = this.#read(map, where, { keys: POOL_KEYS, others });
    const name = this.#name(map["name"], `${where}.name`);
    const protocol = map["protocol"];
    if (protocol !== "layer2" && protocol !== "bgp") {
      const at = this.#at(`${where}.protocol`);
      fault(at, `${shown(protocol ?? "")} is no protocol. Write layer2 or bgp.`);
    }
    const addresses = spec["addresses"] as readonly string[] | undefined;
    if (addresses === undefined || addresses.length === 0) {
      const isTold = this.#faults.slice(faults).some((one) => one.where.includes(".addresses"));
      if (!isTold) fault(this.#at(where), "The pool has no addresses. Write at least one range.");
      return;
    }
    if (name === null) return;
    this.#add({ kind: "IPAddressPool", name, where, spec });
    if (protocol === "layer2") this.#advertiseOnSegment(map, name, where);
    if (protocol === "bgp") this.#advertiseToPeers(map, name, where);
  }

  #advertiseOnSegment(map: Readonly<Record<string, unknown>>, pool: string, where: string): void {
    if (!isNothing(map["bgp-advertisements"])) {
      const at = this.#at(`${where}.bgp-advertisements`);
      fault(
        at,
        "A pool of layer2 announces nothing by BGP. Take them out, or write protocol: bgp.",
      );
    }
    const name = `l2advertisement${++this.#advertisements.L2}`;
    this.#add({ kind: "L2Advertisement", name, where, spec: { ipAddressPools: [pool] } });
  }

  /** Without any it is announced once, as it is. */
  #advertiseToPeers(map: Readonly<Record<string, unknown>>, pool: string, where: string): void {
    const key = `${where}.bgp-advertisements`;
    const list = asList(map["bgp-advertisements"], this.#at(key)) ?? [];
    for (const [i, item] of (list.length === 0 ? [{}] : list).entries()) {
      const at = this.#at(`${key}[${i}]`);
      const faults = this.#faults.length;
      const advertisement = asMap(item, at) ?? {};
      const spec = this.#read(advertisement, at.where, { keys: ADVERTISEMENT_KEYS, others: [] });
      this.#checkCommunities(spec["communities"] as readonly string[] | undefined, at.where);
      // Announced with the wrong communities it might go where it should not.
      if (this.#faults.length > faults) continue;
      const name = `bgpadvertisement${++this.#advertisements.BGP}`;
      const whole = { ipAddressPools: [pool], ...spec };
      this.#add({ kind: "BGPAdvertisement", name, where: at.where, spec: whole });
    }
  }

  #checkCommunities(given: readonly string[] | undefined, where: string): void {
    for (const community of given ?? []) {
      if (this.#aliases.has(community) || parseCommunity(community).ok) continue;
      const remedy = "Write 65000:100, or define the name under bgp-communities";
      fault(this.#at(`${where}.communities`), `${shown(community)} is no community. ${remedy}.`);
    }
  }

  /** Names were any text; those of objects are not. */
  #name(value: unknown, where: string): string | null {
    const given = isNothing(value) ? undefined : text(value, this.#at(where));
    const name = nameOf(given);
    if (name === "") return fault(this.#at(where), `${shown(value ?? "")} is no name. Write one.`);
    if (name !== given) {
      const message = `${shown(given)} is called "${name}" now: Services and peers that name it have to say so.`;
      this.#remarks.push({ where, message });
    }
    return name;
  }

  #add(made: {
    readonly kind: string;
    readonly version?: string;
    readonly name: string;
    readonly where: string;
    readonly spec: object;
  }): void {
    const { kind, name, where, spec, version = METALLB_VERSION } = made;
    const key = `${kind}/${name}`;
    if (this.#objects.has(key)) {
      fault(this.#at(where), `There is another ${kind} "${name}" already. Give it another name.`);
      return;
    }
    const metadata = { name, namespace: this.#namespace };
    this.#objects.set(key, { apiVersion: `${METALLB_GROUP}/${version}`, kind, metadata, spec });
  }

  /** As MetalLB wants it: of this type, with this key. */
  #addSecret(name: string, password: unknown): void {
    this.#objects.set(`Secret/${name}`, {
      ...{ apiVersion: "v1", kind: "Secret", metadata: { name, namespace: this.#namespace } },
      ...{ type: "kubernetes.io/basic-auth", stringData: { password } },
    });
  }
}

/** @returns a name that Kubernetes takes; empty where nothing is left of it */
function nameOf(given: unknown): string {
  if (typeof given !== "string") return "";
  return given
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, "-")
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, "");
}
