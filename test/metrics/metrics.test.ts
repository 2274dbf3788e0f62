/** The catalog, what a process shows of it, and docs/metrics.md, which is written from it. */
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CATALOG, metricsOf, type MetricSpec } from "../../src/metrics/catalog.ts";
import { renderMetricsPage } from "../../src/metrics/docs.ts";
import { createMetrics } from "../../src/metrics/io/metrics.ts";

const specs: readonly MetricSpec[] = Object.values(CATALOG);

/** The last words of a help sentence: what one of it is. */
const UNIT =
  /, (in (addresses|changes|events|frames|datagrams|messages|moves|names|nodes|objects|packets|plans since the first|prefixes|problems|requests|seconds|Services|watches)|as 1 or 0|always 1)$/;

describe("metrics: the catalog", () => {
  for (const { name, help, labels, kind, buckets } of specs) {
    it(name, () => {
      expect(name).to.match(/^(metallb|spreadlb)_[a-z0-9_]+$/);
      expect(help).to.match(UNIT);
      expect(new Set(labels).size).to.equal(labels.length);
      expect(buckets !== undefined).to.equal(kind === "histogram");
      if (name.startsWith("spreadlb_"))
        expect(name.endsWith("_total")).to.equal(kind === "counter");
    });
  }

  it("no name stands twice", () => {
    expect(new Set(specs.map(({ name }) => name)).size).to.equal(specs.length);
  });

  /** As MetalLB's dashboards and alerts ask for them. */
  const borrowed = [
    "metallb_allocator_addresses_total gauge {pool}",
    "metallb_allocator_addresses_in_use_total gauge {pool}",
    "metallb_allocator_ipv4_addresses_total gauge {pool}",
    "metallb_allocator_ipv4_addresses_in_use_total gauge {pool}",
    "metallb_allocator_ipv6_addresses_total gauge {pool}",
    "metallb_allocator_ipv6_addresses_in_use_total gauge {pool}",
    "metallb_allocator_services_allocated_total gauge {pool}",
    "metallb_k8s_client_config_loaded_bool gauge {}",
    "metallb_k8s_client_config_stale_bool gauge {}",
    "metallb_k8s_client_update_errors_total counter {}",
    "metallb_k8s_client_updates_total counter {}",
    "metallb_layer2_gratuitous_sent counter {ip}",
    "metallb_layer2_requests_received counter {ip}",
    "metallb_layer2_responses_sent counter {ip}",
    "metallb_bgp_session_up gauge {peer,vrf}",
    "metallb_bgp_announced_prefixes_total gauge {peer,vrf}",
    "metallb_bgp_pending_prefixes_total gauge {peer,vrf}",
    "metallb_bgp_updates_total counter {peer,vrf}",
    "metallb_bgp_updates_total_received counter {peer,vrf}",
    "metallb_bgp_opens_sent counter {peer,vrf}",
    "metallb_bgp_opens_received counter {peer,vrf}",
    "metallb_bgp_notifications_sent counter {peer,vrf}",
    "metallb_bgp_keepalives_sent counter {peer,vrf}",
    "metallb_bgp_keepalives_received counter {peer,vrf}",
    "metallb_bgp_route_refresh_sent counter {peer,vrf}",
    "metallb_bgp_total_sent counter {peer,vrf}",
    "metallb_bgp_total_received counter {peer,vrf}",
    "metallb_bfd_session_up gauge {peer,vrf}",
    "metallb_bfd_control_packet_input counter {peer,vrf}",
    "metallb_bfd_control_packet_output counter {peer,vrf}",
    "metallb_bfd_session_up_events counter {peer,vrf}",
    "metallb_bfd_session_down_events counter {peer,vrf}",
    "metallb_speaker_announced gauge {service,protocol,node,ip}",
  ];
  it("MetalLB's metrics have MetalLB's names, kinds and labels", () => {
    const ours = specs
      .filter(({ name }) => name.startsWith("metallb_"))
      .map(({ name, kind, labels }) => `${name} ${kind} {${labels.join()}}`);
    expect(ours).to.have.members(borrowed);
  });
});

describe("metrics: what a process shows", () => {
  for (const component of ["controller", "speaker"] as const) {
    it(`${component}: every metric of its own, and none of the other's`, async () => {
      const text = await createMetrics(component).text();
      const shown = [...text.matchAll(/^# TYPE ((?:metallb|spreadlb)_\S+) (\S+)$/gm)];
      expect(shown.map(([, name, kind]) => `${name ?? ""} ${kind ?? ""}`)).to.have.members(
        metricsOf(component).map(([, { name, kind }]) => `${name} ${kind}`),
      );
    });
  }

  it("counts under bound labels, and forgets a series that is removed", async () => {
    const metrics = createMetrics("speaker", { version: "1.2.3" });
    const received = metrics.layer2RequestsReceived.labels({ ip: "192.0.2.1" });
    received.inc();
    received.inc(2);
    metrics.layer2RequestsReceived.inc({ ip: "192.0.2.2" });
    metrics.layer2RequestsReceived.remove({ ip: "192.0.2.2" });
    expect(samples(await metrics.text(), /^(metallb_layer2_req|spreadlb_build)/)).to.deep.equal([
      'metallb_layer2_requests_received{ip="192.0.2.1"} 3',
      `spreadlb_build_info{version="1.2.3",node_version="${process.version}"} 1`,
    ]);
  });

  it("shows the process itself, without the gauges that promtool refuses", async () => {
    const text = await createMetrics("speaker").text();
    expect(samples(text, /^process_resident_memory_bytes /)).to.have.length(1);
    expect(samples(text, /^nodejs_active_/)).to.deep.equal([]);
  });

  it("two sets in one process do not share their counts", async () => {
    const [one, other] = [createMetrics("controller"), createMetrics("controller")];
    one.leader.set(1);
    expect(samples(await other.text(), /^spreadlb_leader/)).to.deep.equal(["spreadlb_leader 0"]);
  });

  for (const component of ["controller", "speaker"] as const) {
    it(`${component}: promtool finds nothing against our own names`, async function () {
      if (spawnSync("promtool", ["--version"]).error !== undefined) {
        console.log("      promtool is not installed: apt-get install prometheus");
        this.skip();
      }
      expect(complaints(await createMetrics(component).text())).to.deep.equal([]);
    });
  }
});

describe("metrics: docs/metrics.md", () => {
  it("is written from the catalog: node --import tsx src/metrics/io/write-docs.ts", () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/metrics.md"), "utf8");
    expect(page).to.equal(renderMetricsPage());
  });
});

function samples(text: string, name: RegExp): readonly string[] {
  return text.split("\n").filter((line) => name.test(line));
}

/** What `promtool check metrics` says of any metric but MetalLB's, whose names are not ours to mend. */
function complaints(text: string): readonly string[] {
  const { stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
    input: text,
    encoding: "utf8",
  });
  return `${stdout}${stderr}`
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("metallb_"));
}
