/**
 * Random histories of a publisher with DNSEndpoints: names come and go, addresses are lost and found, people edit, writes fail, the publisher
 * starts anew, and in another namespace. Whatever happens, what is not ours is not touched, and no name is emptied that should have addresses,
 * nor is it in no object between two.
 */
import { expect } from "chai";
import fc from "fast-check";
import { performEndpointJob } from "../../src/controller/io/endpoint-jobs.ts";
import type { WantedName } from "../../src/dns/book-entry.ts";
import { PUBLISHER_LABEL, type DNSEndpoint } from "../../src/dns/dns-endpoint.ts";
import { EndpointDesk } from "../../src/dns/endpoint-desk.ts";
import type { PublishedEntry } from "../../src/dns/resource.ts";
import { ApiError } from "../../src/kube/api-error.ts";
import { keyOf } from "../../src/kube/resource.ts";
import { nameOf } from "./vectors.ts";

const NAMES = ["a", "b", "*"].map((label) => nameOf(`${label}.lb.example`));
const SERVICES = ["prod/web", "prod/shop"];
const ADDRESSES = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2"];
const LIMIT_MS = 15_000;
const SETTLE_ROUNDS = 20;

const place = fc.nat({ max: NAMES.length - 1 });
const ip = fc.nat({ max: ADDRESSES.length - 1 });
const kind = <K extends string>(value: K) => fc.constant(value);
const action = fc.oneof(
  fc.record({
    ...{ kind: kind("want"), name: place, service: fc.nat({ max: SERVICES.length - 1 }) },
    ips: fc.uniqueArray(ip, { minLength: 1 }),
  }),
  fc.record({ kind: kind("unwant"), name: place }),
  fc.record({ kind: kind("held"), ip, isHeld: fc.boolean() }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: kind("round"),
      fails: fc.constantFrom(null, null, null, 500, 403),
      where: fc.constantFrom("", "dns/", "prod/", "prod/shop"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: kind("move"), namespace: fc.constantFrom(null, "dns") }),
  },
  fc.record({ kind: kind("restart") }),
  fc.record({ kind: kind("stranger"), service: fc.nat({ max: SERVICES.length - 1 }) }),
  fc.record({ kind: kind("edit"), how: fc.constantFrom("empties", "deletes", "adds") }),
  fc.record({ kind: kind("wait"), ms: fc.constantFrom(1000, 5000, 20_000, 60_000) }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

class History {
  nowMs = 0;
  /** The API server's. */
  readonly objects = new Map<string, DNSEndpoint>();
  readonly strangers = new Map<string, string>();
  readonly wishes = new Map<string, { service: string; ips: readonly number[] }>();
  readonly unheldSinceMs = new Map<number, number>();
  ledger: readonly PublishedEntry[] = [];
  way: { readonly namespace?: string } = {};
  desk = this.#newDesk();
  #uids = 0;

  async play(step: Action): Promise<void> {
    switch (step.kind) {
      case "want": {
        const [name = "", service = ""] = [NAMES[step.name], SERVICES[step.service]];
        this.wishes.set(name, { service, ips: step.ips });
        return;
      }
      case "unwant":
        this.wishes.delete(NAMES[step.name] ?? "");
        return;
      case "held":
        if (step.isHeld) this.unheldSinceMs.delete(step.ip);
        else if (!this.unheldSinceMs.has(step.ip)) this.unheldSinceMs.set(step.ip, this.nowMs);
        return;
      case "round":
        return this.round(step.fails, step.where);
      case "move":
        this.way = step.namespace === null ? {} : { namespace: step.namespace };
        this.desk = this.#newDesk();
        return;
      case "restart":
        this.desk = this.#newDesk();
        return;
      case "stranger":
        this.#stranger(SERVICES[step.service] ?? "");
        return;
      case "edit":
        this.#edit(step.how);
        return;
      case "wait":
        this.nowMs += step.ms;
    }
  }

  async round(fails: number | null = null, where = ""): Promise<void> {
    const before = this.#recordsOf(this.wanted());
    const wanted = this.wanted();
    this.desk.want(new Map(wanted.map((each) => [each.name, each])), () => null);
    this.#see();
    const { claims } = this.desk.round(this.nowMs);
    if (claims !== null) {
      this.ledger = claims;
      this.desk.claimed(claims);
    }
    const { jobs } = this.desk.round(this.nowMs);
    for (const job of jobs) {
      const isFailing = keyOf(job.object).startsWith(where);
      const client = this.#client(isFailing ? fails : null);
      const { outcome, after } = await performEndpointJob(job, client);
      this.desk.ended(job, outcome, this.nowMs, after);
    }
    this.#see();
    this.#check(wanted);
    expect(this.#recordsOf(wanted), "what was there").to.include.members(before);
  }

  /** @returns `name type` of what is in some object of ours, and should be */
  #recordsOf(wanted: readonly WantedName[]): string[] {
    const right = new Set(
      wanted.flatMap(({ name, addresses }) =>
        addresses.map(({ ip: each }) => `${name} ${each.includes(":") ? "AAAA" : "A"}`),
      ),
    );
    const there = [...this.objects]
      .filter(([key]) => !this.strangers.has(key))
      .flatMap(([, { spec }]) => spec?.endpoints ?? [])
      .map(({ dnsName = "", recordType = "" }) => `${dnsName} ${recordType}`);
    return [...new Set(there)].filter((each) => right.has(each));
  }

  wanted(): readonly WantedName[] {
    return [...this.wishes].map(([name, { service, ips }]) => ({
      ...{ name: nameOf(name), zone: nameOf("lb.example"), service, ttlSeconds: 30 },
      addresses: ips.map((at) => {
        const unheldSinceMs = this.unheldSinceMs.get(at) ?? null;
        return { ip: ADDRESSES[at] ?? "", unheldSinceMs };
      }) as unknown as WantedName["addresses"],
    }));
  }

  #newDesk(): EndpointDesk {
    const desk = new EndpointDesk({ publisher: "lan", way: this.way, withdrawAfterMs: LIMIT_MS });
    desk.recall(this.ledger);
    return desk;
  }

  #see(): void {
    const ours = [...this.objects.values()].filter(
      ({ metadata }) => metadata.labels?.[PUBLISHER_LABEL] === "lan",
    );
    this.desk.see(ours);
  }

  #client(fails: number | null): Parameters<typeof performEndpointJob>[1] {
    const error = (status: number) => new ApiError({ status, reason: "", message: `${status}` });
    const keyIn = ({ name, namespace = "" }: { name: string; namespace?: string | undefined }) =>
      `${namespace}/${name}`;
    const answer = <T>(value: T | undefined) =>
      value === undefined ? Promise.reject(error(404)) : Promise.resolve(value);
    return {
      get: (_type: unknown, ref: never) => answer(this.objects.get(keyIn(ref))),
      patch: (_type: unknown, ref: never, body: DNSEndpoint, { force }: { force: boolean }) => {
        if (fails !== null) return Promise.reject(error(fails));
        const known = this.objects.get(keyIn(ref));
        if (known !== undefined && !force) return Promise.reject(error(409));
        this.#uids += 1;
        const uid = known?.metadata.uid ?? `${this.#uids}`;
        const object = { ...body, metadata: { ...body.metadata, uid } };
        this.objects.set(keyIn(ref), object);
        return answer(object);
      },
      delete: (_type: unknown, ref: never, { uid }: { uid?: string }) => {
        if (fails !== null) return Promise.reject(error(fails));
        const known = this.objects.get(keyIn(ref));
        if (known === undefined) return Promise.reject(error(404));
        if (known.metadata.uid !== uid) return Promise.reject(error(409));
        this.objects.delete(keyIn(ref));
        return Promise.resolve();
      },
    } as unknown as Parameters<typeof performEndpointJob>[1];
  }

  /** Where there is nothing, somebody makes an object of that name. */
  #stranger(service: string): void {
    const [namespace = "", name = ""] = service.split("/");
    const metadata = { name: `${name}.${namespace}.lan`, namespace, uid: `stranger-${this.nowMs}` };
    const object = { metadata, spec: { endpoints: [{ dnsName: "x.example", targets: ["1"] }] } };
    if (this.objects.has(keyOf(object))) return;
    this.objects.set(keyOf(object), object);
    this.strangers.set(keyOf(object), JSON.stringify(object));
  }

  #edit(how: string): void {
    for (const [key, object] of this.objects) {
      if (this.strangers.has(key)) continue;
      if (how === "deletes") this.objects.delete(key);
      else {
        const endpoints = object.spec?.endpoints ?? [];
        const more = [{ dnsName: "evil.example", recordType: "A", targets: ["198.51.100.1"] }];
        const spec = { endpoints: how === "empties" ? [] : [...endpoints, ...more] };
        this.objects.set(key, { ...object, spec });
      }
    }
  }

  #check(wanted: readonly WantedName[]): void {
    for (const [key, text] of this.strangers) {
      expect(JSON.stringify(this.objects.get(key)), "a stranger's").to.equal(text);
    }
    const failing = new Set(this.desk.problems.map(({ name }) => name));
    for (const { name, service, addresses } of wanted) {
      if (failing.has(name)) continue;
      const [namespace = "", own = ""] = service.split("/");
      const key = `${this.way.namespace ?? namespace}/${own}.${namespace}.lan`;
      const endpoints = this.objects.get(key)?.spec?.endpoints ?? [];
      for (const isIpv6 of [false, true]) {
        const all = addresses.filter((each) => each.ip.includes(":") === isIpv6);
        const there = endpoints
          .filter((each) => each.dnsName === name)
          .filter(({ recordType }) => (recordType === "AAAA") === isIpv6)
          .flatMap(({ targets = [] }) => targets);
        const held = all.filter(({ unheldSinceMs }) => unheldSinceMs === null);
        expect(there.length > 0, `${name} is not empty`).to.equal(all.length > 0);
        expect(there).to.include.members(held.map((each) => each.ip));
        const late = ({ unheldSinceMs }: (typeof all)[number]) =>
          unheldSinceMs !== null && this.nowMs - unheldSinceMs >= LIMIT_MS;
        const gone = held.length === 0 ? [] : all.filter(late).map((each) => each.ip);
        expect(there).to.not.include.any.members(gone.length > 0 ? gone : ["nothing"]);
        expect(all.map((each) => each.ip as string)).to.include.members(there);
      }
    }
  }
}

describe("dns: random histories of DNSEndpoints", () => {
  it("nothing of strangers is touched, nothing is emptied, and in the end all of ours goes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (steps) => {
        const history = new History();
        for (const step of steps) await history.play(step);
        history.wishes.clear();
        for (let i = 0; i < SETTLE_ROUNDS; i++) {
          history.nowMs += 60_000;
          await history.round();
        }
        expect([...history.objects.keys()]).to.have.members([...history.strangers.keys()]);
        expect(history.ledger).to.deep.equal([]);
      }),
      { numRuns: 1000 },
    );
  });
});
