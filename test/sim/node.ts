/**
 * One node: a production speaker's mind, and around it what src/speaker/io does, with simulated sockets, disk and API.
 *
 * A paused process gathers what comes; when it goes on, its timer runs before its datagrams or after them, as it was paused
 * before or after it asked what there is, and a recheck reads them to the end.
 * Neighbours: frame-plane.ts and run.ts of src/speaker/io are the hands that this stands for; reporter.ts is its
 * main thread's other half, which writes status.
 */
import type { Mac } from "../../src/base/mac.ts";
import type { PlannedAddress } from "../../src/speaker/addresses.ts";
import type { UnsignedHeartbeat } from "../../src/speaker/liveness.ts";
import {
  companyOf,
  isSameCompany,
  LOOK_INTERVAL_MS,
  NO_COMPANY,
} from "../../src/speaker/company.ts";
import { nextIncarnation } from "../../src/speaker/ourselves.ts";
import { PlanFeed } from "../../src/speaker/plan-feed.ts";
import { Speaker, type SpeakerEffect, type SpeakerEvent } from "../../src/speaker/speaker.ts";
import { START_MS } from "../controller/model-cluster.ts";
import { Departing } from "./departing.ts";
import { GateKeeper, KubeProxy } from "./kube-proxy.ts";
import { Disk, LINK_INDEX, linksOf } from "./machine.ts";
import type { NodeWorld } from "./node-world.ts";
import { Reporter } from "./reporter.ts";

export const LEAVE_MS = 200;
const API_WAIT_MS = 1500;
const SAVE_INTERVAL_MS = 1000;

export class SimNode {
  readonly index: number;
  readonly name: string;
  readonly mac: Mac;
  readonly #world: NodeWorld;
  readonly #clock: { readonly rate: number; readonly offsetMs: number };
  #speaker: Speaker | null = null;
  #feed: PlanFeed;
  #reporter: Reporter;
  readonly kubeProxy = new KubeProxy();
  #keeper: GateKeeper | null = null;
  #departing: Departing;
  readonly #disk = new Disk();
  /** Grows with every start and end: what was asked for before is void. */
  #life = 0;
  #timerTurn = 0;
  #started = false;
  #synced = false;
  #syncing = false;
  #saving = false;
  #serving = false;
  #company = NO_COMPANY;
  #mayHaveParted = false;
  #lookAtMs = 0;
  #peers: ReadonlySet<object> = new Set();
  #incarnation = 0;
  #apiAway = 0;
  #pauses = 0;
  pausedSinceMs = -Infinity;
  startedMs = -Infinity;
  diedMs = -Infinity;
  #carrierLosses = 0;
  #leaving = false;
  #startsAgain = false;
  #backlog: UnsignedHeartbeat[] = [];
  #timerMissed = false;
  #afterPause: (() => void)[] = [];
  #rechecks = false;

  constructor(index: number, world: NodeWorld) {
    this.index = index;
    this.name = world.names[index] ?? "";
    this.mac = `02:00:00:00:00:0${index + 1}` as Mac;
    this.#world = world;
    const clock = world.settings.clocks[index] ?? { rate: 1, offsetMs: 0 };
    this.#clock = clock;
    this.#feed = new PlanFeed(this.name);
    this.#reporter = this.#newReporter();
    this.#departing = this.#newDeparting();
  }

  get running(): boolean {
    return this.#speaker !== null;
  }

  get paused(): boolean {
    return this.#pauses > 0;
  }

  get leaving(): boolean {
    return this.#leaving;
  }

  get carrier(): boolean {
    return this.#carrierLosses === 0;
  }

  /** It has said, or is about to say, that it cannot forward. */
  get gated(): boolean {
    return this.#keeper?.closed === true;
  }

  get speaker(): Speaker | null {
    return this.#speaker;
  }

  get hasApi(): boolean {
    return this.#apiAway === 0 && !this.#world.cluster.away;
  }

  /** Its own name, and no more, where it is running with a complete mind. */
  get serving(): boolean {
    return this.#serving && this.#speaker !== null;
  }

  /** By object name: the plan as this node knows it. */
  get told(): ReadonlyMap<string, PlannedAddress> {
    return this.#feed.told;
  }

  get generation(): number {
    return this.#feed.generation;
  }

  /** Monotonic milliseconds of this node: of its own epoch, and a little fast or slow. */
  localMs(): number {
    return this.#world.nowMs() * this.#clock.rate + 1000 * (this.index + 1);
  }

  wallMs(): number {
    return Math.floor(START_MS + this.#world.nowMs() * this.#clock.rate + this.#clock.offsetMs);
  }

  later(forMs: number, call: () => void): void {
    const life = this.#life;
    const run = () => {
      if (life !== this.#life) return;
      if (this.paused) this.#afterPause.push(run);
      else call();
    };
    const { queue, nowMs } = this.#world;
    queue.call(nowMs() + forMs, run);
  }

  start(disk: "fresh" | "old" | "none" = "fresh"): void {
    if (this.#speaker !== null) {
      // As Kubernetes does: the next Pod of the DaemonSet begins when the one before has ended.
      if (this.#leaving) this.#startsAgain = true;
      return;
    }
    const saved = this.#disk.read(disk);
    const { settings } = this.#world;
    this.#life++;
    this.#incarnation = nextIncarnation(this.wallMs(), saved?.incarnation);
    const { intervalMs, detectionMs } = settings;
    const identity = { node: this.name, incarnation: this.#incarnation };
    this.#speaker = new Speaker({
      ...identity,
      intervalMs,
      detectionMs,
      leaveMs: LEAVE_MS,
      reannounceIntervalMs: 0,
    });
    this.#feed = new PlanFeed(this.name, saved?.addresses);
    this.#reporter = this.#newReporter();
    this.#departing = this.#newDeparting();
    this.#startsAgain = false;
    this.#started = this.#synced = this.#serving = this.#leaving = false;
    this.#company = NO_COMPANY;
    this.#syncing = this.#saving = false;
    this.#peers = new Set();
    this.#step({ kind: "links", links: linksOf(this), nowMs: this.localMs() });
    if (saved !== null) {
      this.#disk.write({ ...saved, incarnation: this.#incarnation });
      this.#feed.noteGeneration(saved.generation);
      this.#tellNodes();
      const upserts = saved.addresses.map(([, plan]) => plan);
      const change = { upserts, removals: [], generation: saved.generation };
      this.#step({ kind: "plan", change, nowMs: this.localMs() });
    }
    this.later(API_WAIT_MS, () => {
      if (saved !== null) this.#begin();
    });
    this.#reporter.bePresent();
    if (settings.gate) this.#keepGate();
    this.sync();
    this.startedMs = this.#world.nowMs();
    this.#world.onChange(this, "starts");
  }

  #keepGate(): void {
    const keeper = new GateKeeper(this.kubeProxy, {
      later: (forMs, call) => {
        this.later(forMs, call);
      },
      localMs: () => this.localMs(),
      onChange: (open, before) => {
        this.#world.onGate(this, open, before);
        this.#step({ kind: "gate", open, nowMs: this.localMs() });
      },
    });
    this.#keeper = keeper;
    keeper.ask();
  }

  crash(): void {
    if (this.#speaker === null) return;
    this.#end();
    this.diedMs = this.#world.nowMs();
    this.#world.onChange(this, "dies");
    if (this.#startsAgain)
      this.later(50, () => {
        this.start();
      });
  }

  #end(): void {
    this.#life++;
    this.#timerTurn++;
    this.#speaker = null;
    this.#keeper = null;
    this.#serving = false;
    this.#backlog = [];
    this.#afterPause = [];
    this.#timerMissed = false;
  }

  /** SIGTERM. */
  stop(): void {
    if (this.#speaker === null || this.#leaving) return;
    this.#leaving = true;
    this.#world.onChange(this, "is asked to stop");
    this.later(1, () => {
      this.#departing.ask();
    });
  }

  pause(begins: boolean): void {
    if (begins && !this.paused) this.pausedSinceMs = this.#world.nowMs();
    this.#pauses += begins ? 1 : -1;
    if (this.paused || this.#speaker === null) {
      this.#world.onChange(this, begins ? "is paused" : "goes on, not yet");
      return;
    }
    this.#world.onChange(this, "goes on");
    if (this.#world.random.chance(0.5)) this.#drain();
    if (this.#timerMissed) {
      this.#timerMissed = false;
      this.#step({ kind: "timer", nowMs: this.localMs() });
    }
    this.#drain();
    for (const call of this.#afterPause.splice(0)) call();
  }

  setApiAway(away: boolean): void {
    this.#apiAway += away ? 1 : -1;
    if (!away) this.sync();
  }

  setCarrier(lost: boolean): void {
    this.#carrierLosses += lost ? 1 : -1;
    this.#world.onChange(this, this.carrier ? "has a carrier" : "has no carrier");
    this.later(1, () => {
      this.#step({ kind: "links", links: linksOf(this), nowMs: this.localMs() });
    });
  }

  /** The watch has news; it comes in a moment, all that there is then. */
  sync(): void {
    if (this.#speaker === null || this.#syncing) return;
    this.#syncing = true;
    const { random } = this.#world;
    this.later(this.#synced ? random.between(2, 25) : random.between(20, 120), () => {
      this.#syncing = false;
      if (this.hasApi) this.#sync();
      else if (!this.#world.cluster.away)
        this.later(500, () => {
          this.sync();
        });
    });
  }

  heartbeat(heartbeat: UnsignedHeartbeat): void {
    if (this.#speaker === null) return;
    if (this.paused) this.#backlog.push(heartbeat);
    else this.#step({ kind: "heartbeat", heartbeat, nowMs: this.localMs() });
  }

  timer(turn: number): void {
    if (turn !== this.#timerTurn) return;
    if (this.paused) this.#timerMissed = true;
    else this.#step({ kind: "timer", nowMs: this.localMs() });
  }

  /** @returns the answer to a question from the wire */
  ask(bytes: Uint8Array): SpeakerEffect | undefined {
    if (this.#speaker === null || this.paused || !this.carrier) return undefined;
    const nowMs = this.localMs();
    const effects = this.#speaker.step({ kind: "frame", linkIndex: LINK_INDEX, bytes, nowMs });
    for (const effect of effects) this.#perform(effect);
    return effects.find((effect) => effect.kind === "send-frame" && effect.what === "answer");
  }

  #sync(): void {
    const virtualIps = this.#world.cluster.virtualIps();
    this.#synced = true;
    for (const object of this.#reporter.follow(virtualIps)) this.#feed.put(object);
    this.#feed.retain(new Set(virtualIps.keys()));
    this.#tellNodes();
    const change = this.#feed.take();
    if (change !== null) {
      this.#step({ kind: "plan", change, nowMs: this.localMs() });
      this.#world.onChange(this, "reads the plan");
      this.#meetPeers();
    }
    if (this.#feed.takeUnsaved()) this.#saveSoon();
    this.#begin();
  }

  /** A peer that was none before, or was forgotten meanwhile, is taken to live until it is judged. */
  #meetPeers(): void {
    const { names } = this.#world;
    const peers = new Set(this.#speaker?.liveness.peers.values() ?? []);
    const met = [...peers].filter((peer) => !this.#peers.has(peer));
    this.#peers = peers;
    if (met.length > 0)
      this.#world.onMet(
        this,
        met.map(({ node }) => names.indexOf(node)),
      );
  }

  #tellNodes(): void {
    const nodes = this.#world.names.map((node) => ({ node, addresses: [node] }));
    this.#step({ kind: "nodes", nodes, nowMs: this.localMs() });
  }

  #begin(): void {
    if (this.#started) return;
    this.#started = true;
    this.#step({ kind: "start", nowMs: this.localMs() });
    this.#saveSoon();
  }

  #saveSoon(): void {
    if (this.#saving) return;
    this.#saving = true;
    this.later(SAVE_INTERVAL_MS, () => {
      this.#saving = false;
      const { generation, told } = this.#feed;
      this.#disk.write({ incarnation: this.#incarnation, generation, addresses: [...told] });
    });
  }

  #step(event: SpeakerEvent): void {
    if (this.#speaker === null) return;
    this.#mayHaveParted ||= event.kind === "plan" || event.kind === "nodes";
    const effects = this.#speaker.step(event);
    for (const effect of effects) this.#perform(effect);
    const { speaker } = this;
    if (speaker === null) return;
    const { serving } = speaker.liveness;
    if (this.#mayHaveParted || this.localMs() >= this.#lookAtMs) this.#tellCompany(speaker);
    if (this.#serving !== serving) {
      this.#serving = serving;
      this.#world.onChange(this, serving ? "serves" : "serves no more");
      if (serving) this.#reporter.renew();
    }
    if (this.#rechecks) this.#drain();
  }

  #tellCompany({ liveness }: Speaker): void {
    this.#mayHaveParted = false;
    this.#lookAtMs = this.localMs() + LOOK_INTERVAL_MS;
    const company = companyOf(liveness.peers.values());
    if (isSameCompany(company, this.#company)) return;
    this.#company = company;
    this.#reporter.company(company);
  }

  /** Reads what lay waiting, then says so. */
  #drain(): void {
    while (this.#backlog.length > 0 && this.#speaker !== null) {
      const heartbeat = this.#backlog.shift();
      if (heartbeat === undefined) break;
      const rechecks = this.#rechecks;
      this.#rechecks = false;
      this.#step({ kind: "heartbeat", heartbeat, nowMs: this.localMs() });
      this.#rechecks ||= rechecks;
    }
    if (!this.#rechecks) return;
    this.#rechecks = false;
    this.#step({ kind: "rechecked", nowMs: this.localMs() });
  }

  #perform(effect: SpeakerEffect): void {
    this.#world.onEffect(this, effect);
    switch (effect.kind) {
      case "send-heartbeat": {
        const { segment, names, nowMs } = this.#world;
        for (const to of effect.to) {
          segment.send(this.index, names.indexOf(to), effect.heartbeat, nowMs());
        }
        return;
      }
      case "set-timer":
        this.#setTimer(effect.atMs);
        return;
      case "recheck":
        this.#rechecks = true;
        return;
      case "holding":
        this.#reporter.changed(effect.change);
        this.#departing.holdingsChanged();
        return;
      case "kept":
        this.#reporter.kept(effect.address, effect.generation);
        return;
      case "judged":
        this.#mayHaveParted = true;
        if (effect.verdict === "heard-again") this.#reporter.sayAgain();
        return;
      case "rejoined":
        this.#reporter.rejoined();
        return;
      case "left":
        this.#end();
        this.#world.onChange(this, "has left");
        if (this.#startsAgain) this.start();
        return;
      case "send-frame":
      case "conflict":
      case "verified":
      case "join-group":
      case "leave-group":
      case "frame-fault":
      case "frame-ignored":
      case "heartbeat-fault":
        return;
    }
  }

  /** As setTimeout: whole milliseconds, never early, up to one late. */
  #setTimer(atMs: number): void {
    const turn = ++this.#timerTurn;
    this.#timerMissed = false;
    if (atMs === Infinity) return;
    const { queue, nowMs, random } = this.#world;
    const delayMs = Math.max(0, Math.ceil((atMs - this.localMs()) / this.#clock.rate));
    const dueMs = nowMs() + delayMs + random.next();
    queue.timer(dueMs, this.index, turn);
  }

  #newDeparting(): Departing {
    return new Departing(this, this.#world, () => {
      this.#world.onChange(this, "leaves");
      this.#step({ kind: "leave", nowMs: this.localMs() });
      if (this.hasApi) this.#world.cluster.deletePresence(this.name);
    });
  }

  #newReporter(): Reporter {
    return new Reporter(this, this.#world);
  }
}
