/** The speaker's metrics under MetalLB's names and labels: what dashboards and alerts made for it ask for. */
import { expect } from "chai";
import { pino } from "pino";
import { parseIp, type Ip } from "../../../src/base/ip.ts";
import { createMetrics } from "../../../src/metrics/io/metrics.ts";
import { WorkerReports } from "../../../src/speaker/io/worker-reports.ts";

const ip = parseIp("192.0.2.1") as Ip;
const nothing = () => undefined;

/** Reports of a speaker on n1 whose writers write nothing. */
function reports() {
  const metrics = createMetrics("speaker");
  const services = ["dns", "web"].map((name) => ({ namespace: "shop", name }));
  const made = new WorkerReports({
    node: "n1",
    writer: { set: nothing, keep: nothing, drop: nothing, sayAgain: nothing },
    findings: { sighted: nothing, verified: nothing, foundFree: nothing, tick: nothing },
    witness: { company: nothing },
    presence: nothing,
    servicesOf: () => services,
    metrics,
    log: pino({ level: "silent" }),
  });
  const lines = async (prefix: string) =>
    (await metrics.text()).split("\n").filter((line) => line.startsWith(prefix));
  return { made, lines, services };
}

const change = {
  address: ip,
  from: null,
  to: "n1",
  generation: 1,
  reason: "first",
  atMs: 0,
} as const;

describe("speaker: metrics under MetalLB's names", () => {
  it("metallb_speaker_announced: one for each Service of an address that it answers for, and none after", async () => {
    const { made, lines, services } = reports();
    const gained = { ...change, gained: true };
    made.take({ kind: "holdings", changes: [gained], kept: [] });
    expect(await lines("metallb_speaker_announced")).to.deep.equal([
      'metallb_speaker_announced{service="shop/dns",protocol="layer2",node="n1",ip="192.0.2.1"} 1',
      'metallb_speaker_announced{service="shop/web",protocol="layer2",node="n1",ip="192.0.2.1"} 1',
    ]);
    services.shift();
    made.servicesChanged(ip);
    expect(await lines("metallb_speaker_announced")).to.deep.equal([
      'metallb_speaker_announced{service="shop/web",protocol="layer2",node="n1",ip="192.0.2.1"} 1',
    ]);
    const lost = { ...change, from: "n1", to: null, gained: false };
    made.take({ kind: "holdings", changes: [lost], kept: [] });
    expect(await lines("metallb_speaker_announced")).to.deep.equal([]);
  });

  it("metallb_layer2_*: by address", async () => {
    const { made, lines } = reports();
    const none = [] as const;
    made.take({
      kind: "counters",
      counters: {
        ...{ requests: [["192.0.2.1", 3]], answers: [["192.0.2.1", 2]] },
        ...{ announcements: [["192.0.2.1", 5]], conflicts: none, frameFaults: none },
        ...{ heartbeatFaults: none, heartbeatsSent: 0, heartbeatsReceived: 0, framesIgnored: none },
      },
      gauges: {
        held: 1,
        peersKnown: 0,
        peersAlive: 0,
        peersOpen: 0,
        serving: true,
        isolated: false,
      },
    });
    expect(await lines("metallb_layer2")).to.deep.equal([
      'metallb_layer2_requests_received{ip="192.0.2.1"} 3',
      'metallb_layer2_responses_sent{ip="192.0.2.1"} 2',
      'metallb_layer2_gratuitous_sent{ip="192.0.2.1"} 5',
    ]);
  });

  it("metallb_k8s_client_*: not loaded until the plan was read; what cannot be written is an error", async () => {
    const { made, lines } = reports();
    expect(await lines("metallb_k8s_client_config_loaded")).to.deep.equal([
      "metallb_k8s_client_config_loaded_bool 0",
    ]);
    made.planRead(2, 7);
    made.written("ok");
    made.written("error");
    expect(await lines("metallb_k8s_client")).to.deep.equal([
      "metallb_k8s_client_updates_total 1",
      "metallb_k8s_client_update_errors_total 1",
      "metallb_k8s_client_config_loaded_bool 1",
      "metallb_k8s_client_config_stale_bool 0",
    ]);
  });
});
