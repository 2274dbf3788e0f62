/** What `spreadlb dns` says of names: wanted, published, and what stands between. */
import { expect } from "chai";
import {
  nameRows,
  nameViews,
  publisherView,
  troubleLines,
  type LookedUp,
  type PublisherFacts,
} from "../../src/cli/dns-view.ts";
import { failure } from "../../src/dns/failures.ts";
import { markText } from "../../src/dns/ownership.ts";
import type { DNSPublisher, DNSPublisherStatus } from "../../src/dns/resource.ts";
import type { PublishedName } from "../../src/dns/transaction.ts";
import { wantedName } from "../dns/publisher.ts";

const NAME = "web.lb.example";
const ENTRY = { name: NAME, zone: "lb.example", service: "prod/web" };

function publisher(status: DNSPublisherStatus = {}): DNSPublisher {
  const rfc2136 = { server: "192.0.2.53", tsig: { keyName: "spreadlb" } };
  return {
    metadata: { name: "lan" },
    spec: { zones: ["lb.example"], rfc2136 },
    status: { ownerId: "lan.c1", ...status },
  };
}

function there(addresses: readonly string[], ownerId = "lan.c1"): PublishedName {
  const marks = addresses.length === 0 ? [] : [markText(ownerId, "prod/web")];
  const none = { addresses: [], ttlSeconds: 0, marks: [] };
  const set = { addresses: addresses as never, ttlSeconds: 30, marks };
  return { isAlias: false, sets: { A: set, AAAA: none } };
}

function facts(
  lookedUp: LookedUp,
  { wants = true, status = {} }: { wants?: boolean; status?: DNSPublisherStatus } = {},
): PublisherFacts {
  const wanted = wantedName("web", ["192.0.2.1", "192.0.2.2"]);
  return {
    publisher: publisher(status),
    wanted: new Map(wants ? [[wanted.name, wanted]] : []),
    lookedUp: new Map(lookedUp === null ? [] : [[NAME, lookedUp]]),
  };
}

describe("cli: dns", () => {
  const taken = {
    ...{ name: NAME, service: "prod/web", reason: "NameTaken" },
    message: "The owner has it. Choose another name.",
  };
  const rows: readonly [name: string, facts: PublisherFacts, published: string, state: string][] = [
    ["all is there", facts(there(["192.0.2.1", "192.0.2.2"])), "192.0.2.1,192.0.2.2", "ok"],
    ["one is not", facts(there(["192.0.2.1"])), "192.0.2.1", "differs"],
    ["nothing is", facts(there([])), "-", "missing"],
    [
      "it is another's",
      facts(there(["192.0.2.1", "192.0.2.2"], "x")),
      "192.0.2.1,192.0.2.2",
      "missing",
    ],
    ["nobody was asked", facts(null), "?", "unknown"],
    ["no answer", facts(failure("no-answer", "It is silent")), "?", "unknown"],
    [
      "the controller says why",
      facts(there(["198.51.100.1"], "x"), { status: { differences: [taken] } }),
      ...(["198.51.100.1", "NameTaken"] as const),
    ],
  ];
  for (const [name, seen, published, state] of rows) {
    it(`a name: ${name}`, () => {
      const [, row] = nameRows(nameViews(seen, 0), { wide: false });
      const wanted = "192.0.2.1,192.0.2.2";
      expect(row).to.deep.equal([NAME, "prod/web", "lan", wanted, published, state]);
    });
  }

  it("a name that is wanted no more is shown until it is gone", () => {
    const seen = facts(there(["192.0.2.1"]), { wants: false, status: { names: [ENTRY] } });
    expect(nameViews(seen, 0).map(({ name, state }) => [name, state])).to.deep.equal([
      [NAME, "leaving"],
    ]);
  });

  it("what cannot be published has a row, too", () => {
    const outside = { ...taken, name: "web.example", reason: "NameOutsideZones" };
    const seen = facts(there([]), { wants: false, status: { differences: [outside] } });
    const [view] = nameViews(seen, 0);
    expect([view?.name, view?.state, view?.wanted]).to.deep.equal([
      ...["web.example", "NameOutsideZones", []],
    ]);
  });

  it("many addresses are cut, unless all are asked for", () => {
    const ips = Array.from({ length: 5 }, (_, i) => `192.0.2.${i + 1}`);
    const [view] = nameViews(facts(there(ips)), 0);
    if (view === undefined) throw new Error("no view");
    const [short, wide] = [false, true].map((it) => nameRows([view], { wide: it })[1]?.[4]);
    expect(short).to.equal("192.0.2.1,192.0.2.2,192.0.2.3 and 2 more");
    expect(wide).to.equal(ips.join());
  });

  it("a publisher that is not ready, a name that is not, and an address that nobody holds have a line each", () => {
    const message = "Zone lb.example: It refuses. Look there.";
    const condition = { type: "Ready", status: "False", reason: "Refused", message } as const;
    const conditions = [{ ...condition, lastTransitionTime: "2026-01-01T00:00:00Z" }];
    const seen = facts(null, { status: { differences: [taken], conditions } });
    const wanted = wantedName("web", []);
    const addresses = [{ ip: "192.0.2.1", unheldSinceMs: 0 }] as unknown as typeof wanted.addresses;
    const doubtful = { ...seen, wanted: new Map([[wanted.name, { ...wanted, addresses }]]) };
    const lines = troubleLines([publisherView(seen.publisher)], nameViews(doubtful, 0));
    expect(lines).to.deep.equal([
      `lan: Refused: ${message}\n`,
      `${NAME}: ${taken.message}\n`,
      `${NAME}: nobody holds 192.0.2.1\n`,
    ]);
  });

  it("each zone that fails has a line of its own", () => {
    const message = "Zone a.example: It refuses. Look there. · 1 more in failingZones";
    const condition = { type: "Ready", status: "False", reason: "Refused", message } as const;
    const at = "2026-01-01T00:00:00Z";
    const failing = { at, reason: "Refused", message: "It refuses", remedy: "Look there" };
    const failingZones = ["a.example", "b.example"].map((zone) => ({ ...failing, zone }));
    const conditions = [{ ...condition, lastTransitionTime: at }];
    const view = publisherView(publisher({ conditions, failingZones }));
    expect(troubleLines([view], [])).to.deep.equal([
      `lan: Refused: ${message}\n`,
      "lan: zone b.example: It refuses. Look there.\n",
    ]);
    const unusable = { ...view, reason: "TsigKeyUnusable", message: "There is no key" };
    expect(troubleLines([unusable], [])).to.have.length(3);
  });

  it("what the publisher says already is not said again of its name", () => {
    const condition = { type: "Ready", status: "False", ...taken } as const;
    const conditions = [{ ...condition, lastTransitionTime: "2026-01-01T00:00:00Z" }];
    const seen = facts(null, { status: { differences: [taken], conditions } });
    const lines = troubleLines([publisherView(seen.publisher)], nameViews(seen, 0));
    expect(lines).to.deep.equal([`lan: NameTaken: ${taken.message}\n`]);
  });
});
