/**
 * What a session with a peer is to do, as a model of its own: RFC 4271 section 8 in the words of its sections, with what
 * docs/decisions/0019-bgp.md and docs/bgp.md say besides. Knows the meaning of what the peer says and never its octets, and shares no
 * code with src/bgp. session.model.test.ts plays random peers against both.
 *
 * Left out: what is announced (out-rib.test.ts), the send hold time (session.test.ts).
 * Time is in ms. Chance is a half everywhere, as on the stage.
 */

export interface TheirOffer {
  readonly kind: "open";
  /** It has a family that we speak. */
  readonly isForUs: boolean;
  readonly asn: number;
  readonly identifier: string;
  readonly holdSeconds: number;
  readonly restarts: "never" | "over silence" | "over NOTIFICATIONs too";
}

/** What a message means. */
export type Meaning =
  | TheirOffer
  | { readonly kind: "keepalive" | "update" | "route-refresh" | "notification" }
  /** An UPDATE whose prefixes count as withdrawn: RFC 7606. */
  | { readonly kind: "update-with-faults" }
  /** It cannot be taken, for which there is a NOTIFICATION in section 6, in whatever state. */
  | { readonly kind: "wrong"; readonly code: number; readonly subcode: number };

export interface ModelPeer {
  readonly ourAsn: number;
  readonly theirAsn: number;
  readonly ourIdentifier: string;
  readonly holdSeconds: number;
  readonly keepaliveSeconds: number | null;
  readonly connectRetryMs: number;
  readonly isPassive: boolean;
  readonly restarts: boolean;
}

export type ModelEvent =
  | { readonly kind: "start" }
  | { readonly kind: "stop"; readonly how: "shutdown" | "deconfigured" | "changed" | "restart" }
  | { readonly kind: "connected" | "accepted" | "disconnected"; readonly connection: string }
  | { readonly kind: "message"; readonly connection: string; readonly means: Meaning }
  | { readonly kind: "bfd"; readonly state: "up" | "down" | "admin-down" };

type State = "idle" | "connect" | "active" | "open-sent" | "open-confirm" | "established";

const [DIAL_MS, HANDSHAKE_MS, GOOD_MS, CROSSING_MS] = [10_000, 60_000, 30_000, 5000];
const [CHANCE, BACKOFF_MS] = [0.5, 1000];
const STATES: readonly State[] = [
  "idle",
  "connect",
  "active",
  "open-sent",
  "open-confirm",
  "established",
];

/** One connection: that which we dial, or that which the peer dials. */
class Line {
  state: State = "idle";
  connection: string | null = null;
  offer: TheirOffer | null = null;
  readonly timers = new Map<"retry" | "hold" | "keepalive", number>();

  /** The peer is there, and may make a session of it. */
  get isTalking(): boolean {
    return ["open-sent", "open-confirm", "established"].includes(this.state);
  }

  hangUp(): void {
    this.connection = null;
    this.offer = null;
    this.timers.delete("hold");
    this.timers.delete("keepalive");
  }
}

export class SessionModel {
  readonly #peer: ModelPeer;
  readonly #dialled = new Line();
  readonly #accepted = new Line();
  #nowMs = 0;
  #isWanted = false;
  #beginAtMs = Infinity;
  #welcomeFromMs = -Infinity;
  #failures = 0;
  #upAtMs = 0;
  #dials = 0;
  #bfdWasUp = false;
  #shown: State = "idle";
  #said: string[] = [];

  constructor(peer: ModelPeer) {
    this.#peer = peer;
  }

  /** Of the line that has come farther; a peer that is only waited for counts where nothing is dialled. */
  get state(): State {
    const [dialled, accepted] = [this.#dialled, this.#accepted];
    if (dialled.state === "idle") return accepted.state;
    if (!accepted.isTalking) return dialled.state;
    return STATES.indexOf(accepted.state) > STATES.indexOf(dialled.state)
      ? accepted.state
      : dialled.state;
  }

  /** Each timer that runs, and when it expires. */
  get timers(): ReadonlyMap<string, number> {
    const named = (name: string, line: Line) =>
      [...line.timers].map(([timer, atMs]) => [`${name} ${timer}`, atMs] as const);
    const idle = this.#beginAtMs === Infinity ? [] : [["idle hold", this.#beginAtMs] as const];
    return new Map([
      ...named("dialled", this.#dialled),
      ...named("accepted", this.#accepted),
      ...idle,
    ]);
  }

  get dueMs(): number {
    return Math.min(Infinity, ...this.timers.values());
  }

  /** @returns what is done, in the stage's words, without reasons */
  step(event: ModelEvent, nowMs: number): string[] {
    return this.#at(nowMs, () => {
      this.#hear(event);
    });
  }

  /** Whatever timer is due expires. */
  expire(nowMs: number): string[] {
    return this.#at(nowMs, () => {
      if (this.#beginAtMs <= nowMs) this.#begin();
      for (const line of [this.#dialled, this.#accepted]) {
        if (this.#isDue(line, "hold")) this.#fail(line, [4, 0]); // event 10
        if (this.#isDue(line, "keepalive")) this.#keepAlive(line); // event 11
        if (this.#isDue(line, "retry")) this.#retry(line); // event 9
      }
    });
  }

  #at(nowMs: number, act: () => void): string[] {
    this.#nowMs = nowMs;
    this.#said = [];
    act();
    if (this.state !== this.#shown) this.#said.push(`state ${this.state}`);
    this.#shown = this.state;
    return this.#said;
  }

  #isDue(line: Line, timer: "retry" | "hold" | "keepalive"): boolean {
    return (line.timers.get(timer) ?? Infinity) <= this.#nowMs;
  }

  #hear(event: ModelEvent): void {
    switch (event.kind) {
      case "start":
        this.#isWanted = true;
        this.#begin();
        return;
      case "stop":
        this.#stop(event.how);
        return;
      case "accepted":
        this.#accept(event.connection);
        return;
      case "bfd": {
        const isLost = this.#bfdWasUp && event.state === "down"; // RFC 5882 section 4.1: "admin-down" is no failure.
        this.#bfdWasUp = event.state === "up";
        for (const line of [this.#dialled, this.#accepted]) {
          if (isLost && line.isTalking) this.#fail(line, [6, 10]); // RFC 9384
        }
        return;
      }
      case "connected":
      case "disconnected":
      case "message": {
        const line = [this.#dialled, this.#accepted].find(
          ({ connection }) => connection === event.connection,
        );
        if (line === undefined) return; // It is closed already.
        if (event.kind === "connected") this.#greet(line);
        else if (event.kind === "message") this.#listen(line, event.means);
        else this.#lose(line);
      }
    }
  }

  /** Events 1 and 4: the peer is welcome, and dialled where it is not to dial. */
  #begin(): void {
    this.#beginAtMs = Infinity;
    if (this.#accepted.state === "idle") this.#accepted.state = "active";
    if (this.#peer.isPassive || this.#dialled.state !== "idle") return;
    this.#dial();
  }

  #dial(): void {
    const line = this.#dialled;
    line.connection = `dialled-${++this.#dials}`;
    line.state = "connect";
    line.timers.set("retry", this.#nowMs + DIAL_MS);
    this.#said.push(`dial ${line.connection}`);
  }

  /** Event 2: each connection is told why, as far as an OPEN was said; and nothing counts as a failure. */
  #stop(how: Extract<ModelEvent, { kind: "stop" }>["how"]): void {
    this.#isWanted = false;
    this.#beginAtMs = Infinity;
    for (const line of [this.#dialled, this.#accepted]) {
      if (line.state === "idle") continue;
      const { state, isTalking } = line;
      const notice = this.#parting(line, how);
      if (isTalking && notice !== null) this.#notify(line, notice);
      this.#close(line);
      this.#settle(line, "idle");
      this.#failures = 0;
      if (isTalking) this.#said.push(state === "established" ? "down" : "failed");
    }
  }

  /** RFC 4486, and RFC 8538 section 3.1: who keeps routes over a NOTIFICATION is told by a hard reset not to. */
  #parting(line: Line, how: Extract<ModelEvent, { kind: "stop" }>["how"]): [number, number] | null {
    const keeps = this.#peer.restarts ? (line.offer?.restarts ?? "never") : "never";
    if (how === "changed") return [6, 6];
    if (how === "restart" && keeps === "over silence") return null;
    if (how === "restart" && keeps === "over NOTIFICATIONs too") return [6, 4];
    if (keeps === "over NOTIFICATIONs too") return [6, 9];
    return [6, how === "deconfigured" ? 3 : 2];
  }

  /** Event 17, or none where there is a session already (section 6.8), unless the peer has restarted (RFC 4724 section 5). */
  #accept(connection: string): void {
    const isWelcome = this.#nowMs >= this.#welcomeFromMs;
    const up = [this.#dialled, this.#accepted].find(({ state }) => state === "established");
    const mayRestart = this.#peer.restarts && up !== undefined && up.offer?.restarts !== "never";
    if (isWelcome && mayRestart && this.#nowMs - this.#upAtMs >= CROSSING_MS) {
      this.#fail(up, null);
      this.#beginAtMs = Infinity;
      this.#accepted.state = "active";
    }
    if (this.#accepted.state !== "active" || !isWelcome) {
      this.#said.push(`close ${connection}`);
      return;
    }
    this.#accepted.connection = connection;
    this.#greet(this.#accepted);
  }

  /** Events 16 and 17. */
  #greet(line: Line): void {
    this.#say(line, "open");
    line.timers.delete("retry");
    line.timers.set("hold", this.#nowMs + HANDSHAKE_MS);
    line.state = "open-sent";
  }

  /** Event 18: a dial that fails leaves the peer welcome, and so does a connection that ends before the peer's OPEN. */
  #lose(line: Line): void {
    line.connection = null;
    const { state } = line;
    if (state === "open-confirm" || state === "established") {
      this.#fail(line, null);
      return;
    }
    this.#failures++;
    line.hangUp();
    this.#settle(line, "active");
    if (line === this.#accepted) this.#welcomeFromMs = this.#nowMs + this.#patienceMs;
    else line.timers.set("retry", this.#nowMs + this.#patienceMs);
    this.#said.push("failed");
    if (state === "open-sent") this.#leaveToTheOther(line);
  }

  /** Events 19 to 28, and RFC 6608 for what the state does not expect. */
  #listen(line: Line, means: Meaning): void {
    if (means.kind === "wrong") this.#fail(line, [means.code, means.subcode]);
    else if (means.kind === "notification") this.#fail(line, null);
    else if (line.state === "open-sent" && means.kind === "open") this.#hearOffer(line, means);
    else if (line.state === "open-confirm" && means.kind === "keepalive") this.#establish(line);
    else if (line.state === "established" && means.kind !== "open") this.#hold(line);
    else this.#fail(line, [5, STATES.indexOf(line.state) - STATES.indexOf("open-sent") + 1]);
    if (means.kind === "update-with-faults") this.#said.push("faults");
  }

  #hearOffer(line: Line, offer: TheirOffer): void {
    const { theirAsn, ourAsn, ourIdentifier } = this.#peer;
    if (offer.asn !== theirAsn) {
      this.#fail(line, [2, 2]);
      return;
    }
    if (offer.asn === ourAsn && offer.identifier === ourIdentifier) {
      this.#fail(line, [2, 3]); // RFC 6286 section 2.2
      return;
    }
    if (!offer.isForUs) {
      this.#fail(line, [2, 7]); // RFC 5492 section 5
      return;
    }
    line.offer = offer;
    const other = this.#otherOf(line);
    if (other.isTalking) {
      const loser = other.state === "established" ? line : this.#loserTo(offer);
      this.#fail(loser, [6, 7]);
      if (loser === line) return;
    }
    this.#say(line, "keepalive");
    line.timers.delete("retry");
    line.state = "open-confirm";
    this.#hold(line);
    this.#paceKeepalives(line);
  }

  /** Section 6.8: who has the higher identifier has dialled the connection that stays; RFC 6286 section 2.3: else the higher AS. */
  #loserTo(offer: TheirOffer): Line {
    const number = (identifier: string) =>
      identifier.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
    const { ourIdentifier, ourAsn } = this.#peer;
    const lead = number(ourIdentifier) - number(offer.identifier) || ourAsn - offer.asn;
    return lead > 0 ? this.#accepted : this.#dialled;
  }

  #establish(line: Line): void {
    line.state = "established";
    this.#hold(line);
    this.#layDown(this.#otherOf(line));
    this.#upAtMs = this.#nowMs;
    this.#said.push("up");
  }

  /** The smaller of both (section 4.2); 0 is never. */
  #holdMs(line: Line): number {
    return 1000 * Math.min(this.#peer.holdSeconds, line.offer?.holdSeconds ?? 0);
  }

  #hold(line: Line): void {
    const forMs = this.#holdMs(line);
    if (forMs > 0) line.timers.set("hold", this.#nowMs + forMs);
    else line.timers.delete("hold");
  }

  /** Section 10: from three quarters of it to all. */
  #paceKeepalives(line: Line): void {
    const everyMs = Math.min(
      this.#holdMs(line) / 3,
      1000 * (this.#peer.keepaliveSeconds ?? Infinity),
    );
    if (everyMs > 0) line.timers.set("keepalive", this.#nowMs + everyMs * (1 - CHANCE / 4));
    else line.timers.delete("keepalive");
  }

  #keepAlive(line: Line): void {
    this.#say(line, "keepalive");
    this.#paceKeepalives(line);
  }

  #retry(line: Line): void {
    const isUnanswered = line.state === "connect";
    if (isUnanswered) {
      this.#close(line);
      this.#failures++;
    }
    this.#dial();
    if (isUnanswered) this.#said.push("failed");
  }

  /** A connection comes to its end by a failure. @param notice what the peer is told; null: nothing */
  #fail(line: Line, notice: readonly [number, number] | null): void {
    const wasUp = line.state === "established";
    if (notice !== null) this.#notify(line, notice);
    this.#close(line);
    const isFirst = wasUp && this.#nowMs - this.#upAtMs >= GOOD_MS;
    this.#failures = isFirst ? 1 : this.#failures + 1;
    this.#settle(line, "idle");
    this.#said.push(wasUp ? "down" : "failed");
    const other = this.#otherOf(line);
    if (!this.#isWanted || other.isTalking) return;
    // Nobody is left: the idle hold time, the longer the more failures (section 8.1.1).
    this.#layDown(other);
    this.#beginAtMs = this.#nowMs + this.#patienceMs;
  }

  /** A line that was laid down in favour of one that has failed since begins again. */
  #leaveToTheOther(line: Line): void {
    const other = this.#otherOf(line);
    if (!this.#isWanted || other.state !== "idle") return;
    if (other === this.#accepted) other.state = "active";
    else this.#beginAtMs = this.#nowMs + this.#patienceMs;
  }

  #layDown(line: Line): void {
    this.#close(line);
    this.#settle(line, "idle");
  }

  #settle(line: Line, state: State): void {
    line.state = state;
    line.timers.delete("retry");
  }

  #close(line: Line): void {
    if (line.connection !== null) this.#said.push(`close ${line.connection}`);
    line.hangUp();
  }

  #say(line: Line, what: string): void {
    this.#said.push(`send ${line.connection ?? ""} ${what}`);
  }

  #notify(line: Line, [code, subcode]: readonly [number, number]): void {
    if (line.connection !== null) this.#say(line, `notification ${code}/${subcode}`);
  }

  #otherOf(line: Line): Line {
    return line === this.#dialled ? this.#accepted : this.#dialled;
  }

  /** Doubles with each failure in a row up to the connect time; chance takes up to half away. */
  get #patienceMs(): number {
    const fullMs = BACKOFF_MS * 2 ** Math.max(0, this.#failures - 1);
    return Math.round(Math.min(fullMs, this.#peer.connectRetryMs) * (1 - CHANCE / 2));
  }
}
