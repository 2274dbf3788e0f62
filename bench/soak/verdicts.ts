/** What a soak says: figures, and promises kept or missed. */

export interface SoakOptions {
  readonly seconds: number;
  /** What controller and speakers said, at the end. */
  readonly logs: boolean;
}

export class Verdicts {
  missed = 0;

  say(text: string): void {
    console.log(`  ${text}`);
  }

  /** One promise: what was wanted, and what was seen. */
  judge(kept: boolean, text: string): void {
    console.log(`  ${kept ? "PASS" : "MISS"}  ${text}`);
    if (!kept) this.missed += 1;
  }
}
