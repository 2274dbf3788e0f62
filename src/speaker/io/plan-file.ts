/**
 * The last plan on disk, so that a speaker answers while the API server is away.
 *
 * It holds the heartbeat's key too, without which no peer would listen.
 * Neighbours: state-file.ts reads and writes; ../saved-routing.ts is what routers are told.
 */
import type { Logger } from "pino";
import { parseIp } from "../../base/ip.ts";
import type { PlannedAddress } from "../addresses.ts";
import type { PeerAddress } from "../peers.ts";
import { loadState, StateFile } from "./state-file.ts";

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

const NAME = "plan.json";
const WRITE_INTERVAL_MS = 1000;

export function loadPlan(dir: string, log: Logger): Promise<SavedPlan | null> {
  return loadState({ dir, name: NAME, log }, (value) => (isSavedPlan(value) ? null : ""));
}

/** @param make the plan as it is when it is written */
export function planFile(dir: string, log: Logger, make: () => SavedPlan): StateFile<SavedPlan> {
  return new StateFile({ dir, name: NAME, log, intervalMs: WRITE_INTERVAL_MS, make });
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
