/**
 * Keeps a store equal to a part of the API: lists once, then watches, for as long as it takes.
 *
 * The decisions are in ../reflector.ts; here are the requests, the timer and the log.
 */

import type { Logger } from "pino";
import type { KubeObject, ResourceType } from "../resource.ts";
import type { Change, IndexOf, ReadonlyStore } from "../store.ts";
import { Store } from "../store.ts";
import type { KubeClient, Selection } from "./client.ts";

export interface ReflectorMetrics {
  /** A list was completed; `objects` is what it brought. */
  listed?(plural: string, objects: number): void;
  /** A watch ended: "clean", "idle", "expired", "failed". */
  watchEnded?(plural: string, cause: string): void;
}

export interface ReflectorOptions<T extends KubeObject> extends Selection {
  readonly client: KubeClient;
  readonly type: ResourceType<T>;
  /** What to keep of an object; managedFields and the last-applied annotation are gone already. */
  readonly prune?: ((object: T) => T) | undefined;
  readonly indexes?: Readonly<Record<string, IndexOf<T>>> | undefined;
  /** Called for every change in the store, after the store has it; must not throw. */
  readonly onChange: (change: Change<T>) => void;
  /** Called once, after the changes of the first complete list. */
  readonly onSynced?: (() => void) | undefined;
  /** True while the API server answers, false from the first failure on. */
  readonly onHealth?: ((healthy: boolean) => void) | undefined;
  readonly log: Logger;
  readonly metrics?: ReflectorMetrics | undefined;
  readonly pageSize?: number | undefined;
}

export interface Reflector<T extends KubeObject> {
  readonly store: ReadonlyStore<T>;
  /** Feeds a write's answer back at once; the newer version wins. Calls onChange when it is news. */
  upsert(object: T): void;
  /** Resolves when nothing runs any more. */
  stop(): Promise<void>;
}

export function startReflector<T extends KubeObject>(options: ReflectorOptions<T>): Reflector<T> {
  return {
    store: new Store<T>(options.indexes),
    upsert() {
      throw new Error("not written yet");
    },
    stop: () => Promise.resolve(),
  };
}
