/** The loop for names against an API of our own making: when it begins, and who keeps whom waiting. */
import { expect } from "chai";
import type { DNSPublisher } from "../../../src/dns/resource.ts";
import { NamesStage, publisher, service, StubZones } from "./names-stage.ts";

/** Longer than from one round to the next. */
const SLOW_MS = 1500;
/** Of a change beside a zone that is silent: on a busy machine that one may be given up just then. */
const TRIES_MAX = 5;

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

  it("a publisher that cannot be read is told, and keeps the others from nothing", async () => {
    stage.services = [service("web.a.example,web.b.example")];
    stage.getFails.set("b", 403);
    stage.start(publisher("b"), publisher("a"));
    await stage.wait("the name of the other to be written down", () => times("claim a") > 0);
    await stage.wait("a second try", () => times("get b") > 1);
    expect(times("claim b")).to.equal(0);
    const told = stage.events.filter(({ reason }) => reason === "PublisherNotRead");
    expect(told.map(({ about }) => about)).to.deep.equal(["b"]);
    expect(told[0]?.note).to.include("it says 403").and.to.include("deploy/10-rbac.yaml");
    expect(stage.condition("b")?.reason).to.equal("PublisherNotRead");
    stage.getFails.clear();
    await stage.wait("its own name to be written down", () => times("claim b") > 0);
    await stage.wait(
      "another condition",
      () => stage.condition("b")?.reason !== "PublisherNotRead",
    );
  });

  describe("two publishers with one ownerId and one zone", () => {
    const [older, later] = ["b", "a"].map((name, i) => {
      const made = publisher(name, { zones: ["a.example"], ownerId: "one" });
      const creationTimestamp = `2026-01-0${i + 1}T00:00:00Z`;
      return { ...made, metadata: { ...made.metadata, creationTimestamp } };
    });
    if (older === undefined || later === undefined) throw new Error("no publisher");

    it("the later one is told, and keeps its hands off until the older one is gone", async () => {
      stage.start(later, older);
      await stage.wait("the name to be written down", () => times("claim b") > 0);
      await stage.wait("the condition of the later one", () => stage.condition("a") !== undefined);
      const told = stage.events.filter(({ reason }) => reason === "OwnerIdShared");
      expect(told.map(({ about }) => about)).to.deep.equal(["a"]);
      expect(told[0]?.note)
        .to.include('the older DNSPublisher b has the ownerId "one" and the zone a.example')
        .and.to.include("Give one of the two another ownerId");
      expect(stage.condition("a")?.reason).to.equal("OwnerIdShared");
      expect(times("claim a")).to.equal(0);
      stage.publishers.delete("b");
      stage.news();
      await stage.wait("the later one to begin", () => times("claim a") > 0);
      await stage.wait("another condition", () => stage.condition("a")?.reason !== "OwnerIdShared");
    });

    it("a zone that the other has left, with names in it still: who has it now begins when they are gone", async () => {
      const left = { ...later, spec: { ...later.spec, zones: ["b.example"] } };
      const names = [{ name: "old.a.example", zone: "a.example", service: "prod/old" }];
      stage.start({ ...left, status: { names } }, older);
      await stage.wait("the condition", () => stage.condition("b")?.reason === "OwnerIdShared");
      expect(stage.condition("b")?.message).to.include("names in the zone a.example still");
      expect(times("claim b")).to.equal(0);
      stage.publishers.set("a", left);
      stage.news();
      await stage.wait("it to begin", () => times("claim b") > 0);
    });

    it("a zone that the other has left, and cannot take its names out of: who has it now begins, and anew when they are gone", async () => {
      const left = { ...later, spec: { ...later.spec, zones: ["b.example"] } };
      const names = [{ name: "old.a.example", zone: "a.example", service: "prod/old" }];
      stage.getFails.set("a", 403);
      stage.start({ ...left, status: { names } }, older);
      await stage.wait("it to begin", () => times("claim b") > 0);
      const before = times("get b");
      stage.publishers.set("a", left);
      stage.news();
      await stage.wait("it to begin anew", () => times("get b") > before);
    });

    it("an older one that is given what a younger one has: the younger ends", async () => {
      stage.start(later, { ...older, spec: { ...older.spec, ownerId: "two" } });
      await stage.wait("both to begin", () => times("claim a") > 0 && times("claim b") > 0);
      stage.publishers.set("b", older);
      stage.news();
      await stage.wait("the condition", () => stage.condition("a")?.reason === "OwnerIdShared");
      const before = times("claim a");
      stage.services = [service("web.a.example,www.a.example")];
      stage.news();
      const names = () => stage.publishers.get("b")?.status?.names?.map(({ name }) => name) ?? [];
      await stage.wait("another name", () => names().includes("www.a.example"));
      expect(times("claim a")).to.equal(before);
    });
  });

  it("a zone whose server hangs keeps the other zones of its publisher from nothing", async () => {
    const { address, port } = await server.open();
    const rfc2136 = { server: address, port, tsig: { keyName: "spreadlb" } };
    const zones = ["a.example", "b.example"];
    server.silent.add("b.example");
    stage.services = [service("web.a.example,web.b.example")];
    let [isWaitedFor, timesGivenUp] = [false, 0];
    server.onSilence = () => {
      isWaitedFor = true;
    };
    stage.onOutcome = (outcome) => {
      if (outcome !== "no-answer") return;
      isWaitedFor = false;
      timesGivenUp += 1;
    };
    stage.start(publisher("a", { zones, rfc2136 }));
    // It is given up after seconds, over and over: until then nobody is to wait for that.
    let beside = 0;
    for (let i = 1; beside < 2 && i <= TRIES_MAX; i++) {
      if (i > 1) await stage.wait("the silent one to be waited for", () => isWaitedFor);
      const before = timesGivenUp;
      const ip = `192.0.2.${i}`;
      stage.services = [service("web.a.example,web.b.example", [ip])];
      stage.news();
      await stage.wait(`the zone that is well to have ${ip}`, () => server.wasGiven(ip));
      if (i > 1 && timesGivenUp === before) beside += 1;
    }
    expect(beside, "updates of the zone that is well, meanwhile").to.equal(2);
    expect(new Set(server.updates)).to.deep.equal(new Set(["a.example"]));
    const published = () => stage.publishers.get("a")?.status?.published;
    await stage.wait("one name of the two to be published", () => published() === 1);
  }).timeout(120_000);
});
