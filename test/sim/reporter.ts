/**
 * What a speaker's main thread writes of who holds what, with production's rules and simulated hands.
 *
 * The rules are holder-status.ts and testimony.ts; the queue, the patience and the retries are those of
 * src/speaker/io/status-writer.ts, testimony.ts and worker-reports.ts.
 */
import type { Ip } from "../../src/base/ip.ts";
import { virtualIpName } from "../../src/multi-ip/name.ts";
import { PRESENCE_RENEW_MS } from "../../src/multi-ip/presence.ts";
import type { VirtualIP } from "../../src/multi-ip/resource.ts";
import {
  CONTRADICTED_MS,
  holderStatus,
  isContradicted,
  type HolderFact,
  type Said,
} from "../../src/speaker/holder-status.ts";
import type { HoldingChange } from "../../src/speaker/holdings.ts";
import {
  stepTestimony,
  testimonyOf,
  type Testimony,
  type TestimonyEffect,
  type TestimonyEvent,
} from "../../src/speaker/testimony.ts";
import type { Company } from "../../src/speaker/company.ts";
import type { SimNode } from "./node.ts";
import type { NodeWorld } from "./node-world.ts";

const OVERWRITTEN_MS = 1000;
const REJOINED_MS = 1000;
const RETRY_MS_MAX = 5000;

export class Reporter {
  readonly #node: SimNode;
  readonly #world: NodeWorld;
  readonly #facts = new Map<string, { fact: HolderFact; said: Said }>();
  readonly #store = new Map<string, VirtualIP>();
  readonly #due = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  #acquired = "";
  #rejoinedAt: string | undefined;
  #tellsSoon = false;
  #quiet = false;
  #testimony: Testimony;
  #testimonyTurn = 0;

  constructor(node: SimNode, world: NodeWorld) {
    this.#node = node;
    this.#world = world;
    this.#testimony = testimonyOf(node.name);
  }

  /** The watch brings what there is. @returns what is new or other than before */
  follow(virtualIps: ReadonlyMap<string, VirtualIP>): VirtualIP[] {
    const changed: VirtualIP[] = [];
    for (const name of this.#store.keys()) if (!virtualIps.has(name)) this.#store.delete(name);
    for (const [name, object] of virtualIps) {
      if (this.#store.get(name) === object) continue;
      this.#store.set(name, object);
      changed.push(object);
      this.#look(object);
    }
    return changed;
  }

  changed({ address, to, gained, reason, generation }: HoldingChange): void {
    const atMs = this.#node.wallMs();
    const nobody = to === null && reason !== "speaker-stopped" && reason !== "plan";
    if (gained) this.#set(address, { holder: to, reason, atMs, generation });
    else if (nobody) this.#set(address, { holder: null, reason, atMs, generation });
    else this.#facts.delete(virtualIpName(address));
  }

  kept(address: Ip, generation: number): void {
    const name = virtualIpName(address);
    const before = this.#facts.get(name);
    if (before === undefined) return;
    this.#facts.set(name, { fact: { ...before.fact, generation }, said: before.said });
    this.#write(name, 0);
  }

  sayAgain(): void {
    for (const [name, entry] of this.#facts) {
      entry.said = "no";
      this.#write(name, OVERWRITTEN_MS);
    }
  }

  /** Renews the presence Lease from here on, while the speaker does its job. */
  bePresent(): void {
    this.#acquired = new Date(this.#node.wallMs()).toISOString();
    this.#renewEvery();
  }

  /** Others took over from this node, which is back. */
  rejoined(): void {
    this.#rejoinedAt = new Date(this.#node.wallMs()).toISOString();
    if (this.#tellsSoon) return;
    this.#tellsSoon = true;
    this.#node.later(REJOINED_MS, () => {
      this.#tellsSoon = false;
      this.renew();
    });
  }

  renew(): void {
    const { name, serving, leaving, hasApi } = this.#node;
    if (!serving || leaving || !hasApi) return;
    const now = new Date(this.#node.wallMs()).toISOString();
    this.#world.cluster.renewPresence(name, {
      acquireTime: this.#acquired,
      renewTime: now,
      rejoinedAt: this.#rejoinedAt,
    });
  }

  #renewEvery(): void {
    this.#node.later(PRESENCE_RENEW_MS, () => {
      this.renew();
      this.#renewEvery();
    });
  }

  company(company: Company): void {
    this.#testify({ kind: "company", company });
  }

  #set(address: Ip, fact: HolderFact): void {
    const name = virtualIpName(address);
    this.#facts.set(name, { fact, said: "no" });
    this.#write(name, 0);
  }

  #look(object: VirtualIP): void {
    const { name } = object.metadata;
    const entry = this.#facts.get(name);
    if (entry === undefined) return;
    const { fact, said } = entry;
    const told = (object.status?.holder ?? null) === fact.holder;
    if (told && object.status?.generation === fact.generation) return;
    if (said === "no" || object.status?.holder === undefined) this.#write(name, 0);
    else if (said === "yes") this.#write(name, OVERWRITTEN_MS);
  }

  /** The earliest of what is asked for counts. */
  #write(name: string, afterMs: number): void {
    const { nowMs, random } = this.#world;
    const atMs = nowMs() + afterMs + random.between(1, 4);
    if ((this.#due.get(name) ?? Infinity) <= atMs) return;
    this.#due.set(name, atMs);
    this.#node.later(atMs - nowMs(), () => {
      if (this.#due.get(name) !== atMs) return;
      this.#due.delete(name);
      this.#writeNow(name);
    });
  }

  #writeNow(name: string): void {
    const entry = this.#facts.get(name);
    const object = this.#store.get(name);
    if (this.#quiet || entry === undefined || object === undefined) return;
    const status = holderStatus(object, entry.fact, entry.said === "yes");
    if (status === null) {
      if (isContradicted(object, entry.fact)) {
        entry.said = "contradicted";
        this.#write(name, CONTRADICTED_MS);
      }
      return;
    }
    entry.said = "yes";
    this.#node.later(this.#world.random.between(2, 15), () => {
      if (!this.#node.hasApi) {
        entry.said = "no";
        const failures = (this.#failures.get(name) ?? 0) + 1;
        this.#failures.set(name, failures);
        this.#write(name, Math.min(100 * 2 ** failures, RETRY_MS_MAX));
        return;
      }
      this.#failures.delete(name);
      this.#world.cluster.writeStatus(name, object.metadata.uid, status);
    });
  }

  #testify(event: TestimonyEvent): void {
    const { state, effects } = stepTestimony(this.#testimony, event);
    this.#testimony = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: TestimonyEffect): void {
    switch (effect.kind) {
      case "keep-quiet":
        this.#quiet = true;
        return;
      case "speak":
        this.#quiet = false;
        for (const name of this.#facts.keys()) this.#write(name, 0);
        return;
      case "list-leases":
        this.#list();
        return;
      case "set-timer": {
        const turn = ++this.#testimonyTurn;
        this.#node.later(effect.afterMs, () => {
          if (turn === this.#testimonyTurn) this.#testify({ kind: "timer" });
        });
        return;
      }
    }
  }

  #list(): void {
    this.#node.later(this.#node.hasApi ? 10 : 2000, () => {
      if (!this.#node.hasApi) {
        this.#testify({ kind: "unanswered" });
        return;
      }
      const { presences } = this.#world.cluster.model;
      const renewals = new Map(
        [...presences].map(([node, { lease }]) => [node, lease.spec?.renewTime ?? ""]),
      );
      this.#testify({ kind: "leases", renewals, nowMs: this.#node.localMs() });
    });
  }
}
