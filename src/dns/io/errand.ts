/**
 * One way of asking, from the first octet to the verdict: what UDP and TCP have in common.
 *
 * Neighbours: udp.ts and tcp.ts open the sockets; ../judge.ts looks at what comes; ../waiting.ts says what it comes to.
 */
import type { Judgement } from "../judge.ts";
import {
  ABORTED,
  giveUp,
  NOTHING_HEARD,
  type Ending,
  type Heard,
  type Limits,
  type NameServer,
  type Verdict,
} from "../waiting.ts";

export interface Errand {
  readonly server: NameServer;
  readonly request: Uint8Array;
  readonly judge: (bytes: Uint8Array) => Judgement;
  readonly limits: Limits;
  readonly signal: AbortSignal | null;
}

/** Ends once, whatever comes first. */
export class Waiting {
  readonly ended: Promise<Ending>;
  sends = 0;
  readonly #errand: Errand;
  readonly #via: string;
  readonly #close: () => void;
  #end!: (ending: Ending) => void;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;
  #heard: Heard = NOTHING_HEARD;

  /** @param close of the socket: called once, at the end */
  constructor(errand: Errand, via: string, close: () => void) {
    this.#errand = errand;
    this.#via = via;
    this.#close = close;
    this.ended = new Promise((resolve) => (this.#end = resolve));
    errand.signal?.addEventListener("abort", this.#abort);
    if (errand.signal?.aborted) this.#abort();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get hasHint(): boolean {
    return this.#heard.hint !== null;
  }

  /** In place of what was to be done before. */
  after(ms: number, what: () => void): void {
    clearTimeout(this.#timer);
    if (!this.#isOver) this.#timer = setTimeout(what, ms);
  }

  /** @returns whether it was a hint: no end yet, but no need to wait for long */
  hear(bytes: Uint8Array): boolean {
    const judgement = this.#errand.judge(bytes);
    if (judgement.kind === "hint") this.#heard = { ...this.#heard, hint: judgement.failure };
    else if (judgement.kind === "discard") this.#heard = { ...this.#heard, fault: judgement.fault };
    else this.#finish(judgement);
    return judgement.kind === "hint";
  }

  hearError(error: Error & { readonly code?: string }): void {
    this.#heard = { ...this.#heard, error: error.code ?? error.message };
  }

  giveUp(): void {
    this.#finish(giveUp(this.#heard, this.#errand.server, this.#via));
  }

  readonly #abort = (): void => {
    this.#finish(ABORTED);
  };

  #finish(verdict: Verdict | Ending["verdict"]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#errand.signal?.removeEventListener("abort", this.#abort);
    this.#close();
    this.#end({ verdict, sends: this.sends });
  }
}
