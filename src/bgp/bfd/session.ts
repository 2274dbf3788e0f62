/**
 * One BFD session in asynchronous mode. Pure: told the time, never asks.
 *
 * Read first: RFC 5880 section 6.8, all of it; names here are those of section 6.8.1 without "bfd.".
 * Left out on purpose: demand mode of our own and echo (docs/decisions/0020-bfd.md); the other end's demand mode is obeyed.
 * A class, mutated in place: a packet comes every few milliseconds. What it says is a function of the events it was given,
 * and of nothing else; chance is a row of numbers that begins with `seed`.
 * Neighbours: sessions.ts finds the session of a packet; timing.ts is the arithmetic; io/ performs.
 */
import type { Cause, SessionEffect, SessionEvent, SessionTimer } from "./session-events.ts";
import {
  type BfdProfile,
  chanceOf,
  desiredMinTxUsIn,
  detectionTimeUs,
  jittered,
  nextChance,
} from "./timing.ts";
import type { BfdState, ControlPacket, Diagnostic, OwnPacket } from "./wire/control-packet.ts";

/** Section 6.8.6: ours, and what theirs makes of it. Where nothing is written, nothing changes. */
const ON_PACKET: Readonly<Record<BfdState, Readonly<Partial<Record<BfdState, BfdState>>>>> = {
  AdminDown: {},
  Down: { Down: "Init", Init: "Up" },
  Init: { AdminDown: "Down", Init: "Up", Up: "Up" },
  Up: { AdminDown: "Down", Down: "Down" },
};

/** Of the other end, before anything is known of it (section 6.8.1). */
const NOBODY = {
  discriminator: 0,
  state: "Down" as BfdState,
  diagnostic: "none" as Diagnostic | "unknown",
  minRxUs: 1,
  desiredMinTxUs: 0,
  detectMultiplier: 0,
  demand: false,
};

export interface SessionOptions {
  /** Not 0, and of no other session of this system. */
  readonly discriminator: number;
  readonly profile: BfdProfile;
  /** Not 0: what chance begins with. */
  readonly seed: number;
}

const US_PER_MS = 1000;

export class BfdSession {
  readonly discriminator: number;
  #profile: BfdProfile;
  #seed: number;
  #state: BfdState = "AdminDown";
  #diagnostic: Diagnostic = "none";
  #theirs: Readonly<typeof NOBODY> = NOBODY;
  /** As they are said in packets; those in effect may wait for the end of a poll sequence. */
  #desiredMinTxUs: number;
  #requiredMinRxUs: number;
  #effectiveTxUs: number;
  #effectiveRxUs: number;
  /** "again": what we want changed during a sequence, whose end may answer to what we wanted before (section 6.5). */
  #polling: "no" | "yes" | "again" = "no";
  #sentMs = -Infinity;
  #heardMs = -Infinity;
  /** For what interval the next packet is asked for; Infinity: none is. */
  #scheduledUs = Infinity;
  readonly #dueMs: Record<SessionTimer, number> = {
    transmit: Infinity,
    detect: Infinity,
    linger: Infinity,
  };
  #effects: SessionEffect[] = [];

  constructor({ discriminator, profile, seed }: SessionOptions) {
    this.discriminator = discriminator;
    this.#profile = profile;
    this.#seed = seed;
    this.#desiredMinTxUs = this.#effectiveTxUs = desiredMinTxUsIn(false, profile);
    this.#requiredMinRxUs = this.#effectiveRxUs = profile.requiredMinRxUs;
  }

  get state(): BfdState {
    return this.#state;
  }

  get profile(): BfdProfile {
    return this.#profile;
  }

  get theirDiscriminator(): number {
    return this.#theirs.discriminator;
  }

  /** How often we send, before jitter. */
  get transmitUs(): number {
    return Math.max(this.#effectiveTxUs, this.#theirs.minRxUs);
  }

  /** After how long a silence the other end is gone; 0: it has said nothing yet. */
  get detectionUs(): number {
    return detectionTimeUs(this.#effectiveRxUs, this.#theirs);
  }

  /** Moves by one event. @returns what to do, in order; the array is the caller's */
  step(event: SessionEvent): readonly SessionEffect[] {
    this.#effects = [];
    switch (event.kind) {
      case "start":
        this.#start();
        break;
      case "packet":
        this.#received(event.packet, event.nowMs);
        break;
      case "timer":
        this.#timer(event.timer, event.nowMs);
        break;
      case "profile":
        this.#setProfile(event.profile, event.nowMs);
        break;
      case "stop":
        this.#stop(event.nowMs);
        break;
    }
    this.#schedule(event.nowMs);
    return this.#effects;
  }

  #start(): void {
    if (this.#state !== "AdminDown") return;
    this.#clear("linger");
    this.#moveTo("Down", "started", "none");
  }

  /** Section 6.8.16. */
  #stop(nowMs: number): void {
    if (this.#state === "AdminDown") return;
    this.#moveTo("AdminDown", "stopped", "administratively-down");
    this.#clear("detect");
    this.#polling = "no";
    if (this.#theirs.discriminator === 0) {
      this.#effects.push({ kind: "closed" }); // Nobody has heard of us.
      return;
    }
    this.#send(nowMs);
    const lingerUs = this.#profile.detectMultiplier * this.transmitUs;
    this.#set("linger", nowMs + lingerUs / US_PER_MS);
  }

  /** Section 6.8.6, from where the session is known. */
  #received(packet: ControlPacket, nowMs: number): void {
    this.#theirs = {
      discriminator: packet.myDiscriminator,
      state: packet.state,
      diagnostic: packet.diagnostic,
      minRxUs: packet.requiredMinRxUs,
      desiredMinTxUs: packet.desiredMinTxUs,
      detectMultiplier: packet.detectMultiplier,
      demand: packet.demand,
    };
    if (packet.final) this.#endPoll();
    if (this.#state === "AdminDown") return;
    const next = ON_PACKET[this.#state][packet.state];
    if (next === "Down") {
      const cause = packet.state === "AdminDown" ? "peer-admin-down" : "peer-down";
      this.#moveTo(next, cause, "neighbor-signaled-down");
    } else if (next !== undefined) this.#moveTo(next, "handshake", "none");
    if (packet.poll) this.#send(nowMs, { final: true });
    else if (next !== undefined) this.#send(nowMs);
    this.#heardMs = nowMs;
    this.#set("detect", nowMs + this.detectionUs / US_PER_MS);
  }

  #timer(timer: SessionTimer, nowMs: number): void {
    if (nowMs < this.#dueMs[timer]) return;
    this.#dueMs[timer] = Infinity;
    if (timer === "transmit") {
      this.#scheduledUs = Infinity;
      this.#send(nowMs);
    } else if (timer === "detect") this.#lose(nowMs);
    else {
      this.#theirs = NOBODY;
      this.#effects.push({ kind: "closed" });
    }
  }

  /** Section 6.8.4; and 6.8.1: after this silence nothing that it said is true any more. */
  #lose(nowMs: number): void {
    this.#theirs = NOBODY;
    this.#polling = "no";
    if (this.#state === "Down") return;
    this.#moveTo("Down", "silence", "detection-time-expired");
    // What does not reach us may still reach the other end.
    if (!this.#profile.isPassive) this.#send(nowMs);
  }

  #moveTo(to: BfdState, cause: Cause, diagnostic: Diagnostic): void {
    const { diagnostic: theirDiagnostic } = this.#theirs;
    this.#effects.push({ kind: "state", from: this.#state, to, cause, theirDiagnostic });
    this.#state = to;
    this.#diagnostic = diagnostic;
    this.#want();
  }

  #setProfile(profile: BfdProfile, nowMs: number): void {
    this.#profile = profile;
    this.#want();
    if (this.#dueMs.detect === Infinity) return;
    this.#set("detect", this.#heardMs + this.detectionUs / US_PER_MS);
    this.#timer("detect", nowMs);
  }

  /**
   * Section 6.8.3: what was wanted before counts until the other end knows of a change, where it counts on it: no longer pause
   * of ours than it knows of, and no shorter patience than it knows of.
   */
  #want(): void {
    const isUp = this.#state === "Up";
    const desiredMinTxUs = desiredMinTxUsIn(isUp, this.#profile);
    const { requiredMinRxUs } = this.#profile;
    const isChanged =
      desiredMinTxUs !== this.#desiredMinTxUs || requiredMinRxUs !== this.#requiredMinRxUs;
    this.#desiredMinTxUs = desiredMinTxUs;
    this.#requiredMinRxUs = requiredMinRxUs;
    if (!isUp || desiredMinTxUs < this.#effectiveTxUs) this.#effectiveTxUs = desiredMinTxUs;
    if (!isUp || requiredMinRxUs > this.#effectiveRxUs) this.#effectiveRxUs = requiredMinRxUs;
    if (!isChanged || this.#theirs.discriminator === 0) return;
    this.#polling = this.#polling === "no" ? "yes" : "again";
  }

  #endPoll(): void {
    if (this.#polling === "again") {
      this.#polling = "yes";
      return;
    }
    this.#polling = "no";
    this.#effectiveTxUs = this.#desiredMinTxUs;
    this.#effectiveRxUs = this.#requiredMinRxUs;
  }

  /** Section 6.8.7. A poll sequence waits for a packet that is no answer to another (section 6.5). */
  #send(nowMs: number, { final }: { readonly final: boolean } = { final: false }): void {
    this.#sentMs = nowMs;
    const packet: OwnPacket = {
      state: this.#state,
      diagnostic: this.#diagnostic,
      poll: this.#polling !== "no" && !final,
      final,
      controlPlaneIndependent: false,
      demand: false,
      detectMultiplier: this.#profile.detectMultiplier,
      myDiscriminator: this.discriminator,
      yourDiscriminator: this.#theirs.discriminator,
      desiredMinTxUs: this.#desiredMinTxUs,
      requiredMinRxUs: this.#requiredMinRxUs,
      requiredMinEchoRxUs: 0,
    };
    this.#effects.push({ kind: "send", packet });
  }

  /** Asks for the next packet where another interval is due than that it was asked for with. */
  #schedule(nowMs: number): void {
    const intervalUs = this.#mayTransmit() ? this.transmitUs : Infinity;
    if (intervalUs === this.#scheduledUs) return;
    this.#scheduledUs = intervalUs;
    if (intervalUs === Infinity) {
      this.#clear("transmit");
      return;
    }
    this.#seed = nextChance(this.#seed);
    const { detectMultiplier } = this.#profile;
    const pauseUs = jittered(intervalUs, chanceOf(this.#seed), detectMultiplier);
    this.#set("transmit", Math.max(nowMs, this.#sentMs + pauseUs / US_PER_MS));
  }

  /** Section 6.8.7: when nothing is sent of our own accord. */
  #mayTransmit(): boolean {
    const { discriminator, minRxUs, demand, state } = this.#theirs;
    if (this.#state === "AdminDown") return this.#dueMs.linger !== Infinity;
    if (this.#profile.isPassive && discriminator === 0) return false;
    if (minRxUs === 0) return false;
    const isDemanded = demand && this.#state === "Up" && state === "Up";
    return !isDemanded || this.#polling !== "no";
  }

  #set(timer: SessionTimer, atMs: number): void {
    this.#dueMs[timer] = atMs;
    this.#effects.push({ kind: "set-timer", timer, atMs });
  }

  #clear(timer: SessionTimer): void {
    if (this.#dueMs[timer] === Infinity) return;
    this.#dueMs[timer] = Infinity;
    this.#effects.push({ kind: "clear-timer", timer });
  }
}
