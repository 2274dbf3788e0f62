/**
 * The API server in memory and the controller over it: production's `plan()`, with hands that are late as real ones are.
 *
 * Objects and what the API server does with writes are those of the controller's own tests (model-cluster.ts). Here
 * writes take their time, one by one, so that speakers see half of a plan; passes keep the intervals of
 * src/controller/io/passes.ts; and the API can be away, for everybody or for some.
 */
import { emptyMemory } from "../../src/controller/memory.ts";
import { isRejoin, isStale } from "../../src/controller/nodes.ts";
import { EXCLUDE_LABEL } from "../../src/multi-ip/node-marks.ts";
import { plan, PLAN_OPTIONS, type Plan } from "../../src/controller/plan.ts";
import { Standing } from "../../src/controller/standing.ts";
import type { Snapshot } from "../../src/controller/world.ts";
import { writeKey, type Write } from "../../src/controller/writes.ts";
import type { VirtualIP, VirtualIPStatus } from "../../src/multi-ip/resource.ts";
import { ModelCluster, START_MS } from "../controller/model-cluster.ts";
import type { EventQueue } from "./queue.ts";
import type { Random } from "./random.ts";
import type { Settings } from "./settings.ts";

const GATHER_MS = 5;
const PASS_INTERVAL_MS = 50;
const RETRY_MS = 200;
/** Every so many passes are planned twice, the second time with nothing worked out before, for rule P4. */
const AGAIN_PASSES = 20;

export interface ClusterWorld {
  readonly settings: Settings;
  readonly random: Random;
  readonly queue: EventQueue;
  readonly nowMs: () => number;
  /** Watches bring something new to the speakers. */
  readonly onChange: () => void;
  readonly onPlan: (pass: {
    readonly plan: Plan;
    readonly again: Plan | null;
    readonly writes: readonly Write[];
    readonly snapshot: Snapshot;
  }) => void;
  readonly onWrite: (write: Write, before: VirtualIP | undefined) => void;
}

export class Cluster {
  readonly model = new ModelCluster();
  readonly #world: ClusterWorld;
  readonly #underWay = new Set<string>();
  #awayForAll = 0;
  #awayForController = 0;
  #controllerDown = 0;
  /** Grows with every start of the controller: what an earlier one began is not its business. */
  #term = 0;
  #passAtMs = Infinity;
  #notBeforeMs = 0;
  #version = 0;
  #passes = 0;

  constructor(world: ClusterWorld, nodes: readonly string[]) {
    this.#world = world;
    const { settings } = world;
    this.model.addClass("edge", {
      isDefault: true,
      addressPool: ["192.0.2.0/27"],
      l2: { interfaces: ["eth0"] },
    });
    for (const node of nodes) this.model.addNode(node);
    for (const [name, count] of Object.entries(settings.services)) {
      this.model.addService(name, { count });
    }
    this.#startController();
  }

  get away(): boolean {
    return this.#awayForAll > 0;
  }

  virtualIps(): ReadonlyMap<string, VirtualIP> {
    return this.model.virtualIps;
  }

  setAway(whom: "all" | "controller", away: boolean): void {
    if (whom === "all") this.#awayForAll += away ? 1 : -1;
    else this.#awayForController += away ? 1 : -1;
    if (!away) {
      this.news();
      this.#world.onChange();
    }
  }

  controllerDown(down: boolean): void {
    this.#controllerDown += down ? 1 : -1;
    this.#term++;
    this.#underWay.clear();
    this.model.claiming.clear();
    if (!down && this.#controllerDown === 0) this.#startController();
  }

  setService(name: string, count: number): void {
    if (count === 0) this.model.services.delete(`default/${name}`);
    else this.model.addService(name, { count });
    this.news();
  }

  exclude(node: string, excluded: boolean): void {
    this.model.addNode(node, excluded ? { [EXCLUDE_LABEL]: "" } : {});
    this.news();
  }

  renewPresence(
    node: string,
    times: {
      readonly acquireTime: string;
      readonly renewTime: string;
      readonly rejoinedAt: string | undefined;
    },
  ): void {
    this.#tick();
    const known = this.model.presences.get(node);
    this.model.hear(node, times);
    const lease = this.model.presences.get(node)?.lease;
    const isNews = known === undefined || isStale(known, this.model.nowMs);
    if (isNews || isRejoin(known.lease, lease)) this.news();
  }

  /** The speaker's mark on its Lease: it is about to stop. */
  announceEnd(node: string): void {
    this.model.announceEnd(node);
    this.news();
  }

  deletePresence(node: string): void {
    if (this.model.presences.delete(node)) this.news();
  }

  /** A merge patch with the uid as its precondition. @returns the object as it is then, or null */
  writeStatus(name: string, uid: string | undefined, status: VirtualIPStatus): VirtualIP | null {
    const before = this.model.virtualIps.get(name);
    if (before === undefined || before.metadata.uid !== uid) return null;
    const resourceVersion = `s${++this.#version}`;
    const after: VirtualIP = {
      ...before,
      metadata: { ...before.metadata, resourceVersion },
      status: withoutNulls({ ...before.status, ...status }),
    };
    this.model.virtualIps.set(name, after);
    this.#changed();
    return after;
  }

  /** Something changed that a plan is made of. */
  news(): void {
    const nowMs = this.#world.nowMs();
    this.#wakeAt(Math.max(nowMs + GATHER_MS + 10 * this.#world.random.next(), this.#notBeforeMs));
  }

  #startController(): void {
    const floor = Math.floor((START_MS + this.#world.nowMs()) / 1000);
    this.model.claiming.clear();
    this.model.memory = emptyMemory(floor);
    this.#passAtMs = Infinity;
    this.news();
  }

  #changed(): void {
    this.news();
    this.#world.onChange();
  }

  #tick(): void {
    this.model.nowMs = this.#world.nowMs();
  }

  #wakeAt(atMs: number): void {
    if (this.#controllerDown > 0 || atMs >= this.#passAtMs) return;
    this.#passAtMs = atMs;
    const term = this.#term;
    this.#later(atMs - this.#world.nowMs(), () => {
      if (term !== this.#term || this.#passAtMs !== atMs) return;
      this.#passAtMs = Infinity;
      this.#pass();
    });
  }

  #later(forMs: number, call: () => void): void {
    const { queue, nowMs } = this.#world;
    queue.call(nowMs() + forMs, call);
  }

  get #controllerCut(): boolean {
    return this.#awayForAll + this.#awayForController > 0;
  }

  #pass(): void {
    const nowMs = this.#world.nowMs();
    if (this.#controllerCut) {
      this.#wakeAt(nowMs + RETRY_MS);
      return;
    }
    this.#tick();
    const { settlingTimeMs, moveIntervalMs } = this.#world.settings;
    const snapshot = this.model.snapshot();
    const options = {
      ...PLAN_OPTIONS,
      ...{ settlingTimeMs, moveIntervalMs, nowMs, nowIso: this.model.nowIso },
    };
    const made = plan(snapshot, this.model.memory, options);
    const anew = () => ({ ...this.model.memory, standing: new Standing() });
    const again = ++this.#passes % AGAIN_PASSES === 0 ? plan(snapshot, anew(), options) : null;
    this.model.memory = made.memory;
    this.#notBeforeMs = nowMs + PASS_INTERVAL_MS;
    const writes = made.writes.filter((write) => !this.#underWay.has(writeKey(write)));
    this.#world.onPlan({ plan: made, again, writes, snapshot });
    for (const write of writes) this.#begin(write);
    if (made.wakeAtMs !== null) this.#wakeAt(Math.max(made.wakeAtMs, this.#notBeforeMs));
  }

  #begin(write: Write): void {
    const key = writeKey(write);
    this.#underWay.add(key);
    if (write.kind === "create-virtual-ip") this.model.claiming.set(key, write.object);
    const term = this.#term;
    this.#later(this.#world.random.between(2, 20), () => {
      this.#perform(write);
      if (term !== this.#term) return;
      this.#underWay.delete(key);
      this.model.claiming.delete(key);
      this.news();
    });
  }

  /** Also for a controller that died meanwhile: what was sent is done. */
  #perform(write: Write): void {
    if (this.#controllerCut) return;
    this.#tick();
    const before =
      write.kind === "update-virtual-ip"
        ? this.model.virtualIps.get(write.before.metadata.name)
        : undefined;
    if (!this.model.apply(write)) return;
    this.#world.onWrite(write, before);
    this.#changed();
  }
}

/** A merge patch that sets null takes the field away. */
function withoutNulls(status: VirtualIPStatus): VirtualIPStatus {
  const kept = Object.entries(status).filter(([, value]) => value !== null);
  return Object.fromEntries(kept);
}

/** For a trace. */
export function outline(write: Write): string {
  if (write.kind === "create-virtual-ip") return `made: ${JSON.stringify(write.object.spec)}`;
  const { name } = ("before" in write ? write.before : write.object).metadata;
  const { kind } = write;
  const isMove = kind === "update-virtual-ip";
  const what = isMove ? { ...write.spec, ...write.move } : "status" in write ? write.status : {};
  return `${kind} ${name}: ${JSON.stringify(what)}`;
}
