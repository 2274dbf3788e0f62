/** The loop for names against an API of our own making: when it begins, and what it does where it may not write. */
import { expect } from "chai";
import { pino } from "pino";
import { waitFor } from "../../../lab/wait.ts";
import { Names } from "../../../src/controller/io/names.ts";
import { HEARD_NOBODY } from "../../../src/controller/looking.ts";
import type { DNSPublisher } from "../../../src/dns/resource.ts";
import { ApiError } from "../../../src/kube/api-error.ts";
import type { Service } from "../../../src/kube/types.ts";
import type { VirtualIP } from "../../../src/multi-ip/resource.ts";

/** Longer than from one round to the next. */
const SLOW_MS = 1500;

function publisher(name: string): DNSPublisher {
  const rfc2136 = { server: "192.0.2.53", tsig: { keyName: "spreadlb" } };
  return {
    metadata: { name, uid: name, resourceVersion: "1" },
    spec: { zones: [`${name}.example`], rfc2136, ownerId: name },
  };
}

const service: Service = {
  metadata: {
    ...{ name: "web", namespace: "prod", creationTimestamp: "2026-01-01T00:00:00Z" },
    annotations: { "external-dns.alpha.kubernetes.io/hostname": "web.a.example" },
  },
  spec: { type: "LoadBalancer" },
  status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } },
};
const virtualIp = {
  metadata: { name: "192-0-2-1" },
  spec: { address: "192.0.2.1", services: [{ namespace: "prod", name: "web" }], mode: "BGP" },
} as unknown as VirtualIP;

describe("controller: the loop for names", () => {
  let calls: string[];
  let events: string[];
  let mayWrite: boolean;
  let failsToClaim: boolean;
  let names: Names | undefined;

  const nothing = { set: () => undefined, remove: () => undefined, inc: () => undefined };
  const client = {
    list: () => Promise.resolve({ items: [], resourceVersion: "1", continue: null }),
    watch: (_type: unknown, { signal }: { readonly signal: AbortSignal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          reject(new ApiError({ status: 0, reason: "", message: "called off" }));
        });
      }),
    get: async (_type: unknown, { name }: { readonly name: string }) => {
      if (name === "b") await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      calls.push(`get ${name}`);
      return publisher(name);
    },
    patch: (_type: unknown, { name }: { readonly name: string }, body: unknown) => {
      const { status } = body as { readonly status: object };
      const isClaim = "names" in status;
      calls.push(`${isClaim ? "claim" : "say"} ${name}`);
      const error = new ApiError({ status: 500, reason: "", message: "it is ill" });
      return isClaim && failsToClaim ? Promise.reject(error) : Promise.resolve(publisher(name));
    },
  };

  function start(...publishers: readonly DNSPublisher[]): void {
    names = new Names({
      ...{ client: client as never, namespace: "default", log: pino({ level: "silent" }) },
      snapshot: () => ({
        ...{ services: [service], namespaces: [], virtualIps: [virtualIp], presences: [] },
        ...{ hearing: HEARD_NOBODY, dnsPublishers: publishers },
      }),
      mayWrite: () => mayWrite,
      recorder: {
        event: ({ reason }: { readonly reason: string }) => events.push(reason),
      },
      metrics: { dnsNames: nothing, dnsRequests: nothing, writes: nothing } as never,
    });
    names.news();
  }

  beforeEach(() => {
    [calls, events, mayWrite, failsToClaim] = [[], [], true, false];
  });

  afterEach(() => names?.stop());

  const wait = (what: string, until: () => boolean) => waitFor(until, { what, timeoutMs: 10_000 });

  it("nobody begins before all publishers know what they have", async () => {
    start(publisher("a"), publisher("b"));
    await wait("the name to be written down", () => calls.includes("claim a"));
    expect(calls.slice(0, 2)).to.deep.equal(["get a", "get b"]);
  });

  it("who may not write yet begins once it may, without news", async () => {
    mayWrite = false;
    let looks = 0;
    const object = publisher("a");
    const seen = new Proxy(object, {
      get: (target, field, receiver): unknown => {
        if (field === "spec") looks += 1;
        return Reflect.get(target, field, receiver);
      },
    });
    start(seen);
    await wait("a look", () => looks > 0);
    expect(calls).to.deep.equal([]);
    mayWrite = true;
    await wait("the name to be written down", () => calls.includes("claim a"));
  });

  it("a name that cannot be written down is told, all else is said, and it is tried again", async () => {
    failsToClaim = true;
    start(publisher("a"));
    const claims = () => calls.filter((call) => call === "claim a").length;
    await wait("a second try", () => claims() > 1);
    expect(events.filter((reason) => reason === "StatusNotWritten")).to.have.length(1);
    expect(calls).to.include("say a");
    failsToClaim = false;
    const before = claims();
    await wait("a third", () => claims() > before);
  });
});
