/** Sessions with routers as MetalLB's metrics: one series for each peer that there is, and none for those that were. */
import { expect } from "chai";
import type { Ip, IpFamily } from "../../../src/base/ip.ts";
import { SessionCounters } from "../../../src/bgp/counters.ts";
import { createMetrics } from "../../../src/metrics/io/metrics.ts";
import { BgpMetrics } from "../../../src/speaker/io/bgp-metrics.ts";
import { peer } from "../../bgp/interop/node.ts";

const KEY = "BGPPeer/tor";

function stage() {
  const metrics = createMetrics("speaker");
  const told = new BgpMetrics(metrics);
  let counters = new SessionCounters();
  counters.sent("update", 3);
  /** Another session in its place. */
  const renew = () => (counters = new SessionCounters());
  const session = (address: string, state: "established" | "idle", more: object = {}) => {
    const wanted = { IPv4: 3, IPv6: 5 };
    const wantedCountIn = (families: readonly IpFamily[]) =>
      families.reduce((sum, family) => sum + wanted[family], 0);
    const rib = { toldCount: 2, wantedCountIn };
    return new Map([
      [
        KEY,
        { peer: peer(address, { key: KEY, bfdProfile: "fast", ...more }), state, rib, counters },
      ],
    ]);
  };
  const lines = async (name: string) =>
    (await metrics.text()).split("\n").filter((line) => line.startsWith(`${name}{`));
  /** One that has just gone. */
  const gone = (address: string, more: object = {}) => {
    for (const one of session(address, "idle", more).values()) told.gone(one);
  };
  return { told, session, renew, gone, lines };
}

const held = (address: string | null, link: string | null = null) => [
  { key: KEY, address: address as Ip | null, interface: link, port: 179, vrf: null },
];
const up = (router: string, value: number) =>
  `metallb_bgp_session_up{peer="${router}",vrf=""} ${value}`;

const endpoints = { theirAddress: "10.0.0.1" as Ip, interface: null, vrf: null };
const counted = {
  ...{ discriminator: 1, endpoints },
  ...{ packetsReceived: 7, packetsSent: 9, timesUp: 1, timesDown: 0 },
};

describe("speaker: metrics of BGP sessions", () => {
  it("pending is what is still to be told, of the families that the session is for", async () => {
    const { told, session, lines } = stage();
    const name = "metallb_bgp_pending_prefixes_total";
    told.look(session("10.0.0.1", "established", { families: ["IPv4"] }), []);
    expect(await lines(name)).to.deep.equal([`${name}{peer="10.0.0.1:179",vrf=""} 1`]);
    told.look(session("10.0.0.1", "established", { families: ["IPv4", "IPv6"] }), []);
    expect(await lines(name)).to.deep.equal([`${name}{peer="10.0.0.1:179",vrf=""} 6`]);
  });

  const EDITS = [
    ["address", "10.0.0.9", {}, "10.0.0.9:179", ""],
    ["port", "10.0.0.1", { port: 1179 }, "10.0.0.1:1179", ""],
    ["VRF", "10.0.0.1", { vrf: "red" }, "10.0.0.1:179", "red"],
  ] as const;
  for (const [what, address, more, router, vrf] of EDITS) {
    it(`another ${what}: the old series is gone, from every gauge`, async () => {
      const { told, session, lines } = stage();
      told.look(session("10.0.0.1", "established"), []);
      expect(await lines("metallb_bgp_session_up")).to.deep.equal([up("10.0.0.1:179", 1)]);
      told.look(session(address, "idle", more), []);
      expect(await lines("metallb_bgp_session_up")).to.deep.equal([
        `metallb_bgp_session_up{peer="${router}",vrf="${vrf}"} 0`,
      ]);
      expect(await lines("metallb_bgp_announced_prefixes_total")).to.have.length(1);
    });
  }

  it("a session that was opened anew is counted though it has counted no more than the one before", async () => {
    const { told, session, renew, lines } = stage();
    const name = "metallb_bgp_opens_sent";
    const look = () => {
      told.look(session("10.0.0.1", "established"), []);
      return lines(name);
    };
    for (const want of [1, 2, 3]) {
      renew().sent("open");
      expect(await look()).to.deep.equal([`${name}{peer="10.0.0.1:179",vrf=""} ${want}`]);
    }
    expect(await look()).to.deep.equal([`${name}{peer="10.0.0.1:179",vrf=""} 3`]);
  });

  it("a session that ends between two looks: all that it has counted, its last NOTIFICATION too, and one that came and went meanwhile", async () => {
    const { told, session, renew, gone, lines } = stage();
    const counts = async () => [
      await lines("metallb_bgp_notifications_sent"),
      await lines("metallb_bgp_opens_sent"),
    ];
    const line = (name: string, value: number) =>
      `metallb_bgp_${name}{peer="10.0.0.1:179",vrf="red"} ${value}`;
    const red = { vrf: "red" };
    const first = renew();
    first.sent("open");
    told.look(session("10.0.0.1", "established", red), []);
    first.sent("notification");
    gone("10.0.0.1", red);
    const second = renew();
    second.sent("open");
    second.sent("notification");
    gone("10.0.0.1", red);
    expect(await counts()).to.deep.equal([
      [line("notifications_sent", 2)],
      [line("opens_sent", 2)],
    ]);
    told.look(new Map(), []);
    expect(await lines("metallb_bgp_session_up")).to.deep.equal([]);
    expect(await counts()).to.deep.equal([
      [line("notifications_sent", 2)],
      [line("opens_sent", 2)],
    ]);
  });

  it("a peer without a session is down, also when it has just had one", async () => {
    const { told, session, lines } = stage();
    told.look(new Map(), held("10.0.0.1"));
    expect(await lines("metallb_bgp_session_up")).to.deep.equal([up("10.0.0.1:179", 0)]);
    told.look(session("10.0.0.1", "established"), []);
    expect(await lines("metallb_bgp_session_up")).to.deep.equal([up("10.0.0.1:179", 1)]);
    expect(await lines("metallb_bgp_announced_prefixes_total")).to.have.length(1);
    told.look(new Map(), held("10.0.0.1"));
    expect(await lines("metallb_bgp_session_up")).to.deep.equal([up("10.0.0.1:179", 0)]);
    expect(await lines("metallb_bgp_announced_prefixes_total")).to.have.length(0);
    told.look(new Map(), []);
    expect(await lines("metallb_bgp_session_up")).to.deep.equal([]);
  });

  it("one that waits for a router on its interface goes by the interface, one of IPv6 in brackets", async () => {
    const { told, lines } = stage();
    told.look(new Map(), held(null, "eth1"));
    expect(await lines("metallb_bgp_session_up")).to.deep.equal([up("eth1:179", 0)]);
    told.look(new Map(), held("2001:db8::1"));
    expect(await lines("metallb_bgp_session_up")).to.deep.equal([up("[2001:db8::1]:179", 0)]);
  });

  it("BFD goes by the address alone, as in MetalLB, and by the interface; it is gone with the last session to it", async () => {
    const { told, session, lines } = stage();
    const bfd = (host: string, value: number) =>
      `metallb_bfd_session_up{peer="${host}",vrf=""} ${value}`;
    const up = () => lines("metallb_bfd_session_up");
    for (const [discriminator, address, link, host] of [
      [1, "10.0.0.1", null, "10.0.0.1"],
      [2, "2001:db8::1", null, "2001:db8::1"],
      [3, "fe80::1", "eth1", "eth1"],
    ] as const) {
      told.look(session(address, "established", { interface: link }), []);
      const ends = { ...endpoints, theirAddress: address as Ip, interface: link };
      told.bfd({ ...counted, discriminator, endpoints: ends }, true);
      expect(await up()).to.deep.equal([bfd(host, 1)]);
      const received = await lines("metallb_bfd_control_packet_input");
      expect(received).to.include(`metallb_bfd_control_packet_input{peer="${host}",vrf=""} 7`);
    }
    // A second peer at the address, at another port: the path is one, and so is its series.
    const [first] = session("10.0.0.1", "established").values();
    const [second] = session("10.0.0.1", "established", { port: 1179 }).values();
    if (first === undefined || second === undefined) throw new Error("no sessions");
    const both = new Map([
      ["a", first],
      ["b", second],
    ]);
    told.look(both, []);
    told.bfd({ ...counted, packetsReceived: 10 }, true);
    expect(await lines("metallb_bfd_control_packet_input")).to.include(
      'metallb_bfd_control_packet_input{peer="10.0.0.1",vrf=""} 10',
    );
    both.delete("a");
    told.look(both, []);
    expect(await up()).to.deep.equal([bfd("10.0.0.1", 1)]);
    // The session goes on without BFD: a series that says "up" for ever would be a lie.
    told.look(session("10.0.0.1", "established", { bfdProfile: null }), []);
    expect(await up()).to.deep.equal([]);
    told.look(both, []);
    told.bfd(counted, true);
    told.look(new Map(), held("10.0.0.1"));
    expect(await up()).to.deep.equal([]);
  });

  it("BFD that was opened anew is counted though it has counted no more than the one before", async () => {
    const { told, session, lines } = stage();
    told.look(session("10.0.0.1", "established"), []);
    for (const [discriminator, want] of [
      [1, 1],
      [2, 2],
      [2, 2],
      [3, 3],
    ] as const) {
      told.bfd({ ...counted, discriminator }, true);
      expect(await lines("metallb_bfd_session_up_events")).to.deep.equal([
        `metallb_bfd_session_up_events{peer="10.0.0.1",vrf=""} ${want}`,
      ]);
    }
  });

  it("two sessions of BFD to one address, from two of ours, are counted together, each once", async () => {
    const { told, session, lines } = stage();
    const [only] = session("10.0.0.1", "established").values();
    if (only === undefined) throw new Error("no session");
    const both = new Map([
      ["a", only],
      ["b", only],
    ]);
    for (let second = 0; second < 100; second++) {
      told.look(both, []);
      told.bfd({ ...counted, packetsReceived: 70, discriminator: 1 }, true);
      told.bfd({ ...counted, packetsReceived: 7, discriminator: 2 }, true);
    }
    expect(await lines("metallb_bfd_control_packet_input")).to.deep.equal([
      'metallb_bfd_control_packet_input{peer="10.0.0.1",vrf=""} 77',
    ]);
  });

  it("BFD that is off and on again within its last words goes on where it was", async () => {
    const { told, session, lines } = stage();
    const look = (more: object) => {
      told.look(session("10.0.0.1", "established", more), []);
    };
    for (const more of [{}, { bfdProfile: null }, {}]) {
      look(more);
      if (!("bfdProfile" in more)) told.bfd(counted, true);
    }
    expect(await lines("metallb_bfd_control_packet_input")).to.deep.equal([
      'metallb_bfd_control_packet_input{peer="10.0.0.1",vrf=""} 7',
    ]);
  });

  it("BFD's last words are counted, whose peer is gone; they are no session that is up, or down", async () => {
    const { told, session, lines } = stage();
    told.look(session("10.0.0.1", "established"), []);
    told.bfd(counted, true);
    told.look(new Map(), []);
    told.bfd({ ...counted, packetsSent: 12, timesDown: 1 }, false);
    expect(await lines("metallb_bfd_control_packet_output")).to.deep.equal([
      'metallb_bfd_control_packet_output{peer="10.0.0.1",vrf=""} 12',
    ]);
    expect(await lines("metallb_bfd_session_down_events")).to.deep.equal([
      'metallb_bfd_session_down_events{peer="10.0.0.1",vrf=""} 1',
    ]);
    expect(await lines("metallb_bfd_session_up")).to.deep.equal([]);
    // Beside one to the same router that is up.
    told.look(session("10.0.0.1", "established"), []);
    told.bfd({ ...counted, discriminator: 2 }, true);
    told.bfd({ ...counted, packetsSent: 13, timesDown: 1 }, false);
    expect(await lines("metallb_bfd_session_up")).to.deep.equal([
      'metallb_bfd_session_up{peer="10.0.0.1",vrf=""} 1',
    ]);
  });

  it("whether routers can dial us: of each family that is listened for, and of none that no longer is", async () => {
    const { told, lines } = stage();
    const [ipv4, ipv6] = (["IPv4", "IPv6"] as const).map((family) => ({ family, vrf: null }));
    if (ipv4 === undefined || ipv6 === undefined) throw new Error("no families");
    const name = "spreadlb_bgp_listening";
    expect(await lines(name)).to.deep.equal([]);
    told.listening([
      { ...ipv4, trouble: "port 179 cannot be listened on" },
      { ...ipv6, trouble: null },
    ]);
    expect(await lines(name)).to.deep.equal([
      `${name}{family="IPv4",vrf=""} 0`,
      `${name}{family="IPv6",vrf=""} 1`,
    ]);
    told.listening([{ ...ipv4, trouble: null }]);
    expect(await lines(name)).to.deep.equal([`${name}{family="IPv4",vrf=""} 1`]);
  });
});
