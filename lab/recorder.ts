/** The recorder on the switch (tools/record.go): who answered for which address, when, by which port. */

import { Reporting } from "./probe.ts";

/** Answers of one port for one address, one after the other. Times are milliseconds since 1970. */
export interface Spell {
  /** The port by which they came in: the name of the host behind it. */
  readonly port: string;
  readonly mac: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly answers: number;
}

export interface RecordedAddress {
  readonly address: string;
  /** How often it was asked for. */
  readonly asked: number;
  readonly spells: readonly Spell[];
  /** Answers that the switch passed on to nobody, by port. */
  readonly unheard: Readonly<Record<string, number>> | null;
}

export interface RecordWindow {
  readonly kind: "window" | "report" | "final";
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** The longest time in which nothing was asked: below it, that nobody answered twice proves nothing. */
  readonly askPauseMsMax: number;
  /** Above 0 the record has holes. */
  readonly framesMissed: number;
  readonly addresses: readonly RecordedAddress[];
}

export class Recorder extends Reporting<RecordWindow> {}
