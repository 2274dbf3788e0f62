import { expect } from "chai";
import type { ReflectorEffect, ReflectorEvent, ReflectorState } from "../../src/kube/reflector.ts";
import { newReflector, stepReflector } from "../../src/kube/reflector.ts";
import type { KubeObject } from "../../src/kube/resource.ts";

type Event =
  ReflectorEvent<KubeObject> extends infer E
    ? E extends unknown
      ? Omit<E, "nowMs" | "random">
      : never
    : never;
type Effect = ReflectorEffect<KubeObject>;

interface Row {
  readonly atMs: number;
  readonly event: Event;
  readonly want: readonly Effect[];
}

const object = (name: string, resourceVersion: string): KubeObject => ({
  metadata: { name, resourceVersion },
});
const [a1, b2, a5] = [object("a", "1"), object("b", "2"), object("a", "5")];
const random = 1; // Half the backoff, and watches of 600 s.

const listPage = (request: number, next: string | null = null, pageSize = 2): Effect => ({
  kind: "list-page",
  request,
  pageSize,
  next,
});
const startWatch = (request: number, resourceVersion: string): Effect => ({
  kind: "start-watch",
  request,
  resourceVersion,
  timeoutSeconds: 600,
});
const replace = (items: readonly KubeObject[], resourceVersion: string): Effect => ({
  kind: "replace-store",
  items,
  resourceVersion,
});
const timer = (atMs: number): Effect => ({ kind: "set-timer", atMs });
const trouble = (during: "list" | "watch", status: number): Effect => ({
  kind: "trouble",
  during,
  status,
});
const recovered: Effect = { kind: "recovered" };
const abort = (request: number): Effect => ({ kind: "abort", request });
const page = (
  request: number,
  resourceVersion: string,
  items: readonly KubeObject[] = [],
  next: string | null = null,
): Event => ({ kind: "listed-page", request, items, resourceVersion, next });

/** Lists [a1] at version 3 and opens the watch, which is request 2, at 0 ms. */
const watching: readonly Row[] = [
  { atMs: 0, event: { kind: "start" }, want: [listPage(1)] },
  {
    atMs: 0,
    event: page(1, "3", [a1]),
    want: [replace([a1], "3"), startWatch(2, "3"), timer(90_000)],
  },
  { atMs: 0, event: { kind: "watch-opened", request: 2 }, want: [] },
];

const scripts: readonly { readonly name: string; readonly rows: readonly Row[] }[] = [
  {
    name: "pages are gathered, and the store is replaced by all of them at once",
    rows: [
      { atMs: 0, event: { kind: "start" }, want: [listPage(1)] },
      { atMs: 1, event: page(1, "3", [a1], "token"), want: [listPage(2, "token")] },
      {
        atMs: 2,
        event: page(2, "3", [b2]),
        want: [replace([a1, b2], "3"), startWatch(3, "3"), timer(90_002)],
      },
    ],
  },
  {
    name: "an expired page token leads to one list without pages",
    rows: [
      { atMs: 0, event: { kind: "start" }, want: [listPage(1)] },
      { atMs: 1, event: page(1, "3", [a1], "token"), want: [listPage(2, "token")] },
      {
        atMs: 2,
        event: { kind: "list-failed", request: 2, status: 410 },
        want: [listPage(3, null, 0)],
      },
      {
        atMs: 3,
        event: page(3, "4", [a1, b2]),
        want: [replace([a1, b2], "4"), startWatch(4, "4"), timer(90_003)],
      },
      { atMs: 4, event: { kind: "watch-failed", request: 4, status: 410 }, want: [listPage(5)] },
    ],
  },
  {
    name: "changes and bookmarks move the version from which a clean end resumes, at once",
    rows: [
      ...watching,
      {
        atMs: 10,
        event: { kind: "watch-event", request: 2, change: "modified", object: a5 },
        want: [{ kind: "put", object: a5 }],
      },
      {
        atMs: 20,
        event: { kind: "watch-ended", request: 2 },
        want: [startWatch(3, "5"), timer(90_020)],
      },
      { atMs: 30, event: { kind: "bookmark", request: 3, resourceVersion: "9" }, want: [] },
      {
        atMs: 40,
        event: { kind: "watch-ended", request: 3 },
        want: [startWatch(4, "9"), timer(90_040)],
      },
      {
        atMs: 50,
        event: { kind: "watch-event", request: 4, change: "deleted", object: a5 },
        want: [{ kind: "delete", object: a5 }],
      },
    ],
  },
  {
    name: "a stream that ends within a second without a word is never asked for in a hot loop",
    rows: [
      ...watching,
      {
        atMs: 999,
        event: { kind: "watch-ended", request: 2 },
        want: [trouble("watch", 200), timer(1249)],
      },
      { atMs: 1249, event: { kind: "timer" }, want: [startWatch(3, "3"), timer(91_249)] },
      { atMs: 1249, event: { kind: "watch-opened", request: 3 }, want: [timer(2249)] },
      { atMs: 1250, event: { kind: "watch-ended", request: 3 }, want: [timer(1750)] },
      { atMs: 1750, event: { kind: "timer" }, want: [startWatch(4, "3"), timer(91_750)] },
      { atMs: 1750, event: { kind: "watch-opened", request: 4 }, want: [timer(2750)] },
      {
        atMs: 2750,
        event: { kind: "timer" },
        want: [recovered, timer(91_750)],
      },
      {
        atMs: 2800,
        event: { kind: "watch-ended", request: 4 },
        want: [startWatch(5, "3"), timer(92_800)],
      },
    ],
  },
  {
    name: "a stream that was open for a second and silent resumes at once",
    rows: [
      ...watching,
      {
        atMs: 1000,
        event: { kind: "watch-ended", request: 2 },
        want: [startWatch(3, "3"), timer(91_000)],
      },
    ],
  },
  {
    name: "a dead server is tried ever more slowly, told once, and the watch resumes where it was",
    rows: [
      ...watching,
      {
        atMs: 5000,
        event: { kind: "watch-failed", request: 2, status: 0 },
        want: [trouble("watch", 0), timer(5250)],
      },
      { atMs: 5250, event: { kind: "timer" }, want: [startWatch(3, "3"), timer(95_250)] },
      { atMs: 5251, event: { kind: "watch-failed", request: 3, status: 0 }, want: [timer(5751)] },
      { atMs: 5751, event: { kind: "timer" }, want: [startWatch(4, "3"), timer(95_751)] },
      {
        atMs: 5752,
        event: { kind: "watch-failed", request: 4, status: 429, retryAfterMs: 7000 },
        want: [trouble("watch", 429), timer(12_752)],
      },
      { atMs: 12_752, event: { kind: "timer" }, want: [startWatch(5, "3"), timer(102_752)] },
      {
        atMs: 12_760,
        event: { kind: "watch-event", request: 5, change: "added", object: a5 },
        want: [{ kind: "put", object: a5 }, recovered],
      },
      {
        atMs: 12_770,
        event: { kind: "watch-failed", request: 5, status: 0 },
        want: [trouble("watch", 0), timer(13_020)],
      },
    ],
  },
  {
    name: "a version that is forgotten is listed anew at once, but not in a hot loop",
    rows: [
      ...watching,
      { atMs: 100, event: { kind: "watch-failed", request: 2, status: 410 }, want: [listPage(3)] },
      {
        atMs: 101,
        event: page(3, "8"),
        want: [replace([], "8"), startWatch(4, "8"), timer(90_101)],
      },
      {
        atMs: 102,
        event: { kind: "watch-failed", request: 4, status: 410 },
        want: [trouble("watch", 410), timer(352)],
      },
      { atMs: 352, event: { kind: "timer" }, want: [listPage(5)] },
    ],
  },
  {
    name: "a version forgotten during an outage is listed anew at once when the server is back",
    rows: [
      ...watching,
      {
        atMs: 5000,
        event: { kind: "watch-failed", request: 2, status: 0 },
        want: [trouble("watch", 0), timer(5250)],
      },
      { atMs: 5250, event: { kind: "timer" }, want: [startWatch(3, "3"), timer(95_250)] },
      { atMs: 5260, event: { kind: "watch-failed", request: 3, status: 410 }, want: [listPage(4)] },
    ],
  },
  {
    name: "a server that refuses the watch three times is asked for the list again",
    rows: [
      ...watching,
      {
        atMs: 1,
        event: { kind: "watch-failed", request: 2, status: 400 },
        want: [trouble("watch", 400), timer(251)],
      },
      { atMs: 251, event: { kind: "timer" }, want: [startWatch(3, "3"), timer(90_251)] },
      { atMs: 252, event: { kind: "watch-failed", request: 3, status: 400 }, want: [timer(752)] },
      { atMs: 752, event: { kind: "timer" }, want: [startWatch(4, "3"), timer(90_752)] },
      { atMs: 753, event: { kind: "watch-failed", request: 4, status: 400 }, want: [timer(1753)] },
      { atMs: 1753, event: { kind: "timer" }, want: [listPage(5)] },
    ],
  },
  {
    name: "a server that is starting (403, 500) makes nobody list again",
    rows: [
      ...watching,
      ...[403, 401, 403, 500].flatMap((status, index): Row[] => {
        const [request, atMs] = [index + 2, 100_000 * (index + 1)];
        const retryMs = atMs + 250;
        return [
          {
            atMs,
            event: { kind: "watch-failed", request, status },
            want: [
              trouble("watch", status),
              timer(index === 0 ? retryMs : atMs + 250 * 2 ** index),
            ],
          },
          {
            atMs: atMs + 5000,
            event: { kind: "timer" },
            want: [startWatch(request + 1, "3"), timer(atMs + 95_000)],
          },
        ];
      }),
    ],
  },
  {
    name: "a list that fails is repeated from its first page",
    rows: [
      { atMs: 0, event: { kind: "start" }, want: [listPage(1)] },
      { atMs: 1, event: page(1, "3", [a1], "token"), want: [listPage(2, "token")] },
      {
        atMs: 2,
        event: { kind: "list-failed", request: 2, status: 500 },
        want: [trouble("list", 500), timer(252)],
      },
      { atMs: 252, event: { kind: "timer" }, want: [listPage(3)] },
      {
        atMs: 253,
        event: page(3, "4", [b2]),
        want: [replace([b2], "4"), startWatch(4, "4"), timer(90_253)],
      },
    ],
  },
  {
    name: "a stream that is silent for 90 s is given up, one that speaks is not",
    rows: [
      ...watching,
      { atMs: 60_000, event: { kind: "bookmark", request: 2, resourceVersion: "4" }, want: [] },
      { atMs: 90_000, event: { kind: "timer" }, want: [timer(150_000)] },
      {
        atMs: 150_000,
        event: { kind: "timer" },
        want: [abort(2), startWatch(3, "4"), timer(240_000)],
      },
      { atMs: 150_001, event: { kind: "watch-failed", request: 2, status: 0 }, want: [] },
      {
        atMs: 150_002,
        event: { kind: "watch-event", request: 2, change: "added", object: b2 },
        want: [],
      },
    ],
  },
  {
    name: "after stop nothing follows",
    rows: [
      ...watching,
      { atMs: 10, event: { kind: "stop" }, want: [abort(2), { kind: "clear-timer" }] },
      { atMs: 11, event: { kind: "watch-failed", request: 2, status: 0 }, want: [] },
      { atMs: 12, event: { kind: "timer" }, want: [] },
      { atMs: 13, event: { kind: "stop" }, want: [] },
    ],
  },
];

describe("stepReflector", () => {
  for (const { name, rows } of scripts) {
    it(name, () => {
      let state: ReflectorState<KubeObject> = newReflector(2);
      rows.forEach(({ atMs, event, want }, index) => {
        const timed = { ...event, nowMs: atMs, random } as ReflectorEvent<KubeObject>;
        const out = stepReflector(state, timed);
        expect(out.effects, `step ${index}: ${event.kind}`).to.deep.equal(want);
        state = out.state;
      });
    });
  }
});
