/**
 * One run from a seed: nodes, segment, API and controller, a client, the faults, and the rules that watch.
 *
 * The same seed gives the same run, to the last event. Nothing here decides anything that production decides.
 */
import { virtualIpName } from "../../src/multi-ip/name.ts";
import type { HoldingChange } from "../../src/speaker/holdings.ts";
import type { SpeakerEffect } from "../../src/speaker/speaker.ts";
import { START_MS } from "../controller/model-cluster.ts";
import { Client } from "./client.ts";
import { Cluster, outline } from "./cluster.ts";
import { SimNode } from "./node.ts";
import { Observer } from "./observer.ts";
import { EventQueue } from "./queue.ts";
import { Random } from "./random.ts";
import { makeRules } from "./rules/all.ts";
import { seconds, type Fact, type Rule } from "./rules/fact.ts";
import { Segment } from "./segment.ts";
import { Squatters } from "./squatters.ts";
import { greatestDelayMs, type Fault, type Settings } from "./settings.ts";

export interface Violation {
  readonly seed: string;
  readonly profile: string;
  readonly rule: string;
  readonly atMs: number;
  readonly what: string;
}

export interface Outcome {
  readonly violations: readonly Violation[];
  readonly events: number;
  /** The last lines before the first violation, where they were asked for. */
  readonly trace: readonly string[];
}

const TRACE_LINES_MAX = 40;

export interface SimulationOptions {
  /** Lines are gathered; every one, or the last ones before the first violation. */
  readonly trace?: "none" | "last" | "all";
  readonly onSimulation?: (simulation: Simulation) => void;
}

export function simulate(settings: Settings, options: SimulationOptions = {}): Outcome {
  return new Simulation(settings, options).run();
}

export class Simulation {
  readonly nodes: readonly SimNode[];
  readonly observer: Observer;
  readonly cluster: Cluster;
  readonly segment: Segment;
  readonly #settings: Settings;
  readonly #options: SimulationOptions;
  readonly #queue = new EventQueue();
  readonly #rules: readonly Rule[];
  readonly #client: Client;
  readonly #squatters: Squatters;
  /** By node: when another judged it lost for the last time. */
  readonly #lostAtMs = new Map<string, number>();
  readonly #violations: Violation[] = [];
  readonly #trace: string[] = [];
  readonly #partitions: Extract<Fault, { kind: "partition" }>[] = [];
  #nowMs = 0;
  #events = 0;

  constructor(settings: Settings, options: SimulationOptions) {
    this.#settings = settings;
    this.#options = options;
    const random = new Random(`run ${settings.seed}`);
    const queue = this.#queue;
    const names = Array.from({ length: settings.nodeCount }, (_, i) => `n${i + 1}`);
    this.segment = new Segment(settings.nodeCount, settings.delayMs, { random, queue });
    this.#rules = makeRules(settings);
    const nowMs = () => this.#nowMs;
    const { segment } = this;
    this.observer = new Observer({
      ...{ settings, segment, nowMs, nodes: () => this.nodes },
      rankOf: (name) => this.cluster.virtualIps().get(name)?.spec.rank ?? [],
      exists: (name) => this.cluster.virtualIps().has(name),
      isSquatted: (address) => this.#squatters.has(address),
      delayMaxMs: settings.delayMs + greatestDelayMs(settings),
      tell: (fact) => {
        this.#tell(fact);
      },
    });
    this.cluster = new Cluster(
      {
        ...{ settings, random, queue, nowMs },
        onChange: () => {
          for (const node of this.nodes) node.sync();
        },
        onPlan: (pass) => {
          this.#tell({ kind: "plan", atMs: this.#nowMs, ...pass });
        },
        onWrite: (write, before) => {
          if (write.kind === "create-virtual-ip") {
            const { address, generation } = write.object.spec;
            this.observer.meet(address, virtualIpName(address), generation);
          }
          if (write.kind === "update-virtual-ip" && before?.spec.rank.length === 0) {
            this.observer.renewed(before.spec.address);
          }
          if (this.#tracing) this.#note(`the API has ${outline(write)}`);
          this.#tell({ kind: "write", atMs: this.#nowMs, write, before });
        },
      },
      names,
    );
    const { cluster } = this;
    const world = { settings, random, queue, segment, cluster, names, nowMs };
    this.nodes = names.map(
      (_, i) =>
        new SimNode(i, {
          ...world,
          onEffect: (node, effect) => {
            this.#effect(node, effect);
          },
          onChange: (node, what) => {
            this.#changed(node, what);
          },
          onGate: (node, open, before) => {
            this.#gate(node, open, before);
          },
          onMet: (node, peers) => {
            const isAway = (i: number) =>
              this.nodes[i]?.running !== true || this.segment.isCut(i, node.index);
            if (peers.some(isAway)) this.observer.fault("met", 1 << node.index);
          },
        }),
    );
    this.#client = new Client({
      ...world,
      nodes: this.nodes,
      observer: this.observer,
      tell: (fact) => {
        this.#tell(fact);
      },
    });
    this.#squatters = new Squatters({
      ...{ delayMs: settings.delayMs, nowMs },
      later: (forMs, call) => {
        this.#at(this.#nowMs + forMs, call);
      },
      isClaimed: (ip) =>
        [...this.cluster.virtualIps().values()].some((vip) => vip.spec.address === ip),
      onFree: (ip) => {
        this.observer.renewed(ip);
      },
      tell: (fact) => {
        this.#tell(fact);
      },
    });
    this.#schedule(random);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  run(): Outcome {
    const { runMs } = this.#settings;
    this.runUntil(runMs);
    return this.finish();
  }

  runUntil(endMs: number): void {
    while (this.#queue.nextMs <= endMs) {
      this.#nowMs = Math.max(this.#nowMs, this.#queue.nextMs);
      const event = this.#queue.take();
      if (event === undefined) break;
      this.#events++;
      const { heartbeat, call, from, to } = event;
      if (heartbeat !== null) {
        if (this.segment.arrives({ from, to, heartbeat }, this.#nowMs)) {
          this.nodes[to]?.heartbeat(heartbeat);
        }
      } else if (call !== null) call();
      else this.nodes[to]?.timer(from);
      this.observer.look();
      if (this.#violations.length > 0 && this.#options.trace !== "all") return;
    }
    this.#nowMs = endMs;
  }

  finish(): Outcome {
    this.observer.end();
    const answers = new Map<string, { node: string; sinceMs: number }>();
    for (const address of this.observer.addresses) {
      const mask = this.observer.answersOn(address, -1);
      const node = this.nodes.find(({ index }) => mask === 1 << index);
      if (node === undefined) continue;
      const { offsetMs = 0 } = this.#settings.clocks[node.index] ?? {};
      const sinceMs = this.observer.gainedMs(address, node.index);
      answers.set(address, { node: node.name, sinceMs: START_MS + sinceMs + offsetMs });
    }
    const snapshot = this.cluster.model.snapshot();
    this.#tell({ kind: "end", atMs: this.#nowMs, snapshot, answers });
    return { violations: this.#violations, events: this.#events, trace: this.#trace };
  }

  begin(fault: Fault): void {
    this.#note(`fault begins: ${JSON.stringify(fault)}`);
    this.#fault(fault, true);
  }

  mend(fault: Fault): void {
    this.#note(`fault ends: ${JSON.stringify(fault)}`);
    this.#fault(fault, false);
  }

  #schedule(random: Random): void {
    for (const node of this.nodes) {
      this.#at(random.between(0, 400), () => {
        node.start("none");
      });
    }
    for (const { fault, atMs, endMs } of this.#settings.faults) {
      this.#at(atMs, () => {
        this.begin(fault);
      });
      this.#at(endMs, () => {
        this.mend(fault);
      });
    }
    this.#client.begin();
  }

  #at(atMs: number, call: () => void): void {
    this.#queue.call(atMs, call);
  }

  #fault(fault: Fault, begins: boolean): void {
    const node =
      "node" in fault && typeof fault.node === "number" ? this.nodes[fault.node] : undefined;
    switch (fault.kind) {
      case "crash":
        if (begins) node?.crash();
        else node?.start(fault.disk);
        return;
      case "stop":
        if (begins) node?.stop();
        else node?.start("fresh");
        return;
      case "pause":
        node?.pause(begins);
        return;
      case "partition":
        this.#partition(fault, begins);
        return;
      case "one-way":
        this.#cut([[fault.from, fault.to]], begins);
        return;
      case "mute":
      case "deaf": {
        const others = this.nodes.filter((each) => each !== node).map(({ index }) => index);
        const pairs = others.map((other): [number, number] =>
          fault.kind === "mute" ? [fault.node, other] : [other, fault.node],
        );
        this.#cut(pairs, begins);
        return;
      }
      case "carrier":
        node?.setCarrier(begins);
        return;
      case "noise":
        this.segment.noise = begins ? fault : null;
        return;
      case "api-away":
        if (fault.node === "all" || fault.node === "controller") {
          this.cluster.setAway(fault.node, begins);
        } else node?.setApiAway(begins);
        return;
      case "kube-proxy":
        for (const each of node === undefined ? this.nodes : [node]) {
          each.kubeProxy.fault(fault.how, begins, this.#nowMs);
        }
        this.observer.changed();
        return;
      case "controller-crash":
        this.cluster.controllerDown(begins);
        return;
      case "exclude":
        this.cluster.exclude(node?.name ?? "", begins);
        return;
      case "service":
        if (begins) this.cluster.setService(fault.name, fault.count);
        return;
      case "stranger":
        this.#client.stranger(fault.address, begins);
        return;
      case "squatter":
        this.#squatters.fault(fault, begins);
        return;
    }
  }

  /** Of several partitions at once each adds its own borders. */
  #partition(fault: Extract<Fault, { kind: "partition" }>, begins: boolean): void {
    const all = (1 << this.nodes.length) - 1;
    this.observer.fault("partition", all);
    if (begins) this.#partitions.push(fault);
    else {
      this.#partitions.splice(this.#partitions.indexOf(fault), 1);
      this.segment.mendedMs = this.#nowMs;
    }
    this.nodes.forEach((_, i) => {
      const key = this.#partitions.reduce((sum, { groups }) => sum * 4 + (groups[i] ?? 0), 0);
      this.segment.groups[i] = key;
    });
    this.observer.returned(all);
    this.observer.changed();
  }

  #cut(pairs: readonly (readonly [number, number])[], begins: boolean): void {
    const mask = pairs.reduce((sum, [from, to]) => sum | (1 << from) | (1 << to), 0);
    this.observer.fault(begins ? "heartbeats cut" : "mend", mask);
    for (const [from, to] of pairs) this.segment.cut(from, to, begins ? 1 : -1, this.nowMs);
    if (!begins) this.observer.returned(mask);
    this.observer.changed();
  }

  #changed(node: SimNode, what: string): void {
    this.#note(`${node.name} ${what}`);
    const bit = 1 << node.index;
    switch (what) {
      case "dies":
      case "has left":
        this.observer.fault(what === "dies" ? "crash" : "left", bit);
        this.observer.died(node);
        return;
      case "has no carrier":
        this.observer.lostLink(node);
        this.observer.fault(what, bit);
        return;
      case "has a carrier":
        this.observer.fault("goes on", bit);
        this.observer.returnedLink(node);
        return;
      case "is paused":
        this.observer.fault(what, bit);
        return;
      case "goes on":
        this.observer.fault("goes on", bit);
        // Whom nobody has missed may hold what was planned for it meanwhile.
        if ((this.#lostAtMs.get(node.name) ?? -Infinity) >= node.pausedSinceMs) {
          this.observer.returned(bit);
        }
        return;
      case "serves":
        this.observer.fault("serves", bit);
        this.observer.returned(bit);
        return;
      case "reads the plan":
      case "is asked to stop":
      case "leaves":
        this.observer.planned(node);
        return;
      default:
        this.observer.changed();
    }
  }

  #gate(node: SimNode, open: boolean, before: boolean | null): void {
    this.#note(`${node.name} ${open ? "opens" : "closes"} its gate`);
    this.observer.planned(node);
    if (open) this.observer.opened(node);
    const { answer, changedMs, illSinceMs } = node.kubeProxy;
    const atMs = this.#nowMs;
    const [forMs, illForMs] = [atMs - changedMs, atMs - illSinceMs];
    this.#tell({ kind: "gate", node: node.index, atMs, open, before, answer, forMs, illForMs });
  }

  #effect(node: SimNode, effect: SpeakerEffect): void {
    if (effect.kind === "holding") this.#holding(node, effect.change);
    else if (effect.kind === "judged") this.#judged(node, effect);
    else if (effect.kind === "conflict") {
      this.#note(`${node.name} sees a conflict on ${effect.sighting.ip}`);
      if (effect.sighting.node !== null) return; // one of ours: as it should be while addresses change hands
      this.#tell({
        kind: "conflict",
        address: effect.sighting.ip,
        node: node.index,
        atMs: this.#nowMs,
      });
    } else if (effect.kind === "send-frame" && node.carrier) {
      if (effect.what !== "poke") this.#broadcast(node, effect.frame);
      if (effect.what === "probe") this.#squatters.asked(node, effect.ip);
      if (effect.what !== "announcement") return;
      this.observer.announced(node, effect.ip);
      this.#client.announced(node, effect.ip);
    }
  }

  /** What a node sends to one, the others ignore as a switch's flooding. */
  #broadcast(from: SimNode, frame: Uint8Array): void {
    const { groups } = this.segment;
    const reaches = (node: SimNode) => groups[node.index] === groups[from.index];
    const ports = this.nodes.filter((node) => node !== from && reaches(node));
    if (ports.length === 0) return;
    this.#at(this.#nowMs + this.#settings.delayMs, () => {
      for (const node of ports) if (reaches(node)) node.ask(frame);
    });
  }

  #holding(node: SimNode, change: HoldingChange): void {
    if (this.#tracing) {
      const { address, from, to, gained, reason, generation } = change;
      const verb = gained ? "gains" : "gives up";
      this.#note(
        `${node.name} ${verb} ${address}: ${from} to ${to}, ${reason}, plan ${generation}`,
      );
    }
    this.observer.holding(node, change);
  }

  #judged(
    node: SimNode,
    { node: peer, verdict }: Extract<SpeakerEffect, { kind: "judged" }>,
  ): void {
    this.#note(`${node.name} judges ${peer}: ${verdict}`);
    const other = this.nodes.find(({ name }) => name === peer);
    if (other === undefined) return;
    if (verdict !== "lost") {
      if (verdict !== "left") this.observer.fault("heard", 1 << other.index);
      return;
    }
    this.#lostAtMs.set(peer, this.#nowMs);
    const silentMs = this.#nowMs - this.segment.arrivedMs(other.index, node.index);
    const { detectionMs } = this.#settings;
    const wellMs = this.#nowMs - this.observer.wellSinceMs(other.index);
    this.#tell({
      ...{ wellMs, kind: "judged", node: node.index, peer: other.index, atMs: this.#nowMs },
      ...{ silentMs, detectionMs },
    });
    // So many were lost or late in a row that it had to be.
    const isNoise = other.running && !other.paused && !this.segment.isCut(other.index, node.index);
    if (isNoise) this.observer.fault("noise", 1 << other.index);
  }

  #tell(fact: Fact): void {
    for (const rule of this.#rules) {
      const what = rule.take(fact);
      if (what === null) continue;
      const { seed, profile } = this.#settings;
      this.#note(`VIOLATION of ${rule.name}: ${what}`);
      this.#violations.push({ seed, profile, rule: rule.name, atMs: this.#nowMs, what });
    }
  }

  get #tracing(): boolean {
    return (this.#options.trace ?? "none") !== "none";
  }

  #note(line: string): void {
    if (!this.#tracing) return;
    this.#trace.push(`${seconds(this.#nowMs).padStart(9)}  ${line}`);
    if (this.#options.trace === "last" && this.#trace.length > TRACE_LINES_MAX) this.#trace.shift();
  }
}
