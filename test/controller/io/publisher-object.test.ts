/** Writes of a publisher's status where another writes, too: no name that was written down is lost. */
import { expect } from "chai";
import { pino } from "pino";
import { PublisherObject } from "../../../src/controller/io/publisher-object.ts";
import type { DNSPublisher, PublishedEntry } from "../../../src/dns/resource.ts";
import { ApiError } from "../../../src/kube/api-error.ts";

const entry = (name: string): PublishedEntry => ({
  ...{ name: `${name}.lb.example`, zone: "lb.example", service: "prod/web" },
});
const [A, B, C] = [entry("a"), entry("b"), entry("c")] as const;

interface Patch {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
  readonly status: DNSPublisher["status"];
}

/** The one object that the API server has. */
class Api {
  version = 1;
  uid = "u1";
  status: DNSPublisher["status"] = { names: [A] };
  patches = 0;
  status5xx = false;

  get object(): DNSPublisher {
    const metadata = { name: "lan", uid: this.uid, resourceVersion: String(this.version) };
    return { metadata, spec: {}, status: this.status } as unknown as DNSPublisher;
  }

  /** As another controller, or `kubectl annotate`. */
  write(status: DNSPublisher["status"] = {}): void {
    this.version += 1;
    this.status = { ...this.status, ...status };
  }

  readonly client = {
    get: () => Promise.resolve(this.object),
    patch: (_type: unknown, _ref: unknown, body: unknown) => {
      this.patches += 1;
      const { metadata, status } = body as Patch;
      if (this.status5xx) return Promise.reject(failed(500));
      const isNewest = metadata.resourceVersion === String(this.version);
      if (!isNewest || metadata.uid !== this.uid) return Promise.reject(failed(409));
      this.write(status);
      return Promise.resolve(this.object);
    },
  };
}

function failed(status: number): ApiError {
  return new ApiError({
    status,
    reason: "",
    message: `it says ${status}`,
    retryAfterMs: undefined,
  });
}

describe("controller: a publisher's object", () => {
  let api: Api;
  let others: string[];
  let object: PublisherObject;

  beforeEach(() => {
    api = new Api();
    others = [];
    object = new PublisherObject({
      client: api.client as never,
      // What the watch has is of yesterday.
      publisher: { ...api.object, status: { names: [] } },
      metrics: { writes: { inc: () => undefined } } as never,
      log: pino({ level: "silent" }),
      mayWrite: () => true,
      onOthers: (names) => others.push(...names.map(({ name }) => name)),
    });
  });

  it("what counts is what the API server has, not what the watch has brought", async () => {
    expect(object.isRead).to.equal(false);
    expect(await object.read()).to.equal(null);
    expect([object.isRead, object.status, others]).to.deep.equal([
      ...[true, { names: [A] }, [A.name]],
    ]);
  });

  it("another object of the name is not ours", async () => {
    api.uid = "u2";
    expect([await object.read(), object.isRead, others]).to.deep.equal([
      ...["it is no more", false, []],
    ]);
  });

  it("one write after the other takes no look between them", async () => {
    await object.read();
    expect(await object.write({ names: [A, B] })).to.equal(null);
    expect(await object.write({ wanted: 2 })).to.equal(null);
    expect(api.patches).to.equal(2);
    expect(api.status).to.deep.equal({ names: [A, B], wanted: 2 });
  });

  it("another wrote names meanwhile: those of both are there, and its are told", async () => {
    await object.read();
    api.write({ names: [A, C] });
    expect(await object.write({ names: [A, B] })).to.equal(null);
    expect(api.status?.names).to.deep.equal([A, B, C]);
    expect(others).to.deep.equal([A.name, C.name]);
  });

  it("somebody annotated it meanwhile: a name that is given up does not come back", async () => {
    await object.read();
    api.write();
    expect(await object.write({ names: [B] })).to.equal(null);
    expect(api.status?.names).to.deep.equal([B]);
    expect(others).to.deep.equal([A.name]);
  });

  it("names that another wrote are told also where only figures are written", async () => {
    await object.read();
    api.write({ names: [A, C] });
    expect(await object.write({ wanted: 1 })).to.equal(null);
    expect([api.status?.names, others]).to.deep.equal([
      ...[
        [A, C],
        [A.name, C.name],
      ],
    ]);
  });

  it("after a write that failed it is not known what the API server has, until it is read or written", async () => {
    await object.read();
    expect(object.isDoubtful).to.equal(false);
    api.status5xx = true;
    await object.write({ names: [B] });
    expect(object.isDoubtful).to.equal(true);
    api.status5xx = false;
    await object.read();
    expect(object.isDoubtful).to.equal(false);
  });

  it("what keeps it from being written is said", async () => {
    await object.read();
    api.status5xx = true;
    expect(await object.write({ names: [B] })).to.include("it says 500");
    expect(api.status?.names).to.deep.equal([A]);
    expect(object.status?.names).to.deep.equal([A]);
  });
});
