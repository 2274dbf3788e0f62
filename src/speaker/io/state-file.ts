/**
 * One file of a speaker's state directory, so that it starts while the API server is away.
 *
 * For its owner alone. It is written beside and renamed, so that a crash leaves the old one or the new one. What cannot be read is as
 * if it were not there.
 * Neighbours: plan-file.ts and ../saved-routing.ts say what is in them.
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";

export interface StatePlace {
  readonly dir: string;
  readonly name: string;
  readonly log: Logger;
}

export interface StateFileOptions<State> extends StatePlace {
  /** Changes that come within this are written together. */
  readonly intervalMs: number;
  /** What is to be written, as it is then; null: nothing. */
  readonly make: () => State | null;
}

/**
 * @param faultIn where it is not a State: the place, "" for all of it; null: it is one
 * @returns null where there is nothing that can be used
 */
export async function loadState<State>(
  { dir, name, log }: StatePlace,
  faultIn: (value: unknown) => string | null,
): Promise<State | null> {
  const file = join(dir, name);
  try {
    const state: unknown = JSON.parse(await readFile(file, "utf8"));
    const fault = faultIn(state);
    if (fault === null) return state as State;
    log.warn({ file, fault }, "what is on disk is of another shape; starting without it");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      log.warn({ file, error: String(error) }, "what is on disk cannot be read; starting without");
    }
  }
  return null;
}

export class StateFile<State> {
  readonly #options: StateFileOptions<State>;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: StateFileOptions<State>) {
    this.#options = options;
  }

  saveSoon(): void {
    this.#timer ??= setTimeout(() => void this.save(), this.#options.intervalMs);
  }

  /** Resolves when it is written, or was found not to be possible. */
  save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    if (this.#timer !== undefined) await this.save();
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { dir, name, log, make } = this.#options;
    const file = join(dir, name);
    const state = make();
    if (state === null) return;
    try {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600, flush: true });
      await rename(`${file}.new`, file);
    } catch (error) {
      log.warn({ file, error: String(error) }, "the state cannot be saved");
    }
  }
}
