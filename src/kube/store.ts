/**
 * The objects of one resource as last heard of, by key and by index. Pure: it is told, it never asks.
 *
 * The watch is the authority. An answer to a write of our own may be put in early (`upsert`), so that
 * the next decision sees it; it counts as unconfirmed until the watch or a list has reached it, and
 * is never allowed to bring back what the watch has already seen deleted.
 * A class, because it has a life: it mutates in place, for 10,000 objects are not copied per event.
 * Neighbours: reflector.ts decides what is fed in; io/reflector.ts feeds it.
 */

import { Listed } from "../base/listed.ts";
import type { KubeObject } from "./resource.ts";
import { keyOf } from "./resource.ts";

/** `before` alone: deleted. `after` alone: added. Both are of the same uid. */
export interface Change<T extends KubeObject> {
  readonly key: string;
  readonly before?: T;
  readonly after?: T;
}

/** @returns the index keys under which an object is found: none, one or several */
export type IndexOf<T extends KubeObject> = (object: T) => readonly string[];

/** What may be done by readers: everything but feeding. */
export interface ReadonlyStore<T extends KubeObject> {
  readonly size: number;
  /** True once the first list is complete; it stays true while the API server is away. */
  readonly synced: boolean;
  get(key: string): T | undefined;
  has(key: string): boolean;
  /** In no order that means anything; the very same list as before where nothing has changed. */
  list(): readonly T[];
  keys(): string[];
  /** @returns the objects that the index `name` files under `value` */
  by(name: string, value: string): T[];
}

export class Store<T extends KubeObject> implements ReadonlyStore<T> {
  #synced = false;
  /** The newest version that the watch or a list has shown; 0 before the first list. */
  #seenVersion = 0n;
  readonly #objects = new Listed<T>();
  /** Keys whose object came from a write's answer and is ahead of the watch. */
  readonly #unconfirmed = new Set<string>();
  readonly #indexes: ReadonlyMap<string, Index<T>>;

  constructor(indexes: Readonly<Record<string, IndexOf<T>>> = {}) {
    this.#indexes = new Map(
      Object.entries(indexes).map(([name, indexOf]) => [name, { indexOf, keys: new Map() }]),
    );
  }

  get size(): number {
    return this.#objects.size;
  }

  get synced(): boolean {
    return this.#synced;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  has(key: string): boolean {
    return this.#objects.has(key);
  }

  list(): readonly T[] {
    return this.#objects.list;
  }

  keys(): string[] {
    return [...this.#objects.keys()];
  }

  by(name: string, value: string): T[] {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new RangeError(`no index "${name}" in this store`);
    const found: T[] = [];
    for (const key of index.keys.get(value) ?? []) {
      const object = this.#objects.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  /**
   * Puts a complete list in place of everything.
   *
   * @param resourceVersion of the list; an unconfirmed object newer than it survives its absence
   * @returns what that changes: deletions first, then what is new or another version
   */
  replace(items: readonly T[], resourceVersion: string): Change<T>[] {
    const listVersion = versionNumber(resourceVersion);
    const listed = new Map(items.map((object) => [keyOf(object), object]));
    const changes: Change<T>[] = [];
    for (const [key, before] of this.#objects) {
      if (listed.has(key) || this.#isAhead(key, listVersion)) continue;
      this.#remove(key);
      changes.push({ key, before });
    }
    for (const [key, object] of listed) changes.push(...this.#confirm(key, object));
    this.#seenVersion = listVersion;
    this.#synced = true;
    return changes;
  }

  /** @param object from a watch event ADDED or MODIFIED */
  put(object: T): Change<T>[] {
    this.#saw(object);
    return this.#confirm(keyOf(object), object);
  }

  /** @param object from a watch event DELETED: its last state, whose version is the deletion's */
  delete(object: T): Change<T>[] {
    this.#saw(object);
    const key = keyOf(object);
    const before = this.#objects.get(key);
    if (before === undefined) return [];
    // A write of ours has already made the next object of this name: the deletion is an older story.
    if (before.metadata.uid !== object.metadata.uid && this.#unconfirmed.has(key)) return [];
    this.#remove(key);
    return [{ key, before }];
  }

  /** @param object as the API server answered a write of ours; ignored unless it is news */
  upsert(object: T): Change<T>[] {
    const key = keyOf(object);
    const version = versionOf(object);
    const before = this.#objects.get(key);
    if (before === undefined ? version <= this.#seenVersion : version <= versionOf(before))
      return [];
    if (version > this.#seenVersion) this.#unconfirmed.add(key);
    return this.#set(key, object);
  }

  /** The watch's word: taken as it is, but for an unconfirmed object that is still ahead of it. */
  #confirm(key: string, object: T): Change<T>[] {
    const before = this.#objects.get(key);
    if (before !== undefined && this.#isAhead(key, versionOf(object))) return [];
    this.#unconfirmed.delete(key);
    const same = before?.metadata.resourceVersion === object.metadata.resourceVersion;
    if (same && before?.metadata.uid === object.metadata.uid) return [];
    return this.#set(key, object);
  }

  #isAhead(key: string, version: bigint): boolean {
    const object = this.#objects.get(key);
    return object !== undefined && this.#unconfirmed.has(key) && versionOf(object) > version;
  }

  #saw(object: T): void {
    const version = versionOf(object);
    if (version > this.#seenVersion) this.#seenVersion = version;
  }

  /** Another uid under the same name is another object: told as a deletion and an addition. */
  #set(key: string, after: T): Change<T>[] {
    const before = this.#objects.get(key);
    if (before !== undefined) this.#unfile(key, before);
    this.#objects.set(key, after);
    this.#file(key, after);
    if (before === undefined) return [{ key, after }];
    const sameObject = before.metadata.uid === after.metadata.uid;
    return sameObject
      ? [{ key, before, after }]
      : [
          { key, before },
          { key, after },
        ];
  }

  #remove(key: string): void {
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#unfile(key, object);
    this.#objects.delete(key);
    this.#unconfirmed.delete(key);
  }

  #file(key: string, object: T): void {
    for (const { indexOf, keys } of this.#indexes.values()) {
      for (const value of indexOf(object)) {
        const filed = keys.get(value);
        if (filed === undefined) keys.set(value, new Set([key]));
        else filed.add(key);
      }
    }
  }

  #unfile(key: string, object: T): void {
    for (const { indexOf, keys } of this.#indexes.values()) {
      for (const value of indexOf(object)) {
        const filed = keys.get(value);
        if (filed?.delete(key) === true && filed.size === 0) keys.delete(value);
      }
    }
  }
}

interface Index<T extends KubeObject> {
  readonly indexOf: IndexOf<T>;
  readonly keys: Map<string, Set<string>>;
}

/** Resource versions of one resource are decimal and grow (KEP-5504); what is not decimal counts as 0. */
function versionNumber(resourceVersion: string | undefined): bigint {
  return resourceVersion !== undefined && /^\d{1,20}$/.test(resourceVersion)
    ? BigInt(resourceVersion)
    : 0n;
}

function versionOf(object: KubeObject): bigint {
  return versionNumber(object.metadata.resourceVersion);
}
