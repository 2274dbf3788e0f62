/** The DNSEndpoints of a publisher: which there are to be, told by what there is. No API server, no clock. */
import { expect } from "chai";
import {
  endpointObject,
  isAsWanted,
  PUBLISHER_LABEL,
  publisherMark,
  SERVICE_ANNOTATION,
  type DNSEndpoint,
} from "../../src/dns/dns-endpoint.ts";
import { EndpointDesk, type EndpointJob } from "../../src/dns/endpoint-desk.ts";
import type { WantedName } from "../../src/dns/book-entry.ts";
import { failure } from "../../src/dns/failures.ts";
import type { WantedAddress } from "../../src/dns/record-sets.ts";
import { keyOf } from "../../src/kube/resource.ts";
import { nameOf } from "./vectors.ts";

const WITHDRAW_MS = 15_000;

type Address = string | readonly [ip: string, unheldSinceMs: number];

function want(label: string, addresses: readonly Address[], more: Partial<WantedName> = {}) {
  const all = addresses.map((each) => {
    const [ip, unheldSinceMs] = typeof each === "string" ? [each, null] : each;
    return { ip, unheldSinceMs } as unknown as WantedAddress;
  });
  const [name, zone] = [nameOf(`${label}.lb.example`), nameOf("lb.example")];
  return { name, zone, service: "prod/web", ttlSeconds: 30, addresses: all, ...more };
}

/** A desk with a cluster of objects under it, which obeys. */
class Scene {
  way: { readonly namespace?: string; readonly labels?: Record<string, string> };
  desk: EndpointDesk;
  objects = new Map<string, DNSEndpoint>();
  ledger: readonly { name: string; zone: string; service: string }[] = [];
  uid: string | null = "u1";
  nowMs = 0;
  fails: ReturnType<typeof failure> | null = null;
  /** What begins so. */
  failing = "";

  constructor(way: Scene["way"] = {}) {
    this.way = way;
    this.desk = this.restart();
  }

  restart(): EndpointDesk {
    const { way } = this;
    this.desk = new EndpointDesk({ publisher: "lan", way, withdrawAfterMs: WITHDRAW_MS });
    this.desk.recall(this.ledger);
    return this.desk;
  }

  /** @returns what was done: `apply prod/web.prod.lan` */
  round(...wanted: readonly WantedName[]): readonly string[] {
    const { desk } = this;
    desk.want(new Map(wanted.map((each) => [each.name, each])), () => this.uid);
    this.see();
    const { claims } = desk.round(this.nowMs);
    if (claims !== null) {
      this.ledger = claims;
      desk.claimed(claims);
    }
    const { jobs } = desk.round(this.nowMs);
    for (const job of jobs) this.#obey(job);
    this.see();
    return jobs.map(({ kind, object }) => `${kind} ${keyOf(object)}`);
  }

  see(): void {
    this.desk.see([...this.objects.values()]);
  }

  #obey(job: EndpointJob): void {
    const key = keyOf(job.object);
    const fails = key.startsWith(this.failing) ? this.fails : null;
    if (fails === null) {
      if (job.kind === "delete") this.objects.delete(key);
      else this.objects.set(key, job.object);
    }
    this.desk.ended(job, fails, this.nowMs, fails === null ? job.object : undefined);
  }

  /** `web A 192.0.2.1,192.0.2.2 30` */
  get records(): readonly string[] {
    return [...this.objects.values()]
      .flatMap(({ spec }) => spec?.endpoints ?? [])
      .map(({ dnsName = "", recordType = "", targets = [], recordTTL = 0 }) => {
        return `${dnsName.replace(".lb.example", "")} ${recordType} ${targets.join()} ${recordTTL}`;
      })
      .sort();
  }

  get news(): readonly string[] {
    return this.desk.takeNews().map(({ kind, name }) => `${kind} ${name}`);
  }
}

const OBJECT = "prod/web.prod.lan";

describe("dns: the desk of DNSEndpoints", () => {
  it("one object for a Service: each name, each family, targets in order, its TTL", () => {
    const scene = new Scene({ labels: { audience: "lan" } });
    const www = want("www", ["192.0.2.2", "192.0.2.1", "2001:db8::1"], { ttlSeconds: 5 });
    expect(scene.round(www, want("web", ["192.0.2.1"]))).to.deep.equal([`apply ${OBJECT}`]);
    expect(scene.records).to.deep.equal([
      "web A 192.0.2.1 30",
      "www A 192.0.2.1,192.0.2.2 5",
      "www AAAA 2001:db8::1 5",
    ]);
    expect(scene.objects.get(OBJECT)?.metadata).to.deep.equal({
      ...{ name: "web.prod.lan", namespace: "prod" },
      labels: {
        "app.kubernetes.io/managed-by": "spreadlb",
        audience: "lan",
        [PUBLISHER_LABEL]: "lan",
      },
      annotations: { [SERVICE_ANNOTATION]: "prod/web" },
      ownerReferences: [{ apiVersion: "v1", kind: "Service", name: "web", uid: "u1" }],
    });
    expect(scene.desk.figures(0)).to.deep.equal({ wanted: 2, published: 2 });
    expect(scene.round(www, want("web", ["192.0.2.1"]))).to.deep.equal([]);
    expect(scene.news).to.deep.equal([]);
  });

  it("a namespace of the publisher's: two Services of one name each have theirs, and nobody owns it", () => {
    const scene = new Scene({ namespace: "dns" });
    const other = want("other", ["192.0.2.2"], { service: "test/web" });
    expect(scene.round(want("web", ["192.0.2.1"]), other)).to.have.members([
      ...["apply dns/web.prod.lan", "apply dns/web.test.lan"],
    ]);
    const all = [...scene.objects.values()];
    expect(all.map(({ metadata }) => metadata.ownerReferences)).to.deep.equal([
      undefined,
      undefined,
    ]);
  });

  it("names are written down before they are published, and forgotten when they are in no object", () => {
    const scene = new Scene();
    const web = want("web", ["192.0.2.1"]);
    scene.desk.want(new Map([[web.name, web]]), () => null);
    scene.see();
    const { claims, jobs } = scene.desk.round(0);
    expect(claims).to.deep.equal([
      { name: "web.lb.example", zone: "lb.example", service: "prod/web" },
    ]);
    expect(jobs).to.deep.equal([]);
    expect(scene.desk.figures(0)).to.deep.equal({ wanted: 1, published: 0 });
    scene.round(web);
    scene.fails = failure("endpoint-not-written", "It is ill");
    expect(scene.round()).to.deep.equal([`delete ${OBJECT}`]);
    scene.round();
    expect(scene.ledger, "it is there still").to.have.length(1);
    scene.fails = null;
    scene.nowMs = 60_000;
    expect(scene.round()).to.deep.equal([`delete ${OBJECT}`]);
    scene.round();
    expect(scene.ledger).to.deep.equal([]);
    expect(scene.desk.serviceOf(web.name)).to.equal(undefined);
  });

  it("it grows and shrinks", () => {
    const scene = new Scene();
    scene.round(want("web", ["192.0.2.1"]));
    scene.round(want("web", ["192.0.2.1", "192.0.2.2"]));
    expect(scene.records).to.deep.equal(["web A 192.0.2.1,192.0.2.2 30"]);
    scene.round(want("web", ["192.0.2.2"]));
    expect(scene.records).to.deep.equal(["web A 192.0.2.2 30"]);
    expect(scene.news, "what we did ourselves").to.deep.equal([]);
  });

  it("an address that nobody holds leaves after the limit and comes back; the last ones stay", () => {
    const scene = new Scene();
    const web = (...addresses: readonly Address[]) => want("web", addresses);
    scene.round(web("192.0.2.1", "192.0.2.2"));
    const doubtful = web(["192.0.2.1", 0], "192.0.2.2");
    scene.nowMs = WITHDRAW_MS - 1;
    expect(scene.round(doubtful)).to.deep.equal([]);
    expect(scene.desk.round(scene.nowMs).wakeAtMs).to.equal(WITHDRAW_MS);
    scene.nowMs = WITHDRAW_MS;
    scene.round(doubtful);
    expect(scene.records).to.deep.equal(["web A 192.0.2.2 30"]);
    scene.round(web("192.0.2.1", "192.0.2.2"));
    expect(scene.records).to.deep.equal(["web A 192.0.2.1,192.0.2.2 30"]);
    scene.nowMs = 3 * WITHDRAW_MS;
    scene.round(web(["192.0.2.1", 0], ["192.0.2.2", 0]));
    expect(scene.records, "never empty").to.deep.equal(["web A 192.0.2.1,192.0.2.2 30"]);
  });

  it("what is in doubt does not come with a restart, nor go", () => {
    const scene = new Scene();
    scene.round(want("web", ["192.0.2.2"]));
    scene.restart();
    scene.round(want("web", [["192.0.2.1", 0], "192.0.2.2"]));
    expect(scene.records).to.deep.equal(["web A 192.0.2.2 30"]);
  });

  it("a Service that was deleted while nobody looked: its object goes, and so does its name", () => {
    const scene = new Scene();
    scene.round(want("web", ["192.0.2.1"]));
    scene.restart();
    expect(scene.round()).to.deep.equal([`delete ${OBJECT}`]);
    scene.round();
    expect(scene.ledger).to.deep.equal([]);
  });

  it("a Service without addresses keeps the name, and nothing is published", () => {
    const scene = new Scene();
    scene.round(want("web", ["192.0.2.1"]));
    expect(scene.round(want("web", []))).to.deep.equal([`delete ${OBJECT}`]);
    scene.round(want("web", []));
    expect(scene.desk.serviceOf(nameOf("web.lb.example"))).to.equal("prod/web");
    expect(scene.desk.figures(0)).to.deep.equal({ wanted: 0, published: 0 });
  });

  it("another Service takes a name over: written down anew", () => {
    const scene = new Scene();
    scene.round(want("web", ["192.0.2.1"]));
    const wanted = want("web", ["192.0.2.9"], { service: "prod/shop" });
    expect(scene.round(wanted)).to.deep.equal(["apply prod/shop.prod.lan"]);
    expect(scene.desk.round(scene.nowMs).wakeAtMs, "there is more to do").to.equal(scene.nowMs);
    expect(scene.round(wanted)).to.deep.equal([`delete ${OBJECT}`]);
    expect(scene.ledger.map(({ service }) => service)).to.deep.equal(["prod/shop"]);
    expect([...scene.objects.keys()]).to.deep.equal(["prod/shop.prod.lan"]);
  });

  it("another Service takes a name over, and its object cannot be written: the first one's keeps it", () => {
    const scene = new Scene();
    scene.round(want("web", ["192.0.2.1"]), want("www", ["192.0.2.1"]));
    [scene.fails, scene.failing] = [failure("endpoint-taken", "It is theirs"), "prod/shop"];
    const wanted = [
      want("web", ["192.0.2.1"]),
      want("www", ["192.0.2.9"], { service: "prod/shop" }),
    ];
    scene.round(...wanted);
    scene.round(...wanted);
    expect(scene.records).to.deep.equal(["web A 192.0.2.1 30", "www A 192.0.2.1 30"]);
    expect(scene.desk.figures(0)).to.deep.equal({ wanted: 2, published: 1 });
    scene.fails = null;
    scene.nowMs = 60_000;
    scene.round(...wanted);
    scene.round(...wanted);
    expect(scene.records).to.deep.equal(["web A 192.0.2.1 30", "www A 192.0.2.9 30"]);
    expect(scene.desk.figures(0)).to.deep.equal({ wanted: 2, published: 2 });
    expect(scene.news, "what we did ourselves").to.deep.equal(["refused www.lb.example"]);
  });

  it("a name goes back to a Service whose old object is there still, and cannot be written: no family is lost", () => {
    const scene = new Scene();
    scene.round(want("www", ["192.0.2.1"]));
    const shop = want("www", ["192.0.2.9", "2001:db8::9"], { service: "prod/shop" });
    scene.round(shop);
    [scene.fails, scene.failing] = [failure("endpoint-not-written", "It says 403"), "prod/web"];
    scene.round(shop);
    const back = want("www", ["2001:db8::1"]);
    scene.round(back);
    scene.round(back);
    expect(scene.records).to.include("www AAAA 2001:db8::9 30");
    scene.fails = null;
    scene.nowMs = 60_000;
    for (let i = 0; i < 3; i++) scene.round(back);
    expect(scene.records).to.deep.equal(["www AAAA 2001:db8::1 30"]);
  });

  it("another namespace: the old objects stay until the new ones are there", () => {
    const scene = new Scene({ namespace: "dns" });
    const wanted = want("web", ["192.0.2.1"]);
    scene.round(wanted);
    scene.way = { namespace: "dsn" };
    scene.restart();
    [scene.fails, scene.failing] = [failure("endpoint-not-written", "It is not there"), "dsn/"];
    expect(scene.round(wanted)).to.deep.equal(["apply dsn/web.prod.lan"]);
    scene.round(wanted);
    expect([...scene.objects.keys()]).to.deep.equal(["dns/web.prod.lan"]);
    expect(scene.desk.figures(0)).to.deep.equal({ wanted: 1, published: 0 });
    scene.fails = null;
    scene.nowMs = 60_000;
    expect(scene.round(wanted)).to.deep.equal(["apply dsn/web.prod.lan"]);
    expect(scene.round(wanted)).to.deep.equal(["delete dns/web.prod.lan"]);
    expect([...scene.objects.keys()]).to.deep.equal(["dsn/web.prod.lan"]);
  });

  it("another namespace, and its holders are not heard of yet: the old objects stay as they are", () => {
    const scene = new Scene({ namespace: "dns" });
    scene.round(want("web", ["192.0.2.1"]));
    scene.way = { namespace: "dsn" };
    scene.restart();
    const address = { ip: "192.0.2.1", unheldSinceMs: null, unheardSinceMs: 0 };
    const unheard = want("web", [], { addresses: [address as unknown as WantedAddress] });
    expect(scene.round(unheard)).to.deep.equal([]);
    expect([...scene.objects.keys()]).to.deep.equal(["dns/web.prod.lan"]);
  });

  it("another namespace, and what was in the old one is wanted no more: it goes at once", () => {
    const scene = new Scene({ namespace: "dns" });
    scene.round(want("web", ["192.0.2.1"]));
    scene.way = { namespace: "dsn" };
    scene.restart();
    expect(scene.round()).to.deep.equal(["delete dns/web.prod.lan"]);
  });

  const edits: readonly [name: string, edit: (object: DNSEndpoint) => DNSEndpoint | null][] = [
    [
      "a target",
      (object) => ({
        ...object,
        spec: {
          endpoints: (object.spec?.endpoints ?? []).map((each) => {
            return each.dnsName === "www.lb.example"
              ? { ...each, targets: ["198.51.100.1"] }
              : each;
          }),
        },
      }),
    ],
    [
      "something beside it",
      (object) => ({
        ...object,
        spec: {
          endpoints: (object.spec?.endpoints ?? []).map((each) => {
            return each.dnsName === "www.lb.example" ? { ...each, setIdentifier: "x" } : each;
          }),
        },
      }),
    ],
  ];
  for (const [name, edit] of edits) {
    it(`somebody changes ${name}: it is put right, and told of that name`, () => {
      const scene = new Scene();
      const all = [want("web", ["192.0.2.1"]), want("www", ["192.0.2.1"])];
      scene.round(...all);
      const before = scene.objects.get(OBJECT);
      if (before === undefined) throw new Error("no object");
      const after = edit(before);
      if (after !== null) scene.objects.set(OBJECT, after);
      expect(scene.round(...all)).to.deep.equal([`apply ${OBJECT}`]);
      expect(scene.objects.get(OBJECT)?.spec).to.deep.equal(before.spec);
      expect(scene.news).to.deep.equal(["edited www.lb.example"]);
    });
  }

  it("somebody deletes the object: it is made again, and told of all names", () => {
    const scene = new Scene();
    const all = [want("web", ["192.0.2.1"]), want("www", ["192.0.2.1"])];
    scene.round(...all);
    scene.objects.clear();
    expect(scene.round(...all)).to.deep.equal([`apply ${OBJECT}`]);
    expect(scene.news).to.deep.equal(["edited web.lb.example", "edited www.lb.example"]);
  });

  it("labels of others do not matter, and ours are put back", () => {
    const scene = new Scene();
    const web = want("web", ["192.0.2.1"]);
    scene.round(web);
    const object = scene.objects.get(OBJECT);
    if (object === undefined) throw new Error("no object");
    const labels = { ...object.metadata.labels, tier: "gold" };
    scene.objects.set(OBJECT, { ...object, metadata: { ...object.metadata, labels } });
    expect(scene.round(web)).to.deep.equal([]);
    const less = { [PUBLISHER_LABEL]: "lan" };
    scene.objects.set(OBJECT, { ...object, metadata: { ...object.metadata, labels: less } });
    expect(scene.round(web)).to.deep.equal([`apply ${OBJECT}`]);
  });

  it("an object that is being deleted is left alone until it is gone", () => {
    const scene = new Scene();
    const web = want("web", ["192.0.2.1"]);
    scene.round(web);
    const object = scene.objects.get(OBJECT);
    if (object === undefined) throw new Error("no object");
    const deletionTimestamp = "2026-01-01T00:00:00Z";
    scene.objects.set(OBJECT, { ...object, metadata: { ...object.metadata, deletionTimestamp } });
    expect(scene.round()).to.deep.equal([]);
    expect(scene.round(want("web", ["192.0.2.2"]))).to.deep.equal([]);
  });

  it("what cannot be written is told once, waits, and is tried again; others go on", () => {
    const scene = new Scene();
    scene.fails = failure("endpoint-taken", "It is somebody else's");
    const web = want("web", ["192.0.2.1"]);
    scene.round(web);
    expect(scene.news).to.deep.equal(["refused web.lb.example"]);
    expect(scene.desk.problems.map(({ kind }) => kind)).to.deep.equal(["refused"]);
    expect(scene.round(web), "not yet").to.deep.equal([]);
    const { wakeAtMs } = scene.desk.round(scene.nowMs);
    expect(wakeAtMs).to.be.within(500, 1000);
    scene.nowMs = wakeAtMs ?? 0;
    expect(scene.round(web)).to.deep.equal([`apply ${OBJECT}`]);
    expect(scene.news, "the same again").to.deep.equal([]);
    scene.fails = null;
    expect(scene.round(web, want("shop", ["192.0.2.3"], { service: "prod/shop" }))).to.deep.equal([
      "apply prod/shop.prod.lan",
    ]);
    scene.desk.tryAgain();
    expect(scene.round(web)).to.include(`apply ${OBJECT}`);
    expect(scene.desk.problems).to.deep.equal([]);
  });

  it("a Service made anew has another uid: the owner is put right", () => {
    const scene = new Scene();
    const web = want("web", ["192.0.2.1"]);
    scene.round(web);
    scene.uid = "u2";
    expect(scene.round(web)).to.deep.equal([`apply ${OBJECT}`]);
    scene.uid = null;
    expect(scene.round(web), "not known: as it is").to.deep.equal([]);
  });
});

describe("dns: a DNSEndpoint", () => {
  it("long names are cut with a hash, and are what the API server takes", () => {
    const place = { publisher: "p".repeat(253), service: `${"n".repeat(63)}/${"s".repeat(63)}` };
    const { metadata } = endpointObject({ ...place, uid: null }, {}, []);
    const other = endpointObject({ ...place, publisher: `${"p".repeat(252)}q`, uid: null }, {}, []);
    expect(metadata.name).to.match(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/);
    expect(metadata.name.length).to.equal(253);
    expect(other.metadata.name).to.not.equal(metadata.name);
    expect(publisherMark("p".repeat(64))).to.have.length(63);
    expect(publisherMark(`${"p".repeat(54)}.${"q".repeat(20)}`)).to.match(/^p{54}-[0-9a-f]{8}$/);
    expect(publisherMark("lan")).to.equal("lan");
  });

  it("the order of fields does not matter", () => {
    const place = { publisher: "lan", service: "prod/web", uid: null };
    const one = endpointObject(place, {}, [{ dnsName: "a", recordType: "A", targets: ["1"] }]);
    const other = endpointObject(place, {}, [{ targets: ["1"], recordType: "A", dnsName: "a" }]);
    expect(isAsWanted(one, other)).to.equal(true);
  });
});
