/** Which publishers may not be at work together, and which of them is. */
import { expect } from "chai";
import type { DNSPublisherSpec } from "../../src/dns/resource.ts";
import {
  leftTo,
  sharedOwners,
  zonesLeftBy,
  type OwningPublisher,
} from "../../src/dns/shared-owners.ts";

function publisher(
  name: string,
  day: number,
  more: Partial<OwningPublisher> = {},
): OwningPublisher {
  const createdAt = `2026-01-0${day}T00:00:00Z`;
  return {
    name,
    createdAt,
    ownerId: "one",
    zones: ["a.example"],
    zonesLeft: [],
    zonesOnceIts: [],
    server: null,
    ...more,
  };
}

describe("dns: publishers with one ownerId", () => {
  const rows: readonly { name: string; all: readonly OwningPublisher[]; withheld: string[] }[] = [
    {
      name: "the younger one is withheld, wherever it stands",
      all: [publisher("a", 2), publisher("b", 1)],
      withheld: ["a"],
    },
    {
      name: "of the same time the smaller name is the older",
      all: [publisher("b", 1), publisher("a", 1)],
      withheld: ["b"],
    },
    {
      name: "another ownerId: two owners of one zone",
      all: [publisher("a", 1), publisher("b", 2, { ownerId: "two" })],
      withheld: [],
    },
    {
      name: "another zone, also one in the other: two zones of one owner",
      all: [publisher("a", 1), publisher("b", 2, { zones: ["b.example", "x.a.example"] })],
      withheld: [],
    },
    {
      name: "two servers that are named: two zones of one name",
      all: [publisher("a", 1, { server: "1" }), publisher("b", 2, { server: "2" })],
      withheld: [],
    },
    {
      name: "one server that is named, and one that is looked up: it may be the same",
      all: [publisher("a", 1, { server: "1" }), publisher("b", 2)],
      withheld: ["b"],
    },
    {
      name: "one server that both name",
      all: [publisher("a", 1, { server: "1" }), publisher("b", 2, { server: "1" })],
      withheld: ["b"],
    },
    {
      name: "one zone of several is enough",
      all: [publisher("a", 1), publisher("b", 2, { zones: ["b.example", "a.example"] })],
      withheld: ["b"],
    },
    {
      name: "a zone goes from one to another: who has it now waits, older or not, while the other has names there",
      all: [
        publisher("a", 1),
        publisher("b", 2, { zones: ["b.example"], zonesLeft: ["a.example"] }),
      ],
      withheld: ["a"],
    },
    {
      name: "names are left by another owner, or at another server: nobody waits",
      all: [
        publisher("a", 1, { server: "1" }),
        publisher("b", 2, { ownerId: "two", zones: [], zonesLeft: ["a.example"] }),
        publisher("c", 3, { server: "2", zones: [], zonesLeft: ["a.example"] }),
      ],
      withheld: [],
    },
    {
      name: "two exchange their zones: the older goes on",
      all: [
        publisher("a", 1, { zonesLeft: ["b.example"] }),
        publisher("b", 2, { zones: ["b.example"], zonesLeft: ["a.example"] }),
      ],
      withheld: ["b"],
    },
    {
      name: "three exchange their zones in a ring: the oldest goes on",
      all: [
        publisher("a", 1, { zonesLeft: ["b.example"] }),
        publisher("b", 2, { zones: ["b.example"], zonesLeft: ["c.example"] }),
        publisher("c", 3, { zones: ["c.example"], zonesLeft: ["a.example"] }),
      ],
      withheld: ["c", "b"],
    },
    {
      name: "two leave a zone, one of them for another that waits for them: that one is not waited for",
      all: [
        publisher("a", 1, { zones: ["a.example"], zonesLeft: ["b.example"] }),
        publisher("b", 2, { zones: ["b.example"], zonesLeft: ["a.example"] }),
        publisher("c", 3, { zones: ["c.example"], zonesLeft: ["a.example"] }),
      ],
      withheld: ["b", "a"],
    },
    {
      name: "who is withheld withholds nobody",
      all: [
        publisher("a", 1),
        publisher("b", 2, { zones: ["a.example", "b.example"] }),
        publisher("c", 3, { zones: ["b.example"] }),
      ],
      withheld: ["b"],
    },
  ];
  for (const { name, all, withheld } of rows) {
    it(name, () => {
      expect([...sharedOwners(all).keys()]).to.deep.equal(withheld);
    });
  }

  const KEYLESS = { type: "Ready", status: "False", reason: "TsigKeyUnusable" } as const;
  const CLAIMED = { name: "x.b.example", service: "default/b", reason: "NameClaimed" };
  const REFUSED = { name: "web.a.example", service: "default/web", reason: "Refused" };
  const leaving = [
    { name: "its zones no more", status: {}, left: ["a.example"] },
    { name: "one that is failing", status: { failingZones: ["a.example"] }, left: [] },
    { name: "without its key", status: { conditions: [KEYLESS] }, left: [] },
    {
      name: "that cannot be read",
      status: { conditions: [{ ...KEYLESS, reason: "PublisherNotRead" }] },
      left: [],
    },
    {
      name: "without its key, and a name of it is claimed twice",
      status: { conditions: [KEYLESS], differences: [CLAIMED] },
      left: [],
    },
    {
      name: "while a name of it is claimed twice",
      status: { conditions: [{ ...KEYLESS, reason: "NameClaimed" }], differences: [CLAIMED] },
      left: ["a.example"],
    },
    {
      name: "one in which the server does not take the name out",
      status: { conditions: [{ ...KEYLESS, reason: "Refused" }], differences: [REFUSED] },
      left: [],
    },
    {
      name: "while the name is in none of its zones any more",
      status: { differences: [{ ...REFUSED, reason: "NameOutsideZones" }] },
      left: ["a.example"],
    },
    {
      name: "while names are being published",
      status: { conditions: [{ ...KEYLESS, reason: "Publishing" }] },
      left: ["a.example"],
    },
    {
      name: "while another zone fails",
      status: { failingZones: ["b.example"], conditions: [{ ...KEYLESS, reason: "Refused" }] },
      left: ["a.example"],
    },
  ];
  for (const { name, status, left } of leaving) {
    it(`zones that are left: ${name}`, () => {
      const failingZones = (status.failingZones ?? []).map((zone) => {
        return { at: "", zone, reason: "Refused", message: "", remedy: "" };
      });
      const conditions = (status.conditions ?? []).map((one) => {
        return { ...one, message: "", lastTransitionTime: "" };
      });
      const names = ["a.example", "b.example"].map((zone) => {
        return { name: `web.${zone}`, zone, service: "default/web" };
      });
      const spec = { zones: ["b.example"] } as unknown as DNSPublisherSpec;
      const differences = (status.differences ?? []).map((one) => ({ ...one, message: "" }));
      const publisher = { spec, status: { failingZones, conditions, differences, names } };
      expect(zonesLeftBy(publisher)).to.deep.equal(left);
    });
  }

  it("whoever has names in a zone of another's takes that one's out with them, whether or not it can now", () => {
    const zonesOnceIts = ["a.example", "b.example", "a.example"];
    const first = publisher("a", 1, { zones: [], zonesOnceIts });
    const second = publisher("b", 2);
    expect(leftTo(second, [first, second])).to.deep.equal(["a a.example 2"]);
    expect(leftTo(first, [first, second])).to.deep.equal([]);
    const elsewhere = [
      { ...first, zonesOnceIts: ["b.example"] },
      { ...first, ownerId: "two" },
    ];
    for (const other of elsewhere) expect(leftTo(second, [other, second])).to.deep.equal([]);
    const [one, two] = [
      { ...first, server: "1" },
      { ...second, server: "2" },
    ];
    expect(leftTo(two, [one, two])).to.deep.equal([]);
  });
});
