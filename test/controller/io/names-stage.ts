/** The loop for names against an API and a name server of the test's own, both in this process. */
import { pino } from "pino";
import { waitFor } from "../../../lab/wait.ts";
import { Names } from "../../../src/controller/io/names.ts";
import { HEARD_NOBODY } from "../../../src/controller/looking.ts";
import { macOf } from "../../../src/dns/io/mac.ts";
import { ROOT } from "../../../src/dns/name.ts";
import type { DNSPublisher, DNSPublisherSpec } from "../../../src/dns/resource.ts";
import type { NameServer } from "../../../src/dns/waiting.ts";
import { decodeMessage, HEADER_BYTES, OPCODE } from "../../../src/dns/wire/message.ts";
import { appendTsig, decodeTsig, signedOctets, type TsigKey } from "../../../src/dns/wire/tsig.ts";
import { ApiError } from "../../../src/kube/api-error.ts";
import { SECRETS, type Service } from "../../../src/kube/types.ts";
import type { VirtualIP } from "../../../src/multi-ip/resource.ts";
import { StubServer } from "../../dns/io/stub.ts";
import { nameOf, valueOf } from "../../dns/vectors.ts";

const KEY: TsigKey = {
  ...{ name: nameOf("spreadlb"), algorithm: "hmac-sha256", secret: Buffer.alloc(32, 7) },
};

/** @param zones without any: one of the publisher's own name */
export function publisher(
  name: string,
  { zones = [`${name}.example`], ...more }: Partial<DNSPublisherSpec> = {},
): DNSPublisher {
  const rfc2136 = { server: "192.0.2.53", tsig: { keyName: "spreadlb" } };
  return {
    metadata: { name, uid: name, resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" },
    spec: { zones, rfc2136, ownerId: name, ...more },
  };
}

/** @param names that it asks for */
export function service(names: string, ips: readonly string[] = ["192.0.2.1"]): Service {
  return {
    metadata: {
      ...{ name: "web", namespace: "prod", creationTimestamp: "2026-01-01T00:00:00Z" },
      annotations: { "external-dns.alpha.kubernetes.io/hostname": names },
    },
    spec: { type: "LoadBalancer" },
    status: { loadBalancer: { ingress: ips.map((ip) => ({ ip })) } },
  };
}

function virtualIp(address: string): VirtualIP {
  const services = [{ namespace: "prod", name: "web" }];
  const name = address.replaceAll(".", "-");
  return { metadata: { name }, spec: { address, services, mode: "BGP" } } as never;
}

function failed(status: number): ApiError {
  return new ApiError({ status, reason: "", message: `it says ${status}` });
}

/** Obeys every UPDATE and has nothing to show; some zones it is silent about. */
export class StubZones {
  readonly #stub = new StubServer("127.0.0.1");
  readonly silent = new Set<string>();
  /** Of each UPDATE the zone. */
  readonly updates: string[] = [];
  readonly #updates: Buffer[] = [];
  /** Something of a silent zone was asked. */
  onSilence: () => void = () => undefined;

  open(): Promise<NameServer> {
    this.#stub.overUdp = this.#stub.overTcp = (request) => this.#answer(request);
    return this.#stub.open();
  }

  /** Whether an UPDATE had that address in it. */
  wasGiven(ip: string): boolean {
    const octets = Buffer.from(ip.split(".").map(Number));
    return this.#updates.some((request) => request.includes(octets));
  }

  close(): void {
    this.#stub.closeUdp();
    this.#stub.closeTcp();
  }

  #answer(request: Buffer): readonly Uint8Array[] {
    const { tsig, questions } = valueOf(decodeMessage(request));
    const opcode = ((request[2] ?? 0) >> 3) & 15;
    const name = questions[0]?.name ?? ROOT;
    if ([...this.silent].some((zone) => name.endsWith(zone))) {
      this.onSilence();
      return [];
    }
    if (opcode === OPCODE.UPDATE) {
      this.updates.push(name);
      this.#updates.push(request);
    }
    if (tsig === null) return [];
    const asked = valueOf(decodeTsig(tsig));
    const bare = Uint8Array.from(request.subarray(0, tsig.start));
    bare.set([(request[2] ?? 0) | 0x84, 0], 2); // An answer, and authoritative.
    bare.set([0, 0, 0, 0, 0, 0], 6);
    const end = HEADER_BYTES + name.length + 2 + 4;
    const answer = bare.subarray(0, end);
    return [
      appendTsig(answer, { ...asked, mac: macOf(KEY, signedOctets(answer, asked, asked.mac)) }),
    ];
  }
}

export interface Told {
  readonly reason: string;
  readonly note: string;
  readonly about: string;
}

export class NamesStage {
  readonly calls: string[] = [];
  readonly events: Told[] = [];
  readonly publishers = new Map<string, DNSPublisher>();
  services: readonly Service[] = [];
  mayWrite = true;
  failsToClaim = false;
  /** By publisher: the status of the API server's answer, or how long it takes. */
  readonly getFails = new Map<string, number>();
  readonly getTakesMs = new Map<string, number>();
  /** What came of something that a name server was asked. */
  onOutcome: (outcome: string) => void = () => undefined;
  #names: Names | undefined;

  /** @param publishers are there from now on */
  start(...publishers: readonly DNSPublisher[]): void {
    for (const each of publishers) this.publishers.set(each.metadata.name, each);
    const nothing = { set: () => undefined, remove: () => undefined, inc: () => undefined };
    const dnsRequests = {
      ...nothing,
      inc: ({ outcome }: { readonly outcome: string }) => {
        this.onOutcome(outcome);
      },
    };
    this.#names = new Names({
      ...{ client: this.#client as never, namespace: "default", log: pino({ level: "silent" }) },
      snapshot: () => ({
        ...{ services: this.services, namespaces: [], presences: [], hearing: HEARD_NOBODY },
        virtualIps: this.services
          .flatMap(({ status }) => status?.loadBalancer?.ingress ?? [])
          .map(({ ip = "" }) => virtualIp(ip)),
        dnsPublishers: [...this.publishers.values()],
      }),
      mayWrite: () => this.mayWrite,
      recorder: {
        event: ({ reason, message, object }) => {
          this.events.push({ reason, note: message, about: object.metadata.name });
        },
      },
      metrics: { dnsNames: nothing, dnsRequests, writes: nothing } as never,
    });
    this.#names.news();
  }

  news(): void {
    this.#names?.news();
  }

  async stop(): Promise<void> {
    await this.#names?.stop();
  }

  wait(what: string, until: () => boolean): Promise<unknown> {
    return waitFor(until, { what, timeoutMs: 15_000 });
  }

  condition(name: string) {
    return this.publishers.get(name)?.status?.conditions?.find(({ type }) => type === "Ready");
  }

  readonly #client = {
    list: (type: unknown) => {
      const data = {
        secret: Buffer.from(Buffer.from(KEY.secret).toString("base64")).toString("base64"),
      };
      const secret = {
        metadata: { name: "spreadlb-dns", namespace: "default", resourceVersion: "1" },
        data,
      };
      const items = type === SECRETS ? [secret] : [];
      return Promise.resolve({ items, resourceVersion: "1", continue: null });
    },
    watch: (_type: unknown, { signal }: { readonly signal: AbortSignal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          reject(failed(0));
        });
      }),
    get: async (_type: unknown, { name }: { readonly name: string }) => {
      const takesMs = this.getTakesMs.get(name);
      if (takesMs !== undefined) await new Promise((resolve) => setTimeout(resolve, takesMs));
      this.calls.push(`get ${name}`);
      const status = this.getFails.get(name);
      if (status !== undefined) throw failed(status);
      return this.publishers.get(name) ?? Promise.reject(failed(404));
    },
    patch: (_type: unknown, { name }: { readonly name: string }, body: unknown) => {
      const { status } = body as { readonly status: object };
      const isClaim = "names" in status;
      this.calls.push(`${isClaim ? "claim" : "say"} ${name}`);
      const object = this.publishers.get(name);
      if (object === undefined) return Promise.reject(failed(404));
      if (isClaim && this.failsToClaim) return Promise.reject(failed(500));
      const written = { ...object, status: { ...object.status, ...status } };
      this.publishers.set(name, written);
      return Promise.resolve(written);
    },
  };
}
