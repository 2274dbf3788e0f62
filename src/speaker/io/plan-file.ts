/**
 * The last plan on disk, so that a speaker starts while the API server is away.
 *
 * It holds the heartbeat's key too, without which no peer would listen: the file is for its owner alone. It is
 * written beside and renamed, so that a crash leaves the old one or the new one. What cannot be read is as if it
 * were not there.
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { parseIp } from "../../base/ip.ts";
import type { PlannedAddress } from "../addresses.ts";
import type { PeerAddress } from "../peers.ts";

export interface SavedPlan {
  readonly version: 1;
  /** Of the speaker that wrote it: the next one must be greater. */
  readonly incarnation: number;
  readonly generation: number;
  /** base64, newest first. */
  readonly keys: readonly string[];
  readonly nodes: readonly PeerAddress[];
  /** By object name. */
  readonly addresses: readonly (readonly [name: string, plan: PlannedAddress])[];
}

const FILE = "plan.json";
const WRITE_INTERVAL_MS = 1000;

export async function loadPlan(dir: string, log: Logger): Promise<SavedPlan | null> {
  try {
    const plan: unknown = JSON.parse(await readFile(join(dir, FILE), "utf8"));
    if (isSavedPlan(plan)) return plan;
    log.warn({ dir }, "the plan on disk is of another shape; starting without it");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      log.warn(
        { dir, error: String(error) },
        "the plan on disk cannot be read; starting without it",
      );
    }
  }
  return null;
}

export class PlanFile {
  readonly #dir: string;
  readonly #log: Logger;
  readonly #make: () => SavedPlan;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** @param make the plan as it is when it is written */
  constructor(dir: string, log: Logger, make: () => SavedPlan) {
    this.#dir = dir;
    this.#log = log;
    this.#make = make;
  }

  /** Changes that come together are written together. */
  saveSoon(): void {
    this.#timer ??= setTimeout(() => void this.save(), WRITE_INTERVAL_MS);
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
    try {
      await mkdir(this.#dir, { recursive: true, mode: 0o700 });
      const temporary = join(this.#dir, `${FILE}.new`);
      await writeFile(temporary, JSON.stringify(this.#make()), { mode: 0o600, flush: true });
      await rename(temporary, join(this.#dir, FILE));
    } catch (error) {
      this.#log.warn({ dir: this.#dir, error: String(error) }, "the plan cannot be saved");
    }
  }
}

/** Written by ourselves, perhaps by another release: its shape is checked, and every address. */
function isSavedPlan(value: unknown): value is SavedPlan {
  const plan = value as Partial<SavedPlan> | null;
  return (
    typeof plan === "object" &&
    plan?.version === 1 &&
    Number.isSafeInteger(plan.incarnation) &&
    Number.isSafeInteger(plan.generation) &&
    isTexts(plan.keys) &&
    Array.isArray(plan.nodes) &&
    plan.nodes.every(
      (node: PeerAddress) => typeof node.node === "string" && isTexts(node.addresses),
    ) &&
    Array.isArray(plan.addresses) &&
    plan.addresses.every(isEntry)
  );
}

function isEntry(value: unknown): boolean {
  const [name, plan] = value as [unknown, Partial<PlannedAddress>];
  return (
    typeof name === "string" &&
    typeof plan.address === "string" &&
    parseIp(plan.address) === plan.address &&
    isTexts(plan.rank) &&
    isTexts(plan.interfaces) &&
    (plan.nodeInterfaces ?? []).every(({ node, interfaces }) => {
      return typeof node === "string" && isTexts(interfaces);
    }) &&
    Number.isSafeInteger(plan.generation) &&
    (plan.holder === null || typeof plan.holder === "string")
  );
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
