/** The loop for names against an API of our own making: when it begins, and who keeps whom waiting. */
import { expect } from "chai";
import type { DNSPublisher } from "../../../src/dns/resource.ts";
import { NamesStage, publisher, service, StubZones } from "./names-stage.ts";

/** Longer than from one round to the next. */
const SLOW_MS = 1500;

describe("controller: the loop for names", () => {
  let stage: NamesStage;
  let server: StubZones;

  beforeEach(() => {
    stage = new NamesStage();
    stage.services = [service("web.a.example")];
    server = new StubZones();
  });

  afterEach(async () => {
    await stage.stop();
    server.close();
  });

  const times = (call: string) => stage.calls.filter((each) => each === call).length;

  it("nobody writes names down before it knows what was written before", async () => {
    stage.getTakesMs.set("a", SLOW_MS);
    stage.start(publisher("a"));
    await stage.wait("the name to be written down", () => times("claim a") > 0);
    expect(stage.calls.slice(0, 2)).to.deep.equal(["get a", "claim a"]);
  });

  it("who may not write yet begins once it may, without news", async () => {
    stage.mayWrite = false;
    let looks = 0;
    const seen: DNSPublisher = new Proxy(publisher("a"), {
      get: (target, field, receiver): unknown => {
        if (field === "spec") looks += 1;
        return Reflect.get(target, field, receiver);
      },
    });
    stage.start(seen);
    await stage.wait("a look", () => looks > 0);
    expect(stage.calls).to.deep.equal([]);
    stage.mayWrite = true;
    await stage.wait("the name to be written down", () => times("claim a") > 0);
  });

  it("a name that cannot be written down is told, all else is said, and it is tried again", async () => {
    stage.failsToClaim = true;
    stage.start(publisher("a"));
    await stage.wait("a second try", () => times("claim a") > 1);
    const told = stage.events.filter(({ reason }) => reason === "StatusNotWritten");
    expect(told).to.have.length(1);
    expect(stage.calls).to.include("say a");
    stage.failsToClaim = false;
    const before = times("claim a");
    await stage.wait("a third", () => times("claim a") > before);
  });

  it("a zone whose server hangs keeps the other zones of its publisher from nothing", async () => {
    const { address, port } = await server.open();
    const rfc2136 = { server: address, port, tsig: { keyName: "spreadlb" } };
    const zones = ["a.example", "b.example"];
    server.silent.add("b.example");
    stage.services = [service("web.a.example,web.b.example")];
    stage.start(publisher("a", { zones, rfc2136 }));
    const updates = (count: number) =>
      stage.wait(`update ${count} of the zone that is well`, () => server.updates.length === count);
    await updates(1);
    // The other one is asked for the first time still: it is given up after seconds.
    for (const [i, ip] of ["192.0.2.2", "192.0.2.3"].entries()) {
      stage.services = [service("web.a.example,web.b.example", [ip])];
      stage.news();
      const beganMs = performance.now();
      await updates(2 + i);
      expect(performance.now() - beganMs).to.be.lessThan(2500);
    }
    expect(new Set(server.updates)).to.deep.equal(new Set(["a.example"]));
    expect(stage.publishers.get("a")?.status?.published).to.equal(1);
  });
});
