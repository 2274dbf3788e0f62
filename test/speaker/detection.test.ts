/**
 * When a new address is probed, found free or taken, and tried again.
 */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import { Detection } from "../../src/speaker/detection.ts";

const [X, Y] = ["192.0.2.1", "192.0.2.2"] as readonly string[] as [Ip, Ip];

/** Lets time pass; what was done, each with its time. */
function run(detection: Detection, fromMs: number, untilMs: number): string[] {
  const done: string[] = [];
  let nowMs = fromMs;
  for (;;) {
    for (const { kind, ip } of detection.due(nowMs)) done.push(`${nowMs} ${kind} ${ip}`);
    nowMs = Math.max(nowMs, detection.dueMs);
    if (nowMs > untilMs) return done;
  }
}

describe("speaker: duplicate address detection", () => {
  it("three probes 100 ms apart, 100 ms to listen, then it is free, and stays so until used", () => {
    const detection = new Detection();
    expect(detection.mayUse(X, 0)).to.equal(false);
    expect(run(detection, 0, 5000)).to.deep.equal([
      ...["0 probe 192.0.2.1", "100 probe 192.0.2.1", "200 probe 192.0.2.1", "300 free 192.0.2.1"],
    ]);
    expect([detection.mayUse(X, 300), detection.isProbing(X)]).to.deep.equal([true, false]);
    expect([detection.drop(X), detection.listening, detection.drop(X)]).to.deep.equal([
      ...[true, false, false],
    ]);
  });

  it("asked again meanwhile: nothing begins anew", () => {
    const detection = new Detection();
    detection.mayUse(X, 0);
    run(detection, 0, 150);
    expect(detection.mayUse(X, 150)).to.equal(false);
    expect(run(detection, 150, 5000)).to.deep.equal(["200 probe 192.0.2.1", "300 free 192.0.2.1"]);
  });

  it("taken: no probe more; tried again after 1 s, then every 2 s, and used when its owner is gone", () => {
    const detection = new Detection();
    detection.mayUse(X, 0);
    run(detection, 0, 10);
    detection.taken(X, 20);
    expect(detection.isProbing(X)).to.equal(false);
    detection.taken(X, 30); // the owner goes on announcing: that puts nothing off
    expect(run(detection, 20, 1020)).to.deep.equal(["1020 probe 192.0.2.1"]);
    detection.taken(X, 1021);
    expect(run(detection, 1021, 3021)).to.deep.equal(["3021 probe 192.0.2.1"]);
    detection.taken(X, 3022);
    expect(run(detection, 3022, 9000)).to.deep.equal([
      ...["5022 probe 192.0.2.1", "5122 probe 192.0.2.1", "5222 probe 192.0.2.1"],
      "5322 free 192.0.2.1",
    ]);
  });

  it("contested by another that asks: begun anew 100 ms later, three times; then it is taken", () => {
    const detection = new Detection();
    detection.mayUse(X, 0);
    run(detection, 0, 150);
    expect(detection.contested(X, 150)).to.equal(true);
    expect(run(detection, 150, 5000)).to.deep.equal([
      ...["250 probe 192.0.2.1", "350 probe 192.0.2.1", "450 probe 192.0.2.1"],
      "550 free 192.0.2.1",
    ]);
    detection.drop(X);
    detection.mayUse(X, 6000);
    const answers = [6010, 6020, 6030, 6040].map((nowMs) => detection.contested(X, nowMs));
    expect(answers).to.deep.equal([true, true, true, false]);
    detection.taken(X, 6040);
    run(detection, 6040, 7040);
    expect(detection.contested(X, 7041), "after the retry it counts from nothing").to.equal(true);
  });

  it("dropped: nothing is sent; begun anew: from the first probe", () => {
    const detection = new Detection();
    detection.mayUse(X, 0);
    run(detection, 0, 150);
    detection.drop(X);
    expect(run(detection, 150, 5000)).to.deep.equal([]);
    detection.mayUse(X, 5000);
    expect(run(detection, 5000, 9000).length).to.equal(4);
  });

  it("after it was found free an answer comes too late", () => {
    const detection = new Detection();
    detection.mayUse(X, 0);
    run(detection, 0, 400);
    detection.taken(X, 410);
    expect(detection.mayUse(X, 420)).to.equal(true);
  });

  it("thousands at once: at most 10 probes per 10 ms, and the first are done while others wait", () => {
    const detection = new Detection();
    const all = Array.from({ length: 2000 }, (_, i) => `10.0.${i >> 8}.${i & 255}` as Ip);
    for (const ip of all) detection.mayUse(ip, 0);
    detection.mayUse(Y, 0);
    const done = run(detection, 0, 20_000);
    const perSlot = new Map<number, number>();
    for (const line of done.filter((each) => each.includes("probe"))) {
      const slot = Math.floor(Number(line.split(" ")[0]) / 10);
      perSlot.set(slot, (perSlot.get(slot) ?? 0) + 1);
    }
    expect(Math.max(...perSlot.values())).to.equal(10);
    expect(done.filter((line) => line.includes("free")).length).to.equal(2001);
    expect(Number(done.find((line) => line.includes("free"))?.split(" ")[0])).to.be.below(1000);
  });
});
