/**
 * What our own node is for routers: of its Node object and of its gate what counts, and when that is news. Pure, mutated in place.
 *
 * Before both are known nothing is said of it: a node announces only when it can forward, and a router that keeps the routes of
 * our last life is not to be told that there are none.
 * Neighbours: gate.ts knows whether the node can forward; routes.ts and bgp-peers.ts go by the facts.
 */
import { familyOf, type Ip } from "../base/ip.ts";
import type { Labels } from "../classes/label-selector.ts";
import type { Node } from "../kube/types.ts";
import { barOf, isDrained } from "../multi-ip/node-marks.ts";
import { internalAddresses } from "./objects.ts";
import { partingOf, type Parting } from "./parting.ts";
import type { RouteBar } from "./routes.ts";

export interface OwnNodeFacts {
  readonly labels: Labels;
  /** Its first IPv4 address; null: it has none. */
  readonly ipv4: Ip | null;
  readonly bar: RouteBar | null;
  readonly isDrained: boolean;
}

export interface OwnNodeOptions {
  /** Whether it is ever told that the node can forward; where nobody asks it can. */
  readonly hasGate: boolean;
  /** As `--ignore-exclude-lb` says. */
  readonly ignoreExcludeLabel: boolean;
}

/** Whether other peers may be spoken to, or only other routes announced. */
export type OwnNodeNews = "none" | "routes" | "peers";

export class OwnNode {
  readonly #options: OwnNodeOptions;
  #object: Node | "unread" | "absent" = "unread";
  #isGated: boolean | null;
  #facts: OwnNodeFacts | null = null;

  constructor(options: OwnNodeOptions) {
    this.#options = options;
    this.#isGated = options.hasGate ? null : false;
  }

  /** Null: it is not known yet. */
  get facts(): OwnNodeFacts | null {
    return this.#facts;
  }

  /** Null: there is none, or it is not known yet. */
  get object(): Node | null {
    return typeof this.#object === "string" ? null : this.#object;
  }

  /** How to stop now. */
  get parting(): Parting {
    return partingOf(this.object ?? undefined, this.#facts === null ? "unknown" : this.#facts.bar);
  }

  /** @param object undefined: there is none */
  setObject(object: Node | undefined): OwnNodeNews {
    this.#object = object ?? "absent";
    return this.#look();
  }

  /** @param object as an earlier life knew it, for as long as nothing newer is known */
  resume(object: Node): OwnNodeNews {
    return this.#object === "unread" ? this.setObject(object) : "none";
  }

  setGated(isGated: boolean): OwnNodeNews {
    this.#isGated = isGated;
    return this.#look();
  }

  #look(): OwnNodeNews {
    const before = this.#facts;
    this.#facts = this.#read();
    if (this.#facts === null) return "none";
    if (peerPart(before) !== peerPart(this.#facts)) return "peers";
    return JSON.stringify(before) === JSON.stringify(this.#facts) ? "none" : "routes";
  }

  #read(): OwnNodeFacts | null {
    const [object, isGated] = [this.#object, this.#isGated];
    if (object === "unread" || isGated === null) return null;
    if (object === "absent") return { labels: {}, ipv4: null, bar: "unknown", isDrained: false };
    return {
      labels: object.metadata.labels ?? {},
      ipv4: internalAddresses(object).find((ip) => familyOf(ip) === "IPv4") ?? null,
      bar: isGated ? "gated" : barOf(object, this.#options.ignoreExcludeLabel),
      isDrained: isDrained(object),
    };
  }
}

/** What sessions are made of. */
function peerPart(facts: OwnNodeFacts | null): string {
  return facts === null ? "" : JSON.stringify([facts.labels, facts.ipv4]);
}
