/**
 * When the peer is told what: so much at a time, no more before it has been taken, and changes that come in crowds together. Pure: a
 * class, mutated in place.
 *
 * Neighbours: out-rib.ts knows what; pace.ts how soon; session.ts sends it.
 */
import { concatBytes } from "../base/bytes.ts";
import { OutRib } from "./out-rib.ts";
import { Pace } from "./pace.ts";
import type { RouteContext } from "./route-attributes.ts";

/** In flight at once; more waits in the out-RIB, where it may become less. */
const SEND_BYTES_MAX = 65_536;

export interface Telling {
  readonly bytes: Uint8Array;
  readonly messageCount: number;
}

export class Teller {
  readonly rib = new OutRib();
  readonly #pace = new Pace();
  #isOpen = false;
  #isWriting = false;

  /** When `next` may have something; Infinity: not before something else happens. */
  get dueMs(): number {
    const waits = !this.#isOpen || this.#isWriting || this.rib.isSettled;
    if (waits) return Infinity;
    return this.rib.owesWithdrawals ? this.#pace.withdrawalsFromMs : this.#pace.freeAtMs;
  }

  open(context: RouteContext): void {
    this.#isOpen = true;
    this.#isWriting = false;
    this.#pace.reset();
    this.rib.open(context);
  }

  close(): void {
    this.#isOpen = false;
    this.rib.close();
  }

  /** The kernel has what was sent last. */
  written(): void {
    this.#isWriting = false;
  }

  /** @returns what goes out now; nothing more does before `written` */
  next(nowMs: number): Telling | null {
    if (nowMs < this.dueMs) return null;
    const takesBack = this.rib.owesWithdrawals;
    const messages = this.rib.next(SEND_BYTES_MAX);
    if (messages.length === 0) return null;
    this.#isWriting = true;
    if (this.rib.isSettled) this.#pace.sent(nowMs, { takesBack });
    return { bytes: concatBytes(...messages), messageCount: messages.length };
  }
}
