import { expect } from "chai";
import { waitFor } from "../../../../lab/wait.ts";
import { Timers } from "../../../../src/bgp/bfd/io/timers.ts";

describe("BFD timers", () => {
  let due: { readonly key: string; readonly atMs: number }[];
  let timers: Timers<string>;
  beforeEach(() => {
    due = [];
    timers = new Timers((key) => due.push({ key, atMs: performance.now() }));
  });
  afterEach(() => {
    timers.close();
  });
  const until = (key: string) =>
    waitFor(() => due.find((one) => one.key === key), { what: `"${key}" is due`, intervalMs: 1 });

  it("never early, and once", async () => {
    const wanted = Array.from({ length: 20 }, (_, i) => performance.now() + 3.3 * i);
    for (const [i, atMs] of wanted.entries()) timers.set(`${i}`, atMs);
    timers.set("last", performance.now() + 90);
    await until("last");
    for (const { key, atMs } of due.slice(0, -1)) {
      expect(atMs).to.be.at.least(wanted[Number(key)] ?? Infinity);
    }
    expect(due.map(({ key }) => key).sort()).to.deep.equal(
      [...wanted.keys(), "last"].map(String).sort(),
    );
  });

  it("one that is put off comes later, and once", async () => {
    timers.set("put off", performance.now() + 5);
    const atMs = performance.now() + 40;
    timers.set("put off", atMs);
    timers.set("between", performance.now() + 20);
    await until("between");
    expect(due.map(({ key }) => key)).to.deep.equal(["between"]);
    const late = await until("put off");
    expect(late.atMs).to.be.at.least(atMs);
  });

  it("one that is wanted sooner comes sooner", async () => {
    timers.set("sooner", performance.now() + 1e6);
    timers.set("sooner", performance.now() + 5);
    await until("sooner");
  });

  it("one that is not wanted any more does not come", async () => {
    for (const key of ["a", "b"]) timers.set(key, performance.now() + 5);
    timers.clear("a");
    timers.clear("never set");
    await until("b");
    expect(due.map(({ key }) => key)).to.deep.equal(["b"]);
  });

  it("it may be set again from where it is due", async () => {
    const again = new Timers<string>((key) => {
      due.push({ key, atMs: performance.now() });
      if (due.length < 3) again.set(key, performance.now() + 1);
    });
    again.set("again", performance.now());
    await waitFor(() => due.length === 3, { what: "three times" });
    again.close();
  });
});
