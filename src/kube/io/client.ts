/**
 * The API server, over connections that are shared and kept: one pool for calls, one for watches.
 *
 * Read first: https://kubernetes.io/docs/reference/using-api/api-concepts/.
 * Left out on purpose: protobuf, HTTP/2 (its watches cost memory and time), tables, deletion of collections.
 * Neighbours: credentials.ts knows who we are; watch-stream.ts reads what a watch answers.
 */

import type { Logger } from "pino";
import type { KubeObject, ObjectRef, ResourceType } from "../resource.ts";

export interface ConnectOptions {
  /** A file; in-cluster when absent. */
  readonly kubeconfig?: string | undefined;
  readonly log?: Logger | undefined;
  /** Called once per call with its outcome: for metrics. Status 0 is "not reached". */
  readonly onCall?: ((call: CallOutcome) => void) | undefined;
}

export interface CallOutcome {
  readonly verb: string;
  readonly plural: string;
  readonly status: number;
  readonly durationMs: number;
}

export interface Selection {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ListOptions extends Selection {
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

export interface ListPage<T extends KubeObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  /** The token for the next page, or null when this was the last one. */
  readonly continue: string | null;
}

export interface WatchOptions extends Selection {
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

export interface WriteOptions {
  readonly fieldManager?: string | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface PatchOptions extends WriteOptions {
  readonly kind: "merge" | "strategic" | "json" | "apply";
  readonly subresource?: "status" | undefined;
  readonly force?: boolean | undefined;
}

export interface DeleteOptions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly timeoutMs?: number | undefined;
}

/** One line of a watch, as it came. */
export interface WatchLine {
  readonly type: string;
  readonly object: unknown;
}

/** Every method rejects with ApiError and with nothing else. */
export class KubeClient {
  /** Loads the credentials; does not talk to the API server yet. */
  static connect(_options: ConnectOptions = {}): Promise<KubeClient> {
    return Promise.reject(new Error("not written yet"));
  }

  get<T extends KubeObject>(_type: ResourceType<T>, _ref: ObjectRef): Promise<T> {
    return Promise.reject(new Error("not written yet"));
  }

  list<T extends KubeObject>(
    _type: ResourceType<T>,
    _options: ListOptions = {},
  ): Promise<ListPage<T>> {
    return Promise.reject(new Error("not written yet"));
  }

  create<T extends KubeObject>(
    _type: ResourceType<T>,
    _object: T,
    _options: WriteOptions = {},
  ): Promise<T> {
    return Promise.reject(new Error("not written yet"));
  }

  /** Replaces; a resourceVersion in the object is the precondition. */
  update<T extends KubeObject>(
    _type: ResourceType<T>,
    _object: T,
    _options: WriteOptions & { readonly subresource?: "status" } = {},
  ): Promise<T> {
    return Promise.reject(new Error("not written yet"));
  }

  patch<T extends KubeObject>(
    _type: ResourceType<T>,
    _ref: ObjectRef,
    _body: unknown,
    _options: PatchOptions,
  ): Promise<T> {
    return Promise.reject(new Error("not written yet"));
  }

  delete(
    _type: ResourceType<KubeObject>,
    _ref: ObjectRef,
    _options: DeleteOptions = {},
  ): Promise<void> {
    return Promise.reject(new Error("not written yet"));
  }

  /** @returns the lines as they arrive; ends when the server ends the stream cleanly */
  watch(
    _type: ResourceType<KubeObject>,
    _options: WatchOptions,
  ): Promise<AsyncIterable<readonly WatchLine[]>> {
    return Promise.reject(new Error("not written yet"));
  }

  /** Ends idle connections and whatever is still running. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
