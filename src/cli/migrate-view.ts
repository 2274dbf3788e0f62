/**
 * The dry run of a migration in words: what is adopted, what needs a hand, the steps of the cut-over. Pure.
 *
 * Neighbours: migrate-plan.ts and migrate-leftovers.ts find; io/migrate.ts prints.
 */
import type { AdoptedService, MigrateReport } from "./migrate-plan.ts";
import { renderTable } from "./table.ts";

export type LiveSource = "metallb" | "deckhouse";

const NAMES = { metallb: "MetalLB", deckhouse: "Deckhouse" } as const;

export interface ViewOptions {
  readonly source: LiveSource;
  readonly metallbNamespace: string;
  /** Names of the Deployments and DaemonSets that run now: `deployment/controller`. */
  readonly workloads: readonly string[];
  /** Whether the old speakers have sessions with routers. */
  readonly isByBgp: boolean;
}

export function renderReport(report: MigrateReport, options: ViewOptions): string {
  const { manifests, services, hands, notes } = report;
  const kept = services.filter(({ outcome }) => outcome === "keeps" || outcome === "gains");
  const sections = [
    `From ${NAMES[options.source]} to SpreadLB: a dry run, nothing is written.\n`,
    section("Manifests, used as they are", manifestRows(report), "none"),
    section("Services", serviceRows(services), "none of type LoadBalancer has an address"),
    hands.length === 0
      ? "Needs a hand: nothing.\n"
      : `Needs a hand, before the cut-over:\n${hands.map(handLines).join("")}`,
    ...(notes.length === 0
      ? []
      : [
          `Worth a look:\n${notes.map(({ object, message }) => `  - ${object}: ${message}\n`).join("")}`,
        ]),
    `The cut-over (docs/migrate-from-${options.source}.md has all of it, and the way back):\n${stepsOf(options)}`,
    `${manifests.length} manifests, ${kept.length} of ${services.length} Services adopted, ${hands.length} need a hand.\n`,
  ];
  return sections.join("\n");
}

/** @returns true where no Service would change its addresses, and nobody has to do anything first */
export function isSmooth({ hands, services }: MigrateReport): boolean {
  return hands.length === 0 && services.every(({ outcome }) => outcome !== "changes");
}

function section(title: string, rows: readonly (readonly string[])[], none: string): string {
  if (rows.length === 0) return `${title}: ${none}.\n`;
  const table = renderTable(rows).replaceAll(/^(?=.)/gm, "  ");
  return `${title}:\n${table}`;
}

function manifestRows({ manifests }: MigrateReport): string[][] {
  return manifests.map(({ object, problems }) => [
    object,
    problems.length === 0 ? "unchanged" : "needs a hand",
  ]);
}

const OUTCOMES: Readonly<Record<AdoptedService["outcome"], string>> = {
  keeps: "keeps them",
  gains: "keeps them, and gains ",
  changes: "changes, see below: ",
  alone: "left alone",
  waits: "waits now, would get ",
};

function serviceRows(services: readonly AdoptedService[]): string[][] {
  return services.map(({ service, addresses, outcome, afterwards }) => {
    const listed = addresses.map(({ address }) => address);
    const from = [...new Set(addresses.map((one) => one.from ?? "no pool"))].join(", ");
    const news =
      outcome === "changes" ? afterwards : afterwards.filter((ip) => !listed.includes(ip));
    const isNews = OUTCOMES[outcome].endsWith(" ");
    const what = isNews ? news.join(", ") || "none" : "";
    return [service, listed.join(", ") || "none", from || "-", `${OUTCOMES[outcome]}${what}`];
  });
}

function handLines({ object, message, todo }: MigrateReport["hands"][number], i: number): string {
  return `  ${i + 1}. ${object}: ${message}.\n     ${todo}\n`;
}

function stepsOf(options: ViewOptions): string {
  const steps = options.source === "metallb" ? metallbSteps(options) : deckhouseSteps(options);
  return steps.map((step, i) => `  ${i + 1}. ${step}\n`).join("");
}

/** Where there are routers. */
const NODE_BY_NODE =
  "one node after the other, each until spreadlb bgp --node NODE says Established: see the walk";

function metallbSteps({ metallbNamespace, workloads, isByBgp }: ViewOptions): readonly string[] {
  const names = (kind: string, otherwise: string): string => {
    const found = workloads.filter((name) => name.startsWith(`${kind}/`));
    return found.length > 0 ? found.join(" ") : `${kind}/${otherwise}`;
  };
  const own = `kubectl -n ${metallbNamespace}`;
  return [
    "Keep what there is: kubectl get services,ipaddresspools,l2advertisements,bgpadvertisements,bgppeers -A -o yaml > before.yaml",
    `Stop MetalLB's controller; its speakers go on answering: ${own} scale ${names("deployment", "controller")} --replicas 0`,
    "Take its webhook away, and the conversion of BGPPeers (in the walk): kubectl delete validatingwebhookconfiguration metallb-webhook-configuration",
    ...ourSteps("SPREADLB_HEARTBEAT_PORT=7947, for MetalLB uses 7946"),
    ...(isByBgp ? [`Stop MetalLB's speakers, and FRR, ${NODE_BY_NODE}`] : []),
    `Stop MetalLB's speakers: ${own} delete ${names("daemonset", "speaker")}`,
    "Look: spreadlb status. Never helm uninstall before the walk says so: it takes the pools with it",
  ];
}

function deckhouseSteps({ isByBgp }: ViewOptions): readonly string[] {
  const own = "kubectl --as=system:sudouser -n d8-metallb";
  const controllers = `deployment/l2lb-controller${isByBgp ? " deployment/controller" : ""}`;
  return [
    "Keep what there is: kubectl get services,metalloadbalancerclasses,metalloadbalancerpools,sdninternall2lbservices -A -o yaml > before.yaml",
    "Stop Deckhouse's hooks: kubectl --as=system:sudouser -n d8-system scale deployment/deckhouse --replicas 0",
    `Stop its controller; its speakers go on answering: ${own} scale ${controllers} --replicas 0`,
    ...ourSteps("as it is"),
    ...(isByBgp ? [`Stop its speakers of BGP, daemonset/speaker, ${NODE_BY_NODE}`] : []),
    `Stop its speakers: ${own} delete daemonset/l2lb-speaker${isByBgp ? " daemonset/speaker" : ""}`,
    "Look: spreadlb status",
    "Stop our controller, let the webhook of ModuleConfigs yield, disable the module, start Deckhouse, look for the classes, start our controller: all in the walk",
  ];
}

/** Speakers before the controller: at its first pass it knows all nodes that can answer. */
function ourSteps(speaker: string): readonly string[] {
  return [
    "Our definitions: kubectl apply --server-side --force-conflicts -f crds/",
    "Our namespace, rights, heartbeat key and the label of the nodes: see the walk",
    `Our speakers (${speaker}), and wait until they are ready: kubectl apply -f deploy/30-speaker.yaml`,
    "Our controller: kubectl apply -f deploy/20-controller.yaml -f deploy/50-webhook.yaml",
    "Wait until every address has a holder: kubectl get vip",
  ];
}
