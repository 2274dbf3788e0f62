/**
 * The API server, over connections that are shared and kept: one pool for calls, one for watches.
 *
 * Read first: https://kubernetes.io/docs/reference/using-api/api-concepts/.
 * Left out on purpose: protobuf, HTTP/2 (its watches cost memory and time), tables, deletion of collections.
 * Neighbours: transport.ts has the connections and the time limits; credentials.ts knows who we are.
 */

import type { ApiFailure } from "../api-error.ts";
import { ApiError } from "../api-error.ts";
import { pruneObject } from "../prune.ts";
import type { KubeObject, ObjectRef, ResourceType } from "../resource.ts";
import { apiVersionOf, pathOf } from "../resource.ts";
import { LineSplitter } from "../watch-lines.ts";
import type { Answer, Call } from "./transport.ts";
import { notReached, Transport } from "./transport.ts";

export interface ConnectOptions {
  /** A file; in-cluster when absent. */
  readonly kubeconfig?: string | undefined;
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
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
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

/** What the API server says it is: a minor number may carry a plus. */
export interface ServerVersion {
  readonly major?: string;
  readonly minor?: string;
  readonly gitVersion?: string;
}

/** One line of a watch, as it came. */
export interface WatchLine {
  readonly type: string;
  readonly object: unknown;
}

type Named = Pick<ResourceType<KubeObject>, "plural">;

const PATCH_CONTENT_TYPES = {
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  json: "application/json-patch+json",
  apply: "application/apply-patch+yaml",
} as const;

/** Every method rejects with ApiError and with nothing else. What it answers is pruned (prune.ts). */
export class KubeClient {
  readonly #transport: Transport;
  readonly #onCall: (call: CallOutcome) => void;

  private constructor(options: ConnectOptions) {
    this.#transport = new Transport(options.kubeconfig);
    this.#onCall = options.onCall ?? (() => undefined);
  }

  /**
   * Loads the credentials; does not talk to the API server yet.
   *
   * @throws BalancerError KUBECONFIG_INVALID
   */
  // eslint-disable-next-line @typescript-eslint/require-await -- so that it rejects, never throws
  static async connect(options: ConnectOptions = {}): Promise<KubeClient> {
    return new KubeClient(options);
  }

  async get<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    { timeoutMs }: { readonly timeoutMs?: number | undefined } = {},
  ): Promise<T> {
    const call = { method: "GET", path: pathOf(type, ref), timeoutMs } as const;
    return this.#object(type, await this.#call("get", type, call));
  }

  /** One page; objects get apiVersion and kind, which the server leaves out in lists. */
  async list<T extends KubeObject>(
    type: ResourceType<T>,
    options: ListOptions = {},
  ): Promise<ListPage<T>> {
    const { namespace, timeoutMs, signal, ...query } = options;
    const path = pathOf(type, { namespace }) + queryOf(query);
    const answer = await this.#call("list", type, { method: "GET", path, timeoutMs, signal });
    const { items, metadata } = parse(answer) as RawList<T>;
    return {
      items: (items ?? []).map((object) => pruneObject(type, object)),
      resourceVersion: metadata.resourceVersion ?? "",
      continue:
        metadata.continue === undefined || metadata.continue === "" ? null : metadata.continue,
    };
  }

  async create<T extends KubeObject>(
    type: ResourceType<T>,
    object: T,
    options: WriteOptions = {},
  ): Promise<T> {
    const { fieldManager, timeoutMs } = options;
    const path = pathOf(type, { namespace: object.metadata.namespace }) + queryOf({ fieldManager });
    const call = {
      method: "POST",
      path,
      body: whole(type, object),
      ...JSON_BODY,
      timeoutMs,
    } as const;
    return this.#object(type, await this.#call("create", type, call));
  }

  /** Replaces; a resourceVersion in the object is the precondition. */
  async update<T extends KubeObject>(
    type: ResourceType<T>,
    object: T,
    options: WriteOptions & { readonly subresource?: "status" } = {},
  ): Promise<T> {
    const { fieldManager, timeoutMs, ...subresource } = options;
    const { name, namespace } = object.metadata;
    const path = pathOf(type, { name, namespace, ...subresource }) + queryOf({ fieldManager });
    const call = {
      method: "PUT",
      path,
      body: whole(type, object),
      ...JSON_BODY,
      timeoutMs,
    } as const;
    return this.#object(type, await this.#call("update", type, call));
  }

  /** "apply" is server-side apply: it needs a fieldManager, and a body with apiVersion and kind. */
  async patch<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    body: unknown,
    options: PatchOptions,
  ): Promise<T> {
    const { kind, subresource, fieldManager, force, timeoutMs } = options;
    const where = { ...ref, ...(subresource === undefined ? {} : { subresource }) };
    const path = pathOf(type, where) + queryOf({ fieldManager, force });
    const contentType = PATCH_CONTENT_TYPES[kind];
    const call = { method: "PATCH", path, body, contentType, timeoutMs } as const;
    return this.#object(type, await this.#call("patch", type, call));
  }

  /** The preconditions that are given make it answer 409 for any other object of this name. */
  async delete(
    type: ResourceType<KubeObject>,
    ref: ObjectRef,
    options: DeleteOptions = {},
  ): Promise<void> {
    const { timeoutMs, ...preconditions } = options;
    const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions };
    const call = {
      method: "DELETE",
      path: pathOf(type, ref),
      body,
      ...JSON_BODY,
      timeoutMs,
    } as const;
    await this.#call("delete", type, call);
  }

  /**
   * Opens a watch with bookmarks.
   *
   * @returns once the server has accepted it: what it says, in the pieces in which it comes. The
   * iteration ends when the server ends the stream cleanly, and throws ApiError when it breaks.
   */
  async watch(
    type: ResourceType<KubeObject>,
    { namespace, signal, ...query }: WatchOptions,
  ): Promise<AsyncIterable<readonly WatchLine[]>> {
    const path =
      pathOf(type, { namespace }) + queryOf({ ...query, watch: true, allowWatchBookmarks: true });
    const startedMs = performance.now();
    const answer = await this.#transport.open(path, signal).catch((error: unknown) => {
      this.#count("watch", type, { status: 0, startedMs });
      throw error;
    });
    this.#count("watch", type, { status: answer.statusCode, startedMs });
    if (answer.statusCode !== 200) {
      const body = await answer.body.text();
      throw new ApiError(failureOf({ status: answer.statusCode, body, retryAfterMs: undefined }));
    }
    return watchLines(answer.body);
  }

  async version(): Promise<ServerVersion> {
    const call = { method: "GET", path: "/version" } as const;
    return parse(await this.#call("get", { plural: "version" }, call)) as ServerVersion;
  }

  /** Ends idle connections and whatever is still running. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  async #call(verb: string, type: Named, call: Call): Promise<Answer> {
    const startedMs = performance.now();
    let status = 0;
    try {
      const answer = await this.#transport.call(call);
      status = answer.status;
      if (status >= 400) throw new ApiError(failureOf(answer));
      return answer;
    } finally {
      this.#count(verb, type, { status, startedMs });
    }
  }

  #count(
    verb: string,
    { plural }: Named,
    { status, startedMs }: { readonly status: number; readonly startedMs: number },
  ): void {
    this.#onCall({ verb, plural, status, durationMs: performance.now() - startedMs });
  }

  #object<T extends KubeObject>(type: ResourceType<T>, answer: Answer): T {
    return pruneObject(type, parse(answer) as T);
  }
}

const JSON_BODY = { contentType: "application/json" } as const;

interface RawList<T> {
  readonly items?: readonly T[] | null;
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
}

/** Creating and replacing need apiVersion and kind, which the type knows. */
function whole<T extends KubeObject>(type: ResourceType<T>, object: T): object {
  return { ...object, apiVersion: apiVersionOf(type), kind: type.kind };
}

function queryOf(query: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "" && value !== false) search.set(name, String(value));
  }
  return search.size === 0 ? "" : `?${search.toString()}`;
}

function parse(answer: Answer): unknown {
  try {
    return JSON.parse(answer.body);
  } catch {
    const message = `The API server's answer is not JSON: ${answer.body.slice(0, 80)}`;
    throw new ApiError({ status: 0, reason: "NotJson", message });
  }
}

interface RawStatus {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly retryAfterSeconds?: number };
}

/** @returns what a refused call, or an ERROR in a watch, says of itself */
export function failureOf(answer: Answer): ApiFailure {
  let status: RawStatus = {};
  try {
    status = JSON.parse(answer.body) as RawStatus;
  } catch {
    // A proxy's page in place of a Status object: its beginning will do.
  }
  return statusFailure(status, answer);
}

export function statusFailure(
  { code, reason, message, details }: RawStatus,
  answer: Partial<Answer> = {},
): ApiFailure {
  const seconds = details?.retryAfterSeconds;
  const status = answer.status ?? code ?? 500;
  return {
    status,
    reason: reason ?? `HTTP ${status}`,
    message: message ?? answer.body?.slice(0, 200) ?? "",
    retryAfterMs: answer.retryAfterMs ?? (seconds === undefined ? undefined : seconds * 1000),
  };
}

async function* watchLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<readonly WatchLine[]> {
  const splitter = new LineSplitter();
  try {
    for await (const chunk of body) {
      const { lines, tooLong } = splitter.push(chunk);
      if (lines.length > 0) yield lines.map((line) => JSON.parse(line) as WatchLine);
      if (tooLong) throw new Error("A line of the watch is longer than any object can be");
    }
  } catch (error) {
    throw notReached(error);
  }
}
