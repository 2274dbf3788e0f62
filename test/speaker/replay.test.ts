/**
 * Datagrams that are sent again, late, or in part: what becomes of each is looked at before the next one comes, for a later
 * heartbeat would put right what a wrong one did.
 */
import { expect } from "chai";
import { idOf } from "../../src/speaker/ids.ts";
import { Signer } from "../../src/speaker/io/signer.ts";
import { Liveness, type UnsignedHeartbeat } from "../../src/speaker/liveness.ts";

const KEY = new Uint8Array(32).fill(7);
const DETECTION_MS = 330;

/** Node b, which may be started again: its heartbeats as datagrams. */
class Sender {
  readonly #signer = new Signer();
  readonly #incarnation: number;
  #sequence = 0;

  constructor(incarnation: number) {
    this.#incarnation = incarnation;
    this.#signer.setKeys([KEY]);
  }

  beat(more: Partial<UnsignedHeartbeat> = {}): Uint8Array {
    const bytes = this.#signer.seal(
      {
        ...{ sender: idOf("b"), incarnation: this.#incarnation, sequence: ++this.#sequence },
        ...{ leaving: false, starting: false, isolated: false, gated: false, yields: 0 },
        ...{ fence: 5 * 256, planGeneration: 5, inServiceSeconds: 100 },
        ...{ intervalMs: 50, detectionMs: DETECTION_MS, heard: [idOf("a")], lost: [] },
        ...{ links: [{ link: 7, fence: 0 }], macs: [] },
        ...more,
      },
      0,
    );
    if (bytes === undefined) throw new Error("no key");
    return bytes;
  }
}

/** Node a, just started, with the peer b. */
class Receiver {
  readonly #signer = new Signer();
  readonly #liveness: Liveness;
  #nowMs = 0;

  constructor() {
    this.#signer.setKeys([KEY]);
    const rhythm = { intervalMs: 50, detectionMs: DETECTION_MS };
    this.#liveness = new Liveness({ node: "a", incarnation: 1, ...rhythm });
    this.#liveness.step({ kind: "plan", generation: 5, nowMs: 0 });
    const peers = [{ node: "b", addresses: ["addr-b"], lingering: false }];
    this.#liveness.step({ kind: "peers", peers, nowMs: 0 });
    this.#liveness.step({ kind: "start", nowMs: 0 });
  }

  /** @returns "taken", or the name of what is wrong with it; refused ones must leave no trace */
  hear(bytes: Uint8Array): string {
    this.#nowMs += 10;
    const before = { ...this.#liveness.peer("b") };
    const opened = this.#signer.open(bytes, this.#nowMs);
    const word = opened.ok ? this.#take(opened.heartbeat) : opened.fault;
    const after = this.#liveness.peer("b");
    if (word !== "taken") expect(after, word).to.deep.equal(before);
    else expect(after?.deadlineMs).to.equal(this.#nowMs + DETECTION_MS);
    return word;
  }

  #take(heartbeat: UnsignedHeartbeat): string {
    const nowMs = this.#nowMs;
    const effects = this.#liveness.step({ kind: "heard", heartbeat, nowMs });
    const faults = effects.flatMap((effect) => (effect.kind === "fault" ? [effect.name] : []));
    return faults[0] ?? "taken";
  }

  get b() {
    return this.#liveness.peer("b");
  }
}

const REPLAYED = "heartbeat-replayed";

describe("speaker: replayed datagrams", () => {
  it("one life: each counts once, and none after a newer one", () => {
    const [sender, receiver] = [new Sender(1000), new Receiver()];
    const [first, second, third] = [sender.beat(), sender.beat(), sender.beat()];
    expect(receiver.hear(first)).to.equal("taken");
    expect(receiver.hear(first)).to.equal(REPLAYED);
    expect(receiver.hear(third)).to.equal("taken");
    for (const late of [first, second, third]) expect(receiver.hear(late)).to.equal(REPLAYED);
    expect(receiver.hear(sender.beat())).to.equal("taken");
  });

  it("the sender starts again: nothing of its life before is believed, whatever it said", () => {
    const receiver = new Receiver();
    const before = new Sender(1000);
    const heard = [before.beat(), before.beat()];
    for (const bytes of heard) expect(receiver.hear(bytes)).to.equal("taken");
    // Of these the receiver knows nothing yet: they are late, or were held back by somebody.
    const unheard = [
      before.beat(),
      before.beat({ leaving: true }),
      before.beat({ gated: true }),
      before.beat({ lost: [idOf("a")], planGeneration: 99, fence: 99 * 256 }),
      before.beat({ links: [], heard: [], intervalMs: 1, detectionMs: 10_000 }),
    ];
    const after = new Sender(2000);
    expect(receiver.hear(after.beat())).to.equal("taken");
    for (const bytes of [...heard, ...unheard]) expect(receiver.hear(bytes)).to.equal(REPLAYED);
    expect(receiver.b?.state).to.equal("heard");
    expect(receiver.hear(after.beat())).to.equal("taken");
    for (const bytes of [...unheard, ...heard]) expect(receiver.hear(bytes)).to.equal(REPLAYED);
  });

  it("the sender's clock went back: its next life is not believed, as nobody can tell it from a recording", () => {
    const receiver = new Receiver();
    expect(receiver.hear(new Sender(2000).beat())).to.equal("taken");
    const back = new Sender(1999);
    for (let i = 0; i < 3; i++) expect(receiver.hear(back.beat())).to.equal(REPLAYED);
  });

  it("the receiver starts again: it believes the first that it hears, also an old one, and nothing older after it", () => {
    const [before, after] = [new Sender(1000), new Sender(2000)];
    const old = [before.beat(), before.beat(), before.beat({ leaving: true })];
    const receiver = new Receiver();
    // The window: until the first genuine heartbeat a recording is taken for the sender.
    expect(receiver.hear(old[1] ?? new Uint8Array())).to.equal("taken");
    expect(receiver.hear(old[0] ?? new Uint8Array())).to.equal(REPLAYED);
    expect(receiver.hear(old[1] ?? new Uint8Array())).to.equal(REPLAYED);
    // And it ends with it.
    expect(receiver.hear(after.beat())).to.equal("taken");
    for (const bytes of old) expect(receiver.hear(bytes)).to.equal(REPLAYED);
    expect(receiver.b?.left).to.equal(false);
  });

  it("the receiver starts again and hears the sender first: no recording of it is believed", () => {
    const [before, now] = [new Sender(1000), new Sender(2000)];
    const old = [before.beat(), before.beat({ leaving: true }), now.beat(), now.beat()];
    const receiver = new Receiver();
    expect(receiver.hear(now.beat())).to.equal("taken");
    for (const bytes of old) expect(receiver.hear(bytes)).to.equal(REPLAYED);
    expect(receiver.b?.state).to.equal("heard");
  });

  it("what is cut short, too long or of another version is refused, and the whole one is taken after it", () => {
    const [sender, receiver] = [new Sender(1000), new Receiver()];
    expect(receiver.hear(sender.beat())).to.equal("taken");
    const whole = sender.beat();
    for (let length = 0; length < whole.length; length++) {
      const want = length < 72 ? "heartbeat-too-short" : "heartbeat-bad-length";
      expect(receiver.hear(whole.subarray(0, length))).to.equal(want);
    }
    for (const more of [1, 16, 6000]) {
      const long = Buffer.concat([whole, new Uint8Array(more)]);
      expect(receiver.hear(long)).to.equal("heartbeat-bad-length");
    }
    for (const version of [0, 1, 2, 4, 255]) {
      const other = Uint8Array.from(whole);
      other[2] = version;
      expect(receiver.hear(other)).to.equal("heartbeat-unknown-version");
    }
    // Shortened and honest about it: the tag covers the length.
    const shortened = Uint8Array.from(whole.subarray(0, whole.length - 1));
    new DataView(shortened.buffer).setUint16(4, shortened.length);
    expect(receiver.hear(shortened)).to.equal("heartbeat-bad-tag");
    expect(receiver.hear(whole)).to.equal("taken");
  });

  it("lists remembered of one datagram are not those of another", () => {
    const [sender, receiver] = [new Sender(1000), new Receiver()];
    const [a, c] = [idOf("a"), idOf("c")];
    const said: readonly Partial<UnsignedHeartbeat>[] = [
      { heard: [a] },
      { heard: [a] },
      { heard: [a, c] },
      { heard: [c, a] },
      { heard: [a], lost: [c] },
      { links: [] },
      { links: [{ link: 7, fence: 256 }] },
    ];
    for (const more of said) {
      expect(receiver.hear(sender.beat(more))).to.equal("taken");
      const { heard, links } = { heard: [a], links: [{ link: 7, fence: 0 }], ...more };
      expect(receiver.b?.heard).to.deep.equal(heard);
      expect(receiver.b?.links).to.deep.equal(links);
    }
  });
});
