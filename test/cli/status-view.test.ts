import { expect } from "chai";
import { parseIp, type Ip } from "../../src/base/ip.ts";
import { drainedLine, statusRows, viewServices, waitingLines } from "../../src/cli/status-view.ts";
import { renderTable } from "../../src/cli/table.ts";
import type { Service } from "../../src/kube/types.ts";
import type { VirtualIP, VirtualIPSpec, VirtualIPStatus } from "../../src/multi-ip/resource.ts";

const nowMs = Date.parse("2026-03-10T12:00:00Z");

function ip(text: string): Ip {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

function vip(address: string, spec: Partial<VirtualIPSpec>, status?: VirtualIPStatus): VirtualIP {
  const whole: VirtualIPSpec = {
    address: ip(address),
    services: [{ namespace: "default", name: "web", index: 0 }],
    pool: null,
    class: "edge",
    mode: "L2",
    interfaces: [],
    rank: ["n1", "n2", "n3"],
    generation: 7,
    ...spec,
  };
  return { metadata: { name: address }, spec: whole, ...(status === undefined ? {} : { status }) };
}

function service(key: string, ready?: { status: "True" | "False"; message: string }): Service {
  const [namespace = "", name = ""] = key.split("/");
  const condition = {
    type: "spreadlb.io/Ready",
    reason: "Any",
    lastTransitionTime: "2026-03-10T12:00:00Z",
  };
  return {
    metadata: { namespace, name },
    spec: { type: "LoadBalancer" },
    status: { conditions: ready === undefined ? [] : [{ ...condition, ...ready }] },
  };
}

const held: VirtualIPStatus = {
  holder: "n1",
  since: "2026-03-10T11:00:00Z",
  lastMove: { from: "n2", to: "n1", at: "2026-03-10T11:00:00Z", reason: "node-lost" },
};

const world = {
  virtualIps: [
    vip("2001:db8::1", {}),
    vip("192.0.2.11", { services: [{ namespace: "default", name: "web", index: 1 }] }),
    vip("192.0.2.10", { rank: ["n1", "n2", "n3", "n4", "n5"] }, held),
    vip(
      "192.0.2.12",
      {
        services: [
          { namespace: "default", name: "api", index: 0 },
          { namespace: "shop", name: "cart", index: 0 },
        ],
        class: null,
        pool: "public",
        rank: [],
      },
      { holder: null },
    ),
  ],
  services: [
    service("default/web", { status: "True", message: "3 of 3" }),
    service("shop/late", { status: "False", message: "No address is free. Add a range." }),
    service("shop/foreign"),
  ],
};

describe("cli: status as a table", () => {
  const rows = [
    {
      name: "Services by name, their addresses IPv4 first and by index; shared addresses under each",
      namespace: undefined,
      wide: false,
      want: [
        "SERVICE       ADDRESS       HOLDER     SINCE   CLASS   RANK",
        "default/api   192.0.2.12    <nobody>   -       -       -",
        "default/web   192.0.2.10    n1         60m     edge    n1,n2,n3,+2",
        "default/web   192.0.2.11    <nobody>   -       edge    n1,n2,n3",
        "default/web   2001:db8::1   <nobody>   -       edge    n1,n2,n3",
        "shop/cart     192.0.2.12    <nobody>   -       -       -",
        "shop/late     <none>        -          -       -       -",
      ],
    },
    {
      name: "of one namespace",
      namespace: "shop",
      wide: false,
      want: [
        "SERVICE     ADDRESS      HOLDER     SINCE   CLASS   RANK",
        "shop/cart   192.0.2.12   <nobody>   -       -       -",
        "shop/late   <none>       -          -       -       -",
      ],
    },
    {
      name: "wide: the whole rank, pool, mode, plan and last move",
      namespace: "default",
      wide: true,
      want: [
        "SERVICE       ADDRESS       HOLDER     SINCE   CLASS   RANK             POOL     MODE   PLAN   LAST MOVE",
        "default/api   192.0.2.12    <nobody>   -       -       -                public   L2     7      -",
        "default/web   192.0.2.10    n1         60m     edge    n1,n2,n3,n4,n5   -        L2     7      node-lost from n2",
        "default/web   192.0.2.11    <nobody>   -       edge    n1,n2,n3         -        L2     7      -",
        "default/web   2001:db8::1   <nobody>   -       edge    n1,n2,n3         -        L2     7      -",
      ],
    },
  ];
  for (const { name, namespace, wide, want } of rows) {
    it(name, () => {
      const text = renderTable(statusRows(viewServices({ ...world, namespace }), { wide, nowMs }));
      expect(text.split("\n")).to.deep.equal([...want, ""]);
    });
  }

  it("wide: a planned move is named by its cause, and only while the plan stands", () => {
    const lastMove = { from: "n2", to: "n1", at: "2026-03-10T11:00:00Z", reason: "plan" as const };
    const shown = (rank: string[]): string | undefined => {
      const virtualIps = [vip("192.0.2.10", { cause: "drained", rank }, { ...held, lastMove })];
      const services = viewServices({ virtualIps, services: [] });
      return statusRows(services, { wide: true, nowMs })[1]?.at(-1);
    };
    expect(shown(["n1", "n3"])).to.equal("drained from n2");
    expect(shown(["n3", "n1"])).to.equal("plan from n2");
  });

  it("names the nodes that are drained, and since when", () => {
    const drained = [
      { node: "n1", since: "2026-03-10T11:55:00Z" },
      { node: "n3", since: "whenever" },
    ];
    expect(drainedLine(drained, nowMs)).to.equal(
      'Drained: n1 (5m), n3 (?); "spreadlb undrain NODE" gives a node addresses again\n',
    );
  });

  it("an empty cluster has a head and no rows", () => {
    const services = viewServices({ virtualIps: [], services: [] });
    expect(services).to.deep.equal([]);
    expect(statusRows(services, { wide: false, nowMs })).to.have.length(1);
  });

  it("says of each Service that waits what it waits for, and of no other", () => {
    expect(waitingLines(viewServices(world))).to.deep.equal([
      "shop/late: No address is free. Add a range.\n",
    ]);
  });
});

describe("cli: status as data", () => {
  it("has every field, null where nothing is known", () => {
    const services = viewServices({ ...world, namespace: "default" });
    expect(services[1]).to.deep.equal({
      namespace: "default",
      name: "web",
      ready: true,
      message: "3 of 3",
      addresses: [
        {
          address: "192.0.2.10",
          index: 0,
          holder: "n1",
          since: "2026-03-10T11:00:00Z",
          class: "edge",
          pool: null,
          mode: "L2",
          rank: ["n1", "n2", "n3", "n4", "n5"],
          generation: 7,
          cause: null,
          lastMove: held.lastMove,
        },
        ...[
          { address: "192.0.2.11", index: 1 },
          { address: "2001:db8::1", index: 0 },
        ].map((which) => ({
          ...which,
          holder: null,
          since: null,
          class: "edge",
          pool: null,
          mode: "L2",
          rank: ["n1", "n2", "n3"],
          generation: 7,
          cause: null,
          lastMove: null,
        })),
      ],
    });
  });

  it("a Service that the API server no longer has is shown while its address is", () => {
    const [view] = viewServices({ virtualIps: world.virtualIps, services: [] });
    expect(view).to.deep.include({ namespace: "default", name: "api", ready: null, message: null });
  });
});
