/** Which publishers may not be at work together, and which of them is. */
import { expect } from "chai";
import type { DNSPublisherSpec } from "../../src/dns/resource.ts";
import { sharedOwners, zonesLeftBy, type OwningPublisher } from "../../src/dns/shared-owners.ts";

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

  const KEYLESS = { type: "Ready", status: "False", reason: "KeySecretMissing" } as const;
  const leaving = [
    { name: "its zones no more", status: {}, left: ["a.example"] },
    { name: "one that is failing", status: { failingZones: ["a.example"] }, left: [] },
    { name: "without its key", status: { conditions: [KEYLESS] }, left: [] },
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
      expect(zonesLeftBy({ spec, status: { failingZones, conditions, names } })).to.deep.equal(
        left,
      );
    });
  }
});
