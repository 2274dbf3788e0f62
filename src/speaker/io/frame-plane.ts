/**
 * The hands of one node's mind: packet sockets, groups, interfaces, heartbeats, one timer.
 *
 * The only loop: one event in, its effects out in order, then the next. It runs in a thread of its own (worker.ts),
 * so that neither a long list from the API nor a collection of garbage there delays a heartbeat.
 * Neighbours: ../speaker.ts decides; src/linux is the kernel.
 */
import { arpFilter, neighborSolicitationFilter } from "../../linux/bpf.ts";
import { watchLinks, type LinkMonitor } from "../../linux/io/link-monitor.ts";
import { openMulticastGroups } from "../../linux/io/multicast.ts";
import { openPacketSocket, type Frame, type PacketSocket } from "../../linux/io/packet-socket.ts";
import type { Ip } from "../../base/ip.ts";
import { companyOf, isSameCompany, LOOK_INTERVAL_MS, NO_COMPANY } from "../company.ts";
import type { Sighting } from "../guard.ts";
import type { Verification } from "../verifier.ts";
import { Speaker, type SpeakerEffect, type SpeakerEvent } from "../speaker.ts";
import { ETHER_TYPE_ARP, ETHER_TYPE_IPV6 } from "../wire/ethernet.ts";
import { openHeartbeatSocket, type HeartbeatSocket } from "./heartbeat-socket.ts";
import type {
  Counters,
  Gauges,
  KeptChange,
  TimedChange,
  WorkerCommand,
  WorkerOptions,
  WorkerReport,
} from "./protocol.ts";
import { Signer } from "./signer.ts";
import { Tally } from "./tally.ts";

export interface FramePlaneEvents {
  readonly report: (report: WorkerReport) => void;
  /** Heartbeats of their time, not of a change, are on their way: nothing is urgent until the next. */
  readonly onBeat: () => void;
}

export class FramePlane {
  readonly #speaker: Speaker;
  readonly #report: (report: WorkerReport) => void;
  readonly #onBeat: () => void;
  readonly #signer = new Signer();
  readonly #groups = openMulticastGroups();
  readonly #tallies = {
    requests: new Tally(),
    answers: new Tally(),
    announcements: new Tally(),
    conflicts: new Tally(),
    frameFaults: new Tally(),
    framesIgnored: new Tally(),
    heartbeatFaults: new Tally(),
  };
  #arp: PacketSocket | undefined;
  #ndp: PacketSocket | undefined;
  #links: LinkMonitor | undefined;
  #heartbeats: HeartbeatSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #changes: TimedChange[] = [];
  #kept: KeptChange[] = [];
  #sightings = new Map<Ip, Sighting & { readonly atMs: number }>();
  #verifications: (Verification & { readonly atMs: number })[] = [];
  #telling = false;
  #serving = false;
  #company = NO_COMPANY;
  /** Somebody was judged, or is a peer or none since now: the company is to be looked at. */
  #mayHaveParted = false;
  #lookAtMs = 0;
  #closed = false;
  #sent = 0;
  #received = 0;

  private constructor(options: WorkerOptions, { report, onBeat }: FramePlaneEvents) {
    this.#speaker = new Speaker(options);
    this.#report = report;
    this.#onBeat = onBeat;
  }

  /**
   * Opens everything; the mind has heard of the interfaces when it resolves.
   *
   * @throws BalancerError RAW_SOCKET_DENIED without CAP_NET_RAW; SystemCallError where the port is taken
   */
  static async open(options: WorkerOptions, events: FramePlaneEvents): Promise<FramePlane> {
    const plane = new FramePlane(options, events);
    plane.#openFrames();
    plane.#openHeartbeats(options.heartbeatPort);
    await plane.#watchLinks();
    return plane;
  }

  #openFrames(): void {
    const onFault = (name: string) => {
      this.#tallies.frameFaults.add(name);
    };
    const onFrame = (frame: Frame) => {
      const { interfaceIndex: linkIndex, bytes } = frame;
      this.#feed({ kind: "frame", linkIndex, bytes, nowMs: performance.now() });
    };
    const arp = { etherType: ETHER_TYPE_ARP, filter: arpFilter() };
    const ndp = { etherType: ETHER_TYPE_IPV6, filter: neighborSolicitationFilter() };
    this.#arp = openPacketSocket({ ...arp, onFrame, onFault });
    this.#ndp = openPacketSocket({ ...ndp, onFrame, onFault });
  }

  #openHeartbeats(port: number): void {
    const { heartbeatFaults } = this.#tallies;
    this.#heartbeats = openHeartbeatSocket({
      port,
      onFault: (name) => {
        heartbeatFaults.add(name);
      },
      onDatagram: (bytes) => {
        const nowMs = performance.now();
        const opened = this.#signer.open(bytes, nowMs);
        if (!opened.ok) {
          heartbeatFaults.add(opened.fault);
          return;
        }
        this.#received++;
        this.#feed({ kind: "heartbeat", heartbeat: opened.heartbeat, nowMs });
      },
    });
  }

  /** Resolves when the interfaces are known. */
  #watchLinks(): Promise<void> {
    return new Promise((resolve) => {
      this.#links = watchLinks({
        onLinks: (links) => {
          this.#feed({ kind: "links", links, nowMs: performance.now() });
          resolve();
        },
        onFault: (name) => {
          this.#tallies.frameFaults.add(name);
        },
      });
    });
  }

  command(command: Exclude<WorkerCommand, { readonly kind: "close" }>): void {
    if (command.kind === "keys") this.#signer.setKeys(command.keys);
    else {
      this.#mayHaveParted ||= command.kind === "plan" || command.kind === "nodes";
      this.#feed({ ...command, nowMs: performance.now() });
    }
  }

  /** For the report every second. */
  takeCounters(): Counters {
    const taken = Object.entries(this.#tallies).map(([name, tally]) => [name, tally.take()]);
    const counters = Object.fromEntries(taken) as Omit<
      Counters,
      "heartbeatsSent" | "heartbeatsReceived"
    >;
    const [heartbeatsSent, heartbeatsReceived] = [this.#sent, this.#received];
    this.#sent = this.#received = 0;
    return { ...counters, heartbeatsSent, heartbeatsReceived };
  }

  /** For the report every second, however often a stranger is heard; null: nothing was found. */
  takeFindings(): Extract<WorkerReport, { readonly kind: "findings" }> | null {
    const [sightings, verifications] = [[...this.#sightings.values()], this.#verifications];
    if (sightings.length + verifications.length === 0) return null;
    this.#sightings = new Map();
    this.#verifications = [];
    return { kind: "findings", sightings, verifications };
  }

  get gauges(): Gauges {
    const { liveness, heldCount } = this.#speaker;
    const peers = [...liveness.peers.values()];
    return {
      serving: liveness.serving,
      isolated: liveness.isolated,
      held: heldCount,
      peersKnown: peers.length,
      peersAlive: peers.filter((peer) => peer.state === "heard").length,
      peersOpen: peers.filter((peer) => peer.state === "heard" && !peer.gated).length,
    };
  }

  /** Silent from here on. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#arp?.close();
    this.#ndp?.close();
    this.#links?.close();
    this.#heartbeats?.close();
    this.#groups.close();
  }

  /** The only loop. */
  #feed(event: SpeakerEvent): void {
    if (this.#closed) return; // What was asked of the sockets before.
    const { nowMs } = event;
    const sentBefore = this.#sent;
    for (const effect of this.#speaker.step(event)) this.#perform(effect);
    if (this.#mayHaveParted || nowMs >= this.#lookAtMs) this.#tellCompany(nowMs);
    const { serving } = this.#speaker.liveness;
    if (this.#serving !== serving) {
      this.#serving = serving;
      if (serving) this.#report({ kind: "serving" });
    }
    if (event.kind === "timer" && this.#sent > sentBefore) this.#onBeat();
  }

  /** Before what it gains by that, which is told in a moment. */
  #tellCompany(nowMs: number): void {
    this.#mayHaveParted = false;
    this.#lookAtMs = nowMs + LOOK_INTERVAL_MS;
    const company = companyOf(this.#speaker.liveness.peers.values());
    if (isSameCompany(company, this.#company)) return;
    this.#company = company;
    this.#report({ kind: "company", company });
  }

  #perform(effect: SpeakerEffect): void {
    switch (effect.kind) {
      case "send-frame":
        this.#sendFrame(effect);
        return;
      case "join-group":
        this.#noteErrno("join", this.#groups.join(effect.linkIndex, effect.group));
        return;
      case "leave-group":
        this.#groups.leave(effect.linkIndex, effect.group);
        return;
      case "send-heartbeat": {
        const bytes = this.#signer.seal(effect.heartbeat, performance.now());
        if (bytes === undefined) return;
        this.#heartbeats?.send(bytes, effect.to);
        this.#sent += effect.to.length;
        return;
      }
      case "recheck":
        this.#heartbeats?.drain(() => {
          this.#feed({ kind: "rechecked", nowMs: performance.now() });
        });
        return;
      case "set-timer":
        this.#setTimer(effect.atMs);
        return;
      case "holding":
        this.#changes.push({ ...effect.change, atMs: Date.now() });
        this.#tellSoon();
        return;
      case "kept":
        this.#kept.push(effect);
        this.#tellSoon();
        return;
      case "judged":
        this.#mayHaveParted = true;
        this.#tellVerdict(effect);
        return;
      case "rejoined":
        this.#report({ kind: "rejoined" });
        return;
      case "frame-fault":
        this.#tallies.frameFaults.add(effect.name);
        return;
      case "frame-ignored":
        this.#tallies.framesIgnored.add(effect.name);
        return;
      case "heartbeat-fault":
        this.#tallies.heartbeatFaults.add(effect.name);
        return;
      case "conflict":
        this.#tallies.conflicts.add(effect.sighting.ip);
        this.#sightings.set(effect.sighting.ip, { ...effect.sighting, atMs: Date.now() });
        return;
      case "verified":
        this.#verifications.push({ ...effect.verification, atMs: Date.now() });
        return;
      case "left":
        this.#tell();
        this.#report({ kind: "left" });
        return;
    }
  }

  #sendFrame(effect: Extract<SpeakerEffect, { readonly kind: "send-frame" }>): void {
    const { what, etherType, linkIndex, frame, ip } = effect;
    if (what === "answer") this.#tallies.requests.add(ip);
    const socket = etherType === ETHER_TYPE_ARP ? this.#arp : this.#ndp;
    const sent = socket?.send(linkIndex, frame) ?? 0;
    if (sent < 0) this.#noteErrno("send", sent);
    else if (what === "answer" || what === "announcement") this.#tallies[`${what}s`].add(ip);
  }

  #noteErrno(what: string, errno: number): void {
    if (errno < 0) this.#tallies.frameFaults.add(`${what}-errno-${-errno}`);
  }

  #setTimer(atMs: number): void {
    clearTimeout(this.#timer);
    if (atMs === Infinity) return;
    const delayMs = Math.min(Math.max(0, Math.ceil(atMs - performance.now())), TIMER_MS_MAX);
    this.#timer = setTimeout(() => {
      this.#feed({ kind: "timer", nowMs: performance.now() });
      this.#heartbeats?.readWaiting();
    }, delayMs);
  }

  #tellVerdict({ node, verdict }: Extract<SpeakerEffect, { readonly kind: "judged" }>): void {
    const level = verdict === "lost" ? "warn" : "info";
    this.#report({ kind: "log", level, message: "speaker judged", facts: { node, verdict } });
    if (verdict === "heard-again") this.#report({ kind: "heard-again" });
  }

  /** What changes together is told together: hundreds of addresses are one message. */
  #tellSoon(): void {
    if (this.#telling) return;
    this.#telling = true;
    setImmediate(() => {
      this.#tell();
    });
  }

  #tell(): void {
    this.#telling = false;
    if (this.#changes.length + this.#kept.length === 0) return;
    this.#report({ kind: "holdings", changes: this.#changes, kept: this.#kept });
    this.#changes = [];
    this.#kept = [];
  }
}

/** setTimeout takes 31 bits. */
const TIMER_MS_MAX = 2 ** 31 - 1;
