/** Reflector and store against a model server that forgets, breaks off and fails as it likes. */

import { expect } from "chai";
import fc from "fast-check";
import type { ReflectorEffect, ReflectorEvent, ReflectorState } from "../../src/kube/reflector.ts";
import { newReflector, stepReflector } from "../../src/kube/reflector.ts";
import type { KubeObject } from "../../src/kube/resource.ts";
import type { Change } from "../../src/kube/store.ts";
import { Store } from "../../src/kube/store.ts";

type Bare<E> = E extends unknown ? Omit<E, "nowMs" | "random"> : never;
type Happening =
  | { readonly kind: "write"; readonly name: string; readonly answered: boolean }
  | { readonly kind: "recreate"; readonly name: string; readonly answered: boolean }
  | { readonly kind: "remove"; readonly name: string }
  | { readonly kind: "answer" }
  | { readonly kind: "end" }
  | { readonly kind: "break"; readonly status: number }
  | { readonly kind: "forget" }
  | { readonly kind: "pass"; readonly ms: number };

interface Past {
  readonly change: "added" | "modified" | "deleted";
  readonly object: KubeObject;
}

/** An API server's memory of one resource, and the reflector under test beside it. */
class World {
  readonly objects = new Map<string, KubeObject>();
  readonly told = new Map<string, KubeObject>();
  readonly store = new Store<KubeObject>();
  #version = 10;
  #uid = 0;
  #past: Past[] = [];
  #forgotten = 0;
  #nowMs = 0;
  #timerMs: number | null = null;
  #state: ReflectorState<KubeObject> = newReflector(2);
  #pending: (ReflectorEffect<KubeObject> & { kind: "list-page" | "start-watch" }) | null = null;
  #watchedTo: number | null = null;
  #snapshot: { objects: KubeObject[]; version: number } | null = null;

  constructor() {
    this.feed({ kind: "start" });
  }

  feed(event: Bare<ReflectorEvent<KubeObject>>): void {
    const timed = { ...event, nowMs: this.#nowMs, random: 0.5 } as ReflectorEvent<KubeObject>;
    const out = stepReflector(this.#state, timed);
    this.#state = out.state;
    for (const effect of out.effects) this.#perform(effect);
  }

  happen(happening: Happening): void {
    switch (happening.kind) {
      case "write": {
        this.#write(happening.name, false, happening.answered);
        return;
      }
      case "recreate":
        this.#remove(happening.name);
        {
          this.#write(happening.name, true, happening.answered);
          return;
        }
      case "remove": {
        this.#remove(happening.name);
        return;
      }
      case "answer": {
        this.#answer();
        return;
      }
      case "end":
        if (this.#watchedTo === null) return;
        this.#watchedTo = null;
        {
          this.feed({ kind: "watch-ended", request: this.#state.request });
          return;
        }
      case "break": {
        this.#break(happening.status);
        return;
      }
      case "forget":
        this.#forgotten = this.#version;
        return;
      case "pass":
        this.#nowMs += happening.ms;
        if (this.#timerMs === null || this.#timerMs > this.#nowMs) return;
        this.#timerMs = null;
        {
          this.feed({ kind: "timer" });
          return;
        }
    }
  }

  /** Everything works and time goes by, until there is no more to tell. */
  settle(): void {
    for (let round = 0; round < 40; round += 1) {
      this.happen({ kind: "answer" });
      if (round % 4 === 3) this.happen({ kind: "pass", ms: 15_000 });
    }
  }

  #write(name: string, fresh: boolean, answered: boolean): void {
    const before = fresh ? undefined : this.objects.get(name);
    const uid = before?.metadata.uid ?? String((this.#uid += 1));
    const object = { metadata: { name, uid, resourceVersion: String((this.#version += 1)) } };
    this.objects.set(name, object);
    this.#past.push({ change: before === undefined ? "added" : "modified", object });
    if (answered) this.#tell(this.store.upsert(object));
  }

  #remove(name: string): void {
    const before = this.objects.get(name);
    if (before === undefined) return;
    this.objects.delete(name);
    const resourceVersion = String((this.#version += 1));
    const object = { metadata: { ...before.metadata, resourceVersion } };
    this.#past.push({ change: "deleted", object });
  }

  #answer(): void {
    const pending = this.#pending;
    if (pending === null) {
      this.#deliver();
      return;
    }
    this.#pending = null;
    if (pending.kind === "list-page") {
      this.#page(pending);
      return;
    }
    const from = Number(pending.resourceVersion);
    if (from < this.#forgotten) {
      this.feed({ kind: "watch-failed", request: pending.request, status: 410 });
      return;
    }
    this.#watchedTo = from;
    this.feed({ kind: "watch-opened", request: pending.request });
  }

  #page({ request, pageSize, next }: ReflectorEffect<KubeObject> & { kind: "list-page" }): void {
    const first = { objects: [...this.objects.values()], version: this.#version };
    if (next === null || this.#snapshot === null) this.#snapshot = first;
    const { objects, version } = this.#snapshot;
    if (next !== null && version < this.#forgotten) {
      this.feed({ kind: "list-failed", request, status: 410 });
      return;
    }
    const from = Number(next ?? "0");
    const to = pageSize === 0 ? objects.length : from + pageSize;
    const items = objects.slice(from, to);
    const more = to < objects.length ? String(to) : null;
    const resourceVersion = String(version);
    this.feed({ kind: "listed-page", request, items, resourceVersion, next: more });
  }

  /** The next change, or a bookmark where there is none. */
  #deliver(): void {
    if (this.#watchedTo === null) return;
    const { request } = this.#state;
    const from = this.#watchedTo;
    const next = this.#past.find(({ object }) => Number(object.metadata.resourceVersion) > from);
    this.#watchedTo = Number(next?.object.metadata.resourceVersion ?? this.#version);
    if (next !== undefined) {
      this.feed({ kind: "watch-event", request, ...next });
      return;
    }
    this.feed({ kind: "bookmark", request, resourceVersion: String(this.#watchedTo) });
  }

  #break(status: number): void {
    const { request } = this.#state;
    if (this.#pending !== null) {
      const kind = this.#pending.kind === "list-page" ? "list-failed" : "watch-failed";
      this.#pending = null;
      this.feed({ kind, request, status });
      return;
    }
    if (this.#watchedTo === null) return;
    this.#watchedTo = null;
    this.feed({ kind: "watch-failed", request, status });
  }

  #perform(effect: ReflectorEffect<KubeObject>): void {
    switch (effect.kind) {
      case "list-page":
      case "start-watch":
        expect(this.#pending, "one request at a time").to.equal(null);
        expect(this.#watchedTo, "no request beside a watch").to.equal(null);
        this.#pending = effect;
        return;
      case "abort":
        this.#pending = null;
        this.#watchedTo = null;
        return;
      case "replace-store": {
        this.#tell(this.store.replace(effect.items, effect.resourceVersion));
        return;
      }
      case "put": {
        this.#tell(this.store.put(effect.object));
        return;
      }
      case "delete": {
        this.#tell(this.store.delete(effect.object));
        return;
      }
      case "set-timer":
        this.#timerMs = effect.atMs;
        return;
      case "clear-timer":
      case "trouble":
      case "recovered":
        return;
    }
  }

  /** Every change told must fit what was told before, and each side of it be of one uid. */
  #tell(changes: readonly Change<KubeObject>[]): void {
    for (const { key, before, after } of changes) {
      expect(this.told.get(key)).to.equal(before);
      expect(before ?? after).not.to.equal(undefined);
      if (before && after) expect(before.metadata.uid).to.equal(after.metadata.uid);
      if (after === undefined) this.told.delete(key);
      else this.told.set(key, after);
    }
  }
}

const name = fc.constantFrom("a", "b", "c", "d", "e");
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("write"), name, answered: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("recreate"), name, answered: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove"), name }) },
  { weight: 8, arbitrary: fc.constant({ kind: "answer" } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: "end" } as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("break"),
      status: fc.constantFrom(0, 400, 403, 410, 429, 500),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "forget" } as const) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("pass"),
      ms: fc.constantFrom(10, 600, 20_000, 100_000),
    }),
  },
);

describe("reflector and store, after any history", () => {
  it("equal the server, and the changes told add up to it", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 120 }), (history) => {
        const world = new World();
        for (const each of history) world.happen(each);
        world.settle();
        expect(world.store.synced).to.equal(true);
        const want = [...world.objects.entries()].sort();
        expect(
          world.store
            .keys()
            .map((key) => [key, world.store.get(key)])
            .sort(),
        ).to.deep.equal(want);
        expect([...world.told.entries()].sort()).to.deep.equal(want);
      }),
      { numRuns: 800 },
    );
  });
});
