import { expect } from "chai";
import type { KubeObject } from "../../src/kube/resource.ts";
import { Store } from "../../src/kube/store.ts";

interface Tagged extends KubeObject {
  readonly tags: readonly string[];
}

function object(name: string, version: number, { uid = "u1", tags = [] as string[] } = {}): Tagged {
  return { metadata: { name, uid, resourceVersion: String(version) }, tags };
}

const tags = (tagged: Tagged): readonly string[] => tagged.tags;

describe("Store", () => {
  it("finds by key and by index, also after changes and deletions", () => {
    const store = new Store<Tagged>({ tags });
    store.replace([object("a", 1, { tags: ["x", "y"] }), object("b", 2, { tags: ["y"] })], "5");
    const names = (value: string) => store.by("tags", value).map(({ metadata }) => metadata.name);
    expect([names("x"), names("y"), names("z")]).to.deep.equal([["a"], ["a", "b"], []]);
    store.put(object("a", 6, { tags: ["z"] }));
    expect([names("x"), names("y"), names("z")]).to.deep.equal([[], ["b"], ["a"]]);
    store.delete(object("b", 7));
    expect(names("y")).to.deep.equal([]);
    expect([store.size, store.keys(), store.has("b")]).to.deep.equal([1, ["a"], false]);
    expect(() => store.by("colour", "red")).to.throw(RangeError, "colour");
  });

  it("gives the very same list until something changes, and never changes one that it gave", () => {
    const store = new Store<Tagged>();
    store.replace([object("a", 1)], "1");
    const lists = [store.list()];
    store.replace([object("a", 1)], "2");
    lists.push(store.list());
    const changes = [
      () => store.put(object("b", 3)),
      () => store.put(object("a", 4)),
      () => store.upsert(object("a", 5)),
      () => store.delete(object("b", 6)),
      () => store.replace([], "7"),
    ];
    for (const change of changes) {
      change();
      lists.push(store.list());
    }
    const versions = lists.map((list) => list.map(({ metadata }) => metadata.resourceVersion));
    const last = [["1"], ["1"], ["1", "3"], ["4", "3"], ["5", "3"], ["5"], []];
    expect(versions).to.deep.equal(last);
    expect(lists[0]).to.equal(lists[1]);
  });

  it("tells of a list only what differs from before", () => {
    const store = new Store<Tagged>();
    const [a, b] = [object("a", 1), object("b", 2)];
    expect(store.synced).to.equal(false);
    expect(store.replace([a, b], "2")).to.deep.equal([
      { key: "a", after: a },
      { key: "b", after: b },
    ]);
    expect(store.synced).to.equal(true);
    const newer = object("b", 4);
    expect(store.replace([object("a", 1), newer], "5")).to.deep.equal([
      { key: "b", before: b, after: newer },
    ]);
    expect(store.replace([newer], "6")).to.deep.equal([{ key: "a", before: a }]);
  });

  it("tells another object under the same name as a deletion and an addition", () => {
    const store = new Store<Tagged>();
    const [first, second] = [object("a", 1), object("a", 9, { uid: "u2" })];
    store.replace([first], "1");
    const want = [
      { key: "a", before: first },
      { key: "a", after: second },
    ];
    expect(store.put(second)).to.deep.equal(want);
  });

  it("takes an older version from the watch, for a restored etcd counts backwards", () => {
    const store = new Store<Tagged>();
    const [ahead, restored] = [object("a", 90), object("a", 50)];
    store.replace([ahead], "90");
    expect(store.replace([restored], "60")).to.deep.equal([
      { key: "a", before: ahead, after: restored },
    ]);
  });

  describe("upsert, the answer of a write of ours", () => {
    const listed = object("a", 10);
    const rows = [
      {
        name: "is taken when it is newer",
        act: (store: Store<Tagged>) => store.upsert(object("a", 12)),
        want: 12,
      },
      {
        name: "is ignored when the watch was faster",
        act: (store: Store<Tagged>) => {
          store.put(object("a", 13));
          store.upsert(object("a", 12));
        },
        want: 13,
      },
      {
        name: "never brings back what the watch has seen deleted",
        act: (store: Store<Tagged>) => {
          store.delete(object("a", 13));
          store.upsert(object("a", 12));
        },
        want: undefined,
      },
      {
        name: "is not undone by an older event that comes later",
        act: (store: Store<Tagged>) => {
          store.upsert(object("a", 12));
          store.put(object("a", 11));
        },
        want: 12,
      },
      {
        name: "is not undone by an older list",
        act: (store: Store<Tagged>) => {
          store.upsert(object("a", 12));
          store.replace([], "11");
        },
        want: 12,
      },
      {
        name: "is undone by a newer list without it",
        act: (store: Store<Tagged>) => {
          store.upsert(object("a", 12));
          store.replace([], "13");
        },
        want: undefined,
      },
      {
        name: "survives the deletion of the object that had its name before",
        act: (store: Store<Tagged>) => {
          store.upsert(object("a", 14, { uid: "u2" }));
          store.delete(object("a", 13));
        },
        want: 14,
      },
      {
        name: "gives way to the deletion of itself",
        act: (store: Store<Tagged>) => {
          store.upsert(object("a", 12));
          store.delete(object("a", 13));
        },
        want: undefined,
      },
      {
        name: "is compared as a number, not as text",
        act: (store: Store<Tagged>) => {
          store.put(object("a", 99));
          store.upsert(object("a", 100));
        },
        want: 100,
      },
    ];
    for (const { name, act, want } of rows) {
      it(name, () => {
        const store = new Store<Tagged>();
        store.replace([listed], "10");
        act(store);
        const version = store.get("a")?.metadata.resourceVersion;
        expect(version).to.equal(want === undefined ? undefined : String(want));
      });
    }
  });
});
