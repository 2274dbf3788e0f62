/** The paragraphs of `spreadlb why`, word for word. */
import { expect } from "chai";
import type { Ip } from "../../src/base/ip.ts";
import {
  explainAddress,
  explainService,
  type AddressFacts,
  type ServiceFacts,
} from "../../src/multi-ip/explain.ts";
import type { VirtualIPSpec, VirtualIPStatus } from "../../src/multi-ip/resource.ts";
import { virtualIp } from "./virtual-ip-cases.ts";

const since = "2026-01-02T03:04:05Z";
const moved: VirtualIPStatus["lastMove"] = { from: "n4", to: "n1", at: since, reason: "node-lost" };
const held: VirtualIPStatus = { holder: "n1", since, generation: 7, lastMove: moved };

function facts(
  spec: Partial<VirtualIPSpec>,
  status?: VirtualIPStatus,
  nodes?: AddressFacts["nodes"],
): AddressFacts {
  return { vip: { ...virtualIp(spec), status }, nodes };
}

const rows: { name: string; facts: AddressFacts; want: string }[] = [
  {
    name: "held as planned",
    facts: facts({}, held, [
      { name: "n1", verdict: "may-hold" },
      { name: "n2", verdict: "may-hold" },
      { name: "n3", verdict: "not-ready" },
      { name: "n4", verdict: "no-speaker" },
    ]),
    want:
      "192.0.2.7 belongs to Service shop/web (index 0). " +
      'It comes from class "edge". ' +
      "Node n1 answers for it since 2026-01-02T03:04:05Z, as planned. " +
      "Plan 7 ranks n1, n2, n3. " +
      "Now n1, n2 may hold it. " +
      "n3 may not: it is not ready. " +
      "n4 may not: it has no speaker that is heard of. " +
      "Its last move was at 2026-01-02T03:04:05Z from n4 to n1 (node-lost): " +
      "the node that held it was lost, or may hold it no longer.",
  },
  {
    name: "just made",
    facts: facts({ pool: "public", class: null, services: [], rank: [] }),
    want:
      "192.0.2.7 belongs to no Service, and will be freed. " +
      'It comes from pool "public". ' +
      "Nobody answers for it. " +
      "Plan 7 has no node for it. " +
      "It has not moved yet.",
  },
  {
    name: "another holds it than planned, by an older plan",
    facts: facts({ pool: "public" }, { ...held, holder: "n2", generation: 5 }),
    want:
      "192.0.2.7 belongs to Service shop/web (index 0). " +
      'It comes from pool "public" of class "edge". ' +
      "Node n2 answers for it since 2026-01-02T03:04:05Z, though the plan prefers n1. " +
      "Plan 7 ranks n1, n2, n3; its holder still goes by plan 5. " +
      "Its last move was at 2026-01-02T03:04:05Z from n4 to n1 (node-lost): " +
      "the node that held it was lost, or may hold it no longer.",
  },
  {
    name: "a stranger answers too",
    facts: facts(
      {},
      {
        ...held,
        conditions: [
          { type: "Announced", status: "True", reason: "Answering", message: "Node n1 answers" },
          { type: "Conflict", status: "True", reason: "Stranger", message: "02:… answers for it" },
          { type: "Verified", status: "False", reason: "Silent", message: "Node n1 does not" },
        ].map((each) => ({ ...each, lastTransitionTime: since })) as never,
      },
    ),
    want:
      "192.0.2.7 belongs to Service shop/web (index 0). " +
      'It comes from class "edge". ' +
      "Node n1 answers for it since 2026-01-02T03:04:05Z, as planned. " +
      "There is a conflict: 02:… answers for it. " +
      "Plan 7 ranks n1, n2, n3. " +
      "Its last move was at 2026-01-02T03:04:05Z from n4 to n1 (node-lost): " +
      "the node that held it was lost, or may hold it no longer.",
  },
  {
    name: "moved by a plan that says why",
    facts: facts({ cause: "balance" }, { ...held, lastMove: { ...moved, reason: "plan" } }),
    want:
      "192.0.2.7 belongs to Service shop/web (index 0). " +
      'It comes from class "edge". ' +
      "Node n1 answers for it since 2026-01-02T03:04:05Z, as planned. " +
      "Plan 7 ranks n1, n2, n3. " +
      "Its last move was at 2026-01-02T03:04:05Z from n4 to n1 (plan, balance): " +
      "it lowers the difference between the numbers of addresses on the nodes.",
  },
  {
    name: "shared, on no node, the word of a newer release",
    facts: facts(
      {
        class: null,
        rank: [],
        services: [
          { namespace: "shop", name: "web", index: 0 },
          { namespace: "shop", name: "api", index: 2 },
          { namespace: "ops", name: "ssh", index: 1 },
        ],
      },
      { since, lastMove: { from: "n1", at: since, reason: "moon-phase" as "plan" } },
      [{ name: "n1", verdict: "excluded" }],
    ),
    want:
      "192.0.2.7 is shared by Service shop/web (index 0), Service shop/api (index 2) and Service ops/ssh (index 1). " +
      "Its class is gone. " +
      "Nobody answers for it since 2026-01-02T03:04:05Z. " +
      "Plan 7 has no node for it. " +
      "No node may hold it now. " +
      "n1 may not: it is excluded by the label node.kubernetes.io/exclude-from-external-load-balancers. " +
      "Its last move was at 2026-01-02T03:04:05Z from n1 to no node (moon-phase): moon-phase.",
  },
  {
    name: "announced by BGP, with own nodes",
    facts: facts({ mode: "BGP" }),
    want:
      "192.0.2.7 belongs to Service shop/web (index 0). " +
      'It comes from class "edge". ' +
      "Every node that may hold it announces it to the routers. " +
      "By plan 7 routers should prefer n1, then n2, n3.",
  },
  {
    name: "announced by BGP",
    facts: facts({ mode: "BGP", rank: [] }),
    want:
      "192.0.2.7 belongs to Service shop/web (index 0). " +
      'It comes from class "edge". ' +
      "Every node that may hold it announces it to the routers.",
  },
  {
    name: "held by a node that may no longer",
    facts: facts({ rank: [] }, { holder: "n1" }),
    want:
      "192.0.2.7 belongs to Service shop/web (index 0). " +
      'It comes from class "edge". ' +
      "Node n1 answers for it, though no node may. " +
      "Plan 7 has no node for it. " +
      "It has not moved yet.",
  },
];

describe("multi-ip: explainAddress", () => {
  for (const { name, facts: given, want } of rows) {
    it(name, () => {
      expect(explainAddress(given)).to.equal(want);
    });
  }
});

describe("multi-ip: explainService", () => {
  const service: ServiceFacts = {
    namespace: "shop",
    name: "web",
    className: "edge",
    addresses: [],
    problems: [],
  };
  const use = (index: number) => ({ services: [{ namespace: "shop", name: "web", index }] });

  it("its addresses by family and index, each with its paragraph", () => {
    const addresses = [
      facts({ address: "2001:db8::1" as Ip, ...use(0) }),
      facts({ address: "192.0.2.3" as Ip, ...use(1) }),
      facts({ address: "192.0.2.9" as Ip, ...use(0) }),
    ];
    const [head, ...paragraphs] = explainService({ ...service, addresses }).split("\n\n");
    expect(head).to.equal(
      'Service shop/web has 3 addresses, 192.0.2.9, 192.0.2.3, 2001:db8::1; class "edge" serves it.',
    );
    expect(paragraphs).to.deep.equal(
      [2, 1, 0].map((i) => explainAddress(addresses[i] as AddressFacts)),
    );
  });

  it("without an address: its problems, with the way out", () => {
    const message = 'Cannot allocate 3 addresses from class "edge": 2 are free';
    expect(
      explainService({ ...service, problems: [{ code: "POOL_EXHAUSTED", message }] }),
    ).to.equal(
      'Service shop/web has no address; class "edge" serves it. ' +
        'Cannot allocate 3 addresses from class "edge": 2 are free. ' +
        "Add a range to the pool, or ask for fewer addresses per Service.",
    );
  });

  it("without an address, class or problem: says that nothing is known", () => {
    expect(explainService({ ...service, className: null })).to.equal(
      "Service shop/web has no address; no class serves it. " +
        "Nothing is known to be wrong: the controller may not have seen it yet.",
    );
  });

  it("one address, and a problem beside it", () => {
    const addresses = [facts(use(0))];
    const problems = [{ code: "COUNT_INVALID", message: 'The count "x" is no number' }] as const;
    expect(explainService({ ...service, addresses, problems }).split("\n\n")[0]).to.equal(
      'Service shop/web has 1 address, 192.0.2.7; class "edge" serves it. ' +
        'The count "x" is no number. Write a whole number from 1 to 64 in the count annotation.',
    );
  });
});
